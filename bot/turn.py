"""The workspace of one turn: what each step of the engine hands to the next. It is never stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from bot.answer import Answer, AnswerStatus, AnswerWarning, Assumption, Clarify, CodeAdvice, Verdict
from bot.evidence import Claim, Finding
from bot.guard import Screened
from bot.question import Facts, Question
from corpus.guard_rows import Decline


@dataclass(slots=True)
class Draft:
    """An answer before the check: sentences with evidence in order, and all that is shown beside them."""

    status: AnswerStatus = "answered"
    verdict: Verdict | None = None
    claims: tuple[Claim, ...] = ()
    codes: tuple[CodeAdvice, ...] = ()
    warnings: tuple[AnswerWarning, ...] = ()
    clarify: Clarify | None = None
    assumptions: tuple[Assumption, ...] = ()


@dataclass(slots=True)
class Turn:
    """One message on its way to an Answer.

    `today` is the date of service when nobody names one; `payer` and `date` came beside the message. `beyond` means
    that the message asks for a code of another field, which an imported official file describes. `unheld` is the kind
    of thing asked for when no statement can hold it; only own documents may answer then.
    """

    message: str
    today: dt.date
    item_id: str
    payer: str | None = None
    date: dt.date | None = None
    earlier: Facts | None = None
    previous: Answer | None = None
    screened: Screened | None = None
    question: Question | None = None
    findings: list[Finding] = field(default_factory=list)
    draft: Draft = field(default_factory=Draft)
    dropped: int = 0
    beyond: bool = False
    unheld: Decline | None = None
    answer: Answer | None = None
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def read(self) -> Question:
        """The Question; the step `understand` has run."""
        assert self.question is not None, "understand runs first"
        return self.question

    @property
    def on(self) -> dt.date:
        """The date of service that the answer is for."""
        return (self.question.facts.date if self.question else None) or self.today
