"""Times as people say them: "35min", "an hour and a half", "2:05 to 2:58pm", "45-50 minutes", "1.5 hrs"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from bot.question import Duration
from bot.understand.tokens import fold

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
_WORD_NUMBER = re.compile(
    rf"\b(?:({'|'.join(_TENS)})(?:[\s-]({'|'.join(list(_UNITS)[1:10])}))?|({'|'.join(_UNITS)}))\b"
)
_MINUTE = r"(?:minutes|minute|minuets|mins|min|m)\b"
_HOUR = r"(?:hours|hour|hrs|hr|h)\b"
_NUMBER = r"(?<![\d.,$])(\d{1,3}(?:\.\d+)?)"
_HOUR_MORE = re.compile(
    rf"\b(?:an|a full|one) (?:hour|hr)\s*(?:(?:and|n|&|,)\s*)?(?<=[\s,&])([1-5]\d|[5-9])"
    rf"(?:\s*-?\s*{_MINUTE}|(?=\s*(?:[.,;?!)]|$)|\s(?:of|for|with|w|on|in|by|units?|how|what|so|today|total|at)\b))"
)
_FIXED = (
    (_HOUR_MORE, 60),
    (re.compile(r"\b(?:an|1|one)?\s*hour and (?:a )?half\b|\b1 ?1/2 hours?\b"), 90),
    (re.compile(r"\b(?:an|1|one) hour and (?:a )?quarter\b"), 75),
    (re.compile(r"\b(?:three|3)[ -]quarters? of an hour\b"), 45),
    (re.compile(r"\bhalf (?:an |a )?hour\b|\bhalf[ -]hour\b|\b1/2 hour\b"), 30),
    (re.compile(r"\bquarter (?:of an )?hour\b"), 15),
    (re.compile(r"\b(?:an|a full|full) hour\b|\bhour[ -]long\b"), 60),
)
_CLOCK = re.compile(
    r"\b(\d{1,2})(?::(\d{2}))?\s*([ap])?\.?m?\.?\s*(?:-|to|until|till)\s*(\d{1,2}):?(\d{2})?\s*([ap])?\.?m?\b"
)
_CLOCKS = re.compile(
    r"\b(\d{1,2}):(\d{2})\s*([ap])?m?\b[^\d.;?]{1,40}?\b(?:off|out|ended|ending|ends|end|finished|stopped|done|left)\b"
    r"[^\d.;?]{0,12}?(\d{1,2}):(\d{2})\s*([ap])?m?\b"
)
"""Two clock times with a word for the end between: "logged on 3:04, logged off 3:55"."""
_RANGE = re.compile(rf"{_NUMBER}\s*(?:-|to|or)\s*{_NUMBER}\s*-?\s*{_MINUTE}")
_COMPACT = re.compile(r"(?<![\d.,$])(\d{1,2})\s?h\s?(\d{2})(?:m|min)?\b")
_HOURS_MINUTES = re.compile(
    rf"{_NUMBER}\s*-?\s*{_HOUR}(?:\s*(?:and|,|&)?\s*{_NUMBER}\s*-?\s*{_MINUTE}|\s+(?:and\s+)?([1-5]?\d)\b(?!\s*[\d/:-]))?"
)
_HOURS_HALF = re.compile(rf"{_NUMBER}\s*(?:and (?:a )?half)\s*{_HOUR}|{_NUMBER}\s*{_HOUR}\s*and (?:a )?half\b")
_KIND = (
    r"(?:(?:clinical|staff|nurse|total|full|whole|straight|solid|actual|documented|billable|extra|more|additional|therapy"
    r"|counseling|coaching|psychotherapy|face|to|time|of|the|team|live|non|direct|prep|provider|physician)[\s-]+){1,4}"
)
_MINUTES = re.compile(rf"(?<![.\d]){_NUMBER}\s*-?\s*(?:{_KIND})?{_MINUTE}")
_PART = re.compile(rf"(?<![.\d$]){_NUMBER} (?:{_MINUTE} )?of (?:it|that|this|which|those)\b")
_RAN = re.compile(
    r"\b(?:time (?:is|was|of)|came out (?:at|to)|came to|add(?:ed|s) up to|lasted|ran|took|went|logged|total of|totaled"
    rf"|hit|cut (?:down |short |back )?to|shortened to|reduced to|shrank to)\s+(?:only |like |about |just )?{_NUMBER}"
    r"(?!\d|[.,:]\d|\s*(?:[%$/]|patients|people|units|days|weeks|months|years|visits|sessions|percent|calls|bucks|[ap]m\b))"
)
_LABELLED = re.compile(rf"\b(?:minutes|mins|time)\b[^.;?\d=:]{{0,24}}[=:]\s*{_NUMBER}(?![\d.:]|\s*[ap]m\b)")
_ACTUAL = re.compile(
    r"\b(?:ran|went|lasted|took|turned into|ended up|actually|stretched"
    r"|cut(?: down| short| back)?|shortened|reduced|shrank)\s+(?:to |at |over to |out to |up to |being )?$"
)
_PARTIAL = re.compile(r"\b(?:last|final|closing|first)\s+(?:about |few |the )?$")
_LEFT = re.compile(
    r"\b(?:left|leaves|leaving|walked out|stepped out|bailed|logged off|dropped off|hung up|stormed out|went home)"
    r" (?:us |early |the (?:room|session) )?(?:after|at|within|in) (?:only |just |about |the first |like )?$"
)
_WEEKDAY = re.compile(rf"{_NUMBER} (?:on |this |last )?(?:mon|tues?|wednes|weds?|thurs?|fri|satur|sun)(?:day)?\b")
"""A number before a day beside a time that has its unit: "60 min Tuesday and 45 Thursday"."""
_TOTAL = re.compile(r"\b(?:total|whole|entire|overall|altogether)\b[^.,;]{0,22}$")
_PER_UNIT = re.compile(r"\s*(?:per|a|each|/)\s*unit\b")
"""After a time that says how long a unit is, not how long the service was."""
_LONGEST = 24 * 60
_READ: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[float, ...]]], ...] = (
    (_HOURS_HALF, lambda match: (float(match.group(1) or match.group(2)) * 60 + 30,)),
    (_COMPACT, lambda match: (float(match.group(1)) * 60 + float(match.group(2)),)),
    (_RANGE, lambda match: (float(match.group(1)), float(match.group(2)))),
    (_HOURS_MINUTES, lambda match: (float(match.group(1)) * 60 + float(match.group(2) or match.group(3) or 0),)),
)


def digits(text: str) -> str:
    """Number words as digits ("forty-five" becomes "45"); other words stay."""

    def number(match: re.Match[str]) -> str:
        tens, unit, alone = match.groups()
        return str(_TENS[tens] + _UNITS.get(unit or "zero", 0)) if tens else str(_UNITS[alone])

    return _WORD_NUMBER.sub(number, text)


def durations(message: str) -> tuple[Duration, ...]:
    """Every stated time in reading order, in whole minutes. Nothing over a day; hours are multiplied out."""
    text = digits(fold(message))
    found: list[Duration] = []
    taken: list[tuple[int, int]] = []

    def add(match: re.Match[str], low: float, high: float | None = None, *, part: bool = False) -> None:
        start, end = match.span()
        top = low if high is None else high
        if _PER_UNIT.match(text, end) or not 0 <= low <= top <= _LONGEST:
            return
        if any(start < stop and begin < end for begin, stop in taken):
            return
        taken.append((start, end))
        total = not part and _TOTAL.search(text[:start]) is not None
        actual = _ACTUAL.search(text[: match.start(1) if match.re is _RAN else start]) is not None
        of_session = _PARTIAL.search(text[:start]) is not None
        flags = {"total": total, "actual": actual, "part": of_session, "left": _LEFT.search(text[:start]) is not None}
        found.append(Duration(minutes_from=round(low), minutes_to=round(top), start=start, end=end, **flags))

    for pattern, minutes in _FIXED:
        for match in pattern.finditer(text):
            add(match, minutes + sum(map(float, match.groups())))
    for match in itertools.chain(_CLOCK.finditer(text), _CLOCKS.finditer(text)):
        span = _clock_minutes(match)
        if span is not None:
            add(match, span)
    for pattern, read in _READ:
        for match in pattern.finditer(text):
            add(match, *read(match))
    beside = (_WEEKDAY,) if _MINUTES.search(text) else ()
    for pattern in (_PART, _MINUTES, _RAN, _LABELLED, *beside):
        for match in pattern.finditer(text):
            add(match, float(match.group(1)), part=pattern is _PART)
    return tuple(sorted(found, key=lambda duration: duration.start))


def _clock_minutes(match: re.Match[str]) -> float | None:
    """Minutes between two clock times; None unless both look like clock times."""
    hour, minute, half, end_hour, end_minute, end_half = match.groups()
    if not (minute or end_minute) or not (minute or half or end_half or end_minute):
        return None
    begin, end = int(hour) * 60 + int(minute or 0), int(end_hour) * 60 + int(end_minute or 0)
    if int(hour) > 23 or int(end_hour) > 23 or int(minute or 0) > 59 or int(end_minute or 0) > 59:
        return None
    if end <= begin:
        end += 12 * 60
    return float(end - begin) if 0 < end - begin <= 12 * 60 else None
