"""What a chat channel must remember across restarts and replicas: events seen, answers owed, answers given.

Keys are hashes. No message text is kept: a given answer is kept without its question, and what is owed holds only the
address to reply to. Everything expires.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Float, MetaData, String, Table, Text, delete, insert, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.schema import CreateIndex, CreateTable, Index

from bot.answer import Answer
from corpus.database import open_database

DAY = 86400
SEEN_FOR, ANSWERS_FOR = 3 * DAY, 30 * DAY
"""Seconds that events are recognized again, and that the buttons below an answer work."""
LEASE = 120.0
"""Seconds after which an answer that is owed by a process that went silent is given up by another one."""

_META = MetaData()
_SEEN = Table(
    "chat_seen",
    _META,
    Column("key", String(64), primary_key=True),
    Column("expires", BigInteger, nullable=False),
)
_OWED = Table(
    "chat_owed",
    _META,
    Column("key", String(64), primary_key=True),
    Column("channel_kind", String(20), nullable=False),
    Column("place", Text, nullable=False),
    Column("owner", String(40), nullable=False),
    Column("until", Float, nullable=False),
)
_GIVEN = Table(
    "chat_given",
    _META,
    Column("id", String(80), primary_key=True),
    Column("conversation", String(80), nullable=False),
    Column("body", Text, nullable=False),
    Column("expires", BigInteger, nullable=False),
)
_REPLIES = Table(
    "chat_replies",
    _META,
    Column("key", String(64), primary_key=True),
    Column("conversation", String(80), nullable=False),
    Column("place", Text, nullable=False),
    Column("expires", BigInteger, nullable=False),
)
_INDEXES = (Index("chat_replies_conversation", _REPLIES.c.conversation),)


def key_of(*parts: str) -> str:
    """A hash that stands for identifiers of the chat system."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reply goes, in the chat system's own identifiers; `posts` are those of the replies already there.

    `private` replies are shown to `user` alone.
    """

    team: str
    channel: str
    thread: str
    user: str
    posts: tuple[str, ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """An answer given earlier (its question is not kept) and the conversation that it belongs to."""

    answer: Answer
    conversation: str


class Ledger:
    """The memory of one chat channel (`kind`, for example slack) in a database. Safe to call from several threads.

    Args:
        url: database, as `corpus.database.open_database` takes it.
        kind: the chat system; several may share a database.
        clock: seconds since the epoch.
        lease: seconds that an owed answer stays with its process without `renew`.
    """

    def __init__(self, url: str, kind: str, *, clock: Callable[[], float] = time.time, lease: float = LEASE) -> None:
        self._engine: Engine = open_database(url)
        self._kind, self._clock, self._lease = kind, clock, lease
        self._owner = uuid.uuid4().hex
        _create(self._engine)
        self.purge()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def claim(self, keys: Iterable[str], place: Place | None = None) -> bool:
        """Whether this caller is the first to see all of `keys`; atomic over threads, processes and machines.

        With `place`, an answer is owed there from now on, until `settle` with the first key.
        """
        now = self._clock()
        rows = [{"key": key_of(self._kind, key), "expires": int(now + SEEN_FOR)} for key in dict.fromkeys(keys)]
        try:
            with self._engine.begin() as connection:
                for row in rows:
                    connection.execute(insert(_SEEN), row)
                if place is not None:
                    owed = {
                        "key": rows[0]["key"],
                        "channel_kind": self._kind,
                        "place": json.dumps(asdict(place)),
                        "owner": self._owner,
                        "until": now + self._lease,
                    }
                    connection.execute(insert(_OWED), owed)
        except IntegrityError:
            return False
        return True

    def settle(self, key: str) -> None:
        """The answer that was owed since `claim` is given."""
        with self._engine.begin() as connection:
            connection.execute(delete(_OWED).where(_OWED.c.key == key_of(self._kind, key)))

    def release(self, key: str) -> None:
        """The answer that was owed since `claim` could not be given; `orphans` hands it out next."""
        with self._engine.begin() as connection:
            connection.execute(update(_OWED).where(_OWED.c.key == key_of(self._kind, key)).values(until=0.0))

    def renew(self) -> None:
        """Say that this process is alive and still means to give what it owes."""
        with self._engine.begin() as connection:
            connection.execute(
                update(_OWED).where(_OWED.c.owner == self._owner).values(until=self._clock() + self._lease)
            )

    def abandon(self) -> None:
        """Leave what is owed to others at once; for a process that ends."""
        with self._engine.begin() as connection:
            connection.execute(update(_OWED).where(_OWED.c.owner == self._owner).values(until=0.0))

    def orphans(self) -> list[Place]:
        """Where answers are owed by processes that are gone; each is handed out once and is then no longer owed."""
        with self._engine.begin() as connection:
            late = (_OWED.c.until < self._clock()) & (_OWED.c.channel_kind == self._kind)
            rows = connection.execute(select(_OWED.c.key, _OWED.c.place).where(late)).all()
            taken = [
                row.place for row in rows if connection.execute(delete(_OWED).where(_OWED.c.key == row.key)).rowcount
            ]
        return [_place(text) for text in taken]

    def keep(self, answer: Answer, conversation: str) -> None:
        """Keep an answer, without its question, for the buttons below it."""
        body = answer.model_copy(update={"question": ""}).model_dump_json()
        row = {"id": answer.id, "conversation": conversation, "body": body, "expires": self._later()}
        with self._engine.begin() as connection:
            connection.execute(delete(_GIVEN).where(_GIVEN.c.id == answer.id))
            connection.execute(insert(_GIVEN), row)

    def given(self, answer_id: str) -> Given | None:
        """The answer of that id; None when it has expired."""
        with self._engine.connect() as connection:
            row = connection.execute(select(_GIVEN).where(_GIVEN.c.id == answer_id)).one_or_none()
        return None if row is None else Given(Answer.model_validate_json(row.body), row.conversation)

    def replied(self, message: str, conversation: str, place: Place) -> None:
        """Note where the reply to a message stands, so that an edit can change it and a deletion take it away."""
        key = key_of(self._kind, message)
        row = {
            "key": key,
            "conversation": conversation,
            "place": json.dumps(asdict(place)),
            "expires": self._later(),
        }
        with self._engine.begin() as connection:
            connection.execute(delete(_REPLIES).where(_REPLIES.c.key == key))
            connection.execute(insert(_REPLIES), row)

    def reply_to(self, message: str) -> Place | None:
        """Where the reply to a message stands; None when there is none."""
        with self._engine.connect() as connection:
            found = connection.execute(
                select(_REPLIES.c.place).where(_REPLIES.c.key == key_of(self._kind, message))
            ).scalar_one_or_none()
        return None if found is None else _place(found)

    def forget_reply(self, message: str) -> None:
        """The reply to a message is gone."""
        with self._engine.begin() as connection:
            connection.execute(delete(_REPLIES).where(_REPLIES.c.key == key_of(self._kind, message)))

    def begun(self, conversation: str) -> bool:
        """Whether a conversation had an answer before."""
        with self._engine.connect() as connection:
            found = select(_REPLIES.c.key).where(_REPLIES.c.conversation == conversation).limit(1)
            return connection.execute(found).first() is not None

    def purge(self) -> None:
        """Drop what has expired."""
        now = int(self._clock())
        with self._engine.begin() as connection:
            for table in (_SEEN, _GIVEN, _REPLIES):
                connection.execute(delete(table).where(table.c.expires < now))

    def _later(self) -> int:
        return int(self._clock() + ANSWERS_FOR)


def _place(text: str) -> Place:
    fields: dict[str, Any] = json.loads(text)
    return Place(**{**fields, "posts": tuple(fields["posts"])})


def _create(engine: Engine) -> None:
    """Make the tables where they are missing; a second process may be doing the same, so once more when it fails."""
    for last in (False, True):
        try:
            with engine.begin() as connection:
                for table in _META.sorted_tables:
                    connection.execute(CreateTable(table, if_not_exists=True))
                for index in _INDEXES:
                    connection.execute(CreateIndex(index, if_not_exists=True))
        except (IntegrityError, OperationalError, ProgrammingError):
            if last:
                raise
        else:
            return
