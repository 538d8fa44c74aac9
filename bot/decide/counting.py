"""Rules that count: stated minutes of a named code to units."""

from __future__ import annotations

from dataclasses import replace

from bot.answer import Verdict
from bot.decide.case import Case
from bot.decide.services import open_services
from bot.evidence import Finding
from bot.findings.limits import limit_finding
from bot.findings.time import open_readings, readings_finding, time_finding
from bot.rules.limits import limit
from bot.rules.time import units_for_code


def units_rule(case: Case) -> Finding | None:
    """Codes and units for stated minutes of a named code."""
    facts = case.question.facts
    amount = facts.minutes if facts.minutes is not None else facts.days
    if open_services(case):
        return None
    if amount is None or not case.active or (len(case.active) > 1 and not one_ladder(case)):
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


def one_ladder(case: Case) -> bool:
    """Whether the codes are base and add-on of one time family whose minutes are stated."""
    facts = case.question.facts
    if facts.minutes is None:
        return False
    families = [set(case.knowledge.rules.families_of(code)) for code in case.active]
    return bool(families) and bool(set.intersection(*families))


def limit_rule(case: Case) -> Finding | None:
    """Medicare's daily unit limit, when a limit or a number of units of one code is asked about."""
    facts = case.question.facts
    if len(case.active) != 1 or facts.minutes is not None:
        return None
    units = next((mention.units for mention in facts.codes if mention.units), None)
    if units is None and not case.about("frequency", "units"):
        return None
    return limit_finding(
        case.knowledge, limit(case.knowledge, case.active[0], units or 1, case.on, facts.payer), case.on
    )
