"""A claim from a window to the rules of `codecite check`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from bot.channels.slack.windows import ClaimForm
from bot.commands.claims import parse_lines, parse_minutes, parse_performer
from bot.commands.common import parse_date, parse_payer
from bot.errors import CodeciteError, UsageError
from bot.rules.check import check
from bot.rules.claim import Claim, Report, with_details
from corpus.knowledge import Knowledge

Part = TypeVar("Part")


class ClaimProblem(UsageError):
    """A field of the claim window cannot be read; `field` is its name."""

    def __init__(self, field: str, error: CodeciteError) -> None:
        super().__init__(str(error), hint=error.hint)
        self.field = field


def checked(knowledge: Knowledge, form: ClaimForm) -> Report:
    """What every rule says about the claim; raises ClaimProblem for a field that cannot be read."""
    words = form.lines.replace(",", " ").split()
    bare = _read("lines", lambda: parse_lines(words))
    minutes = _read("minutes", lambda: parse_minutes(form.minutes.replace(",", " ").split()))
    day = _read("day", lambda: parse_date(form.day or None, "The date")) or date.today()
    payer = _read("payer", lambda: parse_payer(form.payer or None, knowledge))
    performer = _read("performer", lambda: parse_performer(form.performer or None, knowledge))
    lines = with_details(bare, minutes, (), form.pos or None)
    return check(knowledge, Claim(lines, day, payer, performer, received=date.today()))


def _read(field: str, read: Callable[[], Part]) -> Part:
    try:
        return read()
    except CodeciteError as error:
        raise ClaimProblem(field, error) from error
