"""The corpus as the checks see it: everything that can be read, with line numbers, and the errors of the rest."""

from __future__ import annotations

import csv
import importlib
import pkgutil
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

import corpus
from corpus import rows as models
from corpus.csvfile import numbered_rows
from corpus.errors import CorpusError, GuidanceError, TableError
from corpus.knowledge import Coverage
from corpus.lint.finding import LintFinding
from corpus.rows import Row
from corpus.rule_rows import PayerKind
from corpus.sources import Sources
from corpus.statements import Statement, Topic, read_guidance
from corpus.tables import CodeTable, Edits, Localities, Rates, TimeUnits

R = TypeVar("R", bound=Row)
Numbered = tuple[tuple[int, R], ...]

TABLES: dict[str, type[Row]] = {
    "codes": models.Code,
    "code_editions": models.CodeEdition,
    "code_history": models.HistoryEvent,
    "denials": models.Denial,
    "edits": models.Edit,
    "gpci_2026": models.Locality,
    "lookalikes": models.Lookalike,
    "modifiers": models.Modifier,
    "neighbour_codes": models.NeighbourCode,
    "payers": models.PayerPosition,
    "places": models.Place,
    "rates_2026": models.Rate,
    "taxonomies": models.Taxonomy,
    "time_units": models.TimeRow,
    "vocab_tables": models.VocabularyWord,
    "vocabulary": models.Phrase,
}
"""Tables with checks of their own. Any other CSV file of `tables/` gets the general checks; the row model that its
header fits, wherever that is defined, types it."""


class Held:
    """One corpus folder read without stopping at errors; `findings` collects them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.findings: list[LintFinding] = []
        self._tables: dict[str, Numbered[Row]] = {}
        for name in dict.fromkeys([*TABLES, *sorted(path.stem for path in root.glob("tables/*.csv"))]):
            self._tables[name] = self._read(root / "tables" / f"{name}.csv", TABLES.get(name))
        read = self._read(root / "sources.csv", models.Source)
        self.sources = tuple((line, row) for line, row in read if isinstance(row, models.Source))
        self.topics: list[Topic] = []
        self.statements: list[Statement] = []
        for path in sorted(root.glob("guidance/*.md")):
            self._read_guidance(path)

    def path(self, name: str) -> Path:
        """The file of a table."""
        return self.root / "tables" / f"{name}.csv"

    def table(self, name: str, model: type[R]) -> Numbered[R]:
        """The readable rows of a table with their lines."""
        return tuple((line, row) for line, row in self._tables.get(name, ()) if isinstance(row, model))

    def tables(self) -> Iterator[tuple[str, Numbered[Row]]]:
        """Name and rows of every table whose columns a row model fits."""
        yield from self._tables.items()

    def _fault(self, path: Path, error: CorpusError) -> None:
        line = getattr(error, "line", 0)
        self.findings.append(LintFinding(path, line, "unreadable", getattr(error, "problem", str(error)), error.hint))

    def _read(self, path: Path, model: type[Row] | None) -> Numbered[Row]:
        def report(error: TableError) -> None:
            where = f"column {error.column!r}: " if error.column else ""
            message = f"{where}{error.problem}"
            self.findings.append(LintFinding(path, error.line, "unreadable", message, error.hint))

        try:
            fitting = model or _model_of(path)
            return numbered_rows(path, fitting, report) if fitting else ()
        except CorpusError as error:
            self._fault(path, error)
            return ()

    def _read_guidance(self, path: Path) -> None:
        def report(error: GuidanceError) -> None:
            self._fault(path, error)

        try:
            topic, statements = read_guidance(path, self.known_codes, report)
        except CorpusError as error:
            self._fault(path, error)
        except UnicodeDecodeError:
            self.findings.append(LintFinding(path, 0, "unreadable", "not UTF-8", "Save the file as UTF-8."))
        else:
            self.topics.append(topic)
            self.statements.extend(statements)

    @cached_property
    def coverage(self) -> Coverage | None:
        """What `knowledge.toml` declares, or None when it cannot be read."""
        path = self.root / "knowledge.toml"
        try:
            return Coverage.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
            hint = "Declare horizon, written and [editions]; see the shipped knowledge.toml."
            self.findings.append(LintFinding(path, 0, "unreadable", str(error), hint))
            return None

    @cached_property
    def known_codes(self) -> frozenset[str]:
        """Own and neighboring codes."""
        own = {row.code for _, row in self.table("codes", models.Code)}
        return frozenset(own | {row.code for _, row in self.table("neighbour_codes", models.NeighbourCode)})

    @cached_property
    def lookalikes(self) -> frozenset[str]:
        """Words that look like codes and are none."""
        return frozenset(row.word for _, row in self.table("lookalikes", models.Lookalike))

    @cached_property
    def medicare_payers(self) -> frozenset[str]:
        """Payers for whom Medicare's own rules decide."""
        return frozenset(row.payer for _, row in self.table("payer_kinds", PayerKind) if row.medicare_rules)

    @cached_property
    def source_ids(self) -> frozenset[str]:
        """Ids of the bibliography."""
        return frozenset(row.id for _, row in self.sources)

    @cached_property
    def bibliography(self) -> Sources:
        """The bibliography."""
        return Sources(row for _, row in self.sources)

    @cached_property
    def codes(self) -> CodeTable:
        """Codes, history and editions."""
        return CodeTable(
            (row for _, row in self.table("codes", models.Code)),
            (row for _, row in self.table("code_history", models.HistoryEvent)),
            (row for _, row in self.table("code_editions", models.CodeEdition)),
        )

    @cached_property
    def rates(self) -> Rates:
        """National amounts."""
        return Rates(row for _, row in self.table("rates_2026", models.Rate))

    @cached_property
    def localities(self) -> Localities:
        """Localities."""
        return Localities(row for _, row in self.table("gpci_2026", models.Locality))

    @cached_property
    def time_units(self) -> TimeUnits:
        """Minutes to units."""
        return TimeUnits(row for _, row in self.table("time_units", models.TimeRow))

    @cached_property
    def edits(self) -> Edits:
        """NCCI pairs."""
        return Edits(row for _, row in self.table("edits", models.Edit))


def _model_of(path: Path) -> type[Row] | None:
    """The row model whose columns are exactly those of the file's header."""
    with path.open(newline="", encoding="utf-8", errors="replace") as handle:
        header = set(next(csv.reader(handle), []))
    return next((model for model in _models(Row) if set(model.model_fields) == header), None)


def _models(base: type[Row]) -> Iterator[type[Row]]:
    """All row models; those of modules named `...rows` count even when nothing else has imported them."""
    for module in pkgutil.iter_modules(corpus.__path__):
        if module.name.endswith("rows"):
            importlib.import_module(f"{corpus.__name__}.{module.name}")
    yield from _below(base)


def _below(base: type[Row]) -> Iterator[type[Row]]:
    for model in base.__subclasses__():
        yield model
        yield from _below(model)
