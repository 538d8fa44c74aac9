"""Whether an Answer can be trusted, independently of the engine's own checker (`bot.verify` is not used here).

Two questions: does each citation quote what the corpus really holds, read anew from its files; and does each code,
number and date of a sentence occur in what the sentence cites. And one more: does the answer hold for the date asked.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from bot.answer import Answer, Citation
from corpus.documents import passages
from corpus.knowledge import Knowledge
from eval.questions import Question
from eval.scorers import Check, Problems, codes_of


class Records:
    """What citations may quote: statements, passages and rows of the tables, read anew from the corpus' files."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._rows: dict[str, list[dict[str, str]]] = {}

    @cached_property
    def texts(self) -> dict[str, str]:
        """Text of each statement and passage by id; statements without their `statement:` too."""
        held = {passage.id: passage.text for passage in passages(self._knowledge)}
        return held | {name.removeprefix("statement:"): text for name, text in held.items()}

    @cached_property
    def _files(self) -> dict[str, Path]:
        return {_table_name(path.stem): path for path in sorted((self._knowledge.root / "tables").glob("*.csv"))}

    def rows(self, table: str) -> list[dict[str, str]]:
        """The rows of the table that a citation's `table:key` names; none when there is no such table."""
        name = _table_name(table)
        if name not in self._rows:
            path = self._files.get(name)
            self._rows[name] = [] if path is None else _read(path)
        return self._rows[name]

    def holds(self, citation: Citation) -> bool:
        """Whether the quote stands in the record that the citation names."""
        quote = citation.quote.strip()
        if not quote:
            return False
        if citation.kind == "computation":
            return not wrong_arithmetic(quote)
        if quote in self.texts.get(citation.ref, ""):
            return True
        table, _, key = citation.ref.partition(":")
        if table == _COVERAGE:
            return _quotes(quote, self._coverage)
        return any(_quotes(quote, row) for row in self.rows(table) if _has_key(row, key)) or (
            # A code as it was on an earlier date: its row with the cells of that edition.
            _table_name(table) == _table_name("codes")
            and any(_quotes(quote, now | then) for now, then in self._editions(key))
        )

    @cached_property
    def _coverage(self) -> dict[str, str]:
        held = tomllib.loads((self._knowledge.root / "knowledge.toml").read_text(encoding="utf-8"))
        return {name: str(value) for name, value in held.items()}

    def _editions(self, code: str) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
        for now in (row for row in self.rows("codes") if row.get("code") == code):
            for then in (row for row in self.rows("code_editions") if row.get("code") == code):
                yield now, {name: cell for name, cell in then.items() if cell}


_COVERAGE = "coverage"


def _table_name(name: str) -> str:
    """One name for `time_units`, `timeunit` and `time_unit`: citations and files spell tables differently."""
    return name.lower().replace("_", "").removesuffix("s")


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _has_key(row: dict[str, str], key: str) -> bool:
    """Whether the cells that a key is made of stand in the row; its first part is enough, parts have no fixed order."""
    return key in row.values() or any(cell and key.startswith(cell) for cell in row.values())


def _quotes(quote: str, row: dict[str, str]) -> bool:
    """Whether a quote `column: cell; column: cell` tells cells of this row."""
    names = "|".join(sorted(map(re.escape, row), key=len, reverse=True))
    parts = re.split(rf"(?:^|; )({names}): ", quote)
    if len(parts) < 3 or parts[0]:
        return False
    return all(_same(told, row[name]) for name, told in zip(parts[1::2], parts[2::2], strict=True))


def _same(told: str, cell: str) -> bool:
    return _plain(told) == _plain(cell) or _numeric(told) == _numeric(cell) is not None


def _plain(text: str) -> str:
    return re.sub(r"\s*\|\s*", "|", " ".join(text.split())).lower()


def _numeric(text: str) -> Decimal | None:
    text = text.strip()
    return Decimal(text).normalize() if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


_NUMBER = r"\$?(\d[\d,]*(?:\.\d+)?)"
_STEP = re.compile(rf"(?<![\w.]){_NUMBER}((?:\s*[-+x×*/]\s*{_NUMBER})+)\s*=\s*{_NUMBER}")
_PART = re.compile(rf"([-+x×*/])\s*{_NUMBER}")


def wrong_arithmetic(text: str) -> Problems:
    """The steps `a x b + c = d` of a computation that are wrong, read from left to right, to the cent."""
    wrong = []
    for match in _STEP.finditer(text):
        total = _value(match[1])
        for sign, number in _PART.findall(match[2]):
            total = _applied(total, sign, _value(number))
        if abs(total - _value(match.groups()[-1])) > Decimal("0.011"):
            wrong.append(match[0])
    return tuple(wrong)


