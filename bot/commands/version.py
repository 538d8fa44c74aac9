"""`codecite version`: which program and which knowledge."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(version)


def version() -> None:
    """Print the version of the program and of the knowledge it answers from."""
    from importlib import metadata

    from bot.commands.common import knowledge

    held = knowledge()
    typer.echo(f"codecite {metadata.version('codecite')}")
    typer.echo(f"knowledge {held.version}, checked {held.coverage.written}, covers dates to {held.coverage.horizon}")
