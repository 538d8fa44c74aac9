"""Checks of single claim lines: documented time, modifiers, place of service, telehealth marking."""

from __future__ import annotations

from collections.abc import Iterator

from bot.rules import time
from bot.rules.claim import Claim, Issue, Line, Severity
from bot.rules.ladder import Units
from bot.rules.modifiers import conflicts, is_em, known, marking, says_telehealth
from bot.rules.places import location_of, place_row, telehealth_codes, telehealth_rule
from bot.rules.price import rates_year
from bot.rules.time import TimeResult
from corpus.knowledge import Knowledge

_LONG_DAY = 8 * 60
_DAILY = ("session", "date")


def time_issues(knowledge: Knowledge, claim: Claim) -> Iterator[Issue]:
    """Minutes that are impossible, and minutes that do not support the code or its units."""
    for n, line in enumerate(claim.lines, start=1):
        if line.minutes is None:
            continue
        if line.minutes < 0 or line.minutes > 31 * time.MINUTES_A_DAY:
            text = f"{line.minutes} minutes of {line.code}: no session has such a time."
            yield Issue("deny", "minutes", text, (n,), (line.code,), "Correct the minutes.", ())
            continue
        if knowledge.codes.status(line.code, claim.on) != "active":
            continue
        result = time.units_for_code(knowledge, line.code, line.minutes, payer=claim.payer, on=claim.on)
        if result is None or result.rule.measure != "minutes":
            continue
        yield from _long(result, line, n)
        yield from _supported(knowledge, claim, result, line, n)


def _long(result: TimeResult, line: Line, n: int) -> Iterator[Issue]:
    if result.rule.period not in _DAILY or result.minutes <= _LONG_DAY:
        return
    text = f"{result.minutes} minutes of {line.code} on one date is more than 8 hours."
    severity: Severity = "deny" if result.minutes > time.MINUTES_A_DAY else "warn"
    yield Issue(severity, "minutes", text, (n,), (line.code,), "Check start and stop times.", ())


def _billed(claim: Claim, result: TimeResult) -> Units:
    """What the claim bills of the family, in the family's order."""
    order = (*result.rule.codes, *((result.rule.addon,) if result.rule.addon else ()))
    counted = {code: sum(line.units for line in claim.lines if line.code == code) for code in order}
    return tuple((code, units) for code, units in counted.items() if units)


def _supported(knowledge: Knowledge, claim: Claim, result: TimeResult, line: Line, n: int) -> Iterator[Issue]:
    billed = _billed(claim, result)
    if billed == result.units:
        return
    row = knowledge.codes.get(line.code, claim.on)
    loose = is_em(knowledge, row)
    other = _other_reading(knowledge, claim, result, billed)
    if other is not None:
        text = (
            f"{time.shown(billed)} for {result.minutes} minutes holds only under this reading: {other.convention.name}."
        )
        fix = f"The usual count is {time.shown(result.units)}: {result.arithmetic}"
        yield Issue("warn", "time", text, (n,), (line.code,), fix, (*result.evidence, *other.evidence))
        return
    if not result.units:
        text = f"{result.minutes} minutes do not reach {line.code}."
        fix = result.arithmetic
    else:
        text = f"{result.minutes} minutes bill {time.shown(result.units)}, not {time.shown(billed)}."
        fix = f"{result.arithmetic} {result.boundaries}"
    severity: Severity = "warn" if loose or _rank(result, billed) < _rank(result, result.units) else "deny"
    if loose:
        fix = f"{fix} The level may rest on decision making instead of time."
    yield Issue(severity, "time", text, (n,), (line.code,), fix, result.evidence)


def _rank(result: TimeResult, units: Units) -> tuple[int, int]:
    """How much a count bills in its family; less than the time supports is not denied, only worth a look."""
    bases = [result.rule.codes.index(code) for code, _ in units if code in result.rule.codes]
    return (max(bases, default=-1), sum(number for _, number in units))


def _other_reading(knowledge: Knowledge, claim: Claim, result: TimeResult, billed: Units) -> TimeResult | None:
    family = result.rule.family
    if knowledge.rules.time_rule(family, result.rule.convention) is None:
        return None
    others = time.alternatives(knowledge, family, result.minutes, result.rule.convention, claim.payer)
    return next((other for other in others if other.units == billed), None)


