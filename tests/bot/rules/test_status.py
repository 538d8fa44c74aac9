"""Codes on a date of service."""

from __future__ import annotations

from datetime import date

import pytest

from bot.rules.status import report, undescribed
from corpus.knowledge import Knowledge

KNOWLEDGE = Knowledge()


@pytest.mark.parametrize(
    ("code", "on", "state"),
    [
        ("90837", date(2026, 3, 1), "active"),
        ("96152", date(2019, 12, 31), "active"),
        ("96152", date(2020, 1, 1), "deleted"),
        ("96158", date(2019, 12, 31), "not_yet_effective"),
        ("G0511", date(2025, 9, 30), "active"),
        ("G0511", date(2025, 10, 1), "deleted"),
        ("99999", date(2026, 3, 1), "unknown"),
    ],
)
def test_state_on_the_boundary_days(code: str, on: date, state: str) -> None:
    assert report(KNOWLEDGE, code, on).state == state


def test_a_deleted_code_names_its_successors_and_their_condition() -> None:
    found = report(KNOWLEDGE, "99354", date(2026, 3, 1))
    assert [row.code for row in found.successors] == ["99417"]
    assert "nothing replaces it for psychotherapy" in found.condition
    assert any("effective_to: 2022-12-31" in evidence.quote for evidence in found.evidence)


def test_a_chain_of_replacements_ends_in_an_active_code() -> None:
    found = report(KNOWLEDGE, "96100", date(2026, 3, 1))
    assert found.successors
    assert all(KNOWLEDGE.codes.status(row.code, found.on) == "active" for row in found.successors)


def test_a_code_that_does_not_exist_yet_names_what_was_billed_before() -> None:
    found = report(KNOWLEDGE, "96158", date(2019, 6, 1))
    assert [row.code for row in found.predecessors] == ["96152"]


def test_dates_beyond_the_horizon_are_marked() -> None:
    assert report(KNOWLEDGE, "97151", date(2027, 2, 1)).beyond_horizon
    assert not report(KNOWLEDGE, "97151", KNOWLEDGE.coverage.horizon).beyond_horizon


def test_a_change_that_is_only_announced_does_not_unsettle_today() -> None:
    assert undescribed(KNOWLEDGE, "97151", date(2026, 11, 21)) == ()
    assert report(KNOWLEDGE, "97151", date(2026, 11, 21)).coming


def test_the_evidence_leaves_out_what_happened_after_the_date() -> None:
    def events(on: date) -> list[str]:
        return [held.ref for held in report(KNOWLEDGE, "G0136", on).evidence if held.ref.startswith("code_history:")]

    before, after = events(date(2025, 12, 31)), events(date(2026, 1, 1))
    assert not any("2026" in ref for ref in before)
    assert any("2026" in ref for ref in after)


def test_a_neighboring_code_is_known_by_name_only() -> None:
    found = report(KNOWLEDGE, "00104", date(2026, 3, 1))
    assert found.state == "unknown"
    assert "electroconvulsive" in found.neighbour


def test_every_code_of_the_table_can_be_reported_on_any_date() -> None:
    for row in KNOWLEDGE.codes:
        for on in (date(2012, 6, 1), date(2019, 6, 1), date(2026, 11, 21), date(2030, 1, 1)):
            assert report(KNOWLEDGE, row.code, on).state == KNOWLEDGE.codes.status(row.code, on)
