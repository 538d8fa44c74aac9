"""What changed between two dates of service: codes, rates and rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from corpus.knowledge import Knowledge
from corpus.rows import Code, HistoryEvent
from corpus.statements import Statement

ChangeKind = Literal["added", "deleted", "redefined", "revalued", "begins", "ends"]
_DAY = timedelta(days=1)
_AMOUNTS = ("payment", "example")
"""Kinds of statement that restate a year's amounts: the revaluations say the same, with both years."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the first day on which it holds, the code or statement id, and what it is in words."""

    kind: ChangeKind
    first_day: date
    subject: str
    text: str
    scope: Literal["core", "adjacent"] = "core"


@dataclass(frozen=True, slots=True)
class Changes:
    """All changes after `start` up to and including `end`, each group by date and subject."""

    start: date
    end: date
    horizon: date
    codes: tuple[Change, ...]
    rates: tuple[Change, ...]
    rules: tuple[Change, ...]

    def core(self) -> Changes:
        """Without new, reworded and repriced codes that are only adjacent to the field; deletions stay."""
        codes = tuple(row for row in self.codes if row.scope == "core" or row.kind == "deleted")
        rates = tuple(row for row in self.rates if row.scope == "core")
        return Changes(self.start, self.end, self.horizon, codes, rates, self.rules)


def changes(knowledge: Knowledge, start: date, end: date) -> Changes:
    """What is different on `end` from how it was on `start`, both dates of service.

    A deleted code counts with its first invalid day. Announced events count when they fall into the period; nothing
    is known beyond the horizon.
    """
    codes: list[Change] = []
    rates: list[Change] = []
    for event in knowledge.codes.history:
        row = knowledge.codes.find(event.code)
        if row is None or event.date is None:
            continue
        first = event.date + _DAY if event.event == "deleted" else event.date
        if start < first <= end:
            group = rates if event.event == "revalued" else codes
            group.append(Change(event.event, first, event.code, _told(knowledge, event, row), row.scope))
    rules = [change for row in knowledge.statements for change in _rules(row, start, end)]
    horizon = knowledge.coverage.horizon
    return Changes(start, end, horizon, _sorted(codes), _sorted(rates), _sorted(rules))


def _sorted(found: list[Change]) -> tuple[Change, ...]:
    return tuple(sorted(found, key=lambda change: (change.first_day, change.kind, change.subject)))


def _told(knowledge: Knowledge, event: HistoryEvent, row: Code) -> str:
    if event.event == "added":
        return knowledge.codes.get(event.code, event.date).label
    if event.event == "deleted":
        after = f"; use {', '.join(event.replaced_by)}" if event.replaced_by else ""
        condition = f" ({row.replacement_condition})" if row.replacement_condition and event.replaced_by else ""
        return f"{row.label.partition(': ')[2] or row.label}{after}{condition}"
    return event.what_changed


def _rules(row: Statement, start: date, end: date) -> list[Change]:
    found: list[Change] = []
    if row.kind in _AMOUNTS:
        return found
    if row.effective_from and start < row.effective_from <= end:
        found.append(Change("begins", row.effective_from, row.id, row.text))
    if row.effective_to and start < row.effective_to + _DAY <= end:
        found.append(Change("ends", row.effective_to + _DAY, row.id, row.text))
    return found


_CODE_HEADINGS = {"added": "New codes", "deleted": "Deleted codes", "redefined": "Codes with a new meaning"}
_RULE_HEADINGS = {"begins": "Rules that begin", "ends": "Rules that end"}


def as_markdown(found: Changes) -> str:
    """The changes as a Markdown page."""
    lines = [f"# Changes after {found.start} up to {found.end}", ""]
    if found.end > found.horizon:
        lines += [f"> The knowledge covers dates of service to {found.horizon}; later changes are not known.", ""]
    for title, rows in _groups(found):
        lines += [f"## {title} ({len(rows)})", ""]
        lines += [f"- **{row.subject}**, {row.first_day}: {row.text}" for row in rows] or ["None."]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def as_text(found: Changes) -> str:
    """The changes as plain text, one line each."""
    lines = [f"Changes after {found.start} up to {found.end}"]
    if found.end > found.horizon:
        lines.append(f"The knowledge covers dates of service to {found.horizon}; later changes are not known.")
    for title, rows in _groups(found):
        lines += ["", f"{title} ({len(rows)})"]
        lines += [f"  {row.first_day}  {row.subject:<17} {row.text}" for row in rows] or ["  none"]
    return "\n".join(lines) + "\n"


def _groups(found: Changes) -> list[tuple[str, tuple[Change, ...]]]:
    by_code = [(title, tuple(row for row in found.codes if row.kind == kind)) for kind, title in _CODE_HEADINGS.items()]
    by_rule = [(title, tuple(row for row in found.rules if row.kind == kind)) for kind, title in _RULE_HEADINGS.items()]
    return [*by_code, ("Medicare amounts", found.rates), *by_rule]
