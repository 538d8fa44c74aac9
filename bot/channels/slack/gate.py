"""What an incoming request is, and whether it is for us: pure functions over Slack's payloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.channels.shared.desk import conversation_id
from bot.channels.slack.mrkdwn import heard

Kind = Literal["question", "edit", "deletion", "pane", "home", "command", "shortcut", "action", "submission", "nothing"]
Judgement = Literal["ours", "ignore", "decline"]

KIND = "slack"
ELSEWHERE = (
    "This channel is shared with another organization, so I do not answer here. "
    "Ask me in a direct message or in a channel of your own workspace."
)
UNLISTED = "I am not set up to answer in this channel. Ask me in a direct message, or ask whoever runs codecite."

_SPOKEN = (None, "file_share", "thread_broadcast", "me_message")
"""Subtypes of messages that a person wrote."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Who is answered: ids of the bot itself and the allow-lists (empty: everyone)."""

    bot_user: str = ""
    bot_id: str = ""
    workspaces: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Incoming:
    """One request from Slack in our words. `keys` name what happened, the first of them the message itself."""

    kind: Kind
    team: str = ""
    channel: str = ""
    user: str = ""
    ts: str = ""
    thread: str = ""
    text: str = ""
    direct: bool = False
    outside: bool = False
    keys: tuple[str, ...] = ()
    event: Mapping[str, Any] = field(default_factory=dict)

    @property
    def conversation(self) -> str:
        """The engine's name of the conversation: the thread, or the whole of a direct message without threads."""
        return conversation_id(KIND, self.team, self.channel, self.thread)

    @property
    def message(self) -> str:
        """What names the message across restarts."""
        return message_key(self.team, self.channel, self.ts)


def message_key(team: str, channel: str, ts: str) -> str:
    """What names a message."""
    return f"message:{team}:{channel}:{ts}"


def listed(text: str) -> frozenset[str]:
    """The ids of a comma-separated setting."""
    return frozenset(part for part in (piece.strip() for piece in text.split(",")) if part)


def read(body: Mapping[str, Any], rules: Rules) -> Incoming:
    """A payload of the Events API, a command, a shortcut, a button or a window as Incoming; never raises."""
    event = body.get("event")
    if isinstance(event, Mapping):
        return _event(body, event, rules)
    if body.get("command"):
        direct = str(body.get("channel_name", "")) == "directmessage"
        return _interactive("command", body, _text(body.get("channel_id")), _text(body.get("user_id")), direct)
    kinds: dict[str, Kind] = {
        "message_action": "shortcut",
        "block_actions": "action",
        "view_submission": "submission",
        "view_closed": "submission",
    }
    kind = kinds.get(_text(body.get("type")), "nothing")
    channel, user = _id(body.get("channel")), _id(body.get("user"))
    return _interactive(kind, body, channel, user, channel.startswith("D"))


def judge(incoming: Incoming, rules: Rules) -> Judgement:
    """Whether a request is ours to answer, to be passed over in silence, or to be declined with a note."""
    if incoming.kind == "nothing" or (rules.workspaces and incoming.team not in rules.workspaces):
        return "ignore"
    if incoming.kind in ("home", "pane", "submission", "edit", "deletion"):
        return "ignore" if incoming.outside else "ours"
    if incoming.outside:
        return "decline"
    unlisted = rules.channels and incoming.channel and incoming.channel not in rules.channels
    return "decline" if unlisted and not incoming.direct else "ours"


def reason(incoming: Incoming) -> str:
    """Why a request is declined, in words for the person who asked."""
    return ELSEWHERE if incoming.outside else UNLISTED


