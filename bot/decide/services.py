"""Rules that choose codes for a service named in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answer import Assumption, Clarify, CodeAdvice
from bot.decide.case import Case, merged
from bot.evidence import Finding
from bot.findings.select import select_finding
from bot.rules.select import Request, Selection, codes_of, select
from bot.rules.visits import visit_codes
from corpus.knowledge import Knowledge

_ELSE = (
    "changed",
    "coverage",
    "who",
    "supervision",
    "telehealth",
    "payment",
    "documentation",
    "frequency",
    "denial",
    "place",
    "modifier",
)
_ANOTHER_MATTER = frozenset({"changed", "who", "supervision", "payment", "documentation", "frequency", "denial"})
"""What a turn that goes on may ask of a service whose code was told; the rest are facts that choose a code anew."""
_GROUPS_SHOWN = 4


def select_rule(case: Case) -> Finding | None:
    """The codes for a named service; with several services each is told, a visit only as base of its add-on."""
    facts = case.question.facts
    wanted = case.about("select", "units") or facts.minutes is not None
    services = open_services(case)
    if not services or not wanted or _asks_else(case):
        return None
    return _chosen(case, services)


def codes_of_talk(case: Case) -> dict[str, int]:
    """The codes and units that the facts in force decide, whatever is asked of them: "what does it pay?"."""
    timed = case.question.facts.minutes is not None and bool(case.question.facts.services)
    found = _chosen(case, open_services(case)) if timed else select_rule(case)
    return {row.code: row.units or 1 for row in found.codes if row.role == "recommended"} if found else {}


def _chosen(case: Case, services: Sequence[str]) -> Finding:
    facts = case.question.facts
    found = [_by_own_rule(case, selected(case, name, among=not facts.services)) for name in services]
    chosen = merged([finding for finding in found if finding.claims], rule="select")
    if chosen.verdict is None and _only_asks_whether(case) and any(row.role == "recommended" for row in chosen.codes):
        chosen = replace(chosen, verdict="yes")
    if not facts.services and chosen.claims:
        question = case.knowledge.fixed_texts["ask-subject"].text
        labels = tuple(service.replace("-", " ") for service in services)
        return replace(chosen, clarify=Clarify(slot="service", question=question, options=labels), codes=_open(chosen))
    if case.question.patient_open and chosen.codes and facts.participants is not None:
        why = case.knowledge.fixed_texts["assumed-patient-there"].text
        held = Assumption(slot="participants", value=facts.participants, why=why)
        chosen = replace(chosen, assumptions=(*chosen.assumptions, held))
    if case.question.assumed_service is None or not chosen.claims:
        return chosen
    label = (facts.service or "").replace("-", " ")
    note = Assumption(slot="service", value=label, why="No service was named.")
    asked = chosen.clarify
    if asked is None and "units" in case.question.cues and facts.performer is None:
        asked = Clarify(slot="service", question=case.knowledge.fixed_texts["ask-units-basis"].text, options=())
    return replace(chosen, assumptions=(*chosen.assumptions, note), clarify=asked)


def _by_own_rule(case: Case, finding: Finding) -> Finding:
    """A payer with a way of its own to count the minutes pays what that way bills: yes, when yes or no is asked."""
    own = case.knowledge.rules.conventions.get(case.payer or "")
    billed = own is not None and any(row.role == "recommended" and row.units for row in finding.codes)
    counted = billed and case.question.stated.minutes is not None and finding.verdict is None
    return (
        replace(finding, verdict="yes") if counted and case.question.polar and not case.question.negative else finding
    )


def _only_asks_whether(case: Case) -> bool:
    """Whether yes or no is asked of nothing but a time: "16 min of therapy, can i bill", "and 16?"."""
    question = case.question
    said = question.stated.stated().keys()
    words = _TIME_WORDS + bool(_ENOUGH & set(question.search_text.split()))
    bare = question.content <= len(said) + words and "minutes" in said and said <= _OF_A_TIME
    return question.polar and bare and not question.negative and not question.said_cues


_ENOUGH = frozenset({"enough", "sufficient"})
_OF_A_TIME, _TIME_WORDS = frozenset({"minutes", "minutes_to", "services"}), 1


def _open(finding: Finding) -> tuple[CodeAdvice, ...]:
    """The codes as alternatives: none is recommended while the service is open."""
    return tuple(row.model_copy(update={"role": "alternative"}) for row in finding.codes)


def open_services(case: Case) -> tuple[str, ...]:
    """The named services whose code is to be found: none that a named code already is, no visit beside its add-on.

    Two clinicians and a question for yes or no ask whether both may bill, not for a code.
    """
    facts = case.question.facts
    if case.question.polar and len(case.question.performers) > 1:
        return ()
    visits = _visits(case.knowledge) if _with_em(case) == "yes" else set()
    named = [name for name in facts.services if name not in visits] or list(facts.services)
    if not named and not case.active and "select" in case.question.cues:
        named = _with_participants(case)
    return tuple(name for name in named if not case.active or not _holds(case, name))


def _with_participants(case: Case) -> list[str]:
    """Services that have a variant for the participants said, when no service is named: "did a group, code?"."""
    stated = case.question.facts.participants
    held = [row.service for row in case.knowledge.services if stated is not None and row.participants == stated]
    return list(dict.fromkeys(held))[:_GROUPS_SHOWN]


def _holds(case: Case, service: str) -> bool:
    """Whether a named code is one of the service's, or the time said belongs to the named code."""
    rows = [row for row in case.knowledge.services if row.service == service]
    held = {code for row in rows for code in codes_of(case.knowledge, row)}
    timed = case.question.facts.minutes is not None and _with_em(case) == "yes"
    return bool(held & set(case.active)) or not timed


