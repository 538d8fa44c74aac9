"""Amounts for a place and a clinician, and what is said when an amount is not held or not asked for."""

from __future__ import annotations

import pytest

from bot.answer import Answer
from bot.engine import Bot
from tests.bot.conftest import DAY


def ask(bot: Bot, message: str) -> Answer:
    return bot.ask(message, date=DAY)


@pytest.mark.parametrize(
    ("message", "amount", "place"),
    [
        ("what does Medicare pay for 90837 in Detroit?", "$166.06", "in Detroit,"),
        ("psychologist in Anchorage, 90834 medicare 2026 office amount?", "$158.15", "Anchorage, AK"),
        ("90834 in Minneapolis", "$114.23", "Minneapolis, MN"),
        ("LCSW 90834 Anchorage", "$118.61", "Anchorage, AK"),
        ("what does Medicare allow an LPC for 90837 in office, national 2026", "$125.25", "nationally"),
        ("whats mcr allow an lpc for 90837", "$125.25", "nationally"),
        ("np rate for 99214 in ohio", "$110.36", "in Ohio,"),
        ("dietitian 97802 medicare rate", "$31.23", "nationally"),
        ("90837 in Alexandria, VA medicare rate", "$181.03", "Md/Va Suburbs"),
        ("99214 rate in Pittsburgh, PA", "$129.87", "Rest Of Pennsylvania"),
        ("medicare amount 90834 in Portland, Maine", "$113.40", "Southern Maine"),
        ("90837 rate in St. Louis, MO, medicare", "$165.08", "Metropolitan St. Louis"),
        ("90837 rate in Springfield, MO", "$161.46", "Rest Of Missouri"),
    ],
)
def test_the_amount_of_a_place_and_a_clinician_comes_first(bot: Bot, message: str, amount: str, place: str) -> None:
    first = ask(bot, message).sentences[0]
    assert amount in first.text
    assert place in first.text


def test_each_of_several_codes_has_the_clinicians_amount(bot: Bot) -> None:
    told = ask(bot, "how much for 99214 and 90833 for an NP").answer
    assert "$115.27" in told
    assert "$69.28" in told


@pytest.mark.parametrize(
    ("message", "slot", "options"),
    [
        ("medicare rate for 90837 in NYC", "locality", {"Manhattan", "Nyc Suburbs/Long Island", "Queens"}),
        ("medicare rate for 90837 in Baytown", "locality", {"Houston", "Rest Of Texas"}),
        ("medicare rate for 90837 in Rochester", "city", {"Rochester, NY", "Rochester, MN", "Rochester, NH"}),
    ],
)
def test_an_uncertain_place_has_the_national_amount_and_a_question(
    bot: Bot, message: str, slot: str, options: set[str]
) -> None:
    answer = ask(bot, message)
    assert "$167.00 nationally" in answer.sentences[0].text
    assert answer.clarify is not None
    assert answer.clarify.slot == slot
    assert set(answer.clarify.options) == options


def test_the_by_far_largest_city_is_assumed_and_said(bot: Bot) -> None:
    answer = ask(bot, "medicare rate for 90837 in Columbus")
    assert "Columbus, OH" in answer.sentences[0].text
    assert [(row.slot, row.value) for row in answer.assumptions] == [("city", "Columbus, OH")]
    assert "Columbus, GA" in answer.assumptions[0].why


@pytest.mark.parametrize(
    ("message", "verdict", "shares"),
    [
        ("does Medicare pay the NP the same as the psychiatrist for 99214?", "no", ("85 percent", "100 percent")),
        ("does medicare pay an LCSW the same as a psychologist for 90834?", "no", ("75 percent", "100 percent")),
        ("do psychologists and psychiatrists get the same amount for 90834 from medicare", "yes", ("100 percent",)),
        ("does medicare reimburse LMFTs at the same rate as LCSWs", "yes", ("75 percent",)),
        ("does medicare pay an lpc less than a psychologist", "yes", ("75 percent", "100 percent")),
        ("do LPCs get the full medicare rate for 90837?", "no", ("75 percent",)),
    ],
)
def test_the_pay_of_clinicians_is_compared(bot: Bot, message: str, verdict: str, shares: tuple[str, ...]) -> None:
    answer = ask(bot, message)
    assert answer.verdict == verdict
    assert all(share in answer.sentences[0].text for share in shares)


MEDICARE_ONLY = "I hold Medicare amounts only"


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        ("is 0592T something cigna pays on", "no"),
        ("can we charge medicaid members a no show fee", "no"),
        ("tricare: do they pay both 97153 and 97155 for the same half hour?", "no"),
        ("colorado medicaid: can we bill CoCM fee for service yet", "yes"),
    ],
)
def test_whether_another_payer_pays_is_answered_from_its_rules(bot: Bot, message: str, verdict: str) -> None:
    answer = ask(bot, message)
    assert MEDICARE_ONLY not in answer.answer
    assert answer.verdict == verdict


@pytest.mark.parametrize(
    "message",
    ["how much does Aetna pay for 90837", "whats the cigna rate for 90834", "what does uhc pay for 90834 in chicago"],
)
def test_an_amount_of_another_payer_is_not_held(bot: Bot, message: str) -> None:
    assert MEDICARE_ONLY in ask(bot, message).sentences[0].text
