"""Rules about codes that only imported official files know: described, priced and paired, never advised on."""

from __future__ import annotations

from bot.decide.case import Case, merged
from bot.evidence import Finding
from bot.findings.official import OFFICIAL, official_finding
from bot.findings.pairs import pairs_finding
from bot.rules.pairs import combine
from bot.rules.price import find_localities, price, setting_of

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
        return merged([pairs_finding(case.knowledge, found, case.on, case.payer)], rule=OFFICIAL)
    return merged([_told(case, code) for code in codes[:_TOLD]], rule=OFFICIAL)


def _told(case: Case, code: str) -> Finding:
    places = find_localities(case.knowledge, case.question.text, case.question.facts.state)
    locality = places[0] if len(places) == 1 else None
    said = setting_of(case.knowledge, case.question.facts.place)
    amount = price(case.knowledge, code, case.on, setting=said or "nonfacility", locality=locality)
    if said is None and amount.state != "priced":
        # A service done in facilities only has its amount there.
        other = price(case.knowledge, code, case.on, setting="facility", locality=locality)
        amount = other if other.state == "priced" else amount
    return official_finding(case.knowledge, code, case.on, amount, asks_amount=case.about("payment"))
