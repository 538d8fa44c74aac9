"""What every part of the Slack channel works with: the client, the engine's desk, the ledger, the lanes and the pools.

Belongs to one event loop. Whatever blocks (the engine, the database) runs in threads; the loop only acknowledges,
orders and sends.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.asking import Asks
from bot.channels.shared.desk import LOST, Desk, Reply
from bot.channels.shared.lanes import Lanes
from bot.channels.shared.ledger import Ledger, Place
from bot.channels.slack.blocks import Look, Message
from bot.channels.slack.gate import KIND, Rules
from bot.channels.slack.posting import FAILURES, Poster, code_of
from bot.feedback import FeedbackBook
from bot.logs import get_logger
from bot.settings import Settings
from corpus.knowledge import Knowledge

Result = TypeVar("Result")

ENGINES = 4
"""Engine calls at a time: slow answers leave room for others, and acknowledgements for themselves."""
PATIENCE = 1.0
"""Seconds that the database has to say whether an event is new, before it is answered without asking further."""
SHARED_FOR = 600.0
"""Seconds for which it is remembered whether a channel is shared with another organization."""
SWEEP = 30.0
"""Seconds between looking after answers that are owed."""


@dataclass
class Station:
    """The running channel. `close` it when done."""

    settings: Settings
    knowledge: Knowledge
    client: AsyncWebClient
    rules: Rules
    desk: Desk
    ledger: Ledger
    feedback: FeedbackBook
    poster: Poster
    names: Mapping[str, str] = field(default_factory=dict)
    lanes: Lanes = field(default_factory=Lanes)
    log: Any = field(default_factory=lambda: get_logger("slack"))
    _engines: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(ENGINES, "slack-engine"))
    # One thread: SQLite has one writer anyway, and claims are then never in each other's way.
    _books: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "slack-ledger"))
    _shared: dict[str, tuple[float, bool | None]] = field(default_factory=dict)
    _recent: dict[str, None] = field(default_factory=dict)
    _begun: set[asyncio.Task[Any]] = field(default_factory=set)
    _sweeper: asyncio.Task[None] | None = None

    @classmethod
    def open(cls, settings: Settings, bot: Asks, knowledge: Knowledge, client: AsyncWebClient, rules: Rules) -> Station:
        """A station over the database of `settings`; raises DatabaseError when that cannot be opened."""
        return cls(
            settings,
            knowledge,
            client,
            rules,
            Desk(bot, KIND, settings.payer),
            Ledger(settings.database_url, KIND),
            FeedbackBook(settings.database_url, knowledge),
            Poster(client, streaming=settings.slack_streaming),
            {key: row.name[:1].upper() + row.name[1:] for key, row in knowledge.rules.payers.items()},
        )

    def look(self, **changes: Any) -> Look:
        """How an answer is rendered, with payers by their names."""
        return Look(names=self.names, **changes)

    async def blocking(self, call: Callable[..., Result], *arguments: Any, **options: Any) -> Result:
        """Run something that uses the database, in order, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._books, partial(call, *arguments, **options))

    async def working(self, call: Callable[..., Result], *arguments: Any, **options: Any) -> Result:
        """Run something that computes, off the event loop, beside others."""
        return await asyncio.get_running_loop().run_in_executor(self._engines, partial(call, *arguments, **options))

    async def ask(self, text: str, conversation: str) -> Reply:
        """The reply to one message of a conversation."""
        first = not await self.blocking(self.ledger.begun, conversation)
        return await self.working(self.desk.reply, text, conversation, first=first)

    async def is_new(self, keys: tuple[str, ...], place: Place | None) -> bool:
        """Whether an event was not seen before, by this process or another one.

        Never takes much longer than `PATIENCE`: an acknowledgement must not wait for a database in trouble. Then this
        process's own memory decides, and a second replica might answer too.
        """
        if not keys:
            return True
        if any(key in self._recent for key in keys):
            return False
        self._recent.update(dict.fromkeys(keys))
        for old in list(self._recent)[: max(len(self._recent) - 20_000, 0)]:
            del self._recent[old]
        claim = asyncio.ensure_future(self.blocking(self.ledger.claim, keys, place))
        try:
            return await asyncio.wait_for(asyncio.shield(claim), PATIENCE)
        except TimeoutError:
            claim.add_done_callback(lambda done: done.cancelled() or done.exception())
            self.log.warning("ledger is slow", channel=KIND)
        except Exception as error:  # Whatever the database's trouble is, people still get their answers.
            self.log.error("ledger failed", error_type=type(error).__name__, channel=KIND)
        return True

    async def is_shared(self, channel: str) -> bool | None:
        """Whether a channel is shared with another organization; None when Slack does not tell us."""
        known = self._shared.get(channel)
        if known and time.monotonic() - known[0] < SHARED_FOR:
            return known[1]
        try:
            found = (await self.client.conversations_info(channel=channel)).get("channel") or {}
            answer = bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared"))
        except FAILURES as error:
            self.log.info("channel unknown", error_type=code_of(error), channel=KIND)
            return None
        self._shared[channel] = (time.monotonic(), answer)
        return answer

    async def heeded(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do `work`, which `close` waits for; a refusal by Slack is logged by its code and goes no further."""
        task = asyncio.current_task()
        assert task is not None, "runs in a task"
        self._begun.add(task)
        try:
            await work()
        except FAILURES as error:
            self.log.warning("refused", error_type=code_of(error), channel=KIND)
        finally:
            self._begun.discard(task)

    def start(self) -> None:
        """Begin to look after what is owed, by us and by processes that are gone."""
        self._sweeper = asyncio.create_task(self._sweep())

    async def sweep(self) -> None:
        """Tell people whose questions were lost with another process, and say that this one is alive."""
        await self.blocking(self.ledger.renew)
        for place in await self.blocking(self.ledger.orphans):
            try:
                if place.private:
                    await self.poster.note(place, LOST)
                else:
                    await self.poster.post(place, [Message((), LOST)])
            except FAILURES as error:
                self.log.warning("apology failed", error_type=code_of(error), channel=KIND)

    async def _sweep(self) -> None:
        rounds = 0
        while True:
            try:
                await self.sweep()
                if rounds % 120 == 119:
                    await self.blocking(self.ledger.purge)
            except Exception as error:  # A database in trouble now may be well in half a minute.
                self.log.error("sweep failed", error_type=type(error).__name__, channel=KIND)
            rounds += 1
            await asyncio.sleep(SWEEP)

    async def close(self, *, patience: float = 20.0) -> None:
        """Finish what was begun within `patience` seconds, leave the rest to be apologized for, and let go of all."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
        if self._begun:
            await asyncio.wait(tuple(self._begun), timeout=patience)
        finished = await self.lanes.drain(patience)
        if not finished:
            self.log.warning("stopped with answers owed", channel=KIND)
        await self.blocking(self.ledger.abandon)
        self._engines.shutdown(wait=finished, cancel_futures=True)
        self._books.shutdown(wait=True)
        self.ledger.close()
        self.feedback.close()
