"""Every metric can pass and can fail: a planted right answer and planted wrong ones for each."""

from __future__ import annotations

from typing import Any

import pytest

from bot.answer import Answer, AnswerWarning, Clarify
from eval import scorers
from eval.questions import Question
from eval.scorers import SCORERS
from tests.eval.answers import answer, citation, code

KNOWN = frozenset({"90834", "90837", "90839", "90840", "96158", "96159", "0592T", "0593T", "96150"})


def question(**fields: Any) -> Question:
    return Question.model_validate({"id": "q1", "category": "c", "turns": ["which code?"], **fields})


def warning(kind: str) -> tuple[AnswerWarning, ...]:
    return (AnswerWarning.model_validate({"kind": kind, "text": "see"}),)


CASES: list[tuple[str, dict[str, Any], Answer, bool]] = [
    ("codes", {"must_codes": ["90834"]}, answer(codes=(code("90834"),)), True),
    ("codes", {"must_codes": ["90834"]}, answer(codes=(code("90834", "alternative"),)), True),
    ("codes", {"must_codes": ["90834"]}, answer(answer="It is 90834x1."), True),
    ("codes", {"must_codes": ["90834"]}, answer(codes=(code("90834", "rejected"),)), False),
    ("codes", {"must_codes": ["90834", "90837"]}, answer(codes=(code("90834"),)), False),
    ("codes", {"must_codes": ["90834"]}, answer(answer="It costs $90834, or 90834.50."), False),
    ("any-code", {"any_codes": ["90834", "90837"], "any_required": True}, answer(answer="90837"), True),
    ("any-code", {"any_codes": ["90834", "90837"], "any_required": True}, answer(answer="90839"), False),
    ("forbidden", {"forbid_codes": ["90837"]}, answer(codes=(code("90837", "rejected"),)), True),
    ("forbidden", {"forbid_codes": ["90837"]}, answer(answer="not 90837"), True),
    ("forbidden", {"forbid_codes": ["90837"]}, answer(codes=(code("90837"),)), False),
    ("units", {"must_units": {"96159": 2}}, answer(codes=(code("96159", units=2),)), True),
    ("units", {"must_units": {"96159": 2}}, answer(codes=(code("96159", units=3),)), False),
    ("units", {"must_units": {"96159": 2}}, answer(codes=(code("96159", "alternative", units=2),)), False),
    ("units", {"must_units": {"96159": 2}}, answer(answer="96159 x 2"), False),
    ("modifiers", {"must_modifiers": ["95"]}, answer(codes=(code("90834", modifiers=("95",)),)), True),
    ("modifiers", {"must_modifiers": ["95"]}, answer(answer="add modifier 95."), True),
    ("modifiers", {"must_modifiers": ["95"]}, answer(answer="about 1950 or A95"), False),
    ("places", {"must_pos": ["10"]}, answer(codes=(code("90834", pos=("10",)),)), True),
    ("places", {"must_pos": ["10"]}, answer(answer="Use POS 02 or 10."), True),
    ("places", {"must_pos": ["10"]}, answer(answer="place of service code 10"), True),
    ("places", {"must_pos": ["10"]}, answer(answer="10 minutes in POS 02"), False),
    ("facts", {"must_facts": ["(?<!\\d)30(?!\\d)"]}, answer(answer="at least 30 minutes"), True),
    ("facts", {"must_facts": ["PRIOR.auth"]}, answer(answer="needs prior\nauthorization"), True),
    ("facts", {"must_facts": ["(?<!\\d)30(?!\\d)"]}, answer(answer="130 minutes"), False),
    ("facts", {"must_facts": ["a", "zebra"]}, answer(answer="an answer"), False),
    ("flag", {}, answer(), True),
    ("flag", {}, answer(status="refused"), True),
    ("flag", {}, answer(status="out_of_scope"), False),
    ("flag", {"must_flag": "deleted"}, answer(codes=(code("96150", "rejected", status="deleted"),)), True),
    ("flag", {"must_flag": "deleted"}, answer(warnings=warning("deleted_code")), True),
    ("flag", {"must_flag": "deleted"}, answer(codes=(code("96150"),)), False),
    ("flag", {"must_flag": "not-covered"}, answer(verdict="no"), True),
    ("flag", {"must_flag": "not-covered"}, answer(warnings=warning("not_covered")), True),
    ("flag", {"must_flag": "not-covered"}, answer(verdict="yes"), False),
    ("flag", {"must_flag": "needs-clarification"}, answer(status="needs_clarification"), True),
    ("flag", {"must_flag": "needs-clarification"}, answer(clarify=Clarify(slot="minutes", question="How long?")), True),
    ("flag", {"must_flag": "needs-clarification"}, answer(), False),
    ("flag", {"must_flag": "out-of-scope"}, answer(status="refused"), True),
    ("flag", {"must_flag": "out-of-scope"}, answer(status="no_evidence"), False),
    ("flag", {"must_flag": "no-evidence"}, answer(status="no_evidence"), True),
    ("flag", {"must_flag": "no-evidence"}, answer(), False),
    ("flag", {"must_flag": "phi"}, answer(warnings=warning("phi")), True),
    ("flag", {"must_flag": "phi"}, answer(), False),
    ("flag", {"must_flag": "stale-premise"}, answer(warnings=warning("stale_premise")), True),
    ("flag", {"must_flag": "stale-premise"}, answer(warnings=warning("vintage")), False),
    ("verdict", {"expected_stance": "no"}, answer(verdict="no"), True),
    ("verdict", {"expected_stance": "no"}, answer(verdict="depends"), False),
    ("verdict", {"expected_stance": "yes"}, answer(), False),
    ("leaks", {"must_not_contain": ["Zoë Harmon"]}, answer(answer="the client"), True),
    ("leaks", {"must_not_contain": ["Zoë Harmon"]}, answer(answer="zoë harmon"), False),
    ("leaks", {"must_not_contain": ["555-1234"]}, answer(facts={"phone": "555-1234"}), False),
    ("invented", {}, answer(answer="90834 or 90837"), True),
    ("invented", {"turns": ["is 99998 a code?"]}, answer(answer="99998 is none"), True),
    ("invented", {}, answer(answer="bill 99998"), False),
    ("invented", {}, answer(codes=(code("H9999"),)), False),
    ("cited", {}, answer(), True),
    ("cited", {}, answer(citations=()), False),
    ("cited", {}, answer(citations=(citation("coaching-012", " "),)), False),
]


