"""Limits told the wrong way round: `at most 30` where the evidence says `at least 30`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from bot.verify.tokens import number, plain

Side = Literal["least", "most"]

_NUMBER = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_NOUN = r"(?:[\s-]*(?:minute|min|hour|day|week|month|year|unit|time|session|visit|patient)s?|\s+people|%)?"
_LEAST = r"(?:at least|no (?:less|fewer) than|not less than|(?:a )?minimum(?: of)?)"
_MOST = r"(?:at most|no more than|not more than|up to|(?:a )?maximum(?: of)?|limit(?:ed)? (?:of|to))"
_BEFORE = {
    "least": re.compile(rf"\b{_LEAST}\s+{_NUMBER}", re.I),
    "most": re.compile(rf"\b{_MOST}\s+{_NUMBER}", re.I),
}
_AFTER = {
    "least": re.compile(
        rf"(?<![\w.]){_NUMBER}{_NOUN}\s+(?:or (?:more|longer|over)|and (?:up|over|more)|minimum)\b", re.I
    ),
    "most": re.compile(rf"(?<![\w.]){_NUMBER}{_NOUN}\s+(?:or (?:less|fewer|shorter)|maximum)\b", re.I),
}
_COLUMNS: dict[Side, re.Pattern[str]] = {
    "least": re.compile(rf"\b(?:min[ _]minutes|min[ _]participants): {_NUMBER}", re.I),
    "most": re.compile(rf"\b(?:max[ _]minutes|mue): {_NUMBER}", re.I),
}
_SIDES: tuple[Side, Side] = ("least", "most")


@lru_cache(maxsize=4096)
def limits(text: str) -> frozenset[tuple[Decimal, Side]]:
    """The limits that `text` states: a value with the side that it bounds."""
    return frozenset(_limits(plain(text)))


def _limits(text: str) -> Iterator[tuple[Decimal, Side]]:
    for side in _SIDES:
        for pattern in (_BEFORE[side], _AFTER[side], _COLUMNS[side]):
            for match in pattern.finditer(text):
                yield number(match[1]), side


def turned_round(text: str, quotes: tuple[str, ...]) -> list[str]:
    """Limits of `text` that the quotes which hold the value state only the other way round."""
    told = limits(text)
    if not told:
        return []
    stated: set[tuple[Decimal, Side]] = set()
    for quote in quotes:
        stated |= limits(quote)
    wrong = []
    for value, side in sorted(told):
        other: Side = "most" if side == "least" else "least"
        if (value, other) in stated and (value, side) not in stated and not _bare(value, quotes):
            wrong.append(f"at {side} {value:f}")
    return wrong


def _bare(value: Decimal, quotes: tuple[str, ...]) -> bool:
    """Whether some quote holds the value without stating a limit for it."""
    held = (
        number(match[0]) == value and not any((value, side) in limits(quote) for side in _SIDES)
        for quote in quotes
        for match in re.finditer(_NUMBER, plain(quote))
    )
    return any(held)
