"""What a code is: its descriptor, time, base codes, Medicare status and our note, each from its own table cells."""

from __future__ import annotations

from datetime import date

from bot.answer import CodeRole
from bot.evidence import Claim, Finding, from_row
from bot.findings.advice import advice
from bot.rules.held import descriptor_row
from corpus.knowledge import Knowledge
from corpus.rows import Code, Rate

_BASES_NAMED = 12
_PRICED = "priced"


def describe(
    knowledge: Knowledge, code: str, on: date, *, role: CodeRole = "mentioned", brief: bool = False
) -> Finding:
    """The facts of one code of the table as sentences; `brief` gives the descriptor and our note only.

    The code is read as it was on the date of service `on`. Raises UnknownRecordError for a code in no table.
    """
    row = knowledge.codes.get(code, on)
    claims = [_what(knowledge, row, on)]
    if not brief:
        claims += [claim for claim in (_time(knowledge, row), _bases(knowledge, row)) if claim]
    if row.note:
        claims.append(Claim(f"{row.code}: {row.note}", (from_row(knowledge, row, ("code", "note")),)))
    if not brief:
        claims += [claim for claim in (_since(knowledge, row), _medicare(knowledge, row)) if claim]
    return Finding(claims=tuple(claims), codes=(advice(knowledge, code, role, on),), rule="describe")


def _what(knowledge: Knowledge, row: Code, on: date) -> Claim:
    imported = descriptor_row(knowledge, row.code, on)
    if imported is not None:
        evidence = from_row(
            knowledge, imported, ("code", "official_descriptor", "edition"), f"Descriptor of {row.code}"
        )
        return Claim(f"{row.code}: {imported.official_descriptor.rstrip('.')}.", (evidence,))
    if row.official_descriptor:
        text = row.official_descriptor.rstrip(".")
        return Claim(f"{row.code}: {text}.", (from_row(knowledge, row, ("code", "official_descriptor")),))
    return Claim(f"{row.code}: {row.label}.", (from_row(knowledge, row, ("code", "label")),))


def _time(knowledge: Knowledge, row: Code) -> Claim | None:
    if row.min_minutes is None:
        return None
    span = f"from {row.min_minutes} minutes"
    if row.max_minutes is not None:
        span = f"from {row.min_minutes} to {row.max_minutes} minutes"
    past = " past the time already counted" if row.addon else ""
    evidence = from_row(knowledge, row, ("code", "addon", "min_minutes", "max_minutes", "time_rule"))
    return Claim(f"One unit of {row.code} is reported {span}{past}.", (evidence,))


def _bases(knowledge: Knowledge, row: Code) -> Claim | None:
    if not row.addon or not row.addon_to:
        return None
    evidence = from_row(knowledge, row, ("code", "addon", "addon_to"))
    named = row.addon_to[:_BASES_NAMED]
    more = " and others" if len(row.addon_to) > len(named) else ""
    text = f"{row.code} is an add-on code: it is reported only together with a primary code such as"
    return Claim(f"{text} {', '.join(named)}{more}.", (evidence,))


def _since(knowledge: Knowledge, row: Code) -> Claim | None:
    if row.effective_from is None or row.status != "active":
        return None
    evidence = from_row(knowledge, row, ("code", "status", "effective_from"))
    return Claim(f"{row.code} has been active since {row.effective_from.isoformat()}.", (evidence,))


def _medicare(knowledge: Knowledge, row: Code) -> Claim | None:
    rate = knowledge.rates.find(row.code)
    if rate is None or rate.nonfac_amount is None or rate.amount_basis != _PRICED:
        return None
    evidence = from_row(knowledge, rate, ("code", "status", "nonfac_amount", "fac_amount", "conversion_factor"))
    return Claim(_amounts(rate), (evidence,))


def _amounts(rate: Rate) -> str:
    facility = f" and ${rate.fac_amount} in a facility" if rate.fac_amount is not None else ""
    text = f"Medicare's national 2026 amount for {rate.code} is ${rate.nonfac_amount} in an office{facility}"
    return f"{text}, before locality and the clinician's share."
