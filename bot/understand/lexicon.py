"""The vocabulary as a matcher: which facts are said in a message, longest phrase first, typos forgiven.

Phrases come from `vocabulary.csv`. A phrase may hold classes in braces (`{patient} {absent}`), which stand for every
phrase of that class. Matching is per slot: words may say a service and a modality at once ("phone call").
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz, process

from bot.understand.tokens import Token, fold, tokens
from corpus.rows import Phrase

_CLASS = re.compile(r"\{([a-z_]+)\}")
_NEGATIONS = frozenset({"no", "not", "without", "never", "instead", "zero"})
_CONTRACTED = frozenset({"isnt", "wasnt", "dont", "didnt", "arent", "doesnt", "wont", "cant"})
_PLURAL = re.compile(r"\d+s")
"""A number in the plural: "PHQ-9s", "two 90834s"."""
_CLASS_SLOT, _ABBREVIATION_SLOT = "class", "abbreviation"
_FUZZY_FLOOR = 86.0
_FUZZY_LENGTH = 5


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase found: token positions `first` to `last` (inclusive); `negated` when a negation stands before it."""

    slot: str
    value: str
    phrase: str
    first: int
    last: int
    negated: bool


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    value: str | None = None


class Lexicon:
    """All phrases of the vocabulary, compiled once."""

    def __init__(self, phrases: Iterable[Phrase], known_words: Iterable[str] = ()) -> None:
        rows = tuple(phrases)
        classes: dict[str, list[str]] = {}
        for row in rows:
            if row.slot == _CLASS_SLOT:
                classes.setdefault(row.value, []).append(row.phrase)
        self._abbreviations = {
            fold(row.phrase): tuple(token.text for token in tokens(fold(row.value)))
            for row in rows
            if row.slot == _ABBREVIATION_SLOT
        }
        self._roots: dict[str, _Node] = {}
        self._words: set[str] = set()
        options = {name: [self._texts(text) for text in texts] for name, texts in classes.items()}
        for row in rows:
            if row.slot in (_CLASS_SLOT, _ABBREVIATION_SLOT):
                continue
            parts = [
                options.get(part, []) if n % 2 else [self._texts(part)]
                for n, part in enumerate(_CLASS.split(row.phrase))
            ]
            for choice in itertools.product(*parts):
                self._add(row.slot, row.value, itertools.chain.from_iterable(choice))
        self._known = frozenset(known_words) | self._words | self._abbreviations.keys()
        self._fuzzy = sorted(word for word in self._words if len(word) >= _FUZZY_LENGTH and word.isalpha())

    def _texts(self, text: str) -> tuple[str, ...]:
        """The words of a part of a phrase; each part is read once, however many phrases hold it."""
        words = tuple(token.text for token in self._normal(tokens(fold(text))))
        self._words.update(words)
        return words

    def _add(self, slot: str, value: str, words: Iterable[str]) -> None:
        node = self._roots.setdefault(slot, _Node())
        for word in words:
            following = node.children.get(word)
            if following is None:
                following = node.children[word] = _Node()
            node = following
        if node.value is None:
            node.value = value

    def _normal(self, words: Sequence[Token]) -> tuple[Token, ...]:
        """Abbreviations written out; a word that stands for two keeps the place of the one."""
        out: list[Token] = []
        for token in words:
            expansion = self._abbreviations.get(token.text)
            out.extend(replace(token, text=text) for text in expansion) if expansion else out.append(token)
        return tuple(out)

    def read(self, message: str) -> tuple[Token, ...]:
        """The message's words with abbreviations written out and typos mended."""
        return tuple(self._mended(token) for token in self._normal(tokens(fold(message))))

    def _mended(self, token: Token) -> Token:
        word = token.text
        if _PLURAL.fullmatch(word):
            return replace(token, text=word[:-1])
        if word in self._known or len(word) < _FUZZY_LENGTH or not word.isalpha():
            return token
        best = process.extractOne(word, self._fuzzy, scorer=fuzz.ratio, score_cutoff=_FUZZY_FLOOR)
        return replace(token, text=str(best[0])) if best else token

    def mentions(self, words: Sequence[Token], slot: str) -> tuple[Mention, ...]:
        """Every phrase of `slot` in `words`: longest match first, no overlaps, in reading order."""
        root = self._roots.get(slot)
        found: list[Mention] = []
        position = 0
        while root is not None and position < len(words):
            hit = self._longest(root, words, position)
            if hit is None:
                position += 1
                continue
            value, last = hit
            negated = _negated(words, position)
            if negated and words[position].clause != words[last].clause:
                position += 1  # "(not complex) CCM": what is denied ends with its clause
                continue
            phrase = " ".join(word.text for word in words[position : last + 1])
            found.append(Mention(slot, value, phrase, position, last, negated))
            position = last + 1
        return tuple(found)

    @staticmethod
    def _longest(root: _Node, words: Sequence[Token], position: int) -> tuple[str, int] | None:
        node, best = root, None
        for index in range(position, len(words)):
            following = node.children.get(words[index].text)
            if following is None:
                break
            node = following
            if node.value is not None:
                best = (node.value, index)
        return best


def _negated(words: Sequence[Token], position: int) -> bool:
    """Whether one of the two words before negates; "isn't" and the like only inside a clause, for they may ask."""
    clause = words[position].clause
    for index in range(max(0, position - 2), position):
        if words[index].clause != clause:
            continue
        opens = index == 0 or words[index - 1].clause != clause
        if words[index].text in _NEGATIONS or (words[index].text in _CONTRACTED and not opens):
            return True
    return False
