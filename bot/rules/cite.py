"""Statements that a rule row names, as evidence for a date of service."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.evidence import Evidence, from_statement
from corpus.knowledge import Knowledge


def cited(knowledge: Knowledge, refs: Iterable[str], on: date | None) -> tuple[Evidence, ...]:
    """The statements `refs` in the order given, without those that are not in force on the date of service."""
    rows = [knowledge.statements.get(ref) for ref in dict.fromkeys(refs)]
    return tuple(from_statement(knowledge, row) for row in rows if on is None or row.applies_on(on))
