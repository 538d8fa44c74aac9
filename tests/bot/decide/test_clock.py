"""The date of service decides: the same words on two days, and past what the knowledge covers."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.answer import Answer
from bot.engine import Bot

DAY = dt.date.fromisoformat


def held(answer: Answer) -> dict[str, tuple[str, str]]:
    return {row.code: (row.role, row.status) for row in answer.codes}


@pytest.mark.parametrize(
    ("question", "before", "after", "code", "was", "became"),
    [
        ("Can I bill 0591T?", "2019-12-31", "2020-01-01", "0591T", "not_yet_effective", "active"),
        ("Can I bill 96150?", "2019-12-31", "2020-01-01", "96150", "active", "deleted"),
        ("What is 96156?", "2019-12-31", "2020-01-01", "96156", "not_yet_effective", "active"),
        ("Is G0512 still valid?", "2025-12-31", "2026-01-01", "G0512", "active", "deleted"),
        ("What is G0568?", "2025-12-31", "2026-01-01", "G0568", "not_yet_effective", "active"),
        ("What is 99445?", "2025-12-31", "2026-01-01", "99445", "not_yet_effective", "active"),
        ("Is G2012 still valid?", "2024-12-31", "2025-01-01", "G2012", "active", "deleted"),
        ("Is 99441 still valid?", "2024-12-31", "2025-01-01", "99441", "active", "deleted"),
    ],
)
def test_a_code_lives_from_its_first_to_its_last_day(
    bot: Bot, question: str, before: str, after: str, code: str, was: str, became: str
) -> None:
    for on, status in ((before, was), (after, became)):
        answer = bot.ask(question, date=DAY(on))
        role, shown = held(answer)[code]
        assert (answer.as_of, shown) == (on, status)
        assert (role == "rejected") == (status != "active")
        kinds = {warning.kind for warning in answer.warnings}
        assert {"deleted": "deleted_code", "not_yet_effective": "stale_premise"}.get(status) in (kinds | {None})
        if status != "active" and question.startswith(("Can", "Is")):
            assert answer.verdict == "no"


@pytest.mark.parametrize(
    ("question", "date", "recommended"),
    [
        ("Bill a health and behavior assessment", "2020-01-01", "96156"),
        ("individual health coaching follow-up, 40 minutes, which code?", "2020-01-01", "0592T"),
    ],
)
def test_a_service_gets_the_code_of_its_day(bot: Bot, question: str, date: str, recommended: str) -> None:
    assert held(bot.ask(question, date=DAY(date)))[recommended] == ("recommended", "active")
    earlier = held(bot.ask(question, date=DAY(date) - dt.timedelta(days=1)))
    assert earlier.get(recommended, ("", ""))[0] != "recommended"


@pytest.mark.parametrize(("on", "replacements"), [("2019-06-01", set()), ("2020-06-01", {"96156"})])
def test_a_date_in_the_message_counts_as_the_date_of_service(bot: Bot, on: str, replacements: set[str]) -> None:
    answer = bot.ask(f"96150 on {on}?", date=DAY("2026-03-02"))
    assert answer.as_of == on
    assert {row.code for row in answer.codes if row.role == "alternative"} == replacements


def test_a_code_that_changed_its_meaning_is_told_as_of_the_day(bot: Bot) -> None:
    now = bot.ask("Can I bill G0136 for a social determinants of health risk assessment?", date=DAY("2026-03-02"))
    then = bot.ask("Can I bill G0136 for a social determinants of health risk assessment?", date=DAY("2025-03-02"))
    assert now.verdict == "no"
    assert "stale_premise" in {warning.kind for warning in now.warnings}
    assert "stale_premise" not in {warning.kind for warning in then.warnings}
    shown = {
        answer.as_of: next(row.descriptor for row in answer.codes if row.code == "G0136") for answer in (now, then)
    }
    assert len(set(shown.values())) == 2


@pytest.mark.parametrize(
    "question",
    ["45 minutes of psychotherapy", "What is 90834?", "Is G2012 still valid?", "Does Medicare pay for coaching?"],
)
def test_past_the_horizon_nothing_is_claimed(bot: Bot, question: str) -> None:
    horizon = bot.knowledge.coverage.horizon
    inside = bot.ask(question, date=horizon)
    beyond = bot.ask(question, date=horizon + dt.timedelta(days=1))
    assert inside.status == "answered"
    assert (beyond.status, beyond.verdict, beyond.codes) == ("no_evidence", None, ())
    assert [warning.kind for warning in beyond.warnings] == ["vintage"]
    assert horizon.isoformat() in beyond.answer
