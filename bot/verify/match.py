"""Comparing the tokens of a sentence with what its evidences support."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from bot.verify.problem import Problem, ProblemKind
from bot.verify.support import Support
from bot.verify.tokens import Token, plain
from corpus.knowledge import Knowledge

_KINDS: dict[str, ProblemKind] = {
    "code": "code",
    "code_range": "range",
    "code_units": "units",
    "modifier": "modifier",
    "place": "place",
    "date": "date",
    "month": "date",
    "day": "date",
    "year": "date",
    "money": "number",
    "percent": "number",
    "number": "number",
    "range": "range",
    "name": "name",
}
_ONE = re.compile(r"\b(?:a|an|one|single|each|per|once|every|individual)\b", re.I)
_NEAR = {"minute", "hour", "day", "week", "month", "year", "unit", "money", "percent"}


def unsupported(
    text: str, found: Sequence[Token], supports: Sequence[Support], knowledge: Knowledge, on: date
) -> list[Problem]:
    """The tokens of `text` that none of `supports` holds. The date of service `on` needs no evidence."""
    return [
        Problem(_KINDS[token.kind], token.text, text)
        for token in found
        if not any(supported(token, support, knowledge, on) for support in supports)
        and not _together(token, supports, knowledge)
    ]


def mispaired(text: str, found: Sequence[Token], supports: Sequence[Support], knowledge: Knowledge) -> list[Problem]:
    """Figures of a sentence about one code that only evidence about other codes holds.

    Computations and evidence that names no code may tell the figures of any code.
    """
    named = {str(token.value) for token in found if token.kind == "code"}
    if len(named) != 1:
        return []
    (code,) = named
    foreign = [support for support in supports if support.codes and not _speaks_of(code, support, knowledge)]
    others = [support for support in supports if support not in foreign]
    if not foreign or not others:
        return []
    return [
        Problem("pairing", token.text, text)
        for token in found
        if token.kind in ("number", "range", "money", "percent")
        and _figure(token, foreign)
        and not _figure(token, others)
    ]


def _speaks_of(code: str, support: Support, knowledge: Knowledge) -> bool:
    return code in support.codes or _in_code_range(code, support.code_ranges, knowledge)


def _figure(token: Token, supports: Sequence[Support]) -> bool:
    for support in supports:
        if token.kind == "range" and token.value in support.ranges:
            return True
        if isinstance(token.value, Decimal) and _number_supported(token, token.value, support):
            return True
    return False


def supported(token: Token, support: Support, knowledge: Knowledge, on: date) -> bool:
    """Whether one support holds the value of one token."""
    match token.kind, token.value:
        case "code", str() as code:
            return bool(support.fixed) or code in support.codes or _in_code_range(code, support.code_ranges, knowledge)
        case "code_range", (str() as first, str() as last):
            return (first, last) in support.code_ranges
        case "code_units", (str() as code, int() as units):
            return (code, units) in support.code_units
        case "modifier", str() as modifier:
            return modifier in support.modifiers or _listed(modifier, support.words, "MODIF")
        case "place", str() as place:
            return place in support.places or _listed(place, support.words, "POS", "PLACES? OF SERVICE")
        case (("date" | "month" | "day" | "year"), _):
            return _time_supported(token, support, on)
        case (("number" | "money" | "percent"), Decimal() as value):
            return _number_supported(token, value, support)
        case "range", (Decimal() as low, Decimal() as high):
            return (low, high) in support.ranges
        case "name", str() as name:
            return name in support.names or _written(name, support.words)
    return False


def _together(token: Token, supports: Sequence[Support], knowledge: Knowledge) -> bool:
    """What several evidences support only together: a range of codes each of which is named, a range of years."""
    match token.kind, token.value:
        case "code_range", (str() as first, str() as last):
            named = {code for support in supports for code in support.codes}
            between = {code for code in knowledge.known_codes if _between(code, first, last)}
            return first < last and bool(between) and between <= named
        case "code_units", (str() as code, int() as units):
            # Told in prose: the code and the number, each with evidence, stand together in one of them.
            return any(code in support.codes and Decimal(units) in support.numbers for support in supports)
        case "range", (Decimal() as low, Decimal() as high):
            years = {year for support in supports for year in support.years}
            return low < high and int(low) in years and int(high) in years
    return False


def _in_code_range(code: str, ranges: Iterable[tuple[str, str]], knowledge: Knowledge) -> bool:
    return any(_between(code, first, last) for first, last in ranges) and code in knowledge.known_codes


def _between(code: str, first: str, last: str) -> bool:
    """Whether `code` lies in a range of codes of one shape."""
    same_shape = _shape(code) == _shape(first) == _shape(last)
    return same_shape and first <= code <= last


def _shape(code: str) -> str:
    return re.sub(r"\d", "0", code)


def _time_supported(token: Token, support: Support, on: date) -> bool:
    match token.kind, token.value:
        case "date", date() as day:
            return day == on or day in support.days
        case "month", month:
            return month in support.months
        case "day", day_of_year:
            return day_of_year in support.month_days or day_of_year == (on.month, on.day)
        case "year", int() as year:
            return year in support.years or Decimal(year).normalize() in support.numbers
    return False


def _number_supported(token: Token, value: Decimal, support: Support) -> bool:
    if value == 1 and token.text.lower().startswith("one") and _ONE.search(support.words):
        return True
    units = support.numbers.get(value)
    if units is None:
        return value == value.to_integral_value() and token.kind == "number" and int(value) in support.years
    if token.kind in ("money", "percent"):
        return token.kind in units or value in support.bare_amounts
    if token.unit not in _NEAR:
        return True
    return token.unit in units or "" in units


def _listed(item: str, words: str, *heads: str) -> bool:
    """Whether a two-character modifier or place stands bare in a text that speaks of modifiers or places."""
    if not any(re.search(rf"\b{head}", words) for head in heads):
        return False
    return bool(
        re.search(rf"(?<![A-Z0-9.$]){re.escape(item)}(?![A-Z0-9%]|\.\d|[\s-]*(?:MIN|UNIT|HOUR|DAY|PERCENT))", words)
    )


def _written(name: str, words: str) -> bool:
    """Whether a name with digits is written in `words`, with hyphen, space or neither (CO-4, CO 4)."""
    pattern = re.escape(plain(name).upper()).replace(r"\-", r"[\s-]?").replace("\\ ", r"[\s-]?")
    return re.search(rf"(?<![A-Z0-9]){pattern}(?![A-Z0-9]|\.\d)", words) is not None
