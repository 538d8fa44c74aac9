"""The Medicare fee schedule's relative values: PPRRVU as CSV or workbook (31 or 32 columns) and as fixed-width text.

In the CSV the header is stacked over five lines and its names repeat, so a column is found by the whole stack of words
above it. `PRIC IND` came in 2026 and moves what follows. In the text form a record has fixed positions (CMS's record
layout, RVU25D); `HDR` and `TRL` lines surround them, and neither year nor release is told inside.

An `NA` cell stands beside a filled total: that setting is not priced. The status decides whether Medicare pays, not
the relative values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from corpus.importers.checks import Once, code, must_hold, number
from corpus.importers.files import Document
from corpus.importers.kinds import Kind, Layout, Row, first_lines
from corpus.importers.store import Staged

STATUSES = frozenset("ABCDEFGHIJMNPQRTX")
"""Status letters of the record layout (attachment A)."""

_STACKED = {
    "code": "HCPCS",
    "modifier": "MOD",
    "status": "STATUS CODE",
    "work_rvu": "WORK RVU",
    "nonfac_pe_rvu": "NON-FAC PE RVU",
    "nonfac_na": "NON-FAC NA INDICATOR",
    "fac_pe_rvu": "FACILITY PE RVU",
    "fac_na": "FACILITY NA INDICATOR",
    "mp_rvu": "MP RVU",
    "nonfac_total": "NON-FACILITY TOTAL",
    "fac_total": "FACILITY TOTAL",
    "pctc": "PCTC IND",
    "global_days": "GLOB DAYS",
    "conversion_factor": "CONV FACTOR",
    "description": "DESCRIPTION",
}
"""Column of ours to the words that stand above it in the stacked header."""

_POSITIONS = {
    "code": (0, 5),
    "modifier": (5, 7),
    "description": (7, 57),
    "status": (57, 58),
    "work_rvu": (59, 65),
    "nonfac_pe_rvu": (66, 72),
    "nonfac_na": (72, 74),
    "fac_pe_rvu": (75, 81),
    "fac_na": (81, 83),
    "mp_rvu": (84, 89),
    "nonfac_total": (90, 96),
    "fac_total": (96, 102),
    "pctc": (102, 103),
    "global_days": (103, 106),
    "conversion_factor": (132, 140),
}
"""Column of ours to its place in a text record, from 0, end excluded."""

_COLUMNS = (
    "code",
    "modifier",
    "description",
    "status",
    "work_rvu",
    "nonfac_pe_rvu",
    "fac_pe_rvu",
    "mp_rvu",
    "nonfac_total",
    "fac_total",
    "nonfac_na",
    "fac_na",
    "pctc",
    "global_days",
    "conversion_factor",
)
_NUMBERS = ("work_rvu", "nonfac_pe_rvu", "fac_pe_rvu", "mp_rvu", "nonfac_total", "fac_total", "conversion_factor")
_HEADER_SEARCHED = 20
_TITLE = re.compile(r"20\d\d National Physician Fee Schedule Relative Value File[^,\r\n]*", re.I)
_LAST_HEADER = re.compile(r"^HCPCS,MOD,", re.M)
_TEXT_LINE = re.compile(r"^HDR ")
_HIGHEST = Decimal(10_000)
_PLACEHOLDER = re.compile(r"[A-Z]X{3}\d")
"""CMS leaves such rows in a release for codes that have no number yet."""


def _is_csv(document: Document) -> bool:
    return bool(_LAST_HEADER.search(document.head)) and "RVU" in document.head


def _is_text(document: Document) -> bool:
    return not document.is_sheet and bool(_TEXT_LINE.match(document.head))


def _title(document: Document) -> str:
    match = _TITLE.search(document.head)
    return match.group() if match else ""


def _read_csv(document: Document) -> Iterator[Row]:
    stack: list[list[str]] = []
    at: dict[str, int] | None = None
    once = Once(document, _STACKED["code"])
    for line, cells in document.records(","):
        if at is None:
            stack.append(cells)
            if [cell.strip() for cell in cells[:2]] == ["HCPCS", "MOD"]:
                at = _stacked(document, line, stack)
            elif line > _HEADER_SEARCHED:
                raise document.refuse("no header line HCPCS, MOD within the first lines", line=line)
            continue
        if not any(cell.strip() for cell in cells) or _PLACEHOLDER.fullmatch(cells[0].strip()):
            continue
        if len(cells) <= max(at.values()):
            raise document.refuse(f"{len(cells)} cells where the header has {len(stack[-1])}: cut off", line=line)
        yield _row(document, line, {name: cells[place] for name, place in at.items()}, once)


def _stacked(document: Document, line: int, stack: list[list[str]]) -> dict[str, int]:
    """Where our columns stand, by the words above each other in the header's last lines."""
    header = stack[-1]
    above = [row for row in stack[:-1] if any(cell.strip() for cell in row)][-4:]
    words = [
        " ".join(row[place].strip() for row in (*above, header) if place < len(row) and row[place].strip())
        for place in range(len(header))
    ]
    at: dict[str, int] = {}
    for name, wanted in _STACKED.items():
        place = next((n for n, text in enumerate(words) if n not in at.values() and text.endswith(wanted)), None)
        if place is None:
            raise document.refuse(f"the header lacks {wanted}", line=line, hint="Download the original CMS file.")
        at[name] = place
    return at


