"""Minutes to codes and units, with the boundaries on both sides and the arithmetic.

One generic rule reads `time_rules.csv` (which codes a family climbs through, what its add-on is) and `codes.csv`
(first minute, increment). `time_units.csv` holds the same ladders written out, minute by minute, as an oracle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.evidence import Evidence, computed, from_row, from_statement
from corpus.knowledge import Knowledge
from corpus.rows import Code
from corpus.rule_rows import Convention, Counting, TimeRule

Units = tuple[tuple[str, int], ...]
"""(code, units) pairs in billing order."""

MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Step:
    """A span of minutes (inclusive; `last` None: no end) and what it bills; empty units: nothing billable."""

    first: int
    last: int | None
    units: Units


@dataclass(frozen=True, slots=True)
class OverLimit:
    """Units of a code above Medicare's daily unit limit."""

    code: str
    units: int
    limit: int


@dataclass(frozen=True, slots=True)
class TimeResult:
    """What some minutes bill in one family under one convention.

    `before` and `after` are the neighboring steps (the failing boundaries); `arithmetic` is the worked count and
    `boundaries` names the last minute before and the first after.
    """

    rule: TimeRule
    convention: Convention
    minutes: int
    step: Step
    before: Step | None
    after: Step | None
    arithmetic: str
    boundaries: str
    over_limits: tuple[OverLimit, ...]
    evidence: tuple[Evidence, ...]

    @property
    def units(self) -> Units:
        """What is billed; empty when nothing is."""
        return self.step.units


def conventions(knowledge: Knowledge, family: str, payer: str | None = None) -> tuple[Convention, ...]:
    """The conventions held for `family`, the payer's default first, then the others in order of rank.

    A payer without a convention of its own counts by the general one; a family that only one reading describes is
    counted by that reading.
    """
    held = [row for row in knowledge.rules.conventions.values() if knowledge.rules.time_rule(family, row.convention)]
    return tuple(sorted(held, key=lambda row: (_fit(row, payer), row.rank)))


def _fit(row: Convention, payer: str | None) -> int:
    if payer is not None and payer in row.payers:
        return 0
    if _GENERAL in row.payers:
        return 1
    return 2 if row.payers else 3


_GENERAL = "any"


def units_for(
    knowledge: Knowledge, family: str, minutes: int, convention: str | None = None, payer: str | None = None
) -> TimeResult:
    """What `minutes` (or days, where the family counts days) bill in `family`.

    Without `convention` the payer's default applies. Raises ValueError for negative minutes and for a family or
    convention that no rule describes.
    """
    chosen = convention or next((row.convention for row in conventions(knowledge, family, payer)), "")
    rule = knowledge.rules.time_rule(family, chosen)
    if rule is None:
        raise ValueError(f"no time rule for {family!r} under {chosen or 'any convention'!r}")
    return count(knowledge, rule, minutes)


def units_for_code(
    knowledge: Knowledge, code: str, minutes: int, convention: str | None = None, payer: str | None = None
) -> TimeResult | None:
    """What `minutes` bill when the service is that of `code`; None when no minutes decide it.

    A code of several families is counted in the first; a code of none by its own columns. A repeating code that
    states no first minute (state-defined 15-minute units) needs full units unless the convention says otherwise.
    """
    families = knowledge.rules.families_of(code)
    if families:
        held = {row.convention for row in conventions(knowledge, families[0])}
        chosen = convention if convention in held else None
        return units_for(knowledge, families[0], minutes, chosen, payer)
    rule = rule_of_code(knowledge, code, convention)
    return count(knowledge, rule, minutes) if rule else None


def rule_of_code(knowledge: Knowledge, code: str, convention: str | None = None) -> TimeRule | None:
    """A time rule made of the columns of one code that belongs to no family; None when it states no minutes."""
    row = knowledge.codes.find(code)
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
        start = _floor(every or row.typical_minutes or 1, counting, row)
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
        return next(row.convention for row in knowledge.rules.conventions.values() if _GENERAL in row.payers)
    return next(row.convention for row in knowledge.rules.conventions.values() if row.counting == counting)


def _every(row: Code) -> int | None:
    """The length of a repeating unit: the increment, or the stated time of an old per-minutes code."""
    if row.increment_minutes is not None:
        return row.increment_minutes
    return row.typical_minutes if row.unit.startswith("per-") and row.unit.endswith("-min") else None


