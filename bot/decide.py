"""Which rules speak to a question, in order of weight. Each rule returns a Finding or nothing; none guesses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bot.answer import Verdict
from bot.evidence import Finding
from bot.findings.denials import denial_finding
from bot.findings.describe import describe
from bot.findings.pairs import pairs_finding
from bot.findings.price import price_finding
from bot.findings.select import select_finding
from bot.findings.status import premise_finding, status_finding
from bot.findings.time import time_finding
from bot.findings.who import who_finding
from bot.question import Question
from bot.rules.pairs import combine
from bot.rules.price import find_localities, price, setting_of
from bot.rules.select import Request, Selection, select
from bot.rules.time import units_for_code
from bot.rules.who import who
from corpus.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules look at: the question, the date of service and the knowledge."""

    knowledge: Knowledge
    question: Question
    on: dt.date

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the tables that the turn or the conversation is about."""
        return tuple(mention.code for mention in self.question.facts.codes)

    @property
    def active(self) -> tuple[str, ...]:
        """Those of `codes` that may be reported on the date."""
        return tuple(code for code in self.codes if self.knowledge.codes.status(code, self.on) == "active")

    def about(self, *intents: str) -> bool:
        """Whether one of these intents was read in the turn."""
        return any(intent in self.question.intents for intent in intents)


Rule = Callable[[Case], Finding | None]


def decide(case: Case) -> list[Finding]:
    """All findings for the question, strongest first; empty ones are left out."""
    return [finding for finding in _findings(case) if finding.claims or finding.clarify or finding.codes]


def _findings(case: Case) -> Iterator[Finding]:
    for rule in RULES:
        finding = rule(case)
        if finding is not None:
            yield finding


def _not_active(case: Case) -> Finding | None:
    """Codes that may not be reported on the date come first, whatever was asked."""
    gone = [code for code in case.codes if code not in case.active]
    if not gone:
        return None
    findings = [status_finding(case.knowledge, code, case.on) for code in gone]
    return merged(findings, rule="status")


def _premise(case: Case) -> Finding | None:
    for code in case.active:
        finding = premise_finding(case.knowledge, code, case.on, case.question.text)
        if finding.claims and case.question.polar:
            return finding
    return None


def _denial(case: Case) -> Finding | None:
    return denial_finding(case.knowledge, case.question.denials) if case.question.denials else None


def _still_valid(case: Case) -> Finding | None:
    if not case.about("changed") or len(case.active) != 1 or case.active != case.codes:
        return None
    return status_finding(case.knowledge, case.active[0], case.on)


def _price(case: Case) -> Finding | None:
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


def _who(case: Case) -> Finding | None:
    """Whether the clinician may report the named code, or who may; only when that is what was asked."""
    facts = case.question.facts
    asked = case.about("who", "supervision") or (case.question.stated.performer and case.question.polar)
    if not asked or len(case.active) != 1 or case.question.stated.minutes is not None:
        return None
    found = who(case.knowledge, case.active[0], facts.performer, facts.payer, case.on)
    return who_finding(case.knowledge, found, case.on)


def _pairs(case: Case) -> Finding | None:
    """Whether the named codes go together, when two or more are named and the turn is not about choosing one."""
    if len(case.active) < 2 or case.about("compare") or _one_ladder(case):
        return None
    found = combine(case.knowledge, case.active, case.on, case.question.facts.payer)
    return pairs_finding(case.knowledge, found, case.on, case.question.facts.payer)


def _one_ladder(case: Case) -> bool:
    """Whether the codes are base and add-on of one time family whose minutes are stated."""
    facts = case.question.facts
    if facts.minutes is None:
        return False
    families = [set(case.knowledge.rules.families_of(code)) for code in case.active]
    return bool(families) and bool(set.intersection(*families))


def _units(case: Case) -> Finding | None:
    """Codes and units for stated minutes of a named code."""
    facts = case.question.facts
    amount = facts.minutes if facts.minutes is not None else facts.days
    if amount is None or not case.active or (len(case.active) > 1 and not _one_ladder(case)):
        return None
    result = units_for_code(case.knowledge, case.active[0], amount, payer=facts.payer, on=case.on)
    if result is None:
        return None
    finding = time_finding(case.knowledge, result, case.on)
    return replace(finding, verdict=_fits_claimed(case, finding))


def _fits_claimed(case: Case, finding: Finding) -> Verdict | None:
    """For "is that 0592T x 3?": yes when the codes and units said are the codes and units found, else no."""
    found = {row.code: row.units for row in finding.codes if row.role == "recommended"}
    said = case.question.facts.codes
    if any(mention.code not in found for mention in said):
        return "no"
    return "yes" if all(m.units in (None, found[m.code]) for m in said) else "no"


def _select(case: Case) -> Finding | None:
    """The codes for a named service; with several services each is told, a visit only as base of its add-on."""
    facts = case.question.facts
    wanted = case.about("select", "units", "coverage") or facts.minutes is not None
    if not facts.services or case.active or not wanted:
        return None
    services = [name for name in facts.services if not (facts.with_em == "yes" and name in _visits(case.knowledge))]
    found = [_selected(case, name) for name in services or facts.services]
    return merged([finding for finding in found if finding.claims], rule="select")


def _visits(knowledge: Knowledge) -> set[str]:
    """Services that are the medical visit which a therapy add-on goes with."""
    bases = {base for row in knowledge.codes if row.addon for base in row.addon_to}
    return {
        row.service
        for row in knowledge.services
        if row.time_family
        and any(u[0] in bases for t in knowledge.time_units if t.family == row.time_family for u in t.units)
        and row.with_em is None
        and row.visit is not None
        and row.performers
    }


def _selected(case: Case, service: str) -> Finding:
    facts = case.question.facts
    request = Request(
        service=service,
        on=case.on,
        minutes=facts.minutes,
        minutes_to=facts.minutes_to,
        days=facts.days,
        participants=_participants(case.knowledge, service, facts.participants),
        group_size=facts.group_size,
        performer=facts.performer,
        payer=facts.payer,
        visit=facts.visit,
        with_em=facts.with_em,
    )
    found = select(case.knowledge, request)
    if found.state == "nothing" and _barred(found):
        open_request = replace(request, performer=None)
        other = select_finding(case.knowledge, select(case.knowledge, open_request))
        mine = select_finding(case.knowledge, found)
        return replace(other, claims=(*other.claims[:1], *mine.claims, *other.claims[1:]), warnings=mine.warnings)
    return select_finding(case.knowledge, found)


def _barred(found: Selection) -> bool:
    """Whether only the person who did the work stands against every option."""
    return bool(found.options) and all(option.barred and not option.letters for option in found.options)


def _participants(knowledge: Knowledge, service: str, stated: str | None) -> str | None:
    """The stated participants when any variant of the service knows them."""
    held = {row.participants for row in knowledge.services if row.service == service}
    return stated if stated in held else None


def _describe(case: Case) -> Finding | None:
    """What the named codes are: in full when that is the question, briefly to compare two."""
    if case.about("compare") and len(case.active) >= 2:
        found = [describe(case.knowledge, code, case.on, brief=True) for code in case.active]
        return merged(found, rule="describe")
    if case.active and _only_asks_what(case):
        found = [describe(case.knowledge, code, case.on) for code in case.active[:3]]
        return merged(found, rule="describe")
    return None


def _only_asks_what(case: Case) -> bool:
    asked = set(case.question.intents) - {"identify", "define", "select", "time-rule"}
    return not asked and not case.question.polar and case.question.facts.minutes is None


def merged(findings: list[Finding], *, rule: str) -> Finding:
    """Several findings as one, in order; the first verdict and question back win."""
    return Finding(
        claims=tuple(claim for finding in findings for claim in finding.claims),
        codes=tuple(code for finding in findings for code in finding.codes),
        warnings=tuple(warning for finding in findings for warning in finding.warnings),
        verdict=next((finding.verdict for finding in findings if finding.verdict), None),
        clarify=next((finding.clarify for finding in findings if finding.clarify), None),
        assumptions=tuple(item for finding in findings for item in finding.assumptions),
        rule=rule,
    )


RULES: tuple[Rule, ...] = (
    _not_active,
    _premise,
    _denial,
    _still_valid,
    _price,
    _who,
    _pairs,
    _units,
    _select,
    _describe,
)
"""In order of weight."""
