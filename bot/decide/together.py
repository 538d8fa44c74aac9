"""Rules about several codes: together on a date, or as a whole claim."""

from __future__ import annotations

from dataclasses import replace

from bot.answer import Verdict
from bot.decide.case import Case, merged
from bot.decide.counting import one_ladder
from bot.decide.services import selected
from bot.evidence import Finding
from bot.findings.check import check_finding
from bot.findings.pairs import edits_finding, lacking_finding, other_clinician_finding, pairs_finding
from bot.respond import fixed
from bot.rules.check import check
from bot.rules.claim import Claim, Line
from bot.rules.pairs import Combination, addon, combine
from bot.rules.select import codes_of
from bot.rules.visits import visit_codes
from bot.understand.intents import chooses
from bot.understand.polarity import turned

_MANY = 3
_ALONE, _BUNDLED, _EDIT = "alone", "bundled", "edit"
"""How a question about codes is put (`put` of the vocabulary)."""
_KINDS = "kinds"
"""Two clinicians of different kinds (`bot.understand.clinicians`)."""
_UNMARKED = frozenset({"never", "allowed", "base_and_addon"})
"""Verdicts on a pair with which no modifier separates the codes, or none has to."""


def pairs_rule(case: Case) -> Finding | None:
    """Whether the named codes, or the codes of the named services, go together.

    Without a word of together ("does the VA pay 0591T-0593T?") only what is held about the codes counts, when a payer
    or a clinician is named, or no yes or no is asked.
    """
    codes = _codes(case)
    ladder = len(case.active) == len(codes) and one_ladder(case)
    if len(codes) < 2 or _compares(case) or ladder or _is_claim(case):
        return None
    found = combine(case.knowledge, codes, case.on, case.payer)
    question = case.question
    other = case.payer or question.facts.performer or not question.polar
    if found.verdict == "unknown" and other and "pair" not in question.cues:
        return None
    finding = merged([pairs_finding(case.knowledge, found, case.on), *_recoded(case)], rule="pairs")
    if "modifier" in case.question.cues and case.question.polar:
        finding = replace(finding, verdict=_needs_modifier(case, found))
    elif _EDIT in question.put and question.polar:
        return edits_finding(case.knowledge, found, finding, case.on)
    elif case.question.separate and found.verdict == "with_modifier":
        finding = replace(finding, verdict="yes")
    if question.clinicians and not question.apart:
        finding = _by_two(case, found, finding) or finding
    elif question.apart and not any(pair.period == "month" for pair in found.pairs):
        claims = (fixed(case.knowledge, "pair-other-day"), *finding.claims)
        finding = replace(finding, claims=claims, verdict="yes", warnings=())
    asked_turned = _BUNDLED in question.put and question.polar
    return replace(finding, verdict=turned(finding.verdict)) if asked_turned else finding


def _by_two(case: Case, found: Combination, finding: Finding) -> Finding | None:
    """The finding for services of two clinicians: NCCI pairs, and rules about one clinician, do not join them.

    None when a rule holds whoever gives the services, or when nothing stands against them anyway. Clinicians of one
    kind may count as one, so that yes is said only of different kinds, or of a medical visit beside another service.
    """
    joined = [rule for pair in found.pairs for rule in pair.rules if rule.clinician is None]
    parted = [pair for pair in found.pairs if pair.edit is not None or pair.rules]
    lacking = any(check.state == "applies" for check in found.addons)
    if joined or lacking or not parted:
        return None
    parts = case.question.clinicians == _KINDS or visit_codes(case.knowledge) & set(found.codes)
    verdict: Verdict = "yes" if parts else "depends"
    return other_clinician_finding(case.knowledge, found, case.on, verdict, told=finding)


def alone_rule(case: Case) -> Finding | None:
    """Whether an add-on code may stand without its primary code, when that is asked."""
    mentions = case.question.facts.codes
    missing = any(mention.negated for mention in mentions)
    if not case.question.polar or not (_ALONE in case.question.put or missing):
        return None
    on_claim = case.active if missing and _ALONE not in case.question.put else ()
    found = [addon(case.knowledge, code, on_claim, case.on) for code in case.active]
    lacking = [check for check in found if check is not None and check.state == "applies"]
    return lacking_finding(case.knowledge, lacking, case.on) if lacking else None