@pytest.mark.parametrize(
    ("metric", "fields", "given", "right"), CASES, ids=[f"{case[0]}-{at}" for at, case in enumerate(CASES)]
)
def test_a_metric_tells_right_from_wrong(metric: str, fields: dict[str, Any], given: Answer, right: bool) -> None:
    problems = SCORERS[metric](question(**fields), given, KNOWN)
    assert problems is not None
    assert (problems == ()) is right


def test_every_metric_has_a_right_and_a_wrong_answer_planted() -> None:
    assert {(metric, right) for metric, _, _, right in CASES} == {
        (name, side) for name in SCORERS for side in (True, False)
    }


ALWAYS_JUDGED = {"flag", "invented", "cited"}


def test_what_a_question_does_not_ask_for_is_not_judged() -> None:
    judged = {check.name for check in scorers.checks(question(), answer(), KNOWN)}
    assert judged == ALWAYS_JUDGED


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("96159x2 and 96158", {"96159", "96158"}),
        ("0592T, G0136; T1017.", {"0592T", "G0136", "T1017"}),
        ("zip 551234, $90834, 12345.6, 90,834", set()),
        ("Z71.82 and F41.1", set()),
    ],
)
def test_codes_are_read_from_text_and_nothing_else_is(text: str, found: set[str]) -> None:
    assert scorers.codes_of(text) == found
