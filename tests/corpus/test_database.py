"""Databases by URL: SQLite files, a real PostgreSQL, and errors that never show a password."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from corpus.database import open_database, sqlite_url
from corpus.errors import DatabaseError


def test_a_sqlite_file_is_made_with_its_folder_and_lets_readers_go_on(tmp_path: Path) -> None:
    engine = open_database(sqlite_url(tmp_path / "new" / "codecite.db"))
    with engine.begin() as writer:
        writer.execute(text("CREATE TABLE held (n INTEGER)"))
    with engine.begin() as writer, engine.connect() as reader:
        writer.execute(text("INSERT INTO held VALUES (1)"))
        assert reader.execute(text("SELECT count(*) FROM held")).scalar_one() == 0
    with engine.connect() as reader:
        assert reader.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
    engine.dispose()


def test_postgresql_is_spoken_to_by_its_usual_url(postgres: str) -> None:
    engine = open_database(postgres)
    with engine.connect() as connection:
        assert "PostgreSQL" in connection.execute(text("SELECT version()")).scalar_one()
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    ["no url at all", "postgresql://ann:s3cretword@127.0.0.1:1/nobody", "sqlite:////proc/none/at/all.db"],
    ids=["not a URL", "nobody answers", "no such folder"],
)
def test_a_database_that_cannot_be_opened_says_what_to_set_and_shows_no_password(url: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        open_database(url)
    assert "CODECITE_DATABASE" in caught.value.hint
    assert "s3cretword" not in str(caught.value)
    assert caught.value.__cause__ is None
