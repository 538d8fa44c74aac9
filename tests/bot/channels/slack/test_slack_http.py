"""HTTP mode: only what Slack signed within five minutes is read; everything is acknowledged; restarts and outages."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
import uvicorn
from fastapi import FastAPI, Request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier

from bot.channels.slack import attach
from bot.channels.slack.app import SlackError
from bot.channels.slack.http import LARGEST, PATH, Door
from bot.settings import Settings
from tests.bot.channels.slack.bench import KNOWLEDGE, Engine
from tests.bot.channels.slack.bench import settings as slack_settings
from tests.bot.channels.slack.fake import FakeSlack, Refusal, command, mention, pressed

SECRET = "signing-secret"


def signed(body: bytes, *, secret: str = SECRET, age: int = 0) -> dict[str, str]:
    """Headers as Slack sends them."""
    stamp = str(int(time.time()) - age)
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body.decode("utf-8", "replace"))
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": str(signature)}


def as_json(payload: dict[str, Any]) -> tuple[bytes, str]:
    return json.dumps(payload).encode(), "application/json"


def as_form(payload: dict[str, Any]) -> tuple[bytes, str]:
    """A command's fields, or an interactive payload as Slack wraps it."""
    fields = payload if "command" in payload else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


class Caller:
    """Calls our web server as Slack does."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session, self.url = session, url

    async def post(self, body: bytes, kind: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
        """Send a request; the status and text of the reply."""
        sent = {**(signed(body) if headers is None else headers), "Content-Type": kind}
        async with self.session.post(self.url, data=body, headers=sent) as reply:
            return reply.status, await reply.text()


@asynccontextmanager
async def web(held: Settings, engine: Engine) -> AsyncIterator[Caller]:
    """A real web server with Slack attached."""
    app = FastAPI()
    assert attach(app, held, engine, KNOWLEDGE) == PATH
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with aiohttp.ClientSession() as session:
            yield Caller(session, f"http://127.0.0.1:{port}{PATH}")
    finally:
        server.should_exit = True
        await task


def test_everything_works_over_http_as_over_the_socket(tmp_path: Path) -> None:
    async def run() -> None:
        engine = Engine()
        async with FakeSlack() as slack, web(slack_settings(tmp_path, slack, slack_mode="http"), engine) as caller:
            challenge = {"type": "url_verification", "challenge": "3eZbrw1a", "token": "t"}
            status, text = await caller.post(*as_json(challenge))
            assert (status, json.loads(text)["challenge"]) == (200, "3eZbrw1a")
            event = mention("35 minutes?")
            for _ in range(3):
                assert await caller.post(*as_json(event)) == (200, "")
            await slack.until(lambda: bool(slack.of("chat.postMessage")))
            assert (await caller.post(*as_form(command("53 minutes?", slack.response_url()))))[0] == 200
            await slack.until(lambda: bool(slack.of("response")))
            assert (await caller.post(*as_form(pressed("codecite_sources", "a-1"))))[0] == 200
            await slack.until(lambda: bool(slack.of("views.open")))
            assert len(slack.of("chat.postMessage")) == 1

    asyncio.run(run())


def test_a_slow_engine_delays_no_acknowledgement(tmp_path: Path) -> None:
    async def run() -> None:
        engine = Engine()
        gate = engine.hold("slow?")
        async with FakeSlack() as slack, web(slack_settings(tmp_path, slack), engine) as caller:
            assert (await caller.post(*as_json(mention("slow?"))))[0] == 200
            assert slack.of("chat.postMessage") == []
            gate.set()
            await slack.until(lambda: bool(slack.of("chat.postMessage")))

    asyncio.run(run())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        (signed(b"{}", secret="another"), 401),
        (signed(b"{}", age=301), 401),
        (signed(b"{}", age=-100_000), 401),
        ({**signed(b"{}"), "X-Slack-Request-Timestamp": "soon"}, 401),
        ({**signed(b"{}"), "X-Slack-Request-Timestamp": "9" * 30}, 401),
        ({**signed(b"{}"), "X-Slack-Signature": "v0=\u00e9"}, 401),
        (signed(b"[]"), 401),
    ],
    ids=["none", "other secret", "too old", "from the future", "no time", "endless time", "no ASCII", "other body"],
)
def test_what_slack_did_not_sign_just_now_is_refused(headers: dict[str, str], status: int, tmp_path: Path) -> None:
    async def run() -> None:
        engine = Engine()
        async with FakeSlack() as slack, web(slack_settings(tmp_path, slack), engine) as caller:
            assert (await caller.post(b"{}", "application/json", headers))[0] == status
            assert (await caller.post(b"x" * (LARGEST + 1), "application/json"))[0] == 413
            assert (await caller.post(b"{not json", "application/json"))[0] in (400, 404)
        assert engine.asked == []

    asyncio.run(run())


def test_when_slack_is_away_the_server_runs_and_opens_the_channel_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.slack.http.RETRY", 0.0)

    async def run() -> None:
        async with FakeSlack() as slack:
            slack.refuse("auth.test", *[Refusal(200, "invalid_auth")] * 2)
            async with web(slack_settings(tmp_path, slack), Engine()) as caller:
                event = mention("35 minutes?")
                assert (await caller.post(*as_json(event)))[0] == 503
                assert (await caller.post(*as_json(event)))[0] == 200
                await slack.until(lambda: bool(slack.of("chat.postMessage")))

    asyncio.run(run())


def test_http_mode_without_a_signing_secret_does_not_start(tmp_path: Path) -> None:
    held = Settings(_env_file=None, home=tmp_path, slack_bot_token="xoxb-test")
    with pytest.raises(SlackError, match="SIGNING_SECRET"):
        attach(FastAPI(), held, Engine(), KNOWLEDGE)


def taken(door: Door, body: bytes, headers: list[tuple[bytes, bytes]]) -> int:
    """The status that a request gets at a door whose channel is not open: 503 behind a good signature."""
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        return next(messages)

    scope = {"type": "http", "method": "POST", "path": PATH, "query_string": b"", "headers": headers}
    return asyncio.run(door.take(Request(scope, receive))).status_code


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    body=st.binary(max_size=200),
    stamp=st.one_of(st.binary(max_size=20), st.integers(-(10**12), 10**12).map(lambda n: str(n).encode())),
    signature=st.one_of(st.binary(max_size=80), st.from_regex(rb"v0=[0-9a-f]{64}", fullmatch=True)),
)
def test_no_forged_signature_passes_and_none_breaks_the_door(
    body: bytes, stamp: bytes, signature: bytes, tmp_path: Path
) -> None:
    door = Door(Settings(_env_file=None, home=tmp_path, slack_signing_secret=SECRET), Engine(), KNOWLEDGE)
    headers = [(b"x-slack-request-timestamp", stamp), (b"x-slack-signature", signature)]
    assert taken(door, body, headers) == 401


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=200), at=st.integers(0, 300), bit=st.integers(0, 7))
def test_one_changed_bit_of_a_signed_request_is_noticed(text: str, at: int, bit: int, tmp_path: Path) -> None:
    held = Settings(_env_file=None, home=tmp_path, slack_signing_secret=SECRET)
    door = Door(held, Engine(), KNOWLEDGE)
    door._tried = time.monotonic()  # The channel stays closed: only the door is looked at.
    body = json.dumps({"text": text}).encode()
    sent = {name.lower().encode(): value.encode() for name, value in signed(body).items()}
    headers = list(sent.items())
    assert taken(door, body, headers) == 503
    place = at % len(body)
    changed = body[:place] + bytes([body[place] ^ (1 << bit)]) + body[place + 1 :]
    assert taken(door, changed, headers) == 401
