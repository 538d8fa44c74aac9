"""Minutes: spans, single lengths, thresholds and repeating units that a document gives to a code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.evidence import Evidence
from bot.own.judged import Bench, Judged, Standing
from bot.own.said import Said
from corpus.consistency.text import Group
from corpus.rows import Code

Shape = Literal["span", "each", "floor", "over", "most", "length"]

_UNIT = r"[\s-]*min(?:ute)?s?\b\.?"
_EXPRESSION = re.compile(
    rf"""
    (?P<span>(?<![\d.-])(?P<low>\d{{1,3}})(?:{_UNIT})?\s*(?:-|to|through)\s*(?P<high>\d{{1,3}}){_UNIT})
    | (?P<each>(?:each|every|per)(?:\s+additional|\s+further)?\s*(?P<step>\d{{1,3}}){_UNIT}
       | (?P<step2>\d{{1,3}}){_UNIT}\s+(?:increments?|units?)\b)
    | (?P<over>(?:more\ than|over|greater\ than|longer\ than|exceeding|>)\s*(?P<above>\d{{1,3}}){_UNIT})
    | (?P<floor>(?:at\ least|a\ minimum\ of|minimum\ of|minimum|no\ less\ than|≥)\s*(?P<least>\d{{1,3}}){_UNIT}
       | (?<![\d.-])(?P<least2>\d{{1,3}})(?:{_UNIT})?\s*(?:\+|or\ more|or\ longer|and\ over|and\ up)(?:{_UNIT})?)
    | (?P<most>(?:up\ to|at\ most|less\ than|under|no\ more\ than|maximum\ of)\s*(?P<top>\d{{1,3}}){_UNIT})
    | (?P<length>(?<![\d.$-])(?P<minutes>\d{{1,3}}){_UNIT})
    """,
    re.IGNORECASE | re.VERBOSE,
)
_HEDGED = re.compile(
    r"""\b(?:not|never|wrong\w*|mistake\w*|incorrect\w*|rather\ than|average\w*|typical\w*|usual\w*|about|around
    | approximately|audit\w*|authoriz\w*|approv\w*|appointments?|slots?|scheduled|late|wait\w*|travel\w*|breaks?
    | within|remaining|total|add(?:s|ed|ing)?\ up|combined|units?|older|former\w*|before|after|between|unless|except\w*
    | payer|plan|contract|prolonged|additional\ time|beyond|in\ excess|overcod\w*|upcod\w*|deni\w*|risk\w*|instead
    | plus|example:|x\ ?\d{1,2}|week(?:ly|s)?|months?|calendar)\b|n't\b""",
    re.IGNORECASE | re.VERBOSE,
)
_PER_SESSION = re.compile(
    r"\b(?:billed|reported|charged|paid) (?:once )?(?:per|a|each|by the) (?:session|encounter|visit)\b", re.I
)
_NOT = re.compile(r"\bnot\b|n't\b|\bnever\b", re.IGNORECASE)
_FARTHEST = 110
"""Characters between a code and the minutes that define it, at most."""


@dataclass(frozen=True, slots=True)
class _Time:
    shape: Shape
    low: int
    high: int
    start: int
    end: int

    @property
    def says(self) -> str:
        """The claim in a few words."""
        forms = {
            "span": f"{self.low} to {self.high} minutes",
            "each": f"each {self.low} minutes",
            "floor": f"{self.low} minutes or more",
            "over": f"more than {self.low} minutes",
            "most": f"up to {self.high} minutes",
            "length": f"{self.low} minutes",
        }
        return forms[self.shape]


def judge(said: Said, bench: Bench) -> Iterator[Judged]:
    """Every time that the sentence gives to one code; sentences with hedges and several readings are left alone."""
    yield from _sessions(said, bench)
    times = tuple(_times(said.plain))
    if not times or said.tells_history or _HEDGED.search(said.plain):
        return
    for time, code in _assigned(said, times):
        row = bench.active(code)
        if row is None or bench.knowledge.codes.redefined_after(code, bench.on):
            continue
        standing = _standing(time, row, bench)
        if standing == "contradicts" and _also_fits(said, time, times, row, bench):
            standing = None
        if standing is not None:
            yield _judged(standing, time, row, said, bench)


def _sessions(said: Said, bench: Bench) -> Iterator[Judged]:
    """Being billed per session is right for a code of one unit a session, wrong for one that repeats by minutes."""
    if len(said.codes) != 1 or not _PER_SESSION.search(said.plain) or said.tells_history or _NOT.search(said.plain):
        return
    row = bench.active(said.codes[0])
    if row is None:
        return
    minutes = _unit_minutes(row.unit)
    if row.unit == "session" or minutes is not None:
        standing: Standing = "agrees" if minutes is None else "contradicts"
        ours = f"{row.code} is one unit a session: {row.label}." if minutes is None else f"{row.code} is: {row.label}."
        yield Judged(standing, "unit", (row.code,), said, "per session", ours, (bench.cells(row, "label", "unit"),))


def _times(text: str) -> Iterator[_Time]:
    for match in _EXPRESSION.finditer(text):
        shape = match.lastgroup if match.lastgroup in _SHAPES else next(name for name in _SHAPES if match[name])
        values = [int(match[name]) for name in _VALUES if match[name]]
        high = values[1] if len(values) > 1 else values[0]
        yield _Time(shape, values[0], high, match.start(), match.end())


_SHAPES: tuple[Shape, ...] = ("span", "each", "over", "floor", "most", "length")
_VALUES = ("low", "high", "step", "step2", "above", "least", "least2", "top", "minutes")


