"""Everything the product knows, loaded lazily from one folder."""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from corpus.csvfile import read_rows
from corpus.errors import CorpusError, MissingFileError
from corpus.guard_rows import Decline, DeclineCue, DeclineExample, GuardWord, PersonNames, Premise, Words
from corpus.official import Official
from corpus.rows import (
    Asked,
    City,
    Code,
    CodeEdition,
    ConversionFactor,
    Denial,
    Edit,
    FixedText,
    HistoryEvent,
    Intent,
    Locality,
    Modifier,
    NeighbourCode,
    OfficialFile,
    PayerPosition,
    Phrase,
    Place,
    RankingWeight,
    Rate,
    Service,
    Taxonomy,
    TimeRow,
    VocabularyWord,
)
from corpus.rule_tables import RuleTables
from corpus.sources import Sources
from corpus.statements import Statement, Statements
from corpus.tables import CodeTable, Edits, Localities, Rates, TimeUnits

SHIPPED = Path(__file__).parent
"""The corpus that ships with codecite."""


class Coverage(BaseModel):
    """What `knowledge.toml` declares.

    `since` and `horizon` bound the dates of service that the tables cover, `written` is the day of the last check,
    `editions` the edition of each table, `rows` how many rows a table must hold because its publisher says so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    horizon: date
    written: date
    since: date | None = None
    editions: dict[str, str]
    rows: dict[str, int] = {}


class Knowledge:
    """The corpus of one folder. Tables are read on first use; `load_all` reads (and so validates) everything."""

    def __init__(self, root: Path = SHIPPED, official_url: str | None = None) -> None:
        """`official_url` is the database of imported official files; None looks at the shipped tables only."""
        if not root.is_dir():
            raise MissingFileError(root)
        self.root = root
        self.official = Official(official_url, self._sources_of)

    def _sources_of(self, kind: str, edition: str) -> tuple[str, ...]:
        """Ids of the bibliography for an edition of an official file: those that end with its name."""
        row = self.official_files.get(kind)
        return tuple(each for each in row.sources if each.endswith(edition.lower())) if row is not None else ()

    def _table(self, name: str) -> Path:
        return self.root / "tables" / f"{name}.csv"

    @cached_property
    def coverage(self) -> Coverage:
        """Horizon and editions; raises CorpusError when `knowledge.toml` cannot be read."""
        path = self.root / "knowledge.toml"
        if not path.is_file():
            raise MissingFileError(path)
        try:
            return Coverage.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, ValidationError) as error:
            raise CorpusError(f"{path}: {error}") from error

    @cached_property
    def sources(self) -> Sources:
        """The bibliography."""
        return Sources.load(self.root / "sources.csv")

    @cached_property
    def codes(self) -> CodeTable:
        """Billing codes with their history and earlier editions."""
        return CodeTable(
            read_rows(self._table("codes"), Code),
            read_rows(self._table("code_history"), HistoryEvent),
            read_rows(self._table("code_editions"), CodeEdition),
        )

    @cached_property
    def neighbours(self) -> dict[str, NeighbourCode]:
        """Codes of other fields that statements name in passing."""
        return {row.code: row for row in read_rows(self._table("neighbour_codes"), NeighbourCode)}

    @cached_property
    def known_codes(self) -> frozenset[str]:
        """Every code that the tables name, own and neighbouring."""
        return frozenset(row.code for row in self.codes) | frozenset(self.neighbours)

    @cached_property
    def statements(self) -> Statements:
        """Guidance statements."""
        return Statements.load(self.root / "guidance", self.known_codes)

    def statements_about(self, code: str, on: date | None = None) -> tuple[Statement, ...]:
        """Statements about one code (see `Statements.about`), reading no more guidance files than needed."""
        if "statements" in vars(self):
            return self.statements.about(code, on)
        return Statements.load(self.root / "guidance", self.known_codes, naming=code).about(code, on)

    @cached_property
    def asked(self) -> dict[str, tuple[Asked, ...]]:
        """Typical questions by the id of the statement that answers them; empty for a corpus that has none."""
        by_statement: dict[str, list[Asked]] = {}
        for path in sorted(self.root.glob("asked/*.csv")):
            for row in read_rows(path, Asked):
                by_statement.setdefault(row.statement, []).append(row)
        return {statement: tuple(rows) for statement, rows in by_statement.items()}

    @cached_property
    def ranking(self) -> tuple[RankingWeight, ...]:
        """Weights by which the best statement is chosen."""
        return read_rows(self._table("ranking"), RankingWeight)

    @cached_property
    def rates(self) -> Rates:
        """National Medicare amounts for 2026."""
        return Rates(read_rows(self._table("rates_2026"), Rate))

    @cached_property
    def localities(self) -> Localities:
        """Medicare localities for 2026."""
        return Localities(read_rows(self._table("gpci_2026"), Locality))

    @cached_property
    def cities(self) -> dict[str, City]:
        """Cities by `City.key`, the largest first."""
        return {row.key: row for row in read_rows(self._table("cities"), City)}

    @cached_property
    def conversion_factors(self) -> tuple[ConversionFactor, ...]:
        """Medicare's conversion factors."""
        return read_rows(self._table("conversion_factors"), ConversionFactor)

    @cached_property
    def official_files(self) -> dict[str, OfficialFile]:
        """Official files by kind, with the calendar of their publishers."""
        return {row.kind: row for row in read_rows(self._table("official_files"), OfficialFile)}

    @cached_property
    def time_units(self) -> TimeUnits:
        """Minutes to codes and units."""
        return TimeUnits(read_rows(self._table("time_units"), TimeRow))

    @cached_property
    def edits(self) -> Edits:
        """NCCI pairs."""
        return Edits(read_rows(self._table("edits"), Edit))

    @cached_property
    def modifiers(self) -> tuple[Modifier, ...]:
        """Modifiers."""
        return read_rows(self._table("modifiers"), Modifier)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Places of service."""
        return read_rows(self._table("places"), Place)

    @cached_property
    def payers(self) -> tuple[PayerPosition, ...]:
        """Payer positions by topic."""
        return read_rows(self._table("payers"), PayerPosition)

    @cached_property
    def denials(self) -> tuple[Denial, ...]:
        """Claim adjustment group, reason and remark codes."""
        return read_rows(self._table("denials"), Denial)

    @cached_property
    def taxonomies(self) -> tuple[Taxonomy, ...]:
        """Provider taxonomy codes."""
        return read_rows(self._table("taxonomies"), Taxonomy)

    @cached_property
    def vocabulary(self) -> tuple[VocabularyWord, ...]:
        """Controlled words of the table columns."""
        return read_rows(self._table("vocab_tables"), VocabularyWord)

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Billable variants of the services that people name."""
        return read_rows(self._table("services"), Service)

    @cached_property
    def phrases(self) -> tuple[Phrase, ...]:
        """Ways of saying facts."""
        return read_rows(self._table("vocabulary"), Phrase)

    @cached_property
    def rules(self) -> RuleTables:
        """Parameters of the coding rules."""
        return RuleTables(self.root / "tables")

    @cached_property
    def intents(self) -> dict[str, Intent]:
        """What questions may be about, by name."""
        return {row.intent: row for row in read_rows(self._table("intents"), Intent)}

    @cached_property
    def fixed_texts(self) -> dict[str, FixedText]:
        """Fixed sentences of the assistant by key; they state no billing fact."""
        return {row.key: row for row in read_rows(self._table("fixed_texts"), FixedText)}

    @cached_property
    def declines(self) -> tuple[Decline, ...]:
        """Kinds of requests that are not answered, with the reply."""
        return read_rows(self._table("declines"), Decline)

    @cached_property
    def decline_cues(self) -> tuple[DeclineCue, ...]:
        """Words by which requests that are not answered are told."""
        return read_rows(self._table("decline_cues"), DeclineCue)

    @cached_property
    def decline_examples(self) -> tuple[DeclineExample, ...]:
        """Utterances that are not answered."""
        return read_rows(self._table("decline_examples"), DeclineExample)

    @cached_property
    def premises(self) -> tuple[Premise, ...]:
        """What people take for granted and is not so, with the statements that correct it."""
        return read_rows(self._table("premises"), Premise)

    @cached_property
    def guard_words(self) -> tuple[GuardWord, ...]:
        """Words by which identifiers are told."""
        return read_rows(self._table("guard_words"), GuardWord)

    @cached_property
    def person_names(self) -> tuple[PersonNames, ...]:
        """Given and family names by initial."""
        return read_rows(self._table("person_names"), PersonNames)

    @cached_property
    def words(self) -> tuple[Words, ...]:
        """English and field words by initial."""
        return read_rows(self._table("words"), Words)

    @cached_property
    def version(self) -> str:
        """Short hash of every file of the corpus: the same text gives the same version on every machine."""
        digest = hashlib.sha256()
        for path in corpus_files(self.root):
            digest.update(path.relative_to(self.root).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()[:16]

    def load_all(self) -> Knowledge:
        """Read every table and statement; raises the first error with file and line."""
        for name, attribute in vars(type(self)).items():
            if isinstance(attribute, cached_property):
                getattr(self, name)
        self.rules.load_all()
        return self


def corpus_files(root: Path) -> Iterable[Path]:
    """The files that make up the knowledge of `root`, sorted: guidance, asked, tables, sources, knowledge.toml."""
    patterns = ("guidance/*.md", "asked/*.csv", "tables/*.csv", "sources.csv", "knowledge.toml")
    wanted = [path for pattern in patterns for path in root.glob(pattern)]
    return sorted(path for path in wanted if path.is_file())


def default_root() -> Path:
    """The corpus folder in force: `CODECITE_CORPUS` when set, else the shipped one."""
    override = os.environ.get("CODECITE_CORPUS")
    return Path(override) if override else SHIPPED
