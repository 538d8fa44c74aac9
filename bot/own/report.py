"""The contradiction report: every claim of a document that the tables can judge, with page, words and our evidence."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.own import judge_codes, judge_meaning, judge_money, judge_time
from bot.own.judged import Bench, Judged, Standing
from bot.own.said import sentences
from corpus.knowledge import Knowledge
from corpus.own.store import Held, OwnDocument

STANDINGS: tuple[Standing, ...] = ("outdated", "contradicts", "unknown", "agrees")
"""In the order in which a reader wants them."""

WORDS: dict[Standing, str] = {
    "outdated": "Outdated",
    "contradicts": "Contradicts",
    "unknown": "Not known to us",
    "agrees": "Agrees",
}


COUNTED: dict[Standing, str] = {
    "outdated": "outdated",
    "contradicts": "contradicting",
    "unknown": "not known to us",
    "agrees": "agreeing with the tables",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What a document claims, compared with the tables for one date of service."""

    document: OwnDocument
    on: dt.date
    judged: tuple[Judged, ...]

    def standing(self, standing: Standing) -> tuple[Judged, ...]:
        """Claims of one standing in reading order."""
        return tuple(found for found in self.judged if found.standing == standing)

    @property
    def counts(self) -> dict[Standing, int]:
        """How many claims have each standing."""
        held = Counter(found.standing for found in self.judged)
        return {standing: held[standing] for standing in STANDINGS}

    @property
    def wrong(self) -> tuple[Judged, ...]:
        """What must not be relied on."""
        return tuple(found for found in self.judged if found.wrong)


def compare(knowledge: Knowledge, document: OwnDocument, parts: Sequence[Held], on: dt.date) -> Report:
    """Judge everything that `parts` of a document assert for the date of service `on`."""
    bench = Bench(knowledge, on)
    return Report(document, on, tuple(_once(_judged(bench, document, parts))))


def _judged(bench: Bench, document: OwnDocument, parts: Sequence[Held]) -> Iterator[Judged]:
    described: list[judge_meaning.Meaning] = []
    found: list[Judged] = []
    for said in sentences(bench.knowledge, document, parts):
        found += judge_codes.judge(said, bench)
        found += judge_time.judge(said, bench)
        found += judge_money.judge(said, bench)
        for meaning in judge_meaning.meanings(said):
            described.append(meaning)
            found += judge_meaning.judge(meaning, bench)
    found += judge_meaning.splits(described, bench)
    wrong = {(id(row.said), row.subject, code) for row in found if row.wrong for code in row.codes}
    order = {id(part): place for place, part in enumerate(parts)}
    found = [
        row for row in found if row.wrong or not any((id(row.said), row.subject, code) in wrong for code in row.codes)
    ]
    yield from sorted(found, key=lambda row: order.get(id(row.said.held), 0))


def _once(found: Iterable[Judged]) -> Iterator[Judged]:
    """Each claim once a sentence, and each unknown code once a document."""
    seen: set[object] = set()
    for row in found:
        unknown = row.standing == "unknown" and row.subject == "status"
        key = (
            row.codes if unknown else (row.standing, row.subject, row.codes, row.says, row.said.held.ref, row.said.text)
        )
        if key not in seen:
            seen.add(key)
            yield row


def as_json(report: Report) -> dict[str, Any]:
    """The report for programs."""
    return {
        "document": report.document.id,
        "title": report.document.title,
        "date_of_service": report.on.isoformat(),
        "counts": report.counts,
        "claims": [
            {
                "standing": row.standing,
                "subject": row.subject,
                "codes": list(row.codes),
                "ref": row.said.held.ref,
                "page": row.said.held.excerpt.page,
                "section": row.said.held.excerpt.section,
                "words": row.said.text,
                "says": row.says,
                "ours": row.ours,
                "instead": list(row.instead),
                "evidence": [
                    {"ref": item.ref, "title": item.title, "quote": item.quote, "tier": item.tier}
                    for item in row.evidence
                ],
            }
            for row in report.judged
        ],
    }
