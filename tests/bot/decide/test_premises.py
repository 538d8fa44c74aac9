"""What a question takes for granted and is not so is corrected first; what is nearly the same and true is not."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.answer import Answer
from bot.engine import Bot
from bot.guard.cues import pattern
from tests.bot.conftest import DAY


def ask(bot: Bot, message: str, date: dt.date = DAY) -> Answer:
    return bot.ask(message, date=date)


def corrected(answer: Answer) -> bool:
    return any(warning.kind == "stale_premise" for warning in answer.warnings)


def test_every_row_can_be_told_and_cites_statements_that_are_held(bot: Bot) -> None:
    knowledge, rows = bot.knowledge, bot.knowledge.premises
    assert len({row.premise for row in rows}) == len(rows) >= 45
    for row in rows:
        assert row.says, row.premise
        assert all(statement in knowledge.statements for statement in row.statements), row.premise
        assert all(pattern([phrase]) for phrase in (*row.about, *row.also, *row.says, *row.unless, *row.yes_to))


@pytest.mark.parametrize(
    ("message", "first"),
    [
        (
            "since medicare virtual visits expired in september 2025 all my clients drive in, correct?",
            "claims-005",
        ),
        ("medicare telehealth flexibilities lapsed so home video is not paid, right?", "claims-005"),
        ("do our medicare video clients need the in-person visit every six months now?", "claims-002"),
        ("are the coaching codes only temporary on the telehealth list?", "claims-026"),
        ("0592T became permanent in 2025, correct?", "gap-016"),
        ("the coaching codes sunset last year so we dropped them, right?", "coaching-002"),
        ("medicare now pays for health coaches, right?", "payers-008"),
        ("90837 has to be a full hour so 56 minutes is 90834, correct?", "psychotherapy-003"),
        ("is 90834 at least 45 minutes?", "psychotherapy-011"),
        ("family therapy 90847 is untimed, isnt it?", "psychotherapy-076"),
        ("does medicare pay 90791 only once in a lifetime?", "psychotherapy-037"),
        ("medicare only covers 20 sessions of therapy, right?", "psychotherapy-262"),
        ("social workers cant use 96158 with medicare, correct?", "coaching-077"),
        ("our counselors cannot bill medicare, right?", "coaching-079"),
        ("is 99408 for alcohol and 99409 for drugs?", "coaching-114"),
        ("united only takes 02 for video, right?", "payers-101"),
        ("do we have two years to file a medicare claim?", "payers-091"),
        ("the irs now lets her use an HSA for life coaching, true?", "coaching-046"),
    ],
)
def test_a_stale_premise_gets_a_no_and_its_correction_first(bot: Bot, message: str, first: str) -> None:
    answer = ask(bot, message)
    assert corrected(answer)
    assert answer.verdict == "no"
    assert answer.citations[0].ref == first


@pytest.mark.parametrize(
    ("message", "first"),
    [
        ("now that LCSWs cant bill 96156 to medicare, who does", "coaching-077"),
        ("since the waivers went away we stopped home video for medicare", "claims-005"),
    ],
)
def test_a_premise_told_without_a_question_is_corrected_without_yes_or_no(bot: Bot, message: str, first: str) -> None:
    answer = ask(bot, message)
    assert corrected(answer)
    assert answer.verdict is None
    assert answer.citations[0].ref == first


def test_what_a_false_premise_would_forbid_is_allowed(bot: Bot) -> None:
    answer = ask(bot, "since the waivers expired can we still do home video therapy for medicare?")
    assert (answer.verdict, answer.citations[0].ref) == ("yes", "claims-005")


def test_an_old_rule_asked_about_as_out_of_date_is(bot: Bot) -> None:
    assert ask(bot, "our sheet says 90834 is 45 to 50 minutes, is it out of date?").verdict == "yes"


def test_an_active_code_called_deleted_is_said_to_be_active(bot: Bot) -> None:
    answer = ask(bot, "since H0004 was deleted what do we use for counseling")
    assert corrected(answer)
    assert answer.answer.startswith("H0004 is still an active code")


@pytest.mark.parametrize(
    "message",
    [
        "when do the medicare telehealth waivers end?",
        "the in-person rule ended for medicare home video, right?",
        "telehealth session ended at 3:40, medicare, 45 min, which code",
        "since aetna stopped covering telehealth by phone, what now",
        "what happens to medicare telehealth when the waivers end in 2027?",
        "what minimum time does 90837 need?",
        "will 0591T become a category I code?",
        "med visit of 60 minutes and 90837, is that allowed",
        "can my LCSW bill 96156 to medicare?",
        "since 96152 was deleted which code is it",
    ],
)
def test_what_is_no_stale_premise_is_not_corrected(bot: Bot, message: str) -> None:
    assert not corrected(ask(bot, message))


def test_a_premise_that_was_true_on_the_date_is_left_alone(bot: Bot) -> None:
    assert not corrected(ask(bot, "social workers cant bill 96156 to medicare, correct?", dt.date(2023, 6, 1)))


def test_the_day_on_which_something_ended_is_no_date_of_service(bot: Bot) -> None:
    answer = ask(bot, "since medicare telehealth ended sept 30 2025, do all clients come in?")
    assert answer.as_of == DAY.isoformat()
