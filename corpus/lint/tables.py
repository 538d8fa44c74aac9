"""What holds for every table: keys are unique, sources exist, codes are known, words are in the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from corpus import rows as models
from corpus.codes import CODE_SHAPE
from corpus.lint.finding import LintFinding
from corpus.lint.held import Held

KEYS: Mapping[str, tuple[str, ...]] = {
    "cities": ("city", "state"),
    "codes": ("code",),
    "code_editions": ("code", "effective_to"),
    "code_history": ("code", "event", "date", "what_changed"),
    "denials": ("code_type", "code"),
    "edits": ("column1", "column2"),
    "gpci_2026": ("mac", "locality"),
    "lookalikes": ("word",),
    "modifiers": ("modifier",),
    "neighbour_codes": ("code",),
    "payers": ("payer", "line_of_business", "topic", "position", "conditions"),
    "places": ("pos",),
    "rates_2026": ("code", "mod"),
    "taxonomies": ("nucc_code",),
    "time_units": ("family", "convention", "minutes_from"),
    "vocab_tables": ("column", "value"),
}
"""Columns that name one row. In any other table no row may be there twice."""

_SOURCE_COLUMNS = ("source", "sources")
_NOT_CODES = {"mac", "locality", "localities", "nucc_code", "utterance", "phrase", *_SOURCE_COLUMNS}
"""Columns whose five-character words are numbers of other kinds, or what a user may say, mistakes included."""

_REFERENCE = re.compile(r"(?:Change Request|[Tt]ransmittal|CR|[Aa]rticle|[Nn]otice|section)\s+$")


def check(held: Held) -> Iterator[LintFinding]:
    """The general checks over all tables, and that the data dictionary names every table and column."""
    vocabulary = _vocabulary(held)
    statements = {row.id for row in held.statements}
    for name, rows in held.tables():
        path = held.path(name)
        seen: dict[tuple[object, ...], int] = {}
        for line, row in rows:
            cells = row.model_dump()
            key = tuple(cells[column] for column in KEYS.get(name, tuple(cells)))
            if key in seen:
                shown = " ".join(str(part) for part in key[:3] if part)
                message, hint = f"{shown} is there twice (line {seen[key]})", "Keep one row."
                yield LintFinding(path, line, "row-twice", message, hint)
            seen.setdefault(key, line)
            yield from _sources(held, path, line, cells, required=name in KEYS)
            yield from _codes(held, path, line, name, cells)
            yield from _statements(statements, path, line, cells)
            if name == "codes":
                yield from _words(vocabulary, path, line, cells)
    yield from _counts(held)
    yield from _dictionary(held)


def cited(held: Held) -> frozenset[str]:
    """Every source id that a statement or a row cites."""
    found = {source for row in held.statements for source in row.sources}
    for _, rows in held.tables():
        for _, row in rows:
            found.update(_source_ids(row.model_dump(include=set(_SOURCE_COLUMNS))))
    return frozenset(found)


def unknown_codes(text: str, held: Held) -> list[str]:
    """Words of `text` that look like codes, are in no table and are no reference numbers."""
    return [
        match.group(1)
        for match in CODE_SHAPE.finditer(text)
        if match.group(1) not in held.known_codes
        and match.group(1) not in held.lookalikes
        and not _REFERENCE.search(text[: match.start()])
    ]


def _source_ids(cells: Mapping[str, object]) -> list[str]:
    found: list[str] = []
    for column in _SOURCE_COLUMNS:
        value = cells.get(column)
        found.extend(value if isinstance(value, tuple) else value.split("|") if isinstance(value, str) else [])
    return found


def _sources(
    held: Held, path: Path, line: int, cells: Mapping[str, object], *, required: bool
) -> Iterator[LintFinding]:
    if not any(column in cells for column in _SOURCE_COLUMNS):
        return
    ids = _source_ids(cells)
    if required and not any(ids):
        yield LintFinding(path, line, "row-unsourced", "the row has no source", "Cite at least one id of sources.csv.")
    for source in ids:
        if source and source not in held.source_ids:
            message, hint = f"source {source!r} is not in sources.csv", "Add the source or correct the id."
            yield LintFinding(path, line, "source-unknown", message, hint)


def _codes(held: Held, path: Path, line: int, name: str, cells: Mapping[str, object]) -> Iterator[LintFinding]:
    if name in ("lookalikes", "neighbour_codes"):
        return
    for column, value in cells.items():
        if column in _NOT_CODES:
            continue
        for text in value if isinstance(value, tuple) else (value,):
            for code in unknown_codes(text, held) if isinstance(text, str) else ():
                message = f"column {column!r} names {code}, which is in no table"
                hint = "Correct the code, or add it to codes.csv, neighbour_codes.csv or lookalikes.csv."
                yield LintFinding(path, line, "code-unknown", message, hint)


def _statements(known: set[str], path: Path, line: int, cells: Mapping[str, object]) -> Iterator[LintFinding]:
    for column in ("statement", "statements"):
        value = cells.get(column)
        for item in value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ():
            if item and item not in known:
                message, hint = f"statement {item!r} does not exist", "Name a statement of guidance/*.md."
                yield LintFinding(path, line, "statement-unknown", message, hint)


def _vocabulary(held: Held) -> dict[str, frozenset[str]]:
    words: dict[str, set[str]] = {}
    for _, row in held.table("vocab_tables", models.VocabularyWord):
        words.setdefault(row.column, set()).add(row.value)
    return {column: frozenset(values) for column, values in words.items()}


def _words(
    vocabulary: Mapping[str, frozenset[str]], path: Path, line: int, cells: Mapping[str, object]
) -> Iterator[LintFinding]:
    for column, allowed in vocabulary.items():
        value = cells.get(column)
        if value is None or isinstance(value, bool):
            continue
        for word in value if isinstance(value, tuple) else (str(value),):
            if word not in allowed:
                message = f"column {column!r}: {word!r} is not in the vocabulary"
                yield LintFinding(
                    path, line, "word-unknown", message, "Use a known word or add it to vocab_tables.csv."
                )


def _counts(held: Held) -> Iterator[LintFinding]:
    expected = held.coverage.rows if held.coverage else {}
    sizes = {name: len(rows) for name, rows in held.tables()}
    for name, count in expected.items():
        if sizes.get(name) != count:
            message = f"{sizes.get(name, 0)} rows, the publisher has {count}"
            yield LintFinding(held.path(name), 0, "row-count", message, "Restore the missing rows or remove the rest.")


def _dictionary(held: Held) -> Iterator[LintFinding]:
    path = held.root / "tables" / "README.md"
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8")
    starts = {match.group(1): match.start() for match in re.finditer(r"(?m)^## `?([\w.-]+\.csv)`?", text)}
    for name, rows in held.tables():
        start = starts.get(f"{name}.csv")
        if start is None:
            yield LintFinding(
                path, 0, "table-undescribed", f"no section '## {name}.csv'", "Describe table and columns."
            )
            continue
        section = text[start : text.find("\n## ", start) if "\n## " in text[start:] else len(text)]
        for column in type(rows[0][1]).model_fields if rows else ():
            if f"`{column}`" not in section:
                line = text.count("\n", 0, start) + 1
                message = f"{name}.csv: column `{column}` is not described"
                yield LintFinding(path, line, "column-undescribed", message, "Say what the column means.")
