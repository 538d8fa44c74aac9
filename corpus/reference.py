"""The reference in `docs/`: one Markdown page a topic and one a family of codes, readable on their own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from corpus.knowledge import Knowledge
from corpus.review import overview
from corpus.rows import Code, HistoryEvent
from corpus.sources import TIERS
from corpus.statements import ANY_PAYER, Statement, Topic

NOTE = "<!-- Written by `codecite corpus docs --write`; change the corpus, not this page. -->"
STATEMENTS_PER_CODE = 25


def reference(knowledge: Knowledge) -> dict[str, str]:
    """Every page by its path below `docs/` (posix), complete text. The same corpus gives the same text."""
    pages = {f"topics/{topic.slug}.md": _topic(knowledge, topic) for topic in knowledge.statements.topics}
    families = dict.fromkeys(row.family for row in knowledge.codes)
    pages |= {f"codes/{family}.md": _family(knowledge, family) for family in families}
    pages["README.md"] = _index(knowledge, tuple(families))
    return pages


def write(pages: dict[str, str], folder: Path) -> list[str]:
    """Write the pages that differ and remove pages of topics and families that are gone; returns what was touched."""
    touched = stale(pages, folder)
    for name in touched:
        path = folder / name
        if name in pages:
            path.parent.mkdir(parents=True, exist_ok=True)
            new = path.with_suffix(".new")
            new.write_text(pages[name], encoding="utf-8")
            os.replace(new, path)
        else:
            path.unlink()
    return touched


def stale(pages: dict[str, str], folder: Path) -> list[str]:
    """Names of pages in `folder` that are missing, out of date or no longer wanted."""
    there = {
        path.relative_to(folder).as_posix() for part in ("topics", "codes") for path in folder.glob(f"{part}/*.md")
    }
    differ = [name for name, text in pages.items() if not _same(folder / name, text)]
    return sorted([*differ, *(there - set(pages))])


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def _index(knowledge: Knowledge, families: tuple[str, ...]) -> str:
    held = overview(knowledge)
    coverage = knowledge.coverage
    lines = [
        NOTE,
        "",
        "# What codecite knows",
        "",
        f"{held.statements} dated statements from {len(knowledge.sources)} sources and {len(knowledge.codes)} codes, "
        f"checked on {coverage.written}, for dates of service to {coverage.horizon}. "
        "Guidance with sources, not legal advice; the payer's contract and the record decide.",
        "",
        "## Topics",
        "",
        f"| topic | statements | {' | '.join(TIERS)} |",
        f"| --- | ---: | {' | '.join('---:' for _ in TIERS)} |",
    ]
    for topic in held.topics:
        tiers = " | ".join(str(topic.tiers[tier]) for tier in TIERS)
        lines.append(f"| [{topic.title}](topics/{topic.slug}.md) | {topic.statements} | {tiers} |")
    lines += ["", "The tier columns count each statement by its best source.", "", "## Codes", ""]
    for family in sorted(families):
        rows = [row for row in knowledge.codes if row.family == family]
        active = sum(row.status == "active" for row in rows)
        lines.append(f"- [{_title(family)}](codes/{family}.md): {active} active, {len(rows) - active} deleted")
    lines += ["", "## Editions", "", "| table | edition |", "| --- | --- |"]
    lines += [f"| {name} | {edition} |" for name, edition in coverage.editions.items()]
    lines += ["", "## Kinds of statement", ""]
    lines.append(", ".join(f"{kind} {count}" for kind, count in held.kinds.items()) + ".")
    return _page(lines)


class _Notes:
    """The sources of one page, numbered in order of first mention."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._numbers: dict[str, int] = {}

    def cite(self, ids: Iterable[str]) -> str:
        """Links to the page's list of sources."""
        numbers = (self._numbers.setdefault(item, len(self._numbers) + 1) for item in ids)
        return "Sources: " + ", ".join(f"[{number}](#s{number})" for number in numbers)

    def listed(self) -> Iterator[str]:
        """The list of sources at the foot of the page."""
        yield from ("", "## Sources", "")
        for item, number in self._numbers.items():
            source = self._knowledge.sources.get(item)
            title = source.title.replace("[", "(").replace("]", ")")
            dated = f", {source.as_of}" if source.as_of else ""
            link = f"[{title}](<{source.url}>)"
            yield f'{number}. <a id="s{number}"></a>{link}, {source.publisher}{dated} ({source.tier})'


def _topic(knowledge: Knowledge, topic: Topic) -> str:
    notes = _Notes(knowledge)
    lines = [NOTE, "", f"# {topic.title}", "", topic.overview, "", "[All topics and codes](../README.md)"]
    section = ""
    for row in knowledge.statements.in_topic(topic.slug):
        if row.section != section:
            section = row.section
            lines += ["", f"## {section}"]
        lines += ["", f'<a id="{row.id}"></a>{row.text}']
        lines += ["", f"> Check: {row.caveat}"] if row.caveat else []
        lines += ["", f"*{_terms(row)}.* {notes.cite(row.sources)}"]
    return _page([*lines, *notes.listed()])


