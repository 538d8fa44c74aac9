"""Codes together as sentences: may they be billed on one date, which one is paid, which modifier separates them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.answer import AnswerWarning, CodeAdvice, CodeRole, Verdict
from bot.evidence import Claim, Finding, from_row, statement_claim
from bot.findings.advice import advice
from bot.rules.pairs import AddonCheck, Combination, Pair, came_later, edition_row, held_edition
from corpus.knowledge import Knowledge

_SHOWN = 8
"""Primary codes that are named, at most."""
_VERDICTS: dict[str, Verdict | None] = {
    "never": "no",
    "with_modifier": "depends",
    "separate": "yes",
    "allowed": "yes",
    "base_and_addon": "yes",
    "unknown": None,
}


def pairs_finding(knowledge: Knowledge, found: Combination, on: date) -> Finding:
    """What is held about the codes together, the strictest pair first; nothing held is said, never taken as a yes.

    Nor do statements that name both codes say yes or no then: they may relate both to a third.
    """
    order = list(_VERDICTS)
    pairs = sorted(found.pairs, key=lambda pair: order.index(pair.verdict))
    known = [pair for pair in pairs if pair.verdict != "unknown"]
    claims = [claim for pair in known for claim in _told(knowledge, pair)]
    lacking = [check for check in found.addons if check.state == "applies"]
    claims = [_lacks(check) for check in lacking] + claims
    verdict = "no" if lacking else _VERDICTS[found.verdict]
    if not claims:
        claims, verdict = [_no_data(knowledge, pair, on) for pair in pairs], "depends"
    warnings = tuple(warning for pair in known for warning in _warnings(pair))
    return Finding(tuple(claims), _codes(knowledge, found, pairs, on), warnings, verdict=verdict, rule="pairs")


def lacking_finding(knowledge: Knowledge, lacking: Sequence[AddonCheck], on: date) -> Finding:
    """That add-on codes may not stand without one of their primary codes."""
    claims, codes = [], []
    for check in lacking:
        shown = ", ".join(check.bases[:_SHOWN])
        text = f"{check.code} is an add-on code: it is billed only with one of its primary codes, such as {shown}."
        claims.append(Claim(text, check.evidence))
        codes.append(advice(knowledge, check.code, "rejected", on))
    return Finding(tuple(claims), tuple(codes), verdict="no", rule="pairs")


def edits_finding(knowledge: Knowledge, found: Combination, told: Finding, on: date) -> Finding:
    """Whether the NCCI edition that is held pairs the codes; what else is held about them (`told`) follows.

    A pair whose codes came after the edition settles nothing.
    """
    edits = [pair for pair in found.pairs if pair.edit is not None]
    if edits:
        first = [_edit(pair) for pair in edits]
        return replace(told, claims=(*first, *(each for each in told.claims if each not in first)), verdict="yes")
    claims = tuple(_no_edit(knowledge, pair, on) for pair in found.pairs)
    edition = held_edition(knowledge, on)
    late = not edition or came_later(knowledge, found.codes, edition, on)
    rest = told.claims if any(pair.verdict != "unknown" for pair in found.pairs) else ()
    return replace(told, claims=(*claims, *rest), verdict="depends" if late else "no")


def other_clinician_finding(
    knowledge: Knowledge, found: Combination, on: date, verdict: Verdict, *, told: Finding
) -> Finding:
    """That pairs are about the services of one clinician; what they say (`told`) follows, rejecting no code."""
    refs = knowledge.rules.principles["other-clinician"].statements
    claims = tuple(statement_claim(knowledge, knowledge.statements.get(ref)) for ref in refs)
    codes = tuple(advice(knowledge, code, "mentioned", on) for code in found.codes)
    return replace(told, claims=(*claims, *told.claims), codes=codes, warnings=(), verdict=verdict)


def _no_edit(knowledge: Knowledge, pair: Pair, on: date) -> Claim:
    text = f"For {pair.first} with {pair.second}: {pair.vintage}"
    return Claim(text, _no_data(knowledge, pair, on).evidence)


def _lacks(check: AddonCheck) -> Claim:
    shown = ", ".join(check.bases[:_SHOWN])
    text = f"{check.code} is an add-on code and must be billed with one of its primary codes, such as {shown}"
    return Claim(f"{text}; none of them is here.", check.evidence)


def _told(knowledge: Knowledge, pair: Pair) -> list[Claim]:
    both = f"{pair.first} and {pair.second}"
    claims = [_bottom_line(pair, both)]
    if pair.edit is not None:
        claims.append(_edit(pair))
    for rule in pair.rules:
        row = knowledge.statements.get(rule.statement)
        evidence = tuple(each for each in pair.evidence if each.ref == row.id)
        claims.append(Claim(row.text, evidence))
    if pair.modifier is not None:
        text = f"What must support {' or '.join(pair.modifier.modifiers)}: {pair.modifier.documentation}"
        claims.append(Claim(text, pair.evidence))
    return claims


def _edit(pair: Pair) -> Claim:
    edit = pair.edit
    assert edit is not None
    text = (
        f"NCCI edition {edit.edition} has {edit.column1} in column one and {edit.column2} in column two, modifier "
        f"indicator {edit.modifier_indicator}."
    )
    return Claim(text, pair.evidence)


def _bottom_line(pair: Pair, both: str) -> Claim:
    period = "in the same month" if pair.period == "month" else "on the same date"
    match pair.verdict:
        case "never" if pair.edit is not None and pair.edit.modifier_indicator == "0":
            text = (
                f"{both} are not billed together {period} by the same clinician: {pair.denied} is bundled into "
                f"{pair.paid}, and no modifier separates them."
            )
        case "never":
            text = f"{both} are not reported together {period}."
        case "with_modifier" if pair.modifier is not None:
            names = " or ".join(pair.modifier.modifiers)
            text = (
                f"{both} go together {period} only with modifier {names} on {pair.carrier}, when the facts support it."
            )
        case "separate":
            text = f"{both} may both be billed {period} only as separate, distinct services."
        case "base_and_addon":
            text = f"{both} go together, as an add-on code with its primary code."
        case _:
            text = f"{both} may be billed together {period}."
    return Claim(text, pair.evidence)


def _no_data(knowledge: Knowledge, pair: Pair, on: date) -> Claim:
    row = edition_row(knowledge, on)
    evidence = (*pair.evidence, from_row(knowledge, row, ("edition",)))
    rows = [knowledge.codes.find(code, on) for code in (pair.first, pair.second)]
    evidence += tuple(from_row(knowledge, row, ("code", "effective_from")) for row in rows if row is not None)
    return Claim(f"For {pair.first} with {pair.second} no rule is held: {pair.vintage}", evidence)


def _warnings(pair: Pair) -> tuple[AnswerWarning, ...]:
    if pair.verdict not in ("never", "with_modifier", "separate"):
        return ()
    line = _bottom_line(pair, f"{pair.first} and {pair.second}")
    return (AnswerWarning(kind="bundling", text=line.text, codes=(pair.first, pair.second)),)


def _codes(knowledge: Knowledge, found: Combination, pairs: list[Pair], on: date) -> tuple[CodeAdvice, ...]:
    denied = {pair.denied for pair in pairs if pair.verdict == "never"} - {""}
    lacking = {check.code for check in found.addons if check.state == "applies"}
    carriers = {pair.carrier: pair.modifier.modifiers for pair in pairs if pair.modifier is not None and pair.carrier}
    advised = []
    for code in found.codes:
        role: CodeRole = "rejected" if code in denied | lacking else "mentioned"
        advised.append(advice(knowledge, code, role, on, modifiers=carriers.get(code, ())))
    return tuple(advised)
