"""Yes or no from guidance: typical questions of the best statements vote, and so do the words of the statements.

Each typical question that wants yes or no carries the answer that its statement gives (`corpus/asked`). Its vote
weighs more the nearer it is to what was asked and the better its statement ranks, less when it asks what is needed
where the user asks what is allowed, or is put negatively where the user's is not. The words of the two best
statements vote too (`understand.polarity`). A typical question about other codes or numbers has no vote, one about
another code of its statement less. A majority that is too small settles nothing.

The weights were chosen on 142 yes-no questions of the used sets that no rule decides (`eval/README.md`): right for 75
of 100, open for 14, wrong for 11. A larger majority leaves more open and tells fewer wrongly.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bot.answer import Verdict
from bot.question import Question
from bot.rank import Candidate
from bot.understand.intents import polar_clause
from bot.understand.lexicon import Lexicon
from bot.understand.polarity import asked_negatively, asks_need, content_words, verdict_of
from corpus.codes import CODE_SHAPE
from corpus.knowledge import Knowledge
from corpus.statements import ANY_PAYER, Statement
from index.lexical import tokenize

_NEARNESS, _MIDDLE = 6.0, 0.5
_RANK = 0.35
_OTHER_NEED, _OTHER_SIGN = 0.3, 0.6
_BEST_WORDS, _NEXT_WORDS = 0.6, 0.14
_OTHER_CODE, _NO_CODE = 0.6, 0.3
_GENERAL, _PARTICULARS = 5, 3
"""Words of a general question, and how many more a typical question may have to be about the same: "does Medicare
cover therapy" is not answered by what it says of a session in a hospital by an associate."""
_DOUBT = 0.05
"""What stands against every verdict, so that few and weak votes settle nothing."""
_MAJORITY = 0.58
_NEAR, _NEAR_GENERAL = 0.4, 0.6
"""Least cosine of the nearest typical question with the verdict, for a general question more: farther ones are about
something else."""
_VOTERS = 6
_YEAR = re.compile(r"\b20[123]\d\b")


@dataclass(frozen=True, slots=True)
class Stance:
    """A verdict, the place (from 0) of the statement that says most for it, and its share of the votes (0 to 1).

    `nearness` is the cosine of the nearest typical question of that statement with that verdict, 0 without one.
    """

    verdict: Verdict
    place: int
    share: float
    nearness: float


def stance(
    knowledge: Knowledge,
    lexicon: Lexicon,
    question: Question,
    ranked: Sequence[tuple[Candidate, float]],
    on: date,
) -> Stance | None:
    """What the candidates, best first with their log-odds, say to a yes-no question; None when they do not settle it.

    A statement about other codes than those asked about, or about another payer, has no vote; nor has a typical
    question about a year after `on`, the date of service, that the user did not name, or one that is much more
    particular than a general question.
    """
    asked = {mention.code for mention in question.facts.codes} | set(question.unknown_codes)
    put = _put(lexicon, question.text)
    figures = _figures(" ".join((question.text, *question.about, *asked)))
    votes: dict[tuple[Verdict, int], float] = {}
    nearest: dict[tuple[Verdict, int], float] = {}
    said = content_words(f"{question.text} {question.search_text}")
    general = not (asked or question.follow_up) and len(content_words(question.text)) <= _GENERAL
    for place, (candidate, score) in enumerate(ranked[:_VOTERS]):
        row = candidate.statement
        if (asked and not asked & set(row.codes)) or not _concerns(knowledge, question.facts.payer, row.payer):
            continue
        behind = ranked[0][1] - score
        for nearness, typical in zip(candidate.asked, knowledge.asked.get(row.id, ()), strict=True):
            alike = _alike(_figures(typical.question), figures, row)
            if general and _particular(typical.question, said):
                continue
            if typical.verdict is None or not alike or _later_year(typical.question, question.text, on):
                continue
            weight = alike * math.exp(_NEARNESS * (nearness - _MIDDLE) - _RANK * behind)
            other = _put(lexicon, typical.question)
            if other.need != put.need:
                weight *= _OTHER_NEED
            if other.negative != put.negative:
                weight *= _OTHER_SIGN
            key = (typical.verdict, place)
            votes[key] = votes.get(key, 0.0) + weight
            nearest[key] = max(nearest.get(key, 0.0), nearness)
        words = verdict_of(lexicon, question.text, row.text) if place < 2 else None
        if words is not None:
            votes[words, place] = votes.get((words, place), 0.0) + (_NEXT_WORDS if place else _BEST_WORDS)
    return _majority(votes, nearest, _NEAR_GENERAL if general else _NEAR)


@dataclass(frozen=True, slots=True)
class _Put:
    """How a question is put: whether it asks what is needed, and whether negatively."""

    need: bool
    negative: bool


@lru_cache(maxsize=4096)
def _put(lexicon: Lexicon, text: str) -> _Put:
    return _Put(asks_need(lexicon, polar_clause(text)), asked_negatively(lexicon, text))


def _figures(text: str) -> frozenset[str]:
    """The codes and numbers that a question names, years aside: with others it asks about another case."""
    named = (token for token in tokenize(text) if any(letter.isdigit() for letter in token))
    return frozenset(token for token in named if not _YEAR.fullmatch(token))


def _particular(typical: str, said: set[str]) -> bool:
    """Whether a typical question is about a case that a general question does not name: a code, or many more words."""
    return CODE_SHAPE.search(typical.upper()) is not None or len(content_words(typical) - said) > _PARTICULARS


def _later_year(typical: str, asked: str, on: date) -> bool:
    """Whether a typical question is about a year to come that the user does not name."""
    return any(int(year) > on.year for year in set(_YEAR.findall(typical)) - set(_YEAR.findall(asked)))


def _alike(typical: frozenset[str], asked: frozenset[str], row: Statement) -> float:
    """How far a typical question with these codes and numbers speaks for one with those: 1 fully, 0 not at all.

    Codes that the statement treats alike stand for each other ("25 on my 90834" for "25 on my 90837"), less where the
    user names none of them. Another number, or a code that the statement does not hold, makes it another case.
    """
    others = typical - asked
    held = {code.lower() for code in row.codes}
    if not others:
        return 1.0
    if others - held:
        return 0.0
    return _OTHER_CODE if asked & held else _NO_CODE


def _concerns(knowledge: Knowledge, asked: str | None, payer: str) -> bool:
    """Whether a statement for `payer` can say yes or no for the payer asked about, if any."""
    if asked is None or payer == ANY_PAYER or payer.partition("-")[0] == asked.partition("-")[0]:
        return True
    rules = knowledge.rules
    return rules.fits(asked, (payer,)) or (rules.medicare_rules(asked) and rules.medicare_rules(payer))


def _majority(
    votes: dict[tuple[Verdict, int], float], nearest: dict[tuple[Verdict, int], float], least: float
) -> Stance | None:
    sums: dict[Verdict, float] = {}
    for (verdict, _), weight in votes.items():
        sums[verdict] = sums.get(verdict, 0.0) + weight
    if not sums:
        return None
    best = max(sums, key=lambda verdict: sums[verdict])
    share = sums[best] / (sum(sums.values()) + _DOUBT)
    if share < _MAJORITY:
        return None
    place = max((at for verdict, at in votes if verdict == best), key=lambda at: votes[best, at])
    if max((near for (verdict, _), near in nearest.items() if verdict == best), default=0.0) < least:
        return None
    return Stance(best, place, share, nearest.get((best, place), 0.0))
