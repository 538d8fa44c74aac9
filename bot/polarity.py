"""Whether a statement answers a yes/no question with yes or with no: cue words of the vocabulary, counted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answer import Verdict
from bot.understand.lexicon import Lexicon
from bot.understand.tokens import Token
from index.lexical import tokenize

_SLOT = "polarity"
_CLAUSES = re.compile(r"(?<=[.;:])\s+|, (?=but |so |and not |not )")


def verdict_of(lexicon: Lexicon, question: str, statement: str) -> Verdict | None:
    """Yes or no as far as `statement` says it; None when its words do not tell.

    The clause that shares most words with the question decides. An even number of negations is none; a question that
    is itself put negatively ("aren't they deleted?") turns the result round.
    """
    asked = lexicon.read(question)
    wanted = set(tokenize(question))
    clauses = [part for part in _CLAUSES.split(statement) if part.strip()]
    if not clauses:
        return None
    best = max(clauses, key=lambda part: len(wanted & set(tokenize(part))))
    sign = _sign(lexicon, lexicon.read(best)) or _sign(lexicon, lexicon.read(statement))
    if sign is None or sign == "depends":
        return sign
    if _negations(lexicon, asked) % 2:
        sign = "no" if sign == "yes" else "yes"
    return sign


def _negations(lexicon: Lexicon, words: Sequence[Token]) -> int:
    return sum(mention.value == "no" for mention in lexicon.mentions(words, _SLOT))


def _sign(lexicon: Lexicon, words: Sequence[Token]) -> Verdict | None:
    values = [mention.value for mention in lexicon.mentions(words, _SLOT)]
    if "depends" in values:
        return "depends"
    if "no" in values:
        return "no" if values.count("no") % 2 else "yes"
    return "yes" if "yes" in values else None
