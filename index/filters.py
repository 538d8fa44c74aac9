"""Which passages may be found: filters over their fields, evaluated for all passages at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, get_args

import numpy as np
import numpy.typing as npt

from corpus.documents import QUESTION, Passage, PassageKind
from corpus.statements import ANY_PAYER

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions that a passage must all meet; an empty tuple or None does not restrict.

    Typical questions lead to passages and are none themselves: they pass only where `kinds` names them.

    Each tuple means "any of these". `payers` also lets through what holds for every payer. `on` is a date of
    service: a passage passes when it was in force that day (a deleted code's row passes only until its last day).
    """

    ALWAYS: ClassVar[tuple[str, ...]] = (ANY_PAYER,)

    kinds: tuple[PassageKind, ...] = ()
    codes: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()
    kinds_of_rule: tuple[str, ...] = ()
    on: date | None = None
    topics: tuple[str, ...] = ()


NO_FILTERS = Filters()
"""Lets every passage through, but no typical question."""
EVERYTHING = Filters(kinds=get_args(PassageKind))
"""Lets everything through that the index holds."""


class Columns:
    """The filterable fields of all passages as arrays; `mask` answers in microseconds."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._size = len(passages)
        self._rows: dict[str, dict[str, list[int]]] = {
            "kinds": _rows_by((passage.kind,) for passage in passages),
            "codes": _rows_by(passage.codes for passage in passages),
            "payers": _rows_by((passage.payer,) for passage in passages),
            "kinds_of_rule": _rows_by((passage.kind_of_rule,) for passage in passages),
            "topics": _rows_by((passage.topic,) for passage in passages),
        }
        first, last = date.min.toordinal(), date.max.toordinal()
        self._from = np.array([p.effective_from.toordinal() if p.effective_from else first for p in passages])
        self._to = np.array([p.effective_to.toordinal() if p.effective_to else last for p in passages])

    def mask(self, filters: Filters) -> Mask | None:
        """Which rows pass [n]; None when nothing is filtered."""
        wanted: list[tuple[str, Iterable[str]]] = [
            ("kinds", filters.kinds),
            ("codes", filters.codes),
            ("payers", (*filters.payers, *filters.ALWAYS) if filters.payers else ()),
            ("kinds_of_rule", filters.kinds_of_rule),
            ("topics", filters.topics),
        ]
        masks = [self._any_of(column, values) for column, values in wanted if values]
        if not filters.kinds and self._rows["kinds"].get(QUESTION):
            masks.append(~self._any_of("kinds", (QUESTION,)))
        if filters.on is not None:
            day = filters.on.toordinal()
            masks.append((self._from <= day) & (day <= self._to))
        return np.logical_and.reduce(masks) if masks else None

    def _any_of(self, column: str, values: Iterable[str]) -> Mask:
        mask = np.zeros(self._size, dtype=np.bool_)
        for value in values:
            mask[self._rows[column].get(value, [])] = True
        return mask


def _rows_by(values: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, held in enumerate(values):
        for value in held:
            rows.setdefault(value, []).append(row)
    return rows
