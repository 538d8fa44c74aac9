"""Rules about telehealth, modifiers and places of service."""

from __future__ import annotations

from dataclasses import replace

from bot.answer import Verdict
from bot.decide.case import Case, merged
from bot.decide.services import open_services
from bot.evidence import Finding
from bot.findings.modifiers import modifier_finding
from bot.findings.telehealth import conflicts_finding, listed_finding, marking_finding, place_finding
from bot.rules.modifiers import TelehealthMarking, conflicts, marking, telehealth_modifiers
from bot.rules.places import PlaceResult, is_telehealth, place_of_service
from bot.rules.select import codes_of


def telehealth_rule(case: Case) -> Finding | None:
    """How video or audio-only care is marked, when that is asked, a code is chosen for it, or it is not paid."""
    facts, stated = case.question.facts, case.question.stated
    if facts.modality is None or not is_telehealth(case.knowledge, facts.modality):
        return None
    if len(case.active) > 1 and not case.about("place"):
        return None
    if case.about("changed", "frequency", "denial"):
        return None
    code = case.active[0] if case.active else None
    if code is None and _never_remote(case):
        return None
    marked = marking(case.knowledge, code, facts.modality, case.payer, facts.place, case.on)
    named = stated.modality is not None and case.payer is not None and open_services(case)
    chosen = (stated.minutes is not None or bool(named)) and not (case.question.polar and case.question.asks)
    moved = stated.place is not None and not case.question.polar
    unpaid = case.question.polar and marked.rule is not None and marked.rule.need == "not-paid" and facts.place
    if marked.state == "no_data" or not (case.about("modifier", "place") or chosen or moved or unpaid):
        return None
    place = None
    if facts.place is not None:
        place = place_of_service(case.knowledge, facts.place, facts.modality, case.payer, case.on, code)
    finding = marking_finding(case.knowledge, marked, code, case.on, place)
    return finding if finding.verdict else replace(finding, verdict=_claimed(case, marked, place))


def _claimed(case: Case, marked: TelehealthMarking, place: PlaceResult | None) -> Verdict | None:
    """Yes or no to a place of service or a telehealth modifier that was named; None when neither was, or it is open."""
    question = case.question
    if not question.polar:
        return None
    verdicts: set[Verdict | None] = set()
    if len(question.places_named) == 1 and place is not None and place.state == "applies":
        verdicts.add("yes" if place.pos == question.places_named[0] else "no")
    named = set(question.stated.modifiers) & telehealth_modifiers(case.knowledge)
    if named and marked.rule is not None:
        verdicts.add(_modifier_claimed(named, marked, needed=question.needed))
    return "no" if "no" in verdicts else verdicts.pop() if len(verdicts) == 1 else None


def _modifier_claimed(named: set[str], marked: TelehealthMarking, *, needed: bool) -> Verdict | None:
    if marked.required:
        return "yes" if named <= set(marked.modifiers) else "no"
    if marked.rule is None or marked.rule.need not in _NEVER_NEEDED:
        return None
    return "no" if needed else None


_NEVER_NEEDED = ("not-required", "informational")


def _never_remote(case: Case) -> bool:
    """Whether no code of the named services is telehealth, because none sees the patient: a call between clinicians."""
    named = set(case.question.facts.services)
    rows = [row for row in case.knowledge.services if row.service in named]
    codes = {code for row in rows for code in codes_of(case.knowledge, row)}
    return bool(codes) and all(case.knowledge.codes.get(code).telehealth_2026 == "no" for code in codes)


def telehealth_asked_rule(case: Case) -> Finding | None:
    """The same, before everything about the codes, when the place or the modifier is what was asked."""
    return telehealth_rule(case) if {"place", "modifier"} & set(case.question.cues) else None


def telehealth_list_rule(case: Case) -> Finding | None:
    """Whether Medicare's telehealth list has the named codes, when telehealth is asked about with yes or no."""
    other = case.payer is not None and not case.knowledge.rules.medicare_rules(case.payer)
    if not case.active or other or not case.question.polar or case.question.stated.minutes is not None:
        return None
    named = case.payer is not None and len(case.codes) == 1 and case.question.stated.modality is not None
    asked = "telehealth" in case.question.cues or (named and _remote(case) and not case.question.performers)
    if not asked or case.about("modifier", "place", "denial", "changed"):
        return None
    return listed_finding(case.knowledge, case.active, case.on)


def _remote(case: Case) -> bool:
    modality = case.question.facts.modality
    return modality is not None and is_telehealth(case.knowledge, modality)


def place_rule(case: Case) -> Finding | None:
    """The place-of-service code of a named place, in person; whether a number that was named is the right one."""
    facts = case.question.facts
    named = case.question.places_named
    if not case.about("place") or facts.place is None or _remote(case) or (case.question.polar and len(named) != 1):
        return None
    place = place_of_service(case.knowledge, facts.place, None, case.payer, case.on)
    finding = place_finding(place)
    return replace(finding, verdict="yes" if place.pos == named[0] else "no") if case.question.polar else finding


def conflicts_rule(case: Case) -> Finding | None:
    """Modifiers that do not go with each other, the code, the place or the payer."""
    facts = case.question.facts
    attached = {mention.code: mention.modifiers for mention in facts.codes if mention.modifiers}
    if len(case.active) == 1:
        attached = {case.active[0]: facts.modifiers}
    found = [
        conflict
        for code, modifiers in attached.items()
        if code in case.active and modifiers
        for conflict in conflicts(case.knowledge, code, modifiers, facts.place, case.payer, case.on)
    ]
    return conflicts_finding(tuple(found)) if found else None


def misplaced_rule(case: Case) -> Finding | None:
    """The same, before what goes with what, when yes or no is asked of a modifier that stands on a named code."""
    on_code = any(mention.modifiers for mention in case.question.stated.codes)
    return conflicts_rule(case) if case.question.polar and on_code else None


def modifier_rule(case: Case) -> Finding | None:
    """What the named modifiers mean and when they are used."""
    facts = case.question.facts
    if not facts.modifiers or len(case.active) > 1 or not case.about("modifier"):
        return None
    rows = [row for row in case.knowledge.modifiers if row.modifier in facts.modifiers]
    return merged([modifier_finding(case.knowledge, row) for row in rows], rule="modifier")
