"""Rules about what a code pays: in a place, to a clinician, and to one clinician beside another."""

from __future__ import annotations

from dataclasses import replace

from bot.answer import Assumption, Clarify, Verdict
from bot.decide.case import Case, merged
from bot.decide.services import codes_of_talk
from bot.evidence import Claim, Finding, from_row
from bot.findings.price import price_finding
from bot.respond import not_held
from bot.rules.cities import Where, where
from bot.rules.price import Price, Setting, price, setting_of
from corpus.rule_rows import Performer


def equal_pay_rule(case: Case) -> Finding | None:
    """Whether Medicare allows clinicians the same, or one of them the full amount; then what it allows each."""
    people = _compared(case)
    if not people:
        return None
    shares = {row.medicare_share for row in people} | ({_FULL} if len(people) == 1 else set())
    equal = len(shares) == 1
    verdict: Verdict = "yes" if equal == (case.question.parity != _LOWER) else "no"
    told = " and ".join(f"a {row.label} {row.medicare_share} percent" for row in people)
    columns = ("label", "medicare_share", "share_note")
    evidence = tuple(from_row(case.knowledge, row, columns, "Practitioner percentage") for row in people)
    opening = Claim(f"Medicare allows {told} of its fee schedule amount.", evidence)
    priced = [amounts(case, code, 1, performer=row.performer) for code in case.active[:_COMPARED] for row in people]
    each = merged(priced, rule="price")
    return replace(each, claims=(opening, *(found.claims[0] for found in priced)), verdict=verdict)


def _compared(case: Case) -> tuple[Performer, ...]:
    """The clinicians whose pay is compared; one alone only with the full amount."""
    question = case.question
    if not question.polar or question.parity is None:
        return ()
    if case.payer is not None and not case.knowledge.rules.medicare_rules(case.payer):
        return ()
    found = [case.knowledge.rules.performer(name) for name in question.performers]
    people = tuple(row for row in found if row is not None and row.medicare_share is not None)
    needed = 1 if question.parity == _WHOLE else _SEVERAL
    return people if len(people) == len(found) and len(people) >= needed else ()


_FULL, _COMPARED = 100, 2
_LOWER, _WHOLE = "lower", "full"


def price_rule(case: Case) -> Finding | None:
    """Medicare amounts for the named or selected codes; what other payers pay is not held."""
    if not case.about("payment") or "documentation" in case.question.cues or _compared(case):
        return None
    if case.payer is not None and not case.knowledge.rules.medicare_rules(case.payer):
        return None
    units = {mention.code: mention.units or 1 for mention in case.question.facts.codes}
    if not case.active:
        units = codes_of_talk(case)
    codes = case.active[:3] or tuple(units)[:3]
    if not codes:
        return None
    told = merged([amounts(case, code, units.get(code, 1)) for code in codes], rule="price")
    told = replace(told, clarify=_which_locality(case), assumptions=_assumed_city(case))
    if case.active:
        return told
    billed = tuple(row.model_copy(update={"role": "recommended", "units": units[row.code]}) for row in told.codes)
    return replace(told, codes=billed)


def _where(case: Case) -> Where:
    facts = case.question.facts
    return where(case.knowledge, case.question.text, facts.state, facts.cities)


def _which_locality(case: Case) -> Clarify | None:
    """Asks for the city or the locality when several may be meant; meanwhile the national amount is shown."""
    found = _where(case)
    if found.unclear:
        options = tuple(row.key for row in found.unclear)
        return Clarify(slot="city", question=case.knowledge.fixed_texts["ask-city"].text, options=options[:_OFFERED])
    if len(found.localities) < _SEVERAL or (case.question.facts.state is None and found.city is None):
        return None
    names = tuple(row.locality_name.title() for row in found.localities)
    text = case.knowledge.fixed_texts["ask-city-locality" if found.city else "ask-locality"].text
    return Clarify(
        slot="locality", question=text.format(city=found.city.key) if found.city else text, options=names[:_OFFERED]
    )


def _assumed_city(case: Case) -> tuple[Assumption, ...]:
    """The largest city of the name, when smaller ones bear it too and no state was said."""
    found = _where(case)
    if found.city is None or not found.passed_over:
        return ()
    others = ", ".join(row.key for row in found.passed_over)
    why = case.knowledge.fixed_texts["assumed-city"].text.format(others=others)
    return (Assumption(slot="city", value=found.city.key, why=why),)


_SEVERAL, _OFFERED = 2, 8


def other_amounts_rule(case: Case) -> Finding | None:
    """Says that amounts of other payers are not held, when one is asked for; yes or no is for guidance to answer."""
    other = case.payer is not None and not case.knowledge.rules.medicare_rules(case.payer)
    asked = case.question.asks_amount and not case.question.polar
    return not_held(case.knowledge) if other and asked else None


def amounts(case: Case, code: str, units: int, modifier: str | None = None, performer: str | None = None) -> Finding:
    """The amount in the setting said (both when none was), for `performer` or else the clinician said."""
    who = performer or case.question.facts.performer
    setting = setting_of(case.knowledge, case.question.facts.place)
    first = _priced(case, code, units, setting or "nonfacility", modifier, who)
    city = _where(case).city if first.locality else None
    office = price_finding(case.knowledge, first, city)
    if setting is not None:
        return office
    other = _priced(case, code, units, "facility", modifier, who)
    if other.state != "priced":
        return office
    facility = price_finding(case.knowledge, other, city)
    if first.state != "priced" and code not in case.knowledge.codes:
        return facility
    return replace(office, claims=(*office.claims[:1], facility.claims[0], *office.claims[1:]))


def _priced(case: Case, code: str, units: int, setting: Setting, modifier: str | None, performer: str | None) -> Price:
    return price(
        case.knowledge,
        code,
        case.on,
        setting=setting,
        locality=_where(case).locality,
        performer=performer,
        units=units,
        modifier=modifier,
    )
