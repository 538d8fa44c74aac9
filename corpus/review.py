"""What the knowledge holds, and which of it wants a new look."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from corpus.knowledge import Knowledge
from corpus.rows import Source
from corpus.sources import TIERS
from corpus.statements import Statement

_DATE = re.compile(r"((?:19|20)\d{2})(?:-(\d{2}))?(?:-(\d{2}))?(?!\d)")


@dataclass(frozen=True, slots=True)
class TopicCount:
    """How many statements a topic holds, by the tier of their best source."""

    slug: str
    title: str
    statements: int
    tiers: dict[str, int]


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of everything held."""

    topics: tuple[TopicCount, ...]
    kinds: dict[str, int]
    payers: dict[str, int]
    confidence: dict[str, int]
    sources: dict[str, int]
    codes: dict[str, int]
    statements: int


def overview(knowledge: Knowledge) -> Overview:
    """Counts by topic, tier, kind, payer, confidence; sources by tier; codes by status."""
    rows = knowledge.statements.rows
    topics: list[TopicCount] = []
    for topic in knowledge.statements.topics:
        held = knowledge.statements.in_topic(topic.slug)
        tiers = Counter(knowledge.sources.best_tier(row.sources) for row in held)
        topics.append(TopicCount(topic.slug, topic.title, len(held), {tier: tiers[tier] for tier in TIERS}))
    return Overview(
        topics=tuple(topics),
        kinds=dict(Counter(row.kind for row in rows).most_common()),
        payers=dict(Counter(row.payer for row in rows).most_common()),
        confidence=dict(Counter(row.confidence for row in rows).most_common()),
        sources=dict(Counter(row.tier for row in knowledge.sources).most_common()),
        codes=dict(Counter(row.status for row in knowledge.codes).most_common()),
        statements=len(rows),
    )


@dataclass(frozen=True, slots=True)
class Stale:
    """Statements to review: resting on old or undated pages only, on vendor pages only, or about to expire."""

    old: tuple[tuple[Statement, date | None], ...]
    vendor_only: tuple[Statement, ...]
    expiring: tuple[Statement, ...]
    horizon_in: int


def stale(knowledge: Knowledge, today: date, months: int = 36, days: int = 90) -> Stale:
    """What wants a new look on `today`.

    `old`: every source is older than `months` months or undated, with the newest date (None: all undated).
    `expiring`: in force today and ending within `days` days. `horizon_in`: days until the knowledge ends.
    """
    limit = _months_before(today, months)
    old: list[tuple[Statement, date | None]] = []
    vendor: list[Statement] = []
    for row in knowledge.statements:
        dates = [known for item in row.sources if (known := as_of(knowledge.sources.get(item)))]
        newest = max(dates, default=None)
        if newest is None or newest < limit:
            old.append((row, newest))
        if knowledge.sources.best_tier(row.sources) == "vendor":
            vendor.append(row)
    end = today + timedelta(days=days)
    expiring = (row for row in knowledge.statements if row.effective_to and today <= row.effective_to <= end)
    old.sort(key=lambda item: (item[1] or date.min, item[0].id))
    return Stale(tuple(old), tuple(vendor), tuple(expiring), (knowledge.coverage.horizon - today).days)


def as_of(source: Source) -> date | None:
    """The last day to which a source's `as_of` can refer: the year's or month's last day when no more is known."""
    found = _DATE.findall(source.as_of or "")
    if not found:
        return None
    year, month, day = found[-1]
    if not month:
        return date(int(year), 12, 31)
    last = calendar.monthrange(int(year), int(month))[1]
    return date(int(year), int(month), min(int(day), last) if day else last)


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
