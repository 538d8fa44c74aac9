"""Opening a database by URL: SQLite by default, PostgreSQL where one is named.

    engine = open_database("sqlite:////path/to/codecite.db")
    with engine.begin() as connection: ...

SQLite files are opened in write-ahead mode, so that readers go on while one writer works. SQLAlchemy loads when a
database is opened, not before.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import DatabaseError

if TYPE_CHECKING:
    from sqlalchemy import Engine

_PATIENCE = 30
"""Seconds that a writer waits for another one."""


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path}"


def open_database(url: str) -> Engine:
    """An engine for `url`, which has answered once.

    PostgreSQL is spoken to through psycopg, whichever of `postgres://`, `postgresql://` or `postgresql+psycopg://`
    the URL begins with. The folder of a SQLite file is made where it is missing.

    Raises:
        DatabaseError: the URL cannot be read, a driver is missing, or nobody answers there. The message never holds
            the password.
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    try:
        address = make_url(url)
    except ArgumentError:
        raise DatabaseError("the database URL cannot be read") from None
    shown = address.render_as_string(hide_password=True)
    if address.get_backend_name() in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    try:
        if address.get_backend_name() == "sqlite":
            if address.database and address.database != ":memory:":
                Path(address.database).parent.mkdir(parents=True, exist_ok=True)
            engine = create_engine(address, connect_args={"timeout": _PATIENCE})
            event.listen(engine, "connect", _prepare_sqlite)
        else:
            engine = create_engine(address, pool_pre_ping=True)
        with engine.connect():
            pass
    except ModuleNotFoundError as error:
        raise DatabaseError(
            f"{shown} needs the Python package {error.name}",
            hint="Install it with `pip install 'codecite[postgres]'`.",
        ) from None
    except (SQLAlchemyError, OSError) as error:
        raise DatabaseError(f"{shown} cannot be opened: {type(error).__name__}") from None
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