def _floor(unit: int, counting: Counting, row: Code) -> int:
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
    return row.min_minutes or 1


@dataclass(frozen=True, slots=True)
class _Growth:
    """How units grow on the last base code: `code` counts one more unit from `first` on, every `every` minutes."""

    code: str
    first: int
    every: int
    floor: int
    covers: int
    most: int | None
    base: Units


def _growth(knowledge: Knowledge, rule: TimeRule) -> _Growth | None:
    last = knowledge.codes.get(rule.codes[-1])
    if rule.addon:
        addon = knowledge.codes.get(rule.addon)
        every = rule.every or addon.increment_minutes or 0
        floor = _floor(every, rule.counting, addon)
        covers = rule.covers if rule.covers is not None else last.typical_minutes or 0
        return _Growth(rule.addon, covers + floor, every, floor, covers, rule.max_units, ((last.code, 1),))
    every = rule.every or last.increment_minutes or 0
    if not every:
        return None
    start = _start(rule, len(rule.codes) - 1, last)
    return _Growth(last.code, start, every, start, 0, rule.max_units, ())


def steps(knowledge: Knowledge, rule: TimeRule) -> Iterator[Step]:
    """The ladder of `rule` from 0 minutes up, without gaps; endless where units grow without a cap."""
    starts = [(_start(rule, n, knowledge.codes.get(code)), ((code, 1),)) for n, code in enumerate(rule.codes)]
    growth = _growth(knowledge, rule)
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


def _rising(growth: _Growth) -> Iterator[tuple[int, Units]]:
    number = 1
    while growth.most is None or number <= growth.most:
        yield growth.first + (number - 1) * growth.every, (*growth.base, (growth.code, number))
        number += 1


def count(knowledge: Knowledge, rule: TimeRule, minutes: int) -> TimeResult:
    """What `minutes` bill by `rule`; raises ValueError for negative minutes."""
    if minutes < 0:
        raise ValueError(f"{minutes} minutes: a duration cannot be negative")
    before: Step | None = None
    found: Step | None = None
    after: Step | None = None
    for step in steps(knowledge, rule):
        if found is not None:
            after = step
            break
        if step.last is None or minutes <= step.last:
            found = step
        else:
            before = step
    assert found is not None, "the ladder has no gaps"
    arithmetic = _arithmetic(knowledge, rule, minutes, found, after)
    boundaries = _boundaries(rule, before, found, after)
    convention = knowledge.rules.conventions[rule.convention]
    worked = computed(f"time:{rule.rule}", f"Time count, {convention.name}", f"{arithmetic} {boundaries}".strip())
    evidence = (worked, *_table_evidence(knowledge, rule, minutes, found))
    evidence += tuple(from_statement(knowledge, knowledge.statements.get(ref)) for ref in convention.statements)
    return TimeResult(
        rule=rule,
        convention=convention,
        minutes=minutes,
        step=found,
        before=before,
        after=after,
        arithmetic=arithmetic,
        boundaries=boundaries,
        over_limits=over_limits(knowledge, found.units),
        evidence=evidence,
    )


def over_limits(knowledge: Knowledge, units: Units) -> tuple[OverLimit, ...]:
    """Units above Medicare's daily limit, for codes that Medicare pays on their own."""
    found = []
    for code, number in units:
        row = knowledge.codes.find(code)
        if row is None or not row.mue or number <= row.mue:
            continue
        letter = knowledge.rules.status_letters.get(row.medicare_status_2026 or "")
        if letter is None or letter.separately_payable:
            found.append(OverLimit(code, number, row.mue))
    return tuple(found)


def alternatives(
    knowledge: Knowledge, family: str, minutes: int, chosen: str, payer: str | None = None
) -> tuple[TimeResult, ...]:
    """Other conventions of `family` that give another result than `chosen`.

    When the payer is known, readings that belong to other named payers are left out.
    """
    base = units_for(knowledge, family, minutes, chosen).units
    found = []
    for row in conventions(knowledge, family, payer):
        foreign = payer is not None and row.payers and payer not in row.payers
        if row.convention == chosen or foreign:
            continue
        result = units_for(knowledge, family, minutes, row.convention)
        if result.units != base:
            found.append(result)
    return tuple(found)


