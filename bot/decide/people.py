"""Rules about who may report a code, and what it pays."""

from __future__ import annotations

from dataclasses import replace

from bot.answer import Assumption
from bot.decide.case import Case, merged
from bot.evidence import Finding
from bot.findings.price import price_finding
from bot.findings.who import who_finding
from bot.rules.price import find_localities, price, setting_of
from bot.rules.who import who


def who_rule(case: Case) -> Finding | None:
    """Whether the clinician may report the named code, or who may; only when that is what was asked."""
    facts = case.question.facts
    asked = case.about("who") or (case.question.stated.performer and case.question.polar and case.active)
    codes = case.active or case.service_codes
    if not asked or not codes or len(case.active) > 1 or case.question.stated.minutes is not None:
        return None
    payer, assumed = facts.payer, tuple[Assumption, ...]()
    slot = case.knowledge.rules.slots["payer"]
    if payer is None and slot.default_value is not None:
        payer = slot.default_value
        assumed = (Assumption(slot=slot.slot, value=payer, why=slot.default_why or ""),)
    found = who(case.knowledge, codes[0], facts.performer, payer, case.on)
    return replace(who_finding(case.knowledge, found, case.on), assumptions=assumed)


def price_rule(case: Case) -> Finding | None:
    """Medicare amounts for the named codes; other payers' amounts are not held."""
    facts = case.question.facts
    if not case.about("payment") or not case.active:
        return None
    places = find_localities(case.knowledge, case.question.text, facts.state)
    locality = places[0] if len(places) == 1 else None
    setting = setting_of(case.knowledge, facts.place) or "nonfacility"
    found = [
        price(case.knowledge, code, case.on, setting=setting, locality=locality, performer=facts.performer)
        for code in case.active[:3]
    ]
    return merged([price_finding(case.knowledge, each) for each in found], rule="price")
