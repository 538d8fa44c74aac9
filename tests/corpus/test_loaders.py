"""Whoever edits the corpus is told the file and the line of a mistake."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mdit_py_plugins.attrs.parse import parse

from corpus.csvfile import numbered_rows, read_rows
from corpus.errors import CorpusError, GuidanceError, MissingFileError, TableError, UnknownRecordError
from corpus.knowledge import Knowledge
from corpus.rows import NeighbourCode, Place, Rate
from corpus.statements import _PLAIN_BLOCK, _attributes, read_guidance

PLACES = "pos,name,definition,setting,behavioral_health_use,sources\n11,Office,A room.,nonfacility,,cms-pos-code-set\n"
FRONT = "---\ntitle: T\ntopic: t\norder: 1\n---\n\n# T\n\nAn overview.\n\n## What it is\n\n"
GOOD = 'A claim. {#t-001 kind=definition sources="a"}\n'


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        pytest.param(PLACES.replace("pos,", "place,", 1), 1, "missing columns ['pos']", id="column renamed"),
        pytest.param(PLACES.replace("sources\n", "sources,sources\n", 1), 1, "repeats", id="column twice"),
        pytest.param(PLACES + "12,Home\n", 3, "2 cells, the header has 6", id="comma forgotten"),
        pytest.param(PLACES + '12,"Home,x,x,x,x\n', 3, "not valid CSV", id="quote not closed"),
        pytest.param("", 1, "missing columns", id="empty file"),
    ],
)
def test_a_table_error_names_file_and_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = tmp_path / "places.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_rows(path, Place)
    assert (caught.value.path, caught.value.line) == (path, line)
    assert says in str(caught.value)
    assert caught.value.hint


def test_a_cell_that_does_not_fit_is_named_with_its_column(knowledge: Knowledge, tmp_path: Path) -> None:
    text = (knowledge.root / "tables" / "rates_2026.csv").read_text(encoding="utf-8").split("\n")
    path = tmp_path / "rates_2026.csv"
    path.write_text("\n".join([text[0], text[1], text[2].replace(",0.00,", ",nil,", 1)]), encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_rows(path, Rate)
    assert (caught.value.line, caught.value.column) == (3, "work_rvu")


def test_every_error_of_a_table_is_reported_and_the_sound_rows_stay(tmp_path: Path) -> None:
    path = tmp_path / "neighbour_codes.csv"
    path.write_text("code,field,what_it_is\n00104,a,b\n1,2\n92507,c,d\n3\n", encoding="utf-8")
    reported: list[TableError] = []
    rows = numbered_rows(path, NeighbourCode, reported.append)
    assert [error.line for error in reported] == [3, 5]
    assert [(line, row.code) for line, row in rows] == [(2, "00104"), (4, "92507")]


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        pytest.param("No block.\n", 13, "without an attribute block", id="block forgotten"),
        pytest.param('X. {#t-1 kind=guess sources="a"}\n', 13, "'guess' is unknown", id="unknown kind"),
        pytest.param("X. {#t-1 kind=definition}\n", 13, "at least one source", id="no source"),
        pytest.param('X. {#t-1 kind=definition sources="a" until=2026}\n', 13, "unknown attributes", id="attribute"),
        pytest.param('X. {#t-1 kind=definition sources="a" from=2026-13-01}\n', 13, "is not a date", id="date"),
        pytest.param('X. {#t-1 kind=definition sources="a" confidence=sure}\n', 13, "'sure'", id="confidence"),
        pytest.param("> Beware.\n", 13, "before any statement", id="caveat first"),
        pytest.param(GOOD + "\n> One.\n\n> Two.\n", 17, "two caveats", id="two caveats"),
    ],
)
def test_a_guidance_error_names_file_and_line(tmp_path: Path, body: str, line: int, says: str) -> None:
    path = tmp_path / "t.md"
    path.write_text(FRONT + body, encoding="utf-8")
    with pytest.raises(GuidanceError) as caught:
        read_guidance(path, frozenset())
    assert (caught.value.path, caught.value.line) == (path, line)
    assert says in str(caught.value)


@pytest.mark.parametrize("front", ["", "---\ntitle: T\n---\n", "---\ntitle T\n---\n", "---\ntopic: t\norder: x\n---\n"])
def test_front_matter_is_required(tmp_path: Path, front: str) -> None:
    path = tmp_path / "t.md"
    path.write_text(front + "\n## S\n\n" + GOOD, encoding="utf-8")
    with pytest.raises(GuidanceError, match=r"t\.md:[12]"):
        read_guidance(path, frozenset())


def test_sound_paragraphs_are_read_around_a_faulty_one(tmp_path: Path) -> None:
    path = tmp_path / "t.md"
    path.write_text(FRONT + "Bad.\n\n" + GOOD + "\nWorse.\n", encoding="utf-8")
    reported: list[GuidanceError] = []
    topic, rows = read_guidance(path, frozenset(), reported.append)
    assert [error.line for error in reported] == [13, 17]
    assert [row.id for row in rows] == ["t-001"]
    assert topic.overview == "An overview."


def test_a_missing_folder_or_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="does not exist") as caught:
        Knowledge(tmp_path / "nowhere")
    assert "CODECITE_CORPUS" in caught.value.hint
    with pytest.raises(MissingFileError):
        len(Knowledge(tmp_path).codes)


def test_every_corpus_error_has_a_hint() -> None:
    assert CorpusError("x").hint
    assert UnknownRecordError("code", "X").hint


def test_the_short_reading_of_attribute_blocks_is_that_of_the_library(knowledge: Knowledge) -> None:
    plain = 0
    for path in (knowledge.root / "guidance").glob("*.md"):
        for block in re.findall(r"\{#[^{}]*\}", path.read_text(encoding="utf-8")):
            if _PLAIN_BLOCK.fullmatch(block):
                plain += 1
                assert _attributes(path, 1, block) == {key: str(value) for key, value in parse(block)[1].items()}
    assert plain > 0.99 * len(knowledge.statements)


def test_the_version_follows_every_file(corpus: Path) -> None:
    before = Knowledge(corpus).version
    assert before == Knowledge().version
    path = corpus / "tables" / "places.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Office", "Office.", 1), encoding="utf-8")
    assert Knowledge(corpus).version != before


def test_the_whole_shipped_corpus_loads(knowledge: Knowledge) -> None:
    assert knowledge.load_all() is knowledge


def test_every_core_code_in_force_has_a_statement(knowledge: Knowledge) -> None:
    said = {code for statement in knowledge.statements for code in statement.codes}
    in_force = {row.code for row in knowledge.codes if row.status == "active" and row.scope == "core"}
    assert sorted(in_force - said) == []
