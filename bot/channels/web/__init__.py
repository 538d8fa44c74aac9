"""The web chat. `serve` starts it; Gradio and FastAPI are imported only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings

__all__ = ["serve"]


def serve(settings: Settings, *, host: str, port: int, open_browser: bool) -> None:
    """Serve the chat page until interrupted; builds the index first when there is none.

    Args:
        settings: where the knowledge and the index are.
        host: address to listen on; anything but loopback is reachable by others, and there is no login yet.
        port: port to listen on.
        open_browser: open the page in the user's browser once it answers.

    Raises:
        WebError: the port is taken or not allowed.
    """
    from bot.channels.web.app import run

    run(settings, host=host, port=port, open_browser=open_browser)
