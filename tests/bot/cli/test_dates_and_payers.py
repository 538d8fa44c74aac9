"""What `--date` and `--payer` accept, and what they say to the rest."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import OptionError, UsageError
from bot.inputs import EARLIEST, parse_date, parse_payer
from corpus.knowledge import Knowledge


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02",
        "2026-3-2",
        "20260302",
        "3/2/2026",
        "03/02/2026",
        "03-02-2026",
        "3.2.2026",
        "3/2/26",
        "March 2, 2026",
        "Mar 2 2026",
        "2 March 2026",
        " 2026-03-02 ",
    ],
)
def test_iso_and_us_dates_are_understood(text: str) -> None:
    assert parse_date(text) == date(2026, 3, 2)


def test_relative_days_are_understood() -> None:
    assert parse_date("today") == date.today()
    assert parse_date("Yesterday") == date.today() - timedelta(days=1)
    assert parse_date(None) is None


@pytest.mark.parametrize(
    "text",
    ["2026-13-01", "2026-02-30", "13/45/2026", "", "soon", "2026", "26-03-02x", "02/30/2026", "1/1/1889", "9999-12-31"],
)
def test_other_dates_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_date(text)
    assert "--date" in str(caught.value)
    assert caught.value.hint
    assert caught.value.exit_code == 2


@given(st.dates(min_value=EARLIEST, max_value=date(2068, 12, 31)))
def test_every_plausible_day_survives_every_way_of_writing_it(day: date) -> None:
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%m-%d-%Y", "%B %d, %Y", "%d %b %Y", "%Y%m%d"):
        assert parse_date(day.strftime(form)) == day


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_a_usage_error(text: str) -> None:
    with suppress(UsageError):
        assert isinstance(parse_date(text), date)


@pytest.mark.parametrize(
    ("text", "payer"),
    [
        ("medicare", "medicare"),
        ("Medicare FFS", "medicare"),
        ("UnitedHealthcare", "uhc"),
        ("blue cross", "bcbs"),
        ("Medi-Cal", "medicaid-ca"),
        ("medicaid-ca", "medicaid-ca"),
        ("bcbs nc", "bcbs-nc"),
        ("  TRICARE ", "tricare"),
    ],
)
def test_payers_are_known_by_every_name(text: str, payer: str, knowledge: Knowledge) -> None:
    assert parse_payer(text, knowledge) == payer


@pytest.mark.parametrize(("text", "suggestion"), [("medicar", "medicare"), ("atena", "aetna"), ("trikare", "tricare")])
def test_a_misspelt_payer_gets_suggestions(text: str, suggestion: str, knowledge: Knowledge) -> None:
    with pytest.raises(OptionError) as caught:
        parse_payer(text, knowledge)
    assert suggestion in caught.value.nearest
    assert suggestion in str(caught.value)


def test_an_unheard_of_payer_gets_no_wild_guess(knowledge: Knowledge) -> None:
    with pytest.raises(OptionError) as caught:
        parse_payer("zzyzx mutual of nowhere", knowledge)
    assert caught.value.nearest == ()
    assert "Leave the option out" in caught.value.hint
