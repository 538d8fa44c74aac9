"""Where Medicare pays what: practice cost indices (GPCI), conversion factors, counties and ZIP codes of localities.

Locality numbers repeat between contractors, so the key is always (MAC, locality), both text with their zeros.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from corpus.importers.checks import Once, day, number
from corpus.importers.files import Document
from corpus.importers.kinds import Kind, Layout, Row, columns_at, first_lines
from corpus.importers.store import Staged

_LOWEST, _HIGHEST = Decimal("0.1"), Decimal(3)
"""Between these lies every index that CMS published (0.296 to 2.529 in 2025 and 2026)."""
_INDICES = ("pw_gpci", "pe_gpci", "mp_gpci")
_MAC = re.compile(r"\d{5}")
_LOCALITY = re.compile(r"\d{2}")
_GPCI_TITLE = re.compile(r"[^\r\n]*GEOGRAPHIC PRACTICE COST IND[^\r\n]*", re.I)
_GPCI_HEADER = re.compile(r'^"?Medicare Admin', re.M | re.I)
_SPACES = re.compile(r"\s{2,}")


def _gpci_title(document: Document) -> str:
    match = _GPCI_TITLE.search(document.head)
    return match.group() if match else ""


def _is_gpci_csv(document: Document) -> bool:
    return bool(_GPCI_TITLE.search(document.head) and _GPCI_HEADER.search(document.head))


def _is_gpci_text(document: Document) -> bool:
    return not document.is_sheet and bool(_GPCI_TITLE.search(document.head)) and "," not in document.head[:2000]


def _read_gpci_csv(document: Document) -> Iterator[Row]:
    at: dict[str, int] | None = None
    for line, cells in document.records(","):
        text = " ".join(cells).upper()
        if at is None:
            if "LOCALITY NUMBER" in text:
                at = _gpci_columns(document, line, cells)
            continue
        if not cells or not _MAC.fullmatch(cells[0].strip().zfill(5)) or not cells[0].strip():
            continue  # blank lines and the footnotes behind the data
        if len(cells) <= max(at.values()):
            raise document.refuse(f"{len(cells)} cells where the header has more: cut off", line=line)
        yield _gpci_row(document, line, {name: cells[place] for name, place in at.items()})
    if at is None:
        raise document.refuse("no header line with Locality Number")


def _gpci_columns(document: Document, line: int, header: list[str]) -> dict[str, int]:
    """Places of the columns; the header of the indices carries the year (`2026 PW GPCI ...`)."""
    names = [re.sub(r"\s+", " ", name.lower()) for name in header]
    wanted = {
        "mac": "(mac)",
        "state": "state",
        "locality": "locality number",
        "locality_name": "locality name",
        "pw_gpci": "pw gpci",
        "pe_gpci": "pe gpci",
        "mp_gpci": "mp gpci",
    }
    at = {}
    for name, words in wanted.items():
        place = next((n for n, text in enumerate(names) if words in text), None)
        if place is None:
            raise document.refuse(f"the header lacks {words.upper()}", line=line)
        at[name] = place
    return at


def _read_gpci_text(document: Document) -> Iterator[Row]:
    for line, text in document.lines():
        cells = _SPACES.split(text.strip())
        if len(cells) == len(("mac", "state", "locality", "name", *_INDICES)) and _MAC.fullmatch(cells[0]):
            yield _gpci_row(document, line, dict(zip(_GPCI_COLUMNS, cells, strict=True)))


_GPCI_COLUMNS = ("mac", "state", "locality", "locality_name", *_INDICES)


def _gpci_row(document: Document, line: int, cells: dict[str, str]) -> Row:
    held = {name: value.strip() for name, value in cells.items()}
    mac, locality = held["mac"].zfill(5), held["locality"].zfill(2)
    if not _LOCALITY.fullmatch(locality):
        raise document.refuse(f"{held['locality']!r} is no locality number", line=line, column="Locality Number")
    for name in _INDICES:
        _index(document, line, name, held[name])
    # Asterisks cling to names; they point to the footnotes.
    name = held["locality_name"].rstrip("* ")
    return mac, held["state"], locality, name, *(held[column] for column in _INDICES), line


def _index(document: Document, line: int, column: str, text: str) -> Decimal:
    value = number(document, line, column, text)
    if not _LOWEST <= value < _HIGHEST:
        raise document.refuse(
            f"{value} is no practice cost index: those lie between {_LOWEST} and {_HIGHEST}", line=line, column=column
        )
    return value


_BARE = ("locality_code", "gpci_work", "gpci_pe", "gpci_mp")


def _is_bare(document: Document) -> bool:
    header = [name.strip().lower() for name in (first_lines(document, 1) or [""])[0].split(",")]
    return bool({"locality_code", "locality"} & set(header)) and any(name.startswith("gpci_") for name in header)


def _read_bare(document: Document) -> Iterator[Row]:
    """A table without contractor numbers: its faults are named, but it cannot be used in any case."""
    localities = 0
    once = Once(document, "locality_code")
    at: dict[str, int] = {}
    for line, cells in document.records(","):
        if not at:
            at = columns_at(document, line, cells, _BARE)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        locality = cells[at["locality_code"]].strip()
        if not _LOCALITY.fullmatch(locality):
            raise document.refuse(f"{locality!r} is no locality number", line=line, column="locality_code")
        for column in _BARE[1:]:
            _index(document, line, column, cells[at[column]])
        once(line, locality)
        localities += 1
    raise document.refuse(
        f"{localities} localities where Medicare has over a hundred, and no column with the contractor (MAC): "
        "locality numbers repeat between contractors",
        hint="Download CMS's Addendum E (GPCI), which has one row for each contractor and locality.",
    )
    yield ()


def _check_gpci(staged: Staged) -> None:
    """Every real locality and no invented one, compared with the shipped table."""
    known = {(row.mac, row.locality): row.locality_name for row in staged.known.localities}
    wanted = staged.known.coverage.rows.get("gpci_2026", len(known))
    held = {(mac, locality): name for mac, locality, name in staged.rows("mac", "locality", "locality_name")}
    missing = [f"{known[key]} ({'-'.join(key)})" for key in sorted(known.keys() - held.keys())]
    invented = [f"{held[key]} ({'-'.join(key)})" for key in sorted(held.keys() - known.keys())]
    if len(held) == wanted and len(missing) <= _LOCALITY_CHANGES:
        return
    parts = [f"{len(held)} localities, where Medicare has {wanted}"]
    if missing:
        parts.append(f"{len(missing)} real ones are missing, such as {', '.join(missing[:3])}")
    if invented:
        parts.append(f"{len(invented)} are unknown, such as {', '.join(invented[:3])}")
    raise staged.refuse("; ".join(parts), hint="Download Addendum E from the fee schedule's page of the year.")


_LOCALITY_CHANGES = 5
"""Localities that may change from the table that we hold before a file counts as fabricated."""


GPCI = Kind(
    name="gpci",
    title="Medicare geographic practice cost indices (Addendum E)",
    columns=_GPCI_COLUMNS,
    key=("mac", "locality"),
    layouts=(
        Layout("GPCI CSV", _is_gpci_csv, _read_gpci_csv, _gpci_title),
        Layout("GPCI TXT", _is_gpci_text, _read_gpci_text, _gpci_title),
        Layout("table without contractors", _is_bare, _read_bare, lambda _document: "2000"),
    ),
    check=_check_gpci,
    span="year",
)
"""Practice cost indices of the localities."""

_FACTOR_HEADERS = (
    ("from", "to", "applies_to", "conversion_factor"),
    ("effective_from", "effective_to", "cf_type", "cf_value"),
)
_TYPES = {"physician": "all", "anesthesia": "anesthesia"}
"""Types of the second form; `all` and other words of the first are kept."""


def _factor_header(document: Document) -> tuple[str, ...] | None:
    header = [name.strip().lower() for name in (first_lines(document, 1) or [""])[0].split(",")]
    return next((names for names in _FACTOR_HEADERS if set(names) <= set(header)), None)


def _read_factors(document: Document) -> Iterator[Row]:
    names = _factor_header(document)
    assert names is not None, "recognized by its header"
    at: dict[str, int] = {}
    once = Once(document, names[2])
    for line, cells in document.records(","):
        if not at:
            at = columns_at(document, line, cells, names)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        start, end, applies, text = (cells[at[name]].strip() for name in names)
        if names is _FACTOR_HEADERS[1]:
            if applies not in _TYPES:
                raise document.refuse(
                    f"{applies!r} is no kind of conversion factor ({', '.join(_TYPES)})", line=line, column=names[2]
                )
            applies = _TYPES[applies]
        value = number(document, line, names[3], text)
        if not 0 < value < _HIGHEST_FACTOR:
            raise document.refuse(f"{value} is no conversion factor: dollars above 0", line=line, column=names[3])
        if not start:
            raise document.refuse("no first day", line=line, column=names[0])
        once(line, applies, start)
        yield day(document, line, names[0], start), day(document, line, names[1], end), applies, str(value), line


_HIGHEST_FACTOR = Decimal(1000)


def _check_factors(staged: Staged) -> None:
    """Factors of days that we know are those that were published."""
    import datetime as dt

    for start, applies, text, line in staged.rows("effective_from", "applies_to", "factor", "line"):
        on = dt.date.fromisoformat(start)
        known = [row for row in staged.known.conversion_factors if row.covers(on)]
        published = [row.factor for row in known]
        if applies != "anesthesia" and published and Decimal(text) not in published:
            shown = " or ".join(str(factor) for factor in published)
            raise staged.refuse(
                f"the physician conversion factor of {start} is {shown}, not {text}", line=line, column="factor"
            )


CONVERSION_FACTOR = Kind(
    name="conversion-factor",
    title="Medicare conversion factors (from, to, applies_to, conversion_factor)",
    columns=("effective_from", "effective_to", "applies_to", "factor"),
    key=("effective_from", "applies_to"),
    layouts=(
        Layout("CSV", lambda document: _factor_header(document) is not None, _read_factors, lambda d: _newest(d)),
    ),
    check=_check_factors,
    span="open",
)
"""Conversion factors; one table holds all years."""


def _newest(document: Document) -> str:
    """The newest year of a table of several years."""
    return max(re.findall(r"\b20\d\d(?=-)", document.head), default="")


_COUNTIES = re.compile(r"COUNTIES INCLUDED IN[^\r\n,]*", re.I)


def _counties_title(document: Document) -> str:
    match = _COUNTIES.search(document.head)
    return match.group() if match else ""


def _read_counties(document: Document) -> Iterator[Row]:
    """Contractor and state are blank on continuation rows, and spreadsheets took the leading zeros away."""
    mac = state = ""
    started = False
    seen: set[Row] = set()
    for line, cells in document.records(","):
        held = [cell.strip() for cell in (*cells, "", "", "", "", "")[:5]]
        if "Locality Number" in held[1]:
            started = True
            continue
        if not started or not held[1]:
            continue
        if held[0]:
            mac = held[0].zfill(5)
        state = held[2] or state
        locality = held[1].zfill(2)
        if not _MAC.fullmatch(mac) or not _LOCALITY.fullmatch(locality):
            raise document.refuse(f"{held[0]!r} {held[1]!r} is no contractor and locality number", line=line)
        row = (mac, locality, state, held[3].rstrip("* "), held[4].rstrip())
        if row not in seen:  # CMS's own file repeats a row
            seen.add(row)
            yield *row, line
    if not started:
        raise document.refuse("no header line with Locality Number")


def _check_counties(staged: Staged) -> None:
    """The localities are those of the shipped index table."""
    known = {(row.mac, row.locality) for row in staged.known.localities}
    held = set(staged.rows("mac", "locality"))
    missing = sorted("-".join(key) for key in known - held)
    if len(missing) > _LOCALITY_CHANGES:
        raise staged.refuse(f"{len(missing)} of {len(known)} localities are missing, such as {', '.join(missing[:3])}")


PFS_LOCALITY = Kind(
    name="pfs-locality",
    title="Counties of the Medicare localities (LOCCO)",
    columns=("mac", "locality", "state", "name", "counties"),
    key=("mac", "locality", "name", "counties"),
    layouts=(Layout("LOCCO CSV", lambda d: bool(_COUNTIES.search(d.head)), _read_counties, _counties_title),),
    check=_check_counties,
    span="year",
)
"""Counties that belong to a locality."""

_ZIP = re.compile(r"[A-Z]{2}\d{5}\d{5}\d{2}[ A-Z]")
_ZIP_RECORD = 75


def _is_zip(document: Document) -> bool:
    lines = first_lines(document, 5)
    return bool(lines) and all(_ZIP.match(line) and len(line) > _ZIP_RECORD for line in lines)


def _read_zip(document: Document) -> Iterator[Row]:
    for line, text in document.lines():
        if not text.strip("\x1a "):
            continue
        if not _ZIP.match(text):
            raise document.refuse("is no ZIP record (state, ZIP code, contractor, locality)", line=line)
        yield text[2:7], text[0:2], text[7:12], text[12:14], text[14].strip(), line


def _check_zip(staged: Staged) -> None:
    known = {(row.mac, row.locality) for row in staged.known.localities}
    held = set(staged.rows("mac", "locality"))
    missing = sorted("-".join(key) for key in known - held)
    if len(missing) > _LOCALITY_CHANGES:
        raise staged.refuse(f"{len(missing)} of {len(known)} localities have no ZIP code, such as {missing[:3]}")


PFS_ZIP = Kind(
    name="pfs-zip",
    title="ZIP codes of the Medicare localities (ZIP5)",
    columns=("zip", "state", "mac", "locality", "rural"),
    key=("zip", "mac", "locality"),
    layouts=(Layout("ZIP5 TXT", _is_zip, _read_zip, lambda d: _zip_quarter(d)),),
    check=_check_zip,
    span="open",
)
"""The locality of a ZIP code."""


def _zip_quarter(document: Document) -> str:
    """Every record ends with year and quarter: `20254`."""
    last = (first_lines(document, 1) or [""])[0].strip()[-5:]
    return f"{last[:4]}Q{last[4:]}" if last.isdigit() else ""
