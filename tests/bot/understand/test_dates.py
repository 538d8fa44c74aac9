"""Dates of service are read; dates of rules and births are not."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.understand.dates import date_of_service

TODAY = dt.date(2026, 11, 21)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("DOS 11/5/2019 psychologist did 30 min", dt.date(2019, 11, 5)),
        ("auditing a nov 15 2021 video session", dt.date(2021, 11, 15)),
        ("for a visit on 6/2/2025", dt.date(2025, 6, 2)),
        ("in March 2019", dt.date(2019, 3, 1)),
        ("service date 2025-10-15", dt.date(2025, 10, 15)),
        ("will it change in 2028", dt.date(2028, 7, 1)),
        ("what did it pay last year", dt.date(2025, 7, 1)),
        ("the 2026 rate", TODAY),
        ("deleted since 2020?", None),
        ("effective January 1, 2022", None),
        ("dob 4/5/1980", None),
        ("90834 for 45 minutes", None),
    ],
)
def test_date_of_service(message: str, expected: dt.date | None) -> None:
    assert date_of_service(message, TODAY) == expected
