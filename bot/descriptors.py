"""Codes beyond the guidance, found by the words of their imported official descriptors.

Separate from the search over statements and below it: it is asked only when guidance has nothing, or when a message
asks for a code and nearly all of its words stand in a descriptor. Its index is made in memory at the first such
question, once for each edition.
"""

from __future__ import annotations

import math
import re
import threading
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import islice

from bot.rules.held import state
from bot.understand.fillers import FILLERS
from corpus.knowledge import Knowledge
from corpus.official import CPT, HCPCS
from corpus.official_rows import HeldCode, HeldDescriptor
from index.lexical import tokenize

LEAST_COVERED = 0.75
"""Least weighted share of the question's words that stand in a descriptor for it to be offered."""
_SHOWN = 5
_ASKS = re.compile(r"\b(?:codes?|hcpcs|cpt)\b", re.I)
_BESIDE = frozenset(tokenize("hcpcs level ii cpt modifier official descriptor number find need medicare"))
"""Stems that say that a code is wanted and not which."""


@dataclass(frozen=True, slots=True)
class Match:
    """A code whose official descriptor fits the words, with the share of them that it covers."""

    row: HeldCode | HeldDescriptor
    coverage: float


class _Edition:
    """The descriptors of the editions that count on a date, by their stems."""

    def __init__(self, rows: list[HeldCode | HeldDescriptor]) -> None:
        self.rows = rows
        self.stems = [frozenset(tokenize(row.official_descriptor)) for row in rows]
        self.places: dict[str, list[int]] = {}
        for place, stems in enumerate(self.stems):
            for stem in stems:
                self.places.setdefault(stem, []).append(place)
        self.weights = {stem: math.log(1 + len(rows) / (1 + len(held))) for stem, held in self.places.items()}
        self.rare = math.log(1 + len(rows))

    def covering(self, wanted: set[str]) -> dict[int, float]:
        """Rows that hold some of the wanted stems, with the weighted share of them that they cover."""
        total = sum(self.weights.get(stem, self.rare) for stem in wanted)
        covered: defaultdict[int, float] = defaultdict(float)
        for stem in wanted:
            for place in self.places.get(stem, ()):
                covered[place] += self.weights[stem] / total
        return covered


class Descriptors:
    """Finds codes by the words of their official descriptors. Safe to share between threads."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._lock = threading.Lock()
        self._held: tuple[tuple[int, ...], _Edition] | None = None

    def asked(self, text: str, on: date) -> bool:
        """Whether a message asks for a code that an imported descriptor fits."""
        return bool(_ASKS.search(text)) and bool(self.search(text, on, limit=1))

    def search(self, text: str, on: date, limit: int = _SHOWN) -> tuple[Match, ...]:
        """Codes in force on the date whose descriptors cover the words of `text`, best first; none without import."""
        edition = self._edition(on)
        wanted = {stem for stem in tokenize(text) if stem not in FILLERS and stem not in _BESIDE}
        if edition is None or not wanted:
            return ()
        ranked = sorted(
            (-covered, len(edition.stems[place]), edition.rows[place].code, place)
            for place, covered in edition.covering(wanted).items()
            if covered >= LEAST_COVERED
        )
        active = (
            Match(edition.rows[place], -less)
            for less, _, code, place in ranked
            if state(self._knowledge, code, on) == "active"
        )
        return tuple(islice(active, limit))

    def _edition(self, on: date) -> _Edition | None:
        official = self._knowledge.official
        held = [edition for kind in (HCPCS, CPT) if (edition := official.edition(kind, on)) is not None]
        if not held:
            return None
        key = tuple(edition.id for edition in held)
        with self._lock:
            if self._held is None or self._held[0] != key:
                own = self._knowledge.codes
                rows = [row for row in official.descriptors(on) if row.code not in own]
                if not rows:
                    return None
                self._held = (key, _Edition(rows))
            return self._held[1]
