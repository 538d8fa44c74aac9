"""One turn of a chat channel: from what a person wrote to what the channel shows. Pure of any chat system."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from bot.answer import Answer
from bot.asking import Asks
from bot.channels.shared.ledger import key_of
from bot.logs import get_logger

LONGEST = 4000
"""Characters of the longest message that is taken: about two pages, more is not one question."""

BUSY = "Many questions are waiting here. Please send this one again in a minute."
LOST = "I was interrupted before I could answer your last question here. Please send it again."


def conversation_id(kind: str, *parts: str) -> str:
    """The engine's name for a conversation: a hash, so that no identifier of the chat system reaches it or a log."""
    return f"{kind}-{key_of(kind, *parts)[:32]}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What to show: an answer, or a note of ours in its place; `private` is for the asker's eyes only."""

    answer: Answer | None = None
    note: str = ""
    private: str = ""


@dataclass(frozen=True)
class Desk:
    """Takes messages to the engine. Blocks while the engine works; safe to call from several threads."""

    bot: Asks
    kind: str
    payer: str | None = None
    log: Any = field(default_factory=lambda: get_logger("desk"))

    def reply(self, text: str, conversation: str, *, first: bool) -> Reply:
        """The reply to one message; failures of the engine become a note with a number, never exception text.

        Args:
            text: what the person wrote, as plain words.
            conversation: as `conversation_id` made it; facts carry over within it.
            first: whether it begins the conversation; the usual payer is assumed from then on.
        """
        if len(text) > LONGEST:
            return Reply(note=f"That message has {len(text):,} characters; please ask in at most {LONGEST:,}.")
        try:
            answer = self.bot.ask(text, conversation, payer=self.payer if first else None)
        except Exception as error:  # The engine's failures must never reach the reader as exception text.
            number = secrets.token_hex(4)
            self.log.error("turn failed", answer_id=number, error_type=type(error).__name__, channel=self.kind)
            return Reply(
                note="Sorry, this question could not be answered just now. Please try again. If it happens again, "
                f"give this number to whoever runs codecite: {number}"
            )
        found = next((row.text for row in answer.warnings if row.kind == "phi"), "")
        return Reply(answer, private=found)
