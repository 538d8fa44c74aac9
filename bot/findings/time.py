"""Counted time as sentences: the codes and units, the arithmetic, and the boundaries on both sides."""

from __future__ import annotations

from datetime import date

from bot.answer import AnswerWarning
from bot.evidence import Claim, Finding, from_row
from bot.findings.advice import advice
from bot.rules.ladder import Step, Units
from bot.rules.time import TimeResult
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


def _nothing(knowledge: Knowledge, result: TimeResult, on: date) -> Finding:
    code = next((c for step in (result.after, result.before) if step for c, _ in step.units), result.rule.codes[0])
    first = result.after.first if result.after else None
    if first is None:
        text = f"{result.minutes} {result.rule.measure} fits none of these codes."
    else:
        text = (
            f"{result.minutes} {result.rule.measure} is too short to bill: {code} needs at least "
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
