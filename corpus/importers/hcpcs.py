"""HCPCS Level II: CMS's fixed-width annual and quarterly file, its CSV and workbook twin, and long-descriptor lists.

In the fixed-width file a record's long text (80 characters) goes on over further records of the same code: record id 3
begins a code and 4 continues it, 7 begins a modifier and 8 continues it. A modifier stands behind three blanks, so
nothing may be stripped before the record is cut. Codes that ended stay in the file with their last day. A file holds
codes and modifiers alike; it is imported once for each of the two kinds.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator

from corpus.importers.checks import CODE, code, day, must_hold
from corpus.importers.files import Document
from corpus.importers.kinds import Kind, Layout, Row, columns_at, first_lines
from corpus.importers.store import Staged

_RECORD = re.compile(r"(?:[A-Z]\d{4}|   [A-Z0-9]{2})\d{5}[3478]")
_ENOUGH = 3
"""Records among the first lines that tell the layout."""
_SHORTEST = 293
"""Characters of a primary record up to and with the action code."""
_FIELDS = {
    "short_description": (91, 119),
    "coverage": (229, 230),
    "betos": (256, 259),
    "added": (268, 276),
    "effective_from": (276, 284),
    "effective_to": (284, 292),
    "action": (292, 293),
}
_COLUMNS = ("code", "description", *_FIELDS)
_SHEET = {
    "short_description": "SHORT DESCRIPTION",
    "coverage": "COV",
    "betos": "BETOS",
    "added": "ADD DT",
    "effective_from": "ACT EFF DT",
    "effective_to": "TERM DT",
    "action": "ACTION CD",
}
_CODE, _CODE_MORE, _MODIFIER, _MODIFIER_MORE = "3", "4", "7", "8"
_DAYS = ("added", "effective_from", "effective_to")


def _is_fixed(document: Document) -> bool:
    if document.is_sheet:
        return False
    # Some editions begin with lines of disclaimers.
    return sum(bool(_RECORD.match(line)) for line in first_lines(document)) >= _ENOUGH


def _fixed(document: Document, begins: str, goes_on: str) -> Iterator[Row]:
    """Codes (or modifiers) with their text put together from all their records."""
    current: dict[str, str] | None = None
    start, seen = 0, False
    for line, text in document.lines():
        if not text.strip("\x1a "):
            continue
        if not _RECORD.match(text):
            if not seen:
                continue
            raise document.refuse("is no HCPCS record (code, sequence, record id)", line=line)
        seen = True
        kind, key = text[10], text[:5]
        if kind not in (begins, goes_on):
            continue
        if kind == goes_on:
            if current is None or current["code"] != key.strip():
                raise document.refuse(f"a continuation of {key.strip()} without its first record", line=line)
            # Lines break between words: with one blank each, 6,429 of 6,440 texts of 2019 equal their workbook twin.
            current["description"] = f"{current['description'].rstrip()} {text[11:91]}"
            continue
        if current is not None:
            yield _row(document, start, current)
        if len(text) < _SHORTEST:
            raise document.refuse(f"the record has {len(text)} characters, {_SHORTEST} are needed: cut off", line=line)
        current = {"code": key.strip(), "description": text[11:91]}
        current |= {name: text[low:high] for name, (low, high) in _FIELDS.items()}
        start = line
    if current is not None:
        yield _row(document, start, current)


def _row(document: Document, line: int, held: dict[str, str]) -> Row:
    cells: list[str | None] = []
    for name in _COLUMNS:
        text = held[name].rstrip() if name == "description" else held[name].strip()
        cells.append(day(document, line, name, text) if name in _DAYS else text)
    if not cells[1]:
        raise document.refuse(f"{cells[0]} has no description", line=line, column="LONG DESCRIPTION")
    return (*cells, line)


def _is_sheet(document: Document) -> bool:
    return _sheet_header(first_lines(document, 40)) is not None


def _sheet_header(lines: Iterable[str]) -> int | None:
    """Index of the header line among `lines`; workbooks may have lines of disclaimers before it."""
    for number, cells in enumerate(csv.reader(lines)):
        if {"HCPC", "RECID"} <= {cell.strip().upper() for cell in cells}:
            return number
    return None


def _sheet(document: Document, begins: str, goes_on: str) -> Iterator[Row]:
    at: dict[str, int] | None = None
    current: dict[str, str] | None = None
    start = 0
    for line, cells in document.records(","):
        if at is None:
            if {"HCPC", "RECID"} <= {cell.strip().upper() for cell in cells}:
                at = columns_at(document, line, cells, ("HCPC", "RECID", "LONG DESCRIPTION", *_SHEET.values()))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) <= max(at.values()):
            raise document.refuse(f"{len(cells)} cells where the header has more: cut off", line=line)
        kind, key = cells[at["RECID"]].strip(), cells[at["HCPC"]].strip()
        if kind == goes_on and current is not None and current["code"] == key:
            current["description"] += " " + cells[at["LONG DESCRIPTION"]]
        elif kind == begins:
            if current is not None:
                yield _row(document, start, current)
            current = {"code": key, "description": cells[at["LONG DESCRIPTION"]]}
            current |= {name: cells[at[column]] for name, column in _SHEET.items()}
            start = line
    if current is not None:
        yield _row(document, start, current)


_LIST = ("code", "official_descriptor")
_MODIFIER_LIST = ("modifier", "official_descriptor")


def _has(document: Document, names: tuple[str, ...]) -> bool:
    header = [name.strip().lower() for name in (first_lines(document, 1) or [""])[0].split(",")]
    return set(names) <= set(header)


_MODIFIER_LENGTH = 2


def _has_modifiers(document: Document) -> bool:
    return _has(document, _LIST) and bool(re.search(r"^[A-Z0-9]{2},", document.head, re.M))


def _list(document: Document, names: tuple[str, str], *, modifiers: bool) -> Iterator[Row]:
    at: dict[str, int] = {}
    for line, cells in document.records(","):
        if not at:
            at = columns_at(document, line, cells, names)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) <= max(at.values()):
            raise document.refuse(f"{len(cells)} cells where the header has more: cut off", line=line)
        key = cells[at[names[0]]].strip()
        if (len(key) == _MODIFIER_LENGTH) != modifiers:
            continue  # one list may hold both
        if not modifiers:
            key = code(document, line, names[0], key)
        held = dict.fromkeys(_COLUMNS, "") | {"code": key, "description": cells[at[names[1]]]}
        yield _row(document, line, held)


def _check(staged: Staged) -> None:
    """Every code that we know to have existed on the edition's first day is in the file."""
    start = staged.edition.effective_from
    known = {
        row.code
        for row in staged.known.codes
        if row.system == "HCPCS-II" and row.effective_from is not None and row.effective_from <= start
        if row.effective_to is None or row.effective_to >= start
    }
    must_hold(staged, staged.values("code"), known, "codes")
    wrong = next((value for value in staged.values("code") if not CODE.fullmatch(value)), None)
    if wrong is not None:
        raise staged.refuse(f"{wrong!r} is no code")


