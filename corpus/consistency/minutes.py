"""Minutes: ranges and thresholds that stand beside a code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.consistency.text import Group, Reading, Sentence, Tables
from corpus.rows import Code

_SPAN = r"(?P<low>\d+)(?: ?[-–] ?| to )(?P<high>\d+)(?P<unit>(?: |-)minutes?)?"
_LINK = r"(?:is|are|covers?|for|needs?|requires?|takes|of|from|:|=|\()"
_SPAN_AFTER = re.compile(
    rf"\s*,?\s*{_LINK}?\s*(?:the first )?{_SPAN}(?!\s*(?:percent|days|patients|people|months|units|of))"
)
_SPAN_BEFORE = re.compile(rf"{_SPAN}(?P<link> ?(?:is|are|=|:|bills|goes to) )(?:add-on )?$")
_FLOOR_BEFORE = re.compile(r"(?P<low>\d+)(?: minutes)? or more(?: minutes)? (?:is|are|=|bills) $")
_FLOOR_AFTER = re.compile(
    rf"\s*(?:each )?,?\s*{_LINK}?\s*(?P<bound>at least|more than|over|about|a|the first|under|fewer than)?"
    r"\s*(?P<low>\d+)(?P<more> or more)?(?: |-)minutes?(?P<less> or less)?"
)

_SPANS = re.compile(r"(?<![\d-])(?P<low>\d+)(?:[-–]| to )(?P<high>\d+)(?: |-)minutes?")
_PLAIN = re.compile(r"(?<![\d–-])(?<! to )(?P<low>\d+)(?: or more)?(?: |-)minutes?\b")
_RULE_KINDS = ("time-rule", "definition", "unit-rule", "coverage", "frequency")
_NOT_THE_RULE = re.compile(
    r"\bnot limited to|\bwrong\b|\bformer\b|\bolder\b|\bused to\b|\bother\b|\bsome\b|\bexample\b|\bnot billable\b"
    r"|\bone unit\b|\bone payer|California|\bmidpoint\b|\btotal\b|\bis the base plus",
    re.IGNORECASE,
)
"""Sentences whose minutes are somebody else's, or a case rather than the rule."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Minutes at which a code, or one more unit of it, may begin and end."""

    begins: frozenset[int]
    ends: frozenset[int]

    def __bool__(self) -> bool:
        return bool(self.begins)


def compare(reading: Reading, tables: Tables) -> Iterator[str]:
    """Ranges and floors beside a code are those of codes.csv or of a ladder of time_units.csv."""
    if not reading.comparable:
        return
    for sentence in reading.sentences:
        for index, group in enumerate(sentence.groups):
            following = sentence.groups[index + 1].start if index + 1 < len(sentence.groups) else len(sentence.text)
            before = sentence.text[: group.start]
            after = sentence.text[group.end : following]
            for code in group.codes:
                bounds = _bounds(code, reading, tables)
                if bounds:
                    yield from _claims(code, bounds, before, after, group, sentence, example=_is_example(reading))
    yield from _anywhere(reading, tables)


def _is_example(reading: Reading) -> bool:
    return reading.statement.kind == "example"


def _anywhere(reading: Reading, tables: Tables) -> Iterator[str]:
    """Minutes that stand beside no code: some code of the statement must know them."""
    if reading.statement.kind not in _RULE_KINDS:
        return
    held = [bounds for code in reading.codes if (bounds := _bounds(code, reading, tables))]
    if not held or len(held) < len(reading.rows):
        return
    begins = frozenset(value for bounds in held for value in bounds.begins)
    ends = frozenset(value for bounds in held for value in bounds.ends)
    for sentence in reading.sentences:
        if _NOT_THE_RULE.search(sentence.text):
            continue
        for found in _SPANS.finditer(sentence.text):
            low, high = int(found.group("low")), int(found.group("high"))
            if not any(_spans(bounds, low, high) for bounds in held):
                yield f"{low}-{high} minutes are no span of {', '.join(reading.codes[:4])}"
        for found in _PLAIN.finditer(sentence.text):
            minutes = int(found.group("low"))
            if not {minutes, minutes + 1} & begins and minutes not in ends:
                shown = _shown(Bounds(begins, ends))
                yield f"{minutes} minutes with {', '.join(reading.codes[:4])}, the tables have {shown}"


def _spans(bounds: Bounds, low: int, high: int) -> bool:
    return low in bounds.begins and (high in bounds.ends or high + 1 in bounds.begins)


def _claims(
    code: str, bounds: Bounds, before: str, after: str, group: Group, sentence: Sentence, *, example: bool
) -> Iterator[str]:
    span = _SPAN_BEFORE.search(before) or _SPAN_AFTER.match(after)
    if span is not None and (span.group("unit") or "minute" in sentence.text):
        low, high = int(span.group("low")), int(span.group("high"))
        if low < high and not _spans(bounds, low, high):
            yield f"{code} at {low}-{high} minutes, the tables have {_shown(bounds)}"
        return
    if example or "/" in sentence.text[group.start : group.end]:
        return
    if floor := _FLOOR_BEFORE.search(before):
        if int(floor.group("low")) not in bounds.begins:
            yield f"{code} from {floor.group('low')} minutes, the tables have {_shown(bounds)}"
        return
    if found := _FLOOR_AFTER.match(after):
        minutes = int(found.group("low"))
        if found.group("bound") in ("more than", "over") or found.group("less"):
            fits = minutes + 1 in bounds.begins or minutes in bounds.ends
        else:
            fits = minutes in bounds.begins
        if not fits:
            yield f"{code} with {minutes} minutes, the tables have {_shown(bounds)}"


def _bounds(code: str, reading: Reading, tables: Tables) -> Bounds:
    days = (reading.on, reading.statement.effective_from or reading.on)
    rows = [row for day in days if (row := tables.codes.find(code, day))]
    begins = {value for row in rows for value in _begins(row)}
    ends = {row.max_minutes for row in rows if row.max_minutes is not None}
    # The ladders are today's: a statement about an earlier edition has that edition's minutes only.
    for span in tables.time_units.spans_of(code) if tables.codes.edition(code, reading.on) is None else ():
        begins.add(span.minutes_from)
        ends.add(span.minutes_to)
    return Bounds(frozenset(begins), frozenset(ends))


def _begins(row: Code) -> Iterator[int]:
    yield from (value for value in (row.min_minutes, row.typical_minutes, row.increment_minutes) if value is not None)


def _shown(bounds: Bounds) -> str:
    begins = ", ".join(str(value) for value in sorted(bounds.begins)[:6])
    ends = ", ".join(str(value) for value in sorted(bounds.ends)[:6])
    return f"beginnings {begins}" + (f" and ends {ends}" if ends else "")
