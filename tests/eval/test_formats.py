"""Question sets of other tools: what we write comes back whole, what they wrote is read as far as it can be said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.errors import QuestionFileError
from eval.formats import Format, as_lines, export, load
from eval.questions import Question, read, shipped


@pytest.mark.parametrize("form", ["inspect", "promptfoo"])
def test_every_shipped_question_survives_export_and_import(tmp_path: Path, form: Format) -> None:
    path = tmp_path / "set.json"
    path.write_text(export(shipped(), form), encoding="utf-8")
    back = load(path, form)
    assert back.questions == shipped()
    assert back.remarks == ()
    ours = tmp_path / "ours.jsonl"
    ours.write_text(as_lines(back.questions), encoding="utf-8")
    assert read(ours) == shipped()


QUESTION = Question(
    id="q1",
    category="c",
    turns=("first", "then"),
    must_codes=("90834",),
    any_codes=("1", "2"),
    any_required=True,
    must_facts=("thirty|30",),
    must_not_contain=("Harmon",),
    gold_answer="It is 90834.",
)


def test_other_tools_find_their_own_fields() -> None:
    (sample,) = map(json.loads, export([QUESTION], "inspect").splitlines())
    assert sample["input"] == [{"role": "user", "content": "first"}, {"role": "user", "content": "then"}]
    assert sample["target"] == "It is 90834."
    (case,) = json.loads(export([QUESTION], "promptfoo"))
    assert case["vars"] == {"question": "then", "history": ["first"]}
    assert [check["type"] for check in case["assert"]] == [
        "icontains",
        "icontains-any",
        "regex",
        "not-icontains",
        "llm-rubric",
    ]


FOREIGN: list[tuple[Format, str, str, dict[str, Any], int]] = [
    ("inspect", "s.jsonl", '{"input": "45 minutes?", "target": "90834"}\n', {"must_codes": ("90834",), "id": "1"}, 0),
    (
        "inspect",
        "s.json",
        '[{"id": 7, "input": "which?", "target": ["a long time"]}]',
        {"id": "7", "must_codes": ()},
        1,
    ),
    (
        "inspect",
        "s.jsonl",
        '{"input": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}], "target": "96158", '
        '"choices": ["A"], "metadata": {"category": "mine"}}',
        {"turns": ("u",), "category": "mine"},
        1,
    ),
    (
        "promptfoo",
        "c.yaml",
        "prompts: [x]\ntests:\n- vars: {query: which code}\n  assert:\n  - {type: contains, value: '90834'}\n"
        "  - {type: icontains, value: prior auth}\n  - {type: not-contains, value: Harmon}\n"
        "  - {type: contains-any, value: ['90834', '90837']}\n  - {type: javascript, value: x}\n",
        {
            "turns": ("which code",),
            "must_codes": ("90834",),
            "must_facts": ("prior\\ auth",),
            "must_not_contain": ("Harmon",),
            "any_required": True,
        },
        1,
    ),
    (
        "promptfoo",
        "c.jsonl",
        '{"description": "d1", "vars": {"question": "b", "history": ["a"]}, '
        '"assert": [{"type": "regex", "value": "(?i)x"}]}',
        {"id": "d1", "turns": ("a", "b"), "must_facts": ("x",), "category": "imported"},
        0,
    ),
]


@pytest.mark.parametrize(("form", "name", "text", "fields", "remarks"), FOREIGN)
def test_what_others_wrote_is_read_and_what_cannot_be_said_is_told(
    tmp_path: Path, form: Format, name: str, text: str, fields: dict[str, Any], remarks: int
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = load(tmp_path / name, form)
    assert {key: getattr(found.questions[0], key) for key in fields} == fields
    assert len(found.remarks) == remarks


@pytest.mark.parametrize(
    ("form", "name", "text", "told"),
    [
        ("inspect", "s.jsonl", '{"input": "a", "target": "b"}\n{', "s.jsonl:2: not JSON"),
        ("inspect", "s.jsonl", '{"target": "b"}', "entry 1: turns"),
        ("inspect", "s.json", "[]", "holds no question"),
        ("inspect", "s.json", '["a"]', "is no entry"),
        ("promptfoo", "c.yaml", "tests:\n- vars: {\n", "not YAML"),
        ("promptfoo", "c.yaml", "tests:\n- vars: {}\n", "entry 1: turns"),
        ("promptfoo", "none.json", None, "No such file"),
    ],
)
def test_a_damaged_file_is_told_with_its_place(
    tmp_path: Path, form: Format, name: str, text: str | None, told: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(QuestionFileError) as caught:
        load(tmp_path / name, form)
    assert told in str(caught.value)
