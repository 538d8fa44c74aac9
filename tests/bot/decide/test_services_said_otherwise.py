"""Times, days and names that decide about a code: what was done is not what the named code needs, or is just that."""

from __future__ import annotations

import pytest

from bot.engine import Bot
from tests.bot.conftest import DAY
from tests.bot.decide.test_decisions import ask, billed


@pytest.mark.parametrize(
    ("message", "verdict", "expected"),
    [
        ("clients came late, just 24 minutes of couples work. still ok to bill 90847?", "no", []),
        ("clients came late so just 30 minutes of couples work. is 90847 still ok", "yes", [("90847", 1)]),
        ("session got cut to 40 min, still ok to bill 90837?", "no", [("90834", 1)]),
        ("ended at 14 minutes because he walked out, is 90832 still billable?", "no", []),
        ("51 minutes, does Aetna pay 90837 for that?", "no", [("90834", 1)]),
        ("only 12 min of 90834 today, will medicare cover it", "no", []),
        ("Is 90837 still active for 60 minutes?", "yes", [("90837", 1)]),
        ("my 50 min couples session got cut to 20. is 90847 still ok?", "no", []),
        ("is 99214 still valid for a 25 minute visit", "no", [("99213", 1)]),
        ("60 minute groups, is 90853 still ok?", "yes", [("90853", 1)]),
        ("30 minute intake, 90791 still ok?", "yes", [("90791", 1)]),
        ("90 minute group, can I bill 90853 x2", "no", [("90853", 1)]),
    ],
)
def test_an_active_or_covered_code_gets_a_no_for_minutes_that_are_not_its_own(
    bot: Bot, message: str, verdict: str, expected: list[tuple[str, int]]
) -> None:
    answer = ask(bot, message)
    assert answer.verdict == verdict
    assert billed(answer) == expected


@pytest.mark.parametrize(
    ("message", "verdict", "code"),
    [
        ("can I use the 45 minute code for a 38 minute session", "yes", "90834"),
        ("is 37 minutes enough for the 45 min code", "no", "90832"),
        ("does 52 minutes count as the hour code", "no", "90834"),
        ("16 minutes - half hour code ok?", "yes", "90832"),
        ("does an hour code cover 55 min", "yes", "90837"),
    ],
)
def test_a_code_may_be_called_by_the_length_of_its_session(bot: Bot, message: str, verdict: str, code: str) -> None:
    answer = ask(bot, message)
    assert answer.verdict == verdict
    assert billed(answer) == [(code, 1)]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("NBC-HWC follow up, 45 min, code?", [("0592T", 1)]),
        ("group therapy, 60 min code?", [("90853", 1)]),
    ],
)
def test_a_time_beside_the_word_code_names_no_code(bot: Bot, message: str, expected: list[tuple[str, int]]) -> None:
    assert [code for code, _ in billed(ask(bot, message))] == [code for code, _ in expected]


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        ("must 0591T last at least 30 minutes?", "no"),
        ("does 90791 need to be 60 minutes long", "no"),
        ("does 90853 have to run 90 minutes", "no"),
        ("does 90837 have to be a full 60 minutes", "no"),
        ("does 90837 need 53 minutes", "yes"),
    ],
)
def test_how_long_a_session_has_to_be_is_the_least_time_of_the_code(bot: Bot, message: str, verdict: str) -> None:
    assert ask(bot, message).verdict == verdict


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        ("saw him 10am for 90834 and again in the 3 pm group 90853. both billable?", "yes"),
        ("90834 then later 90853 same day ok?", "yes"),
        ("90853 in the morning and 90834 in the afternoon, can i bill both?", "yes"),
        ("90847 this morning, 90834 this evening, both ok?", "yes"),
        ("90837 from 9am to 10am and 90853, both ok?", "depends"),
        ("this morning I did 90834 and 90853, can I bill both", "depends"),
    ],
)
def test_two_hours_of_one_day_are_separate_sessions(bot: Bot, message: str, verdict: str) -> None:
    assert ask(bot, message).verdict == verdict


@pytest.mark.parametrize(
    ("message", "verdict", "code"),
    [
        ("dos 6/1/2012, therapist billed 90806 for 50 min. was that right back then", "yes", "90806"),
        ("in 2017 we billed 96152 for 30 minutes, was it valid then?", "yes", "96152"),
    ],
)
def test_a_code_of_a_past_date_is_confirmed_with_its_units(bot: Bot, message: str, verdict: str, code: str) -> None:
    answer = bot.ask(message, date=DAY)
    assert answer.verdict == verdict
    assert [each for each, _ in billed(answer)] == [code]


def test_yes_or_no_about_a_past_date_is_said_of_a_code_deleted_since(bot: Bot) -> None:
    assert bot.ask("was 96101 fine on 12/31/2018", date=DAY).verdict == "yes"
    assert bot.ask("was 96101 wrong on 12/31/2018", date=DAY).verdict == "no"
    assert bot.ask("was 96101 fine on 1/1/2019", date=DAY).verdict == "no"


