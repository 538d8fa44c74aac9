"""Fixtures that tests of the engine share: one Bot on the shipped knowledge, and its Knowledge."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from bot.answer import Answer
from bot.engine import Bot
from bot.settings import Settings
from corpus.knowledge import SHIPPED, Knowledge
from index.search import Index

DAY = dt.date(2026, 3, 2)
"""The date of service of questions that state none."""


@pytest.fixture(scope="session")
def bot(built_index: Index) -> Bot:
    """The engine as it is shipped. Tests that share it use conversations of their own."""
    return Bot(Settings(), Knowledge(SHIPPED), built_index)


class Talk:
    """One conversation with the bot, on one date unless another is given."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.id = uuid.uuid4().hex

    def __call__(self, *messages: str, date: dt.date | None = DAY, payer: str | None = None) -> Answer:
        """The answer to the last of `messages`, said one after the other."""
        for message in messages:
            answer = self.bot.ask(message, self.id, date=date, payer=payer)
        return answer


@pytest.fixture
def talk(bot: Bot) -> Talk:
    """A new conversation."""
    return Talk(bot)
