"""Rules that count: stated minutes of a named code to units."""

from __future__ import annotations

from dataclasses import replace

from bot.answer import Verdict
from bot.decide.case import Case, payer_or_assumed
from bot.decide.services import added_up, open_services
from bot.evidence import Claim, Finding, from_row
from bot.findings.advice import advice
from bot.findings.limits import limit_finding
from bot.findings.time import once_finding, open_readings, per_form_finding, readings_finding, time_finding
from bot.findings.who import who_finding
from bot.rules.limits import limit
from bot.rules.time import units_for_code
from bot.rules.visits import visit_codes
from bot.rules.who import who
from bot.understand.intents import polar_clause
from bot.understand.polarity import turned


def units_rule(case: Case) -> Finding | None:
    """Codes and units for stated minutes of a named code; nobody's units when the clinician may not report it."""
    facts = case.question.facts
    code = timed_code(case)
    if code is None or open_services(case) or "frequency" in case.question.cues:
        return None
    if facts.minutes is None and facts.days is None:
        return _once(case, code)
    barred = _barred(case, code)
    if barred is not None:
        return barred
    amount = _amount(case, code)
    readings = open_readings(case.knowledge, code, amount, case.payer, case.on)
    if len({reading.units for reading in readings}) > 1:
        return readings_finding(case.knowledge, readings, case.on)
    result = units_for_code(case.knowledge, code, amount, payer=case.payer, on=case.on)
    if result is None:
        return _once(case, code)
    finding = time_finding(case.knowledge, result, case.on)
    if _asks_length(case):
        least = result.step.units and result.step.first == amount and _fits_claimed(case, finding) == "yes"
        return replace(finding, verdict=_turned(case, "yes" if least else "no"))
    if not _asks_for_time(case):
        return replace(finding, verdict=None)
    return replace(finding, verdict=_fits_claimed(case, finding))


def _asks_length(case: Case) -> bool:
    """Whether yes or no is about how long a session has to be: "does it have to run a full 60 minutes"."""
    question = case.question
    asked = question.polar and question.needed and question.stated.minutes is not None
    return asked and len(case.active) == 1 and set(question.cues) <= _OF_LENGTH


_OF_LENGTH = frozenset({"units", "time-rule", "select", "identify"})


def _asks_enough(case: Case) -> bool:
    """Whether it is asked if the code may be billed for the time said, and nothing else."""
    question = case.question
    timed = question.polar and not question.needed and question.stated.minutes is not None
    words = set(polar_clause(question.text).split())
    return timed and bool(words & _MAY) and not set(question.cues) - _OF_LENGTH - {"changed"}


_MAY = frozenset({"ok", "okay", "fine", "enough", "bill", "billable", "report", "use", "still", "allowed"})


def _turned(case: Case, verdict: Verdict) -> Verdict | None:
    return turned(verdict) if case.question.negative else verdict


def misfit_rule(case: Case) -> Finding | None:
    """No, when the minutes or days said are not those of the one code named, whatever else is asked of it.

    A code that is active, or that the payer covers, is still the wrong one for another time.
    """
    question = case.question
    said = question.stated.minutes is not None or question.stated.days is not None
    if not (question.polar and said and len(case.active) == 1 and set(question.cues) & _MASKED):
        return None
    if question.needed or set(question.cues) & _ELSE:
        return None
    found = units_rule(case)
    if found is None or found.rule != "time" or found.clarify is not None or _fits_claimed(case, found) != "no":
        return None
    return replace(found, verdict="yes" if question.negative else "no", rule=MISFIT)


MISFIT = "misfit"
"""Rule of a time that is not the named code's."""
_MASKED = frozenset({"changed", "coverage", "payment"})
"""What is answered yes of a code though the time said is not its own."""
_ELSE = frozenset({"time-rule", "documentation", "telehealth", "frequency"})


def too_short_rule(case: Case) -> Finding | None:
    """Minutes under the least that a named code needs come before anything else about it."""
    facts = case.question.facts
    code = timed_code(case)
    if code is None or facts.minutes is None or len(case.active) < _TWO:
        return None
    result = units_for_code(case.knowledge, code, _amount(case, code), payer=case.payer, on=case.on)
    return time_finding(case.knowledge, result, case.on) if result is not None and not result.units else None


_TWO = 2


def timed_code(case: Case) -> str | None:
    """The named code that the stated time belongs to: the only one, the base of one ladder, or all but the visits."""
    if len(case.active) <= 1 or one_ladder(case):
        return case.active[0] if case.active else None
    visits = visit_codes(case.knowledge)
    timed = [code for code in case.active if case.knowledge.rules.families_of(code) and code not in visits]
    return timed[0] if len(timed) == 1 and case.question.facts.minutes is not None else None


def _amount(case: Case, code: str) -> int:
    """The minutes (or days) that count: all times said together where the family adds up dates."""
    facts = case.question.facts
    if facts.minutes is None:
        return facts.days or 0
    families = case.knowledge.rules.families_of(code)
    summed = added_up(case, families[0]) if families else None
    return facts.minutes if summed is None else summed


