"""The independent proof check: quotes are looked up in the corpus' own files, sentences in what they cite."""

from __future__ import annotations

from typing import Any

import pytest

from eval import proof
from eval.proof import Records, wrong_arithmetic
from eval.questions import Question
from tests.eval.answers import answer, citation, knowledge, sentence


@pytest.fixture(scope="module")
def records() -> Records:
    return Records(knowledge())


@pytest.fixture(scope="module")
def words() -> str:
    """The words of a statement of the corpus."""
    return next(row.text for row in knowledge().statements if row.id == "coaching-015")


def test_the_words_of_a_statement_are_found_where_they_stand(records: Records, words: str) -> None:
    assert records.holds(citation("coaching-015", words))
    assert records.holds(citation("coaching-015", words[10:60]))
    assert records.holds(citation("statement:coaching-015", words))


def test_an_altered_or_misplaced_quote_is_not_found(records: Records, words: str) -> None:
    assert not records.holds(citation("coaching-015", words.replace("30", "20")))
    assert not records.holds(citation("coaching-016", words))
    assert not records.holds(citation("no-such-statement", words))
    assert not records.holds(citation("coaching-015", "  "))


ROWS: list[tuple[str, str, bool]] = [
    ("codes:0592T", "code: 0592T; status: active", True),
    ("codes:0592T", "code: 0592T; status: deleted", False),
    ("codes:0592T", "code: 0593T; status: active", False),
    ("codes:0592T", "Health coaching", False),
    ("code:0592T", "code: 0592T; min_minutes: 30", True),
    ("code:0592T", "code: 0592T; min_minutes: 20", False),
    ("modifiers:95", "modifier: 95", True),
    ("modifiers:95", "modifier: 93", False),
    ("coverage:knowledge", "horizon: 2026-12-31", True),
    ("coverage:knowledge", "horizon: 2027-12-31", False),
    ("nosuchtable:1", "a: b", False),
]


@pytest.mark.parametrize(("ref", "quote", "found"), ROWS)
def test_a_quoted_row_has_exactly_these_cells(records: Records, ref: str, quote: str, found: bool) -> None:
    assert records.holds(citation(ref, quote, "table")) is found


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("2 forms x 1 unit = 2 units", 0),
        ("1.7 x 33.4009 = 56.78", 0),
        ("30 + 15 + 8 = 53", 0),
        ("2 x 15 = 31", 1),
        ("2 x 2 = 4; 100 / 4 = 24", 1),
        ("$1,000 - 1 = 999", 0),
    ],
)
def test_worked_arithmetic_is_worked_again(text: str, wrong: int) -> None:
    assert len(wrong_arithmetic(text)) == wrong


def test_a_computation_with_a_wrong_step_is_no_evidence(records: Records) -> None:
    assert records.holds(citation("time:x", "2 x 15 = 30", "computation"))
    assert not records.holds(citation("time:x", "2 x 15 = 31", "computation"))


EVIDENCE = citation(
    "s-1", "0592T needs 30 minutes, from January 1, 2020; 96164-96167 in 2024-05-01.", caveat="ask at 12"
)
SENTENCES: list[tuple[str, bool]] = [
    ("0592T needs 30 minutes.", True),
    ("It holds from 2020-01-01.", True),
    ("It holds from 1/1/2020 and 5/1/2024.", True),
    ("96165 lies in the range.", True),
    ("Ask at 12.", True),
    ("Nothing is asserted here.", True),
    ("On the day asked, 2026-03-02, it holds.", True),
    ("0593T needs 30 minutes.", False),
    ("0592T needs 31 minutes.", False),
    ("It holds from 2021-01-01.", False),
    ("96168 lies outside.", False),
    ("0592Tx2 is too much.", False),
]


@pytest.mark.parametrize(("text", "right"), SENTENCES)
def test_codes_dates_and_numbers_of_a_sentence_stand_in_its_evidence(text: str, right: bool) -> None:
    assert (proof.support(answer(sentences=(sentence(text, 1),), citations=(EVIDENCE,))) == ()) is right


def test_evidence_of_another_sentence_supports_nothing() -> None:
    other = citation("s-2", "99 minutes", n=2)
    given = answer(sentences=(sentence("99 minutes.", 1),), citations=(EVIDENCE, other))
    assert proof.support(given) != ()
    assert proof.support(answer(sentences=(sentence("30 minutes."),), citations=(EVIDENCE,))) != ()


def test_a_fixed_text_of_ours_carries_the_users_own_words() -> None:
    frame = citation("fixedtext:x", "key: x; text: {code} is not held.", "table")
    assert proof.support(answer(sentences=(sentence("99998 is not held.", 1),), citations=(frame,))) == ()
    assert proof.support(answer(sentences=(sentence("99998 is held.", 1),), citations=(frame,))) != ()


@pytest.mark.parametrize(
    ("fields", "right"),
    [
        ({}, None),
        ({"dos": "2026-03-02"}, True),
        ({"dos": "2025-03-02"}, False),
        ({"dos": "2025-03-02", "must_as_of": "2026-03-02"}, True),
    ],
)
def test_the_answer_holds_for_the_date_asked(fields: dict[str, Any], right: bool | None) -> None:
    asked = Question.model_validate({"id": "q1", "category": "c", "turns": ["?"], **fields})
    problems = proof.effective_date(asked, answer())
    assert (None if problems is None else problems == ()) is right


def test_citations_of_an_answer_are_all_looked_up(records: Records, words: str) -> None:
    good, bad = citation("coaching-015", words), citation("coaching-015", "invented words", n=2)
    assert proof.citations(answer(citations=(good,)), records) == ()
    assert len(proof.citations(answer(citations=(good, bad)), records)) == 1
