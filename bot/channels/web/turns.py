"""One turn of the web chat: from what the form holds to the messages that the page shows.

Pure of Gradio, so that every path (bad date, long message, failure of the engine) is tested without a browser.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from bot.answer import Answer
from bot.channels.render_html import answer_html, clarify_html, facts_html, message_html, notice_html

LONGEST = 4000
"""Characters of the longest message that is taken: about two pages, more is not one question."""


class Asks(Protocol):
    """What the web chat needs of the engine."""

    def ask(
        self,
        message: str,
        conversation: str | None = None,
        *,
        date: datetime.date | None = None,
        payer: str | None = None,
    ) -> Answer:
        """A verified Answer to `message`."""
        ...

    def forget(self, conversation: str) -> None:
        """Drop the facts of a conversation."""
        ...


@dataclass(frozen=True, slots=True)
class Submission:
    """What the form holds when a question is sent; `conversation` is None before the first answer."""

    message: str
    date: str
    payer: str
    conversation: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """What the page shows now: the text put into the box (None leaves it), this turn's messages, facts in force."""

    draft: str | None
    messages: Sequence[dict[str, Any]]
    facts: str
    conversation: str | None


@dataclass(frozen=True)
class Desk:
    """Takes turns to the engine and hands back what to show; holds no state of any conversation.

    `payers` maps the engine's word for a payer to its name.
    """

    bot: Asks
    payers: Mapping[str, str] = field(default_factory=dict)
    log: Any = field(default_factory=structlog.get_logger)

    def today(self) -> str:
        """Today's date as the date field writes it."""
        return datetime.date.today().isoformat()

    def forget(self, conversation: str | None) -> None:
        """Drop a conversation's facts, if there is one."""
        if conversation:
            self.bot.forget(conversation)

    def reply(self, sent: Submission) -> Iterator[Step]:
        """The steps of one turn: the question at once, then the verified sentences, then the whole answer."""
        text = sent.message.strip()
        if not text:
            return
        said = {"role": "user", "content": message_html(text)}
        if problem := self._problem(text, sent):
            yield self._step(sent, said, notice_html(problem), draft=sent.message)
            return
        conversation = sent.conversation or secrets.token_urlsafe(16)
        sent = Submission(text, sent.date, sent.payer, conversation)
        yield self._step(sent, said, notice_html("Looking it up."), draft="")
        try:
            answer = self.bot.ask(text, conversation, date=_day(sent.date), payer=sent.payer or None)
        except Exception as error:  # The engine's failures must never reach the reader as exception text.
            yield self._step(sent, said, self._apology(error), draft=sent.message)
            return
        for count in range(1, len(answer.sentences)):
            yield self._step(sent, said, answer_html(answer, sentences=count))
        yield self._step(sent, said, answer_html(answer), answer)

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

    def _step(
        self,
        sent: Submission,
        said: dict[str, Any],
        html: str,
        answer: Answer | None = None,
        *,
        draft: str | None = None,
    ) -> Step:
        messages = [said, {"role": "assistant", "content": html}]
        if answer and answer.clarify:
            options = [{"label": option, "value": option} for option in answer.clarify.options]
            messages.append({"role": "assistant", "content": clarify_html(answer.clarify), "options": options})
        return Step(draft, messages, facts_html(answer), sent.conversation)


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        return None