def _assigned(said: Said, times: tuple[_Time, ...]) -> Iterator[tuple[_Time, str]]:
    """Each time with the code that it stands beside; times that stand beside several codes are left out."""
    groups = said.groups
    if not groups:
        if len(said.subject) == 1:
            yield from ((time, said.subject[0]) for time in times)
        return
    leading = times[0].start < groups[0].start and times[-1].end <= groups[-1].start
    for time in times:
        before = [group for group in groups if group.end <= time.start]
        after = [group for group in groups if group.start >= time.end]
        nearest = (after[:1] if leading else before[-1:]) or (groups if len(groups) == 1 else ())
        for group in nearest:
            near = len(groups) == 1 or _distance(group, time) <= _FARTHEST
            if len(group.codes) == 1 and near and not _broken(said, group, time):
                yield time, group.codes[0]


def _distance(group: Group, time: _Time) -> int:
    return max(time.start - group.end, group.start - time.end)


def _broken(said: Said, group: Group, time: _Time) -> bool:
    """Whether a new clause begins between a code and a time."""
    between = said.plain[min(group.end, time.end) : max(group.start, time.start)]
    return re.search(r";|\bbut\b|\bwhile\b|\bwhereas\b|\bthen\b|\. ", between) is not None and said.kind != "row"


def _standing(time: _Time, row: Code, bench: Bench) -> Standing | None:
    """Whether the row and the ladders know this time for the code; None when it cannot be told."""
    begins, ends = _bounds(row, bench)
    repeats = row.increment_minutes is not None or row.unit.startswith("per-")
    if time.shape == "each":
        step = row.increment_minutes or _unit_minutes(row.unit)
        if step is None:
            return "contradicts" if row.unit == "session" and time.low not in begins and not row.addon else None
        return "agrees" if time.low == step else "contradicts"
    if row.min_minutes is None or not begins:
        return None
    fits = {
        "span": (time.low in begins or _named_below(time.low, row)) and (time.high in ends or time.high + 1 in begins),
        "floor": time.low in begins,
        "over": time.low + 1 in begins or time.low in ends,
        "most": time.high in ends or time.high in begins or time.high - 1 in ends,
        "length": time.low in begins or time.low in ends or _inside(time.low, row),
    }[time.shape]
    if time.shape == "floor" and time.low == row.typical_minutes != row.min_minutes and row.time_rule == "range":
        return "contradicts"
    if fits:
        return "agrees"
    if row.addon or repeats or time.shape == "most":
        return None
    open_ended = row.max_minutes is None and time.low >= row.min_minutes
    return None if open_ended and time.shape in ("span", "length") else "contradicts"


def _named_below(minutes: int, row: Code) -> bool:
    """Whether the code is named by the minute before its first one: "more than 3 and up to 10" is told as 3 to 10."""
    return minutes + 1 == row.min_minutes and re.search(rf"(?:more than|over) {minutes}\b", row.label) is not None


def _inside(minutes: int, row: Code) -> bool:
    assert row.min_minutes is not None, "asked only of timed codes"
    return row.min_minutes <= minutes and (row.max_minutes is None or minutes <= row.max_minutes)


def _unit_minutes(unit: str) -> int | None:
    found = re.fullmatch(r"per-(\d+)-min", unit)
    return int(found[1]) if found else None


def _bounds(row: Code, bench: Bench) -> tuple[set[int], set[int]]:
    """Minutes at which the code begins and ends under any convention held."""
    begins = {value for value in (row.min_minutes, row.typical_minutes, row.increment_minutes) if value is not None}
    ends = {row.max_minutes} if row.max_minutes is not None else set()
    for span in bench.knowledge.time_units.spans_of(row.code):
        begins.add(span.minutes_from)
        ends.add(span.minutes_to)
    return begins, ends


def _also_fits(said: Said, time: _Time, times: tuple[_Time, ...], row: Code, bench: Bench) -> bool:
    """Whether a list of alternatives stands here ("30, 45 or 60 minutes"), or the time belongs to another code."""
    others = [code for code in said.codes if code != row.code]
    known = [other for code in others if (other := bench.active(code)) is not None]
    return any(_standing(time, other, bench) == "agrees" for other in known) and len(times) < len(said.groups)


def _judged(standing: Standing, time: _Time, row: Code, said: Said, bench: Bench) -> Judged:
    old = _formerly(time, row, bench) if standing == "contradicts" else None
    evidence: tuple[Evidence, ...] = (bench.cells(row, "label", "unit", "min_minutes", "max_minutes"),)
    ours = _ours(row)
    if old is not None:
        standing = "outdated"
        ours += f" The old code {old.code} was: {old.label}."
        evidence += (bench.cells(old, "label", "effective_to"),)
    if standing != "agrees":
        evidence += bench.statements(row.code, ("time-rule",))
    subject: Literal["unit", "time"] = "unit" if time.shape == "each" else "time"
    return Judged(standing, subject, (row.code,), said, time.says, ours, evidence)


def _ours(row: Code) -> str:
    if str(row.min_minutes) in row.label:
        return f"{row.code} is: {row.label}."
    if row.min_minutes is not None and row.max_minutes is not None:
        return f"{row.code} is {row.min_minutes} to {row.max_minutes} minutes: {row.label}."
    if row.min_minutes is not None:
        return f"{row.code} begins at {row.min_minutes} minutes: {row.label}."
    return f"{row.code} is: {row.label}."


def _formerly(time: _Time, row: Code, bench: Bench) -> Code | None:
    """A deleted code that this one replaced and whose label has these minutes."""
    wanted = re.compile(
        rf"(?<!\d){time.low}(?:-{time.high})?(?!\d)" if time.shape == "length" else f"{time.low}-{time.high}"
    )
    for old in bench.knowledge.codes:
        if old.status == "deleted" and row.code in old.replaced_by and wanted.search(old.label.partition(":")[2]):
            return old
    return None