def _needs_modifier(case: Case, found: Combination) -> Verdict | None:
    """For "do I need 25 with these?": yes when a pair needs a modifier that was named, no when none helps or is due."""
    named = set(case.question.facts.modifiers)
    groups = [pair.modifier for pair in found.pairs if pair.modifier is not None]
    if any(not named or named & set(group.modifiers) for group in groups):
        return "yes"
    return "no" if found.verdict in _UNMARKED else None


def _compares(case: Case) -> bool:
    """Whether two codes are named to be told apart, or for what to write down, not to be billed together."""
    cues = set(case.question.cues)
    else_ = {"frequency", "time-rule", "define", *(("coverage",) if case.question.polar else ())}
    other = bool(cues & else_) and not cues & {"pair", "denial", "modifier"}
    if chooses(case.question.text) and not cues & {"pair", "denial", "modifier"}:
        return True
    compared = case.about("compare") and not (case.question.polar and "pair" in cues)
    return other or compared or (case.about("documentation") and not case.question.denials)


def _codes(case: Case) -> tuple[str, ...]:
    """The codes to be combined; services stand for their codes when a pair is asked about in words.

    "Group at 10 and one on one at 2" names two forms of one service. Beside a named code a service joins it when the
    modifier is asked for, too.
    """
    question = case.question
    asked = question.polar and "pair" in question.cues
    joined = "modifier" in question.cues and case.active
    if len(case.active) >= 2 or not (asked or joined) or (len(question.performers) > 1 and not question.clinicians):
        return case.active
    held = dict.fromkeys(case.active)
    for service in question.facts.services:
        forms: list[str | None] = [form for form in question.forms_said if form in _forms(case, service)] or [None]
        if service in question.glossed and len(forms) == 1:
            continue
        for form in forms:
            codes = _codes_of(case, service, form)
            if codes and not held.keys() & set(codes):
                held[codes[0]] = None
    return tuple(code for code in held if case.knowledge.codes.status(code, case.on) == "active")


def _forms(case: Case, service: str) -> set[str | None]:
    return {row.participants for row in case.knowledge.services if row.service == service}


def _codes_of(case: Case, service: str, form: str | None) -> list[str]:
    """The codes of a service with these participants, the one that the time said chooses first."""
    rows = [row for row in case.knowledge.services if row.service == service and form in (None, row.participants)]
    held = [code for row in rows for code in codes_of(case.knowledge, row)]
    facts = case.question.facts.model_copy(update={"participants": form or case.question.facts.participants})
    alone = replace(case, question=case.question.model_copy(update={"facts": facts}))
    chosen = [row.code for row in selected(alone, service).codes if row.role == "recommended"]
    return list(dict.fromkeys([*(code for code in chosen if code in held), *held]))


def _recoded(case: Case) -> list[Finding]:
    """The add-on that stands for a stand-alone service beside a medical visit, when its time is said."""
    visits = visit_codes(case.knowledge) & set(case.active)
    if case.question.facts.minutes is None or not visits:
        return []
    alone = [row for row in case.knowledge.services if row.with_em == "no" and row.time_family]
    named = {row.service for row in alone if set(codes_of(case.knowledge, row)) & set(case.active)}
    return [selected(case, service) for service in sorted(named)[:1]]


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
    claim = Claim(lines, case.on, case.payer, facts.performer)
    return check_finding(case.knowledge, check(case.knowledge, claim))


def _is_claim(case: Case) -> bool:
    marked = any(mention.units or mention.modifiers for mention in case.question.facts.codes)
    wanted = _MANY - 1 if marked else _MANY
    return (
        case.question.polar
        and len(case.active) >= wanted
        and not case.about("compare", "denial", "who", "documentation")
    )
