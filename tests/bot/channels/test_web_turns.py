"""One web turn, whatever the form or the engine does."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
import structlog

from bot.answer import AnswerWarning
from bot.channels.web.turns import LONGEST, Desk, Step, Submission
from tests.bot.channels.answers import RimBot, answer, question_back

MARKER = "canary Jane Roe 1980-02-03"


def turn(bot: RimBot, message: str = "35 minutes", date: str = "2026-03-02", payer: str = "") -> list[Step]:
    return list(
        Desk(bot, payers={"aetna": "Aetna", "medicare": "Medicare"}).reply(Submission(message, date, payer, None))
    )


def said(step: Step) -> str:
    return " ".join(str(message["content"]) for message in step.messages)


def test_the_question_shows_at_once_then_sentences_one_by_one_then_all() -> None:
    steps = turn(RimBot(answer()))
    assert [len(step.messages) for step in steps] == [2, 2, 2]
    assert all("35 minutes" in said(step) for step in steps)
    assert "Below 30 minutes" not in said(steps[1])
    assert "Below 30 minutes" in said(steps[2])
    assert "Evidence" in said(steps[2])
    assert [step.draft for step in steps] == ["", None, None], "the box is emptied once and left alone afterwards"


def test_date_and_payer_of_the_form_reach_the_engine() -> None:
    bot = RimBot(answer())
    turn(bot, payer="aetna")
    ((message, conversation, date, payer),) = bot.heard
    assert (message, date, payer) == ("35 minutes", datetime.date(2026, 3, 2), "aetna")
    assert conversation
    assert len(conversation) >= 16


def test_an_empty_date_means_today_and_no_payer_means_none() -> None:
    bot = RimBot(answer())
    turn(bot, date=" ")
    assert bot.heard[0][2:] == (None, None)


def test_the_form_follows_the_facts_in_force_and_then_corrects_them() -> None:
    bot = RimBot(answer(as_of="2025-05-01", facts={"payer": "aetna"}))
    desk = Desk(bot, payers={"aetna": "Aetna", "medicare": "Medicare"})
    last = list(desk.reply(Submission("a", desk.today(), "", None)))[-1]
    assert bot.heard[0][2:] == (None, None), "an untouched form says nothing"
    assert (last.date, last.payer) == ("2025-05-01", "aetna")
    assert last.facts
    assert "Aetna" in last.facts
    list(desk.reply(Submission("b", "2026-03-02", "", last.conversation)))
    assert bot.heard[1][2:] == (datetime.date(2026, 3, 2), ""), "a changed form corrects, also to no payer"


def test_a_declined_message_leaves_the_facts_alone() -> None:
    last = turn(RimBot(answer(status="out_of_scope", facts={})))[-1]
    assert (last.facts, last.date, last.payer) == (None, None, None)


def test_a_payer_that_the_form_does_not_offer_is_shown_as_not_stated() -> None:
    last = turn(RimBot(answer(facts={"payer": "somebody-else"})))[-1]
    assert last.payer == ""
    assert last.facts
    assert "somebody else" in last.facts


def test_conversations_get_unguessable_ids_and_keep_them() -> None:
    bot = RimBot(answer())
    desk = Desk(bot)
    first = list(desk.reply(Submission("a", "", "", None)))[-1].conversation
    again = list(desk.reply(Submission("b", "", "", first)))[-1].conversation
    other = list(desk.reply(Submission("c", "", "", None)))[-1].conversation
    assert first == again
    assert first != other
    desk.forget(first)
    desk.forget(None)
    assert bot.forgotten == [first]


@pytest.mark.parametrize(
    ("form", "said_back"),
    [
        ({"date": "02/30/2026"}, "not a date"),
        ({"date": "2026-02-30"}, "not a date"),
        ({"payer": "<b>Nobody</b>"}, "not in our list"),
        ({"message": "x" * (LONGEST + 1)}, "at most 4,000"),
    ],
)
def test_a_form_that_does_not_fit_is_explained_and_kept(form: dict[str, str], said_back: str) -> None:
    bot = RimBot(answer())
    (step,) = turn(bot, **form)
    assert said_back in said(step)
    assert step.draft == form.get("message", "35 minutes")
    assert bot.heard == []


@pytest.mark.parametrize("message", ["", "   ", "\n\t"])
def test_an_empty_message_asks_nothing(message: str) -> None:
    bot = RimBot(answer())
    assert turn(bot, message) == []
    assert bot.heard == []


def test_a_failure_is_calm_numbered_and_tells_no_exception_text() -> None:
    with structlog.testing.capture_logs() as lines:
        last = turn(RimBot(RuntimeError(f"database said {MARKER}")), f"question of {MARKER}")[-1]
    shown = str(last.messages[-1]["content"])
    number = re.search(r"codecite: ([0-9a-f]{8})", shown)
    assert number
    assert "database" not in shown
    assert MARKER not in shown
    assert last.draft == f"question of {MARKER}"
    assert lines == [
        {
            "component": "web",
            "event": "turn failed",
            "log_level": "error",
            "answer_id": number.group(1),
            "error_type": "RuntimeError",
            "channel": "web",
        }
    ]


def test_patient_details_leave_the_screen_with_the_answer() -> None:
    held = answer(question="[NAME] 35 minutes", warnings=(AnswerWarning(kind="phi", text="A name was replaced."),))
    steps = turn(RimBot(held), f"{MARKER} 35 minutes")
    assert MARKER not in said(steps[-1])
    assert "[NAME] 35 minutes" in said(steps[-1])
    unharmed = turn(RimBot(answer(question="normalized")), "As  typed")
    assert "As  typed" in said(unharmed[-1])


def test_options_of_a_question_back_can_be_clicked() -> None:
    last = turn(RimBot(question_back("16-37 minutes", "<b>53</b> or more")))[-1]
    assert len(last.messages) == 3
    options: list[dict[str, Any]] = last.messages[-1]["options"]
    assert options == [
        {"label": "16-37 minutes", "value": "16-37 minutes"},
        {"label": "<b>53</b> or more", "value": "<b>53</b> or more"},
    ]
    assert "How long was the session?" in str(last.messages[-1]["content"])
