"""Question sets: what a line may hold, what is told about one that does not fit, and what the shipped sets are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpus.documents import passages
from eval import questions
from eval.errors import QuestionFileError, UnknownSetError
from eval.questions import Question
from eval.retrieval import relevant, unknown_support
from tests.eval.answers import knowledge

SHARED = next((one for up in Path(__file__).resolve().parents if (one := up / "shared").is_dir()), Path("shared"))
OFFICIAL = SHARED / "questions" / "dev.jsonl"


def line(**fields: Any) -> str:
    return json.dumps({"id": "q1", "category": "c", "turns": ["which code?"], **fields})


def written(folder: Path, *lines: str) -> Path:
    path = folder / "set.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


BAD: list[tuple[str, str]] = [
    ("{", "not JSON"),
    ("[1]", "not a JSON object"),
    (json.dumps({"id": "q2", "category": "c"}), "turns"),
    (line(id="q2", turns=[]), "turns"),
    (line(id="q2", turns=["a", " "]), "a turn is empty"),
    (line(id="q2", must_facts=["("]), "no regular expression"),
    (line(id="q2", must_flag="deletd"), "must_flag"),
    (line(id="q2", expected_stance="maybe"), "expected_stance"),
    (line(id="q2", dos="yesterday"), "dos"),
    (line(id="q2", any_required=True), "can never be met"),
    (line(id="q2", must_units={"96159": 0}), "positive"),
    (line(id="q2", must_code=["90834"]), "did you mean must_codes"),
    (line(id="q1"), "stands in line 1 already"),
]


@pytest.mark.parametrize(("bad", "told"), BAD, ids=[told for _, told in BAD])
def test_a_line_that_does_not_fit_is_named_with_its_number_and_reason(tmp_path: Path, bad: str, told: str) -> None:
    with pytest.raises(QuestionFileError, match=r"set\.jsonl:3: ") as caught:
        questions.read(written(tmp_path, line(), "", bad))
    assert told in str(caught.value)
    assert caught.value.line == 3


def test_an_empty_or_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(QuestionFileError, match="holds no question"):
        questions.read(written(tmp_path, ""))
    with pytest.raises(QuestionFileError, match="No such file"):
        questions.read(tmp_path / "none.jsonl")


def test_fields_of_other_tools_are_kept(tmp_path: Path) -> None:
    (held,) = questions.read(written(tmp_path, line(review="ok", must_units=None)))
    assert held.model_extra == {"review": "ok"}
    assert held.must_units == {}


def test_the_key_changes_with_what_is_asked_and_not_with_what_is_expected() -> None:
    base = Question.model_validate_json(line())
    assert base.key == Question.model_validate_json(line(id="q2", must_codes=["90834"])).key
    assert len({base.key, *(Question.model_validate_json(line(**one)).key for one in OTHERS)}) == 1 + len(OTHERS)


OTHERS: list[dict[str, Any]] = [{"turns": ["and units?"]}, {"dos": "2026-01-01"}, {"payer": "aetna"}]


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        ({}, "easy"),
        ({"must_codes": ["90834"]}, "easy"),
        ({"must_codes": ["90834"], "forbid_codes": ["90837"]}, "medium"),
        ({"must_codes": ["1"], "forbid_codes": ["2"], "must_facts": ["x"], "expected_stance": "no"}, "hard"),
        ({"turns": ["a", "b"]}, "hard"),
        ({"turns": ["a", "b"], "difficulty": "easy"}, "easy"),
    ],
)
def test_difficulty_follows_demands_and_turns_unless_it_is_stated(fields: dict[str, Any], level: str) -> None:
    assert Question.model_validate_json(line(**fields)).level == level


def test_sets_files_and_paths_are_found_by_name(tmp_path: Path) -> None:
    mine = written(tmp_path, line())
    assert [one.id for one in questions.select([str(mine)])] == ["q1"]
    telehealth = questions.select(["telehealth"])
    assert {questions.set_of(one) for one in telehealth} == {"telehealth"}
    assert len(questions.select(["telehealth", "telehealth", "voices-b"])) < len(telehealth) + 141
    with pytest.raises(UnknownSetError, match="telehealth"):
        questions.select(["telehelth"])
    with pytest.raises(QuestionFileError):
        questions.select(["nowhere.jsonl"])


WANTED = {
    "basics",
    "time-and-units",
    "same-day",
    "telehealth",
    "coaching",
    "payers",
    "payments",
    "documentation",
    "conversations",
    "refusals",
    "safety",
}


def test_every_set_is_shipped_and_no_category_stands_in_two() -> None:
    held = questions.sets()
    assert {one.name for one in held} == WANTED
    categories = [category for one in held for category in one.categories]
    assert len(categories) == len(set(categories))
    asked = {one.category for one in questions.shipped()}
    assert set(categories) <= asked, "a category of the manifest that no question has"
    assert all(any(questions.set_of(one) == each.name for one in questions.shipped()) for each in held)


def test_no_question_is_shipped_twice() -> None:
    asked = [one.key for one in questions.shipped()]
    assert len(asked) == len(set(asked))


def test_support_names_what_the_corpus_holds_and_enough_questions_have_it() -> None:
    held_knowledge = knowledge()
    held = {passage.id for passage in passages(held_knowledge)}
    tables = {path.stem for path in (held_knowledge.root / "tables").glob("*.csv")}
    asked = questions.shipped()
    assert [(one.id, wrong) for one in asked if (wrong := unknown_support(one, held, tables))] == []
    assert sum(bool(relevant(one, held)) for one in asked) >= 150


@pytest.mark.official
@pytest.mark.skipif(not OFFICIAL.is_file(), reason="the given questions are not there")
def test_the_given_questions_are_read_as_they_are() -> None:
    held = questions.read(OFFICIAL)
    raw = [json.loads(one) for one in OFFICIAL.read_text(encoding="utf-8").splitlines() if one.strip()]
    assert [one.id for one in held] == [one["id"] for one in raw]
    assert all(list(one.must_codes) == row["must_codes"] for one, row in zip(held, raw, strict=True))
