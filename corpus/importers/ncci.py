"""Medicare's NCCI edits for practitioners: pairs (PTP), unit limits (MUE) and add-on codes.

A deleted edit stays in the file with its last day, and one pair may stand there with several spans of dates; a span
whose last day is its first was never valid. The official pair file comes in four parts with a preamble of six lines,
tab-delimited; copies as a plain CSV lack the first days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.importers.checks import CODE, code, day, must_hold
from corpus.importers.files import Document
from corpus.importers.kinds import Kind, Layout, Row, columns_at, first_lines
from corpus.importers.store import Staged

_INDICATORS = frozenset(("0", "1", "9"))
_NO_DATE = "*"
_PAIR = re.compile(r"^(?:\d{4}[0-9A-Z]|[A-Z]\d{4})\t(?:\d{4}[0-9A-Z]|[A-Z]\d{4})\t", re.M)
_PTP_CSV = ("column1", "column2", "deletion_date", "modifier_indicator", "rationale")


def _header(document: Document) -> list[str]:
    return [name.strip().lower() for name in (first_lines(document, 1) or [""])[0].split(",")]


def _is_ptp_text(document: Document) -> bool:
    return not document.is_sheet and "Column1/Column2" in document.head and bool(_PAIR.search(document.head))


def _read_ptp_text(document: Document) -> Iterator[Row]:
    started = False
    match = CODE.fullmatch
    for line, text in document.lines():
        cells = text.split("\t")
        if not started:
            if not match(cells[0].strip()):
                continue
            started = True
        if len(cells) < 6:
            if not text.strip("\x1a\t "):
                continue
            raise document.refuse(f"{len(cells)} fields where a pair has seven: cut off", line=line)
        first, second, _, start, end, indicator, *rest = cells
        yield _pair(document, line, first, second, start, end, indicator, rest[0] if rest else "")


def _pair(
    document: Document, line: int, first: str, second: str, start: str, end: str, indicator: str, rationale: str
) -> Row:
    first, second, indicator = first.strip(), second.strip(), indicator.strip()
    if not CODE.fullmatch(first) or not CODE.fullmatch(second):
        code(document, line, "Column 1", first)
        code(document, line, "Column 2", second)
    if indicator not in _INDICATORS:
        raise document.refuse(f"{indicator!r} is no modifier indicator (0, 1 or 9)", line=line, column="Modifier")
    start, end = start.strip(), end.strip()
    return (
        first,
        second,
        indicator,
        _day(document, line, "Effective Date", start) or "",
        "" if end == _NO_DATE else _day(document, line, "Deletion Date", end) or "",
        rationale.strip(),
        line,
    )


def _day(document: Document, line: int, column: str, text: str) -> str | None:
    """A date, kept as it is when it already is an ISO date: two and a half million rows go through here."""
    if len(text) == 10 and text[4] == text[7] == "-" and text[:4].isdigit():
        return text
    if len(text) == 8 and text.isdigit() and "0100" < text[4:] < "1232":
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return day(document, line, column, text)


def _read_ptp_csv(document: Document) -> Iterator[Row]:
    at: dict[str, int] = {}
    width = places = 0
    for line, cells in document.records(","):
        if not at:
            at = columns_at(document, line, cells, _PTP_CSV)
            first, second, end, indicator, rationale = (at[name] for name in _PTP_CSV)
            places = [name.strip().lower() for name in cells].index("effective_date") if _has_start(cells) else -1
            width = len(cells)
            continue
        if len(cells) < width:
            if not any(cells):
                continue
            raise document.refuse(f"{len(cells)} cells where the header has {width}: cut off", line=line)
        start = cells[places] if places >= 0 else ""
        yield _pair(document, line, cells[first], cells[second], start, cells[end], cells[indicator], cells[rationale])


def _has_start(header: list[str]) -> bool:
    return "effective_date" in [name.strip().lower() for name in header]


def _check_ptp(staged: Staged) -> None:
    """The pairs that we ship are all there: a part that is missing, or a cut file, lacks many of them."""
    known = {f"{row.column1} / {row.column2}" for row in staged.known.edits}
    wanted = {row.column1 for row in staged.known.edits}
    pairs = staged.rows("column1", "column2", within=("column1", wanted))
    held = {f"{first} / {second}" for first, second in pairs} & known
    must_hold(staged, held, known, "code pairs")


NCCI_PTP = Kind(
    name="ncci-ptp",
    title="NCCI procedure-to-procedure edits, practitioner services (all parts)",
    columns=("column1", "column2", "modifier_indicator", "effective_from", "effective_to", "rationale"),
    key=("column1", "column2"),
    unique=False,
    layouts=(
        Layout("PTP TXT", _is_ptp_text, _read_ptp_text),
        Layout("PTP CSV", lambda d: set(_PTP_CSV) <= set(_header(d)), _read_ptp_csv),
    ),
    check=_check_ptp,
    span="open",
    parts=True,
)
"""Pairs of codes; blank dates mean not told (first day) or still in force (last day)."""

_MUE_CSV = ("hcpcs", "mue_units", "mai", "rationale")
_MUE_HEADER = re.compile(r"CPT Code\"?,[^,\n]*MUE Values", re.I)


def _is_mue_official(document: Document) -> bool:
    return bool(_MUE_HEADER.search(document.head))


def _read_mue_official(document: Document) -> Iterator[Row]:
    """The first record is a copyright notice of many lines, and the header breaks inside its first name."""
    at: list[int] = []
    for line, cells in document.records(","):
        names = [" ".join(cell.split()).lower() for cell in cells]
        if not at:
            if any("mue values" in name for name in names):
                at = [_place(document, line, names, word) for word in ("code", "values", "adjudication", "rationale")]
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) <= max(at):
            raise document.refuse(f"{len(cells)} cells where the header has more: cut off", line=line)
        key, units, indicator, rationale = (cells[place] for place in at)
        yield _limit(document, line, key, units, indicator, rationale)


def _place(document: Document, line: int, names: list[str], word: str) -> int:
    place = next((n for n, name in enumerate(names) if word in name), None)
    if place is None:
        raise document.refuse(f"the header lacks {word}", line=line)
    return place


def _read_mue_csv(document: Document) -> Iterator[Row]:
    at: dict[str, int] = {}
    for line, cells in document.records(","):
        if not at:
            at = columns_at(document, line, cells, _MUE_CSV)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) <= max(at.values()):
            raise document.refuse(f"{len(cells)} cells where the header has more: cut off", line=line)
        yield _limit(document, line, *(cells[at[name]] for name in _MUE_CSV))


def _limit(document: Document, line: int, key: str, units: str, indicator: str, rationale: str) -> Row:
    key = code(document, line, "HCPCS/CPT Code", key)
    if not units.strip().isdigit():
        raise document.refuse(f"{units.strip()!r} is no number of units", line=line, column="MUE Values")
    first = indicator.strip()[:1]
    if first not in ("1", "2", "3"):
        raise document.refuse(
            f"{indicator.strip()!r} is no adjudication indicator (1, 2 or 3)",
            line=line,
            column="Adjudication Indicator",
        )
    return key, int(units), first, rationale.strip(), line


def _check_mue(staged: Staged) -> None:
    start = staged.edition.effective_from
    known = {
        row.code
        for row in staged.known.codes
        if row.mue is not None and row.status == "active"
        if row.effective_from is None or row.effective_from <= start
    }
    must_hold(staged, staged.values("code"), known, "codes with a unit limit")


NCCI_MUE = Kind(
    name="ncci-mue",
    title="NCCI medically unlikely edits, practitioner services",
    columns=("code", "units", "mai", "rationale"),
    key=("code",),
    layouts=(
        Layout("MUE CSV", _is_mue_official, _read_mue_official),
        Layout("plain CSV", lambda d: set(_MUE_CSV) <= set(_header(d)), _read_mue_csv),
    ),
    check=_check_mue,
    span="open",
)
"""Units of a code that Medicare takes for one patient, practitioner and day."""

_ADDON_CSV = ("primary_code", "add_on_code", "aoc_edit_type")
_BY_CONTRACTOR = "CCCCC"
"""Stands for primary codes that the contractor defines."""


def _read_addon(document: Document) -> Iterator[Row]:
    at: dict[str, int] = {}
    for line, cells in document.records(","):
        if not at:
            at = columns_at(document, line, cells, _ADDON_CSV)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        primary, addon, kind = (cells[at[name]].strip() for name in _ADDON_CSV)
        if primary != _BY_CONTRACTOR:
            code(document, line, "primary_code", primary)
        if kind not in ("1", "2", "3"):
            raise document.refuse(f"{kind!r} is no type of add-on edit (1, 2 or 3)", line=line, column="aoc_edit_type")
        yield code(document, line, "add_on_code", addon), primary, kind, line


def _check_addon(staged: Staged) -> None:
    start = staged.edition.effective_from
    known = {
        row.code
        for row in staged.known.codes
        if row.addon and row.status == "active" and row.system != "HCPCS-II"
        if row.effective_from is None or row.effective_from <= start
    }
    must_hold(staged, staged.values("code"), known, "add-on codes", _ADDON_SHARE)


_ADDON_SHARE = 0.8
"""CMS lists a few add-on codes of the CPT under their primary codes only."""


NCCI_ADDON = Kind(
    name="ncci-addon",
    title="NCCI add-on code edits",
    columns=("code", "primary_code", "edit_type"),
    key=("code", "primary_code", "edit_type"),
    layouts=(Layout("add-on CSV", lambda d: set(_ADDON_CSV) <= set(_header(d)), _read_addon),),
    check=_check_addon,
    span="open",
)
"""Add-on codes and the primary codes with which they are paid."""
