"""What supports a finding: a statement, a table row or a computation.

`Evidence.quote` is always copied from the record that `ref` names, so that the checker can look it up again; the
text of a record is given by `record_text`. A computation quotes its own worked arithmetic and names its inputs as
further evidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel

from bot.answer import AnswerWarning, Assumption, CitationTier, Clarify, CodeAdvice, EvidenceKind, Verdict
from corpus.knowledge import Knowledge
from corpus.rows import City, Code, Edit, HistoryEvent, Locality, Modifier, PayerPosition, Place, Rate, Row, TimeRow
from corpus.statements import Statement


@dataclass(frozen=True, slots=True)
class Evidence:
    """One support. `ref` is a statement id, `table:row key`, or a rule id for a computation."""

    kind: EvidenceKind
    ref: str
    title: str
    quote: str
    section: str = ""
    sources: tuple[str, ...] = ()
    tier: CitationTier = "official"
    effective_from: date | None = None
    effective_to: date | None = None
    caveat: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence that we are ready to display, with all that supports it."""

    text: str
    evidence: tuple[Evidence, ...]


def statement_claim(knowledge: Knowledge, statement: Statement) -> Claim:
    """The statement's own words as a sentence."""
    return Claim(text=statement.text, evidence=(from_statement(knowledge, statement),))


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: sentences in order of weight, codes to show and warnings, each with evidence."""

    claims: tuple[Claim, ...] = ()
    codes: tuple[CodeAdvice, ...] = ()
    warnings: tuple[AnswerWarning, ...] = ()
    verdict: Verdict | None = None
    clarify: Clarify | None = None
    assumptions: tuple[Assumption, ...] = ()
    rule: str = ""


def from_statement(knowledge: Knowledge, row: Statement) -> Evidence:
    """The statement's exact words as evidence."""
    return Evidence(
        kind="statement",
        ref=row.id,
        title=row.topic_title,
        section=row.section,
        quote=row.text,
        sources=row.sources,
        tier=knowledge.sources.best_tier(row.sources),
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        caveat=row.caveat,
    )


def row_key(row: Row) -> str:
    """The key under which `ref` names a table row: `table:key`; rows of imported files name themselves."""
    if isinstance(named := getattr(row, "official_ref", None), str):
        return named
    match row:
        case Code():
            return f"codes:{row.code}"
        case HistoryEvent():
            return f"code_history:{row.code}@{row.date or 'undated'}/{row.event}"
        case Rate():
            return f"rates_2026:{row.code}{'-' + row.mod if row.mod else ''}"
        case Locality():
            return f"gpci_2026:{row.mac}-{row.locality}"
        case City():
            return f"cities:{row.key}"
        case TimeRow():
            return f"time_units:{row.family}/{row.convention}/{row.minutes_from}-{row.minutes_to}"
        case Edit():
            return f"edits:{row.column1}/{row.column2}"
        case Modifier():
            return f"modifiers:{row.modifier}"
        case Place():
            return f"places:{row.pos}"
        case PayerPosition():
            return f"payers:{row.payer}/{row.line_of_business}/{row.topic}"
        case _:
            values = list(row.model_dump().values())
            return f"{type(row).__name__.lower()}:{values[0]}"


def cells(row: BaseModel, columns: Iterable[str] | None = None) -> str:
    """A table row as text, `column: value; ...`, blank cells left out, columns in table order unless given."""
    wanted = tuple(columns) if columns is not None else tuple(type(row).model_fields)
    parts = []
    for name in wanted:
        value = getattr(row, name)
        if value is None or value == () or value == "":
            continue
        parts.append(f"{name}: {_cell(value)}")
    return "; ".join(parts)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "|".join(str(part) for part in value) if isinstance(value, tuple) else str(value)


def from_row(knowledge: Knowledge, row: Row, columns: Iterable[str], title: str = "") -> Evidence:
    """The named cells of a table row as evidence (`columns` in the order wanted)."""
    raw = getattr(row, "sources", None) or getattr(row, "source", None) or ()
    sources = (raw,) if isinstance(raw, str) else tuple(raw)
    key = row_key(row)
    imported = key if hasattr(row, "official_ref") else ""
    return Evidence(
        kind="table",
        ref=key,
        title=title or key.replace(":", " ", 1),
        section=f"{_IMPORTED} {imported.partition('/')[0].replace(':', ', edition ')}" if imported else "",
        quote=cells(row, columns),
        sources=sources,
        tier="official" if imported else knowledge.sources.best_tier(sources),
        effective_from=getattr(row, "effective_from", None)
        if isinstance(getattr(row, "effective_from", None), date)
        else None,
        effective_to=getattr(row, "effective_to", None),
    )


_IMPORTED = "Imported official file"


def computed(rule: str, title: str, arithmetic: str) -> Evidence:
    """Worked arithmetic as evidence; `rule` names the rule that did it."""
    return Evidence(kind="computation", ref=rule, title=title, quote=arithmetic, tier="official")
