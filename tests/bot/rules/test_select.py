"""From what was done to the codes and units of the date."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.select import Request, select
from bot.rules.time import shown
from corpus.knowledge import Knowledge

KNOWLEDGE = Knowledge()
DAY = date(2026, 3, 2)
SERVICES = sorted({row.service for row in KNOWLEDGE.services})
PERFORMERS = [None, *KNOWLEDGE.rules.performers]


def request(service: str, **facts: object) -> Request:
    return Request(service, facts.pop("on", DAY), **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "units"),
    [
        (request("psychotherapy", minutes=37), "90832 x 1"),
        (request("psychotherapy", minutes=38), "90834 x 1"),
        (request("psychotherapy", minutes=45, with_em="yes", performer="pmhnp"), "90836 x 1"),
        (request("psychotherapy", minutes=50, participants="family-with-patient"), "90847 x 1"),
        (request("health-coaching", minutes=35, visit="later"), "0592T x 1"),
        (request("health-coaching", minutes=35, visit="first"), "0591T x 1"),
        (request("health-behavior", minutes=45, visit="later"), "96158 x 1 + 96159 x 1"),
        (request("health-behavior", minutes=45, visit="later", on=date(2019, 5, 1)), "96152 x 3"),
        (request("health-behavior", minutes=45, visit="first", on=date(2018, 3, 12)), "96150 x 3"),
        (request("health-behavior-assessment", minutes=45, visit="later", on=date(2018, 3, 12)), "96151 x 3"),
        (request("psychological-test-evaluation", minutes=145), "96130 x 1 + 96131 x 1"),
        (request("intake", performer="lcsw", payer="aetna"), "90791 x 1"),
        (request("intake", performer="lcsw", payer="medicaid"), "H0031 x 1"),
        (request("self-management-education", participants="group", group_size=6, minutes=46), "98962 x 2"),
        (request("self-management-education", participants="group", group_size=3, minutes=46), "98961 x 2"),
        (request("sbirt", minutes=20, payer="medicare"), "G0396 x 1"),
        (request("sbirt", minutes=20, payer="aetna"), "99408 x 1"),
        (request("rpm-device", days=10), "99445 x 1"),
        (request("targeted-case-management", minutes=50, payer="medicaid-tx"), "T1017 x 3"),
        (
            request("office-visit", minutes=100, visit="later", payer="medicare", performer="np"),
            "99215 x 1 + G2212 x 3",
        ),
        (request("office-visit", minutes=100, visit="later", payer="cigna", performer="np"), "99215 x 1 + 99417 x 4"),
    ],
)
def test_the_code_and_units_of_a_service(asked: Request, units: str) -> None:
    found = select(KNOWLEDGE, asked)
    assert found.state == "chosen"
    assert shown(found.units) == units


@pytest.mark.parametrize(
    ("asked", "slot", "options"),
    [
        (request("psychotherapy"), "minutes", 1),
        (request("psychotherapy", minutes=30, minutes_to=45), "minutes", 1),
        (request("health-coaching", minutes=35), "visit", 2),
        (request("test-administration", minutes=100), "performer", 2),
        (request("diagnostic-evaluation", performer="physician"), "variant", 2),
        (request("self-management-education", participants="group", minutes=46), "group_size", 2),
        (request("targeted-case-management", payer="medicaid"), "minutes", 1),
    ],
)
def test_it_asks_for_the_fact_that_decides_and_gives_the_options_first(asked: Request, slot: str, options: int) -> None:
    found = select(KNOWLEDGE, asked)
    assert (found.state, found.ask, len(found.options)) == ("conditional", slot, options)
    assert all(option.units or option.spans for option in found.options)
    assert slot in KNOWLEDGE.rules.slots


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (request("psychotherapy", minutes=12), "under 16"),
        (request("psychotherapy", minutes=45, performer="health-coach"), "health coach does not report 90834"),
        (request("health-coaching", minutes=35, visit="later", payer="medicare", performer="nbc-hwc"), "0592T"),
        (request("preventive-counseling", minutes=30, payer="medicare"), "Non-covered"),
        (request("rpm-device", days=10, on=date(2025, 3, 1)), "under 16"),
        (request("office-visit", minutes=30, performer="lcsw"), "clinical social worker"),
        (request("obesity-counseling", minutes=30, payer="aetna"), "Aetna"),
    ],
)
def test_nothing_billable_says_why(asked: Request, words: str) -> None:
    found = select(KNOWLEDGE, asked)
    assert found.state == "nothing"
    assert words in found.reason


def test_what_was_assumed_is_said() -> None:
    found = select(KNOWLEDGE, request("psychotherapy", minutes=45))
    assert [(slot, value) for slot, value, _ in found.assumed] == [("participants", "individual"), ("with_em", "no")]
    assert found.set_aside


def test_other_readings_are_listed_when_they_differ() -> None:
    found = select(KNOWLEDGE, request("aba-treatment", minutes=55))
    assert [shown(other.units) for other in found.options[0].alternatives] == ["97153 x 3"]


def test_an_add_on_that_stands_alone_names_its_bases() -> None:
    found = select(KNOWLEDGE, request("psychotherapy", minutes=30, with_em="yes", performer="physician"))
    assert "99213" in found.options[0].needs_base


def test_an_unknown_service_is_unknown() -> None:
    assert select(KNOWLEDGE, request("no-such-service")).state == "unknown"


@given(
    st.sampled_from(SERVICES),
    st.one_of(st.none(), st.integers(0, 480)),
    st.sampled_from(PERFORMERS),
    st.sampled_from([None, "medicare", "medicaid", "aetna"]),
    st.sampled_from([None, "first", "later"]),
    st.dates(date(2010, 1, 1), date(2027, 6, 1)),
)
def test_every_request_has_an_outcome_and_chosen_codes_are_active(
    service: str, minutes: int | None, performer: str | None, payer: str | None, visit: str | None, on: date
) -> None:
    found = select(KNOWLEDGE, Request(service, on, minutes=minutes, performer=performer, payer=payer, visit=visit))
    if found.state == "chosen":
        assert found.units
        assert all(KNOWLEDGE.codes.status(code, on) == "active" for code, _ in found.units)
    elif found.state == "conditional":
        assert found.ask
        assert found.options
    else:
        assert found.reason


def test_what_was_assumed_is_not_asked_again() -> None:
    found = select(KNOWLEDGE, request("visit", minutes=45, visit="later", payer="medicare"))
    assert ("with_em", "no") in {(slot, value) for slot, value, _ in found.assumed}
    assert found.ask == "performer"
    assert {option.service.label for option in found.options if "coaching" in option.service.label} == set()
