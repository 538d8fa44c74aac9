"""A city is read where an amount is asked for, and never out of an ordinary word or somebody's name."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.question import Before
from bot.understand.cities import cities_of
from bot.understand.read import Reader
from corpus.knowledge import Knowledge

DAY = dt.date(2026, 3, 2)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Knowledge())


@pytest.mark.parametrize(
    ("message", "cities"),
    [
        ("psychologist in Anchorage, 90834 medicare 2026 office amount?", ["Anchorage, AK"]),
        ("90834 in Minneapolis", ["Minneapolis, MN"]),
        ("LCSW 90834 Anchorage", ["Anchorage, AK"]),
        ("medicare rate 90837 tulsa", ["Tulsa, OK"]),
        ("90837 WHAT DOES MEDICARE PAY IN SEATTLE", ["Seattle, WA"]),
        ("what's the rate for 90837 in Coeur d'Alene", ["Coeur d'Alene, ID"]),
        ("medicare rate for 90837 in NYC", ["New York City, NY"]),
        ("how much for 99214 in Philly", ["Philadelphia, PA"]),
        ("whats 90847 pay in vegas under medicare", ["Las Vegas, NV"]),
        ("90837 rate in LA", ["Los Angeles, CA"]),
        ("90837 rate in DC", ["Washington, DC"]),
        ("rate for 90837 in St Paul", ["Saint Paul, MN"]),
        ("90837 Ft Worth medicare rate", ["Fort Worth, TX"]),
        ("rate for 90837 in downtown Dallas", ["Dallas, TX"]),
        ("rate for 90837 in Portland, Maine", ["Portland, ME"]),
        ("90834 rate portland me", ["Portland, ME"]),
        ("90834 rate baton rouge la", ["Baton Rouge, LA"]),
        ("90834 rate in Kansas City, KS", ["Kansas City, KS"]),
        ("90834 rate in Kansas City", ["Kansas City, MO", "Kansas City, KS"]),
        ("Ohio: 90834 rate in Columbus", ["Columbus, OH"]),
        ("rate for 90839 in Mobile, AL", ["Mobile, AL"]),
        ("rate for 90839 in Mobile", ["Mobile, AL"]),
        ("rate for 90837 in reading pa", ["Reading, PA"]),
    ],
)
def test_a_city_is_read_with_an_amount(reader: Reader, message: str, cities: list[str]) -> None:
    assert list(reader.read(message, Before(), DAY).stated.cities) == cities


@pytest.mark.parametrize(
    "message",
    [
        "what does medicare pay for mobile crisis 90839",
        "rate for H2011 in mobile crisis",
        "medicare amount for 96127, normal PHQ-9",
        "rate for 90853 in normal hours",
        "what is the rate for 99213, hope this is the right place",
        "is there a medicare amount for 90885 reading records",
        "medicare rate for 99406 for a hickory smoker",
        "what does medicare pay for 96130 for a reading disability in spring",
        "Madison is a psychologist, what is medicare's amount for 90837",
        "my client Jackson needs 90837, what does Medicare pay",
        "HOW MUCH FOR 90837 WITH TYLER",
        "What Is The Medicare Rate For Independence At Home 99347",
        "90837 rate in washington",
        "rate for 90837, la comunidad clinic",
        "can an LCSW bill 90834 in Anchorage",
        "do you need an auth in Chicago for 97153",
        "which modifier for 90837 by video in Denver",
    ],
)
def test_no_city_is_read_out_of_other_words_or_questions(reader: Reader, message: str) -> None:
    assert reader.read(message, Before(), DAY).stated.cities == ()


@pytest.mark.parametrize(
    ("message", "performer", "state"),
    [
        ("99214 rate in Pittsburgh, PA", None, None),
        ("NP 99214 rate in Boston MA", "np", None),
        ("99214 rate in PA", None, "PA"),
        ("what will medicare pay a PA for 99214", "pa", None),
    ],
)
def test_the_letters_of_a_state_are_no_clinician(
    reader: Reader, message: str, performer: str | None, state: str | None
) -> None:
    stated = reader.read(message, Before(), DAY).stated
    assert (stated.performer, stated.state) == (performer, state)


@pytest.mark.parametrize(
    ("turns", "cities", "state"),
    [
        (["90837 rate in Detroit", "and 90834?"], ("Detroit, MI",), None),
        (["90837 rate in Detroit", "and in Boston?"], ("Boston, MA",), None),
        (["90837 rate in Dallas", "and in Ohio?"], (), "OH"),
        (["90837 rate in Texas", "Dallas"], ("Dallas, TX",), "TX"),
        (["90837 rate in Texas", "Arlington"], ("Arlington, TX",), "TX"),
        (["90837 rate in Ohio", "and in Boston?"], ("Boston, MA",), None),
        (["90837 rate in Springfield", "MO"], ("Springfield, MO",), "MO"),
        (["90837 rate in Springfield", "Springfield, IL"], ("Springfield, IL",), None),
    ],
)
def test_a_city_holds_until_another_place_is_said(
    reader: Reader, turns: list[str], cities: tuple[str, ...], state: str | None
) -> None:
    before = Before()
    for turn in turns:
        question = reader.read(turn, before, DAY)
        before = Before(question.facts, question.cues, question.polar)
    assert (question.facts.cities, question.facts.state) == (cities, state)


@pytest.mark.parametrize(
    ("message", "amount"),
    [
        ("what does Medicare allow an LPC for 90837", True),
        ("whats mcr allow an lpc for 90837", True),
        ("medicare pay for dietitian 97803", True),
        ("how much does Aetna pay for 90837", True),
        ("aetna rate for 90837?", True),
        ("is 0592T something cigna pays on", False),
        ("can we charge medicaid members a no show fee", False),
        ("can we bill it fee for service", False),
        ("why did medicare pay the NP less for 99214", False),
        ("when will medicare pay an LPC for 90837", False),
    ],
)
def test_an_amount_is_asked_for_or_not(reader: Reader, message: str, amount: bool) -> None:
    assert reader.read(message, Before(), DAY).asks_amount is amount


@pytest.mark.parametrize(
    ("message", "parity"),
    [
        ("does Medicare pay the NP the same as the psychiatrist", "equal"),
        ("do LPCs get the full medicare rate", "full"),
        ("is an LPC paid less than a psychologist", "lower"),
        ("does Medicare pay the NP and the psychiatrist on the same day", None),
        ("is 90791 the same as 90792", None),
    ],
)
def test_pay_is_compared_only_with_a_word_of_paying(reader: Reader, message: str, parity: str | None) -> None:
    assert reader.read(message, Before(), DAY).parity == parity


def test_every_city_of_the_table_is_read_with_its_state() -> None:
    knowledge = Knowledge()
    cities = cities_of(knowledge)
    missed = [key for key in knowledge.cities if (read := cities.read(f"rate in {key}")) is None or read.keys != (key,)]
    assert missed == []
