"""HTTP mode: Slack calls `POST /slack/events` of our web server.

Every request is checked before anything of it is read: size, age (five minutes) and signature over the raw bytes.
Nothing of a request that fails is logged.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.asking import Asks
from bot.channels.slack.app import Channel, SlackError, open_channel
from bot.channels.slack.names import PATH
from bot.logs import get_logger
from bot.settings import Settings
from corpus.knowledge import Knowledge

RETRY = 30.0
"""Seconds between attempts to open the channel."""
LARGEST = 1_000_000
"""Bytes of the largest request that is read; Slack's own are far smaller."""

log = get_logger("slack")


def attach(app: FastAPI, settings: Settings, bot: Asks, knowledge: Knowledge) -> str:
    """Add `POST /slack/events` to `app`, and return that path.

    The channel opens with the application and closes with it. When Slack cannot be reached at the start, everything
    else is served all the same, and the channel opens later.

    Raises:
        SlackError: there is no signing secret.
    """
    if settings.slack_signing_secret is None or not settings.slack_signing_secret.get_secret_value().strip():
        raise SlackError("CODECITE_SLACK_SIGNING_SECRET is not set, and HTTP mode needs it")
    door = Door(settings, bot, knowledge)
    within = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(started: FastAPI) -> AsyncIterator[Any]:
        async with within(started) as state, door:
            yield state

    app.router.lifespan_context = lifespan
    app.add_api_route(PATH, door.take, methods=["POST"], include_in_schema=False)
    return PATH


class Door:
    """Takes requests from Slack, while the channel behind it is open."""

    def __init__(self, settings: Settings, bot: Asks, knowledge: Knowledge) -> None:
        self._settings, self._bot, self._knowledge = settings, bot, knowledge
        secret = settings.slack_signing_secret
        assert secret is not None, "checked by attach"
        self._verifier = SignatureVerifier(secret.get_secret_value())
        self._stack = AsyncExitStack()
        self._channel: Channel | None = None
        self._tried = -RETRY

    async def __aenter__(self) -> Door:
        """Open the channel, if Slack can be reached."""
        await self._open()
        return self

    async def _open(self) -> None:
        """Open the channel unless it was tried a moment ago."""
        if time.monotonic() - self._tried < RETRY:
            return
        self._tried = time.monotonic()
        opened = open_channel(self._settings, self._bot, self._knowledge)
        try:
            self._channel = await self._stack.enter_async_context(opened)
        except SlackError as error:
            log.error("slack is not open", error_type=type(error).__name__, channel="slack")
            return
        self._channel.station.start()

    async def __aexit__(self, *failure: object) -> None:
        """Finish what was begun, and close."""
        self._channel = None
        await self._stack.aclose()

    async def take(self, request: Request) -> Response:
        """One request: refused when it is not Slack's, else acknowledged at once."""
        body = await _read(request)
        if body is None:
            return Response(status_code=413)
        text = self._verified(body, request)
        if text is None:
            log.warning("request refused", channel="slack")
            return Response(status_code=401)
        if self._channel is None:
            await self._open()
        if self._channel is None:
            return Response(status_code=503)
        try:
            sent = AsyncBoltRequest(body=text, headers={name: [value] for name, value in request.headers.items()})
        except (ValueError, TypeError, AttributeError):  # Signed, but not what Slack sends.
            return Response(status_code=400)
        done = await self._channel.bolt.async_dispatch(sent)
        return Response(content=done.body, status_code=done.status, headers=done.first_headers_without_set_cookie())

    def _verified(self, body: bytes, request: Request) -> str | None:
        """The body as text when Slack signed it within the last five minutes, else None."""
        stamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16 and signature.isascii()):
            return None
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return None
        return text if self._verifier.is_valid(body, stamp, signature) else None


async def _read(request: Request) -> bytes | None:
    """The body; None when it is larger than `LARGEST`, and then not all of it is read."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)
