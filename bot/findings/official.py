"""Codes beyond the guidance as sentences: what the imported official files say of them, and that this is all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from bot.answer import CodeRole, Verdict
from bot.evidence import Claim, Evidence, Finding, from_row
from bot.findings.advice import advice
from bot.findings.limits import limit_finding
from bot.rules.held import descriptor_row, rate, state
from bot.rules.limits import limit
from corpus.knowledge import Knowledge
from corpus.official_rows import HeldCode, HeldDescriptor
from corpus.rows import Row

OFFICIAL = "official"
"""Rule of findings that rest on imported files alone: no statement completes them."""


def official_finding(
    knowledge: Knowledge, code: str, on: date, amount: Finding, *, first: First = "descriptor"
) -> Finding:
    """What imported files say of a code that the code table does not hold; what was asked about (`first`) leads."""
    role: CodeRole = "mentioned"
    verdict: Verdict | None = "yes"
    described = _described(knowledge, code, on)
    paid = list(amount.claims) if rate(knowledge, code, None, on) is not None else []
    units = list(limit_finding(knowledge, limit(knowledge, code, 1, on), on).claims[:1])
    if state(knowledge, code, on) != "active":
        described, paid, role, verdict = [*_ended(knowledge, code, on), *described], [], "rejected", "no"
    parts = {"descriptor": described, "amount": paid, "limit": units}
    order = sorted(parts, key=lambda part: part != first)
    shown = advice(knowledge, code, role, on)
    if paid and amount.codes:
        shown = shown.model_copy(update={"amount": amount.codes[0].amount})
    claims = [claim for part in order for claim in parts[part]]
    claims.append(_only(knowledge, code, on))
    warnings = amount.warnings if paid and first == "amount" else ()
    return Finding(tuple(claims), (shown,), warnings, verdict=verdict, rule=OFFICIAL)


First = Literal["descriptor", "amount", "limit"]


def _described(knowledge: Knowledge, code: str, on: date) -> list[Claim]:
    row = descriptor_row(knowledge, code, on)
    if row is None:
        return _listed(knowledge, code, on)
    evidence = from_row(knowledge, row, ("code", "official_descriptor", "edition"), f"Descriptor {code}")
    return [Claim(f"{code}: {row.official_descriptor.rstrip('.')}.", (evidence,))]


def _listed(knowledge: Knowledge, code: str, on: date) -> list[Claim]:
    row = knowledge.official.number(code, on)
    if row is None:
        return []
    evidence = from_row(knowledge, row, ("code", "edition"), f"HCPCS Level II codes, {code}")
    return [Claim(f"{code} is in the list of HCPCS codes of {row.edition}; its descriptor is not held.", (evidence,))]


def _ended(knowledge: Knowledge, code: str, on: date) -> list[Claim]:
    row = knowledge.official.code(code, on)
    if row is None:
        return []
    evidence = from_row(knowledge, row, ("code", "added", "effective_to", "edition"), f"HCPCS Level II, {code}")
    if row.effective_to is not None and on > row.effective_to:
        return [Claim(f"{code} is no longer valid: its last valid day was {row.effective_to}.", (evidence,))]
    return [Claim(f"{code} did not exist on that date: it takes effect on {row.added}.", (evidence,))]


def _only(knowledge: Knowledge, code: str, on: date) -> Claim:
    """That nothing but official files is held on a code; said with the file that knows it as evidence."""
    row = knowledge.fixed_texts["official-only"]
    evidence = (from_row(knowledge, row, ("key", "text")), *_known_by(knowledge, code, on))
    return Claim(row.text.format(code=code), evidence)


def _known_by(knowledge: Knowledge, code: str, on: date) -> tuple[Evidence, ...]:
    official = knowledge.official
    held: Row | None = descriptor_row(knowledge, code, on) or rate(knowledge, code, None, on)
    held = held or official.limit(code, on) or official.number(code, on)
    return (from_row(knowledge, held, ("code",)),) if held is not None else ()


def descriptors_finding(knowledge: Knowledge, rows: Sequence[HeldCode | HeldDescriptor], on: date) -> Finding:
    """Codes whose official descriptors fit the words of the question, best first."""
    claims, codes = [], []
    for row in rows:
        evidence = from_row(knowledge, row, ("code", "official_descriptor", "edition"), f"Descriptor {row.code}")
        claims.append(Claim(f"{row.code}: {row.official_descriptor.rstrip('.')}.", (evidence,)))
        codes.append(advice(knowledge, row.code, "alternative", on))
    fixed = knowledge.fixed_texts["official-found"]
    claims.append(Claim(fixed.text, (from_row(knowledge, fixed, ("key", "text")),)))
    return Finding(tuple(claims), tuple(codes), rule=OFFICIAL)