def _asks_else(case: Case) -> bool:
    """Whether another thing than a code is asked of the service, and no time was said that would decide a code."""
    question = case.question
    if question.stated.minutes is not None:
        return False
    said = set(question.said_cues)
    if (
        question.follow_up
        and question.polar
        and not question.stated.stated()
        and not said & {"select", "same", "units"}
    ):
        return True
    goes_on = question.follow_up and question.facts.minutes is not None and question.stated.stated()
    if goes_on and not question.polar and not said & _ANOTHER_MATTER:
        return False
    wanted = bool({"select", "same"} & set(question.cues))
    return bool(set(_ELSE) & set(question.cues)) or (question.polar and bool(question.cues) and not wanted)


def _with_em(case: Case) -> str | None:
    """Whether there is a medical visit: as stated, else yes when the code of one is named."""
    return case.question.facts.with_em or ("yes" if set(case.active) & visit_codes(case.knowledge) else None)


def _visits(knowledge: Knowledge) -> set[str]:
    """Services that are the medical visit with which a therapy add-on goes: of the family of the add-on's bases."""
    paired = [row for row in knowledge.services if row.with_em == "yes"]
    addons = [knowledge.codes.get(code) for row in paired for code in codes_of(knowledge, row)]
    families = {knowledge.codes.get(base).family for row in addons for base in row.addon_to[:1]}
    return {
        row.service
        for row in knowledge.services
        if any(knowledge.codes.get(code).family in families for code in codes_of(knowledge, row))
    }


def selected(case: Case, service: str, *, among: bool = False) -> Finding:
    """What to bill for one service under the facts in force; the clinician who is barred is told beside it.

    `among` others it is one that may be meant.
    """
    facts = case.question.facts
    request = Request(
        service=service,
        on=case.on,
        minutes=_minutes(case, service),
        minutes_to=facts.minutes_to,
        days=facts.days,
        participants=_known(case.knowledge, service, "participants", facts.participants),
        group_size=facts.group_size,
        performer=facts.performer,
        payer=case.payer,
        visit=_known(case.knowledge, service, "visit", facts.visit),
        with_em=_with_em(case),
    )
    found = select(case.knowledge, request)
    if found.state == "nothing" and _barred(found):
        open_request = replace(request, performer=None)
        other = select_finding(case.knowledge, select(case.knowledge, open_request))
        mine = select_finding(case.knowledge, found)
        if not _priced(case, other):
            return replace(other, claims=(*mine.claims, *other.claims), codes=_open(other), warnings=mine.warnings)
        return replace(other, claims=(*other.claims[:1], *mine.claims, *other.claims[1:]), warnings=mine.warnings)
    return select_finding(case.knowledge, found, among=among)


def _priced(case: Case, finding: Finding) -> bool:
    """Whether the practice may still bill what its staff did: the payer is not Medicare, or Medicare prices a code."""
    if not case.knowledge.rules.medicare_rules(case.payer):
        return True
    return any(case.knowledge.codes.get(row.code).medicare_payable_2026 == "priced" for row in finding.codes)


def _barred(found: Selection) -> bool:
    """Whether only the person who did the work stands against every option."""
    return bool(found.options) and all(option.barred and not option.letters for option in found.options)


def _known(knowledge: Knowledge, service: str, slot: str, stated: str | None) -> str | None:
    """The stated value of `slot` when any variant of the service knows it, or none tells visits apart."""
    held = {getattr(row, slot) for row in knowledge.services if row.service == service}
    return stated if stated in held or (slot == "visit" and held == {None}) else None


def _minutes(case: Case, service: str) -> int | None:
    """The minutes that count: all times said where the service adds up its parts."""
    families = [row.time_family for row in case.knowledge.services if row.service == service and row.time_family]
    summed = added_up(case, families[0]) if families else None
    timed = case.question.timed_service
    if timed is not None and timed != service and {timed, service} <= set(case.question.facts.services):
        return None
    return case.question.facts.minutes if summed is None else summed


def added_up(case: Case, family: str) -> int | None:
    """The sum of all times said, when several were and the family counts all parts or dates of its period."""
    said = case.question.minutes_said
    rule = next((row for row in case.knowledge.rules.time_rules if row.family == family), None)
    return sum(said) if rule is not None and rule.period in _ADDED_UP and len(said) > 1 else None


_ADDED_UP = ("evaluation", "calendar-month")
