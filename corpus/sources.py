"""The bibliography: every statement and table row points into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from corpus.csvfile import read_rows
from corpus.errors import UnknownRecordError
from corpus.rows import Source, Tier

TIERS: tuple[Tier, ...] = ("official", "payer", "society", "vendor")
"""Source tiers, strongest first."""


class Sources:
    """All sources by id."""

    def __init__(self, rows: Iterable[Source]) -> None:
        self.rows = tuple(rows)

    @classmethod
    def load(cls, path: Path) -> Sources:
        """Read `sources.csv`; raises TableError with file and line."""
        return cls(read_rows(path, Source))

    @cached_property
    def _by_id(self) -> dict[str, Source]:
        return {row.id: row for row in self.rows}

    def __iter__(self) -> Iterator[Source]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, source_id: object) -> bool:
        return source_id in self._by_id

    def get(self, source_id: str) -> Source:
        """The source with this id; raises UnknownRecordError."""
        try:
            return self._by_id[source_id]
        except KeyError:
            raise UnknownRecordError("source", source_id) from None

    def best_tier(self, ids: Iterable[str]) -> Tier:
        """The strongest tier among these sources (`vendor` when none is known)."""
        held = {self._by_id[i].tier for i in ids if i in self._by_id}
        return next((tier for tier in TIERS if tier in held), "vendor")