def modifier_issues(knowledge: Knowledge, claim: Claim) -> Iterator[Issue]:
    """Modifiers that are unknown or do not go with each other, the place, the code or the payer."""
    for n, line in enumerate(claim.lines, start=1):
        for modifier in line.modifiers:
            if not known(knowledge, modifier):
                text = f"{modifier} is not in the modifier table."
                yield Issue("warn", "modifier", text, (n,), (line.code,), "Check the modifier for typing errors.", ())
        for found in conflicts(knowledge, line.code, line.modifiers, line.pos, claim.payer, claim.on):
            rule = found.rule
            yield Issue(rule.severity, "modifier", rule.problem, (n,), (line.code,), rule.fix, found.evidence)


def place_issues(knowledge: Knowledge, claim: Claim) -> Iterator[Issue]:
    """Places of service that are unknown, or not the one that the payer asks for."""
    for n, line in enumerate(claim.lines, start=1):
        if line.pos is None:
            continue
        if place_row(knowledge, line.pos) is None:
            text = f"{line.pos} is not a place of service code."
            yield Issue("deny", "place", text, (n,), (line.code,), "Check the place of service.", ())
            continue
        if line.pos not in telehealth_codes(knowledge):
            continue
        rule = telehealth_rule(
            knowledge, claim.payer, _modality(knowledge, line), location_of(knowledge, line.pos), claim.on, line.code
        )
        if rule is not None and rule.pos is not None and rule.pos != line.pos:
            found = marking(knowledge, line.code, rule.modality, claim.payer, line.pos, claim.on)
            text = f"This payer's telehealth rule names POS {rule.pos}, not POS {line.pos}."
            yield Issue("warn", "place", text, (n,), (line.code,), rule.note or "", found.evidence)


def _modality(knowledge: Knowledge, line: Line) -> str:
    """The kind of telehealth that a line's modifiers name; the one of the first rule when they name none."""
    rules = knowledge.rules.telehealth_rules
    for rule in rules:
        if rule.need == "required" and set(rule.modifiers) & set(line.modifiers):
            return rule.modality
    return rules[0].modality


def telehealth_issues(knowledge: Knowledge, claim: Claim) -> Iterator[Issue]:
    """Telehealth lines without the modifier that the payer requires, or of codes that Medicare does not list."""
    for n, line in enumerate(claim.lines, start=1):
        if (
            not says_telehealth(knowledge, line.modifiers, line.pos)
            or knowledge.codes.status(line.code, claim.on) != "active"
        ):
            continue
        modality = _modality(knowledge, line)
        found = marking(knowledge, line.code, modality, claim.payer, line.pos, claim.on)
        if found.rule is not None and found.rule.need == "not-paid":
            yield Issue("deny", "telehealth", found.reason, (n,), (line.code,), "", found.evidence)
        elif found.required and not set(found.modifiers) & set(line.modifiers):
            text = f"This payer requires {' or '.join(found.modifiers)} on a telehealth line."
            fix = f"Add {found.modifiers[0]} when the session was held that way."
            yield Issue("deny", "telehealth", text, (n,), (line.code,), fix, found.evidence)
        yield from _listed(knowledge, claim, line, n, audio=modality != knowledge.rules.telehealth_rules[0].modality)


def _listed(knowledge: Knowledge, claim: Claim, line: Line, n: int, *, audio: bool) -> Iterator[Issue]:
    """Medicare's telehealth list, for the year whose list is held."""
    if not knowledge.rules.medicare_rules(claim.payer) or claim.on.year != rates_year():
        return
    row = knowledge.codes.get(line.code)
    found = marking(knowledge, line.code, _modality(knowledge, line), claim.payer, line.pos, claim.on)
    answer = row.audio_only_2026 if audio else row.telehealth_2026
    how = "by audio only" if audio else "by telehealth"
    if answer == "no":
        text = f"Medicare does not list {line.code} as a service {how}."
        fix = "Bill it without a telehealth place of service and modifier when it was not telehealth."
        yield Issue("deny", "telehealth", text, (n,), (line.code,), fix, found.evidence)
    elif answer == "unknown":
        text = f"Whether Medicare accepts {line.code} {how} is not held."
        yield Issue("warn", "telehealth", text, (n,), (line.code,), "Check the current list.", found.evidence)
