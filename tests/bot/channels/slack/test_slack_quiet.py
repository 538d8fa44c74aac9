"""No message text in any log, ours or of Slack's libraries, at any level, on good and on bad requests."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import logs
from bot.channels.slack.quiet import NAME, Wordless, quiet_logger
from tests.bot.channels.answers import answer
from tests.bot.channels.slack.bench import Engine, running, settings
from tests.bot.channels.slack.fake import (
    FakeSlack,
    Refusal,
    command,
    deleted,
    direct,
    edited,
    mention,
    pane_opened,
    pressed,
    shortcut,
    stamp,
    submitted,
)
from tests.bot.channels.slack.test_slack_http import as_json, signed, web

CANARY = "zebrafinch"
"""Stands in every message; nothing may write it anywhere but to Slack."""


class Everything(logging.Handler):
    """Keeps every record as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.written: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append((record.name, f"{self.format(record)} {record.args} {record.__dict__}"))


@pytest.fixture
def everything() -> Iterator[Everything]:
    """All logging at DEBUG, ours included."""
    handler, root = Everything(), logging.getLogger()
    before = {name: logging.getLogger(name).level for name in ("codecite.slack",)}
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    quiet_logger().setLevel(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(("slack_", "aiohttp")):
            logging.getLogger(name).setLevel(logging.DEBUG)
    logs.configure("debug")
    yield handler
    logs.configure()
    root.removeHandler(handler)
    root.setLevel(level)
    for name, old in before.items():
        logging.getLogger(name).setLevel(old)


def test_no_word_of_a_message_is_logged_or_stored(
    everything: Everything, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async def run() -> None:
        engine = Engine()
        engine.answers = {text: answer(question="[NAME]?") for text in (CANARY, f"{CANARY}?")}
        engine.echo = False
        engine.failures[f"{CANARY} fails"] = RuntimeError(f"about {CANARY}")
        async with FakeSlack() as slack:
            held = settings(tmp_path, slack)
            async with running(slack, held, engine):
                said = direct(f"{CANARY}?", thread_ts=stamp())
                bodies = [mention(f"{CANARY}?"), said, mention(f"{CANARY} fails"), pane_opened(stamp())]
                bodies += [edited(said, CANARY), mention(CANARY, is_ext_shared_channel=True)]
                bodies += [{"type": "event_callback", "event": CANARY}, {"type": CANARY, CANARY: CANARY}]
                for body in bodies:
                    await slack.send(body)
                await slack.send(command(f"{CANARY}?", slack.response_url()), kind="slash_commands")
                for body in (
                    shortcut(f"{CANARY}?"),
                    pressed("codecite_sources", CANARY),
                    pressed(CANARY, CANARY),
                    submitted("codecite_checked", {"lines": {"lines": {"value": CANARY}}}),
                    submitted("codecite_reported", {CANARY: CANARY}),
                ):
                    await slack.send(body, kind="interactive")
                await slack.until(lambda: len(slack.of("chat.postMessage", "response", "views.update")) >= 5)
                slack.refuse(
                    "chat.postMessage", Refusal(200, f"{CANARY} was said"), Refusal(429, headers={"Retry-After": "0"})
                )
                for _ in range(2):
                    await slack.send(mention(f"{CANARY}?"))
                await slack.until(lambda: not slack.refusals["chat.postMessage"])
                await slack.send(deleted(said))
                await slack.until(lambda: bool(slack.of("chat.delete")))
            async with web(held, engine) as caller:
                body, kind = as_json(mention(f"{CANARY}?"))
                assert (await caller.post(body, kind, signed(body, secret="wrong")))[0] == 401
                assert (await caller.post(f"{{{CANARY}".encode(), kind))[0] in (400, 404)
                assert (await caller.post(body, kind))[0] == 200

    asyncio.run(run())
    assert sum(name == NAME for name, _ in everything.written) > 100, "Slack's libraries did log"
    assert [pair for pair in everything.written if CANARY in pair[1]] == []
    assert CANARY not in "".join(capfd.readouterr())
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
    assert b"SQLite" in stored
    assert CANARY.encode() not in stored


def test_a_record_keeps_its_place_and_loses_its_words() -> None:
    error = ValueError(CANARY)
    record = logging.LogRecord("slack_bolt", 20, "/x/y.py", 7, "said %s", (CANARY,), (ValueError, error, None), "run")
    assert Wordless().filter(record)
    assert logging.Formatter().format(record) == "y.run:7 (ValueError)"
