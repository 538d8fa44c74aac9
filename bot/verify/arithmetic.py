"""Doing a computation's arithmetic again, in decimals.

Read are equations (`2 x 51.72 = 103.44`, `(0.72 x 1.01 + 0.4) x 33.4009 = 37.65`), comparison chains
(`38 <= 40 <= 52`) and differences of clock times (`14:58 - 14:05 = 53 minutes`). A result may be rounded half up to
the decimals that it shows; `rounded down` or `whole` beside it allows rounding down, `rounded up` up.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation
from functools import lru_cache

from bot.verify.tokens import number, plain

_UNIT_WORDS = re.compile(
    r"\b(?:minutes?|mins?|hours?|hrs?|units?|days?|months?|sessions?|rvus?|dollars?|people)\b", re.I
)
_CLOCK = re.compile(r"\b(\d{1,2}):(\d{2})\s*(am|pm)?\b", re.I)
_SYMBOL = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.?\d+|[-+*/()]")
_SIDE = r"[-+*/().,\d\s]*\d[-+*/().,\d\s]*"
_RELATION = re.compile(rf"(?=(?P<left>{_SIDE})(?P<sign><=|>=|=|<|>)(?P<right>{_SIDE})(?P<after>[^=<>;]*))")
_CODE_LIKE = re.compile(r"(?<![\d.,])\d{5}(?![\d.,])")
_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


@lru_cache(maxsize=2048)
def wrong_steps(quote: str) -> tuple[str, ...]:
    """The equations and comparisons of `quote` that do not hold; empty when all hold or none can be read."""
    text = _normal(quote)
    wrong = []
    seen_end = -1
    for match in _RELATION.finditer(text):
        # The look-ahead finds each relation from every start; the longest left side comes first.
        if match.start("sign") == seen_end:
            continue
        seen_end = match.start("sign")
        left, right = match["left"].strip(" ,"), match["right"].strip(" ,.")
        if _CODE_LIKE.search(left) or _CODE_LIKE.search(right):
            continue
        # `30 minutes = 1 unit` converts, it does not calculate.
        if match["sign"] == "=" and not re.search(r"[-+*/]", left + right):
            continue
        if not _holds(left, match["sign"], right, match["after"]):
            wrong.append(f"{left} {match['sign']} {right}")
    return tuple(wrong)


def _normal(quote: str) -> str:
    text = plain(quote.replace("×", " x ").replace("÷", "/").replace("≤", "<=").replace("≥", ">=").replace("*", " x "))
    text = _CLOCK.sub(_clock_minutes, text)
    text = _UNIT_WORDS.sub(" ", text.replace("$", ""))
    text = re.sub(r"(?<=[\d)])\s*x\s*(?=[\d(.])", "*", text)
    # Without spaces it is a range of minutes, not a difference.
    text = re.sub(r"(?<=\d)-(?=\d)", "~", text)
    return re.sub(r"==+", "=", text)


def _clock_minutes(match: re.Match[str]) -> str:
    hour, minute, half = int(match[1]), int(match[2]), (match[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return str(60 * hour + minute)


def _holds(left: str, sign: str, right: str, after: str) -> bool:
    try:
        first, second = _value(left), _value(right)
    except (_UnreadableError, DivisionByZero, InvalidOperation):
        return True
    if sign != "=":
        return _COMPARE[sign](first, second)
    shown = _places(right)
    roundings = [ROUND_HALF_UP]
    if re.search(r"\b(?:rounded down|whole|full|complete)\b", after, re.I):
        roundings.append(ROUND_FLOOR)
    if re.search(r"\brounded up\b", after, re.I):
        roundings.append(ROUND_CEILING)
    return first == second or any(
        first.quantize(Decimal(1).scaleb(-shown), rounding=way) == second for way in roundings
    )


def _places(side: str) -> int:
    last = re.findall(r"\d*\.?\d+", side)[-1]
    return len(last.partition(".")[2])


class _UnreadableError(ValueError):
    """The side of a relation is prose with figures, not an expression."""


def _value(side: str) -> Decimal:
    symbols = _SYMBOL.findall(side)
    if "".join(symbols) != re.sub(r"\s+", "", side):
        raise _UnreadableError(side)
    value, rest = _sum(symbols)
    if rest:
        raise _UnreadableError(side)
    return value


def _sum(symbols: list[str]) -> tuple[Decimal, list[str]]:
    value, rest = _product(symbols)
    while rest and rest[0] in "+-":
        sign, (term, rest) = rest[0], _product(rest[1:])
        value = value + term if sign == "+" else value - term
    return value, rest


def _product(symbols: list[str]) -> tuple[Decimal, list[str]]:
    value, rest = _atom(symbols)
    while rest and rest[0] in "*/":
        sign, (factor, rest) = rest[0], _atom(rest[1:])
        value = value * factor if sign == "*" else value / factor
    return value, rest


def _atom(symbols: list[str]) -> tuple[Decimal, list[str]]:
    if not symbols:
        raise _UnreadableError("nothing after an operator")
    head, rest = symbols[0], symbols[1:]
    if head == "(":
        value, rest = _sum(rest)
        if not rest or rest[0] != ")":
            raise _UnreadableError("a bracket is not closed")
        return value, rest[1:]
    if head == "-":
        value, rest = _atom(rest)
        return -value, rest
    if head in "+*/)":
        raise _UnreadableError(head)
    return number(head), rest
