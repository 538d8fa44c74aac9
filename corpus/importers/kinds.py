"""What an importer is made of: a kind of official table, and the layouts in which its publisher ships it.

A `Kind` names the columns that are stored and the checks that a complete file passes. A `Layout` recognizes one form
of the file by its own content and streams its rows. Adding a form is adding a layout to its kind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from corpus.importers.files import Document

if TYPE_CHECKING:
    from corpus.importers.store import Staged

Cell = str | int | None
Row = tuple[Cell, ...]
"""One record: the cells of `Kind.columns` in order, the line of the file last."""

Span = Literal["quarter", "year", "open"]
Check = Callable[["Staged"], None]


@dataclass(frozen=True, slots=True)
class Layout:
    """One form of a file. `recognizes` looks at the head only; `read` streams rows and refuses what does not fit."""

    name: str
    recognizes: Callable[[Document], bool]
    read: Callable[[Document], Iterator[Row]]
    title: Callable[[Document], str] = lambda _document: ""
    """Text of the head that names the edition (`2026 ... July Release`)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of official table.

    `key` are the columns that identify a row (`unique`) or by which rows are looked up; `indexes` further look-ups.
    `span` says how long an edition is in force when nothing newer is held: to the end of its year, or until the next
    one. `parts` allows several files for one edition. `near` explains why a file that looks like this kind is none; it
    returns nothing for other files.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    layouts: tuple[Layout, ...]
    check: Check
    span: Span
    indexes: tuple[tuple[str, ...], ...] = ()
    parts: bool = False
    unique: bool = True
    near: Callable[[Document], str] = lambda _document: ""

    def layout_of(self, document: Document) -> Layout | None:
        """The layout of this kind that the document has, or None."""
        return next((layout for layout in self.layouts if layout.recognizes(document)), None)


@dataclass(frozen=True, slots=True)
class Edition:
    """One imported edition: `effective_to` is None when it holds until the next one."""

    id: int
    kind: str
    edition: str
    effective_from: dt.date
    effective_to: dt.date | None
    files: tuple[str, ...]
    sha256: str
    rows: int
    layout: str
    importer: str
    imported_at: str
    table: str

    def covers(self, on: dt.date) -> bool:
        """Whether a date of service lies in this edition's own time."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


def first_lines(document: Document, count: int = 60) -> list[str]:
    """The first lines of the head."""
    return document.head.splitlines()[:count]


def columns_at(document: Document, line: int, header: Iterable[str], wanted: Iterable[str]) -> dict[str, int]:
    """Where the wanted columns stand in a header.

    Raises:
        OfficialFileError: one is missing; the line of the header is named.
    """
    names = [name.strip().lower() for name in header]
    missing = [name for name in wanted if name.lower() not in names]
    if missing:
        raise document.refuse(
            f"the header lacks {', '.join(missing)}",
            line=line,
            hint=f"It has: {', '.join(name for name in names if name) or 'nothing'}. Download the original file.",
        )
    return {name: names.index(name.lower()) for name in wanted}
