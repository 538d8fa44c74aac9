"""What one evidence really supports: its quote, looked up again, read into comparable values.

Nothing that an `Evidence` says about itself counts, apart from its quote once the record holds it: title, tier and
dates of the record come from the knowledge.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from pydantic import BaseModel

from bot.answer import EvidenceKind
from bot.records import COVERAGE, table_rows
from bot.verify.arithmetic import wrong_steps
from bot.verify.problem import Problem
from bot.verify.tokens import Token, indicator, plain, tokens
from corpus.knowledge import Knowledge
from corpus.official import CITED
from corpus.rows import FixedText

Documents = Callable[[str], str | None]
"""A passage of the user's own documents by `document id#section`: a line that names it, then its words; or None."""


class Cited(Protocol):
    """An evidence or a citation."""

    @property
    def kind(self) -> EvidenceKind:
        """Kind of the record."""

    @property
    def ref(self) -> str:
        """Name of the record."""

    @property
    def quote(self) -> str:
        """The words relied on."""


@dataclass(slots=True)
class Support:
    """Values that the quote of one evidence holds.

    `numbers` maps a value to its units of measure ("" unknown); `fixed` is the sentence when a fixed text was cited.
    """

    codes: set[str] = field(default_factory=set)
    code_ranges: set[tuple[str, str]] = field(default_factory=set)
    code_units: set[tuple[str, int]] = field(default_factory=set)
    modifiers: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    months: set[tuple[int, int]] = field(default_factory=set)
    month_days: set[tuple[int, int]] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    numbers: dict[Decimal, set[str]] = field(default_factory=dict)
    bare_amounts: set[Decimal] = field(default_factory=set)
    ranges: set[tuple[Decimal, Decimal]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    words: str = ""
    fixed: str = ""

    def add(self, found: Iterable[Token], *, cells: bool) -> None:
        """Take tokens in; `cells`: from a table row or computation, where figures stand without $ and %."""
        for token in found:
            self._add(token)
            if cells and token.kind == "number" and isinstance(token.value, Decimal):
                self.bare_amounts.add(token.value)

    def _add(self, token: Token) -> None:
        match token.kind, token.value:
            case (("code" | "code_range" | "code_units" | "modifier" | "place" | "year" | "name"), value):
                self._plain_set(token.kind).add(value)
            case "date", date() as day:
                self.add_day(day)
            case "month", (int() as year, int() as month):
                self.months.add((year, month))
                self.years.add(year)
            case "day", (int() as month, int() as day_of_month):
                self.month_days.add((month, day_of_month))
            case (("number" | "money" | "percent"), Decimal() as number):
                unit = token.unit if token.kind == "number" else token.kind
                self.numbers.setdefault(number, set()).add(unit)
                if unit == "hour":
                    self.numbers.setdefault((number * 60).normalize(), set()).add("minute")
            case "range", (Decimal() as low, Decimal() as high):
                self.ranges.add((low, high))

    def _plain_set(self, kind: str) -> set[Any]:
        sets: dict[str, set[Any]] = {
            "code": self.codes,
            "code_range": self.code_ranges,
            "code_units": self.code_units,
            "modifier": self.modifiers,
            "place": self.places,
            "year": self.years,
            "name": self.names,
        }
        return sets[kind]

    def add_day(self, day: date) -> None:
        """Take a date in, with its month and year."""
        self.days.add(day)
        self.months.add((day.year, day.month))
        self.month_days.add((day.month, day.day))
        self.years.add(day.year)


_NAMING = ("code", "code_range", "date", "month", "year", "name")
"""What the key of a row may support: it names the row, its figures are told by the cells."""
_PAIRS = re.compile(r"([a-z_0-9]+): ")
_RANGE_COLUMNS = (("minutes_from", "minutes_to"), ("min_minutes", "max_minutes"))


_READ_KEPT = 4096
_read: WeakKeyDictionary[Knowledge, dict[tuple[str, str, str], tuple[Support, list[Problem]]]] = WeakKeyDictionary()


def read_evidence(
    cited: Cited, knowledge: Knowledge, documents: Documents | None = None
) -> tuple[Support, list[Problem]]:
    """What `cited` supports, and what is wrong with it: no such record, a quote that it does not hold, bad sums.

    The same quote of the same record is read once; the user's documents and imported files, which may change, every
    time.
    """
    if not cited.quote.strip():
        return Support(), [Problem("quote", "an empty quote", cited.ref)]
    if cited.kind == "document":
        return _document(cited, documents(cited.ref) if documents is not None else None)
    if cited.ref.partition(":")[0] in CITED:
        return _look_up(cited, knowledge)
    read = _read.setdefault(knowledge, {})
    key = (cited.kind, cited.ref, cited.quote)
    if key not in read:
        if len(read) >= _READ_KEPT:
            read.clear()
        read[key] = _look_up(cited, knowledge)
    return read[key]


def _look_up(cited: Cited, knowledge: Knowledge) -> tuple[Support, list[Problem]]:
    if cited.kind == "statement":
        return _statement(cited, knowledge)
    return _table(cited, knowledge) if cited.kind == "table" else _computation(cited)


def _passage(cited: Cited, text: str | None) -> tuple[Support, list[Problem]]:
    if text is None:
        return Support(), [Problem("unknown_record", cited.ref, cited.kind)]
    if not holds(text, cited.quote):
        return Support(), [Problem("quote", cited.quote, cited.ref)]
    support = Support(words=plain(cited.quote).upper())
    support.add(tokens(cited.quote), cells=False)
    return support, []


def _document(cited: Cited, text: str | None) -> tuple[Support, list[Problem]]:
    """As `_passage`; the line that names the document and the page may be told beside the quote."""
    support, problems = _passage(cited, text)
    if text is not None and not problems:
        support.add(tokens(text.partition("\n")[0]), cells=False)
    return support, problems


def _statement(cited: Cited, knowledge: Knowledge) -> tuple[Support, list[Problem]]:
    if cited.ref not in knowledge.statements:
        return Support(), [Problem("unknown_record", cited.ref, cited.kind)]
    row = knowledge.statements.get(cited.ref)
    text = row.text if holds(row.text, cited.quote) else row.caveat
    support, problems = _passage(cited, text)
    if not problems:
        for day in (row.effective_from, row.effective_to):
            if day is not None:
                support.add_day(day)
    return support, problems


def _table(cited: Cited, knowledge: Knowledge) -> tuple[Support, list[Problem]]:
    rows: tuple[BaseModel, ...] = (knowledge.coverage,) if cited.ref == COVERAGE else table_rows(knowledge, cited.ref)
    if not rows:
        return Support(), [Problem("unknown_record", cited.ref, cited.kind)]
    pairs = next((found for row in rows if (found := _pairs_of(row, cited.quote)) is not None), None)
    if pairs is None:
        return Support(), [Problem("quote", cited.quote, cited.ref)]
    fixed = next((row for row in rows if isinstance(row, FixedText)), None)
    if fixed is not None:
        return fixed_support(fixed.text), []
    table, _, key = cited.ref.partition(":")
    support = Support(words=plain(f"{cited.quote} ; {key}").upper())
    for name, value in pairs:
        _add_cell(support, name, value)
    support.add((token for token in (*tokens(key), *tokens(table)) if token.kind in _NAMING), cells=False)
    _add_edition(support, knowledge, table)
    if table in ("modifiers", "places"):
        (support.modifiers if table == "modifiers" else support.places).add(key)
    held = dict(pairs)
    if "min_minutes" in held:
        # The data dictionary: the first minute at which one unit may be reported.
        support.numbers.setdefault(Decimal(1), set()).add("unit")
    for low, high in _RANGE_COLUMNS:
        if held.get(low, "").isdigit() and held.get(high, "").isdigit():
            support.ranges.add((Decimal(held[low]).normalize(), Decimal(held[high]).normalize()))
    return support, []


def fixed_support(text: str) -> Support:
    """A fixed sentence supports its own words, and may name any code, but not figures filled into its placeholders."""
    own = PLACEHOLDER.sub(" ", text)
    support = Support(words=plain(own).upper(), fixed=text)
    support.add(tokens(own), cells=False)
    return support


PLACEHOLDER = re.compile(r"\{[a-z_]+\}")


@lru_cache(maxsize=512)
def template(text: str) -> re.Pattern[str]:
    """What a fixed sentence looks like with anything in its placeholders."""
    return re.compile(".{1,200}?".join(re.escape(part) for part in PLACEHOLDER.split(text)), re.S)


def _add_cell(support: Support, name: str, value: str) -> None:
    """One cell; the column says what a bare figure, modifier or place is (`telehealth_pos: 10 home; 02 elsewhere`)."""
    found = tokens(value)
    if "minutes" in name:
        found = tuple(replace(token, unit="minute") if token.kind == "number" else token for token in found)
    support.add(found, cells="minutes" not in name)
    support.add(tokens(name), cells=False)
    if "mod" in name.split("_") or "modifier" in name or "modifiers" in name:
        support.modifiers.update(re.findall(r"\b[A-Z0-9]{2}\b", value))
    if "indicator" in name or name == "mai":
        support.names.update(indicator(digit) for digit in re.findall(r"\b\d\b", value))
    if "pos" in name.split("_") or "places" in name:
        support.places.update(re.findall(r"\b\d{2}\b", value))


def _add_edition(support: Support, knowledge: Knowledge, table: str) -> None:
    edition = knowledge.coverage.editions.get(table)
    if edition:
        for token in tokens(edition):
            if token.kind in ("month", "year", "date"):
                support.add((token,), cells=False)


def _computation(cited: Cited) -> tuple[Support, list[Problem]]:
    wrong = wrong_steps(cited.quote)
    if wrong:
        return Support(), [Problem("arithmetic", step, cited.ref) for step in wrong]
    support = Support(words=plain(cited.quote).upper())
    support.add(tokens(cited.quote), cells=True)
    return support, []


def holds(text: str, quote: str) -> bool:
    """Whether `quote` stands in `text` word for word, cutting no word, code or figure in two."""
    start = text.find(quote)
    while start >= 0:
        end = start + len(quote)
        if not _cuts(text, start) and not _cuts(text, end):
            return True
        start = text.find(quote, start + 1)
    return False


def _cuts(text: str, at: int) -> bool:
    """Whether position `at` lies inside a word or a figure of `text`."""
    before, after = text[at - 1 : at], text[at : at + 1]
    if not before or not after:
        return False
    if before.isalnum() and after.isalnum():
        return True
    if before in ".,$-" and after.isdigit():
        # `03.43` is no quote of `103.43`, nor `5` of `$5`; after a space or a full stop a figure may begin.
        return before == "$" or (at >= 2 and text[at - 2].isdigit())
    return before.isdigit() and after in ".,%" and (after == "%" or text[at + 1 : at + 2].isdigit())


def _pairs_of(row: BaseModel, quote: str) -> list[tuple[str, str]] | None:
    """The (column, value) pairs that `quote` lists, or None when it is no list of cells of `row`.

    A quote that is part of one cell counts as that cell.
    """
    columns = type(row).model_fields
    pairs: list[tuple[str, str]] = []
    at = 0
    while at < len(quote):
        head = _PAIRS.match(quote, at)
        value = _shown(getattr(row, head[1])) if head is not None and head[1] in columns else ""
        if head is None or not value or not quote.startswith(value, head.end()):
            break
        end = head.end() + len(value)
        if quote[end : end + 2] not in ("", "; "):
            break
        pairs.append((head[1], value))
        at = end + 2
    else:
        return pairs
    within = next((name for name in columns if holds(_shown(getattr(row, name)), quote)), None)
    return [(within, quote)] if within is not None else None


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "|".join(str(part) for part in value) if isinstance(value, tuple) else str(value)
