"""The bolt application: who hears what. Everything is acknowledged first and worked on afterwards.

    async with open_channel(settings, bot, knowledge) as channel:
        await channel.bolt.async_dispatch(request)

`socket` feeds it from Socket Mode, `http` from a web server.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp, AsyncAssistant
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.asking import Asks
from bot.channels.shared.ledger import Place
from bot.channels.slack.blocks import CHECK, FEEDBACK, OPTION, SHARE, SOURCES, Message
from bot.channels.slack.buttons import Buttons
from bot.channels.slack.gate import Incoming, Rules, judge, listed, read, reason
from bot.channels.slack.names import COMMAND, SHORTCUT
from bot.channels.slack.posting import FAILURES, code_of, retry_handlers
from bot.channels.slack.quiet import hush, quiet_logger
from bot.channels.slack.station import Station
from bot.channels.slack.talk import Talk, place_of
from bot.channels.slack.windows import CHECKED, MORE, REPORTED, Status, home
from bot.errors import UsageError
from bot.settings import Settings
from corpus.knowledge import Knowledge

SECONDS = 30


class SlackError(UsageError):
    """The bot cannot talk to Slack as it is set up."""

    hint = "Run `codecite slack doctor`: it names what is missing."


@dataclass(frozen=True, slots=True)
class Channel:
    """The running Slack channel: bolt's application and what it works with."""

    bolt: AsyncApp
    station: Station


@asynccontextmanager
async def open_channel(settings: Settings, bot: Asks, knowledge: Knowledge) -> AsyncIterator[Channel]:
    """The Slack channel of `settings`, ready to be fed with requests; finishes its work when left.

    Raises:
        SlackError: there is no bot token, or Slack does not accept it.
        DatabaseError: the database cannot be opened.
    """
    if settings.slack_bot_token is None:
        raise SlackError("CODECITE_SLACK_BOT_TOKEN is not set")
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        client = AsyncWebClient(
            token=settings.slack_bot_token.get_secret_value(),
            base_url=settings.slack_api_url,
            session=session,
            logger=quiet_logger(),
            retry_handlers=retry_handlers(),
        )
        me = await _who_am_i(client)
        rules = Rules(
            bot_user=me.bot_user_id or "",
            bot_id=me.bot_id or "",
            workspaces=listed(settings.slack_workspaces),
            channels=listed(settings.slack_channels),
        )
        station = Station.open(settings, bot, knowledge, client, rules)
        try:
            yield Channel(build(station, me), station)
        finally:
            await station.close()


async def _who_am_i(client: AsyncWebClient) -> AuthorizeResult:
    """Who the token belongs to, asked once: nothing is looked up while an acknowledgement waits."""
    try:
        said = await client.auth_test()
    except FAILURES as error:
        raise SlackError(f"Slack does not accept the bot token, or is not reachable: {code_of(error)}") from None
    return AuthorizeResult(
        enterprise_id=said.get("enterprise_id"),
        team_id=said.get("team_id"),
        bot_user_id=said.get("user_id"),
        bot_id=said.get("bot_id"),
        bot_token=client.token,
    )


def build(station: Station, me: AuthorizeResult) -> AsyncApp:
    """Bolt's application with all listeners of `station`."""

    async def authorize(**_: Any) -> AuthorizeResult:
        return me

    # A client of its own: bolt takes a client's token for its own way of authorizing. Requests are sent with ours.
    bolt = AsyncApp(
        name="codecite",
        logger=quiet_logger(),
        signing_secret=_signing_secret(station.settings),
        client=AsyncWebClient(base_url=station.settings.slack_api_url, logger=quiet_logger()),
        authorize=authorize,
        # `http` checks signatures before anything is parsed; Socket Mode has none.
        request_verification_enabled=False,
    )
    wiring: Any = bolt
    talk = Talk(station)
    wiring.middleware(_gate(station, talk))
    wiring.middleware(_assistant(station, talk))
    _hear(wiring, station, talk)
    _press(wiring, station, Buttons(station, talk))
    hush()
    return bolt


def _signing_secret(settings: Settings) -> str:
    return settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""


def _gate(station: Station, talk: Talk) -> Any:
    """Lets through, once, what is ours; acknowledges everything else."""

    async def gate(req: AsyncBoltRequest, next: Any) -> BoltResponse | None:
        incoming = read(req.body, station.rules)
        judgement = judge(incoming, station.rules)
        if judgement == "ignore":
            return BoltResponse(status=200)
        owes = judgement == "ours" and incoming.kind in ("question", "command")
        place = place_of(incoming)
        if incoming.kind == "command":
            place = _private_place(incoming)
        if not await station.is_new(incoming.keys, place if owes else None):
            return BoltResponse(status=200)
        if judgement == "decline":
            return await _decline(incoming, req.body, station, talk)
        if incoming.kind in ("edit", "deletion"):
            # Here, because bolt's assistant acknowledges these in threads without telling anyone.
            await (talk.edit if incoming.kind == "edit" else talk.deletion)(incoming)
            return BoltResponse(status=200)
        req.context["incoming"] = incoming
        await next()
        return None

    return gate


