"""Where imported editions are kept: one list of editions, and a table of its own for each of them.

An import writes its table, its indexes and its entry in the list in one transaction. Until that ends nothing can be
seen of it, so an import that fails or is killed changes nothing, and readers of other editions are never held up.
Removing an edition drops its table. Rows are never changed once they are there.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from corpus.errors import CorpusError, OfficialFileError
from corpus.importers.kinds import Edition, Kind, Row

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, MetaData, Table

EDITIONS = "official_editions"
LINE = "line"
"""Column of every imported table: the line of the file on which the row begins."""
_INTEGERS = frozenset((LINE, "units"))


class ImportBusyError(CorpusError):
    """Another import is writing to the same database."""

    hint = "Wait until the other import has ended, then try again. Nothing was changed."


def editions_table(metadata: MetaData) -> Table:
    """The list of editions; ids are never used twice."""
    from sqlalchemy import Column, Integer, Table, Text

    texts = ("kind", "edition", "effective_from", "effective_to", "files", "sha256", "layout", "importer")
    return Table(
        EDITIONS,
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=True),
        *(Column(name, Text) for name in texts),
        Column("imported_at", Text),
        Column("rows", Integer),
        Column("table_name", Text),
        sqlite_autoincrement=True,
    )


def data_table(name: str, columns: Iterable[str]) -> Table:
    """The table of one edition."""
    from sqlalchemy import Column, Integer, MetaData, Table, Text

    typed = (Column(column, Integer if column in _INTEGERS else Text) for column in columns)
    return Table(name, MetaData(), *typed)


def read_editions(connection: Connection) -> tuple[Edition, ...]:
    """All editions held, oldest first by kind; none when nothing was ever imported."""
    from sqlalchemy import MetaData, inspect, select

    if not inspect(connection).has_table(EDITIONS):
        return ()
    table = editions_table(MetaData())
    rows = connection.execute(select(table).order_by(table.c.kind, table.c.effective_from, table.c.id)).mappings()
    return tuple(_edition(dict(row)) for row in rows)


def _edition(row: dict[str, Any]) -> Edition:
    return Edition(
        id=row["id"],
        kind=row["kind"],
        edition=row["edition"],
        effective_from=dt.date.fromisoformat(row["effective_from"]),
        effective_to=dt.date.fromisoformat(row["effective_to"]) if row["effective_to"] else None,
        files=tuple(json.loads(row["files"])),
        sha256=row["sha256"],
        rows=row["rows"],
        layout=row["layout"],
        importer=row["importer"],
        imported_at=row["imported_at"],
        table=row["table_name"],
    )


@dataclass(frozen=True)
class Staged:
    """An edition that is written but not yet in force: what the checks of its kind look at.

    `refuse` makes the error that undoes it; `previous` is the newest edition of the kind that is not later.
    """

    connection: Connection
    table: Table
    edition: Edition
    kind: Kind
    where: str
    previous: Edition | None
    allow_smaller: bool
    known: Any
    """The shipped knowledge (`corpus.knowledge.Knowledge`), whose rows a complete file must hold."""

    def refuse(self, problem: str, *, line: int = 0, column: str = "", hint: str = "") -> OfficialFileError:
        """The error that refuses the edition."""
        return OfficialFileError(self.where, problem, line=line, column=column, hint=hint)

    def values(self, column: str) -> set[str]:
        """The distinct values of a column."""
        from sqlalchemy import select

        return set(self.connection.execute(select(self.table.c[column]).distinct()).scalars())

    def rows(self, *columns: str, within: tuple[str, Iterable[str]] | None = None) -> Iterator[tuple[Any, ...]]:
        """The named columns of every row, streamed; of rows whose column has one of some values with `within`."""
        from sqlalchemy import select

        query = select(*(self.table.c[column] for column in columns))
        if within is not None:
            query = query.where(self.table.c[within[0]].in_(sorted(within[1])))
        result = self.connection.execute(query)
        yield from (tuple(row) for row in result.yield_per(10_000))


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that becomes true as a whole or not at all.

    Raises:
        ImportBusyError: somebody else writes for too long.
    """
    from sqlalchemy import MetaData
    from sqlalchemy.exc import OperationalError

    try:
        with engine.begin() as connection:
            file = connection.dialect.name == "sqlite"
            if file:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            metadata = MetaData()
            editions_table(metadata)
            metadata.create_all(connection)
            if not file:
                connection.exec_driver_sql(f"LOCK TABLE {EDITIONS} IN SHARE ROW EXCLUSIVE MODE")
            yield connection
    except OperationalError as error:
        text = str(error.orig).lower()
        if "locked" in text or "busy" in text:
            raise ImportBusyError("another import is writing to the same database") from None
        if "full" in text or "no space" in text:
            raise CorpusError(
                "the disk is full; nothing was imported", hint="Free some space, then try again."
            ) from None
        raise


