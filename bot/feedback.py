"""What readers say about answers, kept without anything that tells who said it.

    feedback = FeedbackBook(settings.database_url, knowledge)
    feedback.add(answer.id, "wrong", channel="slack", text="It is two units.")

Kept are the answer's id, what was said about it, the channel, the version of the knowledge and the day. Free text
passes the guard first, so identifiers of people are replaced before anything is written. No user, address, team or
time of day is kept, and neither the question nor the answer: an id only helps someone who has the answer before them.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterable
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, Date, Integer, MetaData, String, Table, Text, insert, select

from bot.errors import UsageError
from bot.guard import redact
from corpus.database import open_database
from corpus.knowledge import Knowledge

FeedbackKind = Literal["helpful", "wrong", "evidence-wrong", "comment"]
KINDS: tuple[FeedbackKind, ...] = get_args(FeedbackKind)

MEANINGS: dict[FeedbackKind, str] = {
    "helpful": "Helpful",
    "wrong": "The answer is wrong",
    "evidence-wrong": "The evidence does not say that",
    "comment": "Comment",
}
"""What each kind is called on a button or in a list."""

LONGEST_TEXT = 2000
"""Characters of free text that are kept."""

_ANSWER_ID = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
_CHANNEL = re.compile(r"[a-z][a-z-]{0,19}")

_METADATA = MetaData()
_TABLE = Table(
    "feedback",
    _METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("day", Date, nullable=False),
    Column("answer_id", String(80), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("knowledge", String(40), nullable=False),
    Column("text", Text, nullable=False),
)


class FeedbackError(UsageError):
    """Feedback that cannot be kept as it is."""

    hint = (
        f"Say one of {', '.join(KINDS)} about an answer's id; a comment needs a text of at most {LONGEST_TEXT} signs."
    )


class Feedback(BaseModel):
    """One remark about one answer; `text` has placeholders where identifiers stood."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: dt.date
    answer_id: str
    kind: FeedbackKind
    channel: str
    knowledge: str
    text: str = ""


class FeedbackBook:
    """Feedback in the database of `url`. Safe to share between threads; `close` it when done."""

    def __init__(self, url: str, knowledge: Knowledge) -> None:
        """Open the book.

        Raises:
            DatabaseError: the database cannot be opened.
        """
        self._knowledge = knowledge
        self._engine = open_database(url)
        _METADATA.create_all(self._engine)

    def add(self, answer_id: str, kind: str, *, channel: str, text: str = "", knowledge: str = "") -> Feedback:
        """Keep one remark and return it as it was kept.

        Args:
            answer_id: `Answer.id`.
            kind: one of `KINDS`.
            channel: where it was said: `web`, `api`, `slack`.
            text: free text; identifiers in it are replaced before it is written.
            knowledge: `Answer.knowledge["corpus"]` where the channel still has it; default: the version in force.

        Raises:
            FeedbackError: an unknown kind, something that is no answer id, a comment without text, or too long a text.
        """
        said = " ".join(text.split())
        if kind not in KINDS or not _ANSWER_ID.fullmatch(answer_id) or not _CHANNEL.fullmatch(channel):
            raise FeedbackError("this is not feedback about an answer")
        if len(said) > LONGEST_TEXT or (kind == "comment" and not said):
            raise FeedbackError(f"a comment needs a text of at most {LONGEST_TEXT} signs")
        clean, _ = redact(said, self._knowledge)
        kept = Feedback(
            day=dt.datetime.now(dt.UTC).date(),
            answer_id=answer_id,
            kind=kind,
            channel=channel,
            knowledge=(knowledge or self._knowledge.version)[:40],
            text=clean,
        )
        with self._engine.begin() as connection:
            connection.execute(insert(_TABLE).values(**kept.model_dump()))
        return kept

    def all(self, kind: str | None = None) -> tuple[Feedback, ...]:
        """Everything said, oldest first; only one kind when it is named."""
        columns = [_TABLE.c[name] for name in Feedback.model_fields]
        wanted = select(*columns).order_by(_TABLE.c.id)
        if kind is not None:
            wanted = wanted.where(_TABLE.c.kind == kind)
        with self._engine.connect() as connection:
            return tuple(Feedback.model_validate(dict(row)) for row in connection.execute(wanted).mappings())

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()


def as_json_lines(rows: Iterable[Feedback]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(row.model_dump(mode="json"), ensure_ascii=False) + "\n" for row in rows)


def as_csv(rows: Iterable[Feedback]) -> str:
    """CSV with a heading; text that a spreadsheet would run as a formula is kept from it by an apostrophe."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(Feedback.model_fields)
    for row in rows:
        writer.writerow([_cell(value) for value in row.model_dump(mode="json").values()])
    return target.getvalue()


def _cell(value: Any) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
