"""Statements as arrays, so that what speaks for a hundred of them is computed in a few steps.

Built once for a knowledge and its index. A posting list holds, for a stem or a code, the places of the statements
that have it; a share is summed posting by posting, in the order of the question's stems.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.documents import QUESTION
from corpus.knowledge import Knowledge
from corpus.statements import Statement
from index.lexical import tokenize, tokenize_all
from index.search import Index

Floats = npt.NDArray[Any]

_TIER = {"official": 1.0, "payer": 0.8, "society": 0.5, "vendor": 0.0}


class Postings:
    """For each name the places (0 to `size` - 1) that hold it."""

    def __init__(self, held: Iterable[Iterable[str]]) -> None:
        found: dict[str, list[int]] = {}
        self.size = 0
        for place, names in enumerate(held):
            self.size = place + 1
            for name in names:
                found.setdefault(name, []).append(place)
        self._places = {name: np.array(places, dtype=np.int64) for name, places in found.items()}

    def counts(self) -> dict[str, int]:
        """How many places hold each name."""
        return {name: len(places) for name, places in self._places.items()}

    def sums(self, weights: Mapping[str, float]) -> Floats:
        """For each place the sum of the weights of the names that it holds."""
        total = np.zeros(self.size)
        for name, weight in weights.items():
            places = self._places.get(name)
            if places is not None:
                total[places] += weight
        return total


@dataclass(frozen=True, slots=True)
class Rows:
    """Statements among the passages of an index, as arrays; one entry a statement where nothing else is said.

    `own` is each statement's row in the index; `asked` are the rows of typical questions ordered by statement, those
    of a statement from its `start` up to its `end`. `with_headings` and `words` find statements by their stems with
    and without headings and codes, `stems` are the former as sets. `first` and `last` are dates of service as
    ordinals, `whole` is the sum of the rarity of a statement's own stems.
    """

    statements: tuple[Statement, ...]
    own: Floats
    asked: Floats
    start: Floats
    end: Floats
    first: Floats
    last: Floats
    stems: tuple[frozenset[str], ...]
    with_headings: Postings
    words: Postings
    codes: Postings
    rarity: Mapping[str, float]
    whole: Floats
    codeless: Floats
    tier: Floats
    length: Floats
    kinds: Floats
    payers: tuple[str, ...]
    payer: Floats

    @classmethod
    def of(cls, knowledge: Knowledge, index: Index) -> Rows:
        """The arrays of one knowledge and its index."""
        statements = tuple(knowledge.statements)
        own, asked, start, end = _places(statements, index)
        texts = [frozenset(found) for found in tokenize_all(row.text for row in statements)]
        stems = tuple(text | _of_headings(row) for text, row in zip(texts, statements, strict=True))
        with_headings = Postings(stems)
        rarity = {stem: math.log(1 + len(statements) / (1 + count)) for stem, count in with_headings.counts().items()}
        words = Postings(texts)
        payers = tuple(dict.fromkeys(row.payer for row in statements))
        numbers = {payer: number for number, payer in enumerate(payers)}
        return cls(
            statements=statements,
            own=own,
            asked=asked,
            start=start,
            end=end,
            first=np.array([(row.effective_from or date.min).toordinal() for row in statements]),
            last=np.array([(row.effective_to or date.max).toordinal() for row in statements]),
            stems=stems,
            with_headings=with_headings,
            words=words,
            codes=Postings(frozenset(row.codes) for row in statements),
            rarity=rarity,
            whole=words.sums(rarity),
            codeless=np.array([not row.codes for row in statements]),
            tier=np.array([_TIER[knowledge.sources.best_tier(row.sources)] for row in statements]),
            length=np.array([math.log(len(row.text.split())) for row in statements]),
            kinds=np.array([row.kind for row in statements]),
            payers=payers,
            payer=np.array([numbers[row.payer] for row in statements], dtype=np.int64),
        )

    def in_force(self, on: date) -> Floats:
        """Which statements cover a date of service."""
        day = on.toordinal()
        return (self.first <= day) & (day <= self.last)

    def best_asked(self, weights: Floats) -> Floats:
        """For each statement the highest of the `weights` (one a typical question), 0 where none is above."""
        best = np.zeros(len(self.own))
        some = np.flatnonzero(self.start < self.end)
        if len(some):
            best[some] = np.maximum(np.maximum.reduceat(weights, self.start[some]), 0.0)
        return best


def _places(statements: tuple[Statement, ...], index: Index) -> tuple[Floats, Floats, Floats, Floats]:
    """`own`, `asked`, `start` and `end` of Rows."""
    places = {row.id: place for place, row in enumerate(statements)}
    own = np.zeros(len(places), dtype=np.int64)
    asked: list[tuple[int, int, int]] = []
    for at, passage in enumerate(index.passages):
        if passage.kind == "statement":
            own[places[passage.key]] = at
        elif passage.kind == QUESTION:
            name, _, number = passage.key.rpartition("/")
            asked.append((places[name], int(number), at))
    table = np.array([(at, lead) for lead, _, at in sorted(asked)], dtype=np.int64).reshape(-1, 2)
    every = np.arange(len(places))
    start, end = (np.searchsorted(table[:, 1], every, side=side) for side in ("left", "right"))
    return own, table[:, 0], start, end


def _of_headings(row: Statement) -> frozenset[str]:
    """The stems of a statement's headings and codes."""
    return _heading(row.section) | _heading(row.topic_title) | {code.lower() for code in row.codes}


@cache
def _heading(text: str) -> frozenset[str]:
    return frozenset(tokenize(text))
