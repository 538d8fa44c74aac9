"""A selection as sentences: what to bill, or under which conditions each code fits and the one fact that decides."""

from __future__ import annotations

from bot.answer import AnswerWarning, Assumption, Clarify, CodeAdvice, CodeRole
from bot.evidence import Claim, Evidence, Finding, from_row
from bot.findings.advice import advice
from bot.findings.time import time_finding
from bot.rules.ladder import Step, Units
from bot.rules.select import Option, Selection
from corpus.knowledge import Knowledge

_BASES_SHOWN = 4
_STEPS_SHOWN = 4
_PEOPLE_SHOWN = 2
_MEDICAL_VISIT = "evaluation-management"


def select_finding(knowledge: Knowledge, found: Selection, *, among: bool = False) -> Finding:
    """What to bill for the service; the first sentence is the bottom line.

    `among` other services that may be meant, a code is told under the condition that this is the service.
    """
    if found.state == "chosen" and not (among and found.options[0].time is None):
        finding = _chosen(knowledge, found, found.options[0])
    elif found.state in ("chosen", "conditional"):
        finding = _conditional(knowledge, found)
    elif found.state == "nothing":
        finding = _nothing(knowledge, found)
    else:
        return Finding(rule="select")
    assumptions = tuple(Assumption(slot=slot, value=value, why=why) for slot, value, why in found.assumed)
    return Finding(
        finding.claims, finding.codes, finding.warnings, finding.verdict, finding.clarify, assumptions, "select"
    )


def _chosen(knowledge: Knowledge, found: Selection, option: Option) -> Finding:
    on = found.request.on
    timed = time_finding(knowledge, option.time, on) if option.time is not None else None
    if timed is not None and timed.codes:
        claims, codes, warnings = list(timed.claims), list(timed.codes), list(timed.warnings)
        claims.insert(1, _label(knowledge, option))
    else:
        claims, warnings = [_untimed(knowledge, option)], []
        codes = [advice(knowledge, code, "recommended", on, units=number) for code, number in option.units]
        claims += [claim for code, _ in option.units if (claim := _requires(knowledge, code))]
    if option.needs_base:
        claims.insert(1, _base(knowledge, option))
        bases = _bases(knowledge, option)
        codes += [advice(knowledge, base, "alternative", on, why="base code of the add-on") for base in bases]
    claims += _coverage(knowledge, option)
    warnings += _payment(knowledge, option)
    return Finding(tuple(claims), tuple(codes), tuple(warnings))


def _label(knowledge: Knowledge, option: Option) -> Claim:
    """The labels of the codes: what the numbers stand for."""
    rows = [knowledge.codes.get(code) for code, _ in option.units]
    text = "; ".join(f"{row.code} is: {row.official_descriptor or row.label}".rstrip(".") for row in rows)
    cells = [("code", "official_descriptor") if row.official_descriptor else ("code", "label") for row in rows]
    evidence = tuple(from_row(knowledge, row, cell) for row, cell in zip(rows, cells, strict=True))
    return Claim(f"{text}.", evidence)


def _untimed(knowledge: Knowledge, option: Option) -> Claim:
    code, number = option.units[0]
    row = knowledge.codes.get(code)
    count = "" if number == 1 else f", {number} units"
    what = row.official_descriptor or row.label
    cells = ("code", "official_descriptor", "label") if row.official_descriptor else ("code", "label")
    return Claim(f"Bill {code}{count}: {what.rstrip('.')}.", (from_row(knowledge, row, cells), *option.evidence))


def _requires(knowledge: Knowledge, code: str) -> Claim | None:
    row = knowledge.codes.get(code)
    if not row.note:
        return None
    return Claim(f"{code}: {row.note}", (from_row(knowledge, row, ("code", "note")),))


def _bases(knowledge: Knowledge, option: Option) -> tuple[str, ...]:
    """The base codes most likely meant: the established office visits first."""
    ordered = sorted(option.needs_base, key=lambda code: knowledge.codes.get(code).service != "office visit")
    later = [code for code in ordered if "established" in knowledge.codes.get(code).label.lower()]
    return tuple((later or ordered)[:_BASES_SHOWN])


def _base(knowledge: Knowledge, option: Option) -> Claim:
    code = option.units[0][0]
    row = knowledge.codes.get(code)
    shown = ", ".join(_bases(knowledge, option))
    needs = f" ({row.requires})" if row.requires else ""
    evidence = from_row(knowledge, row, ("code", "addon", "addon_to", "requires"))
    return Claim(f"{code} is an add-on: bill it together with its base code, such as {shown}{needs}.", (evidence,))


def _coverage(knowledge: Knowledge, option: Option) -> list[Claim]:
    """What a code asks for beyond time, such as payer coverage; told for the first code."""
    row = knowledge.codes.get(option.units[0][0])
    if not row.requires or option.needs_base:
        return []
    return [Claim(f"{row.code} requires: {row.requires}.", (from_row(knowledge, row, ("code", "requires")),))]


def _payment(knowledge: Knowledge, option: Option) -> list[AnswerWarning]:
    row = knowledge.codes.get(option.units[0][0])
    if row.medicare_payable_2026 != "contractor-priced":
        return []
    text = f"{row.code} has no national Medicare price; each payer decides whether and what it pays."
    return [AnswerWarning(kind="payer_varies", text=text, codes=(row.code,))]


