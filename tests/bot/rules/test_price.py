"""Medicare amounts for 2026, to the cent, as published (the sources stand at the statements that quote them)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.price import cents, find_localities, price, setting_of
from corpus.knowledge import Knowledge

KNOWLEDGE = Knowledge()
DAY = date(2026, 3, 2)

PUBLISHED = [
    ("90837", None, None, "167.00"),
    ("96158", None, None, "73.82"),
    ("99214", None, None, "135.61"),
    ("90833", None, None, "81.50"),
    ("97802", None, None, "36.74"),
    ("96127", None, None, "5.01"),
    ("96160", None, None, "3.01"),
    ("90880", None, None, "103.88"),
    ("90849", None, None, "40.42"),
    ("G0553", None, None, "54.11"),
    ("90791", None, "lcsw", "130.01"),
    ("90832", None, "lcsw", "64.38"),
    ("90834", None, "lmft", "85.43"),
    ("90837", None, "lpc", "125.25"),
    ("90839", None, "lcsw", "120.24"),
    ("90846", None, "lcsw", "79.41"),
    ("90853", None, "lcsw", "22.79"),
    ("96156", None, "lcsw", "80.66"),
    ("90791", None, "np", "147.35"),
    ("90792", None, "pa", "171.77"),
    ("90838", None, "cns", "116.12"),
    ("99213", None, "np", "80.91"),
    ("90837", "Manhattan", None, "181.97"),
    ("90837", "San Francisco", None, "195.05"),
    ("90837", "Los Angeles", None, "179.29"),
    ("90837", "Alabama", None, "161.70"),
    ("90837", "Alaska", None, "232.44"),
    ("90837", "Houston, Texas", None, "167.99"),
    ("90837", "Miami", None, "169.67"),
    ("90837", "Chicago", None, "168.95"),
    ("90837", "Boston", None, "179.88"),
    ("90837", "Seattle", None, "182.29"),
    ("90837", "Ohio", None, "163.52"),
    ("90837", "DC", None, "181.03"),
    ("90837", "North Carolina", None, "164.08"),
    ("90834", "Philadelphia", None, "116.70"),
    ("90791", "Atlanta", None, "174.58"),
    ("96158", "Dallas", None, "74.20"),
    ("90847", "Colorado", None, "111.41"),
    ("90853", "Mississippi", None, "29.24"),
    ("90837", "Manhattan", "lcsw", "136.48"),
]


@pytest.mark.parametrize(("code", "where", "performer", "amount"), PUBLISHED)
def test_published_amounts_to_the_cent(code: str, where: str | None, performer: str | None, amount: str) -> None:
    found = find_localities(KNOWLEDGE, where) if where else (None,)
    assert len(found) == 1
    result = price(KNOWLEDGE, code, DAY, locality=found[0], performer=performer)
    assert result.amount == Decimal(amount)
    assert f"${amount}" in result.formula


def test_every_national_amount_of_the_file_follows_from_its_relative_values() -> None:
    for rate in KNOWLEDGE.rates:
        for setting, held in (("nonfacility", rate.nonfac_amount), ("facility", rate.fac_amount)):
            result = price(KNOWLEDGE, rate.code, DAY, setting=setting)  # type: ignore[arg-type]
            assert result.amount == held


@pytest.mark.parametrize(("pos", "amount"), [("10", "168.95"), ("02", "137.06")])
def test_place_of_service_decides_the_setting(pos: str, amount: str) -> None:
    setting = setting_of(KNOWLEDGE, pos)
    assert setting is not None
    chicago = find_localities(KNOWLEDGE, "Chicago")[0]
    assert price(KNOWLEDGE, "90837", DAY, setting=setting, locality=chicago).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("code", "on", "state", "words"),
    [
        ("0592T", DAY, "contractor-priced", "contractor"),
        ("96170", DAY, "not-paid", "Non-covered"),
        ("98960", DAY, "not-paid", "Bundled"),
        ("H0004", DAY, "not-paid", "Not valid"),
        ("90837", date(2025, 3, 2), "no-data", "2025"),
        ("90837", date(2027, 3, 2), "no-data", "2027"),
        ("99999", DAY, "no-data", "not in the fee schedule"),
    ],
)
def test_no_amount_has_its_reason(code: str, on: date, state: str, words: str) -> None:
    result = price(KNOWLEDGE, code, on)
    assert (result.state, result.amount, result.total) == (state, None, None)
    assert words in result.reason


def test_a_setting_in_which_the_service_is_not_done_has_no_amount() -> None:
    assert price(KNOWLEDGE, "96127", DAY, setting="facility").state == "no-data"


@pytest.mark.parametrize(
    ("text", "state", "names"),
    [
        ("13202 01", None, ["MANHATTAN"]),
        ("Kansas City", None, ["METROPOLITAN KANSAS CITY"]),
        ("East St. Louis", None, ["EAST ST. LOUIS"]),
        ("Portland, ME", None, ["SOUTHERN MAINE", "REST OF MAINE"]),
        ("West Virginia", None, ["WEST VIRGINIA"]),
        ("Cleveland", "OH", ["OHIO"]),
        ("rest of Texas", None, ["REST OF TEXAS"]),
        ("Atlantis", None, []),
    ],
)
def test_localities_by_name_state_and_number(text: str, state: str | None, names: list[str]) -> None:
    assert [row.locality_name for row in find_localities(KNOWLEDGE, text, state)] == names


def test_a_state_with_several_localities_is_not_guessed() -> None:
    assert len(find_localities(KNOWLEDGE, "New York")) == 5


@given(st.sampled_from([row for row in KNOWLEDGE.rates if row.nonfac_amount]), st.integers(1, 20))
def test_units_multiply_the_rounded_amount(rate: object, units: int) -> None:
    result = price(KNOWLEDGE, rate.code, DAY, units=units, performer="lcsw")  # type: ignore[attr-defined]
    assert result.full is not None
    assert result.total == cents(result.full * 75 / 100) * units
