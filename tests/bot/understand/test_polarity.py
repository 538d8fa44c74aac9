"""Whether a statement says yes or no to a question; silence and doubt stay open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Verdict
from bot.understand.polarity import asked_negatively, turned, verdict_of
from bot.understand.read import Reader
from corpus.knowledge import Knowledge

LEXICON = Reader(Knowledge()).lexicon


@pytest.mark.parametrize(
    ("question", "statement", "verdict"),
    [
        ("Does Medicare pay for 0591T?", "Medicare does not pay for 0591T.", "no"),
        ("Is prior authorization required for testing?", "Prior authorization is required for testing.", "yes"),
        ("Can an intern bill psychotherapy?", "An intern may bill psychotherapy under supervision.", "yes"),
        ("Can an intern bill psychotherapy?", "An intern cannot bill psychotherapy.", "no"),
        ("Will the coaching claim be denied?", "The coaching claim is denied.", "yes"),
        ("Is video coaching covered?", "Whether video coaching is covered depends on the plan.", "depends"),
    ],
)
def test_the_statement_answers_the_question(question: str, statement: str, verdict: Verdict) -> None:
    assert verdict_of(LEXICON, question, statement) == verdict


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("Can I bill coaching by video to Aetna?", "Coaching notes record the goals of the session."),
        ("Is 90785 bundled into 90837?", "90785 is never bundled into 90837."),
        ("Can I bill coaching by video to Aetna?", "A marathon may be run in four hours."),
    ],
)
def test_a_statement_that_does_not_tell_gives_no_verdict(question: str, statement: str) -> None:
    assert verdict_of(LEXICON, question, statement) is None


@pytest.mark.parametrize(
    ("question", "negative"),
    [
        ("isn't G2012 deleted?", False),
        ("is G2012 deleted?", True),
        ("aren't the coaching codes covered?", True),
        ("are the coaching codes covered?", False),
        ("will it be denied?", True),
    ],
)
def test_questions_put_negatively(question: str, negative: bool) -> None:
    assert asked_negatively(LEXICON, question) is negative


@given(st.sampled_from(["yes", "no", "depends", None]))
def test_turning_twice_changes_nothing(verdict: Verdict | None) -> None:
    assert turned(turned(verdict)) == verdict
    assert (turned(verdict) == verdict) == (verdict in ("depends", None))


@given(st.text(max_size=100), st.text(max_size=200))
def test_any_texts_give_a_verdict_or_none(question: str, statement: str) -> None:
    assert verdict_of(LEXICON, question, statement) in ("yes", "no", "depends", None)