def _read_text(document: Document) -> Iterator[Row]:
    once = Once(document, _STACKED["code"])
    for line, text in document.lines():
        if text[:3] in ("HDR", "TRL") or not text.strip("\x1a ") or _PLACEHOLDER.match(text):
            continue
        if len(text) < _POSITIONS["conversion_factor"][1]:
            raise document.refuse(
                f"the record has {len(text)} characters, too few for a relative value record: cut off", line=line
            )
        yield _row(document, line, {name: text[start:end] for name, (start, end) in _POSITIONS.items()}, once)


def _row(document: Document, line: int, cells: dict[str, str], once: Once) -> Row:
    held = {name: value.strip() for name, value in cells.items()}
    held["code"] = code(document, line, "HCPCS", held["code"])
    once(line, held["code"], held["modifier"])
    if held["status"] not in STATUSES:
        raise document.refuse(
            f"{held['status']!r} is no status letter of the fee schedule ({', '.join(sorted(STATUSES))})",
            line=line,
            column="STATUS CODE",
        )
    values = {name: number(document, line, _STACKED[name], held[name]) for name in _NUMBERS}
    for name, value in values.items():
        if not 0 <= value < _HIGHEST:
            raise document.refuse(f"{value} is out of range", line=line, column=_STACKED[name])
    for practice, total in (("nonfac_pe_rvu", "nonfac_total"), ("fac_pe_rvu", "fac_total")):
        added = values["work_rvu"] + values[practice] + values["mp_rvu"]
        if added != values[total]:
            raise document.refuse(
                f"work {values['work_rvu']} + practice expense {values[practice]} + malpractice {values['mp_rvu']} "
                f"is {added}, not {values[total]}",
                line=line,
                column=_STACKED[total],
            )
    return (*(held[name] for name in _COLUMNS), line)


def _check(staged: Staged) -> None:
    """One conversion factor, the one published for the year, and the codes that we know to be in the schedule."""
    factors = sorted(staged.values("conversion_factor"))
    if len(factors) != 1:
        raise staged.refuse(f"{len(factors)} conversion factors ({', '.join(factors[:4])}), where a file has one")
    _check_factor(staged, Decimal(factors[0]))
    codes = staged.values("code")
    start = staged.edition.effective_from
    known = {
        row.code
        for row in staged.known.rates
        if row.code in staged.known.codes and _existed(staged.known.codes.get(row.code).effective_from, start)
    }
    must_hold(staged, codes, known, "codes of the fee schedule")


def _existed(first: object, start: object) -> bool:
    return first is None or str(first) <= str(start)


def _check_factor(staged: Staged, factor: Decimal) -> None:
    published = [row for row in staged.known.conversion_factors if row.covers(staged.edition.effective_from)]
    if not published:
        return
    match = next((row for row in published if row.factor == factor), None)
    if match is None:
        years = {row.effective_from.year for row in staged.known.conversion_factors if row.factor == factor}
        told = f", it is that of {min(years)}" if years else ""
        shown = " or ".join(str(row.factor) for row in published)
        raise staged.refuse(
            f"the conversion factor {factor} is not that of {staged.edition.effective_from} ({shown}){told}",
            column=_STACKED["conversion_factor"],
            hint="Check the edition (--effective) or download the file again.",
        )
    if not match.general:
        raise staged.refuse(
            f"the conversion factor {factor} applies to {match.applies_to} only",
            column=_STACKED["conversion_factor"],
            hint="Import the file with the general conversion factor (nonQPP).",
        )


def _near(document: Document) -> str:
    """A table of relative values in a form that CMS does not publish."""
    header = ",".join(first_lines(document, 1)).upper()
    if "RVU" not in header or "," not in header:
        return ""
    names = {name.strip() for name in header.split(",")}
    lacking = [name for name in ("MOD", "CONV FACTOR", "NON-FAC TOTAL") if name not in names]
    return (
        f"a table of relative values, but not CMS's layout: its one-line header has no {', '.join(lacking)}; "
        "without the totals and the conversion factor nothing can be checked"
    )


PFS_RVU = Kind(
    name="pfs-rvu",
    title="Medicare physician fee schedule, relative values (PPRRVU, CSV or TXT)",
    columns=_COLUMNS,
    key=("code", "modifier"),
    layouts=(
        Layout("PPRRVU CSV", _is_csv, _read_csv, _title),
        Layout("PPRRVU TXT", _is_text, _read_text),
    ),
    check=_check,
    span="year",
    near=_near,
)
"""Relative values of the fee schedule."""
