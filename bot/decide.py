"""Which rules speak to a question, in order of weight. Each rule returns a Finding or nothing; none guesses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.evidence import Finding
from bot.findings.denials import denial_finding
from bot.findings.describe import describe
from bot.findings.status import premise_finding, status_finding
from bot.question import Question
from corpus.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules look at: the question, the date of service and the knowledge."""

    knowledge: Knowledge
    question: Question
    on: dt.date

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the tables that the turn or the conversation is about."""
        return tuple(mention.code for mention in self.question.facts.codes)

    @property
    def active(self) -> tuple[str, ...]:
        """Those of `codes` that may be reported on the date."""
        return tuple(code for code in self.codes if self.knowledge.codes.status(code, self.on) == "active")

    def about(self, *intents: str) -> bool:
        """Whether one of these intents was read in the turn."""
        return any(intent in self.question.intents for intent in intents)


Rule = Callable[[Case], Finding | None]


def decide(case: Case) -> list[Finding]:
    """All findings for the question, strongest first; empty ones are left out."""
    return [finding for finding in _findings(case) if finding.claims or finding.clarify or finding.codes]


def _findings(case: Case) -> Iterator[Finding]:
    for rule in RULES:
        finding = rule(case)
        if finding is not None:
            yield finding


def _not_active(case: Case) -> Finding | None:
    """Codes that may not be reported on the date come first, whatever was asked."""
    gone = [code for code in case.codes if code not in case.active]
    if not gone:
        return None
    findings = [status_finding(case.knowledge, code, case.on) for code in gone]
    return merged(findings, rule="status")


def _premise(case: Case) -> Finding | None:
    for code in case.active:
        finding = premise_finding(case.knowledge, code, case.on, case.question.text)
        if finding.claims and case.question.polar:
            return finding
    return None


def _denial(case: Case) -> Finding | None:
    return denial_finding(case.knowledge, case.question.denials) if case.question.denials else None


def _still_valid(case: Case) -> Finding | None:
    if not case.about("changed") or len(case.active) != 1 or case.active != case.codes:
        return None
    return status_finding(case.knowledge, case.active[0], case.on)


def _describe(case: Case) -> Finding | None:
    """What the named codes are: in full when that is the question, briefly to compare two."""
    if case.about("compare") and len(case.active) >= 2:
        found = [describe(case.knowledge, code, case.on, brief=True) for code in case.active]
        return merged(found, rule="describe")
    if case.active and _only_asks_what(case):
        found = [describe(case.knowledge, code, case.on) for code in case.active[:3]]
        return merged(found, rule="describe")
    return None


def _only_asks_what(case: Case) -> bool:
    asked = set(case.question.intents) - {"identify", "define", "select", "time-rule"}
    return not asked and not case.question.polar and case.question.facts.minutes is None


def merged(findings: list[Finding], *, rule: str) -> Finding:
    """Several findings as one, in order; the first verdict and question back win."""
    return Finding(
        claims=tuple(claim for finding in findings for claim in finding.claims),
        codes=tuple(code for finding in findings for code in finding.codes),
        warnings=tuple(warning for finding in findings for warning in finding.warnings),
        verdict=next((finding.verdict for finding in findings if finding.verdict), None),
        clarify=next((finding.clarify for finding in findings if finding.clarify), None),
        assumptions=tuple(item for finding in findings for item in finding.assumptions),
        rule=rule,
    )


RULES: tuple[Rule, ...] = (_not_active, _premise, _denial, _still_valid, _describe)
"""In order of weight."""
