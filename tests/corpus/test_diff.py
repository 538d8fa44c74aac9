"""What an update of the knowledge changes, record by record, and which answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.diff import AnswerChange, as_markdown, as_text, diff, impact
from corpus.errors import CorpusError
from corpus.knowledge import SHIPPED


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_same_corpus_has_no_differences(corpus: Path) -> None:
    found = diff(SHIPPED, corpus)
    assert not found
    assert found.old_version == found.new_version


def test_statements_and_rows_added_removed_and_changed(corpus: Path) -> None:
    coaching = corpus / "guidance" / "health-coaching.md"
    edit(coaching, "renew every three years", "renew every two years")
    edit(coaching, "{#coaching-039 ", "{#coaching-939 ")
    edit(corpus / "tables" / "places.csv", "\n01,Pharmacy,", "\n01,Pharmacy shop,")
    edit(corpus / "tables" / "rates_2026.csv", "\n90837,,A,", "\n90837,26,A,")
    found = diff(SHIPPED, corpus)
    assert found.old_version != found.new_version
    assert {(row.how, row.key) for row in found.statements} == {
        ("changed", "coaching-507"),
        ("removed", "coaching-039"),
        ("added", "coaching-939"),
    }
    assert {(row.how, row.where, row.key) for row in found.rows} == {
        ("changed", "tables/places.csv", "01"),
        ("removed", "tables/rates_2026.csv", "90837"),
        ("added", "tables/rates_2026.csv", "90837 26"),
    }
    (changed,) = (row for row in found.statements if row.how == "changed")
    ((name, old, new),) = changed.fields
    assert name == "text"
    assert old.replace("three", "two") == new
    for page in (as_text(found), as_markdown(found)):
        assert "coaching-507" in page
        assert "Pharmacy shop" in page


def test_moving_rows_and_reflowing_text_is_no_change(corpus: Path) -> None:
    places = corpus / "tables" / "places.csv"
    header, *rows = places.read_text(encoding="utf-8").splitlines()
    places.write_text("\n".join([header, *reversed(rows)]) + "\n", encoding="utf-8")
    edit(corpus / "guidance" / "health-coaching.md", "renew every three years", "renew every\nthree years")
    found = diff(SHIPPED, corpus)
    assert not found
    assert found.old_version != found.new_version


def test_a_new_and_a_lost_table_are_told_row_by_row(corpus: Path) -> None:
    (corpus / "tables" / "lookalikes.csv").unlink()
    (corpus / "tables" / "extra.csv").write_text("key,value\na,1\nb,2\n", encoding="utf-8")
    found = diff(SHIPPED, corpus)
    assert {row.how for row in found.rows if row.where == "tables/lookalikes.csv"} == {"removed"}
    assert [(row.how, row.key) for row in found.rows if row.where == "tables/extra.csv"] == [
        ("added", "a"),
        ("added", "b"),
    ]


def test_a_corpus_that_cannot_be_read_is_an_error_with_its_place(corpus: Path) -> None:
    edit(corpus / "guidance" / "health-coaching.md", "{#coaching-039 kind=common-error", "{#coaching-039 kind=myth")
    with pytest.raises(CorpusError, match=r"health-coaching\.md:\d+"):
        diff(SHIPPED, corpus)


def test_the_impact_names_only_questions_whose_answer_differs() -> None:
    questions = [("q1: two units?", 2), ("q2: three units?", 3), ("q3: zero units?", 0)]
    found = list(
        impact(
            questions,
            before=lambda units: units * 30,
            after=lambda units: units * 31,
            essence=lambda minutes: minutes,
            tell=lambda minutes: f"{minutes} minutes",
        )
    )
    assert found == [
        AnswerChange("q1: two units?", "60 minutes", "62 minutes"),
        AnswerChange("q2: three units?", "90 minutes", "93 minutes"),
    ]
