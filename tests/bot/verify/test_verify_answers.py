"""A finished answer is proven once more: quotes, markers, sentences, codes and warnings."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.answer import Answer, AnswerWarning, Citation, CodeAdvice, Sentence
from bot.evidence import from_row
from bot.findings.advice import advice
from bot.verify import check_answer
from corpus.knowledge import Knowledge

ON = date(2026, 11, 21)
TEXT = "Bill 90834 for 38 to 52 minutes, one unit."


def citation(knowledge: Knowledge) -> Citation:
    row = next(row for row in knowledge.time_units if row.codes_and_units == "90834x1")
    evidence = from_row(knowledge, row, ("codes_and_units", "minutes_from", "minutes_to"))
    return Citation(n=1, kind="table", ref=evidence.ref, title="Minutes", quote=evidence.quote, tier="official")


def code(knowledge: Knowledge, **changes: Any) -> CodeAdvice:
    return advice(knowledge, "90834", "recommended", ON, units=1).model_copy(update=changes)


def answer(knowledge: Knowledge, **changes: Any) -> Answer:
    fields: dict[str, Any] = {
        "id": "1",
        "question": "45 min session?",
        "status": "answered",
        "verdict": None,
        "answer": f"{TEXT} [1]",
        "codes": (code(knowledge),),
        "warnings": (),
        "clarify": None,
        "sentences": (Sentence(text=TEXT, citations=(1,)),),
        "citations": (citation(knowledge),),
        "assumptions": (),
        "as_of": ON.isoformat(),
        "knowledge": {},
    }
    return Answer(**{**fields, **changes})


def kinds(found: Answer, knowledge: Knowledge) -> set[str]:
    return {problem.kind for problem in check_answer(found, knowledge)}


def test_a_right_answer_has_no_problem(knowledge: Knowledge) -> None:
    assert check_answer(answer(knowledge), knowledge) == ()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"answer": f"{TEXT} [2]"}, "marker"),
        ({"answer": f"{TEXT} [1] It pays $500."}, "number"),
        ({"answer": "Bill 90837. [1]"}, "code"),
        ({"answer": "Bill 90834 with modifier 95. [1]"}, "modifier"),
        ({"answer": "- **90834**: 38 to 52 minutes [1]\n- **90837**: 53 minutes or more"}, "code"),
        ({"sentences": (Sentence(text=TEXT, citations=(3,)),)}, "marker"),
        ({"sentences": (Sentence(text="It is always paid."),)}, "no_evidence"),
        ({"sentences": (Sentence(text="Bill 90834 for 35 minutes.", citations=(1,)),)}, "number"),
        ({"more": (Sentence(text="Bill 90834 since 2013.", citations=(1,)),)}, "date"),
        ({"warnings": (AnswerWarning(kind="units_limit", text="At most 4 units a day."),)}, "number"),
        ({"warnings": (AnswerWarning(kind="unknown_code", text="90834 is unknown.", codes=("90834",)),)}, "code"),
    ],
)
def test_planted_errors_are_caught(changes: dict[str, Any], problem: str, knowledge: Knowledge) -> None:
    assert problem in kinds(answer(knowledge, **changes), knowledge)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"descriptor": "{}."}, "descriptor"),
        ({"descriptor": "upper"}, "descriptor"),
        ({"status": "deleted"}, "status"),
        ({"units": 2}, "units"),
        ({"modifiers": ("95",)}, "modifier"),
        ({"pos": ("10",)}, "place"),
        ({"amount": "$103.43"}, "amount"),
        ({"why": "more than 60 minutes"}, "number"),
    ],
)
def test_wrong_code_advice_is_caught(changes: dict[str, Any], problem: str, knowledge: Knowledge) -> None:
    right = code(knowledge)
    if changes.get("descriptor") == "upper":
        changes = {"descriptor": right.descriptor.upper()}
    elif "descriptor" in changes:
        changes = {"descriptor": changes["descriptor"].format(right.descriptor)}
    assert problem in kinds(answer(knowledge, codes=(right.model_copy(update=changes),)), knowledge)


def test_a_deleted_code_is_never_recommended(knowledge: Knowledge) -> None:
    deleted = next(row.code for row in knowledge.codes if row.status == "deleted" and row.effective_to)
    advised = advice(knowledge, deleted, "recommended", ON)
    assert "inactive" in kinds(answer(knowledge, codes=(advised,)), knowledge)
    assert "inactive" not in kinds(
        answer(knowledge, codes=(advised.model_copy(update={"role": "rejected"}),)), knowledge
    )


def test_every_decline_and_fixed_text_may_be_shown_without_citation(knowledge: Knowledge) -> None:
    for row in knowledge.declines:
        found = answer(
            knowledge,
            status=row.status,
            answer=f"{row.reply} {row.help}",
            sentences=(Sentence(text=row.reply), Sentence(text=row.help)),
            citations=(),
            codes=(),
        )
        assert check_answer(found, knowledge) == ()
