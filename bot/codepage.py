"""Everything held about one billing code for a date of service, as one model that any face can render.

`code_page` is pure: it reads tables and statements and puts nothing on the page that they do not hold. Facts that the
tables hold for one year only (Medicare amounts, telehealth) are labelled with it, and amounts are left out for other
years.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from bot.answer import CodeState
from bot.findings.advice import descriptor
from bot.lookup import normalized, unknown_code
from bot.rules.held import rate as rate_on
from bot.rules.limits import limit_row
from corpus.errors import CorpusError
from corpus.knowledge import Knowledge
from corpus.official_rows import HeldRate
from corpus.rows import Code, HistoryEvent, Rate
from corpus.sources import TIERS
from corpus.statements import ANY_PAYER, Kind, Statement

MEDICARE_YEAR = 2026
"""The year in the names of the columns (`..._2026`) and of the rate table that this page reads."""

LADDER_ROWS = 6

READING_ORDER: tuple[Kind, ...] = (
    "definition",
    "time-rule",
    "unit-rule",
    "who-can-bill",
    "supervision",
    "coverage",
    "payment",
    "telehealth",
    "modifier",
    "pos",
    "bundling",
    "frequency",
    "documentation",
    "process",
    "common-error",
    "denial",
    "example",
    "change",
)
"""Kinds of statements as a reader of a code page wants them."""


class Part(BaseModel):
    """Base of the page's parts: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CodeRef(Part):
    """Another code: its descriptor and its status on the page's date."""

    code: str
    descriptor: str
    status: CodeState


class Event(Part):
    """One event in the code's life; a deletion's date is its last valid day."""

    date: date | None
    event: str
    text: str
    replaced_by: tuple[str, ...]


class Span(Part):
    """Minutes (or days) from-to, inclusive, and what they bill: blank when nothing is billable."""

    minutes_from: int
    minutes_to: int
    bills: str
    convention: str
    measure: str


class TimeFacts(Part):
    """What time has to do with the code: one sentence, the meaning of the rule, and the spans around its limits."""

    rule: str
    text: str
    meaning: str
    unit: str
    unit_meaning: str
    ladder: tuple[Span, ...]


class MedicareFacts(Part):
    """Medicare's fee schedule status and national amounts in dollars for `year`; amounts only when it pays them."""

    year: int
    status: str
    payable: str
    meaning: str
    office_amount: Decimal | None
    facility_amount: Decimal | None
    amount_note: str
    edition: str


class UnitLimit(Part):
    """Medically unlikely edit: units a day for one patient and practitioner, and how hard the limit is."""

    units: int
    indicator: str
    meaning: str
    edition: str


class TelehealthFacts(Part):
    """Whether Medicare takes the code by telehealth and by audio alone in `year`: yes, no or unknown."""

    year: int
    video: str
    basis: str
    audio_only: str


class StatementRef(Part):
    """A statement that speaks of the code, in its exact words."""

    id: str
    kind: str
    section: str
    payer: str
    text: str
    caveat: str
    tier: str
    effective_from: date | None
    effective_to: date | None
    sources: tuple[str, ...]


class SourceRef(Part):
    """A document behind the page."""

    id: str
    title: str
    publisher: str
    url: str
    as_of: str
    tier: str


class CodePage(Part):
    """All about one code on one date of service."""

    code: str
    on: date
    status: CodeState
    system: str
    descriptor: str
    descriptor_source: str
    label: str
    family: str
    service: str
    effective_from: date | None
    effective_to: date | None
    notices: tuple[str, ...]
    note: str
    history: tuple[Event, ...]
    time: TimeFacts
    participants: str
    participants_meaning: str
    min_participants: int | None
    performed_by: tuple[str, ...]
    supervision: str
    supervision_meaning: str
    requires: str
    medicare: MedicareFacts
    unit_limit: UnitLimit | None
    telehealth: TelehealthFacts
    addon: bool
    addon_to: tuple[CodeRef, ...]
    addons: tuple[CodeRef, ...]
    replaced_by: tuple[CodeRef, ...]
    replacement_condition: str
    replaces: tuple[CodeRef, ...]
    related: tuple[CodeRef, ...]
    statements: tuple[StatementRef, ...]
    sources: tuple[SourceRef, ...]
    confidence: str
    knowledge: str
    horizon: date


