"""Questions and what becomes of them: answered in order, changed when the question is edited, taken away with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.answer import Answer
from bot.channels.shared.desk import BUSY, LONGEST
from bot.channels.shared.ledger import Place
from bot.channels.slack.blocks import Message, messages
from bot.channels.slack.gate import KIND, Incoming
from bot.channels.slack.mrkdwn import escape, short
from bot.channels.slack.posting import FAILURES, code_of
from bot.channels.slack.station import Station
from bot.channels.slack.windows import help_blocks, help_text, prompts

START_OVER = frozenset({"start over", "new", "reset", "forget"})
FORGOTTEN = "Forgotten. A new conversation begins."
NO_WORDS = "I read text only, no files or pictures. Please write your question, without patient details."
PLEASE_DELETE = "If your message names a patient, please delete it; others may read it."
WORKING = "is looking it up ..."
TITLE = 60


def place_of(incoming: Incoming) -> Place:
    """Where the reply to a message goes."""
    return Place(incoming.team, incoming.channel, incoming.thread, incoming.user)


def order_of(ts: str) -> float:
    """When a message was sent, to order the ones that arrive late."""
    try:
        return float(ts)
    except ValueError:
        return 0.0


class Talk:
    """Conversations in channels, direct messages and the assistant pane."""

    def __init__(self, station: Station) -> None:
        self._at = station
        self._withdrawn: dict[str, None] = {}

    async def question(self, incoming: Incoming) -> None:
        """Queue a question behind those before it in its thread."""
        taken = self._at.lanes.submit(
            incoming.conversation,
            lambda: self._settled(incoming, self._answer(incoming)),
            order=order_of(incoming.ts),
            mark=incoming.message,
        )
        if not taken:
            await self._settled(incoming, self._at.poster.note(place_of(incoming), BUSY))

    async def edit(self, incoming: Incoming) -> None:
        """Answer an edited question anew, in the place of the first answer."""
        edited = order_of(str((incoming.event.get("message") or {}).get("edited", {}).get("ts", "")))
        self._at.lanes.submit(incoming.conversation, lambda: self._again(incoming), order=edited)

    async def deletion(self, incoming: Incoming) -> None:
        """Take the answer to a deleted question away, or do not begin it, even when it arrives only later."""
        self._withdrawn[incoming.message] = None
        for old in list(self._withdrawn)[:-1000]:
            del self._withdrawn[old]
        if self._at.lanes.cancel(incoming.conversation, incoming.message):
            await self._at.blocking(self._at.ledger.settle, incoming.message)
        later = order_of(str(incoming.event.get("event_ts", "")))
        self._at.lanes.submit(incoming.conversation, lambda: self._withdraw(incoming), order=later)

    async def pane(self, incoming: Incoming) -> None:
        """Greet in a new thread of the assistant pane, with things to ask."""
        text = "Ask me how a session is billed. Minutes, payer and place that you name carry over in this thread."
        await self._at.client.chat_postMessage(channel=incoming.channel, thread_ts=incoming.thread, text=text)
        await self._at.client.assistant_threads_setSuggestedPrompts(
            channel_id=incoming.channel, thread_ts=incoming.thread, prompts=prompts(), title="For example"
        )

    async def declined(self, incoming: Incoming, text: str) -> None:
        """Say privately why there is no answer."""
        await self._at.poster.note(place_of(incoming), text)

    async def chosen(self, incoming: Incoming, place: Place, text: str, conversation: str) -> None:
        """Answer an option that was chosen below a question back, in its thread."""
        key = incoming.keys[0] if incoming.keys else incoming.message
        taken = self._at.lanes.submit(
            conversation, lambda: self._settled(incoming, self._choice(place, text, conversation, key), key)
        )
        if not taken:
            await self._at.poster.note(place, BUSY)

    async def _choice(self, place: Place, text: str, conversation: str, key: str) -> None:
        reply = await self._at.ask(text, conversation)
        head = f"<@{place.user}> chose: {escape(short(text, 300))}"
        posts = await self._show(place, reply.answer, reply.note, head, conversation, live=False)
        await self._at.blocking(self._at.ledger.replied, key, conversation, replace(place, posts=posts))

    async def _settled(self, incoming: Incoming, work: Any, key: str = "") -> None:
        """Run `work`; afterwards nothing is owed any more, unless sending failed, which the sweeper then tells."""
        owed = key or incoming.message
        try:
            await work
        except Exception as error:  # Whatever went wrong, the person is told, and the error's text goes nowhere.
            self._at.log.error("reply failed", error_type=code_of(error), channel=KIND)
            await self._at.blocking(self._at.ledger.release, owed)
        else:
            await self._at.blocking(self._at.ledger.settle, owed)

    async def _answer(self, incoming: Incoming) -> None:
        if incoming.message in self._withdrawn:
            return
        place = place_of(incoming)
        if not incoming.text:
            note = Message((), NO_WORDS) if incoming.event.get("files") else Message(tuple(help_blocks()), help_text())
            await self._at.poster.post(place, [note])
            return
        if incoming.direct and incoming.text.lower().strip(" .!") in START_OVER:
            await self._at.working(self._at.desk.bot.forget, incoming.conversation)
            await self._at.poster.post(place, [Message((), FORGOTTEN)])
            return
        in_pane = incoming.direct and bool(incoming.thread)
        begun = await self._at.blocking(self._at.ledger.begun, incoming.conversation)
        if in_pane:
            await self._quietly(
                self._at.client.assistant_threads_setStatus(
                    channel_id=place.channel, thread_ts=place.thread, status=WORKING
                )
            )
        reply = await self._at.ask(incoming.text, incoming.conversation)
        posts = await self._show(
            place, reply.answer, reply.note, "", incoming.conversation, live=in_pane, hide_phi=bool(reply.private)
        )
        await self._at.blocking(
            self._at.ledger.replied, incoming.message, incoming.conversation, replace(place, posts=posts)
        )
        if reply.private:
            await self._quietly(self._at.poster.note(place, f"{escape(reply.private)} {PLEASE_DELETE}"))
        if in_pane and not begun and reply.answer is not None:
            title = short(reply.answer.question, TITLE)
            await self._quietly(
                self._at.client.assistant_threads_setTitle(
                    channel_id=place.channel, thread_ts=place.thread, title=title or "Billing question"
                )
            )

    async def _show(
        self,
        place: Place,
        answer: Answer | None,
        note: str,
        head: str,
        conversation: str,
        *,
        live: bool,
        hide_phi: bool = False,
    ) -> tuple[str, ...]:
        if answer is None:
            return await self._at.poster.post(place, [Message((), escape(note))])
        await self._at.blocking(self._at.ledger.keep, answer, conversation)
        return await self._at.poster.answer(place, answer, self._at.look(head=head, hide_phi=hide_phi), live=live)

    async def _again(self, incoming: Incoming) -> None:
        """The edited question's answer replaces the first one; without a first one there is nothing to replace."""
        place = await self._at.blocking(self._at.ledger.reply_to, incoming.message)
        if place is None or not place.posts or not incoming.text or len(incoming.text) > LONGEST:
            return
        reply = await self._at.ask(incoming.text, incoming.conversation)
        if reply.answer is None:
            return
        await self._at.blocking(self._at.ledger.keep, reply.answer, incoming.conversation)
        look = self._at.look(head="_Answered again after you edited your question._", hide_phi=bool(reply.private))
        try:
            posts = await self._at.poster.change(place, messages(reply.answer, look))
        except FAILURES as error:
            self._at.log.error("change failed", error_type=code_of(error), channel=KIND)
            return
        await self._at.blocking(
            self._at.ledger.replied, incoming.message, incoming.conversation, replace(place, posts=posts)
        )
        if reply.private:
            await self._quietly(self._at.poster.note(place, f"{escape(reply.private)} {PLEASE_DELETE}"))

    async def _withdraw(self, incoming: Incoming) -> None:
        place = await self._at.blocking(self._at.ledger.reply_to, incoming.message)
        if place is None:
            return
        await self._at.blocking(self._at.ledger.forget_reply, incoming.message)
        await self._quietly(self._at.poster.take_away(place, place.posts))

    async def _quietly(self, call: Any) -> None:
        """Do what helps but is not needed; Slack's refusal (an older plan, a missing scope) is only logged."""
        try:
            await call
        except FAILURES as error:
            self._at.log.info("refused", error_type=code_of(error), channel=KIND)
