"""The rule tables of one folder, read on first use, with the look-ups that the rules need."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TypeVar

from corpus.csvfile import read_rows
from corpus.rows import Row
from corpus.rule_rows import (
    CombinationRule,
    Convention,
    ModifierConflict,
    ModifierGroup,
    MueIndicator,
    PayerKind,
    Performer,
    Principle,
    Slot,
    StatusLetter,
    TelehealthPlace,
    TelehealthRule,
    TimeRule,
    VisitWindow,
    WhoRule,
)
from corpus.statements import ANY_PAYER

R = TypeVar("R", bound=Row)


class RuleTables:
    """Parameters of the coding rules; `load_all` reads (and so validates) every table."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _read(self, name: str, model: type[R]) -> tuple[R, ...]:
        return read_rows(self.folder / f"{name}.csv", model)

    @cached_property
    def time_rules(self) -> tuple[TimeRule, ...]:
        """How each family counts time under each convention."""
        return self._read("time_rules", TimeRule)

    @cached_property
    def conventions(self) -> dict[str, Convention]:
        """Ways of counting time, by name, in order of rank."""
        rows = sorted(self._read("conventions", Convention), key=lambda row: row.rank)
        return {row.convention: row for row in rows}

    @cached_property
    def _time_rules_by_key(self) -> dict[tuple[str, str], TimeRule]:
        return {(row.family, row.convention): row for row in self.time_rules}

    def time_rule(self, family: str, convention: str) -> TimeRule | None:
        """How `family` counts under `convention`, or None."""
        return self._time_rules_by_key.get((family, convention))

    @cached_property
    def _families_by_code(self) -> dict[str, tuple[str, ...]]:
        held: dict[str, dict[str, None]] = {}
        for rule in self.time_rules:
            for code in (*rule.codes, *((rule.addon,) if rule.addon else ())):
                held.setdefault(code, {})[rule.family] = None
        return {code: tuple(families) for code, families in held.items()}

    def families_of(self, code: str) -> tuple[str, ...]:
        """Time families that `code` belongs to, as base or add-on."""
        return self._families_by_code.get(code, ())

    @cached_property
    def status_letters(self) -> dict[str, StatusLetter]:
        """Meaning of the fee schedule's status letters."""
        return {row.status: row for row in self._read("status_letters", StatusLetter)}

    @cached_property
    def performers(self) -> dict[str, Performer]:
        """Who may perform or report a service."""
        return {row.performer: row for row in self._read("performers", Performer)}

    @cached_property
    def _performers_by_alias(self) -> dict[str, Performer]:
        return {name: row for row in self.performers.values() for name in (*row.aliases, row.label, row.performer)}

    def performer(self, name: str) -> Performer | None:
        """The performer with this key, credential or name (any case), or None."""
        return self._performers_by_alias.get(name.strip().lower())

    @cached_property
    def who_rules(self) -> tuple[WhoRule, ...]:
        """Who may or may not report which codes, where a statement says so."""
        return self._read("who_rules", WhoRule)

    @cached_property
    def payers(self) -> dict[str, PayerKind]:
        """Payer words and what kind of payer each is."""
        return {row.payer: row for row in self._read("payer_kinds", PayerKind)}

    def medicare_rules(self, payer: str | None) -> bool:
        """Whether Medicare's own rules decide for `payer`."""
        row = self.payers.get(payer or "")
        return row is not None and row.medicare_rules

    def fits(self, payer: str | None, payers: tuple[str, ...]) -> bool:
        """Whether a rule for `payers` is about `payer`: named itself, by its kind, or by the word for everyone."""
        if ANY_PAYER in payers:
            return True
        row = self.payers.get(payer or "")
        return payer in payers or (row is not None and row.kind in payers)

    @cached_property
    def slots(self) -> dict[str, Slot]:
        """Facts that a rule may need, in the order in which to ask."""
        rows = sorted(self._read("slots", Slot), key=lambda row: row.rank)
        return {row.slot: row for row in rows}

    @cached_property
    def visit_windows(self) -> tuple[VisitWindow, ...]:
        """Codes of visits that must follow a discharge within so many days."""
        return self._read("visit_windows", VisitWindow)

    @cached_property
    def combinations(self) -> tuple[CombinationRule, ...]:
        """Which codes go together, where a statement says so."""
        return self._read("combination_rules", CombinationRule)

    @cached_property
    def _combinations_by_code(self) -> dict[str, tuple[CombinationRule, ...]]:
        held: dict[str, dict[str, CombinationRule]] = {}
        for row in self.combinations:
            for code in (*row.codes_a, *row.codes_b):
                held.setdefault(code, {})[row.rule] = row
        return {code: tuple(rows.values()) for code, rows in held.items()}

    def combinations_of(self, first: str, second: str) -> tuple[CombinationRule, ...]:
        """Rules about these two codes together, in either order."""
        return tuple(
            row
            for row in self._combinations_by_code.get(first, ())
            if (first in row.codes_a and second in row.codes_b) or (second in row.codes_a and first in row.codes_b)
        )

    @cached_property
    def modifier_groups(self) -> dict[str, ModifierGroup]:
        """Modifiers by the job they do."""
        return {row.group: row for row in self._read("modifier_groups", ModifierGroup)}

    @cached_property
    def mue_indicators(self) -> dict[str, MueIndicator]:
        """Adjudication indicators of medically unlikely edits."""
        return {row.mai: row for row in self._read("mue_indicators", MueIndicator)}

    @cached_property
    def telehealth_rules(self) -> tuple[TelehealthRule, ...]:
        """How payers want telehealth marked."""
        return self._read("telehealth_rules", TelehealthRule)

    @cached_property
    def principles(self) -> dict[str, Principle]:
        """What holds of kinds of rules as a whole."""
        return {row.principle: row for row in self._read("principles", Principle)}

    @cached_property
    def telehealth_places(self) -> dict[str, TelehealthPlace]:
        """Telehealth places of service by the place where the patient is."""
        return {row.pos: row for row in self._read("telehealth_places", TelehealthPlace)}

    @cached_property
    def modifier_conflicts(self) -> tuple[ModifierConflict, ...]:
        """Modifiers that do not go together, with a place, a kind of code or a payer."""
        return self._read("modifier_conflicts", ModifierConflict)

    def rows(self, table: str) -> tuple[Row, ...]:
        """Every row of the table whose rows are of the class named `table` (lower case); empty when there is none."""
        for name, attribute in vars(type(self)).items():
            if not isinstance(attribute, cached_property):
                continue
            held = getattr(self, name)
            found = tuple(held.values()) if isinstance(held, dict) else held
            if found and isinstance(found[0], Row) and type(found[0]).__name__.lower() == table:
                return found
        return ()

    def load_all(self) -> None:
        """Read every rule table; raises the first error with file and line."""
        for name, attribute in vars(type(self)).items():
            if isinstance(attribute, cached_property):
                getattr(self, name)
