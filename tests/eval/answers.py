"""Answers as tests plant them: right unless a field says otherwise."""

from __future__ import annotations

from functools import cache
from typing import Any

from bot.answer import Answer, Citation, CodeAdvice, Sentence
from corpus.knowledge import Knowledge


@cache
def knowledge() -> Knowledge:
    """The shipped knowledge, read once for all tests."""
    return Knowledge()


def code(name: str, role: str = "recommended", **fields: Any) -> CodeAdvice:
    values = {"status": "active", "descriptor": "a label", "descriptor_source": "plain label", **fields}
    return CodeAdvice.model_validate({"code": name, "role": role, **values})


def citation(ref: str, quote: str, kind: str = "statement", n: int = 1, **fields: Any) -> Citation:
    return Citation.model_validate(
        {"n": n, "kind": kind, "ref": ref, "title": "", "quote": quote, "tier": "official"} | fields
    )


def sentence(text: str, *citations: int) -> Sentence:
    return Sentence(text=text, citations=citations)


def answer(**fields: Any) -> Answer:
    values: dict[str, Any] = {
        "id": "q1",
        "question": "",
        "status": "answered",
        "verdict": None,
        "answer": "",
        "codes": (),
        "warnings": (),
        "clarify": None,
        "sentences": (),
        "citations": (citation("coaching-012", "words"),),
        "assumptions": (),
        "as_of": "2026-03-02",
        "knowledge": {},
    }
    return Answer.model_validate(values | fields)
