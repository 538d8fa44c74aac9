"""What can be asked the questions: codecite, and what people would use instead, on the same passages.

A system turns a question into a `Reply` that holds an `Answer`, so that the same scorers judge all of them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from bot.answer import Answer
from eval.errors import UnknownSystemError
from eval.questions import Question

if TYPE_CHECKING:
    from bot.settings import Settings

NAMES = {
    "codecite": "the engine as shipped",
    "bm25": "words only (BM25), first passages quoted",
    "dense": "vectors only (all-MiniLM-L6-v2), first passages quoted",
    "hybrid": "our search, words and vectors, first passages quoted",
    "tutorial": "LangChain splitter, Chroma and MiniLM through PyTorch, first passages quoted",
    "tutorial:MODEL": "the same with a chat model that reads the passages",
    "llm:MODEL": "a chat model alone, without passages",
}
"""Systems by name; MODEL is a name that LangChain's init_chat_model knows, such as openai:gpt-5."""

BASELINES = ("bm25", "dense", "hybrid", "tutorial")


@dataclass(frozen=True, slots=True)
class Reply:
    """An Answer, the passages behind it best first (id and score), and the milliseconds of the last turn."""

    answer: Answer
    ranked: tuple[tuple[str, float], ...] = field(default=())
    milliseconds: float = 0.0


class System(Protocol):
    """Something that answers questions. `version` changes whenever its answers could."""

    @property
    def name(self) -> str:
        """Name in reports."""

    @property
    def version(self) -> str:
        """Hash of all that decides an answer."""

    def ask(self, question: Question, day: dt.date) -> Reply:
        """The reply to the last turn; `day` is the date of service of questions that give none."""

    def close(self) -> None:
        """Release what was opened."""


def open_system(name: str, settings: Settings) -> System:
    """The system called `name`, ready to be asked; builds what it needs.

    Raises:
        UnknownSystemError: there is no such system.
        MissingPartError: its libraries are not installed.
    """
    kind, _, model = name.partition(":")
    if name == "codecite":
        from eval.systems.engine import Engine

        return Engine(settings)
    if name in ("bm25", "dense", "hybrid"):
        from eval.systems.passages import Passages

        return Passages(name, settings)
    if name == "tutorial" or (kind == "tutorial" and model):
        from eval.systems.tutorial import Tutorial

        return Tutorial(settings, chat_model(model, settings) if model else None, name)
    if kind == "llm" and model:
        from eval.systems.chat import ModelAlone

        return ModelAlone(settings, chat_model(model, settings), name)
    from bot.commands.common import nearest

    raise UnknownSystemError(name, nearest(name, NAMES, cutoff=50))


def chat_model(name: str, settings: Settings) -> object:
    """The chat model called `name`, with the server, key and time limit of the settings (`bot.llm` opens it).

    Raises:
        CodeciteError: it cannot be opened; the hint says what is missing.
    """
    from bot.llm import configured

    model = configured(settings.model_copy(update={"llm": name}))
    assert model is not None, "a name is configured"
    return model
