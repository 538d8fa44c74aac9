"""One frozen model a table: the columns of `tables/*.csv`, typed.

Column meanings are those of the data dictionary in `tables/README.md`. Codes, modifiers, places, MAC and locality
numbers are text (leading zeros count); lists are joined by `|`; an empty cell is `None` or an empty tuple.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _blank(value: object) -> object:
    return None if value == "" else value


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split("|") if part.strip()) if isinstance(value, str) else value


def _yes(value: object) -> object:
    return {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value


Text = str
OptText = Annotated[str | None, BeforeValidator(_blank)]
OptInt = Annotated[int | None, BeforeValidator(_blank)]
OptDate = Annotated[date | None, BeforeValidator(_blank)]
OptMoney = Annotated[Decimal | None, BeforeValidator(_blank)]
Items = Annotated[tuple[str, ...], BeforeValidator(_split)]
YesNo = Annotated[bool, BeforeValidator(_yes)]
Confidence = Literal["high", "medium", "low"]
Tier = Literal["official", "payer", "society", "vendor"]
Ternary = Literal["yes", "no", "unknown"]


class Row(BaseModel):
    """Base of all rows: frozen, no unknown columns."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)


class Code(Row):
    """One billing code (`codes.csv`): what it is, its time rule, who reports it and what Medicare does with it."""

    code: Text
    system: Literal["CPT-I", "CPT-III", "HCPCS-II"]
    status: Literal["active", "deleted"]
    effective_from: OptDate
    effective_to: OptDate
    replaced_by: Items
    label: Text
    official_descriptor: OptText
    descriptor_edition: OptText
    family: Text
    service: Text
    unit: Text
    min_minutes: OptInt
    max_minutes: OptInt
    typical_minutes: OptInt
    increment_minutes: OptInt
    time_rule: Literal["none", "range", "threshold", "midpoint", "cumulative-month"]
    participants: Text
    min_participants: OptInt
    addon: YesNo
    addon_to: Items
    requires: OptText
    performed_by: Items
    supervision: OptText
    medicare_status_2026: OptText
    medicare_payable_2026: OptText
    telehealth_2026: Ternary
    audio_only_2026: Ternary
    mue: OptInt
    mai: OptText
    mue_edition: OptText
    aliases: Items
    note: OptText
    sources: Items
    confidence: Confidence
    scope: Literal["core", "adjacent"]
    telehealth_basis: OptText
    replacement_condition: OptText
    visit: Annotated[Literal["first", "later"] | None, BeforeValidator(_blank)]


class CodeEdition(Row):
    """How a code that was redefined later read until `effective_to` (`code_editions.csv`).

    Every column is stated as it was then: a blank cell means that the edition had no such value. Columns of `Code`
    that are not listed here are today's. `effective_from` is None when the edition is older than the evidence.
    """

    code: Text
    effective_from: OptDate
    effective_to: date
    label: Text
    official_descriptor: OptText
    descriptor_edition: OptText
    service: Text
    unit: Text
    min_minutes: OptInt
    max_minutes: OptInt
    typical_minutes: OptInt
    increment_minutes: OptInt
    time_rule: Literal["none", "range", "threshold", "midpoint", "cumulative-month"]
    requires: OptText
    performed_by: Items
    aliases: Items
    note: OptText
    sources: Items
    confidence: Confidence

    def covers(self, on: date) -> bool:
        """Whether a date of service falls into this edition."""
        return (self.effective_from is None or self.effective_from <= on) and on <= self.effective_to

    def applied_to(self, today: Code) -> Code:
        """The row of the code as it was: today's row with this edition's columns."""
        return today.model_copy(update=self.model_dump(exclude={"code", "effective_from", "effective_to"}))


_ANNOUNCED = "ANNOUNCED"


class HistoryEvent(Row):
    """One event in a code's life (`code_history.csv`); `date` is a deletion's last valid day, or None."""

    code: Text
    event: Literal["added", "deleted", "redefined", "revalued"]
    date: OptDate
    what_changed: Text
    replaced_by: Items
    source: Items

    @property
    def announced(self) -> bool:
        """Whether the event has only been announced: nothing is known yet of how the code will read."""
        return self.what_changed.startswith(_ANNOUNCED)


class Rate(Row):
    """National Medicare relative values and amounts in dollars for one (code, modifier) (`rates_2026.csv`)."""

    code: Text
    mod: OptText
    status: Text
    work_rvu: Decimal
    nonfac_pe_rvu: OptMoney
    fac_pe_rvu: OptMoney
    mp_rvu: Decimal
    nonfac_total: OptMoney
    fac_total: OptMoney
    nonfac_amount: OptMoney
    fac_amount: OptMoney
    nonfac_na: OptText
    fac_na: OptText
    amount_basis: Text
    conversion_factor: Decimal
    global_days: OptText
    pctc: OptText
    source: Text


class Locality(Row):
    """Geographic practice cost indices of one (MAC, locality) (`gpci_2026.csv`)."""

    mac: Text
    state: Text
    locality: Text
    locality_name: Text
    pw_gpci: Decimal
    pe_gpci: Decimal
    mp_gpci: Decimal
    source: Text


class City(Row):
    """A city and the Medicare localities that its ZIP codes lie in (`cities.csv`), each `MAC-locality`.

    Blank `localities` means the one locality of its state; several mean that the city alone does not tell. `aliases`
    are other names, lower case. `reads_as` marks a name that is also an ordinary word or a person's name.
    """

    city: Text
    state: Text
    population: int
    localities: Items
    aliases: Items
    reads_as: Annotated[Literal["word", "name"] | None, BeforeValidator(_blank)]
    sources: Items

    @property
    def key(self) -> str:
        """How answers and facts name it: `Springfield, MO`."""
        return f"{self.city}, {self.state}"