def _barred(case: Case, code: str) -> Finding | None:
    """Who may report it instead, when the stated clinician may not report the code.

    Without a payer only a rule counts that names what this clinician reports instead: it is Medicare's then.
    """
    payer, assumed = payer_or_assumed(case)
    for performer in (case.question.facts.performer, _supervisor(case)):
        if performer is not None:
            found = who(case.knowledge, code, performer, payer, case.on)
            if found.state == "not_applicable" and (found.instead or not assumed):
                return replace(who_finding(case.knowledge, found, case.on), assumptions=assumed)
    return None


def _supervisor(case: Case) -> str | None:
    """The one clinician named beside staff, in whose name the work of the staff is billed."""
    kinds = {name: case.knowledge.rules.performers[name].kind for name in case.question.performers}
    own = case.knowledge.rules.performer(case.question.facts.performer or "")
    clinicians = [name for name, kind in kinds.items() if kind == "clinician"]
    return clinicians[0] if own is not None and own.kind == "staff" and len(clinicians) == 1 else None


def _once(case: Case, code: str) -> Finding | None:
    """One unit a session, for a code that no minutes decide, when units are asked for."""
    if not case.about("units") or len(case.active) > 1:
        return None
    finding = once_finding(case.knowledge, code, case.on)
    if finding is not None and _asks_length(case):
        return replace(finding, verdict=_turned(case, "no"))
    if finding is not None and _asks_enough(case):
        finding = replace(finding, verdict=_turned(case, "yes"))
    said = max((mention.units or 1 for mention in case.question.facts.codes), default=1)
    return finding if finding is None or said == 1 else replace(finding, verdict="no")


def _asks_for_time(case: Case) -> bool:
    """Whether yes or no is about the time and the units, not about something else that a time was said with."""
    paid = case.payer is not None and "coverage" in case.question.cues
    return case.question.polar and not paid and not case.about("time-rule", "documentation", "telehealth", "frequency")


def _fits_claimed(case: Case, finding: Finding) -> Verdict | None:
    """For "is that 0592T x 3?": yes when the codes and units said are the codes and units found, else no."""
    found = {row.code: row.units for row in finding.codes if row.role == "recommended"}
    said = case.question.facts.codes
    if case.question.each_day and _once_for_all(case):
        return "no"
    if any(mention.code not in found for mention in said):
        return "no"
    return "yes" if all(m.units in (None, found[m.code]) for m in said) else "no"


def _once_for_all(case: Case) -> bool:
    """Whether the named code is the base of an evaluation: once for all its days, the rest is the add-on's."""
    families = {family for code in case.active for family in case.knowledge.rules.families_of(code)}
    rules = [rule for rule in case.knowledge.rules.time_rules if rule.family in families]
    return any(rule.period == _EVALUATION and rule.addon and set(rule.codes) & set(case.active) for rule in rules)


_EVALUATION = "evaluation"


def one_ladder(case: Case) -> bool:
    """Whether the codes are base and add-on of one time family whose minutes are stated."""
    facts = case.question.facts
    if facts.minutes is None:
        return False
    families = [set(case.knowledge.rules.families_of(code)) for code in case.active]
    return bool(families) and bool(set.intersection(*families))


def instruments_rule(case: Case) -> Finding | None:
    """One unit for each scored form, when several forms and their units are asked about."""
    count = case.question.instruments
    codes = case.active or case.service_codes
    per_form = [code for code in codes if case.knowledge.codes.get(code, case.on).unit == _PER_FORM]
    counted = {"units", "select"} & set(case.question.cues) or (case.active and not case.question.cues)
    if count < _TWO or not counted or len(per_form) != 1:
        return None
    return per_form_finding(case.knowledge, per_form[0], count, case.on)


_PER_FORM, _PER_MONTH = "per-test", "per-month"


def limit_rule(case: Case) -> Finding | None:
    """Medicare's daily unit limit, when a limit or a number of units of one code is asked about."""
    facts = case.question.facts
    asked = "frequency" in case.question.cues
    if len(case.active) != 1 or (facts.minutes is not None and not asked):
        return None
    units = next((mention.units for mention in facts.codes if mention.units), None)
    if case.question.polar and case.question.spans:
        return _monthly(case, units or 1)  # a limit of one day says nothing about a week or a year
    if units is None and not case.about("frequency", "units"):
        return None
    held = limit(case.knowledge, case.active[0], units or 1, case.on, facts.payer)
    finding = limit_finding(case.knowledge, held, case.on)
    if case.question.polar and units and held.standing == "within" and held.state == "applies" and _counts_forms(case):
        return replace(finding, verdict="yes")  # two scored forms are two units: only the limit stands against them
    return finding


def _monthly(case: Case, units: int) -> Finding | None:
    """That a code for the whole month is reported once, when several are asked about."""
    row = case.knowledge.codes.get(case.active[0], case.on)
    if units < _TWO or row.unit != _PER_MONTH or row.mue != 1:
        return None
    evidence = from_row(case.knowledge, row, ("code", "label", "unit", "mue"), f"Code table, {row.code}")
    told = Claim(f"{row.code} is one unit per month.", (evidence,))
    return Finding((told,), (advice(case.knowledge, row.code, "mentioned", case.on),), verdict="no", rule="limits")


def _counts_forms(case: Case) -> bool:
    return case.knowledge.codes.get(case.active[0], case.on).unit == _PER_FORM
