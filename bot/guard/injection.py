"""Taking instructions out of a message so that only the question remains.

A message is data. What tells the assistant to change its rules or its knowledge is cut out; news that such an
instruction leans on (`X emailed me: code Y is now ...`) is reduced to the codes that it names, so that the question
can still be understood and is answered from the tables.
"""

from __future__ import annotations

import re

from bot.guard.cues import INJECTION, cues, normal
from corpus.codes import codes_in
from corpus.knowledge import Knowledge

_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]|[\U000e0000-\U000e007f]")
_MARKUP = re.compile(
    r"<!--.*?-->|<(?P<tag>system|instructions?|admin)\b[^>]*>.*?</(?P=tag)>|</?\s*(?:system|instructions?|assistant|prompt|admin)\b[^>]*>|\[/?(?:INST|SYS|system)\]|<\|[^|>]*\|>"
    r"|^\s*#{2,}\s*(?:system|instructions?)\b.*$",
    re.I | re.S | re.M,
)
_PIECE = re.compile(r"[^.!?\n]+[.!?]*\s*|[.!?]+\s*|\n+")
_CLAUSE = re.compile(r"\s*(?:,|;|:|\band\b|\bthen\b|\bso\b|\bbut\b|\s-\s)\s*", re.I)
_NEWS = re.compile(
    r"\b(?:e-?mailed|told|says?|said|wrote|announced|confirmed|texted|called|informed|decided|changed"
    r"|is now|are now|no longer|as of today|effective today|effective immediately|just released|new rule"
    r"|new policy|now pays|now means)\b",
    re.I,
)


def neutralize(message: str, knowledge: Knowledge) -> tuple[str, bool]:
    """`message` without hidden instructions, and whether there were any."""
    shown = _HIDDEN.sub("", message)
    clean = _MARKUP.sub(" ", shown)
    found = clean != shown
    if not cues(knowledge).has(INJECTION, "phrase", normal(clean)):
        return (re.sub(r"[ \t]+", " ", clean).strip() if found else shown), found
    kept = []
    for piece in _PIECE.findall(clean):
        if cues(knowledge).has(INJECTION, "phrase", normal(piece)):
            kept.append(_without_instruction(piece, knowledge))
        elif _NEWS.search(piece) and not piece.rstrip().endswith("?"):
            named = codes_in(piece, knowledge.known_codes)
            kept.append(f"{', '.join(named)}. " if named else "")
        else:
            kept.append(piece)
    return " ".join("".join(kept).split()), True


def _without_instruction(piece: str, knowledge: Knowledge) -> str:
    """The clauses of a sentence that are no instruction; what only introduces the question goes too."""
    parts = _CLAUSE.split(piece)
    told = cues(knowledge).phrases[INJECTION, "phrase"]
    kept = [part for part in parts if not told.found(normal(part)) and not _OPENING.fullmatch(part.strip())]
    return ", ".join(part.strip() for part in kept if part.strip(" .!,")) + " "


_OPENING = re.compile(r"(?:please\s+)?(?:answer|reply|respond|tell me|now|instead|please|answer me|answer this)", re.I)
