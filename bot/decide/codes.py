"""Rules about the named codes themselves: known, active, reworded, what they are."""

from __future__ import annotations

from dataclasses import replace

from bot.answer import Verdict
from bot.decide.case import Case, merged
from bot.decide.official import held_codes
from bot.evidence import Finding
from bot.findings.describe import describe
from bot.findings.status import premise_finding, status_finding
from bot.lookup import similar_codes
from bot.respond import unknown_code
from bot.understand.intents import chooses, what_is
from bot.understand.polarity import turned

_FEW_WORDS = 1


def unknown_rule(case: Case) -> Finding | None:
    """Codes in no table: a neighboring field's are named as such, others with the near ones of the tables."""
    held = held_codes(case)
    beside = [code for code in case.question.neighbour_codes if code not in held]
    found = [status_finding(case.knowledge, code, case.on) for code in beside]
    for code in (code for code in case.question.unknown_codes if code not in held):
        found.append(unknown_code(case.knowledge, code, similar_codes(case.knowledge, code, case.on)))
    if not found:
        return None
    verdict: Verdict | None = "no" if beside else None
    return replace(merged(found, rule="unknown"), verdict=verdict)


def not_active_rule(case: Case) -> Finding | None:
    """Codes that may not be reported on the date come first, whatever was asked."""
    gone = [code for code in case.codes if code not in case.active]
    if not gone:
        return None
    found = merged([status_finding(case.knowledge, code, case.on) for code in gone], rule="status")
    return replace(found, verdict=turned(found.verdict)) if case.question.adverse else found


def premise_rule(case: Case) -> Finding | None:
    """Whether the message describes what a code means on the date, or what it meant at another time."""
    for code in case.active:
        finding = premise_finding(case.knowledge, code, case.on, case.question.search_text)
        asked = case.about("changed") or case.question.stated.date is not None
        if finding.claims and case.question.polar and (finding.warnings or asked):
            return finding
    return None


def still_valid_rule(case: Case) -> Finding | None:
    """Whether the named codes, or those of the named service, are still active."""
    if not case.about("changed") or case.active != case.codes:
        return None
    codes = case.active or (case.service_codes if "select" in case.question.cues else ())
    found = merged([status_finding(case.knowledge, code, case.on) for code in codes[:3]], rule="status")
    return replace(found, verdict=turned(found.verdict)) if case.question.adverse else found


def ended_rule(case: Case) -> Finding | None:
    """For an earlier date of service: that a named code, active then, has been deleted since, and when."""
    gone = [code for code in case.active if _ended(case, code)]
    if not gone or case.about("changed"):
        return None
    found = merged([status_finding(case.knowledge, code, case.on) for code in gone], rule="ended")
    question = case.question
    asked = question.polar and question.stated.date is not None and not set(question.cues) - _OF_A_CODE
    if not asked or question.stated.minutes is not None or len(gone) < len(case.active):
        return replace(found, verdict=None)
    return replace(found, verdict=turned(found.verdict)) if question.negative else found


_OF_A_CODE = frozenset({"select", "identify"})


def _ended(case: Case, code: str) -> bool:
    last = case.knowledge.codes.get(code).effective_to
    return last is not None and last < case.knowledge.coverage.horizon


def describe_rule(case: Case) -> Finding | None:
    """What the named codes are: in full when that is the question, briefly to compare two."""
    if (case.about("compare") or chooses(case.question.text)) and len(case.active) >= 2:
        found = [describe(case.knowledge, code, case.on, brief=True) for code in case.active]
        return merged(found, rule="describe")
    if case.active and _only_asks_what(case):
        found = [describe(case.knowledge, code, case.on) for code in case.active[:3]]
        return merged(found, rule="describe")
    return _what_they_are(case) if case.question.polar else None


def what_rule(case: Case) -> Finding | None:
    """What a code is, before the other things that are asked of it: "what is it and how long is one unit"."""
    return None if case.question.polar or _only_asks_what(case) else _what_they_are(case)


def _what_they_are(case: Case) -> Finding | None:
    named = [code for code in what_is(case.question.text) if code in case.active]
    found = [describe(case.knowledge, code, case.on, brief=True) for code in named]
    return merged(found, rule="describe") if found else None


def _only_asks_what(case: Case) -> bool:
    asked = set(case.question.intents) - {"identify", "define", "select", "time-rule"}
    short = case.question.content - len(case.codes) <= _FEW_WORDS or bool(
        {"identify", "define"} & set(case.question.cues)
    )
    return short and not asked and not case.question.polar and case.question.facts.minutes is None
