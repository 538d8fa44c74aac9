"""The web application: the chat page mounted in FastAPI, the limits page, a health check, and the server.

Nothing leaves the machine: no analytics, no share link, no run history, no fonts or scripts from elsewhere (the
content security policy forbids them), no access log.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import threading
import webbrowser
from html import escape
from pathlib import Path

# Read by Gradio: nothing calls home, and its queue keeps no statistics of past calls (by default it summarizes the
# last 10,000 with pandas after every event, which costs more than an answer).
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1")
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(2**31))

import gradio as gr
import nh3
import uvicorn
from fastapi import FastAPI
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import HTMLResponse, PlainTextResponse
from markdown_it import MarkdownIt
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.asking import Asks
from bot.channels.web.bench import Bench
from bot.channels.web.page import CSS, HERE, SCRIPT, build_page, read_examples
from bot.channels.web.turns import Desk
from bot.errors import UsageError
from bot.logs import get_logger
from bot.settings import Settings
from bot.toolbox import Toolbox
from corpus.knowledge import Knowledge

LIMITS = HERE / "limits.md"

HEADERS = {
    # Gradio's own page needs inline scripts and styles; everything else comes from this server or not at all.
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

OPEN = frozenset({"/", "/limits", "/healthz", "/config", "/theme.css", "/favicon.ico", "/robots.txt"})
OPEN_BELOW = (
    "/assets/",
    "/static/",
    "/svelte/",
    "/gradio_api/queue/",
    "/gradio_api/heartbeat/",
    "/gradio_api/startup-events",
    "/gradio_api/cancel",
    "/gradio_api/reset",
)
"""What the page needs of Gradio. Its other routes (files, uploads, proxy, run history, monitoring ...) stay closed."""

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class WebError(UsageError):
    """The web chat cannot be served at this address."""

    hint = "Choose another port, for example `codecite web --port 7861`, or stop the program that holds it."


class Guard:
    """Lets through what is needed and puts the security headers on every reply; streams pass through untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        is_open = scope["path"] in OPEN or scope["path"].startswith(OPEN_BELOW)
        app = self.app if is_open else PlainTextResponse("Not found", status_code=404)
        await app(scope, receive, send_with_headers)


def build_app(
    bot: Asks,
    knowledge: Knowledge,
    hosts: tuple[str, ...] = ("*",),
    payer: str = "",
    settings: Settings | None = None,
) -> FastAPI:
    """The application that answers with `bot`.

    Args:
        bot: the engine.
        knowledge: gives the payers and the versions in the footer.
        hosts: names under which the page may be asked for; a page elsewhere that points its own name at this machine
            is turned away.
        payer: chosen when a conversation begins, where the knowledge knows it.
        settings: where databases and folders of this installation are; tabs that keep something need them.
    """
    app = FastAPI(title="codecite", docs_url=None, redoc_url=None, openapi_url=None)
    limits = _limits_page()

    @app.get("/limits")
    def read_limits() -> HTMLResponse:
        return HTMLResponse(limits)

    @app.get("/healthz")
    def read_health() -> dict[str, str]:
        return {"status": "ok", "knowledge": knowledge.version}

    app.add_middleware(Guard)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    payers = {word: _capital(row.name) for word, row in knowledge.rules.payers.items()}
    desk = Desk(bot, payers=payers, usual_payer=payer if payer in payers else "")
    bench = Bench(Toolbox(knowledge, getattr(bot, "index", None)), payers, settings)
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        build_page(desk, _footer(knowledge), bench),
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        max_file_size="1kb",
        mcp_server=False,
        pwa=False,
        theme=_theme(),
        css=CSS.read_text(encoding="utf-8"),
        js=SCRIPT.read_text(encoding="utf-8"),
        head='<meta name="robots" content="noindex"><meta name="color-scheme" content="light dark">',
    )
    return mounted


