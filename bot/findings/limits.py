"""A unit limit as sentences: the limit, what its indicator means and what may be done above it."""

from __future__ import annotations

from datetime import date

from bot.answer import AnswerWarning, Verdict
from bot.evidence import Claim, Finding
from bot.findings.advice import advice
from bot.rules.limits import Limit
from corpus.knowledge import Knowledge


def limit_finding(knowledge: Knowledge, found: Limit, on: date) -> Finding:
    """How many units Medicare takes of a code in a day; the first sentence is the bottom line."""
    if found.state == "no_data" or found.limit is None:
        return Finding(rule="limits")
    edition = f" ({found.edition})" if found.edition else ""
    claims = [Claim(f"Medicare's unit limit (MUE) for {found.code} is {found.limit} a day{edition}.", found.evidence)]
    if found.indicator is not None:
        told = f"Adjudication indicator {found.indicator.mai}: {found.indicator.meaning} {found.indicator.above}"
        claims.append(Claim(told, found.evidence))
    warnings: tuple[AnswerWarning, ...] = ()
    if found.standing in ("above", "never_paid"):
        warnings = (AnswerWarning(kind="units_limit", text=claims[0].text, codes=(found.code,)),)
    over = found.standing == "above"
    why = f"{found.units} units are above the limit" if over else ""
    row = advice(knowledge, found.code, "rejected" if over else "mentioned", on, found.units if over else None, why=why)
    verdict: Verdict | None = "no" if warnings and found.state == "applies" else None
    return Finding(tuple(claims), (row,), warnings, verdict=verdict, rule="limits")
