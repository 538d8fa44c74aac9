"""What conversations remember between turns: the facts in force and the last answer, never a message.

    with Conversations.open(settings.database_url, days=30) as conversations:
        graph.compile(checkpointer=conversations.saver)

The state itself is written by LangGraph's own checkpointers: in memory, in a SQLite file, or in PostgreSQL. This
module adds what they leave open: only the newest state of a conversation is kept, one that nobody used for a number
of days is forgotten, and forgetting leaves no trace in the file.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from corpus.errors import DatabaseError

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.checkpoint.sqlite import SqliteSaver
    from psycopg_pool import ConnectionPool

KEPT_IN_MEMORY = 2000
"""Conversations held in memory; the one unused for longest is forgotten first."""

_PATIENCE = 30
"""Seconds that a writer waits for another process."""

OPENING = 10.0
"""Seconds that PostgreSQL has to answer at first."""

_USED = """CREATE TABLE IF NOT EXISTS conversations_used (
    thread_id TEXT PRIMARY KEY, used_on TEXT NOT NULL
)"""


class Conversations:
    """Conversations in memory: gone with the process. `open` gives those that stay. Safe to share between threads."""

    def __init__(self) -> None:
        self._saver: BaseCheckpointSaver[Any] | None = None
        self._used: OrderedDict[str, dt.date] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def saver(self) -> BaseCheckpointSaver[Any]:
        """LangGraph's checkpointer."""
        with self._lock:
            if self._saver is None:
                from langgraph.checkpoint.memory import InMemorySaver  # brings LangGraph: only for conversations

                self._saver = InMemorySaver()
            return self._saver

    @classmethod
    def open(cls, url: str, *, days: int) -> Conversations:
        """The conversations of a database; those unused for `days` days are forgotten now, and daily while open.

        Raises:
            DatabaseError: the database cannot be opened; the message holds no password.
        """
        if url.startswith("sqlite"):
            return _in_sqlite(url, days)
        return _in_postgres(url, days)

    def used(self, conversation: str) -> None:
        """Note that a conversation took a turn; older states of it are dropped."""
        with self._lock:
            self._used[conversation] = dt.date.today()
            self._used.move_to_end(conversation)
            gone = [self._used.popitem(last=False)[0] for _ in range(len(self._used) - KEPT_IN_MEMORY)]
        for thread in gone:
            self.saver.delete_thread(thread)

    def forget(self, conversation: str) -> int:
        """Forget a conversation; how many were forgotten (0 when it was not known)."""
        with self._lock:
            known = self._used.pop(conversation, None)
        self.saver.delete_thread(conversation)
        return int(known is not None)

    def forget_unused(self, before: dt.date) -> int:
        """Forget what nobody used on `before` or later; how many."""
        with self._lock:
            old = [thread for thread, day in self._used.items() if day < before]
        return sum(self.forget(thread) for thread in old)

    def count(self) -> int:
        """How many conversations are remembered."""
        return len(self._used)

    def close(self) -> None:
        """Give back what is open."""

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


Run = Callable[[Sequence[tuple[str, tuple[Any, ...]]]], list[tuple[Any, ...]]]
"""Runs statements (`?` for a value) in one transaction; the rows of the last one that gives rows."""


