"""What a reader may want to ask next: questions from a table, filled with the answer's code, none asked twice."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bot.answer import Answer, CodeAdvice

TABLE = Path(__file__).parent / "follow_ups.csv"
MOST = 3


class FollowUp(NamedTuple):
    """A question that fits `when` the answer has an active code, a deleted one or none, `unless` a word was said."""

    when: str
    unless: tuple[str, ...]
    question: str


@cache
def read_follow_ups(path: Path = TABLE) -> tuple[FollowUp, ...]:
    """The rows of the table, in order of use."""
    with path.open(newline="", encoding="utf-8") as handle:
        return tuple(
            FollowUp(row["when"], tuple(row["unless"].split("|")), row["question"]) for row in csv.DictReader(handle)
        )


def follow_ups(answer: Answer) -> tuple[str, ...]:
    """At most three questions that go on from an answer; none where the answer asks back or declines."""
    if answer.clarify or answer.status not in ("answered", "no_evidence"):
        return ()
    row = _main(answer.codes)
    kind = "none" if row is None else "deleted" if row.status == "deleted" else "code"
    said = answer.question.lower()
    fit = (
        held.question.format(code=row.code if row else "")
        for held in read_follow_ups()
        if held.when == kind and not any(word in said for word in held.unless)
    )
    return tuple(question for question in fit if question.lower() != said)[:MOST]


def _main(codes: tuple[CodeAdvice, ...]) -> CodeAdvice | None:
    """The code that the answer is about: what is billed, else the first that is active, else the first."""
    billed = next((row for row in codes if row.role == "recommended"), None)
    active = next((row for row in codes if row.status == "active"), None)
    return billed or active or next(iter(codes), None)
