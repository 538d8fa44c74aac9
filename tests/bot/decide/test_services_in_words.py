"""Services as people put them: who took part, who did it, where, and what the level rests on choose the code."""

from __future__ import annotations

import pytest

from bot.engine import Bot
from tests.bot.conftest import DAY
from tests.bot.decide.test_decisions import ask, billed


def rejected(bot: Bot, message: str) -> set[str]:
    return {row.code for row in ask(bot, message).codes if row.role == "rejected"}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("mom popped in the last 10 of his 45 min session. does that flip it to 90847", "90834"),
        ("dad stepped in at the end of our 45 min session to hear the plan, is that 90847?", "90834"),
        ("Can I bill 90847 when the spouse only sat in for the last ten minutes of a 60 minute session?", "90837"),
        ("can I bill 90834 for each group member", "90853"),
        ("can i bill 90847 if the patient wasn't in the room, 50 minutes", "90846"),
        ("couples session 50 min, both partners there, I billed 90834. is that right?", "90847"),
    ],
)
def test_a_code_of_another_form_gets_a_no_and_the_code_of_who_took_part(bot: Bot, message: str, code: str) -> None:
    answer = ask(bot, message)
    assert answer.verdict == "no"
    assert billed(answer) == [(code, 1)]
    assert len(rejected(bot, message)) == 1


def test_the_part_that_a_relative_joined_is_not_the_time_of_the_session(bot: Bot) -> None:
    answer = ask(bot, "mom joined for the last 15 minutes of a 53 minute session with her teen. which code?")
    assert billed(answer) == [("90837", 1)]


def test_a_group_member_is_not_priced_as_an_individual_session(bot: Bot) -> None:
    answer = ask(bot, "boss wants 90837 for everyone in the group because it pays more, what code do I use")
    assert billed(answer) == [("90853", 1)]


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        ("99215 picked on MDM but the visit was 80 min. tack on 99417?", "no"),
        ("99214 based on mdm, 60 minutes. do i get G2212", "no"),
        ("99215 by time, 75 minutes, commercial. add 99417?", "yes"),
    ],
)
def test_a_prolonged_addon_needs_a_level_chosen_by_time(bot: Bot, message: str, verdict: str) -> None:
    assert ask(bot, message).verdict == verdict
    assert bool(rejected(bot, message)) is (verdict == "no")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("crisis eval and therapy, imminent danger, 80 minutes. what do i bill", [("90839", 1), ("90840", 1)]),
        ("medicare crisis session 60 min on the mobile unit, LCSW", [("G0017", 1)]),
        ("crisis session 60 min at the client's house, medicare", [("G0017", 1)]),
        ("Aetna crisis session 60 min in client's home", [("90839", 1)]),
        ("60 min crisis therapy in the office", [("90839", 1)]),
        ("psych with lupus patient, 30 min pain coping. therapy code or the health behavior ones?", [("96158", 1)]),
        ("health psychologist, diabetes coping group, 60 min, 6 patients. what for each", [("96164", 1), ("96165", 2)]),
        ("BCBA social skills group, 4 kids, adjusting protocols, 60 minutes", [("97158", 4)]),
        ("RBT ran a group of 3 kids for an hour, units?", [("97154", 4)]),
        ("LCSW runs a social skills group for 6 teens, code?", [("90853", 1)]),
        ("bcba led a group for parents from 4 families, 90 min", [("97157", 6)]),
        ("bcba did parent training with mom for 45 min", [("97156", 3)]),
        ("bcba direct with kid modifying protocols 1 hr", [("97155", 4)]),
        ("psychiatrist, pcp called me about her pt, 14 min on the phone, then a written note", [("99447", 1)]),
        ("psychologist got a call from the pcp about a patient, 15 min, wrote report, medicare", [("G0547", 1)]),
        ("patient called, 12 minutes on the phone, LCSW, commercial", [("98967", 1)]),
        ("nurse logged 14 min this month on a bp cuff patient, one phone call included", [("99470", 1)]),
        ("LCSW 25 min of behavioral health care management this month, medicare", [("G0323", 1)]),
        ("methadone clinic: intake for a new patient, code?", [("G2076", 1)]),
        ("intake for a new patient by an LCSW, Aetna, code?", [("90791", 1)]),
        ("OTP gave an additional 30 min of counseling this week, code?", [("G2080", 1)]),
        ("office-based buprenorphine, second month, 65 minutes. code", [("G2087", 1)]),
        ("NP, 20 mins on quitting cigs. code?", [("99407", 1)]),
        ("dietitian, 2nd referral same year, saw her 30 min one on one, medicare", [("G0270", 2)]),
        ("dietitian second referral this year, group of 5, 60 minutes, medicare", [("G0271", 2)]),
        ("BCBA: 97151 - 70 min with the kid, then 50 min scoring and writing the plan. units?", [("97151", 8)]),
        ("family therapy, 50 minutes, code?", [("90847", 1)]),
        ("40 min of family therapy without her son, what code", [("90846", 1)]),
        ("family therapy with mom, her daughter was not there, 50 min. code?", [("90846", 1)]),
        ("psychologist gave tests, 50 min monday and 65 wednesday", [("96136", 1), ("96137", 3)]),
    ],
)
def test_who_whom_and_where_choose_the_code(bot: Bot, message: str, expected: list[tuple[str, int]]) -> None:
    assert billed(ask(bot, message)) == expected


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        ("psychologist gave tests 50 min monday and 65 min wednesday. do i bill 96136 both days", "no"),
        ("ECT this morning and 30 minutes of psychotherapy in the afternoon, same psychiatrist. bill both?", "no"),
        ("wellness coach, CYBHI fee schedule, 17 min follow up with the student, do i get to bill it", "yes"),
        ("wellness coach, 17 min follow up with the client, do i get to bill it", "no"),
    ],
)
def test_yes_or_no_follows_from_the_service_and_its_time(bot: Bot, message: str, verdict: str) -> None:
    assert ask(bot, message).verdict == verdict


def test_a_place_named_later_changes_the_code(bot: Bot) -> None:
    bot.ask("medicare crisis session, 60 min at our office, LCSW. code?", date=DAY, conversation="moved")
    answer = bot.ask("what if it was out on the mobile unit", date=DAY, conversation="moved")
    assert billed(answer) == [("G0017", 1)]
    answer = bot.ask("and at the office again?", date=DAY, conversation="moved")
    assert billed(answer) == [("90839", 1)]


def test_a_code_deleted_since_is_told_with_its_last_day(bot: Bot) -> None:
    answer = bot.ask("psychiatrist phone visit 15 min on 9/17/24. was 99442 right?", date=DAY)
    assert "2024-12-31" in answer.answer


def test_a_call_between_clinicians_gets_no_telehealth_modifier(bot: Bot) -> None:
    answer = ask(bot, "psychiatrist, pcp called me about her pt, 14 min on the phone, wrote a report, medicare. code?")
    assert billed(answer) == [("99447", 1)]
    assert "modifier" not in answer.answer