class _Stored(Conversations):
    """Conversations in a database. `tables` hold the checkpointer's rows by thread, `prune` keeps the newest state."""

    def __init__(
        self,
        saver: BaseCheckpointSaver[Any],
        run: Run,
        *,
        tables: Sequence[str],
        prune: Callable[[str], None],
        days: int,
        closing: ExitStack,
        sweep: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._saver = saver
        self._run, self._tables, self._prune, self._days = run, tables, prune, days
        self._closing, self._sweep = closing, sweep
        self._swept: dt.date | None = None
        self._run([(_USED, ())])
        self._retain()

    def used(self, conversation: str) -> None:
        """Note the turn in the database."""
        note = (
            "INSERT INTO conversations_used (thread_id, used_on) VALUES (?, ?) "
            "ON CONFLICT (thread_id) DO UPDATE SET used_on = excluded.used_on"
        )
        self._run([(note, (conversation, dt.date.today().isoformat()))])
        self._prune(conversation)
        self._retain()

    def forget(self, conversation: str) -> int:
        """Forget one conversation, its rows overwritten."""
        return self._forget([conversation])

    def forget_unused(self, before: dt.date) -> int:
        """Forget what nobody used on `before` or later."""
        old = self._run([("SELECT thread_id FROM conversations_used WHERE used_on < ?", (before.isoformat(),))])
        return self._forget([str(row[0]) for row in old])

    def count(self) -> int:
        """How many conversations the database holds."""
        return int(self._run([("SELECT count(*) FROM conversations_used", ())])[0][0])

    def close(self) -> None:
        """Close the database."""
        self._closing.close()

    def _forget(self, threads: Sequence[str]) -> int:
        before = self.count()
        for thread in threads:
            tables = (*self._tables, "conversations_used")
            self._run([(f"DELETE FROM {table} WHERE thread_id = ?", (thread,)) for table in tables])
        if threads:
            self._sweep()
        return before - self.count()

    def _retain(self) -> None:
        today = dt.date.today()
        if self._swept != today:
            self._swept = today
            self.forget_unused(today - dt.timedelta(days=self._days))


def _in_sqlite(url: str, days: int) -> Conversations:
    from langgraph.checkpoint.sqlite import SqliteSaver

    path = Path(url.partition("sqlite:///")[2])
    closing = ExitStack()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, check_same_thread=False, timeout=_PATIENCE)
        closing.callback(connection.close)
        # What is forgotten is overwritten, not only unlinked.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        saver = SqliteSaver(connection)
        saver.setup()
    except (OSError, sqlite3.Error) as error:
        closing.close()
        raise DatabaseError(f"{url} cannot be opened: {error}") from None

    def prune(thread: str) -> None:
        newest = "SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = ?"
        older = [
            (f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_id < ({newest})", (thread, thread))
            for table in ("checkpoints", "writes")
        ]
        _run_sqlite(saver, older)

    def sweep() -> None:
        # The write-ahead log holds what was written before: it is emptied too.
        _run_sqlite(saver, [("PRAGMA wal_checkpoint(TRUNCATE)", ())])

    return _Stored(
        saver,
        lambda statements: _run_sqlite(saver, statements),
        tables=("checkpoints", "writes"),
        prune=prune,
        days=days,
        closing=closing,
        sweep=sweep,
    )


def _run_sqlite(saver: SqliteSaver, statements: Sequence[tuple[str, tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    with saver.cursor() as cursor:
        for statement, values in statements:
            rows = cursor.execute(statement, values).fetchall()
    return rows


def _in_postgres(url: str, days: int) -> Conversations:
    try:
        from langgraph.checkpoint.postgres import PostgresSaver
        from psycopg import Error
        from psycopg.rows import dict_row
        from psycopg_pool import ConnectionPool, PoolTimeout
    except ModuleNotFoundError as error:
        raise DatabaseError(
            f"a PostgreSQL database needs the Python package {error.name}",
            hint="Install it with `pip install 'codecite[postgres]'`.",
        ) from None
    closing = ExitStack()
    address = "postgresql://" + url.partition("://")[2]
    pool: ConnectionPool[Any] = ConnectionPool(
        address,
        min_size=1,
        max_size=8,
        timeout=_PATIENCE,
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
        open=False,
    )
    try:
        pool.open(wait=True, timeout=OPENING)
        closing.callback(pool.close)
        saver = PostgresSaver(pool)
        saver.setup()
    except (Error, PoolTimeout) as error:
        closing.close()
        pool.close()
        raise DatabaseError(f"the PostgreSQL database cannot be opened: {type(error).__name__}") from None
    return _Stored(
        saver,
        lambda statements: _run_postgres(pool, statements),
        tables=("checkpoints", "checkpoint_blobs", "checkpoint_writes"),
        prune=lambda thread: saver.prune([thread], strategy="keep_latest"),
        days=days,
        closing=closing,
    )


def _run_postgres(
    pool: ConnectionPool[Any], statements: Sequence[tuple[str, tuple[Any, ...]]]
) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    with pool.connection() as connection, connection.transaction(), connection.cursor() as cursor:
        for statement, values in statements:
            cursor.execute(statement.replace("?", "%s"), values)
            rows = [tuple(row.values()) for row in cursor.fetchall()] if cursor.description else []
    return rows
