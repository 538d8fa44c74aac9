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
    claims = [claim for issue in report.issues for claim in _told(issue)] or [_clean(knowledge, report)]
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


def _told(issue: Issue) -> list[Sentence]:
    evidence = issue.evidence or (_stated(issue),)
    told = [Sentence(issue.text, evidence)]
    if issue.fix:
        told.append(Sentence(issue.fix, evidence))
    return told


def _stated(issue: Issue) -> Evidence:
    """The user's own input as evidence, for issues that no table row is needed to see."""
    return computed(f"check:{issue.kind}", "Claim check", f"{issue.text} {issue.fix}".strip())


def _clean(knowledge: Knowledge, report: Report) -> Sentence:
    claim = report.claim
    shown = " + ".join(f"{line.code} x {line.units}" for line in claim.lines)
    text = f"No rule that is held stands against {shown} on {claim.on}; that is not a promise of payment."
    rows = tuple(
        from_row(knowledge, row, ("code", "label", "effective_from", "effective_to"), f"Code table, {code}")
        for code in claim.codes
        if (row := knowledge.codes.find(code, claim.on)) is not None
    )
    return Sentence(text, (computed("check:claim", "Claim check", f"Checked {shown} for {claim.on}."), *rows))


def _advice(knowledge: Knowledge, report: Report, number: int, line: Line) -> CodeAdvice:
    denying = [issue for issue in report.of("deny") if number in issue.lines and line.code in issue.codes]
    role: CodeRole = "rejected" if denying else "recommended"
    pos = (line.pos,) if line.pos else ()
    why = denying[0].text if denying else ""
    on = report.claim.on
    return advice(knowledge, line.code, role, on, line.units, line.modifiers, pos, why)
