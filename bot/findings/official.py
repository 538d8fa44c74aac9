"""Codes beyond the guidance as sentences: what the imported official files say of them, and that this is all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.answer import CodeRole, Verdict
from bot.evidence import Claim, Evidence, Finding, from_row
from bot.findings.advice import advice
from bot.findings.limits import limit_finding
from bot.findings.price import price_finding
from bot.rules.held import descriptor_row, rate, state
from bot.rules.limits import limit
from bot.rules.price import Price
from corpus.knowledge import Knowledge
from corpus.official_rows import HeldCode, HeldDescriptor

OFFICIAL = "official"
"""Rule of findings that rest on imported files alone: no statement completes them."""


def official_finding(knowledge: Knowledge, code: str, on: date, amount: Price, *, asks_amount: bool = False) -> Finding:
    """What imported files say of a code that the code table does not hold; an amount first when one is asked for."""
    role: CodeRole = "mentioned"
    standing = state(knowledge, code, on)
    verdict: Verdict | None = "yes"
    claims = _described(knowledge, code, on)
    if standing != "active":
        claims, role, verdict = [*_ended(knowledge, code, on), *claims], "rejected", "no"
    shown = advice(knowledge, code, role, on)
    paid = price_finding(knowledge, amount) if amount.rate is not None and standing == "active" else Finding()
    told = list(paid.claims)
    claims = [*told, *claims] if asks_amount else [*claims, *told]
    if paid.codes:
        shown = shown.model_copy(update={"amount": paid.codes[0].amount})
    claims += limit_finding(knowledge, limit(knowledge, code, 1, on), on).claims[:1]
    claims.append(_only(knowledge, code, on))
    return Finding(tuple(claims), (shown,), paid.warnings if asks_amount else (), verdict=verdict, rule=OFFICIAL)


def _described(knowledge: Knowledge, code: str, on: date) -> list[Claim]:
    row = descriptor_row(knowledge, code, on)
    if row is None:
        return []
    evidence = from_row(knowledge, row, ("code", "official_descriptor", "edition"), f"Descriptor {code}")
    return [Claim(f"{code}: {row.official_descriptor.rstrip('.')}.", (evidence,))]


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
    held = descriptor_row(knowledge, code, on) or rate(knowledge, code, None, on) or knowledge.official.limit(code, on)
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
