"""Rules about who may report a code."""

from __future__ import annotations

from dataclasses import replace

from bot.decide.case import Case, payer_or_assumed
from bot.evidence import Finding
from bot.findings.who import enrolled_finding, who_finding
from bot.rules.who import who

_BARE = 3
"""Words with content of a question about nothing but the clinician: who, whom, and how ("directly")."""


def who_rule(case: Case) -> Finding | None:
    """Whether the clinician may report the named code, or who may; only when that is what was asked.

    When the question is how it is done (by video, where, under whom), only one who may not report at all is told so.
    """
    facts = case.question.facts
    if len(case.active) > 1 or facts.minutes is not None or case.about("pair"):
        return None
    question = case.question
    paid = "coverage" in question.cues and question.polar and case.knowledge.rules.medicare_rules(case.payer)
    asked = "who" in question.cues or (question.stated.performer and (question.subject_acts or paid))
    denied = bool(question.denials) and question.stated.performer is not None
    codes = case.active or case.service_codes
    payer, assumed = payer_or_assumed(case)
    if not asked and not denied:
        return None
    if not codes:
        medicare = case.knowledge.rules.medicare_rules(payer)
        whole = not facts.services and facts.place is None and question.content <= _BARE
        if not question.polar or not medicare or question.needed:
            return None
        return enrolled_finding(case.knowledge, facts.performer, case.on, whole=whole)
    found = who(case.knowledge, codes[0], facts.performer, payer, case.on)
    if not asked and not found.instead:
        return None
    if case.about("supervision", "telehealth", "place") and found.state == "applies" and found.role == "reports":
        return None
    return replace(who_finding(case.knowledge, found, case.on, furnishes=question.furnishes), assumptions=assumed)
