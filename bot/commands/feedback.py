"""`codecite feedback`: what readers said about answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.feedback import Feedback

KindOption = Annotated[str | None, typer.Option("--kind", "-k", help="Only helpful, wrong, evidence-wrong or comment.")]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(name="feedback", no_args_is_help=True, help="Read what people said about answers.")
    group.command(name="list")(list_)
    group.command()(export)
    app.add_typer(group)


def list_(kind: KindOption = None) -> None:
    """List the feedback, oldest first, and count it.

    Kept are the day, the answer's id, the channel, the knowledge and the text with identifiers replaced; nobody's name.

    Examples:
    - `codecite feedback list`
    - `codecite feedback list --kind wrong`
    """
    from collections import Counter

    from bot.feedback import MEANINGS

    rows = _read(kind)
    for row in rows:
        typer.echo(f"{row.day}  {row.channel:<6} {MEANINGS[row.kind]:<31} {row.answer_id}  knowledge {row.knowledge}")
        if row.text:
            typer.echo(f"            {row.text}")
    counts = Counter(row.kind for row in rows)
    told = ", ".join(f"{MEANINGS[kind].lower()} {count}" for kind, count in counts.most_common())
    typer.echo(f"{len(rows)} in all" + (f": {told}" if told else ". Readers leave feedback below an answer."))


def export(
    path: Annotated[Path | None, typer.Argument(help="File to write. Default: standard output.")] = None,
    kind: KindOption = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV instead of JSON Lines; also chosen by the name.")] = False,
) -> None:
    """Write the feedback as JSON Lines or CSV.

    Examples:
    - `codecite feedback export feedback.csv`
    - `codecite feedback export --kind wrong`
    """
    from bot import feedback
    from bot.errors import InputFileError

    rows = _read(kind)
    wants_csv = as_csv or (path is not None and path.suffix.lower() == ".csv")
    text = feedback.as_csv(rows) if wants_csv else feedback.as_json_lines(rows)
    if path is None:
        typer.echo(text, nl=False)
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputFileError(path, error.strerror or "cannot be written", hint="Choose another path.") from error
    typer.echo(f"{len(rows)} rows written to {path}")


def _read(kind: str | None) -> tuple[Feedback, ...]:
    from bot.commands.common import knowledge, nearest, settings
    from bot.errors import OptionError
    from bot.feedback import KINDS, FeedbackBook

    if kind is not None and kind not in KINDS:
        raise OptionError("--kind", kind, nearest=nearest(kind, KINDS), hint=f"Kinds: {', '.join(KINDS)}.")
    book = FeedbackBook(settings().database_url, knowledge())
    try:
        return book.all(kind)
    finally:
        book.close()
