"""Users and API keys: names, Argon2 hashes of passwords, hashes of keys. No password and no key can be read back."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Column, Date, MetaData, String, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.errors import UsageError
from corpus.database import open_database

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
KEY_PREFIX = "cck_"

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,59}")
_METADATA = MetaData()
_USERS = Table(
    "access_users",
    _METADATA,
    Column("name", String(60), primary_key=True),
    Column("password", String(200), nullable=False),
    Column("added", Date, nullable=False),
)
_KEYS = Table(
    "access_keys",
    _METADATA,
    Column("name", String(60), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("added", Date, nullable=False),
)


class AccessError(UsageError):
    """A user or key cannot be added, changed or found."""

    hint = "`codecite users list` and `codecite keys list` show who is there."


@dataclass(frozen=True, slots=True)
class Holder:
    """A user or a key by name, and the day it was added."""

    name: str
    added: dt.date


class AccessBook:
    """Users and keys in the database of `url`. Safe to share between threads; `close` it when done."""

    def __init__(self, url: str) -> None:
        """Open the book; raises DatabaseError."""
        self._engine = open_database(url)
        _METADATA.create_all(self._engine)
        self._hasher = PasswordHasher()
        # Checked for unknown names, so that they take as long as known ones.
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def add_user(self, name: str, password: str, *, replace: bool = False) -> None:
        """Add a user, or give one a new password.

        Raises:
            AccessError: the name or the password does not do, or the name is taken and `replace` is not set.
        """
        name = _checked(name)
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise AccessError(
                f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} signs", hint="A few words make a good one."
            )
        if name in password.lower():
            raise AccessError(
                "the password holds the user's name", hint="Choose words that have nothing to do with it."
            )
        hashed = self._hasher.hash(password)
        with self._engine.begin() as connection:
            known = connection.execute(select(_USERS.c.name).where(_USERS.c.name == name)).first()
            if known and not replace:
                raise AccessError(f"{name} is there already", hint="Add --replace to give a new password.")
            if known:
                connection.execute(update(_USERS).where(_USERS.c.name == name).values(password=hashed))
            else:
                connection.execute(insert(_USERS).values(name=name, password=hashed, added=_today()))

    def verify(self, name: str, password: str) -> str | None:
        """The user's name when the password is right, else None; takes as long for unknown names."""
        name = name.strip().lower()
        with self._engine.connect() as connection:
            row = connection.execute(select(_USERS.c.password).where(_USERS.c.name == name)).first()
        try:
            self._hasher.verify(row.password if row else self._nobody, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return None
        return name if row else None

    def is_user(self, name: str) -> bool:
        """Whether the user is still there."""
        with self._engine.connect() as connection:
            return connection.execute(select(_USERS.c.name).where(_USERS.c.name == name)).first() is not None

    def add_key(self, name: str) -> str:
        """A new API key under a name; it is shown this once.

        Raises:
            AccessError: the name does not do or is taken.
        """
        name = _checked(name)
        key = KEY_PREFIX + secrets.token_urlsafe(32)
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_KEYS).values(name=name, digest=_digest(key), added=_today()))
        except IntegrityError:
            raise AccessError(
                f"there is a key called {name} already", hint="Remove it first, or take another name."
            ) from None
        return key

    def key_name(self, key: str) -> str | None:
        """The name of the key, None when it is not one of ours.

        Keys have 256 random bits, so a plain hash keeps them; comparing hashes tells nothing about the key.
        """
        if not key.startswith(KEY_PREFIX):
            return None
        with self._engine.connect() as connection:
            row = connection.execute(select(_KEYS.c.name).where(_KEYS.c.digest == _digest(key))).first()
        return row.name if row else None

    def users(self) -> tuple[Holder, ...]:
        """All users by name."""
        return self._all(_USERS)

    def keys(self) -> tuple[Holder, ...]:
        """All keys by name."""
        return self._all(_KEYS)

    def remove_user(self, name: str) -> None:
        """Remove a user; raises AccessError when there is none."""
        self._remove(_USERS, name, "user")

    def remove_key(self, name: str) -> None:
        """Remove a key; raises AccessError when there is none."""
        self._remove(_KEYS, name, "key")

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    def _all(self, table: Table) -> tuple[Holder, ...]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(table.c.name, table.c.added).order_by(table.c.name))
            return tuple(Holder(row.name, row.added) for row in rows)

    def _remove(self, table: Table, name: str, what: str) -> None:
        with self._engine.begin() as connection:
            if connection.execute(delete(table).where(table.c.name == name.strip().lower())).rowcount == 0:
                raise AccessError(f"there is no {what} called {name}")


def _checked(name: str) -> str:
    lowered = name.strip().lower()
    if not _NAME.fullmatch(lowered):
        raise AccessError(
            f"{name!r} does not do as a name",
            hint="Letters, digits and . _ @ - only, at most 60 signs, for example front-desk.",
        )
    return lowered


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
