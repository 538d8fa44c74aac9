"""Checking the codes and warnings that an answer shows beside its sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot.answer import AnswerWarning, CodeAdvice
from bot.rules.held import state
from bot.verify.match import supported, unsupported
from bot.verify.problem import Problem
from bot.verify.support import Support
from bot.verify.tokens import Token, tokens
from corpus.knowledge import Knowledge

NOT_HELD = re.compile(r"no entry\b.*", re.I)
"""How the descriptor of a code begins that the tables do not hold."""


def check_advice(code: CodeAdvice, supports: Sequence[Support], knowledge: Knowledge, on: date) -> list[Problem]:
    """What is wrong with one code: descriptor, status, role, units, modifiers, places, reason, amount."""
    where = f"{code.role} {code.code}"
    problems = [*_descriptor(code, knowledge, on, where), *_status(code, knowledge, on, where)]
    if code.units is not None and not _units_supported(code, supports, knowledge):
        problems.append(Problem("units", str(code.units), where))
    for modifier in code.modifiers:
        if not _any(Token("modifier", modifier, modifier), supports, knowledge, on):
            problems.append(Problem("modifier", modifier, where))
    for place in code.pos:
        if not _any(Token("place", place, place), supports, knowledge, on):
            problems.append(Problem("place", place, where))
    own = Support(codes={code.code})
    problems += [
        Problem(problem.kind, problem.token, where)
        for problem in unsupported(code.why, tokens(code.why), [*supports, own], knowledge, on)
    ]
    problems += [
        Problem("amount", problem.token, where)
        for problem in unsupported(code.amount, tokens(code.amount), supports, knowledge, on)
    ]
    return problems


def _descriptor(code: CodeAdvice, knowledge: Knowledge, on: date, where: str) -> list[Problem]:
    imported = (knowledge.official.cpt(code.code, on), knowledge.official.code(code.code, on))
    if any(text is not None and text.official_descriptor == code.descriptor for text in imported):
        return []
    row = knowledge.codes.find(code.code, on)
    if row is not None:
        held = {row.official_descriptor or row.label}
    elif code.code in knowledge.neighbours:
        held = {knowledge.neighbours[code.code].what_it_is}
    else:
        return [] if not code.descriptor or NOT_HELD.fullmatch(code.descriptor) else [_wrong(code, where)]
    return [] if code.descriptor in held else [_wrong(code, where)]


def _wrong(code: CodeAdvice, where: str) -> Problem:
    return Problem("descriptor", code.descriptor, where)


def _status(code: CodeAdvice, knowledge: Knowledge, on: date, where: str) -> list[Problem]:
    status = state(knowledge, code.code, on)
    problems = [] if code.status == status else [Problem("status", code.status, where)]
    if code.role == "recommended" and status != "active":
        problems.append(Problem("inactive", code.code, where))
    return problems


def _units_supported(code: CodeAdvice, supports: Sequence[Support], knowledge: Knowledge) -> bool:
    """Whether some evidence that names the code also holds the number of units; one unit needs only the code."""
    assert code.units is not None
    naming = [support for support in supports if code.code in support.codes]
    paired = {units for support in supports for held, units in support.code_units if held == code.code}
    if code.units in paired:
        return True
    if code.units == 1:
        return bool(naming) and (not paired or 1 in paired)
    value = Decimal(code.units).normalize()
    return not paired and any({"", "unit"} & support.numbers.get(value, set()) for support in naming)


def _any(token: Token, supports: Sequence[Support], knowledge: Knowledge, on: date) -> bool:
    return any(supported(token, support, knowledge, on) for support in supports)


def check_warning(warning: AnswerWarning, supports: Sequence[Support], knowledge: Knowledge, on: date) -> list[Problem]:
    """What is wrong with one warning: figures without evidence, or a known code called unknown."""
    own = Support()
    problems = []
    for code in warning.codes:
        known = code in knowledge.codes or knowledge.official.knows(code, on)
        if warning.kind == "unknown_code" and known:
            problems.append(Problem("code", code, warning.text))
        else:
            own.codes.add(code)
    found = tokens(warning.text)
    problems += unsupported(warning.text, found, [*supports, own, coverage(knowledge)], knowledge, on)
    return problems


def coverage(knowledge: Knowledge) -> Support:
    """The horizon, the day of the last check and the editions: warnings of age may name them."""
    support = Support()
    support.add_day(knowledge.coverage.horizon)
    support.add_day(knowledge.coverage.written)
    for edition in knowledge.coverage.editions.values():
        support.add(tokens(edition), cells=False)
    return support
