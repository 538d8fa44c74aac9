"""The application with the real engine, and feedback in a database of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.channels.web.app import Extras
from bot.engine import Bot
from bot.feedback import FeedbackBook
from corpus.database import sqlite_url
from tests.bot.channels.answers import application
from tests.bot.channels.browsing import Announced


@pytest.fixture(scope="package")
def book(bot: Bot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FeedbackBook]:
    held = FeedbackBook(sqlite_url(tmp_path_factory.mktemp("api") / "codecite.db"), bot.knowledge)
    yield held
    held.close()


@pytest.fixture(scope="module")
def app(bot: Bot, book: FeedbackBook) -> FastAPI:
    return application(bot, bot.knowledge, Extras(feedback=book))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://localhost") as client:
        yield client


@pytest.fixture(scope="module")
def address(app: FastAPI) -> Iterator[str]:
    """The application on a port of this machine."""
    server = Announced(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), name="api")
    thread.start()
    assert server.listening.wait(60)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(30)
