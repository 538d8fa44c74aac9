"""A code as an answer shows it: descriptor copied from the code table, status on the date of service."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.answer import CodeAdvice, CodeRole
from bot.rules.held import descriptor_row, state
from corpus.knowledge import Knowledge
from corpus.official_rows import HeldDescriptor

PLAIN_LABEL = "plain label (not the AMA descriptor)"
OWN_WORDS = "plain label (official text not held)"
NEIGHBOUR = "plain label (a neighboring field)"
NOT_HELD = "not in the code table"
NO_TEXT, NOT_DESCRIBED = "No entry for its descriptor.", "known from imported files without descriptors"
_HCPCS = "HCPCS-II"


def descriptor(knowledge: Knowledge, code: str, on: date | None = None) -> tuple[str, str]:
    """The descriptor of `code` and where it comes from: official text when held, else our plain label.

    With a date of service `on`, the wording of that date where an earlier one is held. Imported official text, the
    licensed CPT descriptors among it, is copied byte for byte.
    """
    imported = descriptor_row(knowledge, code, on or date.today())
    if imported is not None:
        publisher = "CPT, AMA, your licensed file" if isinstance(imported, HeldDescriptor) else "HCPCS Level II, CMS"
        return imported.official_descriptor, f"{publisher}, {imported.edition}"
    row = knowledge.codes.find(code, on)
    if row is None and (neighbour := knowledge.neighbours.get(code)):
        return neighbour.what_it_is, NEIGHBOUR
    if row is None:
        known = knowledge.official.knows(code, on or date.today())
        return (NO_TEXT, NOT_DESCRIBED) if known else ("No entry for this code.", NOT_HELD)
    if row.official_descriptor:
        edition = row.descriptor_edition or "edition not recorded"
        return row.official_descriptor, f"HCPCS Level II, CMS, {edition}" if row.system == _HCPCS else edition
    return row.label, OWN_WORDS if row.system == _HCPCS else PLAIN_LABEL


def advice(
    knowledge: Knowledge,
    code: str,
    role: CodeRole,
    on: date,
    units: int | None = None,
    modifiers: Iterable[str] = (),
    pos: Iterable[str] = (),
    why: str = "",
    amount: str = "",
) -> CodeAdvice:
    """`code` with its role in the answer and its status on the date of service `on`."""
    text, source = descriptor(knowledge, code, on)
    return CodeAdvice(
        code=code,
        role=role,
        units=units,
        modifiers=tuple(modifiers),
        pos=tuple(pos),
        status=state(knowledge, code, on),
        descriptor=text,
        descriptor_source=source,
        why=why,
        amount=amount,
    )
