"""What chat channels share: order within a conversation, and what is remembered across restarts and replicas."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.channels.shared.desk import LONGEST, Desk, conversation_id
from bot.channels.shared.lanes import Lanes
from bot.channels.shared.ledger import ANSWERS_FOR, LEASE, SEEN_FOR, Ledger, Place
from tests.bot.channels.answers import RimBot, answer

PLACE = Place("T1", "C1", "1.0", "U1")


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'chat.db'}"
    else:
        yield request.getfixturevalue("postgres")


@pytest.fixture
def clock() -> Clock:
    return Clock()


def key(request: pytest.FixtureRequest, name: str = "m") -> str:
    """A key of this test's own: the PostgreSQL server is shared by the run."""
    return f"{request.node.name}:{name}"


def opened(url: str, clock: Clock) -> Ledger:
    return Ledger(url, "slack", clock=clock)


def test_an_event_is_claimed_once_by_many_threads_and_replicas(
    url: str, clock: Clock, request: pytest.FixtureRequest
) -> None:
    ledgers = [opened(url, clock) for _ in range(3)]
    start = threading.Barrier(12)

    def claim(number: int) -> bool:
        start.wait()
        return ledgers[number % 3].claim([key(request), key(request, f"event {number}")], PLACE)

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(claim, range(12))) == 1
    ledgers[0].settle(key(request))
    for ledger in ledgers:
        assert not ledger.claim([key(request)])
        ledger.close()


@pytest.mark.parametrize("after", [1, SEEN_FOR - 10])
def test_a_claim_outlives_its_process_until_it_expires(
    after: float, url: str, clock: Clock, request: pytest.FixtureRequest
) -> None:
    mark = f"{key(request)}:{after}"
    first = opened(url, clock)
    assert first.claim([mark])
    first.close()
    clock.now += after
    second = opened(url, clock)
    assert not second.claim([mark])
    clock.now += SEEN_FOR
    second.purge()
    assert second.claim([mark])
    second.close()


def test_what_a_dead_process_owed_is_handed_out_once_and_a_living_ones_is_not(
    url: str, clock: Clock, request: pytest.FixtureRequest
) -> None:
    dead, alive, heir = (opened(url, clock) for _ in range(3))
    place = Place("T1", key(request), "1.0", "U1", private=True)
    assert dead.claim([key(request, "dead")], place)
    assert alive.claim([key(request, "alive")], PLACE)
    clock.now += LEASE - 1
    alive.renew()
    assert heir.orphans() == []
    clock.now += 2
    assert heir.orphans() == [place]
    assert heir.orphans() == []
    alive.settle(key(request, "alive"))
    for ledger in (dead, alive, heir):
        ledger.close()


@pytest.mark.parametrize("how", ["release", "abandon"])
def test_what_cannot_be_given_is_handed_out_at_once(
    how: str, url: str, clock: Clock, request: pytest.FixtureRequest
) -> None:
    ledger = opened(url, clock)
    assert ledger.claim([key(request)], PLACE)
    ledger.release(key(request)) if how == "release" else ledger.abandon()
    assert ledger.orphans() == [PLACE]
    ledger.close()


def test_answers_are_kept_without_their_question_until_they_expire(
    url: str, clock: Clock, request: pytest.FixtureRequest
) -> None:
    ledger = opened(url, clock)
    said = answer(id=key(request)[-70:], question="A question that is nobody's business")
    ledger.keep(said, "conversation")
    ledger.keep(said, "conversation")
    given = ledger.given(said.id)
    assert given is not None
    assert given.answer == said.model_copy(update={"question": ""})
    clock.now += ANSWERS_FOR + 1
    ledger.purge()
    assert ledger.given(said.id) is None
    ledger.close()


def test_replies_are_found_by_their_message_and_tell_that_a_conversation_has_begun(
    url: str, clock: Clock, request: pytest.FixtureRequest
) -> None:
    ledger, talk = opened(url, clock), key(request)[-70:]
    assert not ledger.begun(talk)
    place = Place("T1", "C1", "1.0", "U1", ("2.0", "3.0"))
    ledger.replied(key(request), talk, place)
    assert ledger.begun(talk)
    assert ledger.reply_to(key(request)) == place
    ledger.forget_reply(key(request))
    assert ledger.reply_to(key(request)) is None
    ledger.close()


def test_lanes_run_in_order_within_a_key_and_beside_each_other() -> None:
    done: list[str] = []

    async def run() -> None:
        lanes, gate = Lanes(), asyncio.Event()

        async def job(name: str, wait: bool = False) -> None:
            if wait:
                await gate.wait()
            done.append(name)

        lanes.submit("a", lambda: job("a1", wait=True), order=1)
        await asyncio.sleep(0)
        lanes.submit("a", lambda: job("a3"), order=3)
        lanes.submit("a", lambda: job("a2"), order=2)
        lanes.submit("a", lambda: job("never"), order=2.5, mark="gone")
        lanes.submit("b", lambda: job("b1"))
        assert lanes.cancel("a", "gone")
        assert not lanes.cancel("a", "gone")
        while "b1" not in done:
            await asyncio.sleep(0)
        gate.set()
        assert await lanes.drain(5)
        assert lanes.held == 0

    asyncio.run(run())
    assert done == ["b1", "a1", "a2", "a3"]


def test_lanes_refuse_what_they_have_no_room_for_and_survive_a_failing_job() -> None:
    async def run() -> None:
        lanes, gate, done = Lanes(most=3, deepest=2), asyncio.Event(), []

        async def wait() -> None:
            await gate.wait()

        async def fail() -> None:
            raise RuntimeError

        async def last() -> None:
            done.append(True)

        assert lanes.submit("a", fail)
        assert lanes.submit("a", wait)
        assert not lanes.submit("a", wait)
        assert lanes.submit("b", last)
        assert not lanes.submit("c", last)
        gate.set()
        assert await lanes.drain(5)
        assert done == [True]
        assert lanes.submit("c", last)
        assert await lanes.drain(5)

    asyncio.run(run())


def test_draining_stops_what_takes_too_long() -> None:
    async def run() -> None:
        lanes = Lanes()
        lanes.submit("a", asyncio.Event().wait)
        assert not await lanes.drain(0)
        assert lanes.held == 0

    asyncio.run(run())


@pytest.mark.parametrize(
    ("outcome", "text", "words"),
    [
        (answer(), "x" * (LONGEST + 1), "please ask in at most"),
        (RuntimeError("secret"), "why?", "could not be answered"),
    ],
)
def test_a_desk_says_in_words_what_goes_wrong(outcome: object, text: str, words: str) -> None:
    reply = Desk(RimBot(outcome), "teams").reply(text, "c", first=True)  # type: ignore[arg-type]
    assert reply.answer is None
    assert words in reply.note
    assert "secret" not in reply.note


def test_conversation_names_tell_nothing_and_differ() -> None:
    one, other = conversation_id("slack", "T1", "C1", "1.0"), conversation_id("slack", "T1", "C1", "2.0")
    assert one != other
    assert one == conversation_id("slack", "T1", "C1", "1.0")
    assert not any(part in one for part in ("T1", "C1"))
