"""Which city a message speaks of, by the names and aliases of `cities.csv`.

Names that are also ordinary words or people's names count only with a cue that a place is meant: a state behind them
("Mobile, AL"), or "in" before them (for an ordinary word with its capital, too: "in Mobile", never "in mobile crisis").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from bot.understand.fillers import FILLERS
from bot.understand.tokens import Token, fold, straightened, tokens
from corpus.knowledge import Knowledge
from corpus.rows import City

_BEFORE = frozenset({"in", "at", "near", "around", "outside"})
_BETWEEN = frozenset({"downtown", "greater", "metro", "the", "metropolitan"})
_WRITTEN_OUT = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}
_WORD, _NAME, _SHORT_NAME = "word", "name", "short"
_SHORT = 2
BY_STATE, BY_WORD, BY_CAPITAL = 3, 2, 1
_TITLE = 4
"""A message of more words, each with a capital, is a headline."""


@dataclass(frozen=True, slots=True)
class CityRead:
    """A city named: the keys of all that may be meant, largest first, and where it stands in the folded message.

    `cue` tells what shows that a place is meant: `BY_STATE`, `BY_WORD` ("in"), `BY_CAPITAL` or nothing (0). `words`
    counts the words of the name alone.
    """

    keys: tuple[str, ...]
    start: int
    end: int
    cue: int
    words: int

    def without(self, message: str) -> str:
        """The message without the city and the state behind it, which else read as other things ("PA" as a title)."""
        text = straightened(message)
        return text[: self.start] + " " * (self.end - self.start) + text[self.end :]


@dataclass(frozen=True, slots=True)
class _Named:
    """A name in the message: its words, the cities of that name, and the words of a state behind it."""

    first: int
    last: int
    cities: tuple[City, ...]
    reads_as: str
    state_last: int = 0


class Cities:
    """The names of all cities, compiled once. `states` maps the names of states, lower case, to their two letters."""

    def __init__(self, rows: Iterable[City], states: Mapping[str, str]) -> None:
        self._states = {tuple(name.split()): short for name, short in states.items()}
        self._shorts = frozenset(states.values())
        named: dict[tuple[str, ...], list[City]] = defaultdict(list)
        reads: dict[tuple[str, ...], str] = {}
        for row in rows:
            for text in (row.city, *row.aliases):
                words = _words(tokens(fold(text)))
                named[words].append(row)
                reads[words] = reads.get(words) or row.reads_as or (_SHORT_NAME if len(text) <= _SHORT else "")
        self._named = {words: tuple(held) for words, held in named.items()}
        self._reads = reads
        self._longest = max((len(words) for words in named), default=0)

    def read(self, message: str) -> CityRead | None:
        """The city that `message` names most surely; all cities of that name unless a state stands behind it."""
        return max(self.mentions(message), key=lambda city: city.cue, default=None)

    def mentions(self, message: str) -> tuple[CityRead, ...]:
        """Every city that `message` names, in reading order."""
        words = tokens(fold(message))
        capitals = _capitals(message, words)
        found = []
        for name in self._names(words):
            cue = self._cue(name, words, capitals)
            if cue is not None:
                keys, last = tuple(row.key for row in name.cities), max(name.last, name.state_last)
                found.append(CityRead(keys, words[name.first].start, words[last].end, cue, name.last - name.first + 1))
        return tuple(found)

    def _names(self, words: Sequence[Token]) -> Iterator[_Named]:
        plain = _words(words)
        position = 0
        while position < len(plain):
            name = self._longest_at(plain, words, position)
            if name is not None:
                yield name
                position = max(name.last, name.state_last)
            position += 1

    def _longest_at(self, plain: Sequence[str], words: Sequence[Token], first: int) -> _Named | None:
        for length in range(min(self._longest, len(plain) - first), 0, -1):
            key = tuple(plain[first : first + length])
            if key not in self._named:
                continue
            cities, last = self._named[key], first + length - 1
            state, state_last = self._state_behind(words, last)
            here = tuple(row for row in cities if row.state == state)
            if here:
                return _Named(first, last, here, self._reads[key], state_last)
            if state is None and key not in self._states:
                return _Named(first, last, cities, self._reads[key])
        return None

    def _state_behind(self, words: Sequence[Token], last: int) -> tuple[str | None, int]:
        """The state named right behind a word, and its last word; a short one must not read as another word."""
        for length in (3, 2, 1):
            behind = tuple(word.text for word in words[last + 1 : last + 1 + length])
            if len(behind) == length and behind in self._states:
                return self._states[behind], last + length
        behind_word = words[last + 1] if last + 1 < len(words) else None
        if behind_word is None or (short := behind_word.text.upper()) not in self._shorts:
            return None, 0
        closes = last + 2 >= len(words) or words[last + 2].clause != behind_word.clause
        reads_otherwise = behind_word.text in FILLERS and not closes and behind_word.clause == words[last].clause
        return (None, 0) if reads_otherwise else (short, last + 1)

    @staticmethod
    def _cue(name: _Named, words: Sequence[Token], capitals: Collection[int]) -> int | None:
        """How surely a place is meant; None when the words are none."""
        if name.state_last:
            return BY_STATE
        before = name.first - 1
        if before >= 0 and words[before].text in _BETWEEN:
            before -= 1
        inside = before >= 0 and words[before].text in _BEFORE
        capital = name.first in capitals
        if (name.reads_as == _WORD and not (inside and capital)) or (name.reads_as == _NAME and not inside):
            return None
        if name.reads_as == _SHORT_NAME and not (inside or capital):
            return None
        return BY_WORD if inside else BY_CAPITAL if capital else 0


_held: WeakKeyDictionary[Knowledge, Cities] = WeakKeyDictionary()


def cities_of(knowledge: Knowledge) -> Cities:
    """The cities of `knowledge`, compiled on first use."""
    if knowledge not in _held:
        states = {row.phrase: row.value for row in knowledge.phrases if row.slot == "state"}
        _held[knowledge] = Cities(knowledge.cities.values(), states)
    return _held[knowledge]


def _words(words: Sequence[Token]) -> tuple[str, ...]:
    return tuple(_WRITTEN_OUT.get(word.text, word.text) for word in words)


def _capitals(message: str, words: Sequence[Token]) -> frozenset[int]:
    """Words written with a capital, where that tells a name: not in a headline, nor in capitals throughout."""
    text = straightened(message)
    if len(text) != len(text.lower()):
        return frozenset()
    written = [text[word.start : word.end] for word in words]
    letters = [word for word in written if word.isalpha()]
    if all(word.isupper() for word in letters):
        return frozenset()
    if len(letters) > _TITLE and all(word[0].isupper() for word in letters):
        return frozenset()
    return frozenset(n for n, word in enumerate(written) if word[:1].isupper())
