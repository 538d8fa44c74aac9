"""Feedback: kept with the answer it is about, without anybody's name, and handed out as a list."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.feedback import KINDS, MEANINGS, FeedbackBook, FeedbackError, as_csv, as_json_lines
from corpus.database import sqlite_url
from corpus.knowledge import Knowledge
from tests.bot.cli.conftest import Runner, run

__all__ = ["run"]


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


@pytest.fixture
def book(tmp_path: Path, knowledge: Knowledge) -> Iterator[FeedbackBook]:
    held = FeedbackBook(sqlite_url(tmp_path / "codecite.db"), knowledge)
    yield held
    held.close()


def test_what_was_said_is_kept_with_the_answer_the_channel_the_knowledge_and_the_day(
    book: FeedbackBook, knowledge: Knowledge
) -> None:
    kept = book.add("4f2a", "wrong", channel="slack", text="It is\n two units.")
    assert book.all() == (kept,)
    assert kept.model_dump() == {
        "day": dt.datetime.now(dt.UTC).date(),
        "answer_id": "4f2a",
        "kind": "wrong",
        "channel": "slack",
        "knowledge": knowledge.version,
        "text": "It is two units.",
    }


def test_identifiers_are_replaced_before_anything_is_written(tmp_path: Path, book: FeedbackBook) -> None:
    book.add("a1", "comment", channel="web", text="Jane Roe, born 02/03/1980, jane.roe@example.com, was billed twice")
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for identifier in (b"Roe", b"1980", b"example.com"):
        assert identifier not in written
    assert "was billed twice" in book.all()[0].text


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_can_be_listed_alone(kind: str, book: FeedbackBook) -> None:
    for each in KINDS:
        book.add("a1", each, channel="web", text="why")
    assert [row.kind for row in book.all(kind)] == [kind]
    assert set(MEANINGS) == set(KINDS)


@pytest.mark.parametrize(
    ("answer_id", "kind", "channel", "text"),
    [
        ("a1", "nice", "web", ""),
        ("a1", "comment", "web", "  "),
        ("a1", "wrong", "web", "x" * 2001),
        ("Jane Roe", "wrong", "web", ""),
        ("", "wrong", "web", ""),
        ("a1", "wrong", "U123@team", ""),
    ],
    ids=["unknown kind", "comment without text", "too long", "no answer id", "empty id", "an address as channel"],
)
def test_what_is_no_feedback_is_not_kept(
    answer_id: str, kind: str, channel: str, text: str, book: FeedbackBook
) -> None:
    with pytest.raises(FeedbackError) as caught:
        book.add(answer_id, kind, channel=channel, text=text)
    assert "helpful" in caught.value.hint
    assert book.all() == ()


def test_a_spreadsheet_runs_no_formula_of_a_comment(book: FeedbackBook) -> None:
    book.add("a1", "comment", channel="web", text='=HYPERLINK("http://x")')
    (row,) = csv.DictReader(as_csv(book.all()).splitlines())
    assert row["text"] == '\'=HYPERLINK("http://x")'
    assert json.loads(as_json_lines(book.all()))["text"].startswith("=HYPER")


def test_postgresql_keeps_feedback_too(postgres: str, knowledge: Knowledge) -> None:
    for _ in range(2):
        book = FeedbackBook(postgres, knowledge)
        book.add("a1", "helpful", channel="api")
        book.close()
    book = FeedbackBook(postgres, knowledge)
    assert [row.kind for row in book.all()] == ["helpful", "helpful"]
    book.close()


def test_the_command_lists_and_exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Runner) -> None:
    monkeypatch.setenv("CODECITE_DATABASE", sqlite_url(tmp_path / "held.db"))
    assert "0 in all" in run("feedback", "list").out
    book = FeedbackBook(sqlite_url(tmp_path / "held.db"), Knowledge())
    book.add("a1", "wrong", channel="web", text="Two units.")
    book.add("a2", "helpful", channel="slack")
    book.close()
    shown = run("feedback", "list").out
    assert "Two units." in shown
    assert "2 in all" in shown
    assert [json.loads(line)["answer_id"] for line in run("feedback", "export").out.splitlines()] == ["a1", "a2"]
    run("feedback", "export", str(tmp_path / "out.csv"), "--kind", "wrong")
    assert (tmp_path / "out.csv").read_text().count("\n") == 2
    unknown = run("feedback", "list", "--kind", "wrng")
    assert unknown.code == 2
    assert "did you mean wrong" in unknown.err
