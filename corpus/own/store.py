"""Own documents in the database: documents, their versions, their excerpts with vectors, and the codes these name.

Every change is one transaction, so that a kill at any moment leaves the old state or the new one. The encoder's
vectors come from outside as bytes; this module neither embeds nor searches.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.codes import codes_in
from corpus.database import open_database
from corpus.own.model import Excerpt

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, MetaData, Row

_SQLITE = "sqlite:///"
_FIRST = "own_documents"
_MANY = 400
"""Values in one `IN (...)`."""


@dataclass(frozen=True, slots=True)
class OwnDocument:
    """One document as it is held. `origin` is the file's name, `sha256` that of its bytes, dates are inclusive."""

    id: str
    title: str
    origin: str
    format: str
    sha256: str
    size: int
    parser: str
    encoder: str
    pages: int = 0
    excerpts: int = 0
    publisher: str = ""
    payer: str = ""
    effective_from: dt.date | None = None
    added_at: str = ""
    changed_at: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Version:
    """One state that a document has had: no text is kept of earlier ones."""

    version: int
    sha256: str
    parser: str
    origin: str
    excerpts: int
    at: str


@dataclass(frozen=True, slots=True)
class Held:
    """One excerpt of a document, with its number in the database."""

    number: int
    document: str
    excerpt: Excerpt

    @property
    def ref(self) -> str:
        """How a citation names it: `document id#anchor`."""
        return f"{self.document}#{self.excerpt.anchor}"


