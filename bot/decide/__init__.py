"""Which rules speak to a question, in order of weight. Each returns a Finding or nothing; none guesses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.decide.amounts import equal_pay_rule, other_amounts_rule, price_rule
from bot.decide.case import Case, Rule
from bot.decide.codes import (
    describe_rule,
    ended_rule,
    not_active_rule,
    premise_rule,
    still_valid_rule,
    unknown_rule,
    what_rule,
)
from bot.decide.counting import MISFIT, instruments_rule, limit_rule, misfit_rule, too_short_rule, units_rule
from bot.decide.coverage import coverage_rule, diagnosis_rule, not_paid_rule, paid_rule, requires_rule
from bot.decide.forms import NOT_THE_CODE, basis_rule, form_rule, same_form_rule
from bot.decide.official import official_rule
from bot.decide.people import who_rule
from bot.decide.premises import stale_premise_rule
from bot.decide.remote import (
    conflicts_rule,
    misplaced_rule,
    modifier_rule,
    place_rule,
    telehealth_asked_rule,
    telehealth_list_rule,
    telehealth_rule,
)
from bot.decide.services import select_rule, selected
from bot.decide.together import alone_rule, claim_rule, pairs_rule
from bot.decide.windows import WINDOW, window_rule
from bot.evidence import Finding
from bot.findings.denials import denial_finding
from bot.respond import PAST_HORIZON, SMALL_TALK, ask_back, ask_subject, past_horizon, small_talk

__all__ = ["Case", "decide"]


def decide(case: Case) -> list[Finding]:
    """All findings for the question, strongest first; empty ones are left out."""
    found = [finding for finding in _findings(case) if finding.claims or finding.clarify or finding.codes]
    return sorted(found, key=lambda finding: not _refuses(finding))


def _refuses(finding: Finding) -> bool:
    """Whether the clinician may not report the code: then nothing else about the code is the bottom line."""
    return finding.rule == "who" and any(warning.kind == "not_covered" for warning in finding.warnings)


def _findings(case: Case) -> Iterator[Finding]:
    found, other_code = False, False
    for rule in RULES:
        finding = None if other_code and rule in OF_NAMED_CODE else rule(case)
        if finding is not None:
            found = found or bool(finding.claims)
            other_code = other_code or finding.rule in (*NOT_THE_CODE, MISFIT, WINDOW)
            yield finding
            if finding.rule in (PAST_HORIZON, SMALL_TALK):
                return
    if not found and (finding := other_amounts_rule(case)) is not None:
        yield finding


def past_horizon_rule(case: Case) -> Finding | None:
    return past_horizon(case.knowledge, case.on) if case.on > case.knowledge.coverage.horizon else None


def denial_rule(case: Case) -> Finding | None:
    return denial_finding(case.knowledge, case.question.denials) if case.question.denials else None


def small_talk_rule(case: Case) -> Finding | None:
    """A greeting, thanks, or what the assistant can do."""
    question = case.question
    if question.closes and not question.stated.stated():
        return small_talk(case.knowledge, "closing")
    if question.content or question.stated.stated() or not case.about("greeting", "capability"):
        return None
    return small_talk(case.knowledge, "capability" if case.about("capability") else "greeting")


_BARE = 2


def ask_back_rule(case: Case) -> Finding | None:
    """A question without any subject is asked back; the services most likely meant are told under their conditions."""
    facts, about = case.question.facts, case.question.bare
    found = None if facts.codes or facts.services else ask_back(case.knowledge, about)
    if found is None:
        return None
    asked, value = found
    likely = [row.value for row in case.knowledge.phrases if row.slot == "ask-service" and row.phrase == value]
    told = [selected(case, service) for service in likely]
    codes = tuple(row.model_copy(update={"role": "alternative"}) for each in told for row in each.codes)
    claims = (*asked.claims, *(claim for each in told for claim in each.claims))
    return replace(asked, claims=claims, codes=codes)


def ask_rule(case: Case) -> Finding | None:
    """Minutes cannot be counted, nor an amount told, without the service."""
    facts = case.question.facts
    named = facts.codes or facts.services or facts.performer or case.question.unknown_codes
    counts = facts.minutes is not None and "units" in case.question.cues
    prices = case.question.asks_amount and case.question.content <= _BARE
    if named or not (counts or prices):
        return None
    return ask_subject(case.knowledge, "ask-units-basis" if counts else "ask-price-basis")


RULES: tuple[Rule, ...] = (
    past_horizon_rule,
    small_talk_rule,
    ask_rule,
    ask_back_rule,
    stale_premise_rule,
    unknown_rule,
    official_rule,
    not_active_rule,
    misfit_rule,
    premise_rule,
    diagnosis_rule,
    denial_rule,
    what_rule,
    window_rule,
    still_valid_rule,
    form_rule,
    same_form_rule,
    basis_rule,
    equal_pay_rule,
    coverage_rule,
    not_paid_rule,
    paid_rule,
    price_rule,
    telehealth_asked_rule,
    telehealth_list_rule,
    misplaced_rule,
    too_short_rule,
    alone_rule,
    claim_rule,
    pairs_rule,
    who_rule,
    instruments_rule,
    units_rule,
    select_rule,
    ended_rule,
    conflicts_rule,
    telehealth_rule,
    place_rule,
    modifier_rule,
    limit_rule,
    requires_rule,
    describe_rule,
)
"""In order of weight: the first finding gives the bottom line."""

OF_NAMED_CODE: tuple[Rule, ...] = (price_rule, too_short_rule, pairs_rule, units_rule, select_rule)
"""Rules that take the named code for the right one: silent once another rule said that it is not."""
