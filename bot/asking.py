"""What every channel needs of the engine: ask, and forget.

Channels and batches take anything that keeps this promise, so that they load without the engine and its libraries.
"""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from bot.answer import Answer


class Asks(Protocol):
    """Answers messages; turns with the same conversation id share their facts. Safe to call from several threads."""

    def ask(
        self,
        message: str,
        conversation: str | None = None,
        *,
        date: dt.date | None = None,
        payer: str | None = None,
        item_id: str | None = None,
    ) -> Answer:
        """The verified Answer to `message`; `bot.engine.Bot.ask` tells what the arguments mean."""
        ...

    def forget(self, conversation: str) -> None:
        """Drop what a conversation said so far."""
        ...
