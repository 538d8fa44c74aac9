"""What people press: the slash command, sharing, the shortcut, options, windows, feedback, App Home."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.channels.slack.buttons import EXPIRED, INVITE, SHARED, THANKS
from bot.channels.slack.gate import ELSEWHERE, UNLISTED
from bot.feedback import FeedbackBook
from tests.bot.channels.answers import answer, citation, question_back
from tests.bot.channels.slack.bench import KNOWLEDGE, Engine, play
from tests.bot.channels.slack.fake import (
    CHANNEL,
    DIRECT,
    TEAM,
    USER,
    FakeSlack,
    Refusal,
    command,
    event,
    mention,
    pressed,
    shortcut,
    submitted,
)


def buttons(blocks: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Buttons by what they do."""
    return {
        element["action_id"]: element for block in blocks if block["type"] == "actions" for element in block["elements"]
    }


async def asked_in_channel(slack: FakeSlack, text: str = "35 minutes?") -> dict[str, dict[str, Any]]:
    """Ask in a channel; the buttons of the answer."""
    await slack.send(mention(text))
    await slack.until(lambda: bool(slack.of("chat.postMessage")))
    return buttons(slack.of("chat.postMessage")[0]["blocks"])


async def asked_privately(slack: FakeSlack, text: str = "35 minutes?", **changes: Any) -> dict[str, Any]:
    """Use the slash command; the reply."""
    before = len(slack.of("response"))
    await slack.acked(await slack.send(command(text, slack.response_url(), **changes), kind="slash_commands"))
    await slack.until(lambda: len(slack.of("response")) > before)
    return slack.of("response")[before]