def enter(connection: Connection, edition: Edition) -> Edition:
    """Write an edition into the list, which gives it its id and its table's name."""
    from sqlalchemy import MetaData, insert, update

    table = editions_table(MetaData())
    values = {
        "kind": edition.kind,
        "edition": edition.edition,
        "effective_from": edition.effective_from.isoformat(),
        "effective_to": edition.effective_to.isoformat() if edition.effective_to else None,
        "files": json.dumps(edition.files),
        "sha256": edition.sha256,
        "layout": edition.layout,
        "importer": edition.importer,
        "imported_at": edition.imported_at,
        "rows": 0,
        "table_name": "",
    }
    key = connection.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None, "a new row has a key"
    name = f"official_{edition.kind.replace('-', '_')}_{key[0]}"
    connection.execute(update(table).where(table.c.id == key[0]).values(table_name=name))
    return Edition(**{**_fields(edition), "id": key[0], "table": name})


def _fields(edition: Edition) -> dict[str, Any]:
    return {name: getattr(edition, name) for name in Edition.__slots__}


def counted(connection: Connection, edition: Edition, rows: int) -> Edition:
    """Write down how many rows an edition has."""
    from sqlalchemy import MetaData, update

    table = editions_table(MetaData())
    connection.execute(update(table).where(table.c.id == edition.id).values(rows=rows))
    return Edition(**{**_fields(edition), "rows": rows})


def fill(connection: Connection, table: Table, rows: Iterable[Row]) -> int:
    """Stream rows into an empty table by the fastest way that the database has; gives their number."""
    counter = _Counter(rows)
    names = [column.name for column in table.columns]
    if connection.dialect.name == "postgresql":
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
            for row in counter:
                copy.write_row(row)
        cursor.close()
    else:
        cursor = connection.connection.cursor()
        marks = ", ".join("?" * len(names))
        cursor.executemany(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", cast("Any", counter))
        cursor.close()
    return counter.count


class _Counter:
    """Counts what passes."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            yield row


def index(connection: Connection, table: Table, kind: Kind) -> None:
    """Make the indexes of a filled table.

    Raises:
        LookupError: two rows have the same key; its argument is (key, line, line) of the first such pair.
    """
    from sqlalchemy import Index, func, select

    key = [table.c[name] for name in kind.key]
    # The index first: with it the search for repeated keys needs no sorting of its own.
    Index(f"{table.name}_key", *key).create(connection)
    if kind.unique:
        twice = select(*key, func.min(table.c.line), func.max(table.c.line)).group_by(*key).having(func.count() > 1)
        found = connection.execute(twice.order_by(func.max(table.c.line)).limit(1)).first()
        if found is not None:
            raise LookupError(" ".join(str(value) for value in found[:-2] if value), found[-2], found[-1])
    for number, columns in enumerate(kind.indexes):
        Index(f"{table.name}_{number}", *(table.c[name] for name in columns)).create(connection)


def drop(connection: Connection, edition: Edition) -> None:
    """Remove an edition with its rows."""
    from sqlalchemy import MetaData, delete

    table = editions_table(MetaData())
    connection.execute(delete(table).where(table.c.id == edition.id))
    data_table(edition.table, ("line",)).drop(connection, checkfirst=True)
