"""Which messages are not answered.

A kind fits when one of its phrases stands in the message, or an asking word together with a topic of it, or when the
message is nearly one of its example utterances. Billing words take a message out of the soft kinds: a question about
coding a crisis session is a billing question. When unsure, nothing is declined; the engine then finds evidence or
says that there is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rapidfuzz import fuzz, process

from bot.guard.cues import EVERY, Cues, cues, normal
from corpus.guard_rows import Decline, DeclineKind
from corpus.knowledge import Knowledge

NEAR = 88
"""rapidfuzz ratio of words from which a message counts as an example utterance (chosen on `tests/bot/guard`)."""

SURE, SURE_FIRM = 0.1, 0.4
"""Margins from which the classifier declines, for soft and for firm kinds (`python -m eval.scope` shows the curve)."""

FEWEST_WORDS = 3
"""Shorter messages are greetings and follow-ups: the classifier is not asked."""

_UNHELD: frozenset[DeclineKind] = frozenset({"contact-data", "statistics", "forecast"})
"""Kinds of our field that no statement can hold: a fax number for appeals of a code is still none of ours."""
_FIRM: frozenset[DeclineKind] = frozenset({*_UNHELD, "instructions", "invent-code", "upcoding", "sure-payment"})
"""Kinds that billing words do not excuse."""
_CODED: frozenset[DeclineKind] = frozenset({*_UNHELD, "instructions", "upcoding"})
"""Kinds that not even a known code excuses."""
_NARROW: frozenset[DeclineKind] = frozenset({"other-specialty", "legal-advice", "business-advice", "product-opinion"})
"""Kinds that only their own clearing words excuse: `cpt for an MRI` is a billing question, but not ours."""
_BESIDE: frozenset[DeclineKind] = frozenset({"business-advice", "product-opinion"})
"""Kinds beside our field: where only the classifier speaks for them it must be sure, and billing words excuse."""
_WORDS = re.compile(r"[a-z0-9]+")
_MINUTES = re.compile(r"\b\d+\s*(?:min|mins|minutes|hr|hrs|hours?)\b")


Judge = Callable[[str], tuple[str, float]]
"""The kind that a text is likeliest to be declined as, and by how much that beats answering it."""


def find_decline(text: str, knowledge: Knowledge, judge: Judge | None = None) -> Decline | None:
    """The kind of request that `text` (identifiers replaced) makes and that is not answered, or None.

    `judge` (the scope classifier) is asked only when cues and examples are silent and no known code is named.
    """
    held = cues(knowledge)
    flat = normal(text)
    fitting = [kind for kind in held.declines if _fits(kind, flat, held)]
    if fitting:
        return min((held.declines[kind] for kind in fitting), key=lambda row: row.priority)
    near = _nearest(flat, held)
    if near is not None:
        return _unless_excused(near, flat, held)
    if judge is None or len(flat.split()) < FEWEST_WORDS or _names_code(flat, held):
        return None
    kind, margin = judge(text)
    if margin < (SURE_FIRM if kind in _FIRM | _BESIDE else SURE):
        return None
    if kind in _BESIDE and held.has(EVERY, "clear", flat):
        return None
    if held.has(kind, "ordinary", flat):
        return None  # asked in plain words what to bill: how short the visit was is no wish to bill more
    return _unless_excused(kind, flat, held)


def decline_unanswered(text: str, knowledge: Knowledge, judge: Judge) -> Decline | None:
    """The kind of another field that a text is of to which nothing was found, unless it speaks of billing in ours."""
    kind, margin = judge(text)
    if margin < _NOT_OURS or (kind not in _NARROW and speaks_of_billing(text, knowledge)):
        return None
    return next((row for row in knowledge.declines if row.kind == kind and row.status == _OUT_OF_SCOPE), None)


_OUT_OF_SCOPE, _NOT_OURS = "out_of_scope", -0.7
"""Least margin of the scope classifier for a question without any evidence to be declined (on the used sets 6 of 7 that
were not ours lie above it, 8 of 9 that were ours below)."""


def _unless_excused(kind: str, flat: str, held: Cues) -> Decline | None:
    row = next((row for row in held.declines.values() if row.kind == kind), None)
    return None if row is None or _excused(row.kind, flat, held) else row


def speaks_of_crisis(text: str, knowledge: Knowledge) -> bool:
    """Whether someone may be in danger, whatever else the message asks."""
    return cues(knowledge).has("crisis", "phrase", normal(text))


def speaks_of_billing(text: str, knowledge: Knowledge) -> bool:
    """Whether a text names a known code, minutes or a billing word, so that it asks something of ours."""
    held, flat = cues(knowledge), normal(text)
    return _names_code(flat, held) or held.has(EVERY, "clear", flat) or _MINUTES.search(flat) is not None


def _fits(kind: DeclineKind, flat: str, held: Cues) -> bool:
    told = held.has(kind, "phrase", flat) or (held.has(kind, "ask", flat) and held.has(kind, "topic", flat))
    return told and not _excused(kind, flat, held)


def _excused(kind: DeclineKind, flat: str, held: Cues) -> bool:
    """Whether a message is about billing in our field all the same."""
    if held.has(kind, "clear", flat):
        return True
    if _names_code(flat, held) and kind not in _CODED:
        return True
    billing = held.has(EVERY, "clear", flat) or _MINUTES.search(flat) is not None
    return billing and kind not in _FIRM | _NARROW


def _names_code(flat: str, held: Cues) -> bool:
    return any(word.upper() in held.codes for word in _WORDS.findall(flat))


def _nearest(flat: str, held: Cues) -> str | None:
    near = process.extractOne(flat, held.examples.keys(), scorer=fuzz.token_sort_ratio, score_cutoff=NEAR)
    return held.examples[near[0]] if near is not None else None
