"""Which rules speak to a question, in order of weight. Each rule returns a Finding or nothing; none guesses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bot.answer import Assumption, Verdict
from bot.evidence import Finding
from bot.findings.denials import denial_finding
from bot.findings.describe import describe
from bot.findings.pairs import pairs_finding
from bot.findings.price import price_finding
from bot.findings.select import select_finding
from bot.findings.status import premise_finding, status_finding
from bot.findings.time import open_readings, readings_finding, time_finding
from bot.findings.who import who_finding
from bot.lookup import similar_codes
from bot.question import Question
from bot.respond import PAST_HORIZON, past_horizon, unknown_code
from bot.rules.pairs import combine
from bot.rules.price import find_localities, price, setting_of
from bot.rules.select import Request, Selection, codes_of, select
from bot.rules.time import units_for_code
from bot.rules.who import who
from bot.understand.polarity import turned
from corpus.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules look at: the question, the date of service and the knowledge."""

    knowledge: Knowledge
    question: Question
    on: dt.date

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the tables that the turn or the conversation is about, but for those said to be absent."""
        return tuple(mention.code for mention in self.question.facts.codes if not mention.negated)

    @property
    def active(self) -> tuple[str, ...]:
        """Those of `codes` that may be reported on the date."""
        return tuple(code for code in self.codes if self.knowledge.codes.status(code, self.on) == "active")

    @property
    def service_codes(self) -> tuple[str, ...]:
        """The base codes of the named service that are active on the date."""
        rows = [row for row in self.knowledge.services if row.service == self.question.facts.service]
        codes = dict.fromkeys(code for row in rows for code in codes_of(self.knowledge, row))
        return tuple(code for code in codes if self.knowledge.codes.status(code, self.on) == "active")

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
            if finding.rule == PAST_HORIZON:
                return


def _not_active(case: Case) -> Finding | None:
    """Codes that may not be reported on the date come first, whatever was asked."""
    gone = [code for code in case.codes if code not in case.active]
    if not gone:
        return None
    findings = [status_finding(case.knowledge, code, case.on) for code in gone]
    return merged(findings, rule="status")


def _premise(case: Case) -> Finding | None:
    for code in case.active:
        finding = premise_finding(case.knowledge, code, case.on, case.question.search_text)
        if finding.claims and case.question.polar:
            return finding
    return None


def _denial(case: Case) -> Finding | None:
    return denial_finding(case.knowledge, case.question.denials) if case.question.denials else None


def _still_valid(case: Case) -> Finding | None:
    """Whether the named codes, or those of the named service, are still active."""
    if not case.about("changed") or case.active != case.codes:
        return None
    codes = case.active or case.service_codes
    found = merged([status_finding(case.knowledge, code, case.on) for code in codes[:3]], rule="status")
    return replace(found, verdict=turned(found.verdict)) if case.question.negative else found


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
    code = case.active[0]
    readings = open_readings(case.knowledge, code, amount, facts.payer, case.on)
    if len({reading.units for reading in readings}) > 1:
        return readings_finding(case.knowledge, readings, case.on)
    result = units_for_code(case.knowledge, code, amount, payer=facts.payer, on=case.on)
    if result is None:
        return None
    finding = time_finding(case.knowledge, result, case.on)
    if not _asks_for_time(case):
        return replace(finding, verdict=None)
    return replace(finding, verdict=_fits_claimed(case, finding))


def _asks_for_time(case: Case) -> bool:
    """Whether yes or no is about the time and the units, not about something else that a time was said with."""
    return case.question.polar and not case.about("time-rule", "documentation", "coverage", "telehealth", "frequency")


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
    wanted = case.about("select", "units") or facts.minutes is not None
    if not facts.services or case.active or not wanted or _asks_else(case):
        return None
    services = [name for name in facts.services if not (facts.with_em == "yes" and name in _visits(case.knowledge))]
    found = [_selected(case, name) for name in services or facts.services]
    return merged([finding for finding in found if finding.claims], rule="select")


_ELSE = ("changed", "coverage", "who", "supervision", "telehealth", "payment", "documentation", "frequency", "denial")


def _asks_else(case: Case) -> bool:
    """Whether another thing than a code is asked of the service, and no time was said that would decide a code."""
    return case.question.stated.minutes is None and (
        case.about(*_ELSE) or (case.question.polar and not case.about("select"))
    )


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


def _past_horizon(case: Case) -> Finding | None:
    return past_horizon(case.knowledge, case.on) if case.on > case.knowledge.coverage.horizon else None


def _unknown(case: Case) -> Finding | None:
    """Codes in no table: a neighboring field's are named as such, others with the near ones of the tables."""
    found = [status_finding(case.knowledge, code, case.on) for code in case.question.neighbour_codes]
    for code in case.question.unknown_codes:
        found.append(unknown_code(case.knowledge, code, similar_codes(case.knowledge, code, case.on)))
    return merged(found, rule="unknown") if found else None


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
    _past_horizon,
    _unknown,
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
