"""The deterministic tables with the look-ups that rules need. Every look-up is exact; nothing here guesses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from corpus.errors import UnknownRecordError
from corpus.rows import Code, CodeEdition, Edit, HistoryEvent, Locality, Rate, TimeRow

CodeStatus = Literal["active", "deleted", "not_yet_effective", "unknown"]


class CodeTable:
    """All billing codes with their history and their earlier editions."""

    def __init__(
        self,
        rows: Iterable[Code],
        history: Iterable[HistoryEvent] = (),
        editions: Iterable[CodeEdition] = (),
    ) -> None:
        self.rows = tuple(rows)
        self.history = tuple(history)
        self.editions = tuple(editions)

    @cached_property
    def _by_code(self) -> dict[str, Code]:
        return {row.code: row for row in self.rows}

    @cached_property
    def _events(self) -> dict[str, tuple[HistoryEvent, ...]]:
        held: dict[str, list[HistoryEvent]] = {}
        for event in self.history:
            held.setdefault(event.code, []).append(event)
        return {code: tuple(sorted(events, key=lambda event: event.date or date.max)) for code, events in held.items()}

    def __iter__(self) -> Iterator[Code]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    @cached_property
    def _editions(self) -> dict[str, tuple[CodeEdition, ...]]:
        held: dict[str, list[CodeEdition]] = {}
        for row in self.editions:
            held.setdefault(row.code, []).append(row)
        return {code: tuple(sorted(rows, key=lambda row: row.effective_to)) for code, rows in held.items()}

    def get(self, code: str, on: date | None = None) -> Code:
        """The row of `code` (upper case, exact), as the code read on a date of service when `on` is given.

        Raises:
            UnknownRecordError: no such code.
        """
        row = self.find(code, on)
        if row is None:
            raise UnknownRecordError("code", code)
        return row

    def find(self, code: str, on: date | None = None) -> Code | None:
        """The row of `code` as it read on `on` (today's without), or None.

        The row describes the code, it does not say that the code may be reported: see `status`.
        """
        row = self._by_code.get(code)
        edition = None if row is None or on is None else self.edition(code, on)
        return edition.applied_to(row) if row is not None and edition is not None else row

    def edition(self, code: str, on: date) -> CodeEdition | None:
        """The earlier edition that covers a date of service, or None when today's row (or nothing) does."""
        return next((row for row in self._editions.get(code, ()) if row.covers(on)), None)

    def editions_of(self, code: str) -> tuple[CodeEdition, ...]:
        """Earlier editions of `code`, oldest first."""
        return self._editions.get(code, ())

    def is_described(self, code: str, on: date) -> bool:
        """Whether `get(code, on)` reads as the code did on that date.

        False for an unknown code, and for a code that was redefined later and whose earlier edition is not held. A
        redefinition that is only announced changes nothing yet.
        """
        if code not in self._by_code:
            return False
        return not self.redefined_after(code, on) or self.edition(code, on) is not None

    def status(self, code: str, on: date) -> CodeStatus:
        """Whether `code` may be reported for a date of service.

        A deleted code without a known last day counts as deleted on every date; a code without a known first day
        counts as active before its end.
        """
        row = self._by_code.get(code)
        if row is None:
            return "unknown"
        if row.effective_from is not None and on < row.effective_from:
            return "not_yet_effective"
        if row.effective_to is not None:
            return "active" if on <= row.effective_to else "deleted"
        return "deleted" if row.status == "deleted" else "active"

    def events(self, code: str) -> tuple[HistoryEvent, ...]:
        """What happened to `code`, oldest first."""
        return self._events.get(code, ())

    def redefined_after(self, code: str, on: date) -> tuple[HistoryEvent, ...]:
        """Redefinitions of `code` later than `on`: only `get(code, on)` describes the code on that date.

        Those that are only announced are left out: today's row has not changed by them.
        """
        redefinitions = (event for event in self.events(code) if event.event == "redefined" and not event.announced)
        return tuple(event for event in redefinitions if event.date is not None and event.date > on)

    def successors(self, code: str, on: date) -> tuple[Code, ...]:
        """Codes active on `on` that replaced `code`, following chains of replacements."""
        found: dict[str, Code] = {}
        queue = list(self._by_code[code].replaced_by) if code in self._by_code else []
        seen: set[str] = set()
        while queue:
            following = queue.pop(0)
            if following in seen or following not in self._by_code:
                continue
            seen.add(following)
            if self.status(following, on) == "active":
                found[following] = self._by_code[following]
            else:
                queue.extend(self._by_code[following].replaced_by)
        return tuple(found.values())

    def predecessors(self, code: str, on: date) -> tuple[Code, ...]:
        """Codes active on `on` whose replacements lead to `code`."""
        return tuple(
            row
            for row in self.rows
            if row.replaced_by
            and self.status(row.code, on) == "active"
            and any(next_row.code == code for next_row in self.successors(row.code, _day_after(row)))
        )

    def addons_of(self, code: str) -> tuple[Code, ...]:
        """Add-on codes that may be reported with `code` as their base."""
        return tuple(row for row in self.rows if row.addon and code in row.addon_to)


def _day_after(row: Code) -> date:
    return (row.effective_to or date.max - timedelta(days=1)) + timedelta(days=1)


class Rates:
    """National Medicare amounts by code and modifier."""

    def __init__(self, rows: Iterable[Rate]) -> None:
        self.rows = tuple(rows)

    @cached_property
    def _by_key(self) -> dict[tuple[str, str | None], Rate]:
        return {(row.code, row.mod): row for row in self.rows}

    def __iter__(self) -> Iterator[Rate]:
        return iter(self.rows)

    def find(self, code: str, mod: str | None = None) -> Rate | None:
        """The rate row of (code, modifier), or None when the fee schedule has no such row."""
        return self._by_key.get((code, mod))


class Localities:
    """Medicare localities with their practice cost indices."""

    def __init__(self, rows: Iterable[Locality]) -> None:
        self.rows = tuple(rows)

    def __iter__(self) -> Iterator[Locality]:
        return iter(self.rows)

    def find(self, mac: str, locality: str) -> Locality | None:
        """The locality with this contractor and locality number (both text), or None."""
        return next((row for row in self.rows if (row.mac, row.locality) == (mac, locality)), None)

    def in_state(self, state: str) -> tuple[Locality, ...]:
        """All localities of a two-letter state code."""
        return tuple(row for row in self.rows if row.state == state.upper())


class TimeUnits:
    """Spans of minutes and what they bill, by family and convention."""

    def __init__(self, rows: Iterable[TimeRow]) -> None:
        self.rows = tuple(rows)

    @cached_property
    def _ladders(self) -> dict[tuple[str, str], tuple[TimeRow, ...]]:
        held: dict[tuple[str, str], list[TimeRow]] = {}
        for row in self.rows:
            held.setdefault((row.family, row.convention), []).append(row)
        return {key: tuple(sorted(rows, key=lambda row: row.minutes_from)) for key, rows in held.items()}

    def __iter__(self) -> Iterator[TimeRow]:
        return iter(self.rows)

    @cached_property
    def families(self) -> tuple[str, ...]:
        """Family names in table order."""
        return tuple(dict.fromkeys(row.family for row in self.rows))

    def conventions(self, family: str) -> tuple[str, ...]:
        """Conventions held for `family`, in table order."""
        return tuple(convention for held, convention in self._ladders if held == family)

    def ladder(self, family: str, convention: str) -> tuple[TimeRow, ...]:
        """All spans of one family under one convention, shortest first; empty when there is none."""
        return self._ladders.get((family, convention), ())

    @cached_property
    def _families_by_code(self) -> dict[str, tuple[str, ...]]:
        held: dict[str, dict[str, None]] = {}
        for row in self.rows:
            for code, _ in row.units:
                held.setdefault(code, {})[row.family] = None
        return {code: tuple(families) for code, families in held.items()}

    def families_of(self, code: str) -> tuple[str, ...]:
        """Families in whose spans `code` appears."""
        return self._families_by_code.get(code, ())

    @cached_property
    def _spans_by_code(self) -> dict[str, tuple[TimeRow, ...]]:
        held: dict[str, list[TimeRow]] = {}
        for row in self.rows:
            for code in dict.fromkeys(code for code, _ in row.units):
                held.setdefault(code, []).append(row)
        return {code: tuple(rows) for code, rows in held.items()}

    def spans_of(self, code: str) -> tuple[TimeRow, ...]:
        """Every span that bills `code`, alone or with others, in table order."""
        return self._spans_by_code.get(code, ())


class Edits:
    """NCCI procedure-to-procedure pairs among the codes in scope. Absence of a pair is not permission."""

    def __init__(self, rows: Iterable[Edit]) -> None:
        self.rows = tuple(rows)

    @cached_property
    def _by_pair(self) -> dict[tuple[str, str], Edit]:
        return {(row.column1, row.column2): row for row in self.rows}

    @cached_property
    def codes(self) -> frozenset[str]:
        """Every code that appears in a pair."""
        return frozenset(code for row in self.rows for code in (row.column1, row.column2))

    def __iter__(self) -> Iterator[Edit]:
        return iter(self.rows)

    def find(self, first: str, second: str) -> Edit | None:
        """The pair of these two codes in either order, or None."""
        return self._by_pair.get((first, second)) or self._by_pair.get((second, first))

    def of(self, code: str) -> tuple[Edit, ...]:
        """All pairs in which `code` stands in either column."""
        return tuple(row for row in self.rows if code in (row.column1, row.column2))
