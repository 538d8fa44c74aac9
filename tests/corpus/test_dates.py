"""A code is judged by what was in force on the date of service."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from corpus.errors import UnknownRecordError
from corpus.knowledge import Knowledge

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("code", "on", "status"),
    [
        ("96150", date(2019, 6, 1), "active"),
        ("96150", date(2019, 12, 31), "active"),
        ("96150", date(2020, 1, 1), "deleted"),
        ("96150", date(2020, 6, 1), "deleted"),
        ("96150", TODAY, "deleted"),
        ("96156", date(2019, 6, 1), "not_yet_effective"),
        ("96156", date(2020, 1, 1), "active"),
        ("0592T", date(2019, 12, 31), "not_yet_effective"),
        ("0592T", TODAY, "active"),
        ("99443", date(2024, 12, 31), "active"),
        ("99443", date(2025, 1, 1), "deleted"),
        ("98979", date(2025, 12, 31), "not_yet_effective"),
        ("G2070", TODAY, "deleted"),
        ("G2070", date(2021, 1, 1), "deleted"),
        ("99999", TODAY, "unknown"),
    ],
)
def test_status_on_a_date_of_service(knowledge: Knowledge, code: str, on: date, status: str) -> None:
    assert knowledge.codes.status(code, on) == status


@pytest.mark.parametrize(
    ("code", "on", "column", "value"),
    [
        ("G0136", date(2024, 1, 1), "service", "social risk assessment"),
        ("G0136", date(2025, 12, 31), "service", "social risk assessment"),
        ("G0136", date(2026, 1, 1), "service", "activity and nutrition assessment"),
        ("G0136", None, "service", "activity and nutrition assessment"),
        ("G0442", date(2022, 12, 31), "time_rule", "none"),
        ("G0442", date(2023, 1, 1), "min_minutes", 5),
        ("99213", date(2020, 12, 31), "min_minutes", None),
        ("99213", date(2020, 12, 31), "typical_minutes", 15),
        ("99213", date(2021, 1, 1), "max_minutes", 29),
        ("99213", date(2024, 1, 1), "max_minutes", None),
        ("G0323", date(2023, 12, 31), "performed_by", ("psychologist", "social-worker")),
        ("G0323", date(2024, 1, 1), "performed_by", ("psychologist", "social-worker", "mft", "counselor")),
        ("G2069", date(2024, 10, 1), "unit", "per-week"),
        ("G2069", None, "unit", "per-month"),
    ],
)
def test_a_redefined_code_reads_as_it_did(
    knowledge: Knowledge, code: str, on: date | None, column: str, value: object
) -> None:
    assert getattr(knowledge.codes.get(code, on), column) == value


def test_the_official_wording_is_that_of_the_date(knowledge: Knowledge) -> None:
    before, after = (knowledge.codes.get("G0136", on).official_descriptor or "" for on in (date(2025, 6, 1), TODAY))
    assert "social determinants of health" in before
    assert "physical activity and nutrition" in after


def test_every_redefinition_since_the_first_day_covered_can_be_read_back(knowledge: Knowledge) -> None:
    since, horizon = knowledge.coverage.since, knowledge.coverage.horizon
    assert since == date(2018, 1, 1)
    for event in knowledge.codes.history:
        if event.event == "redefined" and event.date and since < event.date <= horizon:
            day = event.date - timedelta(days=1)
            assert knowledge.codes.is_described(event.code, day), event.code
            assert knowledge.codes.get(event.code, day) != knowledge.codes.get(event.code, event.date)


def test_a_code_redefined_before_the_first_day_covered_says_so(knowledge: Knowledge) -> None:
    assert not knowledge.codes.is_described("90837", date(2016, 6, 1))
    assert knowledge.codes.is_described("90837", date(2018, 1, 1))
    assert not knowledge.codes.is_described("99999", TODAY)


def test_a_redefinition_that_is_only_announced_leaves_today_described(knowledge: Knowledge) -> None:
    announced = {event.code for event in knowledge.codes.history if event.event == "redefined" and event.announced}
    assert "97151" in announced
    assert all(knowledge.codes.is_described(code, TODAY) for code in announced)


def test_an_edition_keeps_the_life_of_its_code(knowledge: Knowledge) -> None:
    row = knowledge.codes.get("G0136", date(2024, 6, 1))
    assert (row.effective_from, row.effective_to, row.status) == (date(2024, 1, 1), None, "active")


def test_an_unknown_code_is_not_found(knowledge: Knowledge) -> None:
    assert knowledge.codes.find("99999", TODAY) is None
    with pytest.raises(UnknownRecordError):
        knowledge.codes.get("99999", TODAY)


def test_the_successor_of_a_deleted_code_is_active_on_the_date(knowledge: Knowledge) -> None:
    assert [row.code for row in knowledge.codes.successors("96150", TODAY)] == ["96156"]
    assert knowledge.codes.successors("96150", date(2019, 6, 1)) == ()
