"""From knowledge to passages: the units that the index embeds and searches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from corpus.knowledge import Knowledge
from corpus.rows import Code, Tier

PassageKind = Literal[
    "statement", "code", "history", "modifier", "place", "payer", "denial", "taxonomy", "document", "question"
]
QUESTION: PassageKind = "question"
"""A typical question: it leads to the statement that answers it, and is never shown itself."""

CHUNKER_VERSION = "2"
"""Raised whenever the text of passages is put together differently: part of the index's identity."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One searchable unit.

    `id` is `kind:key` (for example `statement:coaching-012` or `code:90834`), `text` is what is embedded and indexed,
    `kind_of_rule` the statement's kind (empty for table rows), dates are dates of service, inclusive.
    """

    id: str
    kind: PassageKind
    title: str
    section: str
    text: str
    codes: tuple[str, ...] = ()
    payer: str = "any"
    kind_of_rule: str = ""
    topic: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    tier: Tier = "official"
    sources: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The record's own key: the id without its kind."""
        return self.id.partition(":")[2]

    @property
    def digest(self) -> str:
        """Hash of everything that is stored: a change of text or of metadata re-embeds the passage."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


def passages(knowledge: Knowledge) -> Iterator[Passage]:
    """Every passage of the corpus: statements first, then the rows of the tables, then typical questions."""
    yield from _statements(knowledge)
    for code in knowledge.codes:
        yield _code(knowledge, code)
    for row in knowledge.modifiers:
        text = _join(
            f"Modifier {row.modifier}: {row.name}.",
            row.use_when,
            _prefixed("Not:", row.do_not_use_when),
            row.payer_notes,
        )
        yield _table_row(knowledge, "modifier", row.modifier, f"Modifier {row.modifier}", text, row.sources)
    for place in knowledge.places:
        text = _join(f"Place of service {place.pos}: {place.name}.", place.definition, place.behavioral_health_use)
        yield _table_row(knowledge, "place", place.pos, f"Place of service {place.pos}", text, place.sources)
    for event in knowledge.codes.history:
        if event.event == "redefined":
            text = f"{event.code} changed on {event.date}: {event.what_changed}"
            key = f"{event.code}@{event.date}"
            yield _table_row(knowledge, "history", key, f"History of {event.code}", text, event.source, (event.code,))
    for position in knowledge.payers:
        text = _join(
            f"{position.payer} ({position.line_of_business}), {position.topic}: {position.position}.",
            position.conditions,
        )
        key = f"{position.payer}/{position.line_of_business}/{position.topic}"
        yield _table_row(knowledge, "payer", key, position.payer, text, position.sources, position.codes)
    for denial in knowledge.denials:
        text = _join(f"{denial.code_type} {denial.code}: {denial.meaning}", denial.usual_cause, denial.fix)
        yield _table_row(knowledge, "denial", denial.code, f"{denial.code_type} {denial.code}", text, denial.sources)
    for taxonomy in knowledge.taxonomies:
        text = _join(f"Taxonomy {taxonomy.nucc_code}: {taxonomy.name}.", taxonomy.who_uses_it, taxonomy.notes)
        yield _table_row(knowledge, "taxonomy", taxonomy.nucc_code, taxonomy.name, text, taxonomy.sources)
    yield from _questions(knowledge)


def _join(*parts: str | None) -> str:
    return " ".join(part.strip() for part in parts if part and part.strip())


def _prefixed(prefix: str, text: str | None) -> str | None:
    return f"{prefix} {text}" if text else None


def _statements(knowledge: Knowledge) -> Iterator[Passage]:
    for row in knowledge.statements:
        yield Passage(
            id=f"statement:{row.id}",
            kind="statement",
            title=row.topic_title,
            section=row.section,
            text=row.text,
            codes=row.codes,
            payer=row.payer,
            kind_of_rule=row.kind,
            topic=row.topic,
            effective_from=row.effective_from,
            effective_to=row.effective_to,
            tier=knowledge.sources.best_tier(row.sources),
            sources=row.sources,
        )


def _questions(knowledge: Knowledge) -> Iterator[Passage]:
    for statement, rows in knowledge.asked.items():
        if statement not in knowledge.statements:
            continue  # Lint names it; a folder that is being edited still builds.
        held = knowledge.statements.get(statement)
        for number, row in enumerate(rows, start=1):
            yield Passage(
                id=f"{QUESTION}:{statement}/{number}",
                kind=QUESTION,
                title=held.topic_title,
                section=held.section,
                text=row.question,
                codes=held.codes,
                payer=held.payer,
                kind_of_rule=held.kind,
                topic=held.topic,
                effective_from=held.effective_from,
                effective_to=held.effective_to,
                tier=knowledge.sources.best_tier(held.sources),
                sources=held.sources,
            )


def _code(knowledge: Knowledge, row: Code) -> Passage:
    aliases = f"Also called: {', '.join(row.aliases)}." if row.aliases else ""
    text = _join(f"{row.code}: {row.label}.", row.official_descriptor, aliases, row.note)
    return Passage(
        id=f"code:{row.code}",
        kind="code",
        title=f"Code {row.code}",
        section=row.family,
        text=text,
        codes=(row.code,),
        topic=row.family,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        tier=knowledge.sources.best_tier(row.sources),
        sources=row.sources,
    )


def _table_row(
    knowledge: Knowledge,
    kind: PassageKind,
    key: str,
    title: str,
    text: str,
    sources: tuple[str, ...],
    codes: tuple[str, ...] = (),
) -> Passage:
    return Passage(
        id=f"{kind}:{key}",
        kind=kind,
        title=title,
        section="",
        text=text,
        codes=codes,
        tier=knowledge.sources.best_tier(sources),
        sources=sources,
    )
