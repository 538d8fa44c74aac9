"""The best statement: typical questions lead to it, and each feature counts for what it stands for."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.engine import Bot
from bot.question import Before
from bot.rank import Candidate
from bot.stance import stance
from corpus.documents import QUESTION
from tests.bot.conftest import DAY


def ranked(bot: Bot, message: str, on: dt.date = DAY, before: tuple[str, ...] = ()) -> list[tuple[Candidate, float]]:
    finder = bot._steps.finder
    question = finder.reader.read(message, Before(), on)
    codes = tuple(mention.code for mention in question.facts.codes)
    return [(found.candidate, found.score) for found in finder.ranked(question, codes, on, before)]


def test_typical_questions_lead_to_their_statement(bot: Bot) -> None:
    held = [row for rows in bot.knowledge.asked.values() for row in rows][::97]
    assert len(held) > 40
    first = sum(row.statement in [c.statement.id for c, _ in ranked(bot, row.question)[:3]] for row in held)
    assert first >= 0.9 * len(held)


def test_typical_questions_are_never_found_as_passages(bot: Bot) -> None:
    asked = next(iter(bot.knowledge.asked.values()))[0].question
    assert QUESTION not in {hit.passage.kind for hit in bot.index.search(asked, k=50)}
    assert {hit.passage.kind for hit in bot.index.search(asked, k=50, mode="lexical")} & {QUESTION} == set()


def test_every_weight_is_of_a_feature_and_every_feature_has_one(bot: Bot) -> None:
    candidate = ranked(bot, "can I bill 90837 by phone for Medicare?")[0][0]
    assert set(candidate.features) == set(bot._steps.finder.ranker.weights)


@pytest.mark.parametrize("on", [dt.date(2015, 6, 1), dt.date(2022, 12, 31), dt.date(2026, 12, 31)])
def test_candidates_are_in_force(bot: Bot, on: dt.date) -> None:
    found = ranked(bot, "prolonged psychotherapy beyond 90 minutes", on)
    assert found
    assert all(candidate.statement.applies_on(on) for candidate, _ in found)


def test_a_turn_that_goes_on_prefers_the_section_of_the_last_answer(bot: Bot) -> None:
    message = "and the next level after that one?"
    plain = ranked(bot, message, before=("none",))
    cited = plain[len(plain) // 2][0].statement
    again = ranked(bot, message, before=(cited.id,))
    place = [candidate.statement.id for candidate, _ in plain].index(cited.id)
    assert [candidate.statement.id for candidate, _ in again].index(cited.id) < place


def verdict(bot: Bot, message: str) -> str | None:
    finder = bot._steps.finder
    question = finder.reader.read(message, Before(), DAY)
    found = stance(bot.knowledge, finder.reader.lexicon, question, ranked(bot, message), DAY)
    return found.verdict if found else None


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("may an LMFT see Medicare hospital inpatients and bill for it", "no"),
        ("could I copy one group note into all the charts", "no"),
        ("can chronic care and transitional care be billed in one month", "yes"),
    ],
)
def test_typical_questions_tell_yes_from_no(bot: Bot, message: str, expected: str) -> None:
    assert verdict(bot, message) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("should the biller put 25 on my 90832", "no"),
        ("may 25 go on a 90834 line", "no"),
    ],
)
def test_a_sibling_code_asks_the_same(bot: Bot, message: str, expected: str) -> None:
    assert verdict(bot, message) == expected


def test_between_a_case_allowed_and_one_refused_nothing_is_settled(bot: Bot) -> None:
    assert verdict(bot, "can an MFT bill Medicare for hospital outpatients") != "no"


def test_a_statement_about_other_codes_has_no_vote(bot: Bot) -> None:
    finder = bot._steps.finder
    question = finder.reader.read("can 99999 be billed with an annual wellness visit?", Before(), DAY)
    assert stance(bot.knowledge, finder.reader.lexicon, question, ranked(bot, question.text), DAY) is None
