"""What several commands share: reading options, opening the knowledge and the bot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.inputs import nearest, parse_date, parse_payer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from bot.engine import Bot
    from bot.settings import Settings
    from corpus.knowledge import Knowledge
    from index.layout import Progress

__all__ = [
    "DateOption",
    "JsonOption",
    "PayerOption",
    "building",
    "ensure_index",
    "knowledge",
    "nearest",
    "open_bot",
    "parse_date",
    "parse_payer",
    "settings",
    "stderr",
]

DateOption = Annotated[
    str | None,
    typer.Option("--date", "-d", metavar="DATE", help="Date of service, for example 2026-03-02. Default: today."),
]
PayerOption = Annotated[
    str | None, typer.Option("--payer", "-p", metavar="PAYER", help="Payer, for example medicare or aetna.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def settings() -> Settings:
    """The settings in force, with logging set up accordingly."""
    from bot import logs
    from bot.settings import load

    held = load()
    logs.configure(held.log_level)
    return held


def knowledge() -> Knowledge:
    """The knowledge in force, read lazily."""
    from bot.settings import load
    from corpus.knowledge import Knowledge

    held = load()
    return Knowledge(held.corpus, held.official_url)


def stderr() -> Console:
    """A console for progress and remarks: standard output stays clean for results."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


@contextmanager
def building() -> Iterator[Progress]:
    """Progress of an index build on standard error: a bar on a terminal, else one line a step; nothing when no build.

    Imports are delayed to the first report, because most runs find the index in place.
    """
    shown = _Building()
    try:
        yield shown
    finally:
        shown.close()


class _Building:
    """Shows what `index.layout.Progress` is told."""

    def __init__(self) -> None:
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None
        self._step = ""

    def __call__(self, step: str, done: int, total: int) -> None:
        from rich.progress import (
            BarColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        console = stderr()
        if not console.is_terminal:
            if step != self._step:
                console.print(f"{step} ...")
            self._step = step
            return
        if self._bar is None:
            self._bar = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                TimeElapsedColumn(),
                TextColumn("left"),
                TimeRemainingColumn(),
                console=console,
                transient=True,
            )
            self._bar.start()
        if step != self._step or self._task is None:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(step, total=total or None)
            self._step = step
        self._bar.update(self._task, completed=done, total=total or None)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()


def open_bot(held: Settings, *, keep: bool = False) -> Bot:
    """A ready bot; the index is built first, with progress, when there is none that fits.

    With `keep`, conversations are kept in the database; close the bot then.
    """
    from bot.engine import Bot

    with building() as progress:
        return Bot.open(held, progress=progress, keep=keep)


def ensure_index(held: Settings) -> None:
    """Build the index, with progress, when there is none that fits the knowledge."""
    from corpus.knowledge import Knowledge
    from index.search import ensure_index as ensure

    with building() as progress:
        ensure(Knowledge(held.corpus), held.index_folder, progress)
