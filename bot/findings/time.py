"""Counted time as sentences: the codes and units, the arithmetic, and the boundaries on both sides."""

from __future__ import annotations

from datetime import date

from bot.answer import AnswerWarning, Clarify
from bot.evidence import Claim, Finding, computed, from_row
from bot.findings.advice import advice
from bot.rules.ladder import Step, Units
from bot.rules.time import TimeResult, units_for_code
from corpus.knowledge import Knowledge


def time_finding(knowledge: Knowledge, result: TimeResult, on: date) -> Finding:
    """What the minutes bill, or why nothing is billable; the first sentence is the bottom line."""
    if not result.units:
        return _nothing(knowledge, result, on)
    span, word = _span(result.step), result.rule.measure
    codes = ", ".join(code for code, _ in result.units)
    if len(result.units) == 1 and result.units[0][1] == 1:
        text = f"{result.minutes} {word} is {codes} ({span} {word}), one unit."
    else:
        text = f"{result.minutes} {word} is {_units(result.units)} ({span} {word})."
    claims = [Claim(text, result.evidence)]
    if len(result.units) > 1 or result.units[0][1] > 1:
        claims.append(Claim(f"The count: {result.arithmetic}", result.evidence))
    claims += _boundaries(result)
    claims += [_limit(knowledge, over.code) for over in result.over_limits]
    warnings = tuple(
        AnswerWarning(
            kind="units_limit",
            text=f"Medicare's unit limit for {over.code} is {over.limit} a day; more units are likely to deny.",
            codes=(over.code,),
        )
        for over in result.over_limits
    )
    advised = tuple(advice(knowledge, code, "recommended", on, units=number) for code, number in result.units)
    return Finding(tuple(claims), advised, warnings, rule="time")


def once_finding(knowledge: Knowledge, code: str, on: date) -> Finding | None:
    """One unit for a code that no minutes decide and that is reported once a session or a day; None for others."""
    row = knowledge.codes.get(code, on)
    if row.unit not in _ONCE or row.addon:
        return None
    note = f" {row.note}" if row.note else ""
    evidence = from_row(knowledge, row, ("code", "unit", "mue", "note"))
    claim = Claim(f"{code} is one unit per {row.unit.removeprefix('per-')}, however long it lasts.{note}", (evidence,))
    return Finding((claim,), (advice(knowledge, code, "recommended", on, units=1),), rule="time")


_ONCE = ("session", "per-day")


def per_form_finding(knowledge: Knowledge, code: str, count: int, on: date) -> Finding:
    """One unit for each scored form."""
    row = knowledge.codes.get(code, on)
    worked = computed("units:per-form", "Count of forms", f"{count} forms x 1 unit of {code} = {count} units")
    cells = from_row(knowledge, row, ("code", "label", "unit", "mue"))
    text = f"{count} scored forms are {code} x {count}: one unit for each form."
    advised = advice(knowledge, code, "recommended", on, units=count)
    return Finding((Claim(text, (worked, cells)),), (advised,), rule="time")


def open_readings(knowledge: Knowledge, code: str, minutes: int, payer: str | None, on: date) -> tuple[TimeResult, ...]:
    """The readings of a repeating code that states no first minute and belongs to no family.

    Whether its units are rounded at the midpoint or counted in full is for the payer to say, so both are counted;
    empty for any other code.
    """
    row = knowledge.codes.find(code, on)
    if row is None or row.min_minutes is not None or knowledge.rules.families_of(code):
        return ()
    named = [one for one in knowledge.rules.conventions.values() if not one.payers and one.counting in _ROUNDINGS]
    results = {
        one.counting: units_for_code(knowledge, code, minutes, one.convention, payer, on)
        for one in sorted(named, key=lambda one: -one.rank)
    }
    return tuple(result for result in results.values() if result is not None)


_ROUNDINGS = ("midpoint", "full")


def readings_finding(knowledge: Knowledge, readings: tuple[TimeResult, ...], on: date) -> Finding:
    """The units under each reading, and the question which one the payer uses."""
    slot = knowledge.rules.slots["payer"]
    code = readings[0].rule.codes[0]
    claims = []
    for reading in readings:
        cells = from_row(knowledge, reading.convention, ("convention", "name", "meaning"))
        counted = f"{reading.minutes} {reading.rule.measure} is {_units(reading.units)}"
        text = f"{counted} under the {reading.convention.name}: {reading.convention.meaning}"
        claims.append(Claim(text, (*reading.evidence, cells)))
    fewest = min(sum(number for _, number in reading.units) for reading in readings)
    text = f"The payer or state program sets how {code} is rounded; until that is known, {fewest} is the safe count."
    warning = AnswerWarning(kind="payer_varies", text=text, codes=(code,))
    clarify = Clarify(slot=slot.slot, question=slot.question)
    return Finding(
        tuple(claims), (advice(knowledge, code, "alternative", on),), (warning,), clarify=clarify, rule="time"
    )


def other_readings(result: TimeResult, others: tuple[TimeResult, ...]) -> list[Claim]:
    """What the minutes bill where a payer counts in another way."""
    return [
        Claim(
            f"Under the {other.convention.name}, only where the payer uses it, {other.minutes} {other.rule.measure} is "
            f"{_units(other.units)}.",
            other.evidence,
        )
        for other in others
        if other.units != result.units
    ]


def _nothing(knowledge: Knowledge, result: TimeResult, on: date) -> Finding:
    code = next((c for step in (result.after, result.before) if step for c, _ in step.units), result.rule.codes[0])
    first = result.after.first if result.after else None
    if first is None:
        text = f"{result.minutes} {result.rule.measure} fits none of these codes."
    else:
        measure = result.rule.measure.removesuffix("s") if result.minutes == 1 else result.rule.measure
        text = (
            f"{result.minutes} {measure} is too short to bill: {code} needs at least "
            f"{first} {result.rule.measure}, and nothing shorter is reported."
        )
    warning = AnswerWarning(kind="time_not_met", text=text, codes=(code,))
    rejected = advice(knowledge, code, "rejected", on, why="the time is not met")
    return Finding((Claim(text, result.evidence),), (rejected,), (warning,), verdict="no", rule="time")


def _boundaries(result: TimeResult) -> list[Claim]:
    parts = []
    if result.before is not None and result.before.last is not None:
        parts.append(f"{result.before.last} {result.rule.measure} would be {_units(result.before.units)}")
    if result.after is not None:
        parts.append(f"{result.after.first} {result.rule.measure} would be {_units(result.after.units)}")
    return [Claim(f"The boundaries: {'; '.join(parts)}.", result.evidence)] if parts else []


def _limit(knowledge: Knowledge, code: str) -> Claim:
    row = knowledge.codes.get(code)
    evidence = from_row(knowledge, row, ("code", "mue", "mai", "mue_edition"))
    text = f"Medicare's unit limit (MUE) for {code} is {row.mue} a day, so units above it are likely to deny."
    return Claim(text, (evidence,))


def _units(units: Units) -> str:
    """`96136 x 1 and 96137 x 2`, or `nothing`."""
    if not units:
        return "nothing billable"
    if len(units) == 1 and units[0][1] == 1:
        return units[0][0]
    return " and ".join(f"{code} x {number}" for code, number in units)


def _span(step: Step) -> str:
    return f"{step.first} to {step.last}" if step.last is not None else f"{step.first} or more"
