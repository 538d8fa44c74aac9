"""A denial code: what it means, its usual cause and its fix, from the table of reason and remark codes."""

from __future__ import annotations

from bot.evidence import Claim, Finding, from_row
from corpus.knowledge import Knowledge
from corpus.rows import Denial


def denial_finding(knowledge: Knowledge, codes: tuple[str, ...]) -> Finding:
    """Meaning, cause and fix of each claim adjustment or remark code in `codes` that the table holds."""
    rows = [row for code in codes for row in knowledge.denials if row.code == code]
    return Finding(claims=tuple(claim for row in rows for claim in _claims(knowledge, row)), rule="denial")


def _claims(knowledge: Knowledge, row: Denial) -> list[Claim]:
    meaning = from_row(knowledge, row, ("code", "code_type", "meaning"))
    claims = [Claim(f"{row.code_type} {row.code}: {row.meaning}", (meaning,))]
    if row.usual_cause:
        evidence = from_row(knowledge, row, ("code", "usual_cause"))
        claims.append(Claim(f"Usual cause of {row.code}: {row.usual_cause}", (evidence,)))
    if row.fix:
        claims.append(Claim(f"What to do about {row.code}: {row.fix}", (from_row(knowledge, row, ("code", "fix")),)))
    return claims
