"""What changed between two dates: codes, amounts, rules."""

from __future__ import annotations

from datetime import date

import pytest

from corpus.changes import as_markdown, as_text, changes
from corpus.knowledge import Knowledge

YEAR_END_2025, YEAR_END_2026 = date(2025, 12, 31), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("kind", "code", "first_day"),
    [
        ("added", "98979", date(2026, 1, 1)),
        ("deleted", "G0512", date(2026, 1, 1)),
        ("redefined", "G0136", date(2026, 1, 1)),
    ],
)
def test_codes_from_2025_to_2026(knowledge: Knowledge, kind: str, code: str, first_day: date) -> None:
    found = changes(knowledge, YEAR_END_2025, YEAR_END_2026)
    assert (kind, code, first_day) in {(row.kind, row.subject, row.first_day) for row in found.codes}


def test_a_new_code_is_told_in_the_words_of_its_first_day(knowledge: Knowledge) -> None:
    found = changes(knowledge, date(2023, 12, 31), date(2024, 12, 31))
    (added,) = (row for row in found.codes if row.subject == "G0136")
    assert "Social determinants of health" in added.text


def test_amounts_name_both_years(knowledge: Knowledge) -> None:
    found = changes(knowledge, YEAR_END_2025, YEAR_END_2026)
    (row,) = (row for row in found.rates if row.subject == "90837")
    assert "154.29 to 167.00 dollars" in row.text


def test_rules_begin_and_end(knowledge: Knowledge) -> None:
    begin = changes(knowledge, YEAR_END_2025, YEAR_END_2026).rules
    assert ("begins", "payers-004") in {(row.kind, row.subject) for row in begin}
    end = changes(knowledge, date(2019, 12, 30), date(2020, 1, 1)).rules
    assert ("ends", "gap-013", date(2020, 1, 1)) in {(row.kind, row.subject, row.first_day) for row in end}


def test_the_day_itself_belongs_to_the_later_side(knowledge: Knowledge) -> None:
    def codes(start: date, end: date) -> set[str]:
        return {row.subject for row in changes(knowledge, start, end).codes}

    assert "96150" in codes(date(2019, 12, 31), date(2020, 1, 1))
    assert "96150" not in codes(date(2019, 12, 30), date(2019, 12, 31))
    assert "96150" not in codes(date(2020, 1, 1), date(2020, 12, 31))


def test_core_leaves_out_neighbors_but_no_deletion(knowledge: Knowledge) -> None:
    found = changes(knowledge, YEAR_END_2025, YEAR_END_2026)
    core = found.core()
    assert len(core.codes) < len(found.codes)
    assert "G0512" in {row.subject for row in core.codes}
    assert all(row.scope == "core" or row.kind == "deleted" for row in core.codes)


def test_both_forms_hold_every_change_and_mention_the_horizon(knowledge: Knowledge) -> None:
    found = changes(knowledge, YEAR_END_2025, date(2027, 6, 30)).core()
    text, page = as_text(found), as_markdown(found)
    assert page.startswith("# Changes after 2025-12-31 up to 2027-06-30")
    for row in (*found.codes, *found.rates, *found.rules):
        assert row.subject in text
        assert f"**{row.subject}**, {row.first_day}" in page
    assert f"to {knowledge.coverage.horizon}" in text
    assert f"to {knowledge.coverage.horizon}" in page
    assert "later changes are not known" not in as_text(changes(knowledge, YEAR_END_2025, YEAR_END_2026))
