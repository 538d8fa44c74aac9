"""Importing official files: recognize, read, check, store, in one transaction for each edition.

    results = import_files(engine, "auto", [Path("PPRRVU2026_Jul_nonQPP.csv")], knowledge)

A file is refused before anything is written when no layout fits, and everything written is undone when a row or a
check refuses it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import OfficialFileError
from corpus.importers import KINDS, VERSION
from corpus.importers.editions import edition_date, label, last_day
from corpus.importers.files import Document, Report, documents, silent
from corpus.importers.kinds import Edition, Kind, Layout, Row
from corpus.importers.store import LINE, Staged, counted, data_table, drop, enter, fill, index, read_editions, writing

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from corpus.knowledge import Knowledge

AUTO = "auto"
LEAST_SHARE = 0.8
"""An edition with fewer rows than this share of the one before is refused: files get cut, tables hardly shrink."""
_TEXT_FIRST = (".csv", ".txt", ".prn", ".xlsx", ".xlsm")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did with one edition: `new`, `replaced` (same edition, other content) or `held` (same content)."""

    edition: Edition
    outcome: str


@dataclass(frozen=True, slots=True)
class Found:
    """Documents of one kind that belong to one edition."""

    kind: Kind
    layout: Layout
    documents: tuple[Document, ...]
    start: dt.date

    @property
    def where(self) -> str:
        """The documents as errors name them."""
        return ", ".join(document.where for document in self.documents)


def import_files(
    engine: Engine,
    kind: str,
    paths: Sequence[Path],
    knowledge: Knowledge,
    *,
    effective: dt.date | None = None,
    allow_smaller: bool = False,
    report: Report = silent,
) -> Iterator[Imported]:
    """Import files, one edition after the other; each is stored completely or not at all.

    Args:
        engine: where to keep them.
        kind: a name of `KINDS`, or `auto` to recognize it.
        paths: files; all parts of one edition together.
        knowledge: the shipped tables, whose rows a complete file must hold.
        effective: first day of the edition, when neither the files nor their names tell it.
        allow_smaller: accept an edition that is smaller than expected.
        report: told (bytes read, bytes in all).

    Raises:
        OfficialFileError: a file is not recognized, damaged or incomplete.
        ImportBusyError: another import is running.
    """
    for found in find(kind, paths, effective, report):
        yield _import(engine, found, knowledge, allow_smaller)


def find(kind: str, paths: Iterable[Path], effective: dt.date | None = None, report: Report = silent) -> list[Found]:
    """What the files hold, by kind and edition, in the order in which they were named."""
    recognized: dict[tuple[str, str, dt.date], list[tuple[Layout, Document]]] = {}
    for path in paths:
        held = documents(path, report)
        matched = 0
        for document in _text_first(held):
            for found_kind, layout in recognize(kind, document):
                matched += 1
                start = effective or _start(found_kind, layout, document)
                recognized.setdefault((found_kind.name, layout.name, start), []).append((layout, document))
        if not matched:
            raise _unknown(kind, path, held)
    return _editions(recognized)


def _text_first(held: Iterable[Document]) -> list[Document]:
    """Text before workbooks, so that an archive's workbook twin is seen after the text that it repeats."""

    def rank(document: Document) -> int:
        suffix = Path(document.name).suffix.lower()
        return _TEXT_FIRST.index(suffix) if suffix in _TEXT_FIRST else len(_TEXT_FIRST)

    return sorted(held, key=rank)


def _editions(recognized: dict[tuple[str, str, dt.date], list[tuple[Layout, Document]]]) -> list[Found]:
    """One group for each kind and edition; twins in another layout inside one archive are left out."""
    found: list[Found] = []
    taken: set[tuple[str, dt.date, Path]] = set()
    for (name, _, start), items in recognized.items():
        kind = KINDS[name]
        layout = items[0][0]
        held = tuple(document for _, document in items)
        if all(document.member and (name, start, document.path) in taken for document in held):
            continue
        taken |= {(name, start, document.path) for document in held if document.member}
        if kind.parts or len(held) == 1:
            found.append(Found(kind, layout, held, start))
        elif len({document.sha256 for document in held}) == 1:
            found.append(Found(kind, layout, held[:1], start))
        else:
            names = ", ".join(document.name for document in held)
            raise held[1].refuse(
                f"several files of the same edition ({names}), where one is expected",
                hint="Import the one that applies; relative values: the non-QP file.",
            )
    return found


