"""Search alone, on our index: by words, by vectors, or both; the first passages are the answer."""

from __future__ import annotations

import datetime as dt
import time
from functools import cached_property

from bot.settings import Settings
from eval.questions import Question
from eval.systems import Reply
from eval.systems.engine import source_version
from eval.systems.shape import LISTED, SHOWN, query, quoted
from index.search import Index, Mode

_MODES: dict[str, Mode] = {"bm25": "lexical", "dense": "dense", "hybrid": "hybrid"}


class Passages:
    """`bm25`, `dense` or `hybrid`: no filters, no rules."""

    def __init__(self, name: str, settings: Settings, index: Index | None = None) -> None:
        self.name = name
        self._settings = settings
        self._given = index

    @cached_property
    def _index(self) -> Index:
        if self._given is not None:
            return self._given
        from bot.commands.common import building
        from corpus.knowledge import Knowledge
        from index.search import ensure_index

        with building() as progress:
            return ensure_index(Knowledge(self._settings.corpus), self._settings.index_folder, progress)

    @cached_property
    def version(self) -> str:
        """The program, the index and how many passages are shown."""
        return f"{source_version()}-{self._index.manifest.identity}-{self.name}-{SHOWN}"

    def ask(self, question: Question, day: dt.date) -> Reply:
        """The first passages found for all turns together."""
        index = self._index
        started = time.perf_counter()
        hits = index.search(query(question), k=LISTED, mode=_MODES[self.name])
        answer = quoted(question, day, [hit.passage for hit in hits[:SHOWN]])
        spent = (time.perf_counter() - started) * 1000
        return Reply(answer, tuple((hit.passage.id, hit.score) for hit in hits), spent)

    def close(self) -> None:
        """Nothing is held open."""
