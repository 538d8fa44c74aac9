"""A modifier: what it means, when it is used and when not, from its table row."""

from __future__ import annotations

from bot.evidence import Claim, Finding, from_row
from corpus.knowledge import Knowledge
from corpus.rows import Modifier


def modifier_finding(knowledge: Knowledge, row: Modifier) -> Finding:
    """The meaning of a modifier first, then when to use it and when not."""
    name = f"Modifier {row.modifier}"
    claims = [Claim(f"{name}: {_ended(row.name)}", (from_row(knowledge, row, ("modifier", "name")),))]
    for column, opening in (("use_when", "is used when:"), ("do_not_use_when", "is not used for:")):
        text = getattr(row, column)
        if text:
            claims.append(Claim(f"{name} {opening} {_ended(text)}", (from_row(knowledge, row, ("modifier", column)),)))
    if row.payer_notes:
        evidence = from_row(knowledge, row, ("modifier", "payer_notes"))
        claims.append(Claim(f"{name}, payers: {_ended(row.payer_notes)}", (evidence,)))
    return Finding(tuple(claims), rule="modifier")


def _ended(text: str) -> str:
    return text if text.rstrip().endswith((".", "?", "!")) else f"{text.rstrip()}."
