"""A chat model's reply as an Answer. The model is asked for a format that a scorer can read, which is in its favor."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Sequence
from typing import Any

from bot.answer import Answer, CodeAdvice
from bot.settings import Settings
from corpus.documents import Passage
from eval.questions import Question
from eval.scorers import codes_of
from eval.systems import Reply
from eval.systems.shape import shaped

TASK = """You answer billing and coding questions for US health coaching and behavioral health.
The date of service is {day} unless the question says otherwise.
Begin with Yes, No or It depends when the question can be answered so. Be brief.
End with one line `BILL: ` that lists the codes to bill as CODE x UNITS, with modifiers as CODE-MODIFIER x UNITS,
separated by commas, or none.
When you do not know, or the question is no billing question, reply only with: NO ANSWER"""

GROUNDED = "\nAnswer only from these passages, and cite them as [1], [2]:\n\n{passages}"

_BILL = re.compile(r"^\W*BILL:\s*(.*)$", re.M | re.I)
_LINE = re.compile(r"([A-Z0-9]{5})(?:-([A-Z0-9]{2}))?(?:\s*[x×]\s*(\d+))?")


def answered(model: Any, question: Question, day: dt.date, passages: Sequence[Passage] = ()) -> Answer:
    """What the model replies to the turns, given the passages if there are any."""
    task = TASK.format(day=question.dos or day)
    if passages:
        listed = "\n".join(f"[{n}] {passage.text}" for n, passage in enumerate(passages, start=1))
        task += GROUNDED.format(passages=listed)
    messages = [("system", task), *(("human", turn) for turn in question.turns)]
    text = str(model.invoke(messages).text).strip()
    if not text or text.startswith("NO ANSWER"):
        return shaped(question, day, text, status="no_evidence")
    bill = _BILL.search(text)
    spoken = _BILL.sub("", text).strip()
    return shaped(question, day, spoken, passages, advice=_advice(bill[1]) if bill else ())


def _advice(line: str) -> tuple[CodeAdvice, ...]:
    """The codes of a `BILL:` line as recommended codes."""
    known = codes_of(line.replace("-", " "))
    return tuple(
        CodeAdvice(
            code=code,
            role="recommended",
            units=int(units) if units else 1,
            modifiers=(modifier,) if modifier else (),
            status="unknown",
            descriptor="",
            descriptor_source="",
        )
        for code, modifier, units in _LINE.findall(line)
        if code in known
    )


class ModelAlone:
    """A chat model without passages."""

    def __init__(self, settings: Settings, model: object, name: str) -> None:
        self.name = name
        self.version = f"{name}-{hash_of(TASK)}"
        self._model = model

    def ask(self, question: Question, day: dt.date) -> Reply:
        """What the model knows by itself."""
        started = time.perf_counter()
        answer = answered(self._model, question, day)
        return Reply(answer, (), (time.perf_counter() - started) * 1000)

    def close(self) -> None:
        """Nothing is held open."""


def hash_of(text: str) -> str:
    """Short hash of a text."""
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:12]
