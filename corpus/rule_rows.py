"""Rows of the rule tables: parameters that the coding rules read, each with its sources.

The first column of every rule table is its key, so that `ref` can name one row.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator

from corpus.rows import Confidence, Items, OptDate, OptInt, OptText, Row, Ternary, Text, YesNo

Counting = Literal["columns", "midpoint", "full", "eight-minute"]
Measure = Literal["minutes", "days"]


def _numbers(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(int(part) if part.strip() else None for part in value.split("|")) if value.strip() else ()


OptInts = Annotated[tuple[int | None, ...], BeforeValidator(_numbers)]


class TimeRule(Row):
    """How one family counts time under one convention (`time_rules.csv`).

    `codes` is the ladder of base codes, shortest first; `addon` extends the last of them. `counting` says how a unit
    is reached: `columns` as `codes.csv` states it, `midpoint` past half of it, `full` all of it, `eight-minute` as
    `midpoint` on the day's total. Overrides where the code table does not decide: `starts` first minute of each base
    code, `covers` minutes counted to the last base code before the add-on begins, `every` length of a repeating
    unit, `max_units` cap of the repeating or add-on code, `last` last minute that the ladder describes. `other_basis`
    is what else than time may choose the base code; then the add-on is not reported, as `addon_statement` says.
    """

    rule: Text
    family: Text
    convention: Text
    measure: Measure
    period: Text
    codes: Items
    addon: OptText
    counting: Counting
    starts: OptInts
    covers: OptInt
    every: OptInt
    max_units: OptInt
    last: OptInt
    other_basis: OptText
    addon_statement: OptText
    basis: Text
    sources: Items
    confidence: Confidence
    note: OptText


class Convention(Row):
    """One way of counting time (`conventions.csv`).

    `payers` are those that use it by default (`any`: all others); blank means only when the payer says so. The
    lowest `rank` wins among those that fit. `shown_to` are payers that see it as another possible reading.
    """

    convention: Text
    name: Text
    meaning: Text
    payers: Items
    shown_to: Items
    rank: int
    counting: Counting
    statements: Items
    sources: Items


class StatusLetter(Row):
    """What a status letter of the Medicare fee schedule means (`status_letters.csv`).

    `conditions` is `special` when the letter pays only under conditions of its own.
    """

    status: Text
    name: Text
    separately_payable: YesNo
    conditions: OptText
    meaning: Text
    consequence: Text
    statements: Items
    sources: Items


class Performer(Row):
    """Who may perform or report a service (`performers.csv`).

    `medicare_bills` says whether Medicare enrolls them to bill in their own name (from `medicare_from`, when a date
    is known), `medicare_share` the percentage of the fee schedule amount that it allows them (blank: not held).
    `aliases` are credentials and other names, lower case.
    """

    performer: Text
    label: Text
    kind: Literal["clinician", "staff", "program", "open"]
    medicare_bills: Ternary
    medicare_from: OptDate
    medicare_share: OptInt
    share_note: OptText
    not_billing_why: OptText
    aliases: Items
    statements: Items
    sources: Items


class WhoRule(Row):
    """That some performers may or may not report some codes to some payers (`who_rules.csv`), with its statement.

    Blank `codes` means every code; a row with `at_pos` speaks only of these places of service. `condition` is one
    sentence on what must hold besides, or on what is done instead. The dates are dates of service, inclusive.
    """

    rule: Text
    performers: Items
    codes: Items
    at_pos: Items
    payers: Items
    allowed: YesNo
    instead: Items
    effective_from: OptDate
    effective_to: OptDate
    condition: OptText
    statement: Text


class PayerKind(Row):
    """What kind of payer a payer word means (`payer_kinds.csv`).

    `medicare_rules`: Medicare's own rules (fee schedule, enrollment, NCCI) decide. `names` are the names that
    `payers.csv` uses for it.
    """

    payer: Text
    name: Text
    kind: Text
    medicare_rules: YesNo
    names: Items


class Slot(Row):
    """A fact that a rule may need (`slots.csv`): its default when there is one, and how to ask for it.

    `rank` orders the questions; `options` are `value=words` pairs.
    """

    slot: Text
    rank: int
    default_value: OptText
    default_why: OptText
    question: Text
    options: Items

    @property
    def words(self) -> dict[str, str]:
        """Value to words, in table order."""
        return {value: words for value, _, words in (option.partition("=") for option in self.options)}


class VisitWindow(Row):
    """A code for a visit that follows a discharge (`visit_windows.csv`), with its statement.

    `last_day` is the last day of the visit, counted from the discharge; `complexities` are the levels of medical
    decision making that it takes. `service` is the concept whose codes are told apart so.
    """

    code: Text
    service: Text
    last_day: int
    complexities: Items
    statement: Text
    sources: Items


class CombinationRule(Row):
    """Whether codes of two lists go together in a period (`combination_rules.csv`), with its statement.

    `relation`: `never`; `separate` only as distinct work or time under `condition`; `em-modifier` with the modifier
    for a separate E/M on the E/M; `allowed`. `clinician` is `one` when the statement speaks of the services of one
    clinician, so that it says nothing of two. The dates are those of the statement.
    """

    rule: Text
    codes_a: Items
    codes_b: Items
    period: Literal["day", "month", "evaluation"]
    relation: Literal["never", "separate", "em-modifier", "allowed"]
    payers: Items
    effective_from: OptDate
    effective_to: OptDate
    clinician: OptText
    condition: OptText
    statement: Text


class ModifierGroup(Row):
    """Modifiers that do one job (`modifier_groups.csv`).

    `put_on` are families or services of the codes that may carry them (blank: any), `carried_by` the code of a pair
    that does, `documentation` what the record must show.
    """

    group: Text
    modifiers: Items
    put_on: Items
    carried_by: Literal["em", "column2", "either", "none"]
    meaning: Text
    documentation: OptText
    statements: Items


class TelehealthRule(Row):
    """How a payer wants telehealth marked (`telehealth_rules.csv`).

    `need`: whether a modifier goes on the line (`required`, `not-required`, `informational`, `where-needed`,
    `varies`, `unknown`) or the service is `not-paid`. `location` is where the patient is; `families` those of the
    codes that the row is about (blank: every code); blank `pos`: the place decides or is not stated.
    """

    rule: Text
    payers: Items
    modality: Literal["video", "audio-only"]
    location: Literal["home", "elsewhere", "any"]
    families: Items
    need: Literal["required", "not-required", "informational", "where-needed", "varies", "unknown", "not-paid"]
    modifiers: Items
    pos: OptText
    effective_from: OptDate
    effective_to: OptDate
    note: OptText
    statements: Items


class Principle(Row):
    """What holds of a kind of rule as a whole (`principles.csv`), with the statements that say it."""

    principle: Text
    statements: Items


class TelehealthPlace(Row):
    """Which telehealth place of service a patient's place means (`telehealth_places.csv`)."""

    pos: Text
    telehealth_pos: Text
    location: Literal["home", "elsewhere"]
    statements: Items


class ModifierConflict(Row):
    """Modifiers that do not go with each other, a place, a kind of code or a payer (`modifier_conflicts.csv`).

    Every filled condition must hold: one of `modifiers`, one of `with_modifiers`, a place in `at_pos` and not in
    `not_at_pos`, and `code_is` (`em`, `not_em`, `not_split`: the fee schedule has no component amounts).
    """

    rule: Text
    modifiers: Items
    with_modifiers: Items
    at_pos: Items
    not_at_pos: Items
    code_is: OptText
    payers: Items
    effective_from: OptDate
    effective_to: OptDate
    severity: Literal["deny", "warn", "info"]
    problem: Text
    fix: Text
    statements: Items


class MueIndicator(Row):
    """What a medically unlikely edit's adjudication indicator means (`mue_indicators.csv`)."""

    mai: Text
    name: Text
    meaning: Text
    above: Text
    absolute: YesNo
    statements: Items
