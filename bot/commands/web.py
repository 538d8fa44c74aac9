"""`codecite web` and `codecite serve`: the chat in a browser, and the server for a practice."""

from __future__ import annotations

from typing import Annotated

import typer

HostOption = Annotated[str | None, typer.Option(help="Address to listen on. Default: 127.0.0.1.")]
PortOption = Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on. Default: 7860.")]
OpenOption = Annotated[
    bool, typer.Option("--allow-open", help="Listen beyond this machine although nobody is asked who they are.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(web)
    app.command()(serve)


def web(
    host: HostOption = None,
    port: PortOption = None,
    browser: Annotated[bool, typer.Option(help="Open the default browser.")] = True,
    allow_open: OpenOption = False,
) -> None:
    """Open the chat in a browser on this machine.

    Examples:
    - `codecite web`
    - `codecite web --port 8000 --no-browser`

    It listens on localhost only, unless --host (or CODECITE_HOST) says otherwise; see `codecite serve` for that.
    """
    _run(host, port, browser=browser, allow_open=allow_open, channels=False)


def serve(host: HostOption = None, port: PortOption = None, allow_open: OpenOption = False) -> None:
    """Serve the web chat, the API, MCP and (when configured) Slack from one process.

    On localhost nobody is asked who they are. For others, choose who may come in with CODECITE_ACCESS: `users` (add
    them with `codecite users add NAME`), `proxy` (a login in front sets a header) or `keys` (programs only).

    Examples:
    - `codecite serve`
    - `CODECITE_ACCESS=users CODECITE_PUBLIC_URL=https://billing.example.org codecite serve --host 0.0.0.0`

    The page is at /, the API at /api (described by /api/openapi.json), OpenAI's protocol at /v1, MCP at /mcp, metrics
    at /metrics, health at /healthz and /readyz. Put a web server with https in front of it.
    """
    _run(host, port, browser=False, allow_open=allow_open, channels=True)


def _run(host: str | None, port: int | None, *, browser: bool, allow_open: bool, channels: bool) -> None:
    from bot.channels.serve import run
    from bot.commands.common import ensure_index, settings

    held = settings()
    ensure_index(held)
    run(
        held,
        host=host or held.host,
        port=port or held.port,
        open_browser=browser,
        allow_open=allow_open,
        channels=channels,
    )
