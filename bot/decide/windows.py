"""Codes of a visit that must follow a discharge within so many days, by the complexity of its decisions."""

from __future__ import annotations

from bot.answer import Clarify, Verdict
from bot.decide.case import Case
from bot.evidence import Claim, Evidence, Finding, computed, from_row, from_statement
from bot.findings.advice import advice
from bot.understand.polarity import turned
from corpus.rule_rows import VisitWindow

WINDOW = "window"
"""Rule of a visit after a discharge."""
_ELSE = frozenset({"pair", "who", "denial", "documentation", "telehealth", "payment", "place", "frequency", "changed"})


def window_rule(case: Case) -> Finding | None:
    """The code that the day of the visit and its complexity choose, or each under its conditions while one is open."""
    facts, question = case.question.facts, case.question
    rows = sorted(_rows(case), key=lambda row: row.last_day)
    told = facts.visit_day is not None or facts.complexity is not None
    other = set(question.cues) & _ELSE and not (question.stated.visit_day or question.stated.complexity)
    if not rows or other or not set(case.active) <= {row.code for row in rows}:
        return None
    if not told and (case.active or "select" not in question.cues):
        return None
    fitting = [row for row in rows if _may(case, row)]
    if not fitting:
        return _none(case, rows)
    if facts.complexity is None and len(fitting) > 1:
        return _open(case, fitting, "complexity")
    if facts.visit_day is None and len(fitting) > 1:
        return _open(case, fitting, "visit_day")
    if facts.complexity is None or facts.visit_day is None:
        return _open(case, fitting, "complexity" if facts.complexity is None else "visit_day")
    return _chosen(case, fitting[0])


def _rows(case: Case) -> list[VisitWindow]:
    facts = case.question.facts
    held = case.knowledge.rules.visit_windows
    active = [row for row in held if case.knowledge.codes.status(row.code, case.on) == "active"]
    named = [row for row in active if row.service in facts.services]
    return named or (active if any(row.code in case.active for row in active) else [])


def _may(case: Case, row: VisitWindow) -> bool:
    """Whether nothing that was said speaks against the code."""
    facts = case.question.facts
    in_time = facts.visit_day is None or facts.visit_day <= row.last_day
    return in_time and facts.complexity in (None, *row.complexities)


def _chosen(case: Case, row: VisitWindow) -> Finding:
    facts = case.question.facts
    text = f"Day {facts.visit_day} after the discharge with {facts.complexity} complexity is {row.code}: {_words(row)}."
    claims = (Claim(text, (*_evidence(case, row), _worked(case, row.last_day))), *_needs(case, row), _rule(case, row))
    others = [code for code in case.active if code != row.code]
    rejected = [
        advice(case.knowledge, code, "rejected", case.on, why="the other conditions are met") for code in others
    ]
    codes = (advice(case.knowledge, row.code, "recommended", case.on, units=1), *rejected)
    return Finding(claims, codes, verdict=_verdict(case, "no" if others else "yes"), rule=WINDOW)


def _none(case: Case, rows: list[VisitWindow]) -> Finding:
    last = max(row.last_day for row in rows)
    facts = case.question.facts
    names = " or ".join(row.code for row in rows)
    evidence = tuple(each for row in rows for each in _evidence(case, row))
    if facts.visit_day is not None and facts.visit_day > last:
        text = f"Day {facts.visit_day} after the discharge is past day {last}: {names} is not reported."
        claim = Claim(text, (*evidence, _worked(case, last)))
    else:
        text = f"{str(facts.complexity).capitalize()} complexity does not reach {names}."
        claim = Claim(text, evidence)
    codes = tuple(
        advice(case.knowledge, row.code, "rejected", case.on, why="the conditions are not met") for row in rows
    )
    return Finding((claim, _rule(case, rows[0])), codes, verdict=_verdict(case, "no"), rule=WINDOW)


def _open(case: Case, rows: list[VisitWindow], slot: str) -> Finding:
    claims = tuple(Claim(f"{row.code}: {_words(row)}.", _evidence(case, row)) for row in rows)
    question = case.knowledge.rules.slots[slot].question
    out = [code for code in case.active if code not in {row.code for row in rows}]
    codes = (
        *(advice(case.knowledge, row.code, "alternative", case.on) for row in rows),
        *(advice(case.knowledge, code, "rejected", case.on, why="the conditions are not met") for code in out),
    )
    verdict = _verdict(case, "no" if out else "depends")
    needs = tuple(claim for row in rows[-1:] for claim in _needs(case, row))
    return Finding(
        (*claims, *needs), codes, verdict=verdict, clarify=Clarify(slot=slot, question=question), rule=WINDOW
    )


def _verdict(case: Case, verdict: Verdict) -> Verdict | None:
    if not case.question.polar:
        return None
    return turned(verdict) if case.question.negative else verdict


def _words(row: VisitWindow) -> str:
    return f"visit within {row.last_day} days of the discharge, {' or '.join(row.complexities)} complexity"


def _evidence(case: Case, row: VisitWindow) -> tuple[Evidence, ...]:
    code = case.knowledge.codes.get(row.code)
    return (
        from_row(case.knowledge, row, ("code", "last_day", "complexities"), "Days after a discharge"),
        from_row(case.knowledge, code, ("code", "label", "requires")),
    )


def _needs(case: Case, row: VisitWindow) -> tuple[Claim, ...]:
    code = case.knowledge.codes.get(row.code)
    if not code.requires:
        return ()
    return (Claim(f"{code.code} requires: {code.requires}.", (from_row(case.knowledge, code, ("code", "requires")),)),)


def _rule(case: Case, row: VisitWindow) -> Claim:
    statement = case.knowledge.statements.get(row.statement)
    return Claim(statement.text, (from_statement(case.knowledge, statement),))


def _worked(case: Case, last: int) -> Evidence:
    day = case.question.facts.visit_day or 0
    sign = "<=" if day <= last else ">"
    return computed("window:day", "Day of the visit", f"day {day} {sign} day {last}")
