"""A Slack on loopback: real HTTP and a real WebSocket, so that slack_sdk and bolt on our side are the real ones.

It answers as Slack does (timestamps, errors, 429 with Retry-After), refuses blocks that break Slack's limits, and keeps
what it was told. Tests wait for what they expect; nothing sleeps.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

PATIENCE = 8.0
TEAM, CHANNEL, DIRECT, USER, COLLEAGUE = "T0CLINIC", "C0BILLING", "D0AVERY", "U0AVERY", "U0BLAKE"
BOT_USER, BOT = "U0CODECITE", "B0CODECITE"
LIMITS = {"section": 3000, "context": 3000, "header": 150}


@dataclass
class Call:
    """One request that Slack got: a method of its interface, or `response` for a response_url."""

    method: str
    args: dict[str, Any]
    at: float


@dataclass
class Refusal:
    """What a method answers once instead of what it usually does."""

    status: int = 200
    error: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def problems(blocks: Any, most: int = 50) -> Iterator[str]:
    """Why Slack would refuse these blocks."""
    if len(blocks) > most:
        yield f"{len(blocks)} blocks"
    pressed = [each["action_id"] for block in blocks if block["type"] == "actions" for each in block["elements"]]
    if most == 50 and len(set(pressed)) < len(pressed):
        yield "an action twice"
    for block in blocks:
        yield from _block_problems(block)


def _block_problems(block: Any) -> Iterator[str]:
    kind = block["type"]
    if kind in LIMITS:
        texts = block["elements"] if kind == "context" else [block["text"]]
        if not 1 <= len(texts) <= 10:
            yield f"{kind} with {len(texts)} texts"
        yield from (f"{kind} of {len(text['text'])}" for text in texts if not 1 <= len(text["text"]) <= LIMITS[kind])
    elif kind == "actions":
        for element in block["elements"]:
            if not 1 <= len(element["text"]["text"]) <= 75 or len(element["value"]) > 2000:
                yield "button"
        if not 1 <= len(block["elements"]) <= 25:
            yield "actions elements"
    elif kind not in ("divider", "context_actions", "rich_text", "input"):
        yield f"unknown block {kind}"


class FakeSlack:
    """The other side. Use as `async with FakeSlack() as slack`."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.acks: dict[str, tuple[float, Any]] = {}
        self.refusals: dict[str, deque[Refusal]] = defaultdict(deque)
        self.channels: dict[str, dict[str, Any]] = {CHANNEL: {"id": CHANNEL, "is_ext_shared": False}}
        self.scopes = "app_mentions:read,assistant:write,channels:read,chat:write,commands,groups:read,im:history"
        self.feedback_known = True
        self.url = ""
        self._numbers = itertools.count(1)
        self._sockets: set[web.WebSocketResponse] = set()
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> FakeSlack:
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/api/{method}", self._method)
        app.router.add_post("/response/{number}", self._response)
        app.router.add_get("/link", self._link)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base = f"{host}:{port}"
        self.url = f"http://{self.base}/api/"
        return self

    async def __aexit__(self, *_: object) -> None:
        for socket in tuple(self._sockets):
            await socket.close()
        await self._runner.cleanup()

    # What tests do

    def refuse(self, method: str, *refusals: Refusal) -> None:
        """Answer the next calls of a method so."""
        self.refusals[method].extend(refusals)

    async def until(self, wanted: Callable[[], bool]) -> None:
        """Wait until something holds of what Slack got."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(wanted), PATIENCE)

    def of(self, *methods: str) -> list[dict[str, Any]]:
        """The arguments of the calls of some methods, in order."""
        return [call.args for call in self.calls if call.method in methods]

    def said(self, *methods: str) -> list[str]:
        """The plain texts of what was posted."""
        return [str(args.get("text", "")) for args in self.of(*(methods or ("chat.postMessage",)))]

    async def send(self, payload: dict[str, Any], kind: str = "events_api", **more: Any) -> str:
        """Send one envelope over the WebSocket; returns its id."""
        await self.until(lambda: bool(self._sockets))
        envelope = f"env-{next(self._numbers)}"
        socket = next(iter(self._sockets))
        await socket.send_json(
            {"envelope_id": envelope, "type": kind, "payload": payload, "accepts_response_payload": True, **more}
        )
        return envelope

    async def acked(self, *envelopes: str) -> list[Any]:
        """Wait for the acknowledgements of envelopes; returns their payloads."""
        await self.until(lambda: all(envelope in self.acks for envelope in envelopes))
        return [self.acks[envelope][1] for envelope in envelopes]

    def response_url(self) -> str:
        """A fresh response_url."""
        return f"http://{self.base}/response/{next(self._numbers)}"

    # What Slack does

    async def _note(self, method: str, args: dict[str, Any]) -> None:
        async with self._changed:
            self.calls.append(Call(method, args, time.monotonic()))
            self._changed.notify_all()

    async def _method(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if request.content_type == "application/json":
            args = await request.json()
        else:
            args = dict(await request.post())
        args = {**request.query, **args}
        if self.refusals[method]:
            refusal = self.refusals[method].popleft()
            async with self._changed:
                self._changed.notify_all()
            return web.json_response(
                {"ok": False, "error": refusal.error or "ratelimited"}, status=refusal.status, headers=refusal.headers
            )
        reply: dict[str, Any] = {"ok": True, **self._reply(method, args)}
        if reply["ok"]:
            await self._note(method, args)
        return web.json_response(reply, headers={"x-oauth-scopes": self.scopes})

    def _reply(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        view = args.get("view")
        if isinstance(view, dict) and (wrong := list(problems(view["blocks"], 100))):
            return {"ok": False, "error": "invalid_arguments", "wrong": wrong}
        if wrong := list(problems(args.get("blocks") or [])):
            return {"ok": False, "error": "invalid_blocks", "wrong": wrong}
        if not self.feedback_known and any(block["type"] == "context_actions" for block in args.get("blocks") or []):
            return {"ok": False, "error": "invalid_blocks"}
        number = next(self._numbers)
        if method in ("chat.postMessage", "chat.startStream"):
            return {"ts": f"17000{number:05}.000100", "channel": args["channel"]}
        if method == "conversations.info":
            known = self.channels.get(args["channel"])
            return {"channel": known} if known else {"ok": False, "error": "channel_not_found"}
        if method in ("views.open", "views.push", "views.update"):
            return {"view": {"id": args.get("view_id", f"V{number}"), "hash": str(number)}}
        if method == "apps.connections.open":
            return {"url": f"ws://{self.base}/link"}
        if method == "auth.test":
            return {"team_id": TEAM, "team": "Clinic", "user_id": BOT_USER, "bot_id": BOT, "user": "codecite"}
        return {}

    async def _response(self, request: web.Request) -> web.Response:
        if self.refusals["response"]:
            refusal = self.refusals["response"].popleft()
            async with self._changed:
                self._changed.notify_all()
            return web.Response(status=refusal.status, headers=refusal.headers, text="no")
        await self._note("response", await request.json())
        return web.Response(text="ok")

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0CODECITE"}})
        async with self._changed:
            self._sockets.add(socket)
            self._changed.notify_all()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    said = json.loads(message.data)
                    async with self._changed:
                        self.acks[said["envelope_id"]] = (time.monotonic(), said.get("payload"))
                        self._changed.notify_all()
        finally:
            self._sockets.discard(socket)
        return socket


_EVENTS = itertools.count(1)


def event(inner: dict[str, Any], **outer: Any) -> dict[str, Any]:
    """An Events API body around an event."""
    number = next(_EVENTS)
    return {
        "token": "verification-token",
        "team_id": TEAM,
        "api_app_id": "A0CODECITE",
        "event": {"event_ts": inner.get("ts", f"17100{number:05}.000200"), **inner},
        "type": "event_callback",
        "event_id": f"Ev{number:08}",
        "event_time": 1_700_000_000,
        "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        "is_ext_shared_channel": False,
        **outer,
    }


def stamp(seconds: int = 0) -> str:
    """A message's timestamp; later ones are larger."""
    return f"{1_700_100_000 + (seconds or next(_EVENTS))}.000300"


