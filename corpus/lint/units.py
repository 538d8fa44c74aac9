"""The time ladders: spans follow one another, combinations exist, and the first unit begins where the code says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.lint.finding import LintFinding
from corpus.lint.held import Held
from corpus.rows import TimeRow

_UNITS = re.compile(r"[0-9A-Z]{5}x[1-9]\d*(?:\+[0-9A-Z]{5}x[1-9]\d*)*|none")
_OWN_CONVENTIONS = ("cpt", "medicare")
"""Conventions that read the code's own wording, so that their first billable minute is the code's minimum."""


def check(held: Held) -> Iterator[LintFinding]:
    """All checks of time_units.csv."""
    path = held.path("time_units")
    ladders: dict[tuple[str, str], list[tuple[int, TimeRow]]] = {}
    for line, row in held.table("time_units", TimeRow):
        ladders.setdefault((row.family, row.convention), []).append((line, row))
    for (family, convention), rows in ladders.items():
        rows.sort(key=lambda item: item[1].minutes_from)
        expected, billed = 0, False
        for line, row in rows:
            for message, hint in _span(row, expected, held, first=not billed):
                yield LintFinding(path, line, "time-span", f"{family} ({convention}): {message}", hint)
            expected = row.minutes_to + 1
            billed = billed or row.codes_and_units != "none"


def _span(row: TimeRow, expected: int, held: Held, *, first: bool) -> Iterator[tuple[str, str]]:
    if row.minutes_from != expected:
        what = "overlap" if row.minutes_from < expected else "gap"
        yield f"{what} at {row.minutes_from}, the previous span ends at {expected - 1}", "Spans follow one another."
    if row.minutes_from > row.minutes_to:
        yield f"{row.minutes_from} is above {row.minutes_to}", "Correct the span."
    if not _UNITS.fullmatch(row.codes_and_units):
        yield f"{row.codes_and_units!r} is not CODExN+CODExN or none", "Correct the combination."
        return
    codes = [code for code, _ in row.units]
    for code in codes:
        found = held.codes.find(code)
        if found is None or found.status != "active":
            yield f"{code} is not an active code", "Bill active codes only."
    for code in codes[1:]:
        addon = held.codes.find(code)
        if addon is not None and codes[0] not in addon.addon_to:
            yield f"{code} is no add-on to {codes[0]}", "Correct the combination or addon_to in codes.csv."
    base = held.codes.find(codes[0]) if codes else None
    if not first or base is None or base.min_minutes is None:
        return
    own = row.measure == "minutes" and row.convention in _OWN_CONVENTIONS
    if own and row.minutes_from != base.min_minutes:
        message = f"{base.code} begins at {row.minutes_from}, codes.csv says {base.min_minutes}"
        yield message, "Make the two tables agree."
