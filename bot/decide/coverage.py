"""Rules about whether a payer pays for a service."""

from __future__ import annotations

from bot.answer import AnswerWarning, Verdict
from bot.decide.case import Case, merged
from bot.evidence import Claim, Evidence, Finding, from_row
from bot.findings.advice import advice
from bot.findings.coverage import coverage_finding
from bot.findings.price import price_finding
from bot.respond import no_position
from bot.rules.price import price
from bot.rules.select import codes_of
from corpus.rows import Code, PayerPosition
from index.lexical import tokenize

_SHOWN = 2
_BY_PHONE = "audio-only"
_SHORT_TURN = 6
_DIAGNOSIS = "-health diagnosis"
_NO_KIND = "none"


def coverage_rule(case: Case) -> Finding | None:
    """The named payer's own position on the named code or service."""
    question = case.question
    asked = "coverage" in question.cues or ("payment" in question.cues and not question.asks_amount)
    moved = question.follow_up and question.stated.payer is not None and len(question.text.split()) <= _SHORT_TURN
    if not (asked or moved) or case.knowledge.rules.medicare_rules(case.payer):
        return None
    if (question.asks_amount and "coverage" not in question.cues) or not (case.codes or question.facts.services):
        return None
    rows = positions(case)
    codes = case.active[:1] or case.service_codes[:1]
    if not rows:
        return None if question.asks_amount and not question.polar else _nothing_held(case)
    by_phone = question.facts.modality == _BY_PHONE
    return coverage_finding(case.knowledge, rows[:_SHOWN], codes, case.on, by_phone=by_phone)


def _nothing_held(case: Case) -> Finding | None:
    """Says that no position of the payer on the named code is held, unless a statement of the payer speaks of it."""
    payer = case.payer or ""
    told = [row for code in case.active for row in case.knowledge.statements.about(code, case.on)]
    if not payer or not case.active or any(row.payer.partition("-")[0] == payer.partition("-")[0] for row in told):
        return None
    kind = case.knowledge.rules.payers.get(payer)
    return no_position(case.knowledge, kind.name if kind else payer, case.active[0])


def positions(case: Case) -> tuple[PayerPosition, ...]:
    """Rows of the payer on the code, the most particular first, or on the service by its name."""
    kind = case.knowledge.rules.payers.get(case.payer or "")
    if kind is None:
        return ()
    held = [row for row in case.knowledge.payers if row.payer in kind.names]
    codes = set(case.active or case.service_codes)
    topics = {service.replace("-", " ") for service in case.question.facts.services}
    remote = case.question.facts.modality is not None
    fitting = [row for row in held if row.topic in topics or (codes & set(row.codes) and _on_topic(case, row, codes))]
    if remote:
        fitting = [row for row in held if _on_telehealth(row) and (not row.codes or codes & set(row.codes))] or fitting
    else:
        fitting = [row for row in fitting if not _on_telehealth(row)]
    return tuple(sorted(fitting, key=lambda row: len(row.codes) or len(case.knowledge.codes)))


def _on_topic(case: Case, row: PayerPosition, codes: set[str]) -> bool:
    """Whether the row is about the service of the code, not about something else that lists the code."""
    told = set(tokenize(row.topic))
    held = [case.knowledge.codes.get(code) for code in codes]
    person = (case.question.facts.performer or "").replace("-", " ")
    return any(told & set(tokenize(f"{code.service} {code.family} {code.label} {person}")) for code in held)


def _on_telehealth(row: PayerPosition) -> bool:
    return bool(row.telehealth_pos or row.telehealth_modifier or row.audio_only)


def diagnosis_rule(case: Case) -> Finding | None:
    """Refuses the code when only another kind of diagnosis than it requires is said: asked for yes or no, or denied."""
    row, wanted = _wanted_diagnosis(case)
    if row is None or wanted in case.question.diagnoses:
        return None
    text = f"{row.code} requires a {wanted}{_DIAGNOSIS}."
    if not case.question.polar:
        said = " or ".join(kind for kind in case.question.diagnoses if kind != _NO_KIND)
        text = f"{text.rstrip('.')}; only a {said}{_DIAGNOSIS} is named." if said else text
    warning = AnswerWarning(kind="not_covered", text=text, codes=(row.code,))
    refused = advice(case.knowledge, row.code, "rejected", case.on)
    verdict: Verdict | None = "no" if case.question.polar else None
    return Finding((Claim(text, _required(case, row)),), (refused,), (warning,), verdict=verdict, rule="diagnosis")