def mention(text: str, **changes: Any) -> dict[str, Any]:
    """Somebody mentions the bot in a channel."""
    outer = {key: changes.pop(key) for key in ("is_ext_shared_channel", "team_id", "enterprise_id") if key in changes}
    inner = {
        "type": "app_mention",
        "user": USER,
        "text": f"<@{BOT_USER}> {text}",
        "ts": stamp(),
        "channel": CHANNEL,
        "client_msg_id": "c0ffee",
        "team": TEAM,
        "blocks": [{"type": "rich_text", "elements": []}],
    }
    return event({**inner, **changes}, **outer)


def direct(text: str, **changes: Any) -> dict[str, Any]:
    """Somebody writes to the bot."""
    inner = {
        "type": "message",
        "channel_type": "im",
        "user": USER,
        "text": text,
        "ts": stamp(),
        "channel": DIRECT,
        "team": TEAM,
    }
    return event({**inner, **changes})


def edited(first: dict[str, Any], text: str) -> dict[str, Any]:
    """The writer of a direct message changed it."""
    before = {key: first["event"][key] for key in ("type", "user", "text", "ts", "team")}
    before |= {"thread_ts": first["event"]["thread_ts"]} if "thread_ts" in first["event"] else {}
    after = {**before, "text": text, "edited": {"user": USER, "ts": stamp()}}
    inner = {"type": "message", "subtype": "message_changed", "channel": DIRECT, "channel_type": "im", "ts": stamp()}
    return event({**inner, "message": after, "previous_message": before, "hidden": True})