def test_the_slash_command_answers_the_asker_alone_and_shares_once_on_request(tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        reply = await asked_privately(slack)
        assert reply["response_type"] == "ephemeral"
        assert "You asked: 35 minutes?" in reply["blocks"][0]["elements"][0]["text"]
        share = buttons(reply["blocks"])["codecite_share"]
        press = pressed("codecite_share", share["value"], slack.response_url())
        twice = pressed("codecite_share", share["value"], slack.response_url())
        for body in (press, press, press, twice):
            await slack.send(body, kind="interactive")
        await slack.until(lambda: SHARED in slack.said("response"))
        (post,) = slack.of("chat.postMessage")
        assert f"Shared by <@{USER}> · 35 minutes?" in post["blocks"][0]["elements"][0]["text"]
        assert post["channel"] == CHANNEL

    slack = play(tmp_path, scene)
    assert len(slack.of("chat.postMessage")) == 1


@pytest.mark.parametrize(
    ("known", "words"),
    [({"is_ext_shared": True}, ELSEWHERE), (None, INVITE)],
    ids=["shared with others", "a channel it cannot see"],
)
def test_nothing_is_shared_with_a_channel_that_others_may_read(
    known: dict[str, Any] | None, words: str, tmp_path: Path
) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        reply = await asked_privately(slack, channel_id=DIRECT, channel_name="billing")
        if known:
            slack.channels["C0OTHER"] = {"id": "C0OTHER", **known}
        share = buttons(reply["blocks"])["codecite_share"]
        press = pressed("codecite_share", share["value"], slack.response_url(), channel={"id": "C0OTHER"})
        await slack.send(press, kind="interactive")
        await slack.until(lambda: words in slack.said("response"))

    assert play(tmp_path, scene).of("chat.postMessage") == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": ""}, "Ask me about a code"),
        ({"text": "help"}, "Ask me about a code"),
        ({"text": "x" * 4001}, "4,001 characters"),
        ({"channel_id": "C0EXT"}, ELSEWHERE),
    ],
    ids=["empty", "help", "too long", "shared channel"],
)
def test_the_slash_command_without_an_answer_says_why(changes: dict[str, Any], words: str, tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        slack.channels["C0EXT"] = {"id": "C0EXT", "is_ext_shared": True}
        reply = await asked_privately(slack, **{"text": "35 minutes?", **changes})
        assert words in reply["text"]

    play(tmp_path, scene)


def test_the_slash_command_is_declined_in_its_acknowledgement_in_channels_not_listed(tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        (payload,) = await slack.acked(
            await slack.send(command("35 minutes?", slack.response_url()), kind="slash_commands")
        )
        assert payload == {"response_type": "ephemeral", "text": UNLISTED}

    play(tmp_path, scene, slack_channels="C0OTHER")


def test_an_option_is_the_next_message_of_its_thread(tmp_path: Path) -> None:
    engine = Engine()
    engine.answers["therapy?"] = question_back("16 to 37 minutes", "38 to 52 minutes")

    async def scene(slack: FakeSlack, engine: Engine) -> None:
        options = await asked_in_channel(slack, "therapy?")
        press = pressed(
            "codecite_option_1", options["codecite_option_1"]["value"], ts="170.1", container={"thread_ts": "170.0"}
        )
        for _ in range(3):
            await slack.send(press, kind="interactive")
        await slack.until(lambda: len(slack.of("chat.postMessage")) == 2)
        assert slack.of("chat.postMessage")[1]["thread_ts"] == "170.0"
        (mark,) = slack.of("chat.update")
        assert ":ballot_box_with_check: 38 to 52 minutes" in str(mark["blocks"])

    slack = play(tmp_path, scene, engine)
    assert [text for text, _, _ in engine.asked] == ["therapy?", "38 to 52 minutes"]
    assert len({conversation for _, conversation, _ in engine.asked}) == 1
    assert f"<@{USER}> chose" in str(slack.of("chat.postMessage")[1]["blocks"][0])


def test_an_option_of_a_private_answer_takes_its_place(tmp_path: Path) -> None:
    engine = Engine()
    engine.answers["therapy?"] = question_back("38 to 52 minutes")

    async def scene(slack: FakeSlack, engine: Engine) -> None:
        reply = await asked_privately(slack, "therapy?")
        value = buttons(reply["blocks"])["codecite_option_0"]["value"]
        press = pressed("codecite_option_0", value, slack.response_url(), container={"is_ephemeral": True})
        await slack.send(press, kind="interactive")
        await slack.until(lambda: len(slack.of("response")) == 2)
        assert slack.of("response")[1]["replace_original"] is True

    play(tmp_path, scene, engine)
    assert len({conversation for _, conversation, _ in engine.asked}) == 1


def test_the_shortcut_answers_in_a_window_and_posts_into_the_thread(tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        body = shortcut("is 35 minutes enough?")
        for _ in range(3):
            await slack.send(body, kind="interactive")
        await slack.until(lambda: bool(slack.of("views.update")))
        (update,) = slack.of("views.update")
        view = update["view"]
        post = buttons(view["blocks"])["codecite_share"]
        press = pressed("codecite_share", post["value"], view={"id": update["view_id"], **view})
        await slack.send({**press, "channel": None, "container": {"type": "view"}}, kind="interactive")
        await slack.until(lambda: bool(slack.of("chat.postMessage")))
        (shared,) = slack.of("chat.postMessage")
        assert (shared["channel"], shared["thread_ts"]) == (CHANNEL, body["message"]["ts"])
        await slack.until(lambda: bool(slack.of("views.push")))

    slack = play(tmp_path, scene)
    assert len(slack.of("views.open")) == 1


@pytest.mark.parametrize(
    ("text", "channel", "words"),
    [("", CHANNEL, "no text"), ("35 minutes?", "C0EXT", ELSEWHERE), ("boom?", CHANNEL, "could not be answered")],
)
def test_the_shortcut_says_in_its_window_why_there_is_no_answer(
    text: str, channel: str, words: str, tmp_path: Path
) -> None:
    engine = Engine()
    engine.failures["boom?"] = RuntimeError("secret")

    async def scene(slack: FakeSlack, engine: Engine) -> None:
        slack.channels["C0EXT"] = {"id": "C0EXT", "is_ext_shared": True}
        await slack.send(shortcut(text, channel={"id": channel}), kind="interactive")
        await slack.until(lambda: bool(slack.of("views.update")))
        assert words in str(slack.of("views.update")[0]["view"])

    play(tmp_path, scene, engine)


def test_the_sources_window_shows_the_exact_words_also_after_a_restart(tmp_path: Path) -> None:
    words = "A quote with *stars*, <tags> & a_code_0592T, exactly."
    engine = Engine()
    engine.answers["35 minutes?"] = answer(citations=(citation(1, quote=words), citation(2)))
    kept: dict[str, Any] = {}

    async def ask(slack: FakeSlack, engine: Engine) -> None:
        kept.update(await asked_in_channel(slack))

    async def look(slack: FakeSlack, engine: Engine) -> None:
        await slack.send(pressed("codecite_sources", kept["codecite_sources"]["value"]), kind="interactive")
        await slack.until(lambda: bool(slack.of("views.open")))
        (opened,) = slack.of("views.open")
        quotes = [block["elements"][0] for block in opened["view"]["blocks"] if block["type"] == "rich_text"]
        assert quotes[0]["elements"][0]["text"] == words

    play(tmp_path, ask, engine)
    play(tmp_path, look)


def test_many_sources_have_pages(tmp_path: Path) -> None:
    engine = Engine()
    engine.answers["35 minutes?"] = answer(citations=tuple(citation(n) for n in range(1, 41)))

    async def scene(slack: FakeSlack, engine: Engine) -> None:
        value = (await asked_in_channel(slack))["codecite_sources"]["value"]
        await slack.send(pressed("codecite_sources", value), kind="interactive")
        await slack.until(lambda: bool(slack.of("views.open")))
        pages = buttons(slack.of("views.open")[0]["view"]["blocks"])
        turn = pressed("codecite_more_2", pages["codecite_more_2"]["value"], view={"id": "V1"})
        await slack.send(turn, kind="interactive")
        await slack.until(lambda: bool(slack.of("views.update")))
        assert "[40]" in str(slack.of("views.update")[0]["view"])

    play(tmp_path, scene, engine)


def values(**cells: str) -> dict[str, Any]:
    """What a submitted claim window holds."""
    return {
        name: {name: {"selected_date": cells.get(name)} if name == "day" else {"value": cells.get(name)}}
        for name in ("lines", "day", "payer", "performer", "pos", "minutes")
    }


def test_a_claim_is_checked_from_its_window(tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        value = (await asked_in_channel(slack))["codecite_check"]["value"]
        await slack.send(pressed("codecite_check", value), kind="interactive")
        await slack.until(lambda: bool(slack.of("views.open")))
        form = {
            block["block_id"]: block["element"]
            for block in slack.of("views.open")[0]["view"]["blocks"]
            if block["type"] == "input"
        }
        assert form["lines"]["initial_value"] == "0592T-95"
        assert form["minutes"]["initial_value"] == "0592T=35"
        sent = submitted("codecite_checked", values(lines="96150\n90837", day="2026-03-02"))
        (payload,) = await slack.acked(await slack.send(sent, kind="interactive"))
        assert payload["response_action"] == "update"
        shown = str(payload["view"]["blocks"])
        assert "*1 of 2 lines would deny.*" in shown
        assert "96156" in shown

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"lines": "what?"}, "lines"),
        ({"lines": "90837", "payer": "nobody at all"}, "payer"),
        ({"lines": "90837", "minutes": "90837"}, "minutes"),
        ({"lines": "90837", "performer": "wizard"}, "performer"),
    ],
)
def test_a_mistake_in_the_claim_window_is_shown_beside_its_field(
    cells: dict[str, str], field: str, tmp_path: Path
) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        sent = submitted("codecite_checked", values(**cells))
        (payload,) = await slack.acked(await slack.send(sent, kind="interactive"))
        assert payload["response_action"] == "errors"
        assert list(payload["errors"]) == [field]

    play(tmp_path, scene)


