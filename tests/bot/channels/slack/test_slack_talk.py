"""Conversations in Slack, over a real WebSocket: what is answered, where, how often and in which order."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.answer import AnswerWarning
from bot.channels.shared.desk import BUSY, LOST
from bot.channels.slack.gate import ELSEWHERE, UNLISTED
from bot.channels.slack.talk import FORGOTTEN, NO_WORDS
from tests.bot.channels.answers import answer, question_back
from tests.bot.channels.slack.bench import Engine, play, running, settings
from tests.bot.channels.slack.fake import (
    BOT,
    BOT_USER,
    CHANNEL,
    COLLEAGUE,
    DIRECT,
    TEAM,
    USER,
    FakeSlack,
    Refusal,
    deleted,
    direct,
    edited,
    mention,
    pane_opened,
    stamp,
)

POSTS = ("chat.postMessage", "chat.postEphemeral", "chat.startStream")


def test_a_mention_is_answered_once_in_its_thread_however_often_it_is_delivered(tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        body = mention("what is 35 minutes?")
        first = await slack.send(body)
        again = [await slack.send(body, retry_attempt=n, retry_reason="timeout") for n in (1, 2)]
        await slack.acked(first, *again)
        await slack.until(lambda: bool(slack.of("chat.postMessage")))
        (post,) = slack.of("chat.postMessage")
        assert (post["channel"], post["thread_ts"]) == (CHANNEL, body["event"]["ts"])
        assert engine.asked[0][0] == "what is 35 minutes?"

    slack = play(tmp_path, scene)
    assert len(slack.of(*POSTS)) == 1


def test_a_mention_that_is_also_delivered_as_a_message_is_answered_once(tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        said = mention("one?")
        twin = {**said, "event_id": "EvTwin", "event": {**said["event"], "type": "message", "channel_type": "channel"}}
        spoken = direct("two?")
        other = {**spoken, "event_id": "EvOther", "event": {**spoken["event"], "type": "app_mention"}}
        await slack.acked(*[await slack.send(body) for body in (twin, said, twin, spoken, other)])
        await slack.until(lambda: len(slack.of("chat.postMessage")) == 2)

    slack = play(tmp_path, scene)
    assert len(slack.of(*POSTS)) == 2


def test_facts_carry_over_within_a_thread_whoever_writes_and_not_beyond_it(tmp_path: Path) -> None:
    engine = Engine()

    async def scene(slack: FakeSlack, engine: Engine) -> None:
        begun = mention("first?")
        thread = begun["event"]["ts"]
        await slack.send(begun)
        await slack.send(mention("second?", thread_ts=thread, user=COLLEAGUE))
        await slack.send(mention("elsewhere?"))
        await slack.until(lambda: len(slack.of("chat.postMessage")) == 3)

    play(tmp_path, scene, engine, payer="medicare")
    told = {text: (conversation, payer) for text, conversation, payer in engine.asked}
    assert told["first?"][0] == told["second?"][0] != told["elsewhere?"][0]
    assert (told["first?"][1], told["second?"][1]) == ("medicare", None)
    assert not any(name in str(told) for name in (TEAM, CHANNEL, USER))


def test_a_direct_message_is_answered_beside_it_and_can_be_started_over(tmp_path: Path) -> None:
    engine = Engine()

    async def scene(slack: FakeSlack, engine: Engine) -> None:
        await slack.send(direct("coaching, 35 minutes"))
        await slack.send(direct("and on video?"))
        await slack.send(direct("Start over"))
        await slack.until(lambda: FORGOTTEN in slack.said())
        assert all(post["channel"] == DIRECT and "thread_ts" not in post for post in slack.of("chat.postMessage"))

    play(tmp_path, scene, engine)
    conversations = {conversation for _, conversation, _ in engine.asked}
    assert engine.forgotten == list(conversations)


def test_messages_of_a_thread_are_answered_in_the_order_they_were_written(tmp_path: Path) -> None:
    engine = Engine()
    gate = engine.hold("first?")

    async def scene(slack: FakeSlack, engine: Engine) -> None:
        thread = stamp(100)
        await slack.send(mention("first?", ts=thread))
        await asyncio.to_thread(engine.begun["first?"].wait, 10)
        late = [mention(f"{n}?", ts=stamp(100 + n), thread_ts=thread) for n in (4, 2, 3)]
        await slack.acked(*[await slack.send(body) for body in late])
        gate.set()
        await slack.until(lambda: len(slack.of("chat.postMessage")) == 4)

    play(tmp_path, scene, engine)
    assert [text for text, _, _ in engine.asked] == ["first?", "2?", "3?", "4?"]


def test_a_long_answer_holds_nobody_else_up_and_is_acknowledged_at_once(tmp_path: Path) -> None:
    engine = Engine()
    gate = engine.hold("slow?")

    async def scene(slack: FakeSlack, engine: Engine) -> None:
        slow = await slack.send(mention("slow?"))
        await slack.acked(slow)  # While the engine still works: it is let go only below.
        for number in range(5):
            await slack.send(mention(f"quick {number}?"))
        await slack.until(lambda: len(slack.of("chat.postMessage")) == 5)
        assert not any("slow?" in text for text in slack.said())
        gate.set()
        await slack.until(lambda: len(slack.of("chat.postMessage")) == 6)

    play(tmp_path, scene, engine)


def test_a_thread_with_too_many_questions_says_so_instead_of_dropping_them(tmp_path: Path) -> None:
    engine = Engine()
    gate = engine.hold("first?")

    async def scene(slack: FakeSlack, engine: Engine) -> None:
        thread = stamp()
        await slack.send(mention("first?", ts=thread))
        await asyncio.to_thread(engine.begun["first?"].wait, 10)
        for number in range(51):
            await slack.send(mention(f"{number}?", thread_ts=thread))
        await slack.until(lambda: BUSY in slack.said("chat.postEphemeral"))
        gate.set()
        await slack.until(lambda: len(slack.of("chat.postMessage")) == 51)

    play(tmp_path, scene, engine)


@pytest.mark.parametrize(
    "event",
    [
        mention("a bot?", bot_id="B0OTHER"),
        mention("ourselves?", user=BOT_USER, bot_id=BOT),
        mention("an app?", app_id="A0OTHER"),
        direct("slackbot?", user="USLACKBOT"),
        direct("joined", subtype="channel_join"),
        direct("a bot's", subtype="bot_message", bot_id="B0OTHER"),
        {**mention("other channel message"), "event": {**mention("x")["event"], "type": "message"}},
        mention("elsewhere?", team_id="T0STRANGER"),
        {"type": "event_callback", "event": {"type": "reaction_added", "user": USER}, "event_id": "EvR"},
        {"type": "event_callback", "event": {"type": "message"}, "event_id": "EvN"},
    ],
    ids=lambda body: str(body["event"])[:60],
)
def test_what_is_not_for_us_is_acknowledged_and_left_alone(event: dict[str, Any], tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        await slack.acked(await slack.send(event))

    slack = play(tmp_path, scene, slack_workspaces=TEAM)
    assert slack.of(*POSTS) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (mention("shared?", is_ext_shared_channel=True), ELSEWHERE),
        (mention("a guest?", user_team="T0STRANGER"), ELSEWHERE),
        (mention("unlisted?", channel="C0RANDOM"), UNLISTED),
    ],
)
def test_shared_and_unlisted_channels_are_declined_privately(body: dict[str, Any], words: str, tmp_path: Path) -> None:
    engine = Engine()

    async def scene(slack: FakeSlack, engine: Engine) -> None:
        for _ in range(3):
            await slack.send(body)
        await slack.until(lambda: bool(slack.of("chat.postEphemeral")))
        await slack.send(direct("still here?"))
        await slack.until(lambda: bool(slack.of("chat.postMessage")))

    slack = play(tmp_path, scene, engine, slack_channels=f"{CHANNEL}, C0OTHER")
    (note,) = slack.of("chat.postEphemeral")
    assert (note["text"], note["user"]) == (words, USER)
    assert [text for text, _, _ in engine.asked] == ["still here?"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (mention(""), "Ask me about a code"),
        (direct("", subtype="file_share", files=[{"id": "F1"}]), NO_WORDS),
        (mention("x" * 4001), "4,001 characters"),
    ],
    ids=["empty", "only a file", "too long"],
)
def test_what_cannot_be_answered_is_told(body: dict[str, Any], words: str, tmp_path: Path) -> None:
    engine = Engine()

    async def scene(slack: FakeSlack, engine: Engine) -> None:
        await slack.send(body)
        await slack.until(lambda: bool(slack.of("chat.postMessage")))
        assert words in slack.said()[0]

    play(tmp_path, scene, engine)
    assert engine.asked == []


def test_failures_of_the_engine_reach_nobody_as_they_are(tmp_path: Path) -> None:
    engine = Engine()
    engine.failures["boom?"] = RuntimeError("secret path and message text")

    async def scene(slack: FakeSlack, engine: Engine) -> None:
        await slack.send(mention("boom?"))
        await slack.until(lambda: bool(slack.of("chat.postMessage")))
        assert "could not be answered" in slack.said()[0]

    slack = play(tmp_path, scene, engine)
    assert "secret" not in str(slack.calls)


def test_identifiers_lead_to_a_private_note_and_not_to_a_public_warning(tmp_path: Path) -> None:
    engine = Engine()
    warning = AnswerWarning(kind="phi", text="Part of the message looked like patient information (NAME).")
    engine.answers["John Smith, 35 minutes?"] = answer(question="[NAME], 35 minutes?", warnings=(warning,))

    async def scene(slack: FakeSlack, engine: Engine) -> None:
        await slack.send(mention("John Smith, 35 minutes?"))
        await slack.until(lambda: bool(slack.of("chat.postEphemeral")))

    slack = play(tmp_path, scene, engine)
    (note,), (post,) = slack.of("chat.postEphemeral"), slack.of("chat.postMessage")
    assert warning.text in note["text"]
    assert "delete" in note["text"]
    assert note["user"] == USER
    assert "patient information" not in str(post)


def test_an_edited_question_is_answered_in_the_place_of_its_first_answer(tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        first = direct("35 minutes?")
        await slack.send(first)
        await slack.until(lambda: bool(slack.of("chat.postMessage")))
        change = edited(first, "53 minutes?")
        for _ in range(3):
            await slack.send(change)
        same = edited(first, "35 minutes?")
        await slack.acked(await slack.send(same))
        await slack.until(lambda: bool(slack.of("chat.update")))

    slack = play(tmp_path, scene)
    (update,) = slack.of("chat.update")
    assert "53 minutes?" in update["text"]
    assert len(slack.of("chat.postMessage")) == 1


def test_a_deleted_question_takes_its_answer_along_or_is_never_answered(tmp_path: Path) -> None:
    engine = Engine()
    gate = engine.hold("first?")

    async def scene(slack: FakeSlack, engine: Engine) -> None:
        first, second = direct("first?"), direct("second?")
        await slack.send(first)
        await asyncio.to_thread(engine.begun["first?"].wait, 10)
        await slack.send(second)
        await slack.acked(await slack.send(deleted(second)))
        gate.set()
        await slack.until(lambda: bool(slack.of("chat.postMessage")))
        await slack.send(deleted(first))
        await slack.until(lambda: bool(slack.of("chat.delete")))

    slack = play(tmp_path, scene, engine)
    assert [text for text, _, _ in engine.asked] == ["first?"]
    assert len(slack.of("chat.postMessage")) == 1


def test_rate_limits_and_failures_of_slack_are_waited_out(tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        slack.refuse("chat.postMessage", Refusal(429, headers={"Retry-After": "0"}), Refusal(503, "internal_error"))
        await slack.send(mention("limited?"))
        await slack.until(lambda: bool(slack.of("chat.postMessage")))

    slack = play(tmp_path, scene)
    assert len(slack.of("chat.postMessage")) == 1


def test_the_feedback_buttons_are_left_out_where_slack_does_not_know_them(tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        slack.feedback_known = False
        await slack.send(mention("old slack?"))
        await slack.until(lambda: bool(slack.of("chat.postMessage")))

    (post,) = play(tmp_path, scene).of("chat.postMessage")
    assert {block["type"] for block in post["blocks"]} >= {"section", "actions"}


def test_after_a_restart_nothing_is_answered_twice_and_what_was_lost_is_told(tmp_path: Path) -> None:
    async def run() -> FakeSlack:
        engine = Engine()
        async with FakeSlack() as slack:
            held = settings(tmp_path, slack)
            done, lost = mention("done?"), mention("lost?")
            slack.refuse("chat.postMessage")
            async with running(slack, held, engine):
                await slack.send(done)
                await slack.until(lambda: bool(slack.of("chat.postMessage")))
                slack.refuse("chat.postMessage", Refusal(200, "fatal_error"))
                await slack.send(lost)
                await slack.until(lambda: not slack.refusals["chat.postMessage"])
            async with running(slack, held, engine):
                await slack.acked(*[await slack.send(body) for body in (done, lost)])
                await slack.until(lambda: LOST in slack.said())
        return slack

    slack = asyncio.run(run())
    assert len(slack.of("chat.postMessage")) == 2


KILLED = """
import os, signal, sys
from bot.channels.shared.ledger import Ledger, Place
from bot.channels.slack.gate import message_key
team, channel, user, ts, url = sys.argv[1:]
ledger = Ledger(url, "slack", lease=-1)
assert ledger.claim([message_key(team, channel, ts)], Place(team, channel, ts, user))
os.kill(os.getpid(), signal.SIGKILL)
"""
"""A process that acknowledged a question, and whose lease has run out since it was killed before it answered."""


def test_a_process_killed_in_the_middle_of_an_answer_leaves_an_apology_and_no_second_answer(tmp_path: Path) -> None:
    lost = mention("lost?")
    url = f"sqlite:///{tmp_path / 'codecite.db'}"
    arguments = [TEAM, CHANNEL, USER, lost["event"]["ts"], url]
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL

    async def scene(slack: FakeSlack, engine: Engine) -> None:
        await slack.acked(*[await slack.send(lost) for _ in range(3)])
        await slack.until(lambda: LOST in slack.said())

    slack = play(tmp_path, scene)
    assert [post["thread_ts"] for post in slack.of("chat.postMessage")] == [lost["event"]["ts"]]


def test_two_replicas_answer_once(tmp_path: Path) -> None:
    async def run() -> tuple[FakeSlack, FakeSlack]:
        engine = Engine()
        async with FakeSlack() as one, FakeSlack() as two:
            async with running(one, settings(tmp_path, one), engine), running(two, settings(tmp_path, two), engine):
                for number in range(20):
                    body = mention(f"{number}?")
                    sent = await one.send(body), await two.send(body)
                    await one.acked(sent[0])
                    await two.acked(sent[1])
            return one, two

    one, two = asyncio.run(run())
    assert len(one.of("chat.postMessage")) + len(two.of("chat.postMessage")) == 20


def test_the_pane_greets_suggests_and_streams_what_is_verified(tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        thread = stamp()
        await slack.send(pane_opened(thread))
        await slack.until(lambda: bool(slack.of("assistant.threads.setSuggestedPrompts")))
        await slack.send(direct("35 minutes?", thread_ts=thread))
        await slack.until(lambda: bool(slack.of("assistant.threads.setTitle")))
        await slack.send(direct("and 53?", thread_ts=thread))
        await slack.until(lambda: len(slack.of("chat.stopStream")) == 2)

    slack = play(tmp_path, scene)
    order = [call.method for call in slack.calls]
    assert order.index("assistant.threads.setStatus") < order.index("chat.startStream")
    (title,) = slack.of("assistant.threads.setTitle")
    assert title["title"] == "35 minutes?"
    start, append, stop = (slack.of(f"chat.{name}")[0] for name in ("startStream", "appendStream", "stopStream"))
    assert start["markdown_text"].startswith("**Bill 0592T, 1 unit.")
    assert "Below 30 minutes" in append["markdown_text"]
    assert {"section", "actions", "context"} <= {block["type"] for block in stop["blocks"]}


@pytest.mark.parametrize("broken", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
def test_where_streaming_fails_the_whole_answer_stands_in_one_message(broken: str, tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        slack.refuse(broken, Refusal(200, "not_allowed"))
        await slack.send(direct("35 minutes?", thread_ts=stamp()))
        await slack.until(lambda: bool(slack.of("chat.update", "chat.postMessage")))

    slack = play(tmp_path, scene)
    (whole,) = slack.of("chat.update", "chat.postMessage")
    assert "Bill 0592T" in whole["text"]
    assert len(slack.of("chat.startStream", "chat.postMessage")) == 1


def test_an_older_plan_without_the_pane_is_answered_all_the_same(tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        for method in ("assistant.threads.setStatus", "assistant.threads.setTitle"):
            slack.refuse(method, Refusal(200, "missing_scope"))
        await slack.send(direct("35 minutes?", thread_ts=stamp()))
        await slack.until(lambda: bool(slack.of("chat.postMessage")))

    play(tmp_path, scene, slack_streaming=False)


def test_a_question_back_has_a_button_for_each_option(tmp_path: Path) -> None:
    engine = Engine()
    engine.answers["therapy?"] = question_back("16 to 37 minutes", "38 to 52 minutes")

    async def scene(slack: FakeSlack, engine: Engine) -> None:
        await slack.send(mention("therapy?"))
        await slack.until(lambda: bool(slack.of("chat.postMessage")))

    (post,) = play(tmp_path, scene, engine).of("chat.postMessage")
    labels = [
        element["text"]["text"]
        for block in post["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    assert labels[:2] == ["16 to 37 minutes", "38 to 52 minutes"]