def code_page(knowledge: Knowledge, code: str, on: date) -> CodePage:
    """The page of `code` (any case, `CPT` before it and a modifier after it are ignored) for a date of service.

    Raises:
        UnknownCodeError: no such code; carries suggestions.
    """
    row = knowledge.codes.find(normalized(knowledge, code), on)
    if row is None:
        raise unknown_code(knowledge, code, on)
    text, source = descriptor(knowledge, row.code, on)
    statements = ranked(knowledge, row, on)
    rate = rate_on(knowledge, row.code, None, on)
    successors = knowledge.codes.successors(row.code, on)
    cited = [*row.sources, *([rate.source] if rate else ())]
    cited += [source_id for event in knowledge.codes.events(row.code) for source_id in event.source]
    return CodePage(
        code=row.code,
        on=on,
        status=knowledge.codes.status(row.code, on),
        system=row.system,
        descriptor=text,
        descriptor_source=source,
        label=row.label,
        family=row.family,
        service=row.service,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        notices=_notices(knowledge, row, on),
        note=row.note or "",
        history=tuple(_event(event) for event in knowledge.codes.events(row.code)),
        time=_time(knowledge, row),
        participants=row.participants,
        participants_meaning=_meaning(knowledge, "participants", row.participants),
        min_participants=row.min_participants,
        performed_by=row.performed_by,
        supervision=row.supervision or "",
        supervision_meaning=_meaning(knowledge, "supervision", row.supervision),
        requires=row.requires or "",
        medicare=_medicare(knowledge, row, rate, on),
        unit_limit=_unit_limit(knowledge, row, on),
        telehealth=TelehealthFacts(
            year=MEDICARE_YEAR,
            video=row.telehealth_2026,
            basis=_meaning(knowledge, "telehealth_basis", row.telehealth_basis),
            audio_only=row.audio_only_2026,
        ),
        addon=row.addon,
        addon_to=_refs(knowledge, row.addon_to, on),
        addons=_refs(knowledge, (found.code for found in knowledge.codes.addons_of(row.code)), on),
        replaced_by=_refs(knowledge, (found.code for found in successors), on),
        replacement_condition=row.replacement_condition or "",
        replaces=_refs(knowledge, (found.code for found in knowledge.codes if row.code in found.replaced_by), on),
        related=_related(knowledge, row, on),
        statements=statements,
        sources=_sources(knowledge, cited),
        confidence=row.confidence,
        knowledge=knowledge.version,
        horizon=knowledge.coverage.horizon,
    )


def ranked(knowledge: Knowledge, row: Code, on: date) -> tuple[StatementRef, ...]:
    """Statements in force on `on` that speak of the code: for any payer first, the most specific of each kind."""
    found = knowledge.statements_about(row.code, on)
    main = Counter(held.topic for held in found).most_common(1)

    def weight(held: Statement) -> tuple[bool, bool, int, int]:
        tier = TIERS.index(knowledge.sources.best_tier(held.sources))
        return held.payer != ANY_PAYER, held.topic != main[0][0], len(held.codes), tier

    # One of each kind before a second of any, so that the first few say different things.
    turns: Counter[tuple[bool, Kind]] = Counter()
    turned = []
    for held in sorted(found, key=weight):
        key = (held.payer != ANY_PAYER, held.kind)
        turned.append((key[0], turns[key], READING_ORDER.index(held.kind), held))
        turns[key] += 1
    ordered = [held for *_, held in sorted(turned, key=lambda item: item[:3])]
    return tuple(
        StatementRef(
            id=held.id,
            kind=held.kind,
            section=held.section,
            payer=held.payer,
            text=held.text,
            caveat=held.caveat,
            tier=knowledge.sources.best_tier(held.sources),
            effective_from=held.effective_from,
            effective_to=held.effective_to,
            sources=held.sources,
        )
        for held in ordered
    )


def _notices(knowledge: Knowledge, row: Code, on: date) -> tuple[str, ...]:
    """What a reader must know before trusting the rest of the page."""
    notices = []
    if on > knowledge.coverage.horizon:
        notices.append(f"The knowledge covers dates of service to {knowledge.coverage.horizon}; {on} is later.")
    if not knowledge.codes.is_described(row.code, on):
        changes = ", ".join(str(event.date) for event in knowledge.codes.redefined_after(row.code, on))
        notices.append(f"Redefined on {changes}, after {on}: the facts below are the newer ones.")
    if on.year != MEDICARE_YEAR and knowledge.official.edition("pfs-rvu", on) is None:
        notices.append(f"Medicare status, unit limit and telehealth are held for {MEDICARE_YEAR}, not for {on.year}.")
    if row.confidence == "low":
        notices.append("Dates or successors of this code rest on background knowledge: check before relying on them.")
    return tuple(notices)


def _event(event: HistoryEvent) -> Event:
    return Event(date=event.date, event=event.event, text=event.what_changed, replaced_by=event.replaced_by)


def _time(knowledge: Knowledge, row: Code) -> TimeFacts:
    return TimeFacts(
        rule=row.time_rule,
        text=time_text(row),
        meaning=_meaning(knowledge, "time_rule", row.time_rule) if row.time_rule != "none" else "",
        unit=row.unit,
        unit_meaning=_meaning(knowledge, "unit", row.unit),
        ladder=_ladder(knowledge, row),
    )