class DocumentStore:
    """The documents at a database URL. Opens nothing, and imports no SQLAlchemy, before there is something to read."""

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def _file(self) -> Path | None:
        """The SQLite file, or None for another database."""
        return Path(self.url.removeprefix(_SQLITE)) if self.url.startswith(_SQLITE) else None

    def is_there(self) -> bool:
        """Whether a document has ever been added: for a SQLite file this is a look without SQLAlchemy."""
        if self._file is None:
            from sqlalchemy import inspect

            return inspect(self._engine).has_table(_FIRST)
        if not self._file.is_file():
            return False
        try:
            with _closing(sqlite3.connect(f"{self._file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
                sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
                return connection.execute(sql, (_FIRST,)).fetchone() is not None
        except sqlite3.Error:
            return False

    def stamp(self) -> tuple[int, ...]:
        """Something that changes whenever the database may have changed; equal stamps mean nothing new."""
        if self._file is None:
            return (self.revision(),)
        found: list[int] = []
        for path in (self._file, self._file.with_name(f"{self._file.name}-wal")):
            try:
                facts = path.stat()
            except OSError:
                continue
            found += [facts.st_mtime_ns, facts.st_size]
        return tuple(found)

    @cached_property
    def _engine(self) -> Engine:
        from sqlalchemy import event

        engine = open_database(self.url)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _erase_what_is_deleted)
        return engine

    @cached_property
    def _tables(self) -> MetaData:
        from corpus.own.tables import METADATA

        return METADATA

    def close(self) -> None:
        """Let go of the database."""
        if "_engine" in vars(self):
            self._engine.dispose()
            del self._engine

    def revision(self) -> int:
        """A number that grows with every change; 0 before the first."""
        if not self.is_there():
            return 0
        from sqlalchemy import select

        state = self._tables.tables["own_state"]
        with self._engine.connect() as connection:
            return int(connection.execute(select(state.c.revision)).scalar() or 0)

    def documents(self) -> tuple[OwnDocument, ...]:
        """All documents by title."""
        if not self.is_there():
            return ()
        from sqlalchemy import select

        table = self._tables.tables["own_documents"]
        with self._engine.connect() as connection:
            rows = connection.execute(select(table).order_by(table.c.title, table.c.id)).all()
        return tuple(_document(row) for row in rows)

    def find(self, wanted: str) -> OwnDocument | None:
        """The document with this id, else the only one with this title or file name (case does not matter)."""
        held = self.documents()
        for document in held:
            if document.id == wanted:
                return document
        named = [row for row in held if wanted.casefold() in (row.title.casefold(), row.origin.casefold())]
        return named[0] if len(named) == 1 else None

    def versions(self, document: str) -> tuple[Version, ...]:
        """The states that a document has had, oldest first."""
        from sqlalchemy import select

        table = self._tables.tables["own_versions"]
        query = select(table).where(table.c.document == document).order_by(table.c.version)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return tuple(Version(r.version, r.sha256, r.parser, r.origin, r.excerpts, r.at) for r in rows)

    def excerpts(self, document: str) -> tuple[Held, ...]:
        """The excerpts of a document in reading order."""
        table = self._tables.tables["own_excerpts"]
        return tuple(self._held(table.c.document == document))

    def numbered(self, numbers: Sequence[int]) -> dict[int, Held]:
        """Excerpts by their numbers in the database."""
        table = self._tables.tables["own_excerpts"]
        return {held.number: held for part in _parts(numbers) for held in self._held(table.c.number.in_(part))}

    def _held(self, condition: Any) -> Iterator[Held]:
        from sqlalchemy import select

        table = self._tables.tables["own_excerpts"]
        columns = (table.c.number, table.c.document, table.c.anchor, table.c.section, table.c.page, table.c.text)
        with self._engine.connect() as connection:
            rows = connection.execute(select(*columns).where(condition).order_by(table.c.number)).all()
        for row in rows:
            yield Held(row.number, row.document, Excerpt(row.anchor, row.section, row.page, row.text))

    def text(self, ref: str) -> str | None:
        """What `document id#anchor` names, or None: a line with title, page and heading, then the words."""
        document, _, anchor = ref.partition("#")
        if not self.is_there():
            return None
        table = self._tables.tables["own_excerpts"]
        found = next(self._held((table.c.document == document) & (table.c.anchor == anchor)), None)
        if found is None:
            return None
        from sqlalchemy import select

        documents = self._tables.tables["own_documents"]
        with self._engine.connect() as connection:
            title = connection.execute(select(documents.c.title).where(documents.c.id == document)).scalar()
        return f"{', '.join(filter(None, (title, found.excerpt.where)))}\n{found.excerpt.shown}"

    def naming(self, codes: Iterable[str]) -> tuple[int, ...]:
        """Numbers of the excerpts that name any of `codes`."""
        from sqlalchemy import select

        table = self._tables.tables["own_codes"]
        with self._engine.connect() as connection:
            rows = connection.execute(select(table.c.excerpt).where(table.c.code.in_(tuple(codes)))).all()
        return tuple(sorted({row.excerpt for row in rows}))

    def vectors(self) -> list[tuple[int, str, bytes]]:
        """Number, document and vector of every excerpt, in reading order."""
        from sqlalchemy import select

        table = self._tables.tables["own_excerpts"]
        query = select(table.c.number, table.c.document, table.c.vector).order_by(table.c.number)
        with self._engine.connect() as connection:
            return [(row.number, row.document, row.vector) for row in connection.execute(query)]

    def known_vectors(self, document: str, encoder: str) -> dict[str, bytes]:
        """Vectors of a document's excerpts by digest, as far as this encoder made them."""
        if not self.is_there():
            return {}
        from sqlalchemy import select

        excerpts, documents = self._tables.tables["own_excerpts"], self._tables.tables["own_documents"]
        query = (
            select(excerpts.c.digest, excerpts.c.vector)
            .join(documents, documents.c.id == excerpts.c.document)
            .where((excerpts.c.document == document) & (documents.c.encoder == encoder))
        )
        with self._engine.connect() as connection:
            return {row.digest: row.vector for row in connection.execute(query)}

    def put(self, document: OwnDocument, excerpts: Sequence[Excerpt], vectors: Sequence[bytes]) -> OwnDocument:
        """Write a document with its excerpts, in place of what is held under its id; all of it or nothing."""
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        with self._writing() as connection:
            before = self._before(connection, document.id)
            version = before.version + 1 if before else 1
            written = replace(
                document,
                excerpts=len(excerpts),
                added_at=before.added_at if before else now,
                changed_at=now,
                version=version,
            )
            self._erase(connection, document.id, everything=False)
            self._write(connection, written, now)
            self._write_excerpts(connection, written.id, excerpts, vectors)
        if before:
            self._forget_log()
        return written

    def describe(self, document: OwnDocument) -> None:
        """Write a document's title, publisher, payer and date; its text stays."""
        table = self._tables.tables["own_documents"]
        values = {
            "title": document.title,
            "publisher": document.publisher,
            "payer": document.payer,
            "effective_from": document.effective_from,
        }
        with self._writing() as connection:
            connection.execute(table.update().where(table.c.id == document.id).values(values))

    def remove(self, document: str) -> None:
        """Remove a document with every trace: rows, freed pages of the file and the write-ahead log."""
        with self._writing() as connection:
            self._erase(connection, document, everything=True)
        self._forget_log()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One transaction that begins with a write, so that two writers follow each other."""
        state = self._tables.tables["own_state"]
        self._tables.create_all(self._engine)
        with self._engine.begin() as connection:
            if not connection.execute(state.update().values(revision=state.c.revision + 1)).rowcount:
                connection.execute(state.insert().values(id=1, revision=1))
            yield connection

    def _before(self, connection: Connection, document: str) -> OwnDocument | None:
        table = self._tables.tables["own_documents"]
        row = connection.execute(table.select().where(table.c.id == document)).first()
        return _document(row) if row is not None else None

    def _erase(self, connection: Connection, document: str, *, everything: bool) -> None:
        tables = self._tables.tables
        excerpts, codes = tables["own_excerpts"], tables["own_codes"]
        from sqlalchemy import select

        mine = select(excerpts.c.number).where(excerpts.c.document == document)
        connection.execute(codes.delete().where(codes.c.excerpt.in_(mine)))
        connection.execute(excerpts.delete().where(excerpts.c.document == document))
        if everything:
            versions = tables["own_versions"]
            connection.execute(versions.delete().where(versions.c.document == document))
        documents = tables["own_documents"]
        connection.execute(documents.delete().where(documents.c.id == document))

    def _write(self, connection: Connection, document: OwnDocument, now: str) -> None:
        from dataclasses import asdict

        tables = self._tables.tables
        connection.execute(tables["own_documents"].insert().values(asdict(document)))
        connection.execute(
            tables["own_versions"]
            .insert()
            .values(
                document=document.id,
                version=document.version,
                sha256=document.sha256,
                parser=document.parser,
                origin=document.origin,
                excerpts=document.excerpts,
                at=now,
            )
        )

    def _write_excerpts(
        self, connection: Connection, document: str, excerpts: Sequence[Excerpt], vectors: Sequence[bytes]
    ) -> None:
        from sqlalchemy import func, select

        table = self._tables.tables["own_excerpts"]
        first = int(connection.execute(select(func.max(table.c.number))).scalar() or 0) + 1
        rows, named = [], []
        for number, (excerpt, vector) in enumerate(zip(excerpts, vectors, strict=True), start=first):
            rows.append(
                {
                    "number": number,
                    "document": document,
                    "anchor": excerpt.anchor,
                    "section": excerpt.section,
                    "page": excerpt.page,
                    "text": excerpt.text,
                    "digest": excerpt.digest,
                    "vector": vector,
                }
            )
            named += [{"excerpt": number, "code": code} for code in codes_in(excerpt.text)]
        if rows:
            connection.execute(table.insert(), rows)
        if named:
            connection.execute(self._tables.tables["own_codes"].insert(), named)

    def _forget_log(self) -> None:
        """Empty what a database keeps of deleted rows: SQLite's write-ahead log, PostgreSQL's dead rows."""
        from sqlalchemy import text
        from sqlalchemy.exc import OperationalError

        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if self._engine.dialect.name == "sqlite":
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
                return
            for name in ("own_codes", "own_excerpts", "own_documents"):
                try:
                    connection.execute(text(f"VACUUM FULL {name}"))
                except OperationalError:
                    # Another session reads the table: PostgreSQL's own cleaning comes later.
                    return


@contextmanager
def _closing(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    try:
        yield connection
    finally:
        connection.close()


def _erase_what_is_deleted(connection: Any, _record: Any) -> None:
    """Deleted rows are overwritten with zeros instead of left in free pages."""
    connection.execute("PRAGMA secure_delete = ON")


def _document(row: Row[Any]) -> OwnDocument:
    return OwnDocument(**row._mapping)


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), _MANY):
        yield numbers[start : start + _MANY]
