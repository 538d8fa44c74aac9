"""Short official lists: Medicare's telehealth services, places of service, reason and remark codes, taxonomy codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.importers.checks import CODE, code, must_hold
from corpus.importers.files import Document
from corpus.importers.kinds import Kind, Layout, Row, columns_at, first_lines
from corpus.importers.store import Staged

_TELEHEALTH = re.compile(r"[^\r\n\t,]*List of Medicare Telehealth Services[^\r\n\t,]*", re.I)


def _telehealth_title(document: Document) -> str:
    match = _TELEHEALTH.search(document.head)
    return match.group() if match else ""


def _read_telehealth(document: Document) -> Iterator[Row]:
    header: list[str] = []
    for line, cells in document.records("," if document.is_sheet or "\t" not in document.head else "\t"):
        held = [cell.strip() for cell in cells]
        if not header:
            if any(cell.upper() in ("HCPCS", "CODE") for cell in held):
                header = [cell.lower() for cell in held]
            continue
        if not held or not CODE.fullmatch(held[0]):
            if held and held[0].isdigit():
                code(document, line, "HCPCS", held[0])
            continue  # footnotes
        note = "; ".join(f"{name}: {cell}" for name, cell in list(zip(header, held, strict=False))[2:] if cell)
        yield held[0], note, line
    if not header:
        raise document.refuse("no header line with HCPCS")


def _check_telehealth(staged: Staged) -> None:
    known = {row.code for row in staged.known.codes if row.telehealth_2026 == "yes" and row.status == "active"}
    must_hold(staged, staged.values("code"), known, "telehealth services")


TELEHEALTH = Kind(
    name="telehealth",
    title="Medicare telehealth list of a year",
    columns=("code", "note"),
    key=("code",),
    layouts=(Layout("list", lambda d: bool(_TELEHEALTH.search(d.head)), _read_telehealth, _telehealth_title),),
    check=_check_telehealth,
    span="year",
)
"""Services that Medicare takes by telehealth."""


def _header(document: Document) -> list[str]:
    return [name.strip().lower() for name in (first_lines(document, 1) or [""])[0].split(",")]


def _table(document: Document, names: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """The named columns of a plain CSV, record by record."""
    at: dict[str, int] = {}
    for line, cells in document.records(","):
        if not at:
            at = columns_at(document, line, cells, names)
        elif any(cell.strip() for cell in cells):
            if len(cells) <= max(at.values()):
                raise document.refuse(f"{len(cells)} cells where the header has more: cut off", line=line)
            yield line, [cells[at[name]] for name in names]


_POS = ("pos_code", "pos_type", "pos_name", "pos_description")


def _read_pos(document: Document) -> Iterator[Row]:
    for line, (pos, setting, name, text) in _table(document, _POS):
        key = pos.strip()
        if not (len(key) == 2 and key.isdigit()):
            hint = "Import the original file, not one saved by Excel."
            raise document.refuse(f"{key!r} is no place of service", line=line, column="pos_code", hint=hint)
        yield key, name.strip(), setting.strip(), text, line


def _check_pos(staged: Staged) -> None:
    must_hold(staged, staged.values("pos"), {row.pos for row in staged.known.places}, "places of service")


POS = Kind(
    name="pos",
    title="CMS place of service code set",
    columns=("pos", "name", "setting", "description"),
    key=("pos",),
    layouts=(Layout("CSV", lambda d: set(_POS) <= set(_header(d)), _read_pos),),
    check=_check_pos,
    span="open",
)
"""Places of service."""

_REASONS = ("adj_code", "adj_type", "adj_description", "adj_start_date", "adj_end_date")


def _read_reasons(document: Document) -> Iterator[Row]:
    for line, (key, kind, text, start, end) in _table(document, _REASONS):
        if not key.strip() or not kind.strip():
            raise document.refuse("a reason without code or type", line=line, column="adj_code")
        yield key.strip(), kind.strip(), text, start.strip() or None, end.strip() or None, line


def _check_reasons(staged: Staged) -> None:
    known = {row.code for row in staged.known.denials}
    must_hold(staged, staged.values("code"), known, "reason and remark codes")


CARC_RARC = Kind(
    name="carc-rarc",
    title="Claim adjustment reason codes and remittance advice remark codes (X12)",
    columns=("code", "code_type", "description", "effective_from", "effective_to"),
    key=("code", "code_type"),
    layouts=(Layout("CSV", lambda d: set(_REASONS) <= set(_header(d)), _read_reasons),),
    check=_check_reasons,
    span="open",
)
"""Reason and remark codes."""

_TAXONOMY = ("code", "grouping", "classification", "specialization", "definition", "display name")


def _read_taxonomy(document: Document) -> Iterator[Row]:
    for line, cells in _table(document, _TAXONOMY):
        key = cells[0].strip()
        if len(key) != len("000000000X"):
            raise document.refuse(f"{key!r} is no taxonomy code", line=line, column="Code")
        yield key, *(cell.strip() for cell in cells[1:]), line


def _check_taxonomy(staged: Staged) -> None:
    known = {row.nucc_code for row in staged.known.taxonomies}
    must_hold(staged, staged.values("code"), known, "taxonomy codes")


TAXONOMY = Kind(
    name="taxonomy",
    title="NUCC provider taxonomy",
    columns=("code", "grouping", "classification", "specialization", "definition", "display_name"),
    key=("code",),
    layouts=(Layout("CSV", lambda d: set(_TAXONOMY) <= set(_header(d)), _read_taxonomy),),
    check=_check_taxonomy,
    span="open",
)
"""Provider taxonomy codes."""
