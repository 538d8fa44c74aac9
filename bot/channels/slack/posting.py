"""Sending to Slack: posts, changes, private notes and streams, each with a plainer way when Slack refuses the first.

Rate limits (429 with Retry-After) and short failures of Slack's servers are waited out by slack_sdk's own retry
handlers.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError, SlackRequestError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.answer import Answer
from bot.channels.shared.ledger import Place
from bot.channels.slack.blocks import Block, Look, Message, marks, messages
from bot.channels.slack.mrkdwn import markdown
from bot.channels.slack.quiet import quiet_logger
from bot.logs import get_logger

FAILURES = (SlackClientError, aiohttp.ClientError, asyncio.TimeoutError, OSError)
"""What sending may raise."""

WAITS = 6
"""How often a rate limit is waited out before a message is given up."""
_BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "invalid_arguments"})
_CODE = re.compile(r"[a-z_]{2,60}")
_NOT_NOW = 600.0
"""Seconds without streaming after Slack refused it."""


def retry_handlers() -> list[AsyncRetryHandler]:
    """Slack's rate limits are honored, and failures of its servers and of the line tried once or twice more."""
    return [
        AsyncRateLimitErrorRetryHandler(max_retry_count=WAITS),
        AsyncServerErrorRetryHandler(max_retry_count=2),
        AsyncConnectionErrorRetryHandler(),
    ]


def code_of(error: BaseException) -> str:
    """Slack's own word for an error, or the type of any other; never a message."""
    if isinstance(error, SlackApiError):
        # A proxy's error page comes as text, not as Slack's object.
        said = getattr(error.response, "data", error.response)
        word = said.get("error", "") if isinstance(said, Mapping) else ""
        return word if isinstance(word, str) and _CODE.fullmatch(word) else "unreadable"
    return type(error).__name__