def allot_day(knowledge: Knowledge, minutes: Mapping[str, int], unit: int) -> tuple[Units, str]:
    """Units of several timed therapy codes on one day by the CMS 8-minute rule, and the arithmetic.

    Whole units of `unit` minutes go to each code first, the rest of the day's total to the largest remainders (the
    first named on a tie). Source: the convention's statements in `conventions.csv`.
    """
    total = sum(minutes.values())
    floor = unit // 2 + 1
    allowed = total // unit + (1 if total % unit >= floor else 0)
    given = {code: spent // unit for code, spent in minutes.items()}
    order = sorted(minutes, key=lambda code: -(minutes[code] % unit))
    for code in order[: max(0, allowed - sum(given.values()))]:
        given[code] += 1
    whole, rest = divmod(total, unit)
    shown = " + ".join(str(spent) for spent in minutes.values())
    verdict = f"{rest} reaches {floor}" if rest >= floor else f"{rest} is under {floor}"
    text = f"{shown} = {total} minutes = {whole} x {unit} + {rest}; {verdict}, so {allowed} units in all."
    return tuple((code, number) for code, number in given.items() if number), text


def shown(units: Units) -> str:
    """Units as text: `96136 x 1 + 96137 x 2`, or `nothing`."""
    return " + ".join(f"{code} x {number}" for code, number in units) if units else "nothing"


def _arithmetic(knowledge: Knowledge, rule: TimeRule, minutes: int, found: Step, after: Step | None) -> str:
    word = rule.measure
    if not found.units:
        if after is not None:
            return f"{minutes} {word} is under {after.first}, the first that bills {after.units[0][0]}: nothing."
        return f"{minutes} {word} is past {rule.last}, where {rule.codes[-1]} ends: nothing in this ladder."
    growth = _growth(knowledge, rule)
    code, number = found.units[-1]
    if growth is None or code != growth.code:
        return f"{minutes} {word} lies in {_span(found)}: {shown(found.units)}."
    return _worked(growth, minutes, word, number)


def _worked(growth: _Growth, minutes: int, word: str, number: int) -> str:
    left = minutes - growth.covers
    whole, rest = divmod(left, growth.every)
    parts = [f"{minutes} {word}"]
    if growth.base:
        parts.append(f"{growth.base[0][0]} takes the first {growth.covers}; {minutes} - {growth.covers} = {left}")
    parts.append(f"{left} = {whole} x {growth.every} + {rest}")
    if rest == 0 or growth.floor >= growth.every:
        parts.append(f"every unit needs {growth.floor}" if growth.floor >= growth.every else "no rest")
    else:
        parts.append(f"{rest} reaches {growth.floor}" if rest >= growth.floor else f"{rest} is under {growth.floor}")
    capped = growth.most is not None and number == growth.most and whole > growth.most
    if capped:
        parts.append(f"at most {growth.most}")
    return "; ".join(parts) + f": {shown((*growth.base, (growth.code, number)))}."


def _span(step: Step) -> str:
    return f"{step.first} to {step.last}" if step.last is not None else f"{step.first} or more"


def _boundaries(rule: TimeRule, before: Step | None, found: Step, after: Step | None) -> str:
    parts = []
    if before is not None and before.last is not None:
        parts.append(f"{before.last} {rule.measure}: {shown(before.units)}")
    if found.units:
        parts.append(f"{_span(found)} {rule.measure}: {shown(found.units)}")
    if after is not None:
        parts.append(f"{after.first} {rule.measure}: {shown(after.units)}")
    return "; ".join(parts) + "." if parts else ""


def _table_evidence(knowledge: Knowledge, rule: TimeRule, minutes: int, found: Step) -> tuple[Evidence, ...]:
    """The row of `time_units.csv` for these minutes, or the rule's own row beyond that table."""
    for row in knowledge.time_units.ladder(rule.family, rule.convention):
        if row.minutes_from <= minutes <= row.minutes_to:
            open_end = found.last is None or row.minutes_to != found.last
            columns = ["minutes_from", "codes_and_units", "rule_basis", "note"]
            if not open_end:
                columns.insert(1, "minutes_to")
            return (from_row(knowledge, row, columns, "Minutes and units"),)
    if knowledge.rules.time_rule(rule.family, rule.convention) is not None:
        return (from_row(knowledge, rule, ("codes", "addon", "basis", "note"), "Time rule"),)
    own = knowledge.codes.get(rule.codes[0])
    columns = ["code", "unit", "min_minutes", "max_minutes", "typical_minutes", "increment_minutes", "note"]
    return (from_row(knowledge, own, columns, f"Code table, {own.code}"),)
