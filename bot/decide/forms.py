"""Rules about a named code that stands for something else than what was done: another form, another basis."""

from __future__ import annotations

from dataclasses import replace

from bot.answer import Verdict
from bot.decide.case import Case
from bot.decide.services import selected
from bot.evidence import Claim, Finding, from_row, from_statement
from bot.findings.advice import advice
from bot.respond import fixed
from bot.rules.select import codes_of
from bot.understand.intents import chooses
from corpus.rows import Service

_ELSE = frozenset({"pair", "who", "denial", "frequency", "documentation", "telehealth", "changed", "compare", "define"})
_SLOT, _TIME = "participants", "time"
_FORM, _BASIS = "form", "basis"
NOT_THE_CODE = frozenset({_FORM, _BASIS})
"""Rules of this module: what they say, the named code is not what to bill."""


def form_rule(case: Case) -> Finding | None:
    """The code of those who took part, when the named code is for another form of the service.

    A parent who joins only the end leaves the session individual; a group is not billed as individual sessions.
    """
    told = _told(case)
    if told is None or not case.active or len(case.question.performers) > 1 or not _asks_for_code(case):
        return None
    forms = [row for row in case.knowledge.services if row.participants == told]
    code = next((code for code in case.active if any(_other_form(case, row, code) for row in forms)), "")
    meant = [row for row in forms if _other_form(case, row, code)]
    others = {each for row in meant for each in (code, *codes_of(case.knowledge, row))}
    if not meant or not set(case.active) <= others or (len(case.active) > 1 and not case.question.partly):
        return None
    facts = case.question.facts.model_copy(update={"participants": told})
    alone = replace(case, question=case.question.model_copy(update={"facts": facts}))
    found = selected(alone, meant[0].service)
    if not any(row.role == "recommended" for row in found.codes):
        return None
    rejected = advice(case.knowledge, code, "rejected", case.on, why="another form of the service")
    codes = (*(row for row in found.codes if row.code != code), rejected)
    claims = (*found.claims[:1], _differs(case, code, told), *found.claims[1:])
    return replace(found, claims=claims, codes=codes, verdict=_no(case), rule=_FORM)


def same_form_rule(case: Case) -> Finding | None:
    """That the one named code is for those who took part, when yes or no is asked and little else is said."""
    told, question = _told(case), case.question
    if told is None or len(case.active) != 1 or not question.polar or question.content > _BARE or question.adverse:
        return None
    row = case.knowledge.codes.get(case.active[0], case.on)
    if row.participants != told or set(question.cues) - _OF_CODES or question.facts.minutes is not None:
        return None
    slot = case.knowledge.rules.slots[_SLOT]
    words = dict(part.partition("=")[::2] for part in slot.options)
    evidence = (
        from_row(case.knowledge, row, ("code", "label", "participants")),
        from_row(case.knowledge, slot, ("slot", "options")),
    )
    claim = fixed(case.knowledge, "same-form", *evidence, code=row.code, told=words.get(told, told))
    mentioned = advice(case.knowledge, row.code, "mentioned", case.on)
    return Finding((claim,), (mentioned,), verdict="yes", rule=_SAME)


_BARE, _SAME = 1, "same-form"
_OF_CODES = frozenset({"identify", "select", "units"})


def _no(case: Case) -> Verdict | None:
    """The answer to a yes/no question whether the named code is right."""
    if not case.question.polar:
        return None
    return "yes" if case.question.negative else "no"


def _told(case: Case) -> str | None:
    """Who took part, as one form and said in the turn that names the code or asks about it."""
    question = case.question
    said = question.stated.participants
    if question.partly:
        return said
    return said if len(question.forms_said) == 1 and question.forms_said == (said,) else None


def _asks_for_code(case: Case) -> bool:
    question = case.question
    cues = set(question.cues)
    if cues & _ELSE and not question.partly:
        return False
    return question.polar or bool(cues & {"select", "units"}) or chooses(question.text)


def _other_form(case: Case, row: Service, code: str) -> bool:
    """Whether the variant is the same service as the code's in another form, and not also the code's own."""
    if code in codes_of(case.knowledge, row):
        return False
    others = [each for each in case.knowledge.services if each.service == row.service and each.participants]
    return any(each.participants != row.participants and code in codes_of(case.knowledge, each) for each in others)


def _differs(case: Case, code: str, told: str) -> Claim:
    row = case.knowledge.codes.get(code, case.on)
    slot = case.knowledge.rules.slots[_SLOT]
    words = dict(part.partition("=")[::2] for part in slot.options)
    held = words.get(row.participants or "", row.label)
    evidence = (
        from_row(case.knowledge, row, ("code", "label", "participants")),
        from_row(case.knowledge, slot, ("slot", "options")),
    )
    return fixed(case.knowledge, "other-form", *evidence, code=code, held=held, told=words.get(told, told))


def basis_rule(case: Case) -> Finding | None:
    """No prolonged add-on when the level of the visit was chosen by something else than time."""
    basis = case.question.level_basis
    if basis is None or basis == _TIME:
        return None
    for rule in case.knowledge.rules.time_rules:
        if rule.other_basis == basis and rule.addon in case.active and rule.addon_statement:
            row = case.knowledge.statements.get(rule.addon_statement)
            claim = Claim(row.text, (from_statement(case.knowledge, row),))
            bases = [code for code in rule.codes if code in case.active]
            codes = (
                *(advice(case.knowledge, code, "recommended", case.on, units=1) for code in bases),
                advice(case.knowledge, rule.addon, "rejected", case.on, why="the level was not chosen by time"),
            )
            return Finding((claim,), codes, verdict=_no(case), rule=_BASIS)
    return None
