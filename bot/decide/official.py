"""Rules about codes that only imported official files know: described, priced and paired, never advised on."""

from __future__ import annotations

import re

from bot.decide.amounts import amounts
from bot.decide.case import Case, merged
from bot.evidence import Finding
from bot.findings.official import OFFICIAL, First, official_finding
from bot.findings.pairs import pairs_finding
from bot.rules.pairs import combine

_TOLD = 3


def held_codes(case: Case) -> tuple[str, ...]:
    """The named codes in no table of ours that an imported file knows."""
    named = (*case.question.neighbour_codes, *case.question.unknown_codes)
    return tuple(code for code in named if case.knowledge.official.knows(code, case.on))


def official_rule(case: Case) -> Finding | None:
    """What imported files say of such codes: together with others when several are named, else each on its own."""
    codes = held_codes(case)
    if not codes:
        return None
    together = tuple(dict.fromkeys((*case.active, *codes)))
    if len(together) > 1 and (case.about("pair") or case.question.polar) and not case.about("payment"):
        found = combine(case.knowledge, together, case.on, case.payer)
        return merged([pairs_finding(case.knowledge, found, case.on)], rule=OFFICIAL)
    return merged([_told(case, code) for code in codes[:_TOLD]], rule=OFFICIAL)


def _told(case: Case, code: str) -> Finding:
    """What is asked about comes first: an amount, the unit limit, else what the code is."""
    typed = re.search(rf"\b{code}-([A-Z0-9]{{2}})\b", case.question.text.upper())
    amount = amounts(case, code, 1, typed.group(1) if typed else None)
    first: First = "amount" if case.about("payment") else "limit" if case.about("frequency", "units") else "descriptor"
    return official_finding(case.knowledge, code, case.on, amount, first=first)
