"""What a sentence asserts that can be checked: codes, numbers, ranges, dates, modifiers, places, names with digits.

`tokens(text)` reads each digit of a text into exactly one token, so that no figure escapes the checker. Values are
normalized: 1,000 and 1000 and `one thousand` are equal, so are `January 1, 2020` and 2020-01-01.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

TokenKind = Literal[
    "code",
    "code_range",
    "code_units",
    "modifier",
    "place",
    "date",
    "month",
    "day",
    "year",
    "money",
    "percent",
    "number",
    "range",
    "name",
]

_MONTH_NAMES = (
    ("January", "Jan"),
    ("February", "Feb"),
    ("March", "Mar"),
    ("April", "Apr"),
    ("May",),
    ("June", "Jun"),
    ("July", "Jul"),
    ("August", "Aug"),
    ("September", "Sept", "Sep"),
    ("October", "Oct"),
    ("November", "Nov"),
    ("December", "Dec"),
)
MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names}
_MONTH = "(?=[A-Z])(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"

_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = (
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
)
WORDS = {word: value for value, word in enumerate(("zero", *_ONES, *_TEENS))}
TENS = {word: 10 * value for value, word in enumerate(_TENS, 2)}
ORDINALS = {word: value for value, word in enumerate(_ORDINALS, 2)}
_SMALL = "|".join([*TENS, *sorted(WORDS, key=len, reverse=True)])
_ORDINAL_WORDS = "|".join(ORDINALS)

_UNITS = {
    "minute": "minute",
    "min": "minute",
    "hour": "hour",
    "hr": "hour",
    "day": "day",
    "week": "week",
    "wk": "week",
    "month": "month",
    "mo": "month",
    "year": "year",
    "yr": "year",
    "unit": "unit",
    "dollar": "money",
}
_UNIT = r"(?:[\s-]*(?P<{0}>minute|min|hour|hr|day|week|wk|month|mo|year|yr|unit|dollar)s?\b\.?)?"
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.?\d+"
_CODE = r"(?:\d{4}[0-9A-Z]|[A-Z]\d{4})"

_CODES = re.compile(
    rf"(?<![A-Za-z0-9.$#])(?:(?P<times>\d{{1,2}})\s*[x×]\s*)?(?P<code>{_CODE})"
    rf"(?:\s*[x×]\s*(?P<units>\d+)\b"
    rf"|\s*(?:-|to|through|thru)\s*(?P<last>{_CODE})(?![A-Za-z0-9])"
    r"|-(?P<modifier>[A-Z0-9]{2})(?![A-Za-z0-9])"
    r"|(?![A-Za-z0-9])(?!\.\d|,\d))"
)
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\d/])")
_MONTH_FIRST = re.compile(
    rf"\b({_MONTH}),?\s+(?:(?:of\s+)?(?P<alone>\d{{4}})\b"
    r"|(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{4})\b|\b(?!,?\s*\d|\s*-\s*\d)))"
)
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+({_MONTH}),?\s+(\d{{4}})\b")
_ISO_MONTH = re.compile(r"(?<![\d-])(20\d\d|19\d\d)-(0[1-9]|1[0-2])(?![\d-])")
_ITEM = r"(?:[A-Z]{2}|\d{2}|[A-Z]\d|\d[A-Z])\b"
_LIST = rf"[\s:]*({_ITEM}(?:(?:\s*(?:,|/|&|\bor\b|\band\b)\s*)+{_ITEM}(?![\s-]*(?:min|unit|hour|day)))*)"
_MODIFIERS = re.compile(rf"\b(?i:modifiers?|mods?)\b(?i:\s*(?:is|are|code|codes))?{_LIST}")
_PLACES = re.compile(rf"\b(?i:POS|places? of service)\b(?i:\s*(?:is|are|code|codes))?{_LIST}")
_MONEY = re.compile(rf"\$\s?({_NUMBER})")
_PERCENT = re.compile(rf"(?<![A-Za-z0-9.])({_NUMBER})\s*(?:%|percent\b|per cent\b)", re.I)
_CATEGORY = re.compile(r"\b(?:Category\s+(I{1,3})|CPT-(I{1,3}))\b")
_COLUMN = re.compile(r"\bcolumn[\s-]?(one|two|1|2)\b", re.I)
_INDICATOR = re.compile(r"\b(?:indicators?|MAI)(?:\s+(?:is|of))?:?\s+(\d)(?![\d.]\d)\b")
_HYPHENED = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2,}-\d+[A-Za-z]?(?![A-Za-z0-9])")
_GLUED = re.compile(
    rf"(?<![A-Za-z0-9.])({_NUMBER})(minutes?|mins?|hours?|hrs?|days?|(?<=\b\d)x|(?<=\b\d\d)x|st|nd|rd|th)\b", re.I
)
_TIMES = re.compile(r"(?<![A-Za-z0-9])x(\d+)\b")
_CALENDAR = re.compile(r"\b(?:CY|FY|PY)\s?((?:19|20)\d\d)\b")
_MIXED = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z0-9.]*\d)(?=[A-Za-z0-9.]*[A-Za-z])[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*")
_CLOCK = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")
_RANGE = re.compile(
    rf"(?<![A-Za-z0-9.])({_NUMBER}){_UNIT.format('u1')}\s*(?:-|to|through|thru|up to)\s*({_NUMBER})(?![A-Za-z0-9]|\.\d)"
    + _UNIT.format("u2"),
    re.I,
)
_BETWEEN = re.compile(
    rf"\bbetween\s+({_NUMBER}){_UNIT.format('u1')}\s+and\s+({_NUMBER})(?![A-Za-z0-9]|\.\d)" + _UNIT.format("u2"), re.I
)
_JOINED = re.compile(r"\d\s*-\s*\d|\b(?:to|thru|through|between)\b", re.I)
_YEAR = re.compile(r"(?<![\dA-Za-z.,$])((?:19|20)\d\d)(?![\dA-Za-z]|[.,]\d|\s*(?:minutes|units|dollars|hours))")
_PLAIN = re.compile(rf"(?<![A-Za-z0-9.])({_NUMBER})(?![A-Za-z0-9])" + _UNIT.format("u1"), re.I)
_LEFTOVER = re.compile(r"\d[\d.,]*")
_WORD_NUMBER = re.compile(
    rf"(?<![A-Za-z-])(?:({_SMALL})(?:[\s-]({'|'.join(_ONES)}))?(?:\s+(hundred|thousand))?|(twice)|({_ORDINAL_WORDS}))"
    r"(?![A-Za-z])" + _UNIT.format("u1"),
    re.I,
)
_IDIOMS = re.compile(
    r"\bone[\s-](?:on|to)[\s-]one\b|\b1:1\b|\bone of\b|\bno one\b|\bone another\b|\bone or more\b|\bthe one\b"
    r"|\bthis one\b|\bthat one\b|\bwhich one\b|\beach one\b|\bthird[\s-]part(?:y|ies)\b|\b24/7\b|\bone at a time\b"
    r"|\bsecond(?:ary|s|ly)\b|\bone with\b|\bone that\b|\bone whose\b|\bone for\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One checkable assertion.

    `value` is comparable between texts, `text` is as written, `unit` is the unit of measure of a number.
    """

    kind: TokenKind
    value: Hashable
    text: str
    unit: str = ""


