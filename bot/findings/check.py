"""A checked claim as sentences: what would deny first, each with its evidence and correction."""

from __future__ import annotations

from bot.answer import AnswerWarning, CodeAdvice, CodeRole, Verdict, WarningKind
from bot.evidence import Claim as Sentence
from bot.evidence import Evidence, Finding, computed, from_row
from bot.findings.advice import advice
from bot.rules.claim import Issue, IssueKind, Line, Report
from corpus.knowledge import Knowledge

_WARNINGS: dict[IssueKind, WarningKind] = {
    "unknown_code": "unknown_code",
    "not_active": "deleted_code",
    "units": "units_limit",
    "duplicate": "conflict",
    "add_on": "bundling",
    "pair": "bundling",
    "unit_limit": "units_limit",
    "time": "time_not_met",
    "minutes": "time_not_met",
    "modifier": "conflict",
    "place": "conflict",
    "performer": "not_covered",
    "not_payable": "not_covered",
    "telehealth": "conflict",
    "date": "vintage",
}


def check_finding(knowledge: Knowledge, report: Report) -> Finding:
    """What a claim check found, most severe first; the first sentence is the bottom line.

    The verdict is `no` when a line would deny, `depends` when something must be checked, `yes` when no rule that is
    held stands against the claim.
    """
    given = _given(report)
    claims = [claim for issue in report.issues for claim in _told(issue, given)] or [_clean(knowledge, report, given)]
    warnings = tuple(
        AnswerWarning(kind=_WARNINGS[issue.kind], text=issue.text, codes=issue.codes)
        for issue in report.issues
        if issue.severity != "info"
    )
    codes = tuple(_advice(knowledge, report, number, line) for number, line in enumerate(report.claim.lines, start=1))
    return Finding(tuple(claims), codes, warnings, verdict=_verdict(report), rule="check")


def _verdict(report: Report) -> Verdict:
    if report.denies:
        return "no"
    return "depends" if report.issues else "yes"


def _told(issue: Issue, given: Evidence) -> list[Sentence]:
    evidence = (*issue.evidence, given)
    told = [Sentence(issue.text, evidence)]
    if issue.fix:
        told.append(Sentence(issue.fix, evidence))
    return told


def _given(report: Report) -> Evidence:
    """The claim as the user stated it: every line, and the units of codes that stand on several lines."""
    claim = report.claim
    lines = [f"line {n}: {_line(line)}" for n, line in enumerate(claim.lines, start=1)]
    for code in claim.codes:
        held = [line.units for line in claim.lines if line.code == code]
        if len(held) > 1:
            total = " + ".join(map(str, held))
            lines.append(f"{code} on {len(held)} lines: {total} = {sum(held)}, {code} x {sum(held)}")
    about = [f"date of service {claim.on}", *([f"checked on {claim.received}"] if claim.received else [])]
    return computed("check:claim", "The claim as stated", "; ".join((*lines, *about)) + ".")


def _line(line: Line) -> str:
    modifiers = f" modifiers {', '.join(line.modifiers)}" if line.modifiers else ""
    minutes = f" {line.minutes} minutes" if line.minutes is not None else ""
    pos = f" POS {line.pos}" if line.pos else ""
    return f"{line.code} x {line.units}{modifiers}{pos}{minutes}"


def _clean(knowledge: Knowledge, report: Report, given: Evidence) -> Sentence:
    claim = report.claim
    shown = " + ".join(f"{line.code} x {line.units}" for line in claim.lines)
    text = f"No rule that is held stands against {shown} on {claim.on}; that is not a promise of payment."
    rows = tuple(
        from_row(knowledge, row, ("code", "label", "effective_from", "effective_to"), f"Code table, {code}")
        for code in claim.codes
        if (row := knowledge.codes.find(code, claim.on)) is not None
    )
    return Sentence(text, (given, *rows))


def _advice(knowledge: Knowledge, report: Report, number: int, line: Line) -> CodeAdvice:
    denying = [issue for issue in report.of("deny") if number in issue.lines and line.code in issue.codes]
    role: CodeRole = "rejected" if denying else "recommended"
    pos = (line.pos,) if line.pos else ()
    why = denying[0].text if denying else ""
    on = report.claim.on
    return advice(knowledge, line.code, role, on, line.units, line.modifiers, pos, why)
