"""One process that serves the web chat, the API, MCP and, when it is configured, Slack."""

from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import uvicorn

from bot.asking import Asks
from bot.channels.access.book import AccessBook
from bot.channels.access.policy import Policy, check_exposure
from bot.channels.web.app import Extras, build_app, hosts_of
from bot.channels.web.page import read_examples
from bot.errors import UsageError
from bot.feedback import FeedbackBook
from bot.logs import get_logger
from bot.settings import Settings
from corpus.knowledge import Knowledge

if TYPE_CHECKING:
    from fastapi import FastAPI


class WebError(UsageError):
    """The server cannot listen at this address."""

    hint = "Choose another port, for example `codecite web --port 7861`, or stop the program that holds it."


def run(
    settings: Settings, *, host: str, port: int, open_browser: bool, allow_open: bool = False, channels: bool = True
) -> None:
    """Open the bot, then serve until interrupted.

    Args:
        settings: where the knowledge, the index and the databases are, and who may come in.
        host: address to listen on.
        port: port to listen on.
        open_browser: open the page in the user's browser once it answers.
        allow_open: listen beyond this machine although nobody is asked who they are.
        channels: serve other channels too, when they are configured.

    Raises:
        ExposureError: others could come in without being asked, and `allow_open` is not set.
        WebError: the port is taken or not allowed.
    """
    _check_address(host, port)
    with ExitStack() as stack:
        book = None
        if settings.access != "off":
            book = AccessBook(settings.database_url)
            stack.callback(book.close)
        check_exposure(settings, host, book, allow_open=allow_open)
        from bot.engine import Bot

        bot = Bot.open(settings, keep=True)
        stack.callback(bot.close)
        feedback = FeedbackBook(settings.database_url, bot.knowledge)
        stack.callback(feedback.close)
        warm = threading.Event()
        extras = Extras(
            settings=settings,
            policy=Policy.of(settings, book),
            feedback=feedback,
            attach=partial(_attach, settings, bot.knowledge, channels),
            ready=warm.is_set,
        )
        hosts = hosts_of(host, settings.public_url)
        app = build_app(bot, bot.knowledge, hosts=hosts, payer=settings.payer or "", extras=extras)
        # Addresses are those of the connection: a header that anybody can send tells nothing.
        config = uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False, proxy_headers=False)
        first = next(iter(read_examples().values()))[0].question
        # The first question of a process reads tables and the encoder; asked here, nobody waits for that.
        warm_up = threading.Thread(target=_warm_up, args=(bot, first, warm), name="warm-up", daemon=True)
        Server(config, f"http://{_spoken(host)}:{port}", open_browser=open_browser, warm_up=warm_up).run()


def _attach(settings: Settings, knowledge: Knowledge, channels: bool, app: FastAPI, bot: Asks) -> tuple[str, ...]:
    """Add Slack when it is configured; returns the paths that bring their own proof of who asks."""
    if not channels or settings.slack_bot_token is None:
        return ()
    if settings.slack_mode == "http":
        from bot.channels.slack import attach
        from bot.channels.slack.names import PATH

        attach(app, settings, bot, knowledge)
        return (PATH,)
    _join_socket(app, settings, bot, knowledge)
    return ()


def _join_socket(app: FastAPI, settings: Settings, bot: Asks, knowledge: Knowledge) -> None:
    """Run Slack's Socket Mode while the application runs."""
    import asyncio

    from bot.channels.slack.socket import serve

    within = app.router.lifespan_context

    async def talk(stop: asyncio.Event) -> None:
        try:
            await serve(settings, bot, knowledge, stop=stop, ready=lambda: print("Connected to Slack.", flush=True))
        except Exception as error:  # The page and the API go on without Slack; what is wrong is told once.
            get_logger("slack").error("slack ended", error_type=type(error).__name__, channel="slack")

    @asynccontextmanager
    async def lifespan(started: FastAPI) -> AsyncIterator[Any]:
        async with within(started) as state:
            stop = asyncio.Event()
            task = asyncio.create_task(talk(stop))
            try:
                yield state
            finally:
                stop.set()
                await task

    app.router.lifespan_context = lifespan


def _warm_up(bot: Asks, question: str, warm: threading.Event) -> None:
    try:
        bot.ask(question)
        warm.set()
    except Exception as error:  # Whatever is wrong meets the first reader's question too, who is told calmly.
        get_logger("web").error("warm-up failed", error_type=type(error).__name__, channel="web")


class Server(uvicorn.Server):
    """Says where the page is, opens it and warms the engine up, once it can be reached."""

    def __init__(self, config: uvicorn.Config, url: str, *, open_browser: bool, warm_up: threading.Thread) -> None:
        super().__init__(config)
        self.url, self.open_browser, self.warm_up = url, open_browser, warm_up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets=sockets)
        if not self.started:
            return
        self.warm_up.start()
        print(f"codecite is at {self.url} (Ctrl+C stops it)", flush=True)
        if self.open_browser:
            webbrowser.open(self.url)


def _spoken(host: str) -> str:
    if host in ("0.0.0.0", "::", "127.0.0.1", "::1"):
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _check_address(host: str, port: int) -> None:
    """Fail before the index is opened when the port cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise WebError(f"cannot listen on {host} port {port}: {error.strerror or 'not allowed'}") from error
