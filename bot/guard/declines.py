"""Which messages are not answered.

A kind fits when one of its phrases stands in the message, or an asking word together with a topic of it, or when the
message is nearly one of its example utterances. Billing words take a message out of the soft kinds: a question about
coding a crisis session is a billing question. When unsure, nothing is declined; the engine then finds evidence or
says that there is none.
"""

from __future__ import annotations

import re

from rapidfuzz import fuzz, process

from bot.guard.cues import EVERY, Cues, cues, normal
from corpus.guard_rows import Decline, DeclineKind
from corpus.knowledge import Knowledge

NEAR = 88
"""rapidfuzz ratio of words from which a message counts as an example utterance (chosen on `tests/bot/guard`)."""

_FIRM: frozenset[DeclineKind] = frozenset({"instructions", "invent-code", "upcoding", "sure-payment"})
"""Kinds that billing words do not excuse."""
_NARROW: frozenset[DeclineKind] = frozenset({"other-specialty", "legal-advice"})
"""Kinds that only their own clearing words excuse: `cpt for an MRI` is a billing question, but not ours."""
_WORDS = re.compile(r"[a-z0-9]+")
_MINUTES = re.compile(r"\b\d+\s*(?:min|mins|minutes|hr|hrs|hours?)\b")


def find_decline(text: str, knowledge: Knowledge) -> Decline | None:
    """The kind of request that `text` (identifiers replaced) makes and that is not answered, or None."""
    held = cues(knowledge)
    flat = normal(text)
    fitting = [kind for kind in held.declines if _fits(kind, flat, held)]
    if not fitting:
        near = _nearest(flat, held)
        fitting = [near] if near is not None and not _excused(near, flat, held) else []
    return min((held.declines[kind] for kind in fitting), key=lambda row: row.priority, default=None)


def speaks_of_crisis(text: str, knowledge: Knowledge) -> bool:
    """Whether someone may be in danger, whatever else the message asks."""
    return cues(knowledge).has("crisis", "phrase", normal(text))


def _fits(kind: DeclineKind, flat: str, held: Cues) -> bool:
    told = held.has(kind, "phrase", flat) or (held.has(kind, "ask", flat) and held.has(kind, "topic", flat))
    return told and not _excused(kind, flat, held)


def _excused(kind: DeclineKind, flat: str, held: Cues) -> bool:
    """Whether a message is about billing in our field all the same."""
    if held.has(kind, "clear", flat):
        return True
    if kind in _FIRM:
        return False
    if any(word.upper() in held.codes for word in _WORDS.findall(flat)):
        return True
    return kind not in _NARROW and (held.has(EVERY, "clear", flat) or _MINUTES.search(flat) is not None)


def _nearest(flat: str, held: Cues) -> DeclineKind | None:
    near = process.extractOne(flat, held.examples.keys(), scorer=fuzz.token_sort_ratio, score_cutoff=NEAR)
    return held.examples[near[0]] if near is not None else None
