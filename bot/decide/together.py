"""Rules about several codes: together on a date, or as a whole claim."""

from __future__ import annotations

from bot.decide.case import Case
from bot.decide.counting import one_ladder
from bot.evidence import Finding
from bot.findings.check import check_finding
from bot.findings.pairs import pairs_finding
from bot.rules.check import check
from bot.rules.claim import Claim, Line
from bot.rules.pairs import combine

_MANY = 3


def pairs_rule(case: Case) -> Finding | None:
    """Whether the named codes go together, when two or more are named and the turn is not about choosing one."""
    if len(case.active) < 2 or case.about("compare", "documentation") or one_ladder(case) or _is_claim(case):
        return None
    found = combine(case.knowledge, case.active, case.on, case.question.facts.payer)
    return pairs_finding(case.knowledge, found, case.on, case.question.facts.payer)


def claim_rule(case: Case) -> Finding | None:
    """Three or more codes, or codes with units and modifiers, asked about with yes or no: a claim to be checked."""
    facts = case.question.facts
    if not _is_claim(case):
        return None
    lines = tuple(
        Line(mention.code, mention.units or 1, mention.modifiers, pos=facts.place)
        for mention in facts.codes
        if not mention.negated
    )
    claim = Claim(lines, case.on, facts.payer, facts.performer)
    return check_finding(case.knowledge, check(case.knowledge, claim))


def _is_claim(case: Case) -> bool:
    marked = any(mention.units or mention.modifiers for mention in case.question.facts.codes)
    wanted = _MANY - 1 if marked else _MANY
    return (
        case.question.polar
        and len(case.active) >= wanted
        and not case.about("compare", "denial", "who", "documentation")
    )
