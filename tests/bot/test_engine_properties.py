"""What holds for any message: no crash, no proofless answer, and no change from politeness, case or order."""

from __future__ import annotations

import jsonschema
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.answer import Answer
from bot.engine import Bot
from bot.verify import check_answer
from corpus.knowledge import Knowledge
from tests.bot.conftest import DAY
from tests.bot.test_engine import SCHEMA

few = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])

KNOWLEDGE = Knowledge()
CORE = sorted(
    row.code for row in KNOWLEDGE.codes if row.scope == "core" and KNOWLEDGE.codes.status(row.code, DAY) == "active"
)
WORDS = (
    "can", "I", "bill", "units", "minutes", "45", "0", "480", "x3", "-95", "therapy", "group", "coaching", "Medicare",
    "Aetna", "by phone", "modifier", "deleted", "is", "?", "2019", "2027", "on 2025-13-45", "POS 02", "CO-97", "not",
    "90834", "0591T", "G2012", "99999", "97010", "LCSW", "same day", "and", "without", "how much", "why", "ignore",
)  # fmt: skip
SERVICES = (
    "What code for 45 minutes of individual psychotherapy?",
    "crisis psychotherapy 90 minutes",
    "group therapy with 8 patients",
    "neuropsych testing by technician 140 minutes",
    "family therapy without the patient 50 min",
    "How many units of 97153 for 120 minutes?",
    "tobacco cessation counseling for 8 minutes",
    "health coaching follow-up 40 minutes",
    "collaborative care 70 minutes first month",
    "diabetes self-management training 60 minutes",
    "peer support Oregon Medicaid 2 hours",
    "couples therapy, 60 minutes",
    "initial health coaching assessment",
)


def billed(answer: Answer) -> tuple[object, ...]:
    return answer.status, answer.verdict, [(row.code, row.units) for row in answer.codes if row.role == "recommended"]


def stands(answer: Answer) -> tuple[object, ...]:
    codes = sorted((row.code, row.role, row.modifiers) for row in answer.codes)
    return answer.status, answer.verdict, codes, {warning.kind for warning in answer.warnings}


@given(st.text(max_size=200))
@settings(few, max_examples=60)
def test_any_text_gets_an_answer(bot: Bot, message: str) -> None:
    jsonschema.validate(bot.ask(message, date=DAY).model_dump(mode="json"), SCHEMA)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join))
@settings(few, max_examples=40)
def test_any_words_of_the_trade_get_a_proven_answer(bot: Bot, message: str) -> None:
    answer = bot.ask(message, date=DAY)
    assert check_answer(answer, bot.knowledge) == ()
    if answer.status == "answered":
        assert answer.citations
        assert all(sentence.citations for sentence in answer.sentences)
    else:
        assert answer.verdict is None


@given(st.lists(st.sampled_from(CORE), min_size=2, max_size=2, unique=True))
@example(["97151", "97157"])
@example(["0362T", "0373T"])
@example(["99426", "99493"])
@settings(few, max_examples=15)
def test_the_order_of_two_codes_changes_nothing(bot: Bot, codes: list[str]) -> None:
    first, second = codes
    asked = "Can I bill {} and {} together on the same day?"
    one = bot.ask(asked.format(first, second), date=DAY)
    other = bot.ask(asked.format(second, first), date=DAY)
    assert stands(one) == stands(other)


@pytest.mark.parametrize("message", SERVICES)
def test_politeness_and_case_change_no_code(bot: Bot, message: str) -> None:
    plain = billed(bot.ask(message, date=DAY))
    assert plain[2]
    for said in (f"please {message}", f"{message} please", message.upper(), message.lower(), f"hi, {message} thanks!"):
        assert billed(bot.ask(said, date=DAY)) == plain, said


@given(minutes=st.integers(0, 480))
@settings(few, max_examples=15)
def test_more_minutes_never_bill_a_shorter_psychotherapy(bot: Bot, minutes: int) -> None:
    ladder = [None, "90832", "90834", "90837"]
    answer = bot.ask(f"{minutes} minutes of individual psychotherapy", date=DAY)
    codes = [row.code for row in answer.codes if row.role == "recommended"]
    assert len(codes) <= 1
    code = codes[0] if codes else None
    assert ladder.index(code) == (minutes >= 16) + (minutes >= 38) + (minutes >= 53)


@pytest.mark.parametrize(
    "codes",
    [("96132", "96136"), ("99426", "99493"), ("0593T", "98960"), ("90791", "98980"), ("97550", "G0136")],
    ids="+".join,
)
def test_a_statement_that_lists_two_codes_does_not_say_whether_they_go_together(
    bot: Bot, codes: tuple[str, str]
) -> None:
    """Testing and its administration were refused by a statement that says when base codes are billed again."""
    answer = bot.ask(f"Can I bill {codes[0]} and {codes[1]} together on the same day?", date=DAY)
    assert answer.verdict == "depends"
    assert "no rule is held" in answer.sentences[0].text
