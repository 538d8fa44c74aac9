"""`codecite forget`: remove what conversations left behind."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(forget)


def forget(
    conversation: Annotated[str | None, typer.Argument(help="Id of the conversation to forget.")] = None,
    unused_for: Annotated[
        int | None, typer.Option("--unused-for", min=0, metavar="DAYS", help="Forget those unused for so many days.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Forget every conversation.")] = False,
) -> None:
    """Forget conversations: the facts that were stated in them and their last answers.

    Examples:
    - `codecite forget morning` (the one begun with `codecite ask --conversation morning`)
    - `codecite forget --unused-for 7`
    - `codecite forget --all`

    Messages are never kept. What is forgotten is overwritten in the database, also while `codecite web` runs.
    """
    import datetime as dt

    from bot.commands.common import settings
    from bot.errors import UsageError
    from bot.memory import Conversations

    if (conversation is not None) + (unused_for is not None) + everything != 1:
        raise UsageError("say which conversations", hint="codecite forget ID, or --unused-for DAYS, or --all")
    held = settings()
    tomorrow = dt.date.today() + dt.timedelta(days=1)
    with Conversations.open(held.database_url, days=held.conversation_days) as store:
        if conversation is not None:
            count = store.forget(conversation)
        else:
            count = store.forget_unused(tomorrow - dt.timedelta(days=unused_for or 0))
        left = store.count()
    if conversation is not None and not count:
        typer.echo(f"No conversation has the id {conversation!r}; nothing was forgotten.")
        return
    typer.echo(f"Forgotten: {count} conversation{'s' * (count != 1)}. Kept: {left}.")
