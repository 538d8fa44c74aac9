"""The time ladders: spans follow one another, combinations exist, and the first unit begins where the code says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.lint.finding import LintFinding
from corpus.lint.held import Held
from corpus.rows import TimeRow
from corpus.rule_rows import Convention
from corpus.statements import ANY_PAYER

_UNITS = re.compile(r"[0-9A-Z]{5}x[1-9]\d*(?:\+[0-9A-Z]{5}x[1-9]\d*)*|none")


def check(held: Held) -> Iterator[LintFinding]:
    """All checks of time_units.csv."""
    path = held.path("time_units")
    ladders: dict[tuple[str, str], list[tuple[int, TimeRow]]] = {}
    for line, row in held.table("time_units", TimeRow):
        ladders.setdefault((row.family, row.convention), []).append((line, row))
    # Used by default under the code set or under Medicare, a convention reads the code's own wording.
    readers = {ANY_PAYER, *held.medicare_payers}
    own = {row.convention for _, row in held.table("conventions", Convention) if readers & set(row.payers)}
    for (family, convention), rows in ladders.items():
        rows.sort(key=lambda item: item[1].minutes_from)
        expected, billed = 0, False
        for line, row in rows:
            for message, hint in _span(row, expected, held, own=not billed and convention in own):
                yield LintFinding(path, line, "time-span", f"{family} ({convention}): {message}", hint)
            expected = row.minutes_to + 1
            billed = billed or row.codes_and_units != "none"


def _span(row: TimeRow, expected: int, held: Held, *, own: bool) -> Iterator[tuple[str, str]]:
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
    if not own or base is None or base.min_minutes is None or row.measure != "minutes":
        return
    if row.minutes_from != base.min_minutes:
        message = f"{base.code} begins at {row.minutes_from}, codes.csv says {base.min_minutes}"
        yield message, "Make the two tables agree."