def _value(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _applied(total: Decimal, sign: str, value: Decimal) -> Decimal:
    match sign:
        case "+":
            return total + value
        case "-":
            return total - value
        case "/":
            return total / value if value else Decimal("NaN")
        case _:
            return total * value


def citations(answer: Answer, records: Records) -> Problems:
    """Every quote stands in what it cites."""
    return tuple(
        f"[{row.n}] {row.ref}: the quote is not there"
        for row in answer.citations
        if row.kind != "document" and not records.holds(row)
    )


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]*\.?"
_DATES = (
    (re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)"), (1, 2, 3)),
    (re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)"), (3, 1, 2)),
    (re.compile(rf"\b{_MONTH} (\d{{1,2}}),? (\d{{4}})\b", re.I), (3, 1, 2)),
)
_RANGE = re.compile(r"(?<!\w)([A-Z]?)(\d{4})([A-Z]?|\d)\s*(?:-|–|to|through)\s*([A-Z]?)(\d{4})([A-Z]?|\d)(?!\w)")
_AMOUNT = re.compile(r"(?<![A-Za-z\d.])(\d[\d,]*(?:\.\d+)?)(?![A-Za-z]*\d)")


def _asserted(text: str) -> tuple[set[str], set[dt.date], set[Decimal]]:
    """Codes, dates and numbers of a text; what one has read is no longer there for the next."""
    named = codes_of(text)
    for code in named:
        text = re.sub(rf"(?<!\w){code}[xX]?", " ", text)
    days = set()
    for pattern, order in _DATES:
        for match in pattern.finditer(text):
            year, month, day = (match[at] for at in order)
            number = _MONTHS.index(month.lower()[:3]) + 1 if month.isalpha() else int(month)
            try:
                days.add(dt.date(int(year), number, int(day)))
            except ValueError:
                continue
        text = pattern.sub(" ", text)
    amounts = {_value(found.rstrip(",.")).normalize() for found in _AMOUNT.findall(text)}
    return named, days, amounts


def support(answer: Answer) -> Problems:
    """Each code, date and number of a sentence occurs in what the sentence cites.

    What is cited is the quote, its caveat and section, and the dates between which the record holds; the date of
    service that the answer states for itself needs no evidence. A sentence that asserts none of these needs none.
    """
    if answer.status in ("out_of_scope", "refused"):
        return ()  # A fixed reply that says nothing about billing.
    held = {row.n: _asserted(_evidence(row)) for row in answer.citations}
    ranges = {row.n: _ranges(row.quote) for row in answer.citations}
    frames = {row.n: row.quote for row in answer.citations if "{" in row.quote}
    given = _asserted(answer.as_of)[1]
    problems = []
    for sentence in (*answer.sentences, *answer.more):
        numbers = [number for number in sentence.citations if number in held]
        if any(_fills(frames[number], sentence.text) for number in numbers if number in frames):
            continue
        cited = [held[number] for number in numbers]
        named, days, amounts = _asserted(sentence.text)
        within = {code for code in named for number in numbers if any(_lies(code, *two) for two in ranges[number])}
        missing = [
            *sorted(named - within - set().union(*(one[0] for one in cited))),
            *(day.isoformat() for day in sorted(days - given - set().union(*(one[1] for one in cited)))),
            *map(str, sorted(amounts - _numbers(cited, given))),
        ]
        problems += [f"{what} is in no evidence of: {sentence.text[:80]}" for what in missing]
    return tuple(problems)


def _ranges(text: str) -> list[tuple[str, str]]:
    """First and last code of each range of codes of one shape."""
    found = [("".join(match.group(1, 2, 3)), "".join(match.group(4, 5, 6))) for match in _RANGE.finditer(text)]
    return [(first, last) for first, last in found if _shape(first) == _shape(last)]


def _lies(code: str, first: str, last: str) -> bool:
    return _shape(code) == _shape(first) and first <= code <= last


def _shape(code: str) -> str:
    return re.sub(r"\d", "0", code)


def _fills(frame: str, sentence: str) -> bool:
    """Whether the sentence is a fixed text of ours with its places filled: what fills them is the user's own."""
    parts = re.split(r"\{\w+\}", frame.rpartition("text: ")[2])
    return re.fullmatch(".*".join(map(re.escape, parts)), sentence, re.S) is not None


def _numbers(cited: Sequence[tuple[set[str], set[dt.date], set[Decimal]]], given: set[dt.date]) -> set[Decimal]:
    """Numbers of the evidence, and the years of its dates."""
    years = {Decimal(day.year) for day in given.union(*(one[1] for one in cited))}
    return years.union(*(one[2] for one in cited))


def _evidence(row: Citation) -> str:
    return " ; ".join(filter(None, (row.quote, row.caveat, row.section, row.effective_from, row.effective_to)))


def effective_date(question: Question, answer: Answer) -> Problems | None:
    """The answer holds for the date of service asked; None when the question gives no date."""
    wanted = question.must_as_of or question.dos
    if wanted is None:
        return None
    return () if answer.as_of == wanted.isoformat() else (f"holds for {answer.as_of}, not {wanted}",)


def checks(question: Question, answer: Answer, records: Records) -> tuple[Check, ...]:
    """Citation validity, support and effective date."""
    found = {
        "citation-validity": citations(answer, records),
        "support": support(answer),
        "effective-date": effective_date(question, answer),
    }
    return tuple(Check(name, problems) for name, problems in found.items() if problems is not None)
