"""Minutes to codes and units, with the boundaries on both sides and the arithmetic.

One generic rule reads `time_rules.csv` (which codes a family climbs through, what its add-on is) and `codes.csv`
(first minute, increment). `time_units.csv` holds the same ladders written out, minute by minute, as an oracle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.evidence import Evidence, computed, from_row
from bot.rules.cite import cited
from bot.rules.ladder import Growth, Step, Units, growth_of, rule_of_code, rule_on, steps
from bot.rules.status import undescribed
from corpus.knowledge import Knowledge
from corpus.rule_rows import Convention, TimeRule
from corpus.statements import ANY_PAYER

MINUTES_A_DAY = 24 * 60


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
    `boundaries` names the last minute before and the first after. `redefined` are codes that changed meaning after
    the date of service and whose earlier edition is not held.
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
    redefined: tuple[str, ...]
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
    if ANY_PAYER in row.payers:
        return 1
    return 2 if row.payers else 3


def units_for(
    knowledge: Knowledge,
    family: str,
    minutes: int,
    convention: str | None = None,
    payer: str | None = None,
    on: date | None = None,
) -> TimeResult:
    """What `minutes` (or days, where the family counts days) bill in `family` on a date of service.

    Without `convention` the payer's default applies; without `on` the codes are those of today's table. Raises
    ValueError for negative minutes and for a family, convention or date that no rule describes.
    """
    chosen = convention or next((row.convention for row in conventions(knowledge, family, payer)), "")
    held = knowledge.rules.time_rule(family, chosen)
    rule = held and rule_on(knowledge, held, on)
    if rule is None:
        when = f" on {on}" if held and on else ""
        raise ValueError(f"no time rule for {family!r} under {chosen or 'any convention'!r}{when}")
    return count(knowledge, rule, minutes, on)


def units_for_code(
    knowledge: Knowledge,
    code: str,
    minutes: int,
    convention: str | None = None,
    payer: str | None = None,
    on: date | None = None,
) -> TimeResult | None:
    """What `minutes` bill when the service is that of `code`; None when no minutes decide it.

    A code of several families is counted in the first; a code of none by its own columns. A repeating code that
    states no first minute (state-defined 15-minute units) needs full units unless the convention says otherwise.
    """
    families = knowledge.rules.families_of(code)
    if families:
        held = conventions(knowledge, families[0], payer)
        chosen = next((row.convention for row in held if row.convention == convention), held[0].convention)
        found = knowledge.rules.time_rule(families[0], chosen)
        rule = found and rule_on(knowledge, found, on)
    else:
        rule = rule_of_code(knowledge, code, convention, on)
    return count(knowledge, rule, minutes, on) if rule else None


def count(knowledge: Knowledge, rule: TimeRule, minutes: int, on: date | None = None) -> TimeResult:
    """What `minutes` bill by `rule`; raises ValueError for negative minutes."""
    if minutes < 0:
        raise ValueError(f"{minutes} minutes: a duration cannot be negative")
    before: Step | None = None
    found: Step | None = None
    after: Step | None = None
    for step in steps(knowledge, rule, on):
        if found is not None:
            after = step
            break
        if step.last is None or minutes <= step.last:
            found = step
        else:
            before = step
    assert found is not None, "the ladder has no gaps"
    arithmetic = _arithmetic(rule, growth_of(knowledge, rule, on), minutes, found, after)
    boundaries = _boundaries(rule, before, found, after)
    convention = knowledge.rules.conventions[rule.convention]
    worked = computed(f"time:{rule.rule}", f"Time count, {convention.name}", f"{arithmetic} {boundaries}".strip())
    evidence = (worked, *_table_evidence(knowledge, rule, minutes, found))
    evidence += cited(knowledge, convention.statements, on)
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
        redefined=() if on is None else tuple(c for c, _ in found.units if undescribed(knowledge, c, on)),
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

    When the payer is known, readings that belong to other named payers are left out, and the general one too where the
    payer has its own.
    """
    base = units_for(knowledge, family, minutes, chosen).units
    settled = payer is not None and payer in knowledge.rules.conventions[chosen].payers
    found = []
    for row in conventions(knowledge, family, payer):
        own = (*row.payers, *row.shown_to)
        foreign = payer is not None and own and not knowledge.rules.fits(payer, own)
        if row.convention == chosen or foreign or (settled and row.payers):
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


def _arithmetic(rule: TimeRule, growth: Growth | None, minutes: int, found: Step, after: Step | None) -> str:
    word = rule.measure
    if not found.units:
        if after is not None:
            return f"{minutes} {word} is under {after.first}, the first that bills {after.units[0][0]}: nothing."
        return f"{minutes} {word} is past {rule.last}, where {rule.codes[-1]} ends: nothing in this ladder."
    code, number = found.units[-1]
    if growth is None or code != growth.code:
        return f"{minutes} {word} lies in {_span(found)}: {shown(found.units)}."
    return _worked(growth, minutes, word, number)


def _worked(growth: Growth, minutes: int, word: str, number: int) -> str:
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