class Poster:
    """Sends what was rendered. Belongs to one event loop."""

    def __init__(self, client: AsyncWebClient, *, streaming: bool) -> None:
        self.client = client
        self._streaming = streaming
        self._no_streams_until = 0.0
        self._log: Any = get_logger("slack")

    async def post(self, place: Place, wanted: Sequence[Message]) -> tuple[str, ...]:
        """Post messages in order where `place` says; returns their timestamps, which name them."""
        posts = []
        for message in wanted:
            if place.private:
                await self.note(place, message.text, message.blocks)
                continue
            response = await self._careful(
                self.client.chat_postMessage,
                message,
                channel=place.channel,
                thread_ts=place.thread or None,
                unfurl_links=False,
                unfurl_media=False,
            )
            posts.append(str(response["ts"]))
        return tuple(posts)

    async def change(self, place: Place, wanted: Sequence[Message]) -> tuple[str, ...]:
        """Put messages in the place of the posts that `place` names; surplus posts go, missing ones are added."""
        for ts, message in zip(place.posts, wanted, strict=False):
            await self._careful(self.client.chat_update, message, channel=place.channel, ts=ts)
        await self.take_away(place, place.posts[len(wanted) :])
        return (*place.posts[: len(wanted)], *await self.post(place, wanted[len(place.posts) :]))

    async def take_away(self, place: Place, posts: Sequence[str]) -> None:
        """Delete posts; one that is gone already is no error."""
        for ts in posts:
            try:
                await self.client.chat_delete(channel=place.channel, ts=ts)
            except SlackApiError as error:
                if code_of(error) != "message_not_found":
                    raise

    async def note(self, place: Place, text: str, blocks: Sequence[Block] = ()) -> None:
        """Show something to `place.user` alone; `text` is written mrkdwn."""
        await self._careful(
            self.client.chat_postEphemeral,
            Message(tuple(blocks), text),
            channel=place.channel,
            user=place.user,
            thread_ts=place.thread or None,
        )

    async def respond(self, url: str, message: Message, **how: Any) -> None:
        """Answer through a `response_url`: a slash command's reply, or a change of the message with the button.

        Raises:
            SlackRequestError: Slack refused it.
        """
        hook = AsyncWebhookClient(
            url, session=self.client.session, logger=quiet_logger(), retry_handlers=retry_handlers()
        )
        for blocks in _plainer(message.blocks):
            response = await hook.send(text=message.text, blocks=blocks, **how)
            if response.status_code == 200:
                return
        raise SlackRequestError(f"status_{response.status_code}")

    async def answer(self, place: Place, answer: Answer, look: Look, *, live: bool) -> tuple[str, ...]:
        """Post an answer; `live` streams it where Slack allows, which needs a thread."""
        if live and place.thread and self._streaming and time.monotonic() >= self._no_streams_until:
            posts = await self._stream(place, answer, look)
            if posts:
                return posts
        return await self.post(place, messages(answer, look))

    async def _stream(self, place: Place, answer: Answer, look: Look) -> tuple[str, ...]:
        """Stream the verified sentences, then the rest as blocks; empty when nothing was shown."""
        opening, rest = streamed(answer)
        below = messages(answer, replace(look, streamed=True))
        ts = ""
        try:
            begun = await self.client.chat_startStream(
                channel=place.channel,
                thread_ts=place.thread,
                recipient_team_id=place.team or None,
                recipient_user_id=place.user or None,
                markdown_text=opening,
            )
            ts = str(begun["ts"])
            for part in rest:
                await self.client.chat_appendStream(channel=place.channel, ts=ts, markdown_text=part)
            await self.client.chat_stopStream(channel=place.channel, ts=ts, blocks=list(below[0].blocks))
        except FAILURES as error:
            self._log.warning("streaming refused", error_type=code_of(error), channel="slack")
            self._no_streams_until = time.monotonic() + _NOT_NOW
            return await self._rescue(place, ts, messages(answer, look)) if ts else ()
        return (ts, *await self.post(place, below[1:]))

    async def _rescue(self, place: Place, ts: str, wanted: Sequence[Message]) -> tuple[str, ...]:
        """A stream broke off: what it showed becomes the whole answer, or goes and the answer is posted anew."""
        begun = Place(place.team, place.channel, place.thread, place.user, (ts,))
        try:
            await self.client.chat_stopStream(channel=place.channel, ts=ts)
        except FAILURES as error:
            self._log.info("stream was closed", error_type=code_of(error), channel="slack")
        try:
            return await self.change(begun, wanted)
        except FAILURES:
            await self.take_away(begun, (ts,))
            return ()

    async def _careful(self, call: Any, message: Message, **where: Any) -> Mapping[str, Any]:
        """Send with all blocks, without those that older Slacks do not know, and at last as text."""
        for blocks in (ways := _plainer(message.blocks)):
            try:
                response: Mapping[str, Any] = await call(text=message.text, blocks=blocks, **where)
            except SlackApiError as error:
                if code_of(error) not in _BLOCKS_REFUSED or blocks is ways[-1]:
                    raise
                self._log.warning("blocks refused", error_type=code_of(error), channel="slack")
            else:
                return response
        raise AssertionError("the last way returns or raises")


def streamed(answer: Answer) -> tuple[str, tuple[str, ...]]:
    """The verified sentences as Markdown for a stream: the bottom line, and what is appended to it."""
    if not answer.sentences:
        return f"**{markdown(answer.answer)}**", ()
    first, *others = answer.sentences
    opening = f"**{markdown(first.text)}**{marks(first.citations)}"
    return opening, tuple(f"\n\n- {markdown(row.text)}{marks(row.citations)}" for row in others)


def _plainer(blocks: Sequence[Block]) -> list[list[Block] | None]:
    """The blocks as they are, then those that every Slack knows, then none."""
    known = [block for block in blocks if block["type"] != "context_actions"]
    ways: list[list[Block] | None] = [list(blocks)] if blocks else []
    if known and len(known) < len(blocks):
        ways.append(known)
    return [*ways, None]
