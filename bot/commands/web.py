"""`codecite web`: the chat in a browser."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(web)


def web(
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on. Default: 7860.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the default browser.")] = True,
) -> None:
    """Open the chat in a browser on this machine.

    Examples:
    - `codecite web`
    - `codecite web --port 8000 --no-browser`

    It listens on localhost only unless --host (or CODECITE_HOST) says otherwise; there is no login.
    """
    from bot.channels.web import serve
    from bot.commands.common import ensure_index, settings

    held = settings()
    ensure_index(held)
    serve(held, host=host or held.host, port=port or held.port, open_browser=browser)
