"""One turn of the web chat: from what the form holds to the messages that the page shows.

Pure of Gradio, so that every path (bad date, long message, failure of the engine) is tested without a browser.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.answer import Answer
from bot.asking import Asks
from bot.channels.render_html import answer_html, clarify_html, facts_html, message_html, notice_html
from bot.logs import get_logger

LONGEST = 4000
"""Characters of the longest message that is taken: about two pages, more is not one question."""


UNREAD = frozenset({"out_of_scope", "refused"})
"""Answers to messages that were declined unread: the facts in force stay as they were."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What the form holds when a question is sent; `conversation` is None before the first answer."""

    message: str
    date: str
    payer: str
    conversation: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """What the page shows now: this turn's messages and, where they change, the box, the facts and the form.

    None leaves what is there: a half-typed next question, the facts of the last answer.
    """

    messages: Sequence[dict[str, Any]]
    conversation: str | None
    draft: str | None = None
    facts: str | None = None
    date: str | None = None
    payer: str | None = None


@dataclass(frozen=True)
class Desk:
    """Takes turns to the engine and hands back what to show; holds no state of any conversation.

    `payers` maps the engine's word for a payer to its name; `usual_payer` is chosen when a conversation begins.
    """

    bot: Asks
    payers: Mapping[str, str] = field(default_factory=dict)
    usual_payer: str = ""
    log: Any = field(default_factory=lambda: get_logger("web"))

    def today(self) -> str:
        """Today's date as the date field writes it."""
        return datetime.date.today().isoformat()

    def forget(self, conversation: str | None) -> None:
        """Drop a conversation's facts, if there is one."""
        if conversation:
            self.bot.forget(conversation)

    def reply(self, sent: Submission) -> Iterator[Step]:
        """The steps of one turn: the question at once, then the verified bottom line, then the whole answer."""
        text = sent.message.strip()
        if not text:
            return
        said = {"role": "user", "content": message_html(text)}
        if problem := self._problem(text, sent):
            yield self._step(sent, said, notice_html(problem), draft=sent.message)
            return
        yield self._step(sent, said, notice_html("Looking it up."), draft="")
        conversation = sent.conversation or secrets.token_urlsafe(16)
        try:
            answer = self._answer(text, sent, conversation)
        except Exception as error:  # The engine's failures must never reach the reader as exception text.
            yield self._step(sent, said, self._apology(error), draft=sent.message)
            return
        if any(row.kind == "phi" for row in answer.warnings):
            # What the guard replaced does not stay on the screen or in what the reader saves.
            said = {"role": "user", "content": message_html(answer.question)}
        if len(answer.sentences) > 1:
            # All sentences are verified by now. The bottom line goes first; the page lets the others follow one by one
            # without another message for each, which would cost the server as much as the answer.
            yield self._step(sent, said, answer_html(answer, sentences=1))
        yield self._whole(answer, said, conversation)

    def _answer(self, text: str, sent: Submission, conversation: str) -> Answer:
        """The engine's Answer; what the form shows counts from the second turn on, before that only what was chosen.

        The form follows the facts in force, so on later turns a changed field is the reader's correction and an
        unchanged one says what already holds.
        """
        date, payer = _day(sent.date), sent.payer
        if sent.conversation is None:
            chosen = date if date != datetime.date.today() else None
            return self.bot.ask(text, conversation, date=chosen, payer=payer or None)
        return self.bot.ask(text, conversation, date=date, payer=payer)

    def _whole(self, answer: Answer, said: dict[str, Any], conversation: str) -> Step:
        """The last step of a turn: everything shown, the form set to the facts in force."""
        messages = [said, {"role": "assistant", "content": answer_html(answer)}]
        if answer.clarify:
            options = [{"label": option, "value": option} for option in answer.clarify.options]
            messages.append({"role": "assistant", "content": clarify_html(answer.clarify), "options": options})
        if answer.status in UNREAD:
            return Step(messages, conversation)
        payer = answer.facts.get("payer", "")
        return Step(
            messages,
            conversation,
            facts=facts_html(answer, self.payers),
            date=answer.as_of,
            payer=payer if payer in self.payers else "",
        )

    def _problem(self, text: str, sent: Submission) -> str:
        if len(text) > LONGEST:
            return f"That message has {len(text):,} characters; please ask in at most {LONGEST:,}."
        if sent.payer and sent.payer not in self.payers:
            return "That payer is not in our list. Choose one from the list, or name it in your question."
        if sent.date.strip() and _day(sent.date) is None:
            return "The date of service is not a date. Write it as YYYY-MM-DD, for example 2026-03-02."
        return ""

    def _apology(self, error: Exception) -> str:
        number = secrets.token_hex(4)
        self.log.error("turn failed", answer_id=number, error_type=type(error).__name__, channel="web")
        return notice_html(
            "Sorry, this question could not be answered just now. Please try again; your question is still in the box.",
            f"If it happens again, give this number to whoever runs codecite: {number}",
        )

    def _step(self, sent: Submission, said: dict[str, Any], html: str, *, draft: str | None = None) -> Step:
        return Step([said, {"role": "assistant", "content": html}], sent.conversation, draft=draft)


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        return None
