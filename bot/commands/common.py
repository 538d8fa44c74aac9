"""What several commands share: reading options, opening the knowledge and the bot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from bot.engine import Bot
    from bot.settings import Settings
    from corpus.knowledge import Knowledge
    from index.layout import Progress

DateOption = Annotated[
    str | None,
    typer.Option("--date", "-d", metavar="DATE", help="Date of service, for example 2026-03-02. Default: today."),
]
PayerOption = Annotated[
    str | None, typer.Option("--payer", "-p", metavar="PAYER", help="Payer, for example medicare or aetna.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]

_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_US_FORMS = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y", "%Y%m%d")
ANY_PAYER = "any"
EARLIEST = date(1990, 1, 1)


def parse_date(text: str | None, option: str = "--date") -> date | None:
    """The date of service that `text` names, None when it is None.

    Understood are ISO (2026-03-02, 20260302), US order (3/2/2026, 03-02-26, Mar 2, 2026) and today or yesterday.

    Raises:
        UsageError: it is no date, or no day of any claim that could still be billed (before 1990 or after 2099).
    """
    from bot.errors import UsageError

    if text is None:
        return None
    found = _date(" ".join(text.replace(",", " ").split()))
    if found is None:
        raise UsageError(
            f"{option} {text!r} is not a date", hint="Write it as 2026-03-02 or 3/2/2026 (month, day, year)."
        )
    if not EARLIEST <= found < date(2100, 1, 1):
        raise UsageError(f"{option} {text!r} is not a plausible date of service", hint="Check the year.")
    return found


def _date(text: str) -> date | None:
    from datetime import timedelta

    relative = {"today": 0, "yesterday": 1}
    if text.lower() in relative:
        return date.today() - timedelta(days=relative[text.lower()])
    forms = ("%Y-%m-%d",) if _ISO.fullmatch(text) else _US_FORMS
    for form in forms:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


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

    return Knowledge(load().corpus)


def parse_payer(text: str | None, held: Knowledge) -> str | None:
    """The payer's short name for what a user typed (`Blue Cross`, `medi-cal`, `uhc`), None when it is None.

    Raises:
        OptionError: no payer is called so; suggests the nearest names.
    """
    from bot.errors import OptionError

    if text is None:
        return None
    asked = " ".join(text.lower().split())
    names = {row.phrase: row.value for row in held.phrases if row.slot == "payer"}
    names |= {value: value for value in names.values()}
    if asked in names:
        return names[asked]
    slugs = {row.payer for row in held.statements} - {ANY_PAYER}
    if asked.replace(" ", "-") in slugs:
        return asked.replace(" ", "-")
    hint = "Leave the option out when the payer is not known: the answer then says what depends on it."
    raise OptionError("--payer", text, nearest=nearest(asked, sorted({*names, *slugs})), hint=hint)


def nearest(word: str, known: Iterable[str], limit: int = 3, cutoff: float = 70) -> tuple[str, ...]:
    """The known words most like `word`, best first."""
    from rapidfuzz import fuzz, process

    found = process.extract(word, tuple(known), scorer=fuzz.ratio, limit=limit, score_cutoff=cutoff)
    return tuple(choice for choice, _, _ in found)


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