def recognize(kind: str, document: Document) -> list[tuple[Kind, Layout]]:
    """The kinds with their layouts that the document has by its content: HCPCS files hold codes and modifiers."""
    kinds = KINDS.values() if kind == AUTO else (KINDS[kind],)
    return [(each, layout) for each in kinds if (layout := each.layout_of(document)) is not None]


def _unknown(kind: str, path: Path, held: Sequence[Document]) -> OfficialFileError:
    """Why no layout fits: the nearest cause that a kind can name."""
    kinds = list(KINDS.values()) if kind == AUTO else [KINDS[kind]]
    for document in held:
        for each in kinds:
            if problem := each.near(document):
                return document.refuse(problem, hint=f"Download the original file: {each.title}.")
        if kind != AUTO and (others := recognize(AUTO, document)):
            other = others[0][0]
            return document.refuse(
                f"is not {kind} but {other.name} ({other.title})",
                hint=f"Run `codecite tables import {other.name} {path}`.",
            )
    if not held:
        return OfficialFileError(path, "holds no files")
    names = ", ".join(KINDS) if kind == AUTO else kind
    return OfficialFileError(
        path, "no layout that we know fits its content", hint=f"Known kinds: {names}. Import the file as published."
    )


def _start(kind: Kind, layout: Layout, document: Document) -> dt.date:
    for text in (layout.title(document), document.name, document.path.name):
        if text and (start := edition_date(text)):
            return start
    for _ in layout.read(document):
        pass  # what is damaged is told as such, whatever edition it is
    raise document.refuse(
        f"neither the file nor its name tells which edition of {kind.name} it is",
        hint="Say its first day, for example --effective 2026-07-01.",
    )


def _import(engine: Engine, found: Found, knowledge: Knowledge, allow_smaller: bool) -> Imported:
    name = label(found.kind.span, found.kind.name, found.start)
    edition = Edition(
        id=0,
        kind=found.kind.name,
        edition=name,
        effective_from=found.start,
        effective_to=last_day(found.kind.span, found.start),
        files=tuple(document.name for document in found.documents),
        sha256=_hash(found.documents),
        rows=0,
        layout=found.layout.name,
        importer=VERSION,
        imported_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        table="",
    )
    with writing(engine) as connection:
        of_kind = [each for each in read_editions(connection) if each.kind == edition.kind]
        same = next((each for each in of_kind if each.edition == name), None)
        if same is not None and same.sha256 == edition.sha256:
            return Imported(same, "held")
        earlier = [each for each in of_kind if each.effective_from <= edition.effective_from]
        previous = earlier[-1] if earlier else None
        stored = _store(connection, found, edition, previous, knowledge, allow_smaller)
        if same is not None:
            drop(connection, same)
    return Imported(stored, "new" if same is None else "replaced")


def _store(
    connection: Connection,
    found: Found,
    edition: Edition,
    previous: Edition | None,
    knowledge: Knowledge,
    allow_smaller: bool,
) -> Edition:
    edition = enter(connection, edition)
    table = data_table(edition.table, (*found.kind.columns, LINE))
    table.create(connection)
    rows = fill(connection, table, _rows(found))
    if not rows:
        raise OfficialFileError(found.where, "holds no rows")
    edition = counted(connection, edition, rows)
    staged = Staged(connection, table, edition, found.kind, found.where, previous, allow_smaller, knowledge)
    try:
        index(connection, table, found.kind)
    except LookupError as error:
        found.kind.check(staged)  # a file with invented rows is refused for these
        key, first, second = error.args
        named = ", ".join(found.kind.key)
        raise staged.refuse(f"the same key ({named}) twice: {key}, first on line {first}", line=second) from None
    if previous is not None and rows < LEAST_SHARE * previous.rows and not allow_smaller:
        raise OfficialFileError(
            found.where,
            f"only {rows:,} rows, where edition {previous.edition} has {previous.rows:,}: it looks cut off",
            hint="Download it again; if the publisher really made it smaller, add --allow-smaller.",
        )
    found.kind.check(staged)
    return edition


def _rows(found: Found) -> Iterator[Row]:
    for document in found.documents:
        yield from found.layout.read(document)


def _hash(held: Sequence[Document]) -> str:
    if len(held) == 1:
        return held[0].sha256
    parts = "".join(sorted(document.sha256 for document in held))
    return hashlib.sha256(parts.encode()).hexdigest()


def remove(engine: Engine, kind: str, edition: str) -> Edition | None:
    """Remove an edition; None when it is not held."""
    with engine.connect() as connection:
        held = read_editions(connection)
    found = next((each for each in held if (each.kind, each.edition) == (kind, edition)), None)
    if found is not None:
        with writing(engine) as connection:
            drop(connection, found)
    return found
