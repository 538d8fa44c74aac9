"""NCCI pairs: which code is column one, with which modifier indicator, and which codes have no pair."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus.consistency.text import Reading, Sentence, Tables
from corpus.rows import Edit

_INDICATOR = re.compile(r"indicator (\d)")
_NONE = re.compile(r"[Nn]o (?:PTP )?pair (?:joins|names) (?P<left>.+?)(?: with (?P<right>.+))?$")
_EVERY = re.compile(r"[Ee]very pair of (?P<left>.+?) with (?P<right>.+?) is indicator (?P<indicator>\d)")
_PAIRED = re.compile(
    r"\b(?:pairs|pair) (?P<left>(?:(?! with |[:;]).)+) with (?P<right>(?:(?! with |[:;]).)+?),?"
    r" at (?:modifier )?indicator (?P<indicator>\d)"
)
_BOTH = re.compile(
    r"(?P<left>.+) (?:is|are) column one and (?P<right>.+?) column two,?(?: at)?"
    r" (?:modifier )?indicator (?P<indicator>\d)"
)
_INTO = re.compile(
    r"\bbundles (?P<right>(?:(?! into |[:;]).)+) into (?P<left>(?:(?! bundles |[:;]).)+?),?"
    r" at (?:modifier )?indicator (?P<indicator>\d)"
)
_HAS = re.compile(r"(?P<left>.+) (?:has|have) indicator (?P<indicator>\d) edits with (?P<right>.+)")
_OVER = re.compile(r"\b(?:(?:is|are) )?column one (?:at (?:modifier )?indicator \d )?(?:over|to)\b|\bover\b")
_UNDER = re.compile(r"\b(?:(?:is|are) )?column two (?:at (?:modifier )?indicator \d )?to\b")
_VERB = re.compile(r"\bputs? |: ")
_CODE = r"[0-9A-Z]{5}(?:-[0-9A-Z]{5})?"
_CHAIN = re.compile(rf", and (?={_CODE}(?:(?:,| and) {_CODE})* with {_CODE})")
_CLAUSE = re.compile(rf";|, and (?={_CODE}(?:(?:,| and|, and) {_CODE})* (?:(?:is|are) )?(?:column (?:one|two)|over)\b)")
_VAGUE = re.compile(r"^Until \d|: Until \d|\bvaries\b|every other pair|over \S+ over|one over each other")


def compare(reading: Reading, tables: Tables) -> Iterator[str]:
    """Column one, column two and indicator are those of edits.csv; codes said to have no pair have none."""
    if not reading.comparable or not tables.edits.rows:
        return
    indicators = set(_INDICATOR.findall(reading.text))
    common = indicators.pop() if len(indicators) == 1 else None
    for sentence in reading.sentences:
        if not _VAGUE.search(sentence.text):
            for part in sentence.text.split(";"):
                yield from _part(reading.sentence(part), common, reading, tables)


def _part(sentence: Sentence, common: str | None, reading: Reading, tables: Tables) -> Iterator[str]:
    """The claims of one part of a sentence, by the form they have."""
    text = sentence.text
    if absent := _NONE.search(text):
        yield from _absent(sentence, absent, tables)
    elif every := _EVERY.search(text) or _HAS.search(text):
        yield from _every(sentence, every, tables)
    elif "pairs " in text and _CHAIN.search(text):
        yield from _chain(text, common, reading, tables)
    elif paired := _PAIRED.search(text):
        yield from _every(sentence, paired, tables)
    elif both := _BOTH.search(text) or _INTO.search(text):
        pairs = [(one, two) for one in _codes(sentence, both, "left") for two in _codes(sentence, both, "right")]
        yield from _pairs(pairs, both.group("indicator"), tables)
    else:
        yield from _columns(sentence, common, reading, tables)


def _chain(text: str, common: str | None, reading: Reading, tables: Tables) -> Iterator[str]:
    """Read "pairs A with B, and C with D, at indicator N": the indicator counts for both."""
    for part in _CHAIN.split(text.partition("pairs ")[2]):
        left, _, right = part.partition(" with ")
        pairs = [(one, two) for one in _named(left, reading) for two in _named(right, reading)]
        for one, two in pairs:
            edit = tables.edits.find(one, two)
            if one != two and (edit is None or (common and edit.modifier_indicator != common)):
                yield f"{one} with {two} at indicator {common}, edits.csv has {_shown(edit)}"


def _named(text: str, reading: Reading) -> Sequence[str]:
    return reading.sentence(text).between(0, len(text))


def _absent(sentence: Sentence, match: re.Match[str], tables: Tables) -> Iterator[str]:
    if match.group("right") is None or re.search(r"one another|either|any of them", match.group("right")):
        return
    for first in _codes(sentence, match, "left"):
        for second in _codes(sentence, match, "right"):
            if edit := tables.edits.find(first, second):
                yield f"no pair of {first} with {second}, edits.csv has {_shown(edit)}"


def _codes(sentence: Sentence, match: re.Match[str], name: str) -> Sequence[str]:
    return sentence.between(match.start(name), match.end(name))


def _every(sentence: Sentence, match: re.Match[str], tables: Tables) -> Iterator[str]:
    for first in _codes(sentence, match, "left"):
        for second in _codes(sentence, match, "right"):
            edit = tables.edits.find(first, second)
            if first == second or first not in tables.codes or second not in tables.codes:
                continue
            if edit is None or edit.modifier_indicator != match.group("indicator"):
                yield f"{first} with {second} at indicator {match.group('indicator')}, edits.csv has {_shown(edit)}"


def _columns(sentence: Sentence, common: str | None, reading: Reading, tables: Tables) -> Iterator[str]:
    for text in _CLAUSE.split(sentence.text):
        clause = reading.sentence(text)
        under = _UNDER.search(text)
        operator = under or _OVER.search(text)
        if operator is None:
            continue
        verb = max((match.end() for match in _VERB.finditer(text, 0, operator.start())), default=0)
        left = clause.between(verb, operator.start())
        for group, indicator in _right(clause, operator, common):
            pairs = [(one, two) for one in left for two in group]
            yield from _pairs([(two, one) for one, two in pairs] if under else pairs, indicator, tables)


def _right(
    clause: Sentence, operator: re.Match[str], common: str | None
) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """Each group after the operator with the indicator that belongs to it.

    "column two at indicator 0 to A, and at indicator 1 to B" names the indicator first, "column two to A at
    indicator 0, and to B at indicator 1" names it last.
    """
    marks = [(mark.start(), mark.group(1)) for mark in _INDICATOR.finditer(clause.text, operator.start())]
    first = bool(marks) and marks[0][0] < operator.end()
    for group in clause.groups:
        if group.start < operator.end():
            continue
        held = [sign for position, sign in marks if (position < group.start) == first]
        indicator = (held[-1] if first else held[0]) if held else common
        yield group.codes, indicator


def _pairs(pairs: Sequence[tuple[str, str]], indicator: str | None, tables: Tables) -> Iterator[str]:
    for one, two in pairs:
        if one == two or one not in tables.codes or two not in tables.codes:
            continue
        edit = tables.edits.find(one, two)
        wrong_way = edit is not None and edit.column1 != one
        wrong_mark = edit is not None and indicator is not None and edit.modifier_indicator != indicator
        if edit is None or wrong_way or wrong_mark:
            said = f"{one} column one over {two}" + (f", indicator {indicator}" if indicator else "")
            yield f"{said}, edits.csv has {_shown(edit)}"


def _shown(edit: Edit | None) -> str:
    if edit is None:
        return "no such pair"
    return f"{edit.column1} over {edit.column2}, indicator {edit.modifier_indicator}"
