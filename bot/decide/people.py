"""Rules about who may report a code, and what it pays."""

from __future__ import annotations

from dataclasses import replace

from bot.answer import Assumption, Clarify
from bot.decide.case import Case, merged
from bot.decide.services import select_rule
from bot.evidence import Finding
from bot.findings.price import price_finding
from bot.findings.who import enrolled_finding, who_finding
from bot.respond import not_held
from bot.rules.price import Price, Setting, find_localities, price, setting_of
from bot.rules.who import who


def who_rule(case: Case) -> Finding | None:
    """Whether the clinician may report the named code, or who may; only when that is what was asked.

    When the question is how it is done (by video, where, under whom), only one who may not report at all is told so.
    """
    facts = case.question.facts
    if len(case.active) > 1 or facts.minutes is not None or case.about("pair"):
        return None
    question = case.question
    paid = "coverage" in question.cues and question.polar and case.knowledge.rules.medicare_rules(case.payer)
    asked = "who" in question.cues or (question.stated.performer and (question.subject_acts or paid))
    codes = case.active or case.service_codes
    payer, assumed = _payer(case)
    if not asked:
        return None
    if not codes:
        medicare = case.knowledge.rules.medicare_rules(payer)
        return enrolled_finding(case.knowledge, facts.performer, case.on) if question.polar and medicare else None
    found = who(case.knowledge, codes[0], facts.performer, payer, case.on)
    if case.about("supervision", "telehealth", "place") and found.state == "applies" and found.role == "reports":
        return None
    return replace(who_finding(case.knowledge, found, case.on, furnishes=question.furnishes), assumptions=assumed)


def _payer(case: Case) -> tuple[str | None, tuple[Assumption, ...]]:
    """The payer in force, or the one assumed when none is named."""
    slot = case.knowledge.rules.slots["payer"]
    if case.payer is not None or slot.default_value is None:
        return case.payer, ()
    return slot.default_value, (Assumption(slot=slot.slot, value=slot.default_value, why=slot.default_why or ""),)


def price_rule(case: Case) -> Finding | None:
    """Medicare amounts for the named or selected codes; what other payers pay is not held."""
    if not case.about("payment"):
        return None
    if case.payer is not None and not case.knowledge.rules.medicare_rules(case.payer):
        return None
    units = {mention.code: mention.units or 1 for mention in case.question.facts.codes}
    if not case.active:
        selected = select_rule(case)
        units = {row.code: row.units or 1 for row in selected.codes if row.role == "recommended"} if selected else {}
    codes = case.active[:3] or tuple(units)[:3]
    if not codes:
        return None
    told = merged([amounts(case, code, units.get(code, 1)) for code in codes], rule="price")
    told = replace(told, clarify=_which_locality(case))
    if case.active:
        return told
    billed = tuple(row.model_copy(update={"role": "recommended", "units": units[row.code]}) for row in told.codes)
    return replace(told, codes=billed)


def _which_locality(case: Case) -> Clarify | None:
    """Asks for the locality when the place said has several; without one the national amount is shown."""
    places = find_localities(case.knowledge, case.question.text, case.question.facts.state)
    if len(places) < _SEVERAL or case.question.facts.state is None:
        return None
    names = tuple(row.locality_name.title() for row in places)
    return Clarify(slot="locality", question=case.knowledge.fixed_texts["ask-locality"].text, options=names[:_OFFERED])


_SEVERAL, _OFFERED = 2, 8


def other_amounts_rule(case: Case) -> Finding | None:
    """Says that amounts of other payers are not held, when one is asked for."""
    other = case.payer is not None and not case.knowledge.rules.medicare_rules(case.payer)
    return not_held(case.knowledge) if other and "payment" in case.question.cues else None


def amounts(case: Case, code: str, units: int, modifier: str | None = None) -> Finding:
    """The amount in the setting said; in both settings when none was said and they differ."""
    setting = setting_of(case.knowledge, case.question.facts.place)
    first = _priced(case, code, units, setting or "nonfacility", modifier)
    office = price_finding(case.knowledge, first)
    if setting is not None:
        return office
    other = _priced(case, code, units, "facility", modifier)
    if other.state != "priced":
        return office
    facility = price_finding(case.knowledge, other)
    if first.state != "priced" and code not in case.knowledge.codes:
        return facility
    return replace(office, claims=(*office.claims[:1], facility.claims[0], *office.claims[1:]))


def _priced(case: Case, code: str, units: int, setting: Setting, modifier: str | None) -> Price:
    facts = case.question.facts
    places = find_localities(case.knowledge, case.question.text, facts.state)
    return price(
        case.knowledge,
        code,
        case.on,
        setting=setting,
        locality=places[0] if len(places) == 1 else None,
        performer=facts.performer,
        units=units,
        modifier=modifier,
    )
