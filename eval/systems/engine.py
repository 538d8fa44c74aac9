"""codecite itself."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from functools import cached_property
from pathlib import Path
from uuid import uuid4

import bot
import corpus
import index
from bot.answer import Answer
from bot.asking import Asks
from bot.settings import Settings
from eval.questions import Question
from eval.systems import Reply


def source_version() -> str:
    """Hash of the program: every Python file that takes part in an answer."""
    digest = hashlib.sha256()
    for package in (bot, corpus, index):
        root = Path(next(iter(package.__path__)))
        for path in sorted(root.rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


class Engine:
    """The engine as a channel asks it; turns of one question share a conversation, questions share nothing."""

    name = "codecite"

    def __init__(self, settings: Settings, bot: Asks | None = None, version: str = "") -> None:
        self._settings = settings
        self._given = bot
        self._version = version

    @cached_property
    def _bot(self) -> Asks:
        if self._given is not None:
            return self._given
        from bot.commands.common import open_bot

        return open_bot(self._settings)

    @cached_property
    def version(self) -> str:
        """The program, the knowledge, the encoder and the chat model, if one helps."""
        from corpus.knowledge import Knowledge
        from index.encoder import encoder_name

        parts = (source_version(), Knowledge(self._settings.corpus).version, encoder_name()[-12:], self._settings.llm)
        return self._version or "-".join(part for part in parts if part)

    def ask(self, question: Question, day: dt.date) -> Reply:
        """The Answer to the last turn, with its citations as the passages behind it."""
        conversation = f"eval-{uuid4().hex}"
        bot, started = self._bot, 0.0
        answer: Answer | None = None
        try:
            for turn in question.turns:
                started = time.perf_counter()
                answer = bot.ask(
                    turn, conversation, date=question.dos or day, payer=question.payer, item_id=question.id
                )
        finally:
            bot.forget(conversation)
        assert answer is not None, "a question has at least one turn"
        spent = (time.perf_counter() - started) * 1000
        cited = dict.fromkeys(as_passage(row.kind, row.ref) for row in answer.citations)
        ranked = tuple((ref, 1.0 / place) for place, ref in enumerate(cited, start=1))
        return Reply(answer, ranked, spent)

    def close(self) -> None:
        """Nothing is held open."""


_PASSAGE_KINDS = {
    "codes": "code",
    "modifiers": "modifier",
    "places": "place",
    "payers": "payer",
    "denials": "denial",
    "taxonomies": "taxonomy",
    "code_history": "history",
}


def as_passage(kind: str, ref: str) -> str:
    """The passage id that a citation's or an annotation's reference means (`codes:90834` is `code:90834`)."""
    table, colon, key = ref.partition(":")
    if kind == "statement" or not colon:
        return ref if ref.startswith("statement:") else f"statement:{ref}"
    return f"{_PASSAGE_KINDS[table]}:{key}" if table in _PASSAGE_KINDS else ref
