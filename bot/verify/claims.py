"""Checking one sentence against its evidence, and a whole draft before it is shown.

A sentence passes when it has evidence, every evidence is really there (see `support`), every statement cited is in
force on the date of service, and every token of the sentence (see `tokens`) has its value in the quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from bot.answer import AnswerWarning, CodeAdvice
from bot.evidence import Claim, Evidence
from bot.verify.advice import check_advice, check_warning
from bot.verify.bounds import turned_round
from bot.verify.match import mispaired, unsupported
from bot.verify.problem import Dropped, Problem, Verified
from bot.verify.support import Cited, Documents, Support, read_evidence, template
from bot.verify.tokens import Token, tokens
from corpus.knowledge import Knowledge
from corpus.statements import Statement

_HISTORY = re.compile(
    r"\b(?:was|were|until|till|before|ended|ends?|expired?s?|deleted|replaced|former(?:ly)?|old|since|through|earlier"
    r"|previously|used to|no longer|began|begins|starts?|started|from|as of|effective|then|new|changed|after|announced"
    r"|will|will be|not yet|lapse[ds]?)\b",
    re.I,
)


def check_claim(
    claim: Claim, knowledge: Knowledge, on: date, documents: Documents | None = None
) -> tuple[Problem, ...]:
    """Everything in `claim` that its evidence does not support on the date of service `on`; empty when it holds."""
    return check_sentence(claim.text, claim.evidence, knowledge, on, documents)


def check_sentence(
    text: str, cited: Sequence[Cited], knowledge: Knowledge, on: date, documents: Documents | None = None
) -> tuple[Problem, ...]:
    """As `check_claim`, for a sentence with evidences or citations."""
    if not cited:
        return (Problem("no_evidence", text, text),)
    problems: list[Problem] = []
    supports: list[Support] = []
    for evidence in cited:
        support, wrong = read_evidence(evidence, knowledge, documents)
        problems += wrong
        supports.append(support)
    if supports and all(support.fixed for support in supports) and not _is_fixed(text, supports):
        problems.append(Problem("no_evidence", text, text))
    found = tokens(text)
    problems += _out_of_force(text, found, cited, knowledge, on)
    problems += unsupported(text, found, supports, knowledge, on)
    problems += mispaired(text, found, supports, knowledge)
    problems += [Problem("limit", limit, text) for limit in turned_round(text, tuple(item.quote for item in cited))]
    return tuple(dict.fromkeys(problems))


def _is_fixed(text: str, supports: Sequence[Support]) -> bool:
    """Whether a sentence that rests on fixed texts alone is one of them."""
    return any(text in support.fixed or template(support.fixed).fullmatch(text) for support in supports)


def verify(
    claims: Iterable[Claim],
    knowledge: Knowledge,
    on: date,
    codes: Iterable[CodeAdvice] = (),
    warnings: Iterable[AnswerWarning] = (),
    documents: Documents | None = None,
) -> Verified:
    """Sort the sentences of a draft into kept and dropped, and check its codes and warnings against what is kept.

    `advice` of the result names each code or warning at fault in `where`: show none of them.
    """
    kept: list[Claim] = []
    dropped: list[Dropped] = []
    for claim in claims:
        problems = check_claim(claim, knowledge, on, documents)
        if problems:
            dropped.append(Dropped(claim, problems))
        else:
            kept.append(claim)
    # Codes and warnings rest on the knowledge: a document of the user's own supports none of them.
    evidence = tuple(dict.fromkeys(item for claim in kept for item in claim.evidence if item.kind != "document"))
    supports = [read_evidence(item, knowledge, documents)[0] for item in evidence]
    advice = [problem for code in codes for problem in check_advice(code, supports, knowledge, on)]
    advice += [problem for warning in warnings for problem in check_warning(warning, supports, knowledge, on)]
    return Verified(tuple(kept), tuple(dropped), tuple(advice))


def _out_of_force(
    text: str, found: Sequence[Token], cited: Sequence[Cited], knowledge: Knowledge, on: date
) -> list[Problem]:
    """Statements that do not cover the date of service, cited by a sentence that is not about another time."""
    problems = []
    for evidence in cited:
        if evidence.kind != "statement" or evidence.ref not in knowledge.statements:
            continue
        row = knowledge.statements.get(evidence.ref)
        if not row.applies_on(on) and not _about_its_time(text, found, row):
            problems.append(Problem("date_scope", evidence.ref, text))
    return problems


def _about_its_time(text: str, found: Sequence[Token], row: Statement) -> bool:
    """Whether a sentence speaks of the time of a statement: it names a day, month or year of it, or tells history."""
    if _HISTORY.search(text):
        return True
    first = (row.effective_from or date.min) - timedelta(days=1 if row.effective_from else 0)
    last = (row.effective_to or date.max) + timedelta(days=1 if row.effective_to else 0)
    for token in found:
        if token.kind == "date" and isinstance(token.value, date) and first <= token.value <= last:
            return True
        if token.kind == "month" and isinstance(token.value, tuple) and _month_within(token.value, first, last):
            return True
        if token.kind == "year" and isinstance(token.value, int) and first.year <= token.value <= last.year:
            return True
    return False


def _month_within(month: tuple[object, ...], first: date, last: date) -> bool:
    return (first.year, first.month) <= month <= (last.year, last.month)


def pruned(claim: Claim, knowledge: Knowledge, on: date, most: int = 3) -> Claim:
    """A supported claim with no more evidence than it needs, when it carries more than `most` pieces.

    Pieces are taken in order, each only when it settles something that the ones before left open; one piece that is
    no computation stays, since arithmetic alone names no source. The claim itself when that does not suffice.
    """
    if len(claim.evidence) <= most:
        return claim
    kept: list[Evidence] = []
    left = None
    for item in claim.evidence:
        problems = len(check_sentence(claim.text, [*kept, item], knowledge, on))
        if left is None or problems < left:
            kept.append(item)
            left = problems
        if not left:
            break
    if left:
        return claim
    if all(item.kind == "computation" for item in kept):
        kept += [item for item in claim.evidence if item.kind != "computation"][:1]
    return Claim(claim.text, tuple(kept))
