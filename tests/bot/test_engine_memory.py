"""What a conversation remembers: facts, never text; one conversation never hears of another."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.answer import Answer
from bot.engine import Bot
from tests.bot.conftest import DAY, Talk

LADDER = ((16, 37, "90832"), (38, 52, "90834"), (53, 180, "90837"))


def recommended(answer: Answer) -> list[tuple[str, int | None]]:
    return [(row.code, row.units) for row in answer.codes if row.role == "recommended"]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (("individual therapy for 40 minutes", "what about 60 minutes?"), [("90837", 1)]),
        (("individual therapy for 40 minutes", "what about 60 minutes?", "and 20 minutes?"), [("90832", 1)]),
        (("therapy with the family, patient present", "it took 50 minutes"), [("90847", 1)]),
        (("H0038, 30 minutes, Medicaid", "and 60 minutes?"), [("H0038", 4)]),
        (("How many units of 97153 for 60 minutes?", "and for 100 minutes?"), [("97153", 7)]),
    ],
)
def test_facts_stated_once_hold(talk: Talk, turns: tuple[str, ...], expected: list[tuple[str, int]]) -> None:
    assert recommended(talk(*turns)) == expected


def test_a_message_without_a_conversation_remembers_nothing(bot: Bot) -> None:
    bot.ask("individual therapy for 40 minutes", date=DAY)
    assert recommended(bot.ask("what about 60 minutes?", date=DAY)) == []


def test_two_conversations_never_mix(bot: Bot) -> None:
    first, second = Talk(bot), Talk(bot)
    first("40 minutes of individual therapy, Aetna")
    second("2 hours of peer support for Oregon Medicaid")
    assert first("and 60 minutes?").facts["payer"] == "aetna"
    assert recommended(second("and 60 minutes?")) == [("H0038", 4)]
    assert recommended(first("and 20 minutes?")) == [("90832", 1)]


def test_threads_never_mix_conversations(bot: Bot) -> None:
    payers = ("aetna", "cigna", "medicare", "tricare", "aetna", "cigna", "medicare", "tricare")

    def converse(number: int) -> list[str]:
        chance = random.Random(number)
        talk, wrong = Talk(bot), []
        talk(f"individual therapy for 40 minutes, {payers[number]}")
        for _ in range(9):
            first, last, code = chance.choice(LADDER)
            minutes = chance.randint(first, last)
            answer = talk(f"and {minutes} minutes?")
            held = (recommended(answer), answer.facts["payer"], answer.facts["minutes"])
            if held != ([(code, 1)], payers[number], str(minutes)):
                wrong.append(f"{number}: {minutes} {held}")
        return wrong

    with ThreadPoolExecutor(8) as pool:
        assert [text for wrong in pool.map(converse, range(8)) for text in wrong] == []


def leaves(held: Any) -> Iterator[str]:
    """Every text and every serialized value below `held`."""
    if isinstance(held, dict):
        for key, value in held.items():
            yield from leaves(key)
            yield from leaves(value)
    elif isinstance(held, list | tuple | set | frozenset):
        for value in held:
            yield from leaves(value)
    elif isinstance(held, bytes):
        yield held.decode("utf-8", errors="replace")
    else:
        yield str(held)


def remembered(bot: Bot) -> str:
    saver = bot.conversations.saver
    return "\n".join(leaves([saver.storage, saver.writes, saver.blobs])).lower()


def test_what_is_checkpointed_holds_facts_and_no_message_text(bot: Bot, talk: Talk) -> None:
    talk("Dear xylocarp, which code for 45 minutes of therapy with quibblefrost for Aetna?")
    talk("and 60 minutes, zanzimarl?")
    held = remembered(bot)
    assert talk.id in held
    assert "psychotherapy" in held
    assert not any(word in held for word in ("xylocarp", "quibblefrost", "zanzimarl", "dear", "which code"))


def test_a_question_on_its_own_leaves_nothing_behind(bot: Bot) -> None:
    before = remembered(bot)
    bot.ask("45 minutes of therapy for Cigna", date=DAY)
    assert remembered(bot) == before


def test_a_forgotten_conversation_starts_anew(bot: Bot, talk: Talk) -> None:
    talk("individual therapy for 40 minutes, Aetna")
    bot.forget(talk.id)
    assert talk.id not in remembered(bot)
    answer = talk("what about 60 minutes?")
    assert "payer" not in answer.facts
    assert recommended(answer) == []
    bot.forget(talk.id)
    assert talk("are you sure?").status != "answered" or not talk("are you sure?").codes


def test_forgetting_what_was_never_known_is_fine(bot: Bot) -> None:
    bot.forget(uuid.uuid4().hex)


def test_the_conversation_unused_for_longest_is_forgotten_first(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.memory.KEPT_IN_MEMORY", 2)
    oldest, used, newest = Talk(bot), Talk(bot), Talk(bot)
    for talk in (oldest, used, oldest, newest):
        talk("individual therapy for 40 minutes, Aetna")
    held = remembered(bot)
    assert oldest.id in held
    assert newest.id in held
    assert used.id not in held
    assert "payer" not in used("and 60 minutes?").facts
    assert newest("and 60 minutes?").facts["payer"] == "aetna"


def test_a_declined_message_changes_no_facts(talk: Talk) -> None:
    talk("individual therapy for 40 minutes")
    assert talk("Who won the game last night?").status == "out_of_scope"
    assert recommended(talk("what about 60 minutes?")) == [("90837", 1)]
