"""Socket Mode: Slack is called, and calls back through that line. No public address is needed."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.asking import Asks
from bot.channels.slack.app import SlackError, open_channel
from bot.channels.slack.posting import code_of, retry_handlers
from bot.channels.slack.quiet import hush, quiet_logger
from bot.logs import get_logger
from bot.settings import Settings
from corpus.knowledge import Knowledge

log = get_logger("slack")

SWITCH = 0.0005
"""Seconds after which a computing thread lets others run."""


async def serve(
    settings: Settings,
    bot: Asks,
    knowledge: Knowledge,
    *,
    stop: asyncio.Event | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Answer over Socket Mode until `stop` is set, or interrupted where none is given; what was begun is finished.

    Args:
        settings: tokens and rules.
        bot: answers.
        knowledge: what the claim window checks by and App Home tells about.
        stop: ends it; whoever gives one heeds signals too.
        ready: called once Slack is connected.

    Raises:
        SlackError: a token is missing or not accepted.
        DatabaseError: the database cannot be opened.
    """
    if settings.slack_app_token is None:
        raise SlackError("CODECITE_SLACK_APP_TOKEN is not set, and Socket Mode needs it")
    token = settings.slack_app_token.get_secret_value()
    ended = stop or asyncio.Event()
    if stop is None:
        _heed_signals(ended)
    # Acknowledgements come first: the loop gets its turn between the engine's threads ten times as often.
    usual = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH)
    try:
        await _serve(settings, bot, knowledge, token, ended, ready)
    finally:
        sys.setswitchinterval(usual)


async def _serve(
    settings: Settings, bot: Asks, knowledge: Knowledge, token: str, ended: asyncio.Event, ready: Callable[[], None]
) -> None:
    async with open_channel(settings, bot, knowledge) as channel:
        client = AsyncWebClient(base_url=settings.slack_api_url, logger=quiet_logger(), retry_handlers=retry_handlers())
        try:
            await client.apps_connections_open(app_token=token)
        except SlackApiError as error:
            raise SlackError(f"Slack does not accept the app-level token: {code_of(error)}") from None
        handler: Any = AsyncSocketModeHandler(channel.bolt, token, logger=quiet_logger(), web_client=client)
        hush()
        try:
            await handler.connect_async()
            channel.station.start()
            log.info("connected", channel="slack")
            ready()
            await ended.wait()
        finally:
            await _close(handler)


async def _close(handler: Any) -> None:
    """Close the line and wait for the tasks of Slack's client, so that none is left behind."""
    client = handler.client
    tasks = (client.message_processor, client.current_session_monitor, client.message_receiver)
    await handler.close_async()
    await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)


def _heed_signals(ended: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, RuntimeError, ValueError):  # Windows, and threads other than the main one.
            loop.add_signal_handler(name, ended.set)
