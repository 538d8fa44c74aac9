"""`codecite ask`: one question, or a file of them."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from bot.commands.common import DateOption, JsonOption, PayerOption

if TYPE_CHECKING:
    from datetime import date

    from bot.engine import Bot


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(ask)


def ask(
    question: Annotated[
        str | None, typer.Argument(metavar="QUESTION", help="The question in plain words; - reads standard input.")
    ] = None,
    day: DateOption = None,
    payer: PayerOption = None,
    everything: Annotated[
        bool, typer.Option("--all", "-a", help="Show every source with its address, and every code mentioned.")
    ] = False,
    as_json: JsonOption = False,
    conversation: Annotated[
        str | None,
        typer.Option("--conversation", "-c", metavar="ID", help="Continue or begin the conversation of this id."),
    ] = None,
    batch: Annotated[
        str | None, typer.Option("--batch", "-b", metavar="FILE", help="Answer a JSON Lines file; - reads stdin.")
    ] = None,
) -> None:
    """Answer a billing question, with the proof.

    Examples:
    - `codecite ask "follow-up coaching, 35 minutes, one client, in person"`
    - `codecite ask "can I bill 90837 with 90785?" --payer medicare --date 2026-03-02`
    - `echo "is 96150 valid?" | codecite ask -`
    - `codecite ask "is 96150 still valid?" --all` (every source with its address)
    - `codecite ask "and 60 minutes?" --conversation morning` (facts carry over; `codecite forget morning` ends it)
    - `codecite ask --batch questions.jsonl > answers.jsonl`

    A line of a question file: `{"id": "a1", "turns": ["45 minutes of therapy, which code?"], "dos": "2026-03-02"}`.
    One Answer (JSON) is printed for each, in order; a line that cannot be read becomes an error object.

    Exit codes: 0 answered, 2 usage, 3 no knowledge to answer from, 4 a file or line that cannot be read.
    """
    from bot.commands.common import open_bot, parse_date, parse_payer, settings
    from bot.errors import UsageError
    from corpus.knowledge import Knowledge

    if (question is None) == (batch is None):
        raise UsageError("give either a question or --batch FILE", hint='codecite ask "45 minutes of therapy"')
    if batch is not None and conversation is not None:
        raise UsageError("--conversation and --batch do not go together", hint="each line of a batch has its own turns")
    text = _message(question) if question is not None else ""
    on = parse_date(day)
    held = settings()
    who = parse_payer(payer or held.payer, Knowledge(held.corpus))
    if batch is not None:
        with ExitStack() as stack:
            lines = _open(batch, stack)
            raise typer.Exit(_run_batch(open_bot(held), lines, on, who))
    bot = open_bot(held, keep=conversation is not None)
    answer = bot.ask(text, conversation, date=on, payer=who)
    bot.close()
    if as_json:
        typer.echo(answer.model_dump_json(indent=2))
        return
    from rich.console import Console

    from bot.channels.terminal import show

    show(Console(highlight=False), answer, everything)


def _message(question: str) -> str:
    from bot.errors import UsageError

    text = sys.stdin.read() if question == "-" else question
    if not text.strip():
        raise UsageError("the question is empty", hint='codecite ask "45 minutes of therapy, which code?"')
    return text.strip()


def _open(batch: str, stack: ExitStack) -> BinaryIO:
    from bot.errors import InputFileError

    if batch == "-":
        return sys.stdin.buffer
    try:
        return stack.enter_context(Path(batch).open("rb"))
    except OSError as error:
        raise InputFileError(batch, error.strerror or "cannot be read") from error


def _run_batch(bot: Bot, lines: BinaryIO, on: date | None, payer: str | None) -> int:
    """Answer every line on standard output, with a progress bar on a terminal; the exit code."""
    from rich.progress import Progress

    from bot import errors
    from bot.batch import run
    from bot.commands.common import stderr

    held = lines.readlines()
    count = sum(1 for line in held if line.strip())
    failed = 0
    console = stderr()
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("Answering", total=count)
        for outcome in run(bot, held, date=on, payer=payer):
            failed += outcome.failed
            typer.echo(outcome.text)
            sys.stdout.flush()
            progress.advance(task)
    if failed:
        console.print(f"{failed} of {count} lines failed; each has an error object in the output.")
    return errors.BAD_INPUT_FILE if failed else errors.ANSWERED