def _event(body: Mapping[str, Any], event: Mapping[str, Any], rules: Rules) -> Incoming:
    kind = _text(event.get("type"))
    seen = f"event:{_text(body.get('event_id'))}"
    team = _text(body.get("team_id")) or _text(event.get("team"))
    if kind in ("app_mention", "message"):
        return _message(body, event, rules, team, seen)
    if kind == "assistant_thread_started" and isinstance(thread := event.get("assistant_thread"), Mapping):
        channel, ts = _text(thread.get("channel_id")), _text(thread.get("thread_ts"))
        user = _text(thread.get("user_id"))
        return Incoming(
            "pane", team, channel, user, ts, ts, direct=True, keys=(f"pane:{team}:{channel}:{ts}", seen), event=event
        )
    if kind == "app_home_opened":
        return Incoming("home", team, user=_text(event.get("user")), keys=(seen,), event=event)
    return Incoming("nothing", event=event)


def _message(body: Mapping[str, Any], event: Mapping[str, Any], rules: Rules, team: str, seen: str) -> Incoming:
    channel = _text(event.get("channel"))
    direct = event.get("channel_type") == "im"
    nothing = Incoming("nothing", event=event)
    if event.get("type") == "message" and not direct:
        return nothing  # In channels a question is a mention, which has an event of its own.
    subtype = event.get("subtype")
    said = event.get("message") if subtype == "message_changed" else event
    gone = event.get("previous_message") if subtype == "message_deleted" else None
    said = gone if gone is not None else said
    if not isinstance(said, Mapping) or _is_bot(said, rules) or said.get("hidden") or not channel:
        return nothing
    user, ts = _text(said.get("user")), _text(said.get("ts"))
    thread = _text(said.get("thread_ts")) or ("" if direct else ts)
    outside = bool(body.get("is_ext_shared_channel")) or _foreign(said, team, body)
    message = message_key(team, channel, ts)
    where = (team, channel, user, ts, thread, heard(_text(said.get("text")), rules.bot_user), direct, outside)
    if subtype == "message_changed":
        before = event.get("previous_message")
        same = isinstance(before, Mapping) and before.get("text") == said.get("text")
        edited = said.get("edited")
        if same or not isinstance(edited, Mapping):
            return nothing  # A link preview, a reply in the thread: the words are the same.
        return Incoming("edit", *where, (f"edit:{message}:{_text(edited.get('ts'))}", seen), event)
    if subtype == "message_deleted":
        return Incoming("deletion", *where, (f"deletion:{message}", seen), event)
    if subtype not in _SPOKEN or not user or not ts:
        return nothing
    return Incoming("question", *where, (message, seen), event)


def _is_bot(said: Mapping[str, Any], rules: Rules) -> bool:
    """Whether a program wrote it: ours, another one, or Slack itself."""
    user = said.get("user")
    marks = ("bot_id", "bot_profile", "app_id")
    return bool(any(said.get(mark) for mark in marks) or user == "USLACKBOT" or (user and user == rules.bot_user))


def _foreign(said: Mapping[str, Any], team: str, body: Mapping[str, Any]) -> bool:
    """Whether the writer belongs to another organization; workspaces of one enterprise are one organization."""
    home = said.get("user_team") or said.get("source_team")
    return bool(home and team and home != team and not body.get("enterprise_id"))


def _interactive(kind: Kind, body: Mapping[str, Any], channel: str, user: str, direct: bool) -> Incoming:
    team = _text(body.get("team_id")) or _id(body.get("team"))
    person = body.get("user")
    writer = {"user_team": person.get("team_id")} if isinstance(person, Mapping) else {}
    enterprise = {"enterprise_id": body.get("enterprise_id") or body.get("enterprise")}
    trigger = _text(body.get("trigger_id"))
    actions = body.get("actions")
    pressed = _text(actions[0].get("action_ts")) if isinstance(actions, list) and actions else ""
    keys = (f"trigger:{trigger}:{pressed}",) if trigger else ()
    message = body.get("message")
    said = message if isinstance(message, Mapping) else {}
    return Incoming(
        kind,
        team,
        channel,
        user,
        ts=_text(said.get("ts")),
        thread=_text(said.get("thread_ts")) or _text(said.get("ts")),
        text=heard(_text(body.get("text")) if kind == "command" else _text(said.get("text"))),
        direct=direct,
        outside=_foreign(writer, team, enterprise),
        keys=keys,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _id(value: Any) -> str:
    return _text(value.get("id")) if isinstance(value, Mapping) else _text(value)
