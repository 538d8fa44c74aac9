"""Reading a statement for comparison: sentences, the codes they name with ranges spelled out, and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Protocol

from corpus.codes import CODE_SHAPE
from corpus.rows import Code
from corpus.statements import ANY_PAYER, Statement
from corpus.tables import CodeTable, Edits, Localities, Rates, TimeUnits

_BOUNDARY = re.compile(r"(?<=[a-z0-9)%\]])[.?](?=\s+[A-Z0-9(]|$)")
_JOINER = re.compile(r"\s*(?:,|/|;)?\s*(?:and for|and|or|for|each of)?\s*\+?\s*")
_RANGE = re.compile(r"\s*(?:-|–)\s*")
NUMBER_WORDS = {
    word: n
    for n, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")
    )
}


class Tables(Protocol):
    """The tables that statements are compared with."""

    @property
    def codes(self) -> CodeTable:
        """Codes, history, editions."""

    @property
    def rates(self) -> Rates:
        """National amounts."""

    @property
    def localities(self) -> Localities:
        """Localities."""

    @property
    def time_units(self) -> TimeUnits:
        """Minutes to units."""

    @property
    def edits(self) -> Edits:
        """NCCI pairs."""

    @property
    def known_codes(self) -> frozenset[str]:
        """Own and neighboring codes."""

    @property
    def medicare_payers(self) -> frozenset[str]:
        """Payers for whom Medicare's own rules decide."""


@dataclass(frozen=True, slots=True)
class Group:
    """Codes named together ("90832, 90834 and 90837", "96156-96159"), ranges spelled out, and where they stand."""

    codes: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """One sentence with the groups of codes in it."""

    text: str
    groups: tuple[Group, ...]

    def between(self, start: int, end: int) -> tuple[str, ...]:
        """Codes of all groups that lie wholly between two positions."""
        return tuple(code for group in self.groups if start <= group.start and group.end <= end for code in group.codes)

    def before(self, position: int) -> Group | None:
        """The last group that ends at or before `position`."""
        return next((group for group in reversed(self.groups) if group.end <= position), None)

    def after(self, position: int) -> Group | None:
        """The first group that begins at or after `position`."""
        return next((group for group in self.groups if group.start >= position), None)


class Reading:
    """A statement taken apart."""

    def __init__(self, statement: Statement, tables: Tables) -> None:
        self.statement = statement
        self._tables = tables

    @property
    def text(self) -> str:
        """The statement's words."""
        return self.statement.text

    @property
    def comparable(self) -> bool:
        """Whether the statement must agree with the tables, which speak for the code set and for Medicare."""
        return self.statement.payer == ANY_PAYER or self.for_medicare

    @property
    def for_medicare(self) -> bool:
        """Whether the statement is about Medicare's own rules."""
        return self.statement.payer in self._tables.medicare_payers

    @cached_property
    def on(self) -> date:
        """The date of service for which the statement is read: its last day, else its first, else the far future."""
        return self.statement.effective_to or date.max

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Sentences in order."""
        return tuple(self.sentence(part) for part in split_sentences(self.text))

    def sentence(self, text: str) -> Sentence:
        """A part of the statement with the groups of codes in it."""
        return Sentence(text, tuple(code_groups(text, self._tables.known_codes, self._active)))

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Codes that the text names, ranges spelled out."""
        named = (code for sentence in self.sentences for group in sentence.groups for code in group.codes)
        return tuple(dict.fromkeys(named))

    @cached_property
    def rows(self) -> dict[str, Code]:
        """Rows of the named codes as they read for the statement's dates."""
        held = ((code, self._tables.codes.find(code, self.on)) for code in self.codes)
        return {code: row for code, row in held if row is not None}

    def covers(self, year: int) -> bool:
        """Whether the statement is in force at some time of `year`."""
        first, last = self.statement.effective_from or date.min, self.statement.effective_to or date.max
        return first.year <= year <= last.year

    def _active(self, code: str) -> bool:
        row = self._tables.codes.find(code)
        return row is None or row.status == "active"


def split_sentences(text: str) -> Iterator[str]:
    """The sentences of `text`, without their final periods."""
    start = 0
    for match in _BOUNDARY.finditer(text):
        yield text[start : match.start()].strip()
        start = match.end()
    if text[start:].strip():
        yield text[start:].strip()


def code_groups(text: str, known: Iterable[str], active: Callable[[str], bool]) -> Iterator[Group]:
    """Groups of codes in `text`; a range holds its ends and the known codes between them that `active` accepts."""
    matches = list(CODE_SHAPE.finditer(text))
    run: list[str] = []
    start = end = 0
    for match in matches:
        gap = text[end : match.start()]
        if run and _RANGE.fullmatch(gap):
            run.extend(_between(run[-1], match.group(1), known, active))
        elif run and _JOINER.fullmatch(gap):
            run.append(match.group(1))
        else:
            if run:
                yield Group(tuple(run), start, end)
            run, start = [match.group(1)], match.start()
        end = match.end()
    if run:
        yield Group(tuple(run), start, end)


def _between(low: str, high: str, known: Iterable[str], active: Callable[[str], bool]) -> list[str]:
    inner = sorted(
        code for code in known if low < code < high and (code[0], code[-1:].isdigit()) == (low[0], high[-1:].isdigit())
    )
    if low[-1].isalpha():
        inner = [code for code in inner if code[-1] == low[-1]]
    return [*(code for code in inner if active(code)), high]


def number(word: str) -> int:
    """The whole number that a numeral or a number word up to eleven stands for."""
    return int(word) if word.isdigit() else NUMBER_WORDS[word.lower()]
