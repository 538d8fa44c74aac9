"""The web application: the chat page and its tools, the API, sign-in, health and metrics in one FastAPI app.

Nothing leaves the machine: no analytics, no share link, no run history, no fonts or scripts from elsewhere (the
content security policy forbids them), no access log.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import escape
from importlib import metadata
from pathlib import Path

# Read by Gradio: nothing calls home, and its queue keeps no statistics of past calls (by default it summarizes the
# last 10,000 with pandas after every event, which costs more than an answer).
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1")
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(2**31))

import gradio as gr
import nh3
from fastapi import FastAPI
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import HTMLResponse
from markdown_it import MarkdownIt
from mcp.server.transport_security import TransportSecuritySettings

from bot.asking import Asks
from bot.channels.access import login
from bot.channels.access.gate import HEADERS, Gate
from bot.channels.access.policy import SIGN_OUT, Policy, is_loopback
from bot.channels.api import openai_chat, problems, rest
from bot.channels.api.desk import ApiDesk, Counted
from bot.channels.api.mcp_server import build_server as build_mcp
from bot.channels.api.metrics import Metrics
from bot.channels.web import documents_page, export
from bot.channels.web.bench import Bench
from bot.channels.web.documents_page import may_take_documents
from bot.channels.web.page import CSS, HERE, build_page, script
from bot.channels.web.theme import theme
from bot.channels.web.turns import Desk
from bot.feedback import FeedbackBook
from bot.own.library import Library
from bot.settings import Settings
from bot.toolbox import Toolbox
from corpus.knowledge import Knowledge

__all__ = ["HEADERS", "LOOPBACK", "Extras", "build_app", "hosts_of"]

LIMITS = HERE / "limits.md"

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class Extras:
    """What an installation adds to the bare application.

    `attach` mounts other channels and returns their paths, which the gate lets through because they bring their own
    proof of who asks; `ready` tells whether the first answer has been warmed up.
    """

    settings: Settings | None = None
    policy: Policy = field(default_factory=Policy)
    feedback: FeedbackBook | None = None
    attach: Callable[[FastAPI, Asks], tuple[str, ...]] = lambda app, bot: ()
    ready: Callable[[], bool] = lambda: True


def build_app(
    bot: Asks,
    knowledge: Knowledge,
    hosts: tuple[str, ...] = ("*",),
    payer: str = "",
    extras: Extras | None = None,
) -> FastAPI:
    """The application that answers with `bot`.

    Args:
        bot: the engine.
        knowledge: gives the payers and the versions in the footer.
        hosts: names under which the page may be asked for; a page elsewhere that points its own name at this machine
            is turned away.
        payer: chosen when a conversation begins, where the knowledge knows it.
        extras: access control, feedback, settings and other channels of this installation.
    """
    held = extras or Extras()
    app, api = build_server(bot, knowledge, hosts, held)
    return _mount_page(app, api, payer, held, _library_of(bot, hosts, held))


def build_server(bot: Asks, knowledge: Knowledge, hosts: tuple[str, ...], held: Extras) -> tuple[FastAPI, ApiDesk]:
    """The application without the page: API, MCP, sign-in, health, behind the gate."""
    metrics = Metrics(knowledge.version)
    tools = Toolbox(knowledge, getattr(bot, "index", None))
    api = ApiDesk(bot, tools, held.feedback, metrics, held.ready)
    version = metadata.version("codecite")
    mcp = build_mcp(api, version)
    # The gate has looked at host and origin before.
    mcp_app = mcp.streamable_http_app(
        stateless_http=True,
        json_response=True,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with mcp.session_manager.run():
            yield

    app = FastAPI(
        title="codecite",
        version=version,
        description="Billing guidance for health coaching and behavioral health, every sentence proven.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
    )
    problems.install(app)
    app.include_router(rest.router(api))
    app.include_router(rest.health(api))
    app.include_router(openai_chat.router(api))
    app.include_router(export.router())
    library = _library_of(bot, hosts, held)
    if library is not None:
        app.include_router(documents_page.router(library, knowledge))
    app.router.routes.extend(mcp_app.routes)
    if held.policy.access == "users":
        app.include_router(login.router(held.policy, metrics, CSS.read_text(encoding="utf-8")))
    _add_limits_page(app)
    others = held.attach(app, Counted(bot, metrics, "slack"))
    app.add_middleware(Gate, policy=held.policy, metrics=metrics, extra=others)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    return app, api


def _library_of(bot: Asks, hosts: tuple[str, ...], held: Extras) -> Library | None:
    """The library of own documents, where documents may be brought through the page."""
    library: Library | None = getattr(bot, "library", None)
    return library if may_take_documents(hosts, held.policy.access) else None


def _mount_page(app: FastAPI, api: ApiDesk, payer: str, extras: Extras, library: Library | None) -> FastAPI:
    knowledge = api.tools.knowledge
    payers = {word: _capital(row.name) for word, row in knowledge.rules.payers.items()}
    desk = Desk(Counted(api.bot, api.metrics, "web"), payers=payers, usual_payer=payer if payer in payers else "")
    bench = Bench(api.tools, payers, extras.settings, library)
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        build_page(desk, _footer(knowledge, signed_in=extras.policy.access == "users"), bench),
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        max_file_size="1kb",
        mcp_server=False,
        pwa=False,
        theme=theme(),
        css=CSS.read_text(encoding="utf-8"),
        js=script(),
        head='<meta name="robots" content="noindex"><meta name="color-scheme" content="light dark">',
    )
    return mounted


def hosts_of(host: str, public_url: str | None = None) -> tuple[str, ...]:
    """Names under which a server listening on `host` may be asked for."""
    from urllib.parse import urlsplit

    if not is_loopback(host):
        return ("*",)
    named = urlsplit(public_url or "").hostname
    return (*LOOPBACK, named) if named else LOOPBACK


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _footer(knowledge: Knowledge, *, signed_in: bool = False) -> str:
    held = knowledge.coverage
    leave = (
        f'<form method="post" action="{SIGN_OUT}"><button type="submit">Sign out</button></form>' if signed_in else ""
    )
    return (
        f'<footer class="cc-foot"><p>Knowledge <code>{escape(knowledge.version)}</code>, checked {held.written}, '
        f"covers dates of service to <strong>{held.horizon}</strong>. "
        '<a href="/limits" target="_blank">What codecite can and cannot do<span class="cc-out"> (opens in a new tab)'
        "</span></a></p><p>Guidance with sources, not legal advice: the payer's contract and the record decide. "
        f"Please enter no patient details.</p>{leave}</footer>"
    )


def _add_limits_page(app: FastAPI) -> None:
    page = _limits_page()

    @app.get("/limits", include_in_schema=False)
    def read_limits() -> HTMLResponse:
        return HTMLResponse(page)


def _limits_page(path: Path = LIMITS) -> str:
    body = nh3.clean(MarkdownIt("commonmark").render(path.read_text(encoding="utf-8")))
    return (
        '<!doctype html><html lang="en-US"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><title>codecite: what it can and cannot do</title>'
        f"<style>{CSS.read_text(encoding='utf-8')}</style></head>"
        f'<body class="cc-page"><main>{body}<p><a href="/">Back to the chat</a></p></main></body></html>'
    )
