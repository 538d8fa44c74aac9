"""How telehealth is marked for a payer, and which place of service is reported, as sentences."""

from __future__ import annotations

from datetime import date

from bot.answer import AnswerWarning, CodeAdvice, CodeRole, Verdict
from bot.evidence import Claim, Finding, from_row
from bot.findings.advice import advice
from bot.rules.modifiers import Conflict, TelehealthMarking
from bot.rules.places import PlaceResult
from corpus.knowledge import Knowledge
from corpus.statements import Statement

_SETTINGS = {"facility": "facility rate", "nonfacility": "nonfacility (office) rate"}


def marking_finding(
    knowledge: Knowledge, marking: TelehealthMarking, code: str | None, on: date, place: PlaceResult | None = None
) -> Finding:
    """Place of service and modifier of a telehealth service for a payer; the first sentence is the bottom line."""
    claims = [_bottom_line(marking, code, place)]
    if place is not None and place.setting is not None and place.state == "applies":
        text = f"Medicare pays the {_SETTINGS[place.setting]} at POS {place.pos}."
        claims.append(Claim(text, place.evidence))
    claims += _from_statements(knowledge, marking)
    claims += [
        Claim(f"{row.payer} ({row.line_of_business}, {row.as_of or 'undated'}): {row.position}", marking.evidence)
        for row in marking.positions[:1]
        if marking.state == "no_data"
    ]
    warnings: tuple[AnswerWarning, ...] = ()
    if marking.state == "no_data":
        warnings = (AnswerWarning(kind="payer_varies", text=marking.reason, codes=(code,) if code else ()),)
    elif marking.state == "not_applicable" and marking.rule is not None:
        warnings = (AnswerWarning(kind="not_covered", text=marking.reason, codes=(code,) if code else ()),)
    codes: tuple[CodeAdvice, ...] = ()
    if code is not None:
        modifiers = marking.modifiers[:1] if marking.required else ()
        role: CodeRole = "rejected" if warnings and marking.state == "not_applicable" else "mentioned"
        codes = (advice(knowledge, code, role, on, modifiers=modifiers, pos=(place.pos,) if place else ()),)
    return Finding(tuple(claims), codes, warnings, verdict=_verdict(marking), rule="telehealth")


def listed_finding(knowledge: Knowledge, codes: tuple[str, ...], on: date) -> Finding:
    """Whether each code is on Medicare's telehealth list; yes when all are, no when none is."""
    claims, listed = [], []
    for code in codes:
        row = knowledge.codes.get(code, on)
        evidence = from_row(knowledge, row, ("code", "telehealth_2026", "audio_only_2026", "telehealth_basis"))
        word = {"yes": "is on", "no": "is not on"}.get(row.telehealth_2026, "was not found either way on")
        text = f"{code} {word} Medicare's telehealth list for 2026"
        if row.telehealth_2026 == "yes" and row.audio_only_2026 == "yes":
            text += "; audio-only is allowed when the patient is at home and cannot or will not use video"
        claims.append(Claim(f"{text}.", (evidence,)))
        listed.append(row.telehealth_2026)
    verdict: Verdict = "depends"
    if len(set(listed)) == 1 and listed[0] in ("yes", "no"):
        verdict = "yes" if listed[0] == "yes" else "no"
    advised = tuple(advice(knowledge, code, "mentioned", on) for code in codes)
    return Finding(tuple(claims), advised, verdict=verdict, rule="telehealth")


def _verdict(marking: TelehealthMarking) -> Verdict | None:
    if marking.state == "not_applicable" and marking.rule is not None:
        return "no"
    return "depends" if marking.state == "no_data" else None


def _bottom_line(marking: TelehealthMarking, code: str | None, place: PlaceResult | None) -> Claim:
    evidence = (*marking.evidence, *(place.evidence if place else ()))
    where = f"POS {place.pos}" if place is not None and place.pos else ""
    rule = marking.rule
    if rule is None or (marking.state == "not_applicable" and rule.need != "not-paid"):
        return Claim(marking.reason, evidence)
    names = " or ".join(marking.modifiers)
    match rule.need:
        case "not-paid":
            return Claim(marking.reason, evidence)
        case "required":
            text = f"Report it with modifier {names}" + (f" and {where}" if where else "")
        case "not-required":
            text = f"Report it with {where or 'the telehealth place of service'}; modifier {names} is not needed"
        case "informational":
            text = f"Report it with {where or 'the telehealth place of service'}; modifier {names} is information only"
        case "where-needed":
            text = f"Report it with {where}, and modifier {names} where the code needs it"
        case _:
            text = f"Payers differ here: {where or 'the place of service'} is usual" + (
                f", with {names}" if names else ""
            )
    return Claim(f"{text}{f' for {code}' if code else ''}.", evidence)


def _from_statements(knowledge: Knowledge, marking: TelehealthMarking) -> list[Claim]:
    refs = marking.rule.statements if marking.rule is not None else ()
    rows: list[Statement] = [knowledge.statements.get(ref) for ref in refs]
    return [Claim(row.text, tuple(each for each in marking.evidence if each.ref == row.id)) for row in rows]


def place_finding(place: PlaceResult) -> Finding:
    """Which place-of-service code is reported and which Medicare rate follows."""
    if place.place is None:
        return Finding((Claim(place.note or "No such place of service is held.", place.evidence),), rule="place")
    claims = [Claim(f"Report POS {place.pos} ({place.place.name}).", place.evidence)]
    if place.setting is not None:
        claims.append(Claim(f"Medicare pays the {_SETTINGS[place.setting]} there.", place.evidence))
    return Finding(tuple(claims), rule="place")


def conflicts_finding(found: tuple[Conflict, ...]) -> Finding:
    """Modifiers that do not go with each other, the place, the code or the payer."""
    claims = [
        Claim(text, conflict.evidence) for conflict in found for text in (conflict.rule.problem, conflict.rule.fix)
    ]
    warnings = tuple(AnswerWarning(kind="conflict", text=conflict.rule.problem) for conflict in found)
    wrong = any(conflict.rule.severity in _WRONG for conflict in found)
    return Finding(tuple(claims), warnings=warnings, verdict="no" if wrong else None, rule="modifiers")


_WRONG = ("deny", "warn")
"""What a payer denies, and what is not to be done though some claims pass; `info` only tells what may be left off."""