def deleted(first: dict[str, Any]) -> dict[str, Any]:
    """The writer of a direct message took it back."""
    before = {key: first["event"][key] for key in ("type", "user", "text", "ts", "team")}
    inner = {"type": "message", "subtype": "message_deleted", "channel": DIRECT, "channel_type": "im", "ts": stamp()}
    return event({**inner, "deleted_ts": before["ts"], "previous_message": before, "hidden": True})


def pane_opened(thread: str) -> dict[str, Any]:
    """Somebody opens the assistant pane."""
    about = {"user_id": USER, "context": {"channel_id": CHANNEL}, "channel_id": DIRECT, "thread_ts": thread}
    return event({"type": "assistant_thread_started", "assistant_thread": about})


def command(text: str, url: str, **changes: Any) -> dict[str, Any]:
    """Somebody uses /codecite."""
    return {
        "token": "verification-token",
        "team_id": TEAM,
        "channel_id": CHANNEL,
        "channel_name": "billing",
        "user_id": USER,
        "user_name": "avery",
        "command": "/codecite",
        "text": text,
        "api_app_id": "A0CODECITE",
        "response_url": url,
        "trigger_id": f"trigger-{next(_EVENTS)}",
        **changes,
    }


def pressed(action_id: str, value: str, url: str = "", **changes: Any) -> dict[str, Any]:
    """Somebody presses a button below a message."""
    number = next(_EVENTS)
    ts = changes.pop("ts", stamp())
    container = {"type": "message", "message_ts": ts, "channel_id": CHANNEL, "is_ephemeral": False}
    body = {
        "type": "block_actions",
        "user": {"id": USER, "username": "avery", "team_id": TEAM},
        "team": {"id": TEAM, "domain": "clinic"},
        "channel": {"id": CHANNEL, "name": "billing"},
        "container": {**container, **changes.pop("container", {})},
        "message": {"ts": ts, "bot_id": BOT, "text": "an answer"},
        "trigger_id": f"trigger-{number}",
        "actions": [{"action_id": action_id, "type": "button", "value": value, "action_ts": stamp()}],
        "response_url": url,
    }
    return {**body, **changes}


def shortcut(text: str, **changes: Any) -> dict[str, Any]:
    """Somebody chooses "Ask codecite about this" in the menu of a message."""
    ts = stamp()
    body = {
        "type": "message_action",
        "callback_id": "codecite_about",
        "user": {"id": USER, "team_id": TEAM},
        "team": {"id": TEAM},
        "channel": {"id": CHANNEL, "name": "billing"},
        "message_ts": ts,
        "message": {"type": "message", "user": COLLEAGUE, "text": text, "ts": ts},
        "trigger_id": f"trigger-{next(_EVENTS)}",
        "response_url": "",
    }
    return {**body, **changes}


def submitted(callback: str, values: dict[str, Any], metadata: str = "") -> dict[str, Any]:
    """Somebody sends a window off."""
    view = {
        "id": f"V{next(_EVENTS)}",
        "type": "modal",
        "callback_id": callback,
        "state": {"values": values},
        "private_metadata": metadata,
        "hash": "1",
    }
    return {
        "type": "view_submission",
        "user": {"id": USER, "team_id": TEAM},
        "team": {"id": TEAM},
        "trigger_id": f"trigger-{next(_EVENTS)}",
        "view": view,
    }
