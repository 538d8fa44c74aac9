"""The cue table compiled: which kinds of request a message speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from corpus.guard_rows import Decline, DeclineKind
from corpus.knowledge import Knowledge

EVERY = "*"
INJECTION = "injection"


@dataclass(frozen=True)
class Cues:
    """Patterns by (kind, role), the declines by kind and the example utterances, normalized."""

    patterns: Mapping[tuple[str, str], re.Pattern[str]]
    declines: Mapping[DeclineKind, Decline]
    examples: Mapping[str, DeclineKind]
    codes: frozenset[str]

    def has(self, kind: str, role: str, text: str) -> bool:
        """Whether a normalized text holds a cue of this kind and role."""
        pattern = self.patterns.get((kind, role))
        return pattern is not None and pattern.search(text) is not None


_held: WeakKeyDictionary[Knowledge, Cues] = WeakKeyDictionary()


def cues(knowledge: Knowledge) -> Cues:
    """The cues of `knowledge`, compiled on first use."""
    if knowledge not in _held:
        words: dict[tuple[str, str], list[str]] = {}
        for row in knowledge.decline_cues:
            words.setdefault((row.kind, row.role), []).append(row.words)
        _held[knowledge] = Cues(
            patterns={key: re.compile(pattern(held)) for key, held in words.items()},
            declines={row.kind: row for row in knowledge.declines},
            examples={normal(row.utterance): row.kind for row in knowledge.decline_examples},
            codes=knowledge.known_codes,
        )
    return _held[knowledge]


def normal(text: str) -> str:
    """Lower case, no apostrophes, one space between words, punctuation away."""
    plain = re.sub(r"['’`]", "", text.lower())
    return " ".join(re.sub(r"[^\w\s/&+$#-]", " ", plain).split())


def pattern(phrases: Iterable[str]) -> str:
    """A regular expression for any of `phrases` in a normalized text."""
    return rf"(?<![\w-])(?:{'|'.join(_one(phrase) for phrase in phrases)})(?![\w-])"


def _one(phrase: str) -> str:
    parts = []
    for word in normal_phrase(phrase):
        if word == EVERY:
            parts.append(r"\S+(?: \S+)?")
        elif word.endswith(EVERY):
            parts.append(re.escape(word[:-1]) + r"\w*")
        else:
            parts.append(re.escape(word))
    return " ".join(parts)


def normal_phrase(phrase: str) -> list[str]:
    """The words of a cue, normalized, its stars kept."""
    return re.sub(r"['’]", "", phrase.lower()).split()
