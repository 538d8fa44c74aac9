"""Text of other systems as an Answer, so that the same scorers judge it.

Read in their favor: every code in the text counts as named and none as recommended, so that quoting a passage can
never count as recommending a forbidden code; a text that begins with yes or no has that verdict.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from bot.answer import Answer, AnswerStatus, Citation, CodeAdvice, Sentence, Verdict
from corpus.documents import Passage
from corpus.knowledge import Knowledge
from eval.questions import Question
from eval.scorers import codes_of

SHOWN = 3
"""Passages that an extractive system shows: about as much text as an answer of codecite."""
LISTED = 20
"""Passages that are ranked for the retrieval metrics."""

_OPENING = re.compile(r"\W*(yes|no|it depends|depends)\b", re.I)


def query(question: Question) -> str:
    """What is searched for: all turns, so that a follow-up question is understood."""
    return " ".join(question.turns)


def quoted(question: Question, day: dt.date, passages: Sequence[Passage]) -> Answer:
    """The passages as an answer: each one a sentence that cites itself; none found is an abstention."""
    text = "\n\n".join(f"{passage.text} [{n}]" for n, passage in enumerate(passages, start=1))
    sentences = tuple(Sentence(text=passage.text, citations=(n,)) for n, passage in enumerate(passages, start=1))
    first = passages[0].text if passages else ""
    return shaped(question, day, text, passages, sentences, opening=first)


def shaped(
    question: Question,
    day: dt.date,
    text: str,
    passages: Sequence[Passage] = (),
    sentences: tuple[Sentence, ...] = (),
    *,
    opening: str = "",
    status: AnswerStatus | None = None,
    advice: tuple[CodeAdvice, ...] = (),
) -> Answer:
    """An Answer of any text; `advice` are codes that the system itself marked, others are `mentioned`."""
    marked = {row.code for row in advice}
    deleted = {passage.key for passage in passages if passage.kind == "code" and ": Deleted" in passage.text}
    mentioned = tuple(
        CodeAdvice(
            code=code,
            role="mentioned",
            status="deleted" if code in deleted else "unknown",
            descriptor="",
            descriptor_source="",
        )
        for code in sorted(codes_of(text) - marked)
    )
    return Answer(
        id=question.id,
        question="",  # Other systems do not repeat the question, which may hold identifiers.
        status=status or ("answered" if text.strip() else "no_evidence"),
        verdict=verdict_of(opening or text),
        answer=text,
        codes=advice + mentioned,
        warnings=(),
        clarify=None,
        sentences=sentences,
        citations=tuple(_citation(n, passage) for n, passage in enumerate(passages, start=1)),
        assumptions=(),
        as_of=(question.dos or day).isoformat(),
        knowledge={},
    )


def verdict_of(text: str) -> Verdict | None:
    """The verdict that a text begins with."""
    match = _OPENING.match(text)
    if match is None:
        return None
    word = match[1].lower()
    return "yes" if word == "yes" else "no" if word == "no" else "depends"


def _citation(n: int, passage: Passage) -> Citation:
    statement = passage.kind == "statement"
    return Citation(
        n=n,
        kind="statement" if statement else "table",
        ref=passage.key if statement else passage.id,
        title=passage.title,
        section=passage.section,
        quote=passage.text,
        tier=passage.tier,
        effective_from=passage.effective_from.isoformat() if passage.effective_from else None,
        effective_to=passage.effective_to.isoformat() if passage.effective_to else None,
    )


@lru_cache(maxsize=4)
def passages_of(root: Path) -> dict[str, Passage]:
    """Every passage of the corpus by id, in the corpus' order; typical questions are no passages."""
    from corpus.documents import QUESTION, passages

    return {passage.id: passage for passage in passages(Knowledge(root)) if passage.kind != QUESTION}
