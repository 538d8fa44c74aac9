"""Times as people type them become whole minutes; other numbers never do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understand.durations import digits, durations


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("f/u coaching 35min tele", [(35, 35)]),
        ("an hour and a half of testing", [(90, 90)]),
        ("97155 for an hour and 20. units", [(80, 80)]),
        ("an hour 5 min of coaching", [(65, 65)]),
        ("logged on 3:04 logged off 3:55, all therapy", [(51, 51)]),
        ("session started 10:00 on the dot and ended 10:53", [(53, 53)]),
        ("an hour, 3 times a week", [(60, 60)]),
        ("an hour and 2 kids", [(60, 60)]),
        ("65 clinical staff minutes in august", [(65, 65)]),
        ("97153 is 1 hour per unit, a 2.5 hr session", [(150, 150)]),
        ("2:05 to 2:58pm", [(53, 53)]),
        ("from 10 to 10:50", [(50, 50)]),
        ("11:40am - 12:35pm", [(55, 55)]),
        ("45-50 min session", [(45, 50)]),
        ("1.5 hrs", [(90, 90)]),
        ("two hours straight", [(120, 120)]),
        ("1 hour 15 minutes", [(75, 75)]),
        ("2 and a half hours", [(150, 150)]),
        ("forty-five minute session", [(45, 45)]),
        ("half an hour", [(30, 30)]),
        ("three quarters of an hour", [(45, 45)]),
        ("a 100-minute battery", [(100, 100)]),
    ],
)
def test_spoken_times(message: str, expected: list[tuple[int, int]]) -> None:
    assert [(d.minutes_from, d.minutes_to) for d in durations(message)] == expected


@pytest.mark.parametrize(
    "message",
    [
        "90791-90792 same day?",
        "at 2:30 pm on Tuesday",
        "modifier 95 or 59",
        "3 patients, POS 10",
        "$45 copay",
        "in 2026",
    ],
)
def test_other_numbers_are_not_times(message: str) -> None:
    assert durations(message) == ()


def test_the_part_is_told_from_the_whole_visit() -> None:
    whole, part = durations("total visit 22 min, 16 of it was supportive therapy")
    assert (whole.minutes_from, whole.total) == (22, True)
    assert (part.minutes_from, part.total) == (16, False)


@given(st.integers(1, 480))
def test_every_number_of_minutes_is_read_back(minutes: int) -> None:
    (found,) = durations(f"session lasted {minutes} minutes")
    assert found.minutes_from == found.minutes_to == minutes


@given(st.text(max_size=200))
def test_any_text_is_read_without_error(text: str) -> None:
    assert all(0 <= d.minutes_from <= d.minutes_to <= 24 * 60 for d in durations(text))


def test_number_words_become_digits() -> None:
    assert digits("twenty one kids, ninety-five minutes") == "21 kids, 95 minutes"
