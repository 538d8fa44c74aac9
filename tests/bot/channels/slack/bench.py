"""A codecite on the other end of the fake Slack: the real channel over Socket Mode, an engine that tests control."""

from __future__ import annotations

import asyncio
import datetime
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.answer import Answer
from bot.asking import Asks
from bot.channels.slack import socket
from bot.settings import Settings
from corpus.knowledge import Knowledge
from tests.bot.channels.answers import answer
from tests.bot.channels.slack.fake import FakeSlack

KNOWLEDGE = Knowledge()
HOLD = 20.0


class Engine:
    """An engine at the rim: answers with an Answer that repeats the question, waits or fails where it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None, str | None]] = []
        self.forgotten: list[str] = []
        self.gates: dict[str, threading.Event] = {}
        self.begun: dict[str, threading.Event] = {}
        self.failures: dict[str, Exception] = {}
        self.answers: dict[str, Answer] = {}
        self._lock = threading.Lock()
        self.echo = True
        self._count = 0

    def hold(self, text: str) -> threading.Event:
        """Make the answer to `text` wait until the event is set."""
        self.begun[text] = threading.Event()
        return self.gates.setdefault(text, threading.Event())

    def ask(
        self,
        message: str,
        conversation: str | None = None,
        *,
        date: datetime.date | None = None,
        payer: str | None = None,
        item_id: str | None = None,
    ) -> Answer:
        """As told."""
        with self._lock:
            self.asked.append((message, conversation, payer))
            self._count += 1
            number = self._count
        if message in self.begun:
            self.begun[message].set()
        if message in self.gates:
            assert self.gates[message].wait(HOLD), "never let go"
        if message in self.failures:
            raise self.failures[message]
        told = self.answers.get(message) or answer(
            answer=f"About {message}", sentences=answer().sentences, question=message
        )
        if not self.echo:
            return told.model_copy(update={"id": f"a-{number}"})
        first = told.sentences[0].model_copy(update={"text": f"{told.sentences[0].text} ({message})"})
        return told.model_copy(
            update={"id": f"a-{number}", "question": told.question, "sentences": (first, *told.sentences[1:])}
        )

    def forget(self, conversation: str) -> None:
        """Note it."""
        self.forgotten.append(conversation)


def settings(home: Path, slack: FakeSlack, **changes: Any) -> Settings:
    """Settings that point at the fake Slack."""
    held = {
        "home": home,
        "slack_bot_token": "xoxb-test",
        "slack_app_token": "xapp-test",
        "slack_signing_secret": "signing-secret",
        "slack_api_url": slack.url,
        **changes,
    }
    return Settings(_env_file=None, **held)


@asynccontextmanager
async def running(slack: FakeSlack, held: Settings, engine: Asks) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """The channel over Socket Mode; yields a function that stops it early."""
    stop = asyncio.Event()
    task = asyncio.create_task(socket.serve(held, engine, KNOWLEDGE, stop=stop))

    async def end() -> None:
        stop.set()
        await task

    waiting = asyncio.create_task(slack.until(lambda: bool(slack._sockets)))
    done, _ = await asyncio.wait((task, waiting), return_when=asyncio.FIRST_COMPLETED)
    if task in done:
        waiting.cancel()
        task.result()
    try:
        yield end
    finally:
        if not task.done():
            await end()


def play(
    home: Path, scene: Callable[[FakeSlack, Engine], Awaitable[None]], engine: Engine | None = None, **changes: Any
) -> FakeSlack:
    """Run a scene between the fake Slack and the real channel; afterwards everything is answered and closed."""

    async def run() -> FakeSlack:
        played = engine or Engine()
        async with FakeSlack() as slack:
            async with running(slack, settings(home, slack, **changes), played):
                await scene(slack, played)
            return slack

    return asyncio.run(run())