def test_a_code_deleted_since_is_told_with_what_came_after(bot: Bot) -> None:
    answer = bot.ask("was 99442 valid in june 2024", date=DAY)
    assert answer.verdict == "yes"
    assert "after it came" in answer.answer
    assert "98013" in answer.answer


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("psychiatrist, new patient, going by time, 47 minutes total", "99204"),
        ("NP saw an established patient, 41 min total time on the date, what level", "99215"),
        ("established pt, level by time, 20 min", "99213"),
    ],
)
def test_a_level_chosen_by_time_is_that_of_the_office_visit(bot: Bot, message: str, code: str) -> None:
    assert billed(ask(bot, message)) == [(code, 1)]


@pytest.mark.parametrize(
    ("message", "verdict", "expected"),
    [
        ("visit 6 days after discharge, high complexity MDM, called on day 1. what do we bill", None, "99496"),
        ("which tcm code for a visit 12 days after discharge, high mdm", None, "99495"),
        ("can I bill 99496 if the visit was on day 8, high complexity?", "no", "99495"),
        ("99496 ok for day 7, high complexity?", "yes", "99496"),
        ("99495 ok for day 14, moderate complexity?", "yes", "99495"),
        ("is 99496 right for moderate complexity on day 5?", "no", "99495"),
        ("seen two weeks after discharge, moderate complexity, tcm?", "yes", "99495"),
        ("can we bill tcm if she was seen on day 15 after discharge, moderate complexity", "no", None),
        ("patient came 3 weeks after discharge, tcm ok?", "no", None),
        ("tcm: contact on day 1, visit on day 13, moderate", None, "99495"),
        ("TCM visit day 4, low complexity. bill it?", "no", None),
    ],
)  # fmt: skip
def test_transitional_care_goes_by_the_day_and_the_complexity(
    bot: Bot, message: str, verdict: str | None, expected: str | None
) -> None:
    answer = ask(bot, message)
    assert answer.verdict == verdict
    assert billed(answer) == ([(expected, 1)] if expected else [])


def test_the_day_of_the_visit_may_change_in_the_next_turn(bot: Bot) -> None:
    bot.ask("tcm code for a visit on day 5, high complexity", date=DAY, conversation="tcm")
    assert billed(bot.ask("she missed it and came on day 11", date=DAY, conversation="tcm")) == [("99495", 1)]


def test_open_conditions_of_transitional_care_are_all_told(bot: Bot) -> None:
    answer = ask(bot, "what is the tcm code")
    assert billed(answer) == []
    assert {"99495", "99496"} <= {row.code for row in answer.codes}
    assert answer.clarify is not None


@pytest.mark.parametrize(
    ("message", "verdict", "expected"),
    [
        ("glucose data 14 days out of 30, 99454?", "no", [("99445", 1)]),
        ("scale sent readings on 16 days this period, can we bill 99454", "yes", [("99454", 1)]),
        ("only 1 day of readings, is 99445 ok", "no", []),
        ("uploaded on 20 days. 99445 right?", "no", [("99454", 1)]),
    ],
)
def test_days_of_data_decide_about_a_device_code(
    bot: Bot, message: str, verdict: str, expected: list[tuple[str, int]]
) -> None:
    answer = ask(bot, message)
    assert answer.verdict == verdict
    assert billed(answer) == expected


@pytest.mark.parametrize("code", ["H2017", "90834", "0592T"])
def test_what_a_code_is_comes_first_when_more_is_asked(bot: Bot, code: str) -> None:
    assert ask(bot, f"what's {code} and how long is one unit").answer.startswith(f"{code}: ")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("bcba taught a class for several sets of parents, 60 min, kids not present", [("97157", 4)]),
        ("Individual session without him, 45 min", [("90834", 1)]),
        ("45 min with just the mother, without him there", [("90846", 1)]),
        ("family therapy, the patient left after 5 minutes, 50 min. code", [("90847", 1)]),
        ("client walked out after 25 minutes of a planned 60 min session, code", [("90832", 1)]),
        ("60 minute couples session, wife joined for the last 40. code", [("90847", 1)]),
        ("husband sat in for the last 15 of 45 minutes, 90834 or 90847?", [("90834", 1)]),
        ("psych eval by the LCSW, then 30 minutes of therapy. codes?", [("90791", 1), ("90832", 1)]),
        ("office visit, then 10 minutes of smoking cessation counseling. codes?", [("99406", 1)]),
    ],
)
def test_the_time_is_that_of_the_service_it_was_said_of(
    bot: Bot, message: str, expected: list[tuple[str, int]]
) -> None:
    assert billed(ask(bot, message)) == expected


def test_a_group_stays_a_group_when_a_relative_joins_its_end(bot: Bot) -> None:
    answer = ask(bot, "45-min group, mom joined at the end. code?")
    assert {"90853"} <= {row.code for row in answer.codes}
    assert "90834" not in {row.code for row in answer.codes}


@pytest.mark.parametrize(
    ("message", "assumed"),
    [
        ("family therapy, 50 minutes, code?", True),
        ("family therapy with the patient there, 50 minutes, code?", False),
        ("family therapy without the patient, 50 minutes, code?", False),
        ("couples therapy 50 min", False),
    ],
)
def test_the_patient_of_family_therapy_is_assumed_to_be_there_and_that_is_said(
    bot: Bot, message: str, assumed: bool
) -> None:
    slots = {item.slot for item in ask(bot, message).assumptions}
    assert ("participants" in slots) is assumed
