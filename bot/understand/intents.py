"""What a turn is about: cue phrases of the vocabulary together with the shape of what was stated."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from bot.question import Facts
from bot.understand.codes import CodesRead
from bot.understand.tokens import fold

_POLAR_START = re.compile(
    r"(?:^|[.;,!?:]\s*|\b(?:and|but|so|or|wait|ok|hi|hey|hello)\s+)"
    r"(?:can|could|may|should|do|does|did|is|are|am|was|were|will|would|has|have|arent|isnt|cant|dont|doesnt|wont|must)\b"
    r"\s+(?!you (?:tell|explain|help))"
)
_POLAR_END = re.compile(
    r"\b(?:right|correct|ok|okay|yes|no|allowed|legit|kosher|true|fine|possible)\s*\??\s*$|\bok\b(?= to)"
)
_OPEN = re.compile(r"^\s*(?:what|which|how|who|when|where|why|whats)\b")


def is_polar(message: str) -> bool:
    """Whether yes or no is expected: "can I ...", "..., right?", "ok to ...?"."""
    text = fold(message).strip()
    if _POLAR_END.search(text):
        return True
    if _OPEN.match(text) and not re.search(r"[.;?!]\s*(?:can|is|are|do|does|should)\b", text):
        return False
    return _POLAR_START.search(text) is not None


def intents_of(
    cues: Sequence[str], stated: Facts, facts: Facts, codes: CodesRead, performers: Sequence[str]
) -> tuple[str, ...]:
    """Intents, strongest first. Cues count once each; the shape of what was stated adds to them."""
    score: Counter[str] = Counter()
    for cue in dict.fromkeys(cues):
        score[cue] += 1
    number = len(codes.codes)
    if codes.denials:
        score["denial"] += 3
    if number == 1 and len(score) == 0:
        score["identify"] += 2
    if number >= 2:
        score["pair"] += 2
    if stated.minutes is not None or stated.days is not None:
        score["units" if facts.codes else "select"] += 2
    if facts.services and not facts.codes:
        score["select"] += 1
    if performers and ("who" in score or "coverage" in score):
        score["who"] += 1
    if codes.modifiers:
        score["modifier"] += 2
    return tuple(intent for intent, _ in sorted(score.items(), key=lambda item: -item[1]))
