"""The web chat served for real, and a browser that visits it."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from bot.channels.web.app import LOOPBACK, build_app
from bot.engine import Bot
from bot.settings import load
from tests.bot.channels.browsing import Announced

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def engine() -> Bot:
    """The real engine on the shipped knowledge; its index is built once when there is none."""
    return Bot.open(load())


@pytest.fixture(scope="session")
def address(engine: Bot) -> Iterator[str]:
    """Where the web chat answers with the real engine."""

    async def serve() -> None:
        app = build_app(engine, engine.knowledge, hosts=LOOPBACK)
        holder.append(Announced(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False)))
        ready.set()
        await holder[0].serve()

    holder: list[Announced] = []
    ready = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="web")
    thread.start()
    assert ready.wait(60)
    assert holder[0].listening.wait(60)
    port = holder[0].servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/"
    holder[0].should_exit = True
    thread.join(30)


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Browser]:
    """Debian's chromium; one for the module, because Playwright holds the thread's event loop while it lives."""
    chromium = shutil.which("chromium")
    assert chromium, "install chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()
