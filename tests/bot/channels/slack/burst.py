"""How quickly Slack is acknowledged in a burst: `python -m tests.bot.channels.slack.burst [EVENTS] [SECONDS]`.

Mentions in many threads over one WebSocket, evenly spread; each is sent twice. The real engine answers. Figures, no
test: they depend on the machine.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from bot.settings import load
from tests.bot.channels.slack.fake import FakeSlack, mention, stamp

QUESTIONS = (
    "Individual therapy, 52 minutes, LCSW. Which code?",
    "can we bill 90837 with 90785 and 96127x3?",
    "Follow-up coaching, 35 minutes, one client on video. Which code?",
    "Does Medicare pay for health coaching?",
)


async def burst(home: Path, events: int, seconds: float) -> None:
    """Send the events and print how long acknowledgements and answers took; the bot is a process of its own."""
    held = load()
    (home / "index").symlink_to(held.index_folder, target_is_directory=True)
    async with FakeSlack() as slack:
        environment = {
            **os.environ,
            "CODECITE_HOME": str(home),
            "CODECITE_SLACK_BOT_TOKEN": "xoxb-test",
            "CODECITE_SLACK_APP_TOKEN": "xapp-test",
            "CODECITE_SLACK_API_URL": slack.url,
        }
        bot = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot.cli", "slack", "run", env=environment)
        await asyncio.wait_for(_connected(slack), 120)
        await slack.send(mention(QUESTIONS[0]))
        await asyncio.wait_for(_answered(slack, 1), 60)
        sent: dict[str, float] = {}
        asked: dict[str, float] = {}
        threads = [stamp(1000 + number) for number in range(events // 4)]
        begun = time.monotonic()
        for number in range(events):
            await asyncio.sleep(max(0.0, begun + number * seconds / events - time.monotonic()))
            body = mention(QUESTIONS[number % 4], ts=stamp(5000 + number), thread_ts=threads[number % len(threads)])
            asked[body["event"]["ts"]] = time.monotonic()
            for _ in range(2):
                at = time.monotonic()
                sent[await slack.send(body)] = at
        await slack.acked(*sent)
        await asyncio.wait_for(_answered(slack, events + 1), 120)
        done = time.monotonic() - begun
        acks = sorted(slack.acks[envelope][0] - at for envelope, at in sent.items())
        bot.terminate()
        await bot.wait()
    place = [acks[min(len(acks) - 1, int(len(acks) * share))] * 1000 for share in (0.5, 0.99, 1)]
    print(f"{events} events twice in {seconds:g} s: {len(acks)} acknowledgements, {events} answers after {done:.1f} s")
    print(f"acknowledged after p50 {place[0]:.1f} ms, p99 {place[1]:.1f} ms, most {place[2]:.1f} ms")


async def _connected(slack: FakeSlack) -> None:
    while not slack._sockets:
        await asyncio.sleep(0.05)


async def _answered(slack: FakeSlack, events: int) -> None:
    while len(slack.of("chat.postMessage")) < events:
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    count, spread = (int(sys.argv[1]) if len(sys.argv) > 1 else 200), (float(sys.argv[2]) if len(sys.argv) > 2 else 10)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(burst(Path(folder), count, spread))
