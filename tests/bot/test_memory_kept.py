"""Conversations that outlast the process: in a SQLite file, in PostgreSQL; and forgetting that leaves no trace."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.engine import Bot
from bot.memory import Conversations
from bot.settings import Settings
from corpus.database import sqlite_url
from corpus.errors import DatabaseError
from corpus.knowledge import Knowledge
from index.search import Index
from tests.bot.conftest import DAY

Open = Callable[..., Conversations]


@pytest.fixture(params=["sqlite", "postgres"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same database again and again, as one process after the other does."""
    url = sqlite_url(tmp_path / "codecite.db")
    if request.param == "postgres":
        url = request.getfixturevalue("postgres")
    opened: list[Conversations] = []

    def open_it(days: int = 30) -> Conversations:
        opened.append(Conversations.open(url, days=days))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def make_bot(open_store: Open, built_index: Index) -> Callable[[], Bot]:
    knowledge = Knowledge()
    return lambda: Bot(Settings(), knowledge, built_index, open_store())


def test_facts_and_the_last_answer_outlast_the_process(make_bot: Callable[[], Bot]) -> None:
    talk = uuid.uuid4().hex
    first = make_bot()
    told = first.ask("individual therapy for 40 minutes, Aetna", talk, date=DAY)
    first.close()
    second = make_bot()
    again = second.ask("are you sure?", talk, date=DAY)
    assert again.sentences[1:] == told.sentences
    later = second.ask("what about 60 minutes?", talk, date=DAY)
    assert [row.code for row in later.codes if row.role == "recommended"] == ["90837"]
    assert later.facts["payer"] == "aetna"


def test_a_conversation_is_forgotten_for_every_process(make_bot: Callable[[], Bot]) -> None:
    talk = uuid.uuid4().hex
    first, second = make_bot(), make_bot()
    first.ask("individual therapy for 40 minutes, Aetna", talk, date=DAY)
    assert second.conversations.forget(talk) == 1
    assert second.conversations.forget(talk) == 0
    assert "payer" not in first.ask("what about 60 minutes?", talk, date=DAY).facts


def test_what_nobody_used_for_the_days_kept_is_forgotten_on_opening(
    make_bot: Callable[[], Bot], open_store: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, old, new = make_bot(), uuid.uuid4().hex, uuid.uuid4().hex

    class Past(dt.date):
        @classmethod
        def today(cls) -> Past:
            return cls(2026, 1, 1)

    with monkeypatch.context() as patch:
        patch.setattr("bot.memory.dt.date", Past)
        bot.ask("individual therapy for 40 minutes, Aetna", old, date=DAY)
    bot.ask("individual therapy for 40 minutes, Cigna", new, date=DAY)
    open_store(days=30)
    assert "payer" not in bot.ask("what about 60 minutes?", old, date=DAY).facts
    assert bot.ask("what about 60 minutes?", new, date=DAY).facts["payer"] == "cigna"


def test_only_the_newest_state_of_a_conversation_is_kept(make_bot: Callable[[], Bot]) -> None:
    bot, talk = make_bot(), uuid.uuid4().hex
    for minutes in (20, 40, 60):
        bot.ask(f"individual therapy for {minutes} minutes", talk, date=DAY)
    config = {"configurable": {"thread_id": talk}}
    assert len(list(bot.conversations.saver.list(config))) == 1  # type: ignore[arg-type] # a plain dict will do


def test_forgetting_leaves_no_trace_in_the_file(tmp_path: Path, built_index: Index) -> None:
    path = tmp_path / "codecite.db"
    with Conversations.open(sqlite_url(path), days=30) as store:
        bot = Bot(Settings(), Knowledge(), built_index, store)
        bot.ask("individual therapy for 40 minutes, Aetna, in Montana", "talk-to-forget", date=DAY)

        def on_disk() -> bytes:
            return b"".join(file.read_bytes() for file in tmp_path.iterdir())

        assert b"talk-to-forget" in on_disk()
        store.forget("talk-to-forget")
        assert b"talk-to-forget" not in on_disk()
        assert b"aetna" not in on_disk()


def test_what_is_kept_holds_no_word_of_the_message(tmp_path: Path, built_index: Index) -> None:
    with Conversations.open(sqlite_url(tmp_path / "codecite.db"), days=30) as store:
        bot = Bot(Settings(), Knowledge(), built_index, store)
        bot.ask("Dear xylocarp, 45 minutes of therapy with quibblefrost, call 555-867-5309", "one", date=DAY)
        held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"psychotherapy" in held
    assert not [word for word in (b"xylocarp", b"quibblefrost", b"Dear", b"867-5309") if word in held]


@pytest.mark.parametrize("url", ["postgresql://ann:s3cretword@127.0.0.1:1/none", "sqlite:////proc/none/codecite.db"])
def test_a_store_that_cannot_be_opened_says_what_to_set(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.memory.OPENING", 0.3)
    with pytest.raises(DatabaseError) as caught:
        Conversations.open(url, days=30)
    assert "CODECITE_DATABASE" in caught.value.hint
    assert "s3cretword" not in str(caught.value)
