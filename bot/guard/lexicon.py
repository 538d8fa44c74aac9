"""The words that the guard goes by, read once from the tables of a Knowledge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from corpus.guard_rows import GuardWord, Words
from corpus.knowledge import Knowledge


@dataclass(frozen=True)
class Lexicon:
    """Vocabulary of the identifier recognizers, lower case.

    `words` are no names by themselves; `never` are function words, `brands` products and payers that are names too.
    """

    words: frozenset[str]
    field_words: frozenset[str]
    given: frozenset[str]
    family: frozenset[str]
    common_family: frozenset[str]
    never: frozenset[str]
    brands: frozenset[str]
    particles: frozenset[str]
    titles: frozenset[str]
    person_cues: frozenset[str]
    weak_cues: frozenset[str]
    street_suffixes: frozenset[str]
    strong_streets: frozenset[str]
    id_cues: tuple[tuple[str, re.Pattern[str]], ...]
    dob_cue: str
    codes: frozenset[str]
    by_initial: Mapping[str, tuple[str, ...]]

    def is_word(self, word: str) -> bool:
        """Whether a word (lower case) belongs to English or to the field, in this or a simpler form."""
        return word in self.words or (word.endswith("s") and word[:-1] in self.words) or word in self.never

    def near(self, word: str) -> tuple[str, ...]:
        """Words with the initial of `word`, to tell a typo from a name."""
        return self.by_initial.get(word[:1], ())


_held: WeakKeyDictionary[Knowledge, Lexicon] = WeakKeyDictionary()


def lexicon(knowledge: Knowledge) -> Lexicon:
    """The lexicon of `knowledge`, built on first use."""
    if knowledge not in _held:
        _held[knowledge] = _build(knowledge)
    return _held[knowledge]


def _build(knowledge: Knowledge) -> Lexicon:
    rows = knowledge.guard_words
    names = {
        kind: _flat(row.names for row in knowledge.person_names if row.kind == kind)
        for kind in ("given", "family", "common-family")
    }
    never = _tagged(rows, "not-name", "word")
    return Lexicon(
        words=_flat(row.words for row in knowledge.words),
        field_words=_flat(row.words for row in knowledge.words if row.kind == "field"),
        given=names["given"],
        family=names["family"],
        common_family=names["common-family"],
        never=never,
        brands=_tagged(rows, "not-name", "brand"),
        particles=_tagged(rows, "particle", "name"),
        titles=_tagged(rows, "title", "person"),
        person_cues=_tagged(rows, "name-cue", "person"),
        weak_cues=_tagged(rows, "name-cue", "weak"),
        street_suffixes=_tagged(rows, "street", "suffix"),
        strong_streets=_tagged(rows, "street", "strong"),
        id_cues=_id_cues(rows),
        dob_cue=alternatives(row.word for row in rows if row.slot == "dob-cue"),
        codes=knowledge.known_codes,
        by_initial=_by_initial(knowledge.words),
    )


def _flat(lists: Iterable[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(word for words in lists for word in words)


def _by_initial(rows: Iterable[Words]) -> dict[str, tuple[str, ...]]:
    held: dict[str, tuple[str, ...]] = {}
    for row in rows:
        held[row.initial] = (*held.get(row.initial, ()), *row.words)
    return held


def _tagged(rows: Iterable[GuardWord], slot: str, tag: str) -> frozenset[str]:
    return frozenset(row.word for row in rows if row.slot == slot and row.tag == tag)


def alternatives(words: Iterable[str]) -> str:
    """A regular expression for any of `words` as whole words, longest first."""
    parts = (r"\s*".join(re.escape(part) for part in word.split()) for word in sorted(words, key=len, reverse=True))
    return rf"(?<![A-Za-z0-9])(?:{'|'.join(parts)})(?![A-Za-z])"


def _id_cues(rows: Iterable[GuardWord]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    tags = dict.fromkeys(row.tag for row in rows if row.slot == "id-cue")
    return tuple(
        (tag, re.compile(alternatives(row.word for row in rows if row.slot == "id-cue" and row.tag == tag), re.I))
        for tag in tags
    )