def _private_place(incoming: Incoming) -> Place:
    return Place(incoming.team, incoming.channel, "", incoming.user, private=True)


async def _decline(incoming: Incoming, body: Mapping[str, Any], station: Station, talk: Talk) -> BoltResponse:
    text = reason(incoming)
    if incoming.kind == "command":
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": text})

    async def tell() -> None:
        url = str(body.get("response_url", ""))
        if url:
            await station.poster.respond(url, Message((), text), response_type="ephemeral", replace_original=False)
        else:
            await talk.declined(incoming, text)

    station.lanes.submit(f"decline:{incoming.channel}", lambda: station.heeded(tell))
    return BoltResponse(status=200)


def _assistant(station: Station, talk: Talk) -> AsyncAssistant:
    """Slack's assistant pane: a greeting with prompts, then questions as anywhere else."""
    assistant: Any = AsyncAssistant(logger=quiet_logger())

    async def started(context: Mapping[str, Any]) -> None:
        await station.heeded(lambda: talk.pane(context["incoming"]))

    async def asked(context: Mapping[str, Any]) -> None:
        await station.heeded(lambda: talk.question(context["incoming"]))

    async def moved() -> None:
        """Where the reader looks is not needed to answer, so it is neither asked for nor kept."""

    assistant.thread_started(started)
    assistant.user_message(asked)
    assistant.thread_context_changed(moved)
    made: AsyncAssistant = assistant
    return made


def _hear(wiring: Any, station: Station, talk: Talk) -> None:
    """Events: mentions, direct messages, App Home."""

    async def asked(context: Mapping[str, Any]) -> None:
        await station.heeded(lambda: talk.question(context["incoming"]))

    async def opened(context: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        if event.get("tab") == "home":
            view = home(status_of(station.knowledge, station.settings), dt.date.today())
            await station.heeded(lambda: station.client.views_publish(user_id=context["incoming"].user, view=view))

    wiring.event("app_mention")(asked)
    wiring.event("message")(asked)
    wiring.event("app_home_opened")(opened)


def _press(wiring: Any, station: Station, buttons: Buttons) -> None:
    """Commands, shortcuts, buttons and windows."""

    async def command(ack: Any, context: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        await ack()
        await station.heeded(lambda: buttons.command(context["incoming"], body))

    async def shortcut(ack: Any, context: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        await ack()
        await station.heeded(lambda: buttons.shortcut(context["incoming"], body))

    def pressed(work: Any, *, with_incoming: bool) -> Any:
        async def action(ack: Any, context: Mapping[str, Any], body: Mapping[str, Any]) -> None:
            await ack()
            arguments = (context["incoming"], body) if with_incoming else (body,)
            await station.heeded(lambda: work(*arguments))

        return action

    async def checked(ack: Any, body: Mapping[str, Any]) -> None:
        await station.heeded(lambda: buttons.checked(body, ack))

    async def reported(ack: Any, body: Mapping[str, Any]) -> None:
        await ack()
        await station.heeded(lambda: buttons.reported(body))

    wiring.command(COMMAND)(command)
    wiring.shortcut(SHORTCUT)(shortcut)
    wiring.action(SOURCES)(pressed(buttons.sources, with_incoming=False))
    wiring.action(re.compile(rf"{MORE}_\d+"))(pressed(buttons.sources, with_incoming=False))
    wiring.action(CHECK)(pressed(buttons.check, with_incoming=False))
    wiring.action(SHARE)(pressed(buttons.share, with_incoming=True))
    wiring.action(re.compile(rf"{OPTION}_\d+"))(pressed(buttons.option, with_incoming=True))
    wiring.action(FEEDBACK)(pressed(buttons.feedback, with_incoming=True))
    wiring.view(CHECKED)(checked)
    wiring.view(REPORTED)(reported)


def status_of(held: Knowledge, settings: Settings) -> Status:
    """What App Home tells of the knowledge and the settings."""
    coverage, channels = held.coverage, listed(settings.slack_channels)
    knowledge = (
        ("Dates of service", f"to {coverage.horizon}"),
        ("Last checked", coverage.written.isoformat()),
        ("Codes held", f"{len(held.known_codes):,}"),
        ("Statements held", f"{len(held.statements):,}"),
        ("Version", held.version),
    )
    where = f"{len(channels)} listed" if channels else "all that I am invited to"
    chosen = (
        ("Channels", f"{where}; none that is shared with another organization"),
        ("Payer assumed when none is named", settings.payer or "none"),
        ("Connection", "Socket Mode" if settings.slack_mode == "socket" else "web server"),
    )
    return Status(knowledge, chosen)
