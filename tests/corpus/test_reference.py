"""The reference in docs/ is current, complete and its links lead somewhere; reviews count what they say."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path, PurePosixPath

import pytest

from corpus.knowledge import Knowledge
from corpus.reference import reference, stale, write
from corpus.review import as_of, overview
from corpus.review import stale as review
from corpus.rows import Source

DOCS = Path(__file__).parents[2] / "docs"
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def pages(knowledge: Knowledge) -> dict[str, str]:
    return reference(knowledge)


def test_the_pages_in_docs_are_current(pages: dict[str, str]) -> None:
    assert stale(pages, DOCS) == [], "run: codecite corpus docs --write"


def test_every_statement_and_code_stands_on_exactly_one_page(knowledge: Knowledge, pages: dict[str, str]) -> None:
    anchors = re.findall(r'<a id="([a-z-]+-\d{3,})">', "".join(pages.values()))
    assert sorted(anchors) == sorted(row.id for row in knowledge.statements)
    headings = re.findall(r"(?m)^## ([0-9A-Z]{5})$", "".join(text for name, text in pages.items() if "codes/" in name))
    assert sorted(headings) == sorted(row.code for row in knowledge.codes)


def test_every_link_inside_the_reference_leads_to_its_target(pages: dict[str, str]) -> None:
    targets = {name: set(re.findall(r'<a id="([^"]+)">', text)) for name, text in pages.items()}
    for name, text in pages.items():
        targets[name] |= {heading.lower() for heading in re.findall(r"(?m)^## (\w{5})$", text)}
    for name, text in pages.items():
        for page, anchor in re.findall(r"\]\((?!<)([^)#]*)#?([^)]*)\)", text):
            where = _resolved(name, page) if page else name
            assert where in pages, (name, page)
            assert not anchor or anchor in targets[where], (name, page, anchor)


def _resolved(name: str, link: str) -> str:
    parts: list[str] = list(PurePosixPath(name).parent.parts)
    for part in PurePosixPath(link).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def test_every_statement_links_its_sources(knowledge: Knowledge, pages: dict[str, str]) -> None:
    row = knowledge.statements.get("coaching-001")
    page = pages["topics/health-coaching.md"]
    for source in row.sources:
        assert f"](<{knowledge.sources.get(source).url}>)" in page


def test_writing_touches_only_what_is_not_current(tmp_path: Path, pages: dict[str, str]) -> None:
    assert write(pages, tmp_path) == sorted(pages)
    assert stale(pages, tmp_path) == []
    (tmp_path / "README.md").write_text("old", encoding="utf-8")
    (tmp_path / "topics" / "gone.md").write_text("old", encoding="utf-8")
    (tmp_path / "guide.md").write_text("not ours", encoding="utf-8")
    assert stale(pages, tmp_path) == ["README.md", "topics/gone.md"]
    assert write(pages, tmp_path) == ["README.md", "topics/gone.md"]
    assert (tmp_path / "guide.md").is_file()
    assert not (tmp_path / "topics" / "gone.md").exists()


def test_the_overview_counts_each_statement_once(knowledge: Knowledge) -> None:
    held = overview(knowledge)
    assert held.statements == len(knowledge.statements) == sum(topic.statements for topic in held.topics)
    assert all(topic.statements == sum(topic.tiers.values()) for topic in held.topics)
    assert sum(held.kinds.values()) == sum(held.payers.values()) == held.statements


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025", date(2025, 12, 31)),
        ("2025-02", date(2025, 2, 28)),
        ("2024-06-30", date(2024, 6, 30)),
        ("2025-2026", date(2026, 12, 31)),
        ("read 2026-11", date(2026, 11, 30)),
        ("", None),
        (None, None),
    ],
)
def test_a_source_is_as_old_as_the_latest_day_it_can_mean(text: str | None, day: date | None) -> None:
    source = Source(id="a", title="T", publisher="P", url="https://example.org/p", tier="vendor", as_of=text)
    assert as_of(source) == day


def test_the_review_lists_old_vendor_only_and_expiring_statements(knowledge: Knowledge) -> None:
    found = review(knowledge, TODAY, months=36, days=90)
    assert found.horizon_in == 40
    assert all(newest is None or newest < date(2023, 11, 21) for _, newest in found.old)
    assert all(TODAY <= (row.effective_to or date.min) <= date(2027, 2, 19) for row in found.expiring)
    tiers = {knowledge.sources.get(item).tier for row in found.vendor_only for item in row.sources}
    assert tiers == {"vendor"}
    fewer = review(knowledge, TODAY, months=120, days=0)
    assert len(fewer.old) < len(found.old)
    assert fewer.expiring == ()