def _check_modifiers(staged: Staged) -> None:
    known = {row.modifier for row in staged.known.modifiers if row.official_descriptor}
    must_hold(staged, staged.values("code"), known, "modifiers")


HCPCS = Kind(
    name="hcpcs",
    title="HCPCS Level II codes, annual or quarterly (ANWEB, TXT, CSV or XLSX)",
    columns=_COLUMNS,
    key=("code",),
    layouts=(
        Layout("ANWEB TXT", _is_fixed, lambda d: _fixed(d, _CODE, _CODE_MORE)),
        Layout("ANWEB CSV/XLSX", _is_sheet, lambda d: _sheet(d, _CODE, _CODE_MORE)),
        Layout("list of long descriptors", lambda d: _has(d, _LIST), lambda d: _list(d, _LIST, modifiers=False)),
    ),
    check=_check,
    span="open",
)
"""Codes of HCPCS Level II with their official descriptors."""

HCPCS_MODIFIER = Kind(
    name="hcpcs-modifiers",
    title="HCPCS Level II modifiers (out of the same files, or as a list)",
    columns=_COLUMNS,
    key=("code",),
    layouts=(
        Layout("ANWEB TXT", _is_fixed, lambda d: _fixed(d, _MODIFIER, _MODIFIER_MORE)),
        Layout("ANWEB CSV/XLSX", _is_sheet, lambda d: _sheet(d, _MODIFIER, _MODIFIER_MORE)),
        Layout(
            "list of modifiers", lambda d: _has(d, _MODIFIER_LIST), lambda d: _list(d, _MODIFIER_LIST, modifiers=True)
        ),
        Layout("list of long descriptors", _has_modifiers, lambda d: _list(d, _LIST, modifiers=True)),
    ),
    check=_check_modifiers,
    span="open",
)
"""Modifiers of HCPCS Level II with their official descriptors."""

_PLAIN = re.compile(r"[A-Z]\d{4}")


def _is_plain(document: Document) -> bool:
    lines = [line for line in first_lines(document, 20) if line.strip()]
    return not document.is_sheet and len(lines) > 1 and all(_PLAIN.fullmatch(line.strip()) for line in lines)


def _plain(document: Document) -> Iterator[Row]:
    for line, text in document.lines():
        if text.strip():
            yield code(document, line, "code", text), line


def _check_plain(staged: Staged) -> None:
    start = staged.edition.effective_from
    known = {
        row.code
        for row in staged.known.codes
        if row.system == "HCPCS-II" and row.effective_from is not None and row.effective_from <= start
        if row.status == "active"
    }
    must_hold(staged, staged.values("code"), known, "codes")


HCPCS_CODES = Kind(
    name="hcpcs-codes",
    title="HCPCS Level II code numbers without descriptors (one a line)",
    columns=("code",),
    key=("code",),
    layouts=(Layout("one code a line", _is_plain, _plain),),
    check=_check_plain,
    span="open",
)
"""Which codes an edition has, where its descriptors are not at hand."""