def time_text(row: Code) -> str:
    """The minutes of a code in one phrase, from its columns."""
    low, high = row.min_minutes, row.max_minutes
    if row.time_rule == "none" and low is None and high is None:
        stated = f"; the stated time is {row.typical_minutes} minutes" if row.typical_minutes else ""
        return f"No minutes decide this code{stated}"
    parts = []
    if low is not None and high is not None:
        parts.append(f"{low} to {high} minutes")
    elif low is not None:
        parts.append(f"{low} minutes or more")
    elif high is not None:
        parts.append(f"up to {high} minutes")
    if row.time_rule == "cumulative-month":
        parts.append("added up over the calendar month")
    if row.typical_minutes is not None and row.typical_minutes != low:
        parts.append(f"stated time {row.typical_minutes} minutes")
    if row.increment_minutes is not None:
        parts.append(f"each further unit {row.increment_minutes} minutes")
    return ", ".join(parts)


def _ladder(knowledge: Knowledge, row: Code) -> tuple[Span, ...]:
    """The spans around the code's limits in its first family and convention: one before, then its own."""
    for family in knowledge.time_units.families_of(row.code)[:1]:
        for convention in knowledge.time_units.conventions(family):
            rows = knowledge.time_units.ladder(family, convention)
            own = [n for n, span in enumerate(rows) if any(code == row.code for code, _ in span.units)]
            if own:
                wanted = rows[max(own[0] - 1, 0) : min(own[-1] + 2, max(own[0] - 1, 0) + LADDER_ROWS)]
                return tuple(
                    Span(
                        minutes_from=span.minutes_from,
                        minutes_to=span.minutes_to,
                        bills=" + ".join(f"{code} x{n}" if n > 1 else code for code, n in span.units),
                        convention=span.convention,
                        measure=span.measure,
                    )
                    for span in wanted
                )
    return ()


def _medicare(knowledge: Knowledge, row: Code, rate: Rate | None, on: date) -> MedicareFacts:
    imported = rate if isinstance(rate, HeldRate) else None
    paid = rate is not None and rate.amount_basis == "priced" and (on.year == MEDICARE_YEAR or imported is not None)
    payable = _payable(row, imported)
    note = ""
    if rate is not None and paid and rate.nonfac_amount is None and rate.fac_amount is not None:
        note = "facility setting only"
    elif rate is not None and paid and rate.fac_amount is None and rate.nonfac_amount is not None:
        note = "office setting only"
    elif rate is not None and not paid and rate.amount_basis == "rvu-shown-but-not-paid":
        note = "relative values are published, but Medicare does not pay the code"
    return MedicareFacts(
        year=on.year if imported else MEDICARE_YEAR,
        status=imported.status if imported else row.medicare_status_2026 or "",
        payable=payable,
        meaning=_meaning(knowledge, "medicare_payable_2026", payable),
        office_amount=rate.nonfac_amount if rate and paid else None,
        facility_amount=rate.fac_amount if rate and paid else None,
        amount_note=note,
        edition=f"imported release {imported.edition}" if imported else knowledge.coverage.editions["rates_2026"],
    )


def _payable(row: Code, imported: HeldRate | None) -> str:
    """What Medicare does with the code: the table's word, unless an imported release says otherwise."""
    if imported is None or imported.status == (row.medicare_status_2026 or ""):
        return row.medicare_payable_2026 or ""
    return imported.amount_basis


def _unit_limit(knowledge: Knowledge, row: Code, on: date) -> UnitLimit | None:
    found = limit_row(knowledge, row.code, on)
    if found is None or found.mue is None:
        return None
    meaning = _meaning(knowledge, "mai", found.mai)
    return UnitLimit(units=found.mue, indicator=found.mai or "", meaning=meaning, edition=found.mue_edition or "")


def _meaning(knowledge: Knowledge, column: str, value: str | None) -> str:
    held = (word.meaning for word in knowledge.vocabulary if word.column == column and word.value == value)
    return next(held, None) or ""


def _refs(knowledge: Knowledge, codes: Iterable[str], on: date) -> tuple[CodeRef, ...]:
    return tuple(
        CodeRef(code=code, descriptor=descriptor(knowledge, code, on)[0], status=knowledge.codes.status(code, on))
        for code in dict.fromkeys(codes)
    )


def _related(knowledge: Knowledge, row: Code, on: date) -> tuple[CodeRef, ...]:
    """Other codes of the family that are active on the date: the same service first."""
    family = [
        other
        for other in knowledge.codes
        if other.family == row.family
        and other.code != row.code
        and knowledge.codes.status(other.code, on) == "active"
        and other.code not in row.addon_to
        and row.code not in other.addon_to
    ]
    family.sort(key=lambda other: (other.service != row.service, other.scope != "core"))
    return _refs(knowledge, (other.code for other in family), on)


def _sources(knowledge: Knowledge, ids: Iterable[str]) -> tuple[SourceRef, ...]:
    found = []
    for source_id in dict.fromkeys(ids):
        try:
            source = knowledge.sources.get(source_id)
        except CorpusError:
            continue  # `codecite corpus lint` reports a dangling source; a reader's page is no place for it.
        found.append(
            SourceRef(
                id=source.id,
                title=source.title,
                publisher=source.publisher,
                url=source.url,
                as_of=source.as_of or "",
                tier=source.tier,
            )
        )
    return tuple(found)