class ConversionFactor(Row):
    """One conversion factor in dollars and whom it applies to (`conversion_factors.csv`)."""

    effective_from: date
    effective_to: date
    applies_to: Text
    general: YesNo
    factor: Decimal
    sources: Items

    def covers(self, on: date) -> bool:
        """Whether it applies to a date of service."""
        return self.effective_from <= on <= self.effective_to


class OfficialFile(Row):
    """One official file and its calendar (`official_files.csv`): when its publisher brings a new edition.

    `months` are the months in which an edition takes effect, `table` the shipped table that rests on it and
    `table_edition` the first day of the edition in it.
    """

    kind: Text
    title: Text
    publisher: Text
    cadence: Literal["quarterly", "yearly", "twice-a-year", "three-times-a-year", "irregular"]
    months: Items
    table: OptText
    table_edition: OptDate
    page: Text
    note: OptText
    sources: Items


class TimeRow(Row):
    """Codes and units for an inclusive span of minutes (or days) of one family under one convention."""

    family: Text
    convention: Text
    measure: Literal["minutes", "days"]
    period: Text
    minutes_from: int
    minutes_to: int
    codes_and_units: Text
    over_mue: OptText
    rule_basis: Text
    source: Text
    confidence: Confidence
    note: OptText

    @property
    def units(self) -> tuple[tuple[str, int], ...]:
        """The (code, units) pairs of this span, in billing order; empty when nothing is billable."""
        if self.codes_and_units == "none":
            return ()
        pairs = (part.rpartition("x") for part in self.codes_and_units.split("+"))
        return tuple((code, int(count)) for code, _, count in pairs)


class Edit(Row):
    """One NCCI procedure-to-procedure pair: column one is paid, column two denied unless the indicator allows."""

    column1: Text
    column2: Text
    modifier_indicator: Literal["0", "1", "9"]
    rationale: Text
    edition: Text
    sources: Items


class Modifier(Row):
    """One modifier (`modifiers.csv`)."""

    modifier: Text
    name: Text
    code_set: Text
    official_descriptor: OptText
    use_when: OptText
    do_not_use_when: OptText
    payer_notes: OptText
    sources: Items
    confidence: Confidence


class Place(Row):
    """One place-of-service code (`places.csv`)."""

    pos: Text
    name: Text
    definition: Text
    setting: Text
    behavioral_health_use: OptText
    sources: Items


class PayerPosition(Row):
    """What one payer says on one topic (`payers.csv`)."""

    payer: Text
    line_of_business: Text
    topic: Text
    codes: Items
    position: Text
    conditions: OptText
    telehealth_modifier: OptText
    telehealth_pos: OptText
    audio_only: OptText
    effective_from: OptText
    as_of: OptText
    sources: Items
    confidence: Confidence


class Denial(Row):
    """One claim adjustment group code, reason code or remark code (`denials.csv`)."""

    code: Text
    code_type: Text
    meaning: Text
    usual_cause: OptText
    fix: OptText
    sources: Items


class Taxonomy(Row):
    """One provider taxonomy code (`taxonomies.csv`)."""

    nucc_code: Text
    name: Text
    who_uses_it: OptText
    notes: OptText
    sources: Items


class NeighbourCode(Row):
    """A code of another field that a statement names in passing (`neighbour_codes.csv`)."""

    code: Text
    field: Text
    what_it_is: Text


class Lookalike(Row):
    """A word that looks like a billing code and is none (`lookalikes.csv`): loops, policy numbers, myths."""

    word: Text
    what_it_is: Text


class Source(Row):
    """One document of the bibliography (`sources.csv`); `as_of` is empty for an undated page."""

    id: Text
    title: Text
    publisher: Text
    url: Text
    tier: Tier
    as_of: OptText


class VocabularyWord(Row):
    """One controlled word of a table column (`vocab_tables.csv`)."""

    column: Text
    value: Text
    count: OptText
    meaning: OptText


class Asked(Row):
    """One typical question (`asked/TOPIC.csv`) that `statement` answers, with its answer when yes or no is asked."""

    statement: Text
    verdict: Annotated[Literal["yes", "no", "depends"] | None, BeforeValidator(_blank)]
    question: Text


class RankingWeight(Row):
    """Weight of one feature of a statement in the choice of the best (`ranking.csv`), fitted by `eval.ranking`."""

    feature: Text
    weight: float


class Service(Row):
    """One billable variant of a service (`services.csv`): the conditions under which it applies and what it bills.

    `service` is the concept that people name; its variants differ in the condition columns. A blank condition does
    not matter; `payers` beginning with `-` means every payer but these. `time_family` points into `time_units.csv`;
    `codes` lists codes that no minutes decide.
    """

    service: Text
    label: Text
    time_family: OptText
    codes: Items
    participants: OptText
    performers: Items
    payers: Items
    visit: OptText
    with_em: OptText
    setting: Items


class Phrase(Row):
    """One way of saying a fact (`vocabulary.csv`): `phrase` means `value` of `slot`."""

    slot: Text
    value: Text
    phrase: Text


class FixedText(Row):
    """One fixed sentence of the assistant (`fixed_texts.csv`); `text` may hold {placeholders}, and no billing fact."""

    key: Text
    text: Text


class Intent(Row):
    """What a question may be about (`intents.csv`) and the kinds of statement that answer it, best first."""

    intent: Text
    kinds: Items
    meaning: Text