def _conditional(knowledge: Knowledge, found: Selection) -> Finding:
    claims: list[Claim] = []
    codes: list[CodeAdvice] = []
    for option in found.options:
        claims.append(_if(knowledge, option))
        shown = option.units or tuple(pair for step in option.spans for pair in step.units)
        role: CodeRole = "recommended" if _settled(found, option) else "alternative"
        units = dict(option.units)
        codes += [advice(knowledge, code, role, found.request.on, units.get(code)) for code, _ in shown]
    return Finding(tuple(claims), tuple(codes), clarify=_clarify(knowledge, found))


def _settled(found: Selection, option: Option) -> bool:
    """Whether the option is the only one that the facts bear out: the sole one, or the sole one the time fits."""
    if len(found.options) == 1:
        return len(dict(_all(option))) == 1 or bool(option.units)
    timed = [other for other in found.options if other.time is not None and other.units]
    return len(timed) == 1 and timed[0] is option


def _if(knowledge: Knowledge, option: Option) -> Claim:
    label = option.service.label
    opening = f"For {label}"
    people = dict(option.conditions).get("performer")
    named = [knowledge.rules.performers[name].label for name in _named(knowledge, people)]
    if named:
        others = " or others" if len(named) > _PEOPLE_SHOWN else ""
        opening += f" (by a {', '.join(named[:_PEOPLE_SHOWN])}{others})"
    evidence: list[Evidence] = list(option.evidence)
    rows = [knowledge.codes.get(code) for code in dict(_all(option))]
    evidence += [from_row(knowledge, row, _TIME_CELLS) for row in rows]
    evidence += [
        from_row(knowledge, knowledge.rules.performers[name], ("performer", "label"))
        for name in _named(knowledge, people)
    ]
    if option.units:
        return Claim(f"{opening}: {_units(option.units)}.", tuple(evidence))
    timed = [step for step in option.spans if step.first or step.last]
    if timed:
        held = _ladder(knowledge, option)
        evidence += held
        known = [step for step in timed if any(_span_cells(step) in row.quote for row in held)] or timed
        spans = "; ".join(f"{_span(step)} minutes: {_units(step.units)}" for step in known[:_STEPS_SHOWN])
        return Claim(f"{opening}: {spans}.", tuple(evidence))
    if not option.spans:
        return Claim(f"{opening}: nothing is billable. {option.reason}".rstrip(), tuple(evidence))
    either = " or ".join(_units(step.units) for step in option.spans)
    return Claim(f"{opening}: {either}.", tuple(evidence))


def _span_cells(step: Step) -> str:
    """How the time table writes a span; a step without an end is written with the table's own."""
    return f"minutes_from: {step.first}; minutes_to: {'' if step.last is None else step.last}"


def _named(knowledge: Knowledge, people: str | None) -> list[str]:
    return [name for name in (people or "").split("|") if name in knowledge.rules.performers]


def _all(option: Option) -> Units:
    return option.units or tuple(pair for step in option.spans for pair in step.units)


def _ladder(knowledge: Knowledge, option: Option) -> list[Evidence]:
    """The written-out time rows of the option's family, which name every span."""
    family = option.service.time_family
    if family is None:
        return []
    rows = [
        row
        for step in option.spans[:_STEPS_SHOWN]
        for row in knowledge.time_units
        if row.family == family and row.minutes_from == step.first and row.units == step.units
    ]
    return [
        from_row(knowledge, row, ("family", "convention", "minutes_from", "minutes_to", "codes_and_units"))
        for row in rows
    ]


_TIME_CELLS = ("code", "label", "min_minutes", "max_minutes", "increment_minutes")


def _clarify(knowledge: Knowledge, found: Selection) -> Clarify | None:
    if found.ask is None:
        return None
    slot = knowledge.rules.slots[found.ask]
    options = []
    for option in found.options:
        options.append(_answer(knowledge, option, found.ask))
    return Clarify(
        slot=slot.slot, question=slot.question, options=tuple(dict.fromkeys(options)) if len(options) > 1 else ()
    )


def _answer(knowledge: Knowledge, option: Option, ask: str) -> str:
    """What the user may answer for this option, in words: the people, the slot's value, else the service itself."""
    value = dict(option.conditions).get(ask, "")
    people = [knowledge.rules.performers[name].label for name in _named(knowledge, value)]
    if people:
        return people[0] if len(people) == 1 else f"{people[0]} or similar"
    held = dict(part.partition("=")[::2] for part in knowledge.rules.slots[ask].options)
    return held.get(value, option.service.label)


def _nothing(knowledge: Knowledge, found: Selection) -> Finding:
    for option in found.options:
        if option.time is not None and not option.time.units:
            return time_finding(knowledge, option.time, found.request.on)
    first = found.options[0] if found.options else None
    evidence = (
        first.evidence
        if first
        else tuple(
            from_row(knowledge, row, ("service", "label", "performers", "payers"))
            for row in knowledge.services
            if row.service == found.request.service
        )
    )
    warning = AnswerWarning(kind="not_covered", text=found.reason)
    codes = tuple(
        advice(knowledge, code, "rejected", found.request.on) for each in found.options for code, _ in each.letters
    )
    return Finding((Claim(found.reason, evidence),), codes, (warning,), verdict="no")


def _units(units: Units) -> str:
    return " and ".join(code if number == 1 else f"{code} x {number}" for code, number in units) or "nothing billable"


def _span(step: Step) -> str:
    return f"{step.first} to {step.last}" if step.last is not None else f"{step.first} or more"
