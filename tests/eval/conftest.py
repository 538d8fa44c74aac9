"""Fixtures that tests of the evaluation share: the engine as it is shipped."""

from __future__ import annotations

import pytest

from bot.engine import Bot
from bot.settings import Settings
from index.search import Index
from tests.eval.answers import knowledge


@pytest.fixture(scope="session")
def bot(built_index: Index) -> Bot:
    """The engine on the shipped knowledge; tests use conversations of their own."""
    return Bot(Settings(), knowledge(), built_index)
