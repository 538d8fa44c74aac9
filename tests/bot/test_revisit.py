"""Turns about the last answer show it in another way: nothing new is claimed, and doubt changes nothing."""

from __future__ import annotations

import pytest

from bot.answer import Answer
from bot.engine import Bot
from bot.verify import check_answer
from tests.bot.conftest import Talk

ASKED = (
    "Can I bill 90791 and 90834 together?",
    "45 minutes of individual psychotherapy, which code?",
    "Is G2012 still valid?",
)


def fixed_part(answer: Answer) -> tuple[object, ...]:
    return (
        answer.status,
        answer.verdict,
        answer.codes,
        answer.warnings,
        answer.citations,
        answer.assumptions,
        answer.as_of,
    )


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("move", ["are you sure?", "why?", "shorter", "show the sources"])
def test_a_move_keeps_verdict_codes_warnings_and_citations(bot: Bot, talk: Talk, asked: str, move: str) -> None:
    first, then = talk(asked), talk(move)
    assert fixed_part(then) == fixed_part(first)
    assert then.id != first.id
    assert then.question == move
    assert set(then.facts) == set(first.facts)
    numbers = {citation.n for citation in then.citations}
    assert all(set(sentence.citations) <= numbers for sentence in then.sentences)
    assert check_answer(then, bot.knowledge) == ()


@pytest.mark.parametrize("asked", ASKED)
def test_asked_whether_it_is_sure_the_bot_repeats_itself(talk: Talk, asked: str) -> None:
    first = talk(asked)
    for doubt in ("are you sure?", "really?", "are you certain?"):
        assert talk(doubt).sentences[1:] == first.sentences


@pytest.mark.parametrize("asked", ASKED)
def test_each_move_shows_its_part(talk: Talk, asked: str) -> None:
    first = talk(asked)
    assert talk("shorter").sentences == first.sentences[:1]
    assert talk("why?").sentences == (*first.sentences[1:], *first.more)
    shown = talk("show the sources")
    assert [sentence.text for sentence in shown.sentences] == [citation.quote for citation in first.citations]


def test_a_move_looks_at_the_answer_and_not_at_the_move_before(talk: Talk) -> None:
    first = talk(ASKED[0])
    talk("shorter")
    assert talk("why?").sentences == (*first.sentences[1:], *first.more)


@pytest.mark.parametrize("move", ["are you sure?", "why?", "shorter", "show the sources"])
def test_without_an_answer_there_is_nothing_to_revisit(talk: Talk, move: str) -> None:
    answer = talk(move)
    assert answer.codes == ()
    assert answer.verdict is None


@pytest.mark.parametrize(
    ("message", "code"), [("are you sure about 90837?", "90837"), ("why is 90853 denied?", "90853")]
)
def test_a_turn_with_a_subject_of_its_own_is_a_new_question(talk: Talk, message: str, code: str) -> None:
    first, then = talk(ASKED[2]), talk(message)
    assert then.citations != first.citations
    assert code in then.facts["codes"]