def test_feedback_is_kept_without_a_name_and_asks_what_was_wrong(tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        await slack.send(mention("35 minutes?"))
        await slack.until(lambda: bool(slack.of("chat.postMessage")))
        block = next(b for b in slack.of("chat.postMessage")[0]["blocks"] if b["type"] == "context_actions")
        good, bad = (block["elements"][0][f"{name}_button"]["value"] for name in ("positive", "negative"))
        await slack.send(pressed("codecite_feedback", good, slack.response_url()), kind="interactive")
        await slack.until(lambda: THANKS in slack.said("response"))
        await slack.send(pressed("codecite_feedback", bad), kind="interactive")
        await slack.until(lambda: bool(slack.of("views.open")))
        view = slack.of("views.open")[0]["view"]
        cells = {
            "kind": {"kind": {"selected_option": {"value": "wrong"}}},
            "text": {"text": {"value": "John Smith had two units"}},
        }
        sent = submitted("codecite_reported", cells, view["private_metadata"])
        await slack.acked(await slack.send(sent, kind="interactive"))

    play(tmp_path, scene)
    book = FeedbackBook(f"sqlite:///{tmp_path / 'codecite.db'}", KNOWLEDGE)
    remarks = book.all()
    book.close()
    assert [(row.answer_id, row.kind, row.channel) for row in remarks] == [
        ("a-1", "helpful", "slack"),
        ("a-1", "wrong", "slack"),
    ]
    assert "John" not in remarks[1].text
    assert "two units" in remarks[1].text


@pytest.mark.parametrize("action", ["codecite_sources", "codecite_check", "codecite_share", "codecite_option_0"])
def test_buttons_of_an_answer_that_expired_say_so(action: str, tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        value = "gone|0" if "option" in action else "gone"
        await slack.send(pressed(action, value, slack.response_url()), kind="interactive")
        await slack.until(lambda: bool(slack.of("views.open", "response")))
        assert EXPIRED in json.dumps(slack.of("views.open", "response"))

    play(tmp_path, scene)


def test_app_home_tells_what_is_known_and_how_it_is_set_up(tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        await slack.send(event({"type": "app_home_opened", "user": USER, "tab": "messages", "channel": DIRECT}))
        await slack.send(event({"type": "app_home_opened", "user": USER, "tab": "home", "channel": DIRECT}))
        await slack.until(lambda: bool(slack.of("views.publish")))

    (published,) = play(tmp_path, scene, slack_channels=CHANNEL, payer="medicare").of("views.publish")
    shown = str(published["view"])
    assert published["user_id"] == USER
    for words in (KNOWLEDGE.coverage.horizon.isoformat(), "1 listed", "medicare", "/codecite"):
        assert words in shown


def test_a_press_by_someone_of_another_organization_is_declined(tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        stranger = {"id": "U0X", "team_id": "T0STRANGER"}
        press = pressed("codecite_sources", "a-1", slack.response_url(), user=stranger, team={"id": TEAM})
        await slack.send(press, kind="interactive")
        await slack.until(lambda: ELSEWHERE in slack.said("response"))

    assert play(tmp_path, scene).of("views.open") == []


def test_rate_limits_of_response_urls_are_waited_out(tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        slack.refuse("response", Refusal(429, headers={"Retry-After": "0"}))
        await asked_privately(slack)

    play(tmp_path, scene)


def test_the_slash_command_that_cannot_be_answered_is_apologized_for_privately(tmp_path: Path) -> None:
    async def scene(slack: FakeSlack, engine: Engine) -> None:
        slack.refuse("response", *[Refusal(404)] * 2)
        await slack.send(command("35 minutes?", slack.response_url()), kind="slash_commands")
        await slack.until(lambda: not slack.refusals["response"])

    async def after(slack: FakeSlack, engine: Engine) -> None:
        await slack.until(lambda: bool(slack.of("chat.postEphemeral")))
        assert slack.of("chat.postEphemeral")[0]["user"] == USER

    play(tmp_path, scene)
    play(tmp_path, after)