def requires_rule(case: Case) -> Finding | None:
    """All that the code requires, when the diagnosis said is one of it and nothing but yes or no is asked."""
    row, wanted = _wanted_diagnosis(case)
    if row is None or wanted not in case.question.diagnoses or set(case.question.cues) - {"select"}:
        return None
    mentioned = advice(case.knowledge, row.code, "mentioned", case.on)
    claim = Claim(f"{row.code} requires: {row.requires}.", _required(case, row))
    return Finding((claim,), (mentioned,), verdict="depends", rule="diagnosis")


def _wanted_diagnosis(case: Case) -> tuple[Code | None, str]:
    """The code asked about and the kind of diagnosis that it requires, when a kind was said.

    Yes or no must be about one code; of denied codes the first that requires a kind is taken.
    """
    codes = case.active or case.service_codes
    denied = bool(case.question.denials) or "denial" in case.question.cues
    if not (case.question.polar or denied) or not case.question.diagnoses or (not denied and len(codes) != 1):
        return None, ""
    for code in codes:
        row = case.knowledge.codes.get(code, case.on)
        wanted, asks, _ = (row.requires or "").partition(_DIAGNOSIS)
        if asks:
            return row, wanted.rpartition(" ")[2]
    return None, ""


def _required(case: Case, row: Code) -> tuple[Evidence, ...]:
    return (from_row(case.knowledge, row, ("code", "label", "requires"), f"Code table, {row.code}"),)


def not_paid_rule(case: Case) -> Finding | None:
    """Codes that Medicare does not pay on their own, when payment by Medicare is asked about."""
    asked = case.about("coverage", "payment") and case.knowledge.rules.medicare_rules(case.payer)
    if not asked:
        return None
    found = [price(case.knowledge, code, case.on) for code in case.active]
    unpaid = [price_finding(case.knowledge, each) for each in found if each.state == "not-paid"]
    return merged(unpaid, rule="coverage") if unpaid else None


def paid_rule(case: Case) -> Finding | None:
    """That Medicare pays the named code, or the codes of the named service, when nothing else is asked of it."""
    codes = case.active[:_TOLD] or _codes_of_form(case)[:_TOLD]
    if not codes or not _only_pays(case):
        return None
    found = [price(case.knowledge, code, case.on) for code in codes]
    letters = {each.letter for each in found}
    letter = next(iter(letters))
    if len(letters) > 1 or letter is None or letter.conditions or any(each.state != "priced" for each in found):
        return None
    rows = tuple(from_row(case.knowledge, each.rate, ("code", "status")) for each in found if each.rate is not None)
    meaning = from_row(case.knowledge, letter, ("status", "name", "meaning"), "Status letter")
    named = " and ".join(filter(None, (", ".join(codes[:-1]), codes[-1])))
    claims = [Claim(f"Medicare pays {named} in {case.on.year}. {letter.meaning}", (*rows, meaning))]
    for code in codes:
        row = case.knowledge.codes.get(code, case.on)
        claims += [Claim(f"{code} requires: {row.requires}.", _required(case, row))] if row.requires else []
    claims += [claim for each in found for claim in price_finding(case.knowledge, each).claims[:1]]
    advised = tuple(advice(case.knowledge, code, "mentioned", case.on) for code in codes)
    return Finding(tuple(claims), advised, verdict="yes", rule="coverage")


_TOLD = 3
_PLAIN = frozenset({"coverage", "payment", "select", "identify", "define"})
_WORDS, _BARE = 4, 2
"""Words with content of a question about payment, and of one that says no more than the payer and the code."""


def _only_pays(case: Case) -> bool:
    """Whether yes or no is asked of Medicare's payment alone: no time, place, clinician or condition beside it."""
    question, facts = case.question, case.question.facts
    cues = set(question.cues)
    asked = {"coverage", "payment"} & cues or (not cues and question.content <= _BARE)
    beside = (facts.minutes, facts.days, facts.modality, facts.place, facts.performer, facts.visit, facts.group_size)
    others = (*facts.modifiers, *question.denials, *question.diagnoses, *question.put, question.parity)
    medicare = case.payer is not None and case.knowledge.rules.medicare_rules(case.payer)
    plain = not any(beside) and not any(others) and not (question.spans or question.asks_amount or question.adverse)
    short = question.content - len(case.codes) <= _WORDS
    return bool(asked) and not cues - _PLAIN and question.polar and medicare and plain and short


def _codes_of_form(case: Case) -> tuple[str, ...]:
    """The active codes of the named service in the form that was said, else in its first."""
    facts = case.question.facts
    rows = [row for row in case.knowledge.services if row.service == facts.service]
    form = facts.participants or next((row.participants for row in rows), None)
    codes = dict.fromkeys(code for row in rows if row.participants == form for code in codes_of(case.knowledge, row))
    return tuple(code for code in codes if case.knowledge.codes.status(code, case.on) == "active")