def _terms(row: Statement) -> str:
    parts = [row.id, row.kind, "any payer" if row.payer == ANY_PAYER else row.payer]
    if row.effective_from or row.effective_to:
        parts.append(_span(row.effective_from, row.effective_to))
    parts += [] if row.confidence == "high" else [f"{row.confidence} confidence"]
    parts += [row.locator] if row.locator else []
    parts += [f"differs from the table: {row.differs}"] if row.differs else []
    return "; ".join(parts)


def _span(first: date | None, last: date | None) -> str:
    if first and last:
        return f"{first} to {last}"
    return f"from {first}" if first else f"to {last}"


def _family(knowledge: Knowledge, family: str) -> str:
    rows = [row for row in knowledge.codes if row.family == family]
    active, deleted = ([row for row in rows if row.status == status] for status in ("active", "deleted"))
    lines = [NOTE, "", f"# {_title(family)}", "", f"{len(active)} active codes, {len(deleted)} deleted."]
    lines += ["", "Labels are ours, not the AMA's descriptors; HCPCS Level II wording is that of CMS."]
    lines += ["", "[All topics and codes](../README.md)", ""]
    lines += ["| code | what it is | minutes | units a day | Medicare 2026 | office | facility |"]
    lines += ["| --- | --- | --- | ---: | --- | ---: | ---: |"]
    lines += [_line(knowledge, row) for row in active]
    notes = _Notes(knowledge)
    for row in rows:
        lines += ["", *_code(knowledge, row, notes)]
    return _page([*lines, *notes.listed()])


def _line(knowledge: Knowledge, row: Code) -> str:
    rate = knowledge.rates.find(row.code)
    office, facility = (rate.nonfac_amount, rate.fac_amount) if rate else (None, None)
    cells = (
        f"[{row.code}](#{row.code.lower()})",
        row.label,
        _minutes(row),
        "" if row.mue is None else str(row.mue),
        " ".join(part for part in (row.medicare_status_2026, row.medicare_payable_2026) if part),
        "" if office is None else f"${office}",
        "" if facility is None else f"${facility}",
    )
    return f"| {' | '.join(cells)} |"


def _minutes(row: Code) -> str:
    if row.min_minutes is not None:
        return f"{row.min_minutes}-{row.max_minutes}" if row.max_minutes is not None else f"{row.min_minutes} or more"
    return f"about {row.typical_minutes}" if row.typical_minutes is not None else ""


def _code(knowledge: Knowledge, row: Code, notes: _Notes) -> Iterator[str]:
    yield f"## {row.code}"
    yield ""
    yield f"{row.label}."
    if row.official_descriptor:
        yield ""
        yield f"HCPCS Level II ({row.descriptor_edition}): {row.official_descriptor}"
    facts = [fact for fact in _facts(row) if fact]
    yield ""
    yield from (f"- {fact}" for fact in facts)
    for edition in knowledge.codes.editions_of(row.code):
        span = _span(edition.effective_from, edition.effective_to)
        yield f"- Earlier edition, {span}: {edition.label}. {edition.note or ''}".rstrip()
    told = (event for event in knowledge.codes.events(row.code) if event.event == "redefined" or _announced(event))
    yield from (f"- {event.date or 'Date not found'}, {event.event}: {event.what_changed}" for event in told)
    yield f"- {notes.cite(row.sources)}"
    about = knowledge.statements.about(row.code)
    if about:
        links = ", ".join(f"[{item.id}](../topics/{item.topic}.md#{item.id})" for item in about[:STATEMENTS_PER_CODE])
        more = len(about) - STATEMENTS_PER_CODE
        yield f"- Statements: {links}" + (f" and {more} more." if more > 0 else ".")


def _announced(event: HistoryEvent) -> bool:
    return event.what_changed.startswith("ANNOUNCED")


def _facts(row: Code) -> Iterator[str]:
    if row.effective_from or row.effective_to:
        yield f"Valid {_span(row.effective_from, row.effective_to)}."
    if row.replaced_by:
        condition = f" ({row.replacement_condition})" if row.replacement_condition else ""
        yield f"Replaced by {', '.join(row.replaced_by)}{condition}."
    if row.status == "deleted":
        return
    yield f"Reported by {', '.join(row.performed_by)}; supervision: {row.supervision}."
    if row.addon:
        yield f"Add-on to {', '.join(row.addon_to)}."
    if row.requires:
        yield f"Needs: {row.requires}."
    yield f"Medicare telehealth list 2026: {row.telehealth_2026}."
    if row.note:
        yield f"Note: {row.note}"


def _title(family: str) -> str:
    return family.replace("-", " ").capitalize()


def _page(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"
