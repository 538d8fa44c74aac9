"""Order without waiting: jobs of one conversation run one after the other, conversations never wait for each other."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bot.logs import get_logger

Job = Callable[[], Awaitable[None]]


@dataclass(order=True)
class _Waiting:
    order: tuple[float, int]
    job: Job | None = field(compare=False)
    mark: str = field(compare=False, default="")


class Lanes:
    """Runs jobs in a lane per key. Bounded: a full lane, or too many jobs in all, refuses instead of piling up.

    Within a lane the job with the smallest `order` (the time a message was sent) runs next, so that messages which
    arrive out of order are answered in order as long as the later one has not begun. Belongs to one event loop.

    Args:
        most: jobs held in all, running ones included.
        deepest: jobs held in one lane.
    """

    def __init__(self, most: int = 2000, deepest: int = 50) -> None:
        self._most, self._deepest = most, deepest
        self._waiting: dict[str, list[_Waiting]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._count = 0
        self._number = 0
        self._log: Any = get_logger("lanes")

    @property
    def held(self) -> int:
        """Jobs waiting or running."""
        return self._count

    def submit(self, key: str, job: Job, *, order: float = 0.0, mark: str = "") -> bool:
        """Queue a job; False when there is no room, and then it never runs. `mark` names it for `cancel`."""
        lane = self._waiting.setdefault(key, [])
        if self._count >= self._most or len(lane) >= self._deepest:
            if key not in self._workers:
                del self._waiting[key]
            return False
        self._number += 1
        self._count += 1
        heapq.heappush(lane, _Waiting((order, self._number), job, mark))
        if key not in self._workers:
            self._workers[key] = asyncio.create_task(self._work(key))
        return True

    def cancel(self, key: str, mark: str) -> bool:
        """Take a waiting job back; False when there is none of that mark that has not begun."""
        for waiting in self._waiting.get(key, ()):
            if waiting.mark == mark and waiting.job is not None:
                waiting.job = None
                return True
        return False

    async def drain(self, seconds: float) -> bool:
        """Wait until all is done; False when `seconds` pass before, and what is left is then stopped."""
        workers = tuple(self._workers.values())
        if not workers:
            return True
        _, late = await asyncio.wait(workers, timeout=seconds)
        for worker in late:
            worker.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if late:
            self._waiting.clear()
            self._workers.clear()
            self._count = 0
        return not late

    async def _work(self, key: str) -> None:
        lane = self._waiting[key]
        try:
            while lane:
                waiting = heapq.heappop(lane)
                if waiting.job is not None:
                    await self._run(waiting.job)
                self._count -= 1
        finally:
            self._waiting.pop(key, None)
            self._workers.pop(key, None)

    async def _run(self, job: Job) -> None:
        try:
            await job()
        except Exception as error:  # One failed job must not stop those behind it; its text may hold a message.
            self._log.error("job failed", error_type=type(error).__name__)
