"""Our scoring decides as the given scorer does, item by item: on real answers, and on damaged ones."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.answer import Answer
from bot.engine import Bot
from bot.settings import Settings
from corpus.knowledge import SHIPPED, Knowledge
from eval import questions, scorers
from eval.questions import Question
from index.search import Index

SHARED = next((one for up in Path(__file__).resolve().parents if (one := up / "shared").is_dir()), Path("shared"))
SCORER, CODES = SHARED / "tools" / "score.py", SHARED / "tools" / "known_codes.txt"
DEV = SHARED / "questions" / "dev.jsonl"
DAY = dt.date(2026, 11, 21)

pytestmark = [
    pytest.mark.official,
    pytest.mark.skipif(not SCORER.is_file(), reason="the given scorer is not there"),
]


@pytest.fixture(scope="module")
def given() -> ModuleType:
    spec = importlib.util.spec_from_file_location("given_scorer", SCORER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def answered(built_index: Index) -> list[tuple[Question, dict[str, Any], Answer]]:
    """Each given question, its line, and the engine's answer to it."""
    bot = Bot(Settings(), Knowledge(SHIPPED), built_index)
    lines = [json.loads(line) for line in DEV.read_text(encoding="utf-8").splitlines() if line.strip()]
    found = []
    for question, line in zip(questions.read(DEV), lines, strict=True):
        for turn in question.turns:
            answer = bot.ask(turn, question.id, date=question.dos or DAY, item_id=question.id)
        found.append((question, line, answer))
    return found


def damaged(answer: Answer, chance: random.Random) -> Iterator[Answer]:
    """The answer with one thing after the other made wrong."""
    change: Callable[..., Answer] = lambda **fields: answer.model_copy(update=fields)  # noqa: E731 a short name for it
    yield change(verdict=chance.choice([one for one in ("yes", "no", "depends", None) if one != answer.verdict]))
    yield change(status=chance.choice(["answered", "needs_clarification", "out_of_scope", "no_evidence", "refused"]))
    yield change(codes=())
    yield change(answer="")
    yield change(citations=())
    yield change(warnings=())
    yield change(answer=answer.answer + " See 99998, POS 11 and 0591Tx2, 10 or $90837.")
    yield change(codes=tuple(row.model_copy(update={"role": "recommended", "units": 1}) for row in answer.codes))
    yield change(codes=tuple(row.model_copy(update={"role": "rejected", "units": 9}) for row in answer.codes))
    yield change(citations=tuple(row.model_copy(update={"quote": " "}) for row in answer.citations))


def agree(given: ModuleType, line: dict[str, Any], question: Question, answer: Answer, known: set[str]) -> bool:
    theirs = given.check(line, json.loads(answer.model_dump_json()), known)
    ours = [check for check in scorers.checks(question, answer, known) if not check.passed]
    return (not theirs) == (not ours)


def test_every_given_question_is_judged_as_the_given_scorer_judges_it(
    given: ModuleType, answered: list[tuple[Question, dict[str, Any], Answer]]
) -> None:
    known = set(CODES.read_text(encoding="utf-8").split())
    differ = [question.id for question, line, answer in answered if not agree(given, line, question, answer, known)]
    assert differ == []


def test_damaged_and_swapped_answers_are_judged_alike(
    given: ModuleType, answered: list[tuple[Question, dict[str, Any], Answer]]
) -> None:
    known = set(CODES.read_text(encoding="utf-8").split())
    chance = random.Random(1)
    answers = [answer for _, _, answer in answered]
    differ, wrong = [], 0
    for question, line, answer in answered:
        for other in [*damaged(answer, chance), *chance.sample(answers, 10)]:
            wrong += bool(given.check(line, json.loads(other.model_dump_json()), known))
            if not agree(given, line, question, other, known):
                differ.append((question.id, given.check(line, json.loads(other.model_dump_json()), known)))
    assert differ == []
    assert wrong > 500
