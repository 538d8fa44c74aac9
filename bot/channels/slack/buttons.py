"""Commands, shortcuts, buttons and windows: what people press rather than write."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.channels.shared.desk import BUSY, conversation_id
from bot.channels.shared.ledger import Given, Place
from bot.channels.slack.blocks import ASKED, Message, messages
from bot.channels.slack.claims import ClaimProblem, checked
from bot.channels.slack.gate import ELSEWHERE, KIND, Incoming
from bot.channels.slack.mrkdwn import escape, short
from bot.channels.slack.posting import FAILURES, code_of
from bot.channels.slack.station import Station
from bot.channels.slack.talk import Talk
from bot.channels.slack.windows import (
    answer_window,
    claim_of,
    claim_window,
    feedback_window,
    form_of,
    help_blocks,
    help_text,
    note_window,
    report_window,
    sources_window,
)
from bot.errors import CodeciteError

EXPIRED = "The buttons of this answer have expired. Please ask again."
SHARED = "Shared with the channel."
INVITE = "I cannot post there. Invite me to the channel first: `/invite @codecite`."
THANKS = "Thank you. It is kept without your name."
WORKING = "Looking it up ..."


class Buttons:
    """Answers what is pressed. Acknowledgements are sent by the caller before any of this runs."""

    def __init__(self, station: Station, talk: Talk) -> None:
        self._at = station
        self._talk = talk

    async def command(self, incoming: Incoming, body: Mapping[str, Any]) -> None:
        """`/codecite`: an answer that only the asker sees."""
        url = str(body.get("response_url", ""))
        if await self._at.is_shared(incoming.channel):
            await self._at.poster.respond(url, Message((), ELSEWHERE), response_type="ephemeral")
            return
        if not incoming.text or incoming.text.lower() == "help":
            await self._at.poster.respond(url, Message(tuple(help_blocks()), help_text()), response_type="ephemeral")
            return
        key = incoming.keys[0] if incoming.keys else incoming.message
        conversation = conversation_id(KIND, incoming.team, key)
        if not self._at.lanes.submit(conversation, lambda: self._private(incoming, url, conversation, key)):
            await self._at.poster.respond(url, Message((), BUSY), response_type="ephemeral")

    async def _private(self, incoming: Incoming, url: str, conversation: str, key: str) -> None:
        try:
            for message in await self._private_answer(incoming.text, conversation, share=not incoming.direct):
                await self._at.poster.respond(url, message, response_type="ephemeral", replace_original=False)
        except Exception as error:  # Whatever went wrong, the person is told, and the error's text goes nowhere.
            self._at.log.error("reply failed", error_type=code_of(error), channel=KIND)
            await self._at.blocking(self._at.ledger.release, key)
        else:
            await self._at.blocking(self._at.ledger.settle, key)

    async def _private_answer(
        self, text: str, conversation: str, *, share: bool, head: str = ""
    ) -> tuple[Message, ...]:
        reply = await self._at.ask(text, conversation)
        if reply.answer is None:
            return (Message((), escape(reply.note)),)
        await self._at.blocking(self._at.ledger.keep, reply.answer, conversation)
        asked = reply.answer.question
        above = head or f"You asked: {escape(short(asked, ASKED))}"
        return messages(reply.answer, self._at.look(share=share, asked=asked, feedback=False, head=above))

    async def shortcut(self, incoming: Incoming, body: Mapping[str, Any]) -> None:
        """The shortcut "Ask codecite about this": the answer in a window, to be posted into the thread if wanted."""
        opened = await self._at.client.views_open(
            trigger_id=str(body.get("trigger_id", "")), view=note_window("codecite", WORKING)
        )
        view_id = str(opened["view"]["id"])
        if not incoming.direct and await self._at.is_shared(incoming.channel):
            await self._at.client.views_update(view_id=view_id, view=note_window("codecite", ELSEWHERE))
            return
        if not incoming.text:
            note = "That message has no text that I can read."
            await self._at.client.views_update(view_id=view_id, view=note_window("codecite", note))
            return
        conversation = conversation_id(KIND, incoming.team, incoming.keys[0] if incoming.keys else incoming.message)
        reply = await self._at.ask(incoming.text, conversation)
        if reply.answer is None:
            await self._at.client.views_update(view_id=view_id, view=note_window("codecite", escape(reply.note)))
            return
        await self._at.blocking(self._at.ledger.keep, reply.answer, conversation)
        metadata = {"channel": incoming.channel, "thread": incoming.thread}
        view = answer_window(reply.answer, "Only you see this.", metadata)
        await self._at.client.views_update(view_id=view_id, view=view)

    async def sources(self, body: Mapping[str, Any]) -> None:
        """Open the window with everything an answer rests on, or turn its pages."""
        answer_id, _, page = _value(body).partition("|")
        given = await self._given(answer_id)
        view = sources_window(given.answer, int(page or 0)) if given else note_window("Sources", EXPIRED)
        if page and _in_window(body):
            await self._at.client.views_update(view_id=body["view"]["id"], view=view)
            return
        await self._open(body, view)

    async def check(self, body: Mapping[str, Any]) -> None:
        """Open the claim form, filled with what the answer said."""
        given = await self._given(_value(body))
        await self._open(
            body, claim_window(claim_of(given.answer)) if given else note_window("Check this claim", EXPIRED)
        )

    async def checked(self, body: Mapping[str, Any], ack: Any) -> None:
        """Check a submitted claim; the result takes the form's place, a mistake is shown beside its field."""
        form = form_of(body["view"]["state"]["values"])
        try:
            work = self._at.working(checked, self._at.knowledge, form)
            report = await asyncio.wait_for(work, 2.0)
        except ClaimProblem as problem:
            await ack(response_action="errors", errors={problem.field: short(f"{problem} {problem.hint}", 200)})
            return
        except TimeoutError:
            await ack(
                response_action="update", view=note_window("Claim check", "That took too long. Please try again.")
            )
            return
        await ack(response_action="update", view=report_window(report))

    async def share(self, incoming: Incoming, body: Mapping[str, Any]) -> None:
        """Show a private answer to the channel, once, under the name of who shared it."""
        answer_id, _, asked = _value(body).partition("|")
        given = await self._given(answer_id)
        metadata = json.loads((body.get("view") or {}).get("private_metadata") or "{}")
        channel = str(metadata.get("channel", "")) or incoming.channel
        if given is None:
            await self._tell(body, incoming, EXPIRED)
            return
        shared = await self._at.is_shared(channel)
        if shared is not False:
            await self._tell(body, incoming, ELSEWHERE if shared else INVITE)
            return
        if not await self._at.is_new((f"share:{given.answer.id}:{channel}",), None):
            return
        place = Place(incoming.team, channel, str(metadata.get("thread", "")), incoming.user)
        head = f"Shared by <@{incoming.user}>" + (f" · {escape(asked)}" if asked else "")
        try:
            await self._at.poster.post(place, messages(given.answer, self._at.look(head=head, hide_phi=True)))
        except FAILURES as error:
            self._at.log.warning("sharing failed", error_type=code_of(error), channel=KIND)
            await self._tell(body, incoming, INVITE)
            return
        await self._tell(body, incoming, SHARED)

    async def option(self, incoming: Incoming, body: Mapping[str, Any]) -> None:
        """An option of a question back was chosen: it is the next message of the conversation."""
        answer_id, _, number = _value(body).rpartition("|")
        given = await self._given(answer_id)
        clarify = given.answer.clarify if given else None
        if given is None or clarify is None or not number.isdigit() or int(number) >= len(clarify.options):
            await self._tell(body, incoming, EXPIRED)
            return
        text = clarify.options[int(number)]
        if _in_window(body):
            await self._in_window(body, given, text)
            return
        container = body.get("container") or {}
        if container.get("is_ephemeral"):
            url = str(body.get("response_url", ""))
            head = f"You chose: {escape(text)}"
            shown = await self._private_answer(text, given.conversation, share=not incoming.direct, head=head)
            for first, message in zip((True, *[False] * len(shown)), shown, strict=False):
                await self._at.poster.respond(url, message, response_type="ephemeral", replace_original=first)
            return
        thread = str(container.get("thread_ts") or "")
        place = Place(incoming.team, incoming.channel, thread, incoming.user)
        await self._mark(incoming, given, text)
        await self._talk.chosen(incoming, place, text, given.conversation)

    async def _mark(self, incoming: Incoming, given: Given, text: str) -> None:
        """Put what was chosen in the place of the options, so that nobody chooses twice."""
        seen = replace(Place(incoming.team, incoming.channel, "", incoming.user), posts=(incoming.ts,))
        shown = messages(given.answer, self._at.look(chosen=text))
        try:
            if len(shown) == 1:
                await self._at.poster.change(seen, shown)
        except FAILURES as error:
            self._at.log.info("mark refused", error_type=code_of(error), channel=KIND)

    async def _in_window(self, body: Mapping[str, Any], given: Given, text: str) -> None:
        metadata = json.loads(body["view"].get("private_metadata") or "{}")
        reply = await self._at.ask(text, given.conversation)
        if reply.answer is None:
            view = note_window("codecite", escape(reply.note))
        else:
            await self._at.blocking(self._at.ledger.keep, reply.answer, given.conversation)
            view = answer_window(reply.answer, f"You chose: {escape(text)}", metadata)
        await self._at.client.views_update(view_id=body["view"]["id"], view=view)

    async def feedback(self, incoming: Incoming, body: Mapping[str, Any]) -> None:
        """Helpful is kept at once; for "not right" a window asks what."""
        kind, _, answer_id = _value(body).partition("|")
        if kind == "bad":
            await self._open(body, feedback_window(answer_id))
            return
        await self._remark(answer_id, "helpful", "")
        await self._tell(body, incoming, THANKS)

    async def reported(self, body: Mapping[str, Any]) -> None:
        """What was wrong with an answer, as submitted."""
        values = body["view"]["state"]["values"]
        kind = values["kind"]["kind"]["selected_option"]["value"]
        answer_id = str(json.loads(body["view"].get("private_metadata") or "{}").get("id", ""))
        await self._remark(answer_id, str(kind), str(values["text"]["text"].get("value") or ""))

    async def _remark(self, answer_id: str, kind: str, text: str) -> None:
        given = await self._given(answer_id)
        version = given.answer.knowledge.get("corpus", "") if given else ""
        try:
            await self._at.blocking(self._at.feedback.add, answer_id, kind, channel=KIND, text=text, knowledge=version)
        except CodeciteError as error:
            self._at.log.warning("feedback refused", error_type=type(error).__name__, channel=KIND)

    async def _given(self, answer_id: str) -> Given | None:
        return await self._at.blocking(self._at.ledger.given, answer_id)

    async def _open(self, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        """Open a window; on top of the one that the button stood in."""
        call = self._at.client.views_push if _in_window(body) else self._at.client.views_open
        await call(trigger_id=str(body.get("trigger_id", "")), view=dict(view))

    async def _tell(self, body: Mapping[str, Any], incoming: Incoming, text: str) -> None:
        """A private word to whoever pressed a button, wherever it stood."""
        if _in_window(body):
            await self._at.client.views_push(
                trigger_id=str(body.get("trigger_id", "")), view=note_window("codecite", text)
            )
        elif url := str(body.get("response_url", "")):
            await self._at.poster.respond(url, Message((), text), response_type="ephemeral", replace_original=False)
        else:
            await self._talk.declined(incoming, text)


def _value(body: Mapping[str, Any]) -> str:
    """The value of the button that was pressed."""
    action = (body.get("actions") or [{}])[0]
    return str(action.get("value") or "")


def _in_window(body: Mapping[str, Any]) -> bool:
    return bool(body.get("view"))
