"""Is Slack set up right: tokens, scopes, reachability, allow-lists, database; and what to do about what is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.gate import listed
from bot.channels.slack.manifest import SCOPES
from bot.channels.slack.posting import FAILURES, code_of, retry_handlers
from bot.channels.slack.quiet import hush, quiet_logger
from bot.settings import Settings
from corpus.database import open_database
from corpus.errors import CorpusError

SECONDS = 15
BOT_TOKEN, APP_TOKEN, SECRET = (f"CODECITE_SLACK_{name}" for name in ("BOT_TOKEN", "APP_TOKEN", "SIGNING_SECRET"))
INSTALL = "Copy the Bot User OAuth Token from OAuth & Permissions of the app's pages (api.slack.com/apps)."
APP_LEVEL = "Basic Information, App-Level Tokens: generate one with the scope connections:write."
SIGNING = "Copy the Signing Secret from Basic Information of the app's pages."
AGAIN = "Update the app with `codecite slack manifest`, then OAuth & Permissions, Reinstall to Workspace."

FIXES = {
    "invalid_auth": INSTALL,
    "not_authed": INSTALL,
    "token_revoked": "The app was removed from the workspace: install it again and copy the new token.",
    "token_expired": "Switch token rotation off in the app's settings, install again, copy the new token.",
    "account_inactive": "The app was removed from the workspace: install it again and copy the new token.",
    "missing_scope": AGAIN,
    "not_allowed_token_type": APP_LEVEL,
    "ratelimited": "Slack asks to wait. Try again in a minute.",
}
OFFLINE = "Is this machine online, and may it reach slack.com (a proxy is read from HTTPS_PROXY)?"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `fix` says what to do when it is not `ok`."""

    name: str
    ok: bool
    found: str
    fix: str = ""


async def examine(settings: Settings) -> list[Check]:
    """Look at everything, in the order in which it is needed; never raises for what it may find."""
    found = [*_tokens(settings), *_lists(settings), _database(settings), _knowledge(settings)]
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session:
        client = AsyncWebClient(
            base_url=settings.slack_api_url, session=session, logger=quiet_logger(), retry_handlers=retry_handlers()
        )
        hush()
        if settings.slack_bot_token is not None:
            client.token = settings.slack_bot_token.get_secret_value()
            found += await _bot(client, settings)
        if settings.slack_mode == "socket" and settings.slack_app_token is not None:
            found.append(await _socket(client, settings.slack_app_token.get_secret_value()))
    return found


def _tokens(settings: Settings) -> Iterator[Check]:
    yield _secret(BOT_TOKEN, settings.slack_bot_token, r"xoxb-.+", "xoxb-", INSTALL)
    if settings.slack_mode == "socket":
        yield _secret(APP_TOKEN, settings.slack_app_token, r"xapp-.+", "xapp-", APP_LEVEL)
    else:
        yield _secret(SECRET, settings.slack_signing_secret, r"[0-9a-f]{16,64}", "hexadecimal digits", SIGNING)


def _secret(name: str, value: SecretStr | None, shape: str, begins: str, fix: str) -> Check:
    if value is None or not value.get_secret_value():
        return Check(name, False, "not set", fix)
    if not re.fullmatch(shape, value.get_secret_value()):
        return Check(name, False, f"is not of the kind {begins}", fix)
    return Check(name, True, "set")


def _lists(settings: Settings) -> Iterator[Check]:
    for name, text, shape in (
        ("CODECITE_SLACK_WORKSPACES", settings.slack_workspaces, r"[TE][A-Z0-9]{5,}"),
        ("CODECITE_SLACK_CHANNELS", settings.slack_channels, r"[CG][A-Z0-9]{5,}"),
    ):
        wrong = sorted(each for each in listed(text) if not re.fullmatch(shape, each))
        count = len(listed(text))
        told = f"{count} listed" if count else "empty: all are answered"
        fix = "These are ids, not names: the last part of the address that Copy link gives."
        yield Check(name, not wrong, f"no id: {', '.join(wrong)}" if wrong else told, fix if wrong else "")


def _database(settings: Settings) -> Check:
    try:
        open_database(settings.database_url).dispose()
    except CorpusError as error:
        return Check("Database", False, str(error), error.hint)
    return Check("Database", True, "opens; events seen are remembered across restarts")


def _knowledge(settings: Settings) -> Check:
    from corpus.knowledge import Knowledge

    try:
        coverage = Knowledge(settings.corpus).coverage
    except CorpusError as error:
        return Check("Knowledge", False, str(error), error.hint)
    return Check("Knowledge", True, f"dates of service to {coverage.horizon}")


async def _bot(client: AsyncWebClient, settings: Settings) -> list[Check]:
    try:
        said = await client.auth_test()
    except FAILURES as error:
        return [_failed("Bot token", error)]
    team = str(said.get("team_id"))
    found = [Check("Bot token", True, f"@{said.get('user')} in {said.get('team')} ({team})")]
    allowed = listed(settings.slack_workspaces)
    if allowed and team not in allowed:
        fix = f"Add {team} to CODECITE_SLACK_WORKSPACES."
        found.append(Check("Workspace", False, "the token's own workspace is not listed, so nobody is answered", fix))
    found.append(_scopes(said.headers))
    for channel in sorted(listed(settings.slack_channels)):
        found.append(await _channel(client, channel))
    return found


def _scopes(headers: Any) -> Check:
    text = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
    held = listed(str(text))
    missing, more = sorted(SCOPES.keys() - held), sorted(held - SCOPES.keys())
    if missing:
        needed = "; ".join(f"{scope} ({SCOPES[scope]})" for scope in missing)
        return Check("Scopes", False, f"missing: {needed}", AGAIN)
    extra = f"; not needed: {', '.join(more)}" if more else ""
    return Check("Scopes", True, f"all {len(SCOPES)} granted{extra}")


async def _channel(client: AsyncWebClient, channel: str) -> Check:
    name = f"Channel {channel}"
    try:
        found = (await client.conversations_info(channel=channel)).get("channel") or {}
    except FAILURES as error:
        return Check(name, False, code_of(error), "Invite the bot there: /invite @codecite")
    if found.get("is_ext_shared"):
        return Check(name, False, "is shared with another organization, so it is declined", "Take it off the list.")
    if not found.get("is_member"):
        return Check(name, False, "the bot is no member", "Invite the bot there: /invite @codecite")
    return Check(name, True, "the bot is a member")


async def _socket(client: AsyncWebClient, token: str) -> Check:
    try:
        await client.apps_connections_open(app_token=token)
    except FAILURES as error:
        return _failed("Socket Mode", error, {"invalid_auth": APP_LEVEL, "missing_scope": APP_LEVEL})
    return Check("Socket Mode", True, "Slack opens a connection")


def _failed(name: str, error: BaseException, first: dict[str, str] | None = None) -> Check:
    code = code_of(error)
    fixes = {**FIXES, **(first or {})}
    unknown = "See docs.slack.dev for this error." if isinstance(error, SlackApiError) else OFFLINE
    return Check(name, False, code or "no answer", fixes.get(code, unknown))
