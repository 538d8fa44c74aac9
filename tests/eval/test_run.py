"""Runs: every reply is kept, a stopped run goes on, what changed is asked again, a defect costs one question."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from corpus.errors import CorpusError
from eval.errors import RunFolderError
from eval.questions import Question
from eval.run import ANSWERS, Asked, Kept, execute, read_run
from eval.score import Judge, Result, summarize
from eval.systems import Reply
from tests.eval.answers import answer, code, knowledge

DAY = dt.date(2026, 3, 2)


class Planted:
    """A system whose answers are planted by message; it counts how often it was asked."""

    name = "planted"

    def __init__(self, version: str = "1", **answers: str) -> None:
        self.version = version
        self.answers = answers
        self.asked: list[str] = []

    def ask(self, question: Question, day: dt.date) -> Reply:
        self.asked.append(question.id)
        told = self.answers.get(question.id, "right")
        if told == "broken":
            raise ZeroDivisionError
        if told == "no corpus":
            raise CorpusError("no corpus")
        if told == "abstains":
            return Reply(answer(id=question.id, status="no_evidence"), (), 1.0)
        return Reply(answer(id=question.id, codes=(code("90834" if told == "right" else "90837"),)), (("a", 1.0),), 2.0)

    def close(self) -> None:
        """Nothing is open."""


def questions(count: int = 4) -> list[Question]:
    return [
        Question(id=f"q{at}", category="basics-like", turns=(f"question {at}",), must_codes=("90834",))
        for at in range(count)
    ]


def ids(asked: list[str]) -> list[str]:
    """What was asked, the warm-up left out."""
    return list(dict.fromkeys(asked))


def test_a_stopped_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    first = Planted()
    seen: list[str] = []

    def told(asked: Asked) -> None:
        seen.append(asked.question.id)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(first, questions(), tmp_path, day=DAY, sets=("s",), told=told)
    # As a kill while writing leaves it.
    with (tmp_path / ANSWERS).open("a", encoding="utf-8") as out:
        out.write('{"key": "cut o')
    second = Planted()
    done = execute(second, questions(), tmp_path, day=DAY, sets=("s",))
    assert ids(first.asked) == ["q0", "q1"]
    assert ids(second.asked) == ["q2", "q3"]
    assert [asked.kept.id for asked in done] == ["q0", "q1", "q2", "q3"]
    assert len((tmp_path / ANSWERS).read_text(encoding="utf-8").splitlines()) == 4
    run, kept = read_run(tmp_path)
    assert (run.system, run.sets, list(kept)) == ("planted", ("s",), ["q0", "q1", "q2", "q3"])


@pytest.mark.parametrize("change", ["version", "day", "question", "expectation"])
def test_only_what_could_change_an_answer_is_asked_again(tmp_path: Path, change: str) -> None:
    execute(Planted(), questions(2), tmp_path, day=DAY, sets=())
    again = Planted("2" if change == "version" else "1")
    asked = questions(2)
    if change == "question":
        asked[0] = asked[0].model_copy(update={"turns": ("another",)})
    if change == "expectation":
        asked[0] = asked[0].model_copy(update={"must_codes": ("90837",)})
    execute(again, asked, tmp_path, day=dt.date(2025, 1, 1) if change == "day" else DAY, sets=())
    wanted = {"version": ["q0", "q1"], "day": ["q0", "q1"], "question": ["q0"], "expectation": []}
    assert ids(again.asked) == wanted[change]


def test_a_defect_costs_one_question_and_is_tried_again(tmp_path: Path) -> None:
    done = execute(Planted(q1="broken"), questions(3), tmp_path, day=DAY, sets=())
    assert [asked.kept.error for asked in done] == ["", "ZeroDivisionError while answering", ""]
    judged = [Judge(knowledge())(asked) for asked in done]
    assert [result.passed for result in judged] == [True, False, True]
    assert summarize(judged).metrics["error"].right == 0
    again = Planted()
    execute(again, questions(3), tmp_path, day=DAY, sets=())
    assert ids(again.asked) == ["q1"]


def test_a_missing_corpus_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(CorpusError):
        execute(Planted(q0="no corpus"), questions(3), tmp_path, day=DAY, sets=())


def test_equal_questions_of_two_sets_are_asked_once(tmp_path: Path) -> None:
    twin = questions(1)[0].model_copy(update={"id": "twin"})
    system = Planted()
    done = execute(system, [*questions(1), twin], tmp_path, day=DAY, sets=())
    assert ids(system.asked) == ["q0"]
    assert [asked.kept.answer and asked.kept.answer.id for asked in done] == ["q0", "twin"]


def test_a_folder_without_a_run_or_with_a_damaged_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"run\.json"):
        read_run(tmp_path)
    execute(Planted(), questions(2), tmp_path, day=DAY, sets=())
    lines = (tmp_path / ANSWERS).read_text(encoding="utf-8").splitlines()
    (tmp_path / ANSWERS).write_text("\n".join(["{}", *lines]) + "\n", encoding="utf-8")
    with pytest.raises(RunFolderError, match=r"answers\.jsonl:1"):
        read_run(tmp_path)


def results(**answers: str) -> list[Result]:
    judge = Judge(knowledge())
    system = Planted(**answers)
    asked = [*questions(3), Question(id="d", category="c", turns=("?",), must_flag="no-evidence")]
    return [judge(Asked(one, Kept(key="", id=one.id, answer=system.ask(one, DAY).answer))) for one in asked]


def test_an_abstention_is_a_scored_outcome_both_ways() -> None:
    held = summarize(results(q0="abstains", q1="wrong", d="abstains")).abstention
    assert (held.coverage.right, held.coverage.of) == (2, 3)
    assert (held.precision.right, held.precision.of) == (1, 2)
    assert (held.declined_rightly.right, held.declined_rightly.of) == (1, 1)
    assert (held.declined_only.right, held.declined_only.of) == (1, 2)
    answered = summarize(results()).abstention
    assert (answered.declined_rightly.right, answered.declined_rightly.of) == (0, 1)
    assert (answered.declined_only.right, answered.declined_only.of, answered.declined_only.value) == (0, 0, 0.0)


def test_rates_are_given_by_category_difficulty_and_metric_without_nan() -> None:
    held = summarize(results(q1="wrong"))
    assert (held.passed.right, held.passed.of) == (2, 4)
    assert {name: (one.right, one.of) for name, one in held.categories.items()} == {"basics-like": (2, 3), "c": (0, 1)}
    assert held.metrics["codes"].right == 2
    assert held.difficulties["easy"].of == 4
    assert "NaN" not in json.dumps(held.as_json())
    assert summarize([]).passed.of == 0
    assert "NaN" not in json.dumps(summarize([]).as_json())


def test_the_lenient_rate_leaves_out_verdict_and_units_only() -> None:
    judge = Judge(knowledge())

    def passed(**fields: object) -> tuple[bool, bool]:
        asked = Question.model_validate({"id": "q", "category": "c", "turns": ["?"], **fields})
        held = judge(Asked(asked, Kept(key="", id="q", answer=answer(codes=(code("90834", units=1),)))))
        return held.passed, held.lenient

    assert passed(expected_stance="yes", must_units={"90834": 2}) == (False, True)
    assert passed(must_codes=["90837"]) == (False, False)
