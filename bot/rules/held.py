"""Codes beyond the code table: what imported official files know of them, and whether they may be reported."""

from __future__ import annotations

from datetime import date

from corpus.knowledge import Knowledge
from corpus.official_rows import HeldCode, HeldDescriptor
from corpus.rows import Locality, Rate
from corpus.tables import CodeStatus


def state(knowledge: Knowledge, code: str, on: date) -> CodeStatus:
    """As `CodeTable.status`; a code that only an imported file knows stands as that file says."""
    status = knowledge.codes.status(code, on)
    if status != "unknown":
        return status
    listed = knowledge.official.code(code, on)
    if listed is not None:
        return listed.status(on)
    return "active" if knowledge.official.knows(code, on) else "unknown"


def descriptor_row(knowledge: Knowledge, code: str, on: date) -> HeldCode | HeldDescriptor | None:
    """The imported official descriptor that counts for a code on a date, or None when the shipped text does.

    The licensed CPT text counts always. Of two HCPCS texts the newer edition counts, unless it came later than the
    date of service.
    """
    licensed = knowledge.official.cpt(code, on)
    if licensed is not None:
        return licensed
    listed = knowledge.official.code(code, on)
    row = knowledge.codes.find(code, on)
    if listed is None or row is None or not row.official_descriptor:
        return listed
    shipped = row.descriptor_edition or ""
    return None if listed.edition < shipped <= f"{on:%Y-%m}" else listed


def rate(knowledge: Knowledge, code: str, modifier: str | None, on: date) -> Rate | None:
    """The relative values of a code on a date: of an imported release, unless the shipped one is newer.

    A release without the code does not take it away: the shipped row then counts.
    """
    shipped = knowledge.rates.find(code, modifier)
    edition = knowledge.official.edition("pfs-rvu", on)
    if edition is None:
        return shipped
    first = knowledge.official_files["pfs-rvu"].table_edition
    newer = first is not None and edition.effective_from < first <= on and edition.effective_from.year == first.year
    if newer and shipped is not None:
        return shipped
    imported = knowledge.official.rate(code, modifier, on)
    return imported or (shipped if first is not None and first.year == on.year else None)


def locality(knowledge: Knowledge, row: Locality, on: date) -> Locality:
    """A locality with the indices of the year of service, where they were imported."""
    held = knowledge.official.localities(on)
    return next((each for each in held if (each.mac, each.locality) == (row.mac, row.locality)), row)


def indices_held(knowledge: Knowledge, on: date, year: int) -> bool:
    """Whether practice cost indices of the year of service are held: shipped (`year`) or imported."""
    return on.year == year or bool(knowledge.official.localities(on))
