"""`codecite slack`: the bot in Slack, and what is needed to set it up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.common import DateOption, PayerOption

slack = typer.Typer(no_args_is_help=True, help="The bot in Slack: set it up, look at it, run it. Guide: docs/slack.md.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(slack, name="slack")


@slack.command()
def run() -> None:
    """Answer in Slack over Socket Mode until interrupted. No public address is needed.

    Needs CODECITE_SLACK_BOT_TOKEN and CODECITE_SLACK_APP_TOKEN, in the environment or in a file `.env`.
    Stop it with Ctrl-C or SIGTERM: what was begun is finished first.
    """
    import asyncio

    from bot.commands.common import open_bot, settings, stderr

    held = settings()
    from bot.channels.slack.app import SlackError
    from bot.channels.slack.socket import serve

    if held.slack_bot_token is None:
        raise SlackError("CODECITE_SLACK_BOT_TOKEN is not set")
    bot = open_bot(held, keep=True)
    try:
        ready = stderr()
        asyncio.run(serve(held, bot, bot.knowledge, ready=lambda: ready.print("Connected to Slack. Stop with Ctrl-C.")))
    finally:
        bot.close()


@slack.command()
def manifest(
    http: Annotated[
        str, typer.Option("--http", metavar="URL", help="Public https address of `codecite serve`, for HTTP mode.")
    ] = "",
) -> None:
    """Print the app manifest, with the least scopes. Paste it at api.slack.com/apps, Create New App, From a manifest.

    Examples:
    - `codecite slack manifest > manifest.json`
    - `codecite slack manifest --http https://codecite.example.org`
    """
    from bot.channels.slack.manifest import manifest as made
    from bot.errors import UsageError

    if http and not http.startswith("https://"):
        raise UsageError(f"--http {http!r} is not an https address", hint="Slack calls public https addresses only.")
    typer.echo(json.dumps(made(http), indent=2))


@slack.command()
def doctor() -> None:
    """Check tokens, scopes, reachability, allow-lists and the database, and say what to fix. Exit code 1 if anything.

    Nothing is posted and nothing is changed.
    """
    import asyncio

    from rich.console import Console
    from rich.markup import escape

    from bot.channels.slack.doctor import examine
    from bot.commands.common import settings

    found = asyncio.run(examine(settings()))
    console = Console(highlight=False)
    for check in found:
        mark = "[green]ok [/]" if check.ok else "[bold red]FIX[/]"
        console.print(f"{mark} [bold]{escape(check.name)}[/]: {escape(check.found)}")
        if not check.ok:
            console.print(f"    {escape(check.fix)}")
    wrong = sum(not check.ok for check in found)
    console.print(f"\n{wrong} to fix." if wrong else "\nAll well. Start it with `codecite slack run`.")
    if wrong:
        raise typer.Exit(1)


@slack.command()
def preview(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What somebody asks.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="HTML file to write.")] = Path(
        "slack-preview.html"
    ),
    blocks: Annotated[
        bool, typer.Option("--blocks", help="Print the blocks as JSON instead, for Block Kit Builder.")
    ] = False,
    day: DateOption = None,
    payer: PayerOption = None,
) -> None:
    """Show how an answer looks in Slack, without Slack: writes a page with the message and its windows.

    Examples:
    - `codecite slack preview "therapy session of 52 minutes, which code?"`
    - `codecite slack preview "is 96150 still valid?" --blocks`
    """
    from bot.channels.slack.blocks import messages
    from bot.channels.slack.preview import page, posted, said, view_html
    from bot.channels.slack.windows import claim_of, claim_window, sources_window
    from bot.commands.common import open_bot, parse_date, parse_payer, settings
    from corpus.knowledge import Knowledge

    held = settings()
    who = parse_payer(payer or held.payer, Knowledge(held.corpus))
    answer = open_bot(held).ask(question, date=parse_date(day), payer=who)
    shown = messages(answer)
    if blocks:
        typer.echo(json.dumps({"blocks": [block for one in shown for block in one.blocks]}, indent=2))
        return
    parts = [said("Avery", f"@codecite {answer.question}"), *map(posted, shown)]
    parts += [view_html(sources_window(answer))] if answer.citations else []
    parts += [view_html(claim_window(claim_of(answer)))] if answer.codes else []
    out.write_text(page(parts, "How it looks in Slack"), encoding="utf-8")
    typer.echo(f"Written: {out}")
