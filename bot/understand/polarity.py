"""Whether a statement answers a yes/no question with yes or with no, by the cue words of the vocabulary.

Kinds of cue (`polarity` in `vocabulary.csv`): `not` negates, `bad` is a verdict by itself ("denied", "bundled"), `yes`
affirms, `need` affirms where need is asked about, `depends` leaves it open. A negated `bad` is none. The sentence of
the statement that shares most words with what is asked decides, if it shares enough.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answer import Verdict
from bot.understand.fillers import FILLERS
from bot.understand.intents import polar_clause
from bot.understand.lexicon import Lexicon, Mention
from bot.understand.tokens import Token
from corpus.codes import CODE_SHAPE
from index.lexical import tokenize

_SLOT = "polarity"
_PIECES = re.compile(r"(?<=[.;])\s+")
_REACH = 4
_OPENING = 1
_FEW = 2
_SHARE_YES = 0.4


def verdict_of(lexicon: Lexicon, question: str, statement: str) -> Verdict | None:
    """Yes or no as far as `statement` says it; None when its words do not tell, or share too little with the question.

    A question that is itself put negatively ("aren't they deleted?") turns the result round.
    """
    asked = polar_clause(question)
    wanted = content_words(asked) or content_words(question)
    pieces = [part for part in _PIECES.split(statement) if part.strip()]
    shares = {part: len(wanted & content_words(part)) for part in pieces}
    best = max(pieces, key=lambda part: shares[part], default=statement)
    shared = shares.get(best, 0)
    needed = asks_need(lexicon, asked)
    sign = _sign(lexicon, lexicon.read(best), needed=needed)
    others = {
        _sign(lexicon, lexicon.read(part), needed=needed)
        for part in pieces
        if part != best and (shares[part] or part == pieces[0])
    }
    if sign == "yes" and "no" in others:
        return None
    if sign in (None, "depends"):
        return sign
    least = max(1.0, _SHARE_YES * len(wanted)) if sign == "yes" else 1
    if wanted and shared < least and (len(wanted) > _FEW or sign == "yes" or not any(shares.values())):
        return None
    return turned(sign) if asked_negatively(lexicon, question) else sign


def turned(verdict: Verdict | None) -> Verdict | None:
    """Yes for no and no for yes; anything else stays."""
    if verdict == "yes":
        return "no"
    return "yes" if verdict == "no" else verdict


def asked_negatively(lexicon: Lexicon, question: str) -> bool:
    """Whether the question is put negatively: "aren't the codes dead?", "is it bundled?"."""
    cues = lexicon.mentions(lexicon.read(polar_clause(question)), _SLOT)
    opens = any(cue.value == "not" and cue.first <= _OPENING for cue in cues)
    bad = [cue for cue in cues if cue.value == "bad"]
    return opens != bool(bad)


def asks_adverse(lexicon: Lexicon, question: str) -> bool:
    """Whether yes would be bad news: "is it deleted?", "isn't it bundled?", "will it deny?"."""
    cues = lexicon.mentions(lexicon.read(polar_clause(question)), _SLOT)
    return any(cue.value == "bad" and not cue.negated for cue in cues)


def _conditional(words: Sequence[Token], cue: Mention) -> bool:
    """Whether a negation only belongs to a condition: "when no minutes are counted twice"."""
    return cue.first > 0 and words[cue.first - 1].text in _CONDITIONAL


def content_words(text: str) -> set[str]:
    """The stems of the words that say something, codes aside."""
    return set(tokenize(CODE_SHAPE.sub(" ", text))) - FILLERS


def asks_need(lexicon: Lexicon, asked: str) -> bool:
    """Whether the question is what is needed, not what is allowed."""
    return any(cue.value == "need" for cue in lexicon.mentions(lexicon.read(asked), _SLOT))


def _sign(lexicon: Lexicon, words: Sequence[Token], *, needed: bool = False) -> Verdict | None:
    cues = [cue for cue in lexicon.mentions(words, _SLOT) if not _conditional(words, cue)]
    values = [cue.value for cue in cues]
    if "depends" in values:
        return "depends"
    if _denies(cues):
        return "no"
    return "yes" if "yes" in values or (needed and "need" in values) else None


_CONDITIONAL = frozenset({"when", "if", "where", "while", "whether", "or", "once", "provided"})


def _denies(cues: Sequence[Mention]) -> bool:
    """Whether a negation or a bad word stands that no other cancels."""
    cancelled: set[int] = set()
    for n, cue in enumerate(cues):
        if cue.value != "bad":
            continue
        before = [m for m, other in enumerate(cues[:n]) if other.value == "not" and cue.first - other.last <= _REACH]
        if before:
            cancelled |= {n, before[-1]}
    return any(cue.value in ("not", "bad") and n not in cancelled for n, cue in enumerate(cues))
