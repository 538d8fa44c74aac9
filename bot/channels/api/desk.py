"""What all faces of the API share: the engine, the tools, feedback, metrics, and who is asking."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread
from starlette.requests import Request

from bot.answer import Answer
from bot.asking import Asks
from bot.channels.api.metrics import Metrics
from bot.feedback import FeedbackBook
from bot.toolbox import Toolbox

T = TypeVar("T")

AT_ONCE = 4
"""Questions worked on at once; each needs a processor core, so more would only share it."""


@dataclass(frozen=True)
class Counted:
    """An engine whose answers are counted and timed for one channel."""

    bot: Asks
    metrics: Metrics
    channel: str

    def ask(
        self,
        message: str,
        conversation: str | None = None,
        *,
        date: dt.date | None = None,
        payer: str | None = None,
        item_id: str | None = None,
    ) -> Answer:
        """The engine's Answer."""
        started = time.perf_counter()
        answer = self.bot.ask(message, conversation, date=date, payer=payer, item_id=item_id)
        self.metrics.answered(self.channel, answer.status, time.perf_counter() - started)
        return answer

    def forget(self, conversation: str) -> None:
        """Drop what a conversation said so far."""
        self.bot.forget(conversation)


@dataclass(frozen=True)
class ApiDesk:
    """The engine and the tools for programs; `ready` tells whether the first answer has been warmed up."""

    bot: Asks
    tools: Toolbox
    feedback: FeedbackBook | None
    metrics: Metrics
    ready: Callable[[], bool] = lambda: True
    limiter: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(AT_ONCE))

    def ask(
        self,
        message: str,
        conversation: str | None,
        *,
        date: dt.date | None = None,
        payer: str | None = None,
        channel: str = "api",
    ) -> Answer:
        """The Answer, counted and timed."""
        return Counted(self.bot, self.metrics, channel).ask(message, conversation, date=date, payer=payer)

    async def aside(self, work: Callable[[], T]) -> T:
        """The result of `work`, run in a thread so that the server goes on meanwhile."""
        return await anyio.to_thread.run_sync(work, limiter=self.limiter)

    async def asked(
        self, message: str, conversation: str | None, date: dt.date | None, payer: str | None, channel: str = "api"
    ) -> Answer:
        """`ask`, in a thread."""
        return await self.aside(partial(self.ask, message, conversation, date=date, payer=payer, channel=channel))


def who(request: Request) -> str:
    """The name of the user or key that the gate let in; empty when there is no access control."""
    return str(request.scope.get("codecite_user", ""))


def own_conversation(request: Request, name: str | None) -> str | None:
    """The engine's id for a caller's conversation: nobody can continue that of another user by its name."""
    if not name:
        return None
    return hashlib.sha256(f"api\0{who(request)}\0{name}".encode()).hexdigest()
