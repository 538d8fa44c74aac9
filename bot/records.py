"""Looking a record up again by the `ref` of an evidence or a citation.

A statement's ref is its id; a table row's ref is `table:key` as `bot.evidence.row_key` writes it. Tables are read and
keyed on first use, one table at a time, and held as long as the `Knowledge` they came from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from weakref import WeakKeyDictionary

from bot.answer import EvidenceKind
from bot.evidence import cells, row_key
from corpus.knowledge import Knowledge
from corpus.official import CITED
from corpus.rows import Row

COVERAGE = "coverage:knowledge"
"""Ref of the horizon and the day of the last check (`knowledge.toml`)."""

COVERAGE_COLUMNS = ("horizon", "written")

_TABLES: Mapping[str, Callable[[Knowledge], Iterable[Row]]] = {
    "codes": lambda knowledge: _codes(knowledge),
    "code_history": lambda knowledge: knowledge.codes.history,
    "rates_2026": lambda knowledge: knowledge.rates,
    "gpci_2026": lambda knowledge: knowledge.localities,
    "cities": lambda knowledge: knowledge.cities.values(),
    "time_units": lambda knowledge: knowledge.time_units,
    "edits": lambda knowledge: knowledge.edits,
    "modifiers": lambda knowledge: knowledge.modifiers,
    "places": lambda knowledge: knowledge.places,
    "payers": lambda knowledge: knowledge.payers,
    "denial": lambda knowledge: knowledge.denials,
    "taxonomy": lambda knowledge: knowledge.taxonomies,
    "neighbourcode": lambda knowledge: knowledge.neighbours.values(),
    "vocabularyword": lambda knowledge: knowledge.vocabulary,
}


def _codes(knowledge: Knowledge) -> Iterable[Row]:
    """Every code as it reads today, then as its earlier editions read."""
    yield from knowledge.codes
    for edition in knowledge.codes.editions:
        if edition.code in knowledge.codes:
            yield edition.applied_to(knowledge.codes.get(edition.code))


_held: WeakKeyDictionary[Knowledge, dict[str, dict[str, tuple[Row, ...]]]] = WeakKeyDictionary()


def table_rows(knowledge: Knowledge, ref: str) -> tuple[Row, ...]:
    """The rows that `ref` (`table:key`) names: usually one, several where a key repeats, none when unknown."""
    table = ref.partition(":")[0]
    if table in CITED:
        return knowledge.official.rows_of(ref)
    return _keyed(knowledge, table).get(ref, ())


def _keyed(knowledge: Knowledge, table: str) -> dict[str, tuple[Row, ...]]:
    tables = _held.setdefault(knowledge, {})
    if table not in tables:
        keyed: dict[str, tuple[Row, ...]] = {}
        for row in _rows_of(knowledge, table):
            key = row_key(row)
            keyed[key] = (*keyed.get(key, ()), row)
        tables[table] = keyed
    return tables[table]


def _rows_of(knowledge: Knowledge, table: str) -> Iterable[Row]:
    """The rows whose refs begin with `table`: a table named above, or the one whose rows are of that class."""
    if table in _TABLES:
        return _TABLES[table](knowledge)
    for holder in (knowledge, knowledge.rules):
        for name, attribute in vars(type(holder)).items():
            if isinstance(attribute, cached_property) and table in _words(attribute):
                held = getattr(holder, name)
                return tuple(held.values()) if isinstance(held, Mapping) else tuple(held)
    return ()


def _words(attribute: cached_property[object]) -> list[str]:
    """The lower-case words of a property's return annotation: `tuple[TimeRule, ...]` names rows `timerule:...`."""
    return re.findall(r"\w+", str(attribute.func.__annotations__.get("return", "")).lower())


def record_text(knowledge: Knowledge, kind: EvidenceKind, ref: str) -> str | None:
    """The text of the record that `ref` names, or None when there is no such record.

    A statement gives its text, then its caveat on a line of its own; a table row gives all its cells as
    `column: value; ...` (rows that share a key stand on lines of their own). Computations and the user's documents
    are not records of the knowledge.
    """
    if kind == "statement":
        if ref not in knowledge.statements:
            return None
        row = knowledge.statements.get(ref)
        return f"{row.text}\n{row.caveat}" if row.caveat else row.text
    if kind == "table":
        if ref == COVERAGE:
            return cells(knowledge.coverage, COVERAGE_COLUMNS)
        return "\n".join(cells(row) for row in table_rows(knowledge, ref)) or None
    return None
