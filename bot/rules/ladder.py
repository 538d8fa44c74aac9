"""The ladder of one time rule: spans of minutes and what each bills, read from tables.

`time_rules.csv` says which codes a family climbs through and what its add-on is, `codes.csv` gives first minutes and
increments, as they read on the date of service.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from corpus.knowledge import Knowledge
from corpus.rows import Code
from corpus.rule_rows import Counting, TimeRule
from corpus.statements import ANY_PAYER

Units = tuple[tuple[str, int], ...]
"""(code, units) pairs in billing order."""


@dataclass(frozen=True, slots=True)
class Step:
    """A span of minutes (inclusive; `last` None: no end) and what it bills; empty units: nothing billable."""

    first: int
    last: int | None
    units: Units


@dataclass(frozen=True, slots=True)
class Growth:
    """How units grow on the last base code: `code` counts one more unit from `first` on, every `every` minutes.

    `floor` minutes reach a unit, `covers` minutes belong to the base, `most` caps the units.
    """

    code: str
    first: int
    every: int
    floor: int
    covers: int
    most: int | None
    base: Units


def rule_on(knowledge: Knowledge, rule: TimeRule, on: date | None) -> TimeRule | None:
    """`rule` with only the codes that are active on `on`; None when no base code is, or when minutes decided none then.

    A family whose codes had another kind of time rule on that date (an earlier edition without one) is not described.
    """
    if on is None:
        return rule
    kept = [n for n, code in enumerate(rule.codes) if knowledge.codes.status(code, on) == "active"]
    for n in kept:
        today, then = knowledge.codes.get(rule.codes[n]), knowledge.codes.get(rule.codes[n], on)
        if then.time_rule == _NONE != today.time_rule:
            return None
    if not kept:
        return None
    addon = rule.addon if rule.addon and knowledge.codes.status(rule.addon, on) == "active" else None
    if len(kept) == len(rule.codes) and addon == rule.addon:
        return rule
    top = kept[-1] == len(rule.codes) - 1
    return rule.model_copy(
        update={
            "codes": tuple(rule.codes[n] for n in kept),
            "starts": tuple(rule.starts[n] for n in kept) if rule.starts else (),
            "addon": addon if top else None,
        }
    )


_NONE = "none"


def rule_of_code(
    knowledge: Knowledge, code: str, convention: str | None = None, on: date | None = None
) -> TimeRule | None:
    """A time rule made of the columns of one code that belongs to no family; None when it states no minutes."""
    row = knowledge.codes.find(code, on)
    if row is None:
        return None
    every = _every(row)
    if row.min_minutes is None and every is None and row.typical_minutes is None:
        return None
    own = row.min_minutes is not None
    named = convention or (_by_rank(knowledge, "columns" if own else "midpoint" if _cpt(row) else "full"))
    counting = "columns" if own and convention is None else knowledge.rules.conventions[named].counting
    start = row.min_minutes if counting == "columns" else None
    if start is None:
        start = floor_of(every or row.typical_minutes or 1, counting, row)
    return TimeRule(
        rule=f"{code}/{named}",
        family=code,
        convention=named,
        measure="minutes",
        period=row.unit,
        codes=(code,),
        addon=None,
        counting=counting,
        starts=(start,),
        covers=None,
        every=every,
        max_units=None,
        last=row.max_minutes if every is None else None,
        other_basis=None,
        addon_statement=None,
        basis="the code's own minutes",
        sources=row.sources,
        confidence=row.confidence,
        note=row.note,
    )


def _cpt(row: Code) -> bool:
    return row.system.startswith("CPT")


def _by_rank(knowledge: Knowledge, counting: Counting) -> str:
    """The general convention for columns and midpoints, else the first one that counts so."""
    if counting != "full":
        return next(row.convention for row in knowledge.rules.conventions.values() if ANY_PAYER in row.payers)
    return next(row.convention for row in knowledge.rules.conventions.values() if row.counting == counting)


def _every(row: Code) -> int | None:
    """The length of a repeating unit: the increment, or the stated time of an old per-minutes code."""
    if row.increment_minutes is not None:
        return row.increment_minutes
    return row.typical_minutes if row.unit.startswith("per-") and row.unit.endswith("-min") else None


def floor_of(unit: int, counting: Counting, row: Code) -> int:
    """Minutes that reach one unit of `unit` minutes."""
    if counting == "full":
        return unit
    if counting == "columns" and row.min_minutes is not None:
        return row.min_minutes
    return unit // 2 + 1


def _start(rule: TimeRule, position: int, row: Code) -> int:
    if rule.starts and rule.starts[position] is not None:
        return rule.starts[position] or 0
    if rule.counting == "full":
        return row.typical_minutes or row.min_minutes or 1
    if rule.counting == "midpoint" and row.increment_minutes:
        return row.increment_minutes // 2 + 1
    if row.min_minutes is None and row.typical_minutes is not None:
        return row.typical_minutes // 2 + 1
    return row.min_minutes or 1


def growth_of(knowledge: Knowledge, rule: TimeRule, on: date | None = None) -> Growth | None:
    """How units grow on the last base code of `rule`, or None when nothing is added past it."""
    last = knowledge.codes.get(rule.codes[-1], on)
    if rule.addon:
        addon = knowledge.codes.get(rule.addon, on)
        every = rule.every or addon.increment_minutes or 0
        floor = floor_of(every, rule.counting, addon)
        covers = rule.covers if rule.covers is not None else last.typical_minutes or 0
        return Growth(rule.addon, covers + floor, every, floor, covers, rule.max_units, ((last.code, 1),))
    every = rule.every or last.increment_minutes or 0
    if not every:
        return None
    start = _start(rule, len(rule.codes) - 1, last)
    return Growth(last.code, start, every, start, 0, rule.max_units, ())


def steps(knowledge: Knowledge, rule: TimeRule, on: date | None = None) -> Iterator[Step]:
    """The ladder of `rule` from 0 minutes up, without gaps; endless where units grow without a cap."""
    starts: list[tuple[int, Units]] = [
        (_start(rule, n, knowledge.codes.get(code, on)), ((code, 1),)) for n, code in enumerate(rule.codes)
    ]
    growth = growth_of(knowledge, rule, on)
    rising = _rising(growth) if growth else iter(())
    if growth and not growth.base:
        starts.pop()
    current: tuple[int, Units] = (0, ())
    for following in _chain(starts, rising):
        if following[0] > current[0]:
            yield Step(current[0], following[0] - 1, current[1])
        current = following
    yield Step(current[0], rule.last, current[1])
    if rule.last is not None:
        yield Step(rule.last + 1, None, ())


def _chain(starts: list[tuple[int, Units]], rising: Iterator[tuple[int, Units]]) -> Iterator[tuple[int, Units]]:
    yield from starts
    yield from rising


def _rising(growth: Growth) -> Iterator[tuple[int, Units]]:
    number = 1
    while growth.most is None or number <= growth.most:
        yield growth.first + (number - 1) * growth.every, (*growth.base, (growth.code, number))
        number += 1
