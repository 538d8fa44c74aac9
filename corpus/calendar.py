"""Which official editions are held and which should be: the publishers' calendars against what is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from corpus.importers.editions import label
from corpus.rows import OfficialFile

if TYPE_CHECKING:
    from corpus.importers.kinds import Edition
    from corpus.knowledge import Knowledge

State = Literal["current", "due", "not held", "no calendar"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one kind of official file stands on a day.

    `shipped` is the edition in the tables that come with codecite, `imported` those in the database, oldest first;
    `due` is the newest edition that its publisher's calendar puts in force by the day, `following` the next one.
    """

    row: OfficialFile
    shipped: date | None
    imported: tuple[Edition, ...]
    due: date | None
    following: date | None
    state: State

    @property
    def newest(self) -> date | None:
        """First day of the newest edition held."""
        held = [each.effective_from for each in self.imported]
        return max([*held, *([self.shipped] if self.shipped else [])], default=None)

    def name(self, start: date) -> str:
        """An edition of this kind as people write it."""
        return label("year" if self.row.cadence == "yearly" else "open", self.row.kind, start)


def standings(knowledge: Knowledge, on: date) -> tuple[Standing, ...]:
    """How every kind of official file stands on a day."""
    held = knowledge.official.editions
    return tuple(
        _standing(row, tuple(each for each in held if each.kind == row.kind), on)
        for row in knowledge.official_files.values()
    )


def _standing(row: OfficialFile, imported: tuple[Edition, ...], on: date) -> Standing:
    due, following = due_editions(tuple(int(month) for month in row.months), on)
    held = [each.effective_from for each in imported] + ([row.table_edition] if row.table_edition else [])
    newest = max(held, default=None)
    if newest is None:
        state: State = "not held"
    elif due is None:
        state = "no calendar"
    else:
        state = "current" if newest >= due else "due"
    return Standing(row, row.table_edition, imported, due, following, state)


def due_editions(months: Sequence[int], on: date) -> tuple[date | None, date | None]:
    """The newest edition in force on a day and the next one after it, for editions that begin in some months."""
    if not months:
        return None, None
    starts = [date(year, month, 1) for year in (on.year - 1, on.year, on.year + 1) for month in sorted(months)]
    return max(start for start in starts if start <= on), min(start for start in starts if start > on)
