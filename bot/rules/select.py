"""From a service as people name it to the codes and units of the date, or the options and what to ask.

`services.csv` lists the billable variants of each service with their conditions. Stated facts drop variants, facts
with a default are assumed and said so, and what is still open makes the answer conditional.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from bot.evidence import Evidence, from_row
from bot.rules import time
from bot.rules.ladder import Step, Units, rule_of_code, rule_on, steps
from bot.rules.price import rates_year
from bot.rules.time import TimeResult
from bot.rules.who import WhoResult, who
from corpus.knowledge import Knowledge
from corpus.rows import Service
from corpus.rule_rows import StatusLetter

State = Literal["chosen", "conditional", "nothing", "unknown"]

_PAIRED = ("participants", "visit", "with_em")
_SHOWN_STEPS = 6


@dataclass(frozen=True, slots=True)
class Request:
    """What was done. Every value is a word of the tables or a number; None means not stated.

    `minutes_to` makes a range with `minutes`; `days` counts for device supply; `convention` overrides the payer's.
    """

    service: str
    on: date
    minutes: int | None = None
    minutes_to: int | None = None
    days: int | None = None
    participants: str | None = None
    group_size: int | None = None
    performer: str | None = None
    payer: str | None = None
    visit: str | None = None
    with_em: str | None = None
    convention: str | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One billable variant under the conditions that are still open.

    `conditions` are (slot, value) pairs that were not stated. `units` is what it bills when that is determined, else
    empty; `spans` then lists what the minutes would bill; `reason` says why nothing is billed, `barred` that the
    stated performer or payer is that reason. `needs` are slots that would settle it. `earlier` are the codes of a
    date on which today's codes did not exist. `needs_base` are the codes of which one must be billed with it.
    """

    service: Service
    conditions: tuple[tuple[str, str], ...]
    units: Units
    time: TimeResult | None
    alternatives: tuple[TimeResult, ...]
    spans: tuple[Step, ...]
    reason: str
    needs: tuple[str, ...]
    barred: bool
    earlier: tuple[str, ...]
    needs_base: tuple[str, ...]
    letters: tuple[tuple[str, StatusLetter], ...]
    who: tuple[WhoResult, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """The answer to a request.

    `chosen`: one option with units. `conditional`: several options, or one whose minutes are open; `ask` names the
    slot that decides. `nothing`: nothing is billable, `reason` says why. `unknown`: no such service is held.
    `assumed` are (slot, value, why) that were not stated; `set_aside` are options that those assumptions dropped.
    """

    request: Request
    state: State
    options: tuple[Option, ...]
    assumed: tuple[tuple[str, str, str], ...]
    set_aside: tuple[Service, ...]
    ask: str | None
    reason: str

    @property
    def units(self) -> Units:
        """What to bill when `state` is `chosen`."""
        return self.options[0].units if self.state == "chosen" else ()


def select(knowledge: Knowledge, request: Request) -> Selection:
    """The codes and units for a request; see `Selection` for the four outcomes."""
    held = [row for row in knowledge.services if row.service == request.service]
    if not held:
        return Selection(request, "unknown", (), (), (), None, f"No service {request.service!r} is held.")
    fitting = [row for row in held if _fits(knowledge, request, row)]
    if not fitting:
        return Selection(request, "nothing", (), (), (), None, _no_fit(knowledge, request, held))
    kept, assumed = _assume(knowledge, request, _of_stated_visit(request, fitting))
    kept = _by_group_size(knowledge, request, kept)
    settled = _with(request, assumed)
    options = tuple(_option(knowledge, settled, row, kept) for row in kept)
    aside = tuple(row for row in fitting if row not in kept)
    return _weigh(knowledge, request, options, assumed, aside)


def _weigh(
    knowledge: Knowledge,
    request: Request,
    options: tuple[Option, ...],
    assumed: tuple[tuple[str, str, str], ...],
    aside: tuple[Service, ...],
) -> Selection:
    settled = [option for option in options if option.units or option.spans]
    if not settled:
        return Selection(request, "nothing", options, assumed, aside, None, options[0].reason)
    options = tuple(option for option in options if not option.barred)
    results = {option.units for option in options}
    if len(results) == 1 and options[0].units:
        return Selection(request, "chosen", options[:1], assumed, aside, None, "")
    return Selection(request, "conditional", options, assumed, aside, _ask(knowledge, options), "")


def _ask(knowledge: Knowledge, options: tuple[Option, ...]) -> str | None:
    """The slot of lowest rank whose value would change the outcome."""
    open_slots = {slot for option in options for slot, _ in option.conditions}
    open_slots |= {slot for option in options for slot in option.needs}
    if not open_slots:
        open_slots.add("variant")
    return next((slot for slot in knowledge.rules.slots if slot in open_slots), None)


def _fits(knowledge: Knowledge, request: Request, row: Service) -> bool:
    """Whether no stated fact speaks against the variant."""
    for slot in _PAIRED:
        stated, wanted = getattr(request, slot), getattr(row, slot)
        if stated is not None and wanted is not None and stated != wanted:
            return False
    person = knowledge.rules.performer(request.performer) if request.performer else None
    if person is not None and row.performers and person.performer not in row.performers:
        return False
    return request.payer is None or _payer_fits(knowledge, request.payer, row.payers)


def _of_stated_visit(request: Request, rows: list[Service]) -> list[Service]:
    """Without the variants that say nothing of visits where another one for the same people names the stated visit."""
    named = {(row.participants, row.performers) for row in rows if row.visit is not None and row.visit == request.visit}
    return [row for row in rows if row.visit is not None or (row.participants, row.performers) not in named]


def _payer_fits(knowledge: Knowledge, payer: str, payers: tuple[str, ...]) -> bool:
    if not payers:
        return True
    barred = tuple(name[1:] for name in payers if name.startswith("-"))
    return not knowledge.rules.fits(payer, barred) if barred else knowledge.rules.fits(payer, payers)


def _no_fit(knowledge: Knowledge, request: Request, held: list[Service]) -> str:
    person = knowledge.rules.performer(request.performer) if request.performer else None
    if person is not None and all(row.performers and person.performer not in row.performers for row in held):
        return f"None of the variants of {held[0].label} is reported by a {person.label}."
    if request.payer is not None and not any(_payer_fits(knowledge, request.payer, row.payers) for row in held):
        name = knowledge.rules.payers[request.payer].name if request.payer in knowledge.rules.payers else request.payer
        return f"No variant of {held[0].label} is held for {name}."
    return "No variant of the service fits all the facts together."


def _assume(
    knowledge: Knowledge, request: Request, rows: list[Service]
) -> tuple[list[Service], tuple[tuple[str, str, str], ...]]:
    """Apply the defaults of slots that were not stated and on which the variants differ."""
    assumed: list[tuple[str, str, str]] = []
    for slot in knowledge.rules.slots.values():
        if slot.slot not in _PAIRED or slot.default_value is None or getattr(request, slot.slot) is not None:
            continue
        values = {getattr(row, slot.slot) for row in rows}
        if len(values) > 1 and slot.default_value in values:
            rows = [row for row in rows if getattr(row, slot.slot) in (None, slot.default_value)]
            assumed.append((slot.slot, slot.default_value, slot.default_why or ""))
    return rows, tuple(assumed)


def _with(request: Request, assumed: tuple[tuple[str, str, str], ...]) -> Request:
    """The request with what was assumed, so that no option asks for it again."""
    held = {slot: value for slot, value, _ in assumed}
    return replace(
        request,
        participants=held.get("participants", request.participants),
        visit=held.get("visit", request.visit),
        with_em=held.get("with_em", request.with_em),
    )


def _by_group_size(knowledge: Knowledge, request: Request, rows: list[Service]) -> list[Service]:
    """Of group variants that differ only in their least number of patients, the largest that the group reaches."""
    if request.group_size is None:
        return rows
    least = {row: _least(knowledge, row) for row in rows}
    reached = [row for row in rows if least[row] <= request.group_size]
    most = max((least[row] for row in reached), default=1)
    return [row for row in reached if least[row] == most] or rows


def _least(knowledge: Knowledge, row: Service) -> int:
    """The least number of patients that the variant's codes need."""
    return max((_min_participants(knowledge, code) for code in codes_of(knowledge, row)), default=1)


def _min_participants(knowledge: Knowledge, code: str) -> int:
    row = knowledge.codes.find(code)
    return (row.min_participants or 1) if row is not None else 1


def codes_of(knowledge: Knowledge, row: Service) -> tuple[str, ...]:
    """The base codes of a variant: its own, or those of its time family."""
    if row.codes or row.time_family is None:
        return row.codes
    rules = [rule for rule in knowledge.rules.time_rules if rule.family == row.time_family]
    return tuple(dict.fromkeys(code for rule in rules for code in rule.codes))


def _conditions(request: Request, row: Service, kept: list[Service]) -> tuple[tuple[str, str], ...]:
    """Conditions of the variant that were not stated and on which the kept variants differ."""
    found = []
    for slot in _PAIRED:
        value = getattr(row, slot)
        if value is not None and getattr(request, slot) is None and len({getattr(other, slot) for other in kept}) > 1:
            found.append((slot, value))
    for slot, values in (("performer", row.performers), ("payer", row.payers)):
        column = "performers" if slot == "performer" else "payers"
        if values and getattr(request, slot) is None and len({getattr(other, column) for other in kept}) > 1:
            found.append((slot, "|".join(values)))
    return tuple(found)


def _option(knowledge: Knowledge, request: Request, row: Service, kept: list[Service]) -> Option:
    result = _count(knowledge, request, row)
    codes = tuple(code for code, _ in result.units) or tuple(code for s in result.spans for code, _ in s.units)
    people = tuple(who(knowledge, code, request.performer, request.payer, request.on) for code in dict.fromkeys(codes))
    letters = _letters(knowledge, request, codes)
    units, spans, reason, needs = result.units, result.spans, result.reason, result.needs
    if request.group_size is None and len({_least(knowledge, other) for other in kept if _alike(other, row)}) > 1:
        needs = (*needs, "group_size")
    barred = next((one for one in people if one.state == "not_applicable"), None) if request.performer else None
    bases = _needs_base(knowledge, request, units)
    theirs = tuple(base for base, may in bases if may is None or may.state != "not_applicable")
    if barred is None and bases and not theirs:
        barred = bases[0][1]
    unpaid = next((letter for _, letter in letters), None)
    if barred is not None:
        units, spans, reason = (), (), barred.reason
    elif unpaid is not None:
        code = letters[0][0]
        units, spans, reason = (), (), f"{code}: {unpaid.meaning}"
    return Option(
        service=row,
        conditions=_conditions(request, row, kept),
        units=units,
        time=result.time,
        alternatives=result.alternatives,
        spans=spans,
        reason=reason,
        needs=needs,
        barred=barred is not None or unpaid is not None,
        earlier=result.earlier,
        needs_base=theirs if units else (),
        letters=letters,
        who=people,
        evidence=(
            *(result.time.evidence if result.time else ()),
            from_row(knowledge, row, ("service", "label", "codes", "participants", "visit"), "Services"),
            *(evidence for one in people if request.performer for evidence in one.evidence),
            *(from_row(knowledge, letter, ("status", "name", "meaning"), "Status letter") for _, letter in letters),
        ),
    )


def _alike(one: Service, other: Service) -> bool:
    """Whether two variants differ in nothing but their codes."""
    return all(getattr(one, slot) == getattr(other, slot) for slot in (*_PAIRED, "performers", "payers"))


def _letters(knowledge: Knowledge, request: Request, codes: Iterable[str]) -> tuple[tuple[str, StatusLetter], ...]:
    """Status letters under which Medicare pays nothing, for the year whose fee schedule is held."""
    if not knowledge.rules.medicare_rules(request.payer) or request.on.year != rates_year():
        return ()
    found = []
    for code in dict.fromkeys(codes):
        letter = knowledge.rules.status_letters.get(knowledge.codes.get(code).medicare_status_2026 or "")
        if letter is not None and not letter.separately_payable:
            found.append((code, letter))
    return tuple(found)


def _needs_base(knowledge: Knowledge, request: Request, units: Units) -> tuple[tuple[str, WhoResult | None], ...]:
    """Base codes of an add-on that stands alone, and whether the clinician, if stated, may report each."""
    billed = {code for code, _ in units}
    for code in billed:
        row = knowledge.codes.get(code, request.on)
        if row.addon and row.addon_to and not billed & set(row.addon_to):
            who_may = [
                who(knowledge, base, request.performer, request.payer, request.on) if request.performer else None
                for base in row.addon_to
            ]
            return tuple(zip(row.addon_to, who_may, strict=True))
    return ()


@dataclass(frozen=True, slots=True)
class _Counted:
    units: Units = ()
    time: TimeResult | None = None
    alternatives: tuple[TimeResult, ...] = ()
    spans: tuple[Step, ...] = ()
    reason: str = ""
    needs: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()


def _count(knowledge: Knowledge, request: Request, row: Service) -> _Counted:
    if row.time_family is None:
        return _untimed(knowledge, request, row.codes)
    rules = time.conventions(knowledge, row.time_family, request.payer)
    chosen = next((one.convention for one in rules if one.convention == request.convention), rules[0].convention)
    held = knowledge.rules.time_rule(row.time_family, chosen)
    rule = held and rule_on(knowledge, held, request.on)
    if held is None or rule is None:
        return _untimed(knowledge, request, codes_of(knowledge, row))
    amount = request.days if rule.measure == "days" else request.minutes
    if amount is None:
        return _Counted(spans=_shown(steps(knowledge, rule, request.on)), needs=(rule.measure,))
    result = time.count(knowledge, rule, amount, request.on)
    other = time.alternatives(knowledge, row.time_family, amount, chosen, request.payer)
    other = tuple(one for one in other if rule_on(knowledge, one.rule, request.on) == one.rule)
    last = request.minutes_to if rule.measure == "minutes" else None
    if last is not None and result.step.last is not None and last > result.step.last:
        ladder = _until(steps(knowledge, rule, request.on), last)
        spans = tuple(step for step in ladder if (step.last or last) >= amount)
        return _Counted(time=result, alternatives=other, spans=spans, needs=(rule.measure,))
    reason = "" if result.units else result.arithmetic
    return _Counted(units=result.units, time=result, alternatives=other, reason=reason)


def _shown(ladder: Iterable[Step]) -> tuple[Step, ...]:
    """The first billable steps, enough to show how the codes divide the minutes."""
    found: list[Step] = []
    for step in ladder:
        if step.units:
            found.append(step)
        if step.last is None or len(found) == _SHOWN_STEPS:
            break
    return tuple(found)


def _until(ladder: Iterable[Step], last: int) -> Iterable[Step]:
    for step in ladder:
        if step.first > last:
            return
        yield step
        if step.last is None:
            return


def _of_visit(knowledge: Knowledge, request: Request, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `codes` that fit the stated visit; codes that do not distinguish visits fit any."""
    if request.visit is None:
        return codes
    return tuple(code for code in codes if knowledge.codes.get(code, request.on).visit in (None, request.visit))


def _untimed(knowledge: Knowledge, request: Request, codes: tuple[str, ...]) -> _Counted:
    """Codes that no minutes decide, or the codes of an earlier date in place of codes that did not exist yet."""
    active = tuple(code for code in codes if knowledge.codes.status(code, request.on) == "active")
    earlier: tuple[str, ...] = ()
    if not active:
        found = {old.code: None for code in codes for old in knowledge.codes.predecessors(code, request.on)}
        found |= {new.code: None for code in codes for new in knowledge.codes.successors(code, request.on)}
        active = earlier = _of_visit(knowledge, request, tuple(found))
    if not active:
        return _Counted(reason=f"None of {', '.join(codes)} is valid on {request.on}.")
    if len(active) > 1:
        spans = tuple(Step(0, None, ((code, 1),)) for code in active)
        visits = {knowledge.codes.get(code, request.on).visit for code in active}
        return _Counted(spans=spans, needs=("variant" if len(visits) == 1 else "visit",), earlier=earlier)
    code = active[0]
    result = None
    if request.minutes is not None:
        result = time.units_for_code(knowledge, code, request.minutes, request.convention, request.payer, request.on)
    if result is not None:
        reason = "" if result.units else result.arithmetic
        return _Counted(units=result.units, time=result, reason=reason, earlier=earlier)
    if rule_of_code(knowledge, code, request.convention, request.on) is not None and request.minutes is None:
        return _Counted(spans=(Step(0, None, ((code, 1),)),), needs=("minutes",), earlier=earlier)
    return _Counted(units=((code, 1),), earlier=earlier)
