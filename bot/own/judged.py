"""The result of comparing one claim of a document with the tables, and what the judges share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.evidence import Evidence, from_row, from_statement
from bot.own.said import Said
from corpus.knowledge import Knowledge
from corpus.rows import Code

Standing = Literal["agrees", "outdated", "contradicts", "unknown"]
Subject = Literal[
    "status", "time", "unit", "meaning", "date", "amount", "limit", "add-on", "pair", "modifier", "existence"
]

WRONG: tuple[Standing, ...] = ("outdated", "contradicts")
"""Standings that no answer may tell as fact."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One claim: where it stands, what it says, what we hold, and the evidence for that.

    `ours` is one sentence of ours that `evidence` supports; empty when nothing is held.
    """

    standing: Standing
    subject: Subject
    codes: tuple[str, ...]
    said: Said
    says: str
    ours: str = ""
    evidence: tuple[Evidence, ...] = ()
    instead: tuple[str, ...] = ()

    @property
    def wrong(self) -> bool:
        """Whether the claim is outdated or contradicts what is held."""
        return self.standing in WRONG


@dataclass(frozen=True)
class Bench:
    """What every judge needs: the knowledge, and the date of service that the document is read for."""

    knowledge: Knowledge
    on: dt.date

    def row(self, code: str) -> Code | None:
        """The row of a code as it reads on the date."""
        return self.knowledge.codes.find(code, self.on)

    def active(self, code: str) -> Code | None:
        """The row of a code that may be reported on the date."""
        return self.row(code) if self.knowledge.codes.status(code, self.on) == "active" else None

    def cells(self, row: Code, *columns: str) -> Evidence:
        """Cells of a code's row as evidence."""
        return from_row(self.knowledge, row, ("code", *columns), f"Code {row.code}")

    def statements(self, code: str, kinds: Iterable[str]) -> tuple[Evidence, ...]:
        """The best statement of these kinds about a code on the date, official ones first; one or none."""
        wanted = tuple(kinds)
        order = {"official": 0, "payer": 2, "society": 1, "vendor": 3}
        rows = [row for row in self.knowledge.statements.about(code, self.on) if row.kind in wanted]
        rows.sort(key=lambda row: (order[self.knowledge.sources.best_tier(row.sources)], len(row.codes)))
        return tuple(from_statement(self.knowledge, row) for row in rows[:1])