def number(text: str) -> Decimal:
    """The value of a written number (`1,000`, `.5`, `103.43`), without trailing zeros."""
    value = Decimal(text.replace(",", ""))
    return value.normalize() if value else Decimal(0)


def plain(text: str) -> str:
    """The text without Markdown emphasis, with plain hyphens and spaces; the columns of table rows as words."""
    return text.translate(_PLAIN_SIGNS)


_PLAIN_SIGNS = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "‑": "-", "\u00a0": " ", "*": " ", "`": " ", "_": " ", "’": "'"}
)


class _Reader:
    """Takes tokens out of a text one kind at a time: what one pattern has read is blank to the next."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Token] = []

    def has_digit(self) -> bool:
        """Whether a figure is left to read."""
        return _DIGIT.search(self.text) is not None

    def take(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        matches = list(pattern.finditer(self.text))
        if matches:
            parts, end = [], 0
            for match in matches:
                parts += [self.text[end : match.start()], " ; "]
                end = match.end()
            self.text = "".join(parts) + self.text[end:]
        return matches

    def add(self, kind: TokenKind, value: Hashable, text: str, unit: str | None = None) -> None:
        self.found.append(Token(kind, value, text.strip(), _UNITS.get((unit or "").lower(), "")))


@lru_cache(maxsize=8192)
def tokens(text: str) -> tuple[Token, ...]:
    """Everything checkable in `text`, by kind; citation markers must have been taken out before."""
    reader = _Reader(plain(text))
    if reader.has_digit():
        _codes(reader)
        _dates(reader)
    if reader.has_digit() or _MARKED.search(reader.text):
        _lists(reader)
    _names(reader)
    if reader.has_digit():
        _amounts(reader)
    if not _NUMBER_WORDS.isdisjoint(_LETTERS.findall(reader.text.lower())):
        reader.take(_IDIOMS)
        _words(reader)
    return tuple(dict.fromkeys(reader.found))


_LETTERS = re.compile(r"[a-z]+")
_NUMBER_WORDS = frozenset({*WORDS, *TENS, *ORDINALS, "twice"})
_MARKED = re.compile(r"\b(?:[Mm]od|POS\b|[Pp]laces? of service)")
_DIGIT = re.compile(r"\d")


def _codes(reader: _Reader) -> None:
    for match in reader.take(_CODES):
        code, units = match["code"], match["times"] or match["units"]
        reader.add("code", code, code)
        if units:
            reader.add("code_units", (code, int(units)), match[0])
            reader.add("number", number(units), units, "unit")
        if match["last"]:
            reader.add("code", match["last"], match["last"])
            reader.add("code_range", (code, match["last"]), match[0])
        if match["modifier"]:
            reader.add("modifier", match["modifier"], match[0])


def _dates(reader: _Reader) -> None:
    if "-" in reader.text:
        for match in reader.take(_ISO):
            _add_day(reader, match[1], match[2], match[3], match[0])
        for match in reader.take(_ISO_MONTH):
            reader.add("month", (int(match[1]), int(match[2])), match[0])
    if "/" in reader.text:
        for match in reader.take(_SLASHED):
            year = match[3] if len(match[3]) == 4 else f"20{match[3]}"
            _add_day(reader, year, match[1], match[2], match[0])
    if _ANY_MONTH.search(reader.text):
        _spelled_dates(reader)
    if "Y" in reader.text:
        for match in reader.take(_CALENDAR):
            reader.add("year", int(match[1]), match[0])


def _spelled_dates(reader: _Reader) -> None:
    for match in reader.take(_DAY_FIRST):
        _add_day(reader, match[3], _month(match[2]), match[1], match[0])
    for match in reader.take(_MONTH_FIRST):
        if match["alone"]:
            reader.add("month", (int(match["alone"]), int(_month(match[1]))), match[0])
        elif match["year"]:
            _add_day(reader, match["year"], _month(match[1]), match["day"], match[0])
        else:
            reader.add("day", (int(_month(match[1])), int(match["day"])), match[0])


_ANY_MONTH = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)")


def _month(name: str) -> str:
    return str(MONTHS[name.rstrip(".")])


def _add_day(reader: _Reader, year: str, month: str, day: str, text: str) -> None:
    try:
        reader.add("date", date(int(year), int(month), int(day)), text)
    except ValueError:
        # No such day: kept as a name, so that it counts as supported only where the same writing stands.
        reader.add("name", text.upper(), text)


def _lists(reader: _Reader) -> None:
    for match in reader.take(_MODIFIERS) if "od" in reader.text else ():
        for item in re.findall(r"\b[A-Z0-9]{2}\b", match[1]):
            reader.add("modifier", item, match[0])
    for match in reader.take(_PLACES) if "POS" in reader.text or "lace" in reader.text else ():
        for item in re.findall(r"\b[A-Z0-9]{2}\b", match[1]):
            reader.add("place", item, match[0])


def _labels(reader: _Reader) -> None:
    for match in reader.take(_CATEGORY) if "I" in reader.text else ():
        reader.add("name", f"CATEGORY {match[1] or match[2]}", match[0])
    for match in reader.take(_COLUMN) if "olumn" in reader.text else ():
        reader.add("name", f"COLUMN{ {'one': '1', 'two': '2'}.get(match[1].lower(), match[1]) }", match[0])
    for match in reader.take(_INDICATOR) if "ndicator" in reader.text or "MAI" in reader.text else ():
        reader.add("name", indicator(match[1]), match[0])


def indicator(digit: str) -> str:
    """The name under which an edit's or a unit limit's indicator is compared."""
    return f"INDICATOR-{digit}"


def _names(reader: _Reader) -> None:
    _labels(reader)
    if not reader.has_digit():
        return
    for match in reader.take(_MONEY) if "$" in reader.text else ():
        reader.add("money", number(match[1]), match[0])
    for match in reader.take(_PERCENT) if "%" in reader.text or "cent" in reader.text else ():
        reader.add("percent", number(match[1]), match[0])
    for match in reader.take(_HYPHENED) if "-" in reader.text else ():
        digits = match[0].partition("-")[2]
        if _is_year(digits):
            reader.add("year", int(digits), match[0])
        else:
            reader.add("name", match[0].upper(), match[0])
    for match in reader.take(_GLUED):
        reader.add("number", number(match[1]), match[0], match[2].rstrip("s") if match[2].lower() != "x" else "unit")
    for match in reader.take(_TIMES) if "x" in reader.text else ():
        reader.add("number", number(match[1]), match[0])
    for match in reader.take(_CLOCK) if ":" in reader.text else ():
        reader.add("name", match[0], match[0])
    for match in reader.take(_MIXED):
        reader.add("name", match[0].upper().rstrip("."), match[0])


def _amounts(reader: _Reader) -> None:
    reader.take(_IDIOMS)
    for pattern in (_BETWEEN, _RANGE):
        for match in reader.take(pattern) if _JOINED.search(reader.text) else ():
            low, high = number(match[1]), number(match[3])
            unit = match["u2"] or match["u1"]
            if _is_year(match[1]) and _is_year(match[3]):
                reader.add("year", int(low), match[1])
                reader.add("year", int(high), match[3])
            else:
                reader.add("number", low, match[1], match["u1"] or unit)
                reader.add("number", high, match[3], unit)
            reader.add("range", (low, high), match[0], unit)
    for match in reader.take(_YEAR):
        reader.add("year", int(match[1]), match[0])
    for match in reader.take(_PLAIN):
        reader.add("number", number(match[1]), match[0], match["u1"])
    for match in reader.take(_LEFTOVER):
        reader.add("name", match[0].rstrip(".,"), match[0])


def _is_year(text: str) -> bool:
    return re.fullmatch(r"(?:19|20)\d\d", text) is not None


def _words(reader: _Reader) -> None:
    for match in reader.take(_WORD_NUMBER):
        small, ones, scale, twice, ordinal = (part.lower() if part else "" for part in match.group(1, 2, 3, 4, 5))
        if twice:
            value = 2
        elif ordinal:
            value = ORDINALS[ordinal]
        else:
            value = TENS.get(small, WORDS.get(small, 0)) + (WORDS[ones] if ones and small in TENS else 0)
            value *= {"hundred": 100, "thousand": 1000}.get(scale, 1)
        reader.add("number", Decimal(value).normalize() if value else Decimal(0), match[0], match["u1"])