def run(settings: Settings, *, host: str, port: int, open_browser: bool) -> None:
    """Open the bot, then serve until interrupted."""
    _check_address(host, port)
    from bot.engine import Bot

    bot = Bot.open(settings, keep=True)
    app = build_app(bot, bot.knowledge, hosts=_hosts(host), payer=settings.payer or "", settings=settings)
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False)
    first = next(iter(read_examples().values()))[0].question
    # The first question of a process reads tables and the encoder; asked here, nobody waits for that.
    warm_up = threading.Thread(target=_warm_up, args=(bot, first), name="warm-up", daemon=True)
    _Server(config, f"http://{_spoken(host)}:{port}", open_browser=open_browser, warm_up=warm_up).run()


def _warm_up(bot: Asks, question: str) -> None:
    try:
        bot.ask(question)
    except Exception as error:  # Whatever is wrong meets the first reader's question too, who is told calmly.
        get_logger("web").error("warm-up failed", error_type=type(error).__name__, channel="web")


class _Server(uvicorn.Server):
    """Says where the page is, opens it and warms the engine up, once it can be reached."""

    def __init__(self, config: uvicorn.Config, url: str, *, open_browser: bool, warm_up: threading.Thread) -> None:
        super().__init__(config)
        self.url, self.open_browser, self.warm_up = url, open_browser, warm_up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
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


def _hosts(host: str) -> tuple[str, ...]:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    return LOOPBACK if loopback else ("*",)


def _check_address(host: str, port: int) -> None:
    """Fail before the index is opened when the port cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise WebError(f"cannot listen on {host} port {port}: {error.strerror or 'not allowed'}") from error


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _theme() -> gr.themes.Base:
    # Fonts of the system only: Gradio's default theme would fetch its own from Google.
    theme: gr.themes.Base = gr.themes.Base(
        primary_hue="teal",
        neutral_hue="slate",
        font=("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"),
        font_mono=("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"),
        radius_size="md",
    ).set(
        button_primary_background_fill="#0b6360",
        button_primary_background_fill_hover="#084b49",
        button_primary_text_color="#ffffff",
        button_primary_background_fill_dark="#6fd3c8",
        button_primary_background_fill_hover_dark="#97e3da",
        button_primary_text_color_dark="#06231f",
        button_secondary_background_fill="#f3f6f9",
        button_secondary_background_fill_hover="#e0f2f0",
        button_secondary_text_color="#17202b",
        button_secondary_background_fill_dark="#1f2832",
        button_secondary_background_fill_hover_dark="#123734",
        button_secondary_text_color_dark="#e8edf3",
        button_border_width="1px",
        button_secondary_border_color="#d5dbe3",
        button_secondary_border_color_dark="#38434f",
        block_label_text_color="#4a5666",
        block_label_text_color_dark="#aab6c4",
        block_title_text_color="#4a5666",
        block_title_text_color_dark="#aab6c4",
        body_text_color="#17202b",
        body_text_color_dark="#e8edf3",
        body_background_fill_dark="#0f151b",
        input_background_fill="#ffffff",
        input_background_fill_dark="#161d25",
        input_border_color="#7b8794",
        input_border_color_dark="#6b7785",
        input_border_width="1px",
        input_placeholder_color="#5b6777",
        input_placeholder_color_dark="#98a5b4",
    )
    return theme


def _footer(knowledge: Knowledge) -> str:
    held = knowledge.coverage
    return (
        f'<footer class="cc-foot"><p>Knowledge <code>{escape(knowledge.version)}</code>, checked {held.written}, '
        f"covers dates of service to <strong>{held.horizon}</strong>. "
        '<a href="/limits" target="_blank">What codecite can and cannot do<span class="cc-out"> (opens in a new tab)'
        "</span></a></p><p>Guidance with sources, not legal advice: the payer's contract and the record decide. "
        "Please enter no patient details.</p></footer>"
    )


def _limits_page(path: Path = LIMITS) -> str:
    body = nh3.clean(MarkdownIt("commonmark").render(path.read_text(encoding="utf-8")))
    return (
        '<!doctype html><html lang="en-US"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><title>codecite: what it can and cannot do</title>'
        f"<style>{CSS.read_text(encoding='utf-8')}</style></head>"
        f'<body class="cc-page"><main>{body}<p><a href="/">Back to the chat</a></p></main></body></html>'
    )
