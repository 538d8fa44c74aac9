"""The cue table compiled: which kinds of request a message speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from corpus.guard_rows import Decline, DeclineKind
from corpus.knowledge import Knowledge

EVERY = "*"
GAP = "..."
INJECTION = "injection"


class Phrases:
    """Phrases looked for in a normalized text by their first word: most cost nothing, and are compiled when needed."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, list[str]] = {}
        self._by_opening: dict[str, list[str]] = {}
        for phrase in phrases:
            first = normal_phrase(phrase)[0]
            if first.endswith(EVERY):
                self._by_opening.setdefault(first[:_OPENING], []).append(phrase)
            else:
                self._by_first.setdefault(first, []).append(phrase)
        self._compiled: dict[str, re.Pattern[str]] = {}

    def found(self, text: str) -> bool:
        """Whether one of the phrases stands in `text`."""
        words = set(text.split()) | set(_WORD.findall(text))
        return any(
            self._pattern(held).search(text)
            for word in words
            for held in (self._by_first.get(word), self._by_opening.get(word[:_OPENING]))
            if held is not None
        )

    def _pattern(self, phrases: list[str]) -> re.Pattern[str]:
        if phrases[0] not in self._compiled:
            self._compiled[phrases[0]] = re.compile(pattern(phrases))
        return self._compiled[phrases[0]]


_OPENING = 2
"""Letters by which phrases with an open first word are found; shorter openings are not used."""
_WORD = re.compile(r"[^\s/-]+")


@dataclass(frozen=True)
class Cues:
    """Phrases by (kind, role), the declines by kind and the example utterances, normalized."""

    phrases: Mapping[tuple[str, str], Phrases]
    declines: Mapping[DeclineKind, Decline]
    examples: Mapping[str, str]
    codes: frozenset[str]

    def has(self, kind: str, role: str, text: str) -> bool:
        """Whether a normalized text holds a cue of this kind and role."""
        phrases = self.phrases.get((kind, role))
        return phrases is not None and phrases.found(text)


_held: WeakKeyDictionary[Knowledge, Cues] = WeakKeyDictionary()


def cues(knowledge: Knowledge) -> Cues:
    """The cues of `knowledge`, compiled on first use."""
    if knowledge not in _held:
        words: dict[tuple[str, str], list[str]] = {}
        for row in knowledge.decline_cues:
            words.setdefault((row.kind, row.role), []).append(row.words)
        _held[knowledge] = Cues(
            phrases={key: Phrases(held) for key, held in words.items()},
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
    return rf"(?<!\w)(?:{'|'.join(_one(phrase) for phrase in phrases)})(?!\w)"


def _one(phrase: str) -> str:
    parts: list[str] = []
    for word in normal_phrase(phrase):
        if word == GAP:
            parts[-1] += r"(?: \S+){0,4}?"
        elif word == EVERY:
            parts.append(r"\S+(?: \S+)?")
        elif word.endswith(EVERY):
            parts.append(re.escape(word[:-1]) + r"\w*")
        else:
            parts.append(re.escape(word))
    return " ".join(parts)


def normal_phrase(phrase: str) -> list[str]:
    """The words of a cue, normalized, its stars and gaps kept."""
    return re.sub(r"['’]", "", phrase.lower()).split()
