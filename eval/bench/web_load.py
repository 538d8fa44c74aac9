"""Many conversations at once against the web chat: latency, memory, and whether anybody sees anybody else's facts.

    python -m eval.bench.web_load --people 50 --seconds 60 --think 5

It starts `codecite serve` in a process of its own and speaks Gradio's queue protocol like a browser does: one request
that asks, one stream that answers. Each person has minutes of their own; an answer that shows other minutes is
cross-talk. `--api` asks `POST /api/ask` instead.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import psutil

_CONFIG = re.compile(r"window\.gradio_config = (\{.*?\});</script>", re.DOTALL)


@dataclass
class Result:
    """What was measured."""

    seconds: list[float] = field(default_factory=list)
    wrong: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Person:
    """One conversation with its own number of minutes."""

    number: int
    minutes: int

    def question(self, turn: int) -> str:
        """What this person asks; every turn after the first leans on the one before."""
        return f"{self.minutes} minutes of therapy, which code?" if turn == 0 else "and which modifier by video?"

    def is_own(self, shown: str) -> bool:
        """Whether the facts shown are this person's."""
        found = re.search(r'data-slot="minutes"[^>]*data-value="(\d+)"', shown) or re.search(
            r'"minutes": ?"(\d+)"', shown
        )
        return found is not None and int(found[1]) == self.minutes


class Chat:
    """Gradio's queue as the page uses it."""

    def __init__(self, client: httpx2.AsyncClient, ask: dict[str, Any], person: Person) -> None:
        self.client, self.ask_id, self.person = client, ask["id"], person
        self.inputs = len(ask["inputs"])
        self.session = f"load{person.number:05}{random.randrange(10**9)}"

    async def ask(self, turn: int) -> str:
        """Ask, and return the last complete output as JSON text."""
        values = [self.person.question(turn), "", "", *([None] * (self.inputs - 3))]
        body = {"data": values, "fn_index": self.ask_id, "session_hash": self.session, "event_data": None}
        (await self.client.post("/gradio_api/queue/join", json=body)).raise_for_status()
        shown = ""
        async with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    event = json.loads(line[5:])
                    if event["msg"] in ("process_generating", "process_completed"):
                        if not event["success"]:
                            raise RuntimeError("the page failed")
                        shown += json.dumps(event["output"]["data"])
                    if event["msg"] == "process_completed":
                        break
        return unescape(shown).replace("\\", "")


class Api:
    """The same over REST."""

    def __init__(self, client: httpx2.AsyncClient, person: Person) -> None:
        self.client, self.person = client, person
        self.conversation = f"load-{person.number}-{random.randrange(10**9)}"

    async def ask(self, turn: int) -> str:
        """Ask, and return the Answer as JSON text."""
        body = {"message": self.person.question(turn), "conversation": self.conversation}
        reply = await self.client.post("/api/ask", json=body)
        reply.raise_for_status()
        return reply.text


async def live(person: Person, chat: Chat | Api, ends: float, think: float, result: Result) -> None:
    """One person's conversation until the time is over."""
    await asyncio.sleep(random.random() * max(think, 0.5))
    turn = 0
    while time.perf_counter() < ends:
        started = time.perf_counter()
        try:
            shown = await chat.ask(turn)
        except (httpx2.HTTPError, RuntimeError):
            result.failed += 1
        else:
            result.seconds.append(time.perf_counter() - started)
            result.wrong += not person.is_own(shown)
        turn += 1
        await asyncio.sleep(think * (0.5 + random.random()))


async def measure(address: str, people: int, seconds: float, think: float, *, api: bool) -> Result:
    """All people at once."""
    result = Result()
    limits = httpx2.Limits(max_connections=people * 3, max_keepalive_connections=people * 3)
    async with httpx2.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        found = _CONFIG.search((await client.get("/")).text)
        assert found, "the page tells its configuration"
        asks = [row for row in json.loads(found[1])["dependencies"] if row["types"]["generator"] and row["targets"]]
        crowd = [Person(number, 16 + number) for number in range(people)]
        ends = time.perf_counter() + seconds
        chats: list[Chat | Api] = [Api(client, one) if api else Chat(client, asks[0], one) for one in crowd]
        await asyncio.gather(*(live(one, chat, ends, think, result) for one, chat in zip(crowd, chats, strict=True)))
    return result


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie, in milliseconds."""
    ordered = sorted(values)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def start(home: Path | None) -> tuple[subprocess.Popen[bytes], str]:
    """`codecite serve` on a free port, once it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, **({"CODECITE_HOME": str(home)} if home else {})}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "serve", "--port", str(port)], env=env, stdout=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            if httpx2.get(f"{address}/readyz").status_code == 200:
                return process, address
        except httpx2.HTTPError:
            pass
        time.sleep(0.1)
    process.kill()
    raise RuntimeError("the server did not become ready")


def main() -> None:
    """Measure and print."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--people", type=int, default=50)
    reader.add_argument("--seconds", type=float, default=60)
    reader.add_argument("--think", type=float, default=5, help="mean seconds between an answer and the next question")
    reader.add_argument("--api", action="store_true")
    reader.add_argument("--home", type=Path)
    given = reader.parse_args()
    process, address = start(given.home)
    try:
        memory = psutil.Process(process.pid)
        before = memory.memory_info().rss
        result = asyncio.run(measure(address, given.people, given.seconds, given.think, api=given.api))
        after = memory.memory_info().rss
        used = sum(memory.cpu_times()[:2])
    finally:
        process.terminate()
        process.wait(20)
    count = len(result.seconds)
    print(
        f"{given.people} people, {given.seconds:.0f} s, thinking {given.think:.1f} s: {count} answers "
        f"({count / given.seconds:.1f} a second), failed {result.failed}, cross-talk {result.wrong}; "
        f"ms p50 {percentile(result.seconds, 0.5):.0f}, p95 {percentile(result.seconds, 0.95):.0f}, "
        f"p99 {percentile(result.seconds, 0.99):.0f}; memory {before >> 20} MB before, {after >> 20} MB after; "
        f"processor {1000 * used / max(1, count):.0f} ms an answer"
    )


if __name__ == "__main__":
    main()
