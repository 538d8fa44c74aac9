"""Which codes a turn speaks of: those it names, and those that "it", "also", "the 90837" or "and with ..." bring in."""

from __future__ import annotations

import pytest

from bot.question import Before, CodeMention, Facts
from bot.understand.refer import referred
from corpus.knowledge import Knowledge


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


def mentions(codes: str) -> tuple[CodeMention, ...]:
    return tuple(CodeMention(code=code) for code in codes.split())


def codes_after(knowledge: Knowledge, message: str, new: str, before: Before, said: tuple[str, ...] = ()) -> str | None:
    found = referred(message, Facts(codes=mentions(new)), before, said, knowledge.codes)
    return None if found is None else " ".join(mention.code for mention in found)


def asked(codes: str, *cues: str, polar: bool = True) -> Before:
    return Before(Facts(codes=mentions(codes)), cues, polar)


@pytest.mark.parametrize(
    ("held", "message", "new", "expected"),
    [
        ("90785 90847", "can I add it to group 90853?", "90853", "90785 90853"),
        ("90847 90785", "does it go with 90834", "90834", "90785 90834"),
        ("90837", "can we bill 90785 with it?", "90785", "90837 90785"),
        ("90837", "ok to put 96127 on that too", "96127", "90837 96127"),
        ("99214 90833", "can I add G2211 to them", "G2211", "99214 90833 G2211"),
        ("99214 G2211", "she also gets 90833 that day. may I still add it?", "90833", "99214 G2211 90833"),
        ("99214 90836", "so when we run over can i tack on 99417", "99417", "99214 90836 99417"),
        ("99214 90836", "does the 99214 need a 25 on it?", "99214", "99214 90836"),
    ],
)
def test_pronouns_and_additions_bring_in_earlier_codes(
    knowledge: Knowledge, held: str, message: str, new: str, expected: str
) -> None:
    assert codes_after(knowledge, message, new, asked(held, polar=False)) == expected


@pytest.mark.parametrize(
    ("held", "message", "new", "expected"),
    [
        ("90785 90837", "no, 90834", "90834", "90785 90834"),
        ("90837 90785", "sorry I meant 90834", "90834", "90785 90834"),
        ("G0444", "it's her first one, G0438", "G0438", "G0444 G0438"),
        ("90837 90785", "and 90834?", "90834", "90785 90834"),
        ("90837 90785", "and with 96127?", "96127", "90837 96127"),
    ],
)
def test_a_pair_asked_about_stays_with_one_of_its_codes_changed(
    knowledge: Knowledge, held: str, message: str, new: str, expected: str
) -> None:
    assert codes_after(knowledge, message, new, asked(held, "pair")) == expected


@pytest.mark.parametrize(
    ("held", "message", "new", "said"),
    [
        ("90837", "what is 90834?", "90834", ()),
        ("90837", "and 90834?", "90834", ()),
        ("90837 90785", "how much does 96127 pay in an office in Ohio these days", "96127", ("payment",)),
        ("90837", "can 90834 and 90785 go together", "90834 90785", ("pair",)),
        ("90837", "which code do I use instead of that with 90791", "90791", ("select",)),
    ],
)
def test_a_turn_with_codes_of_its_own_stands_alone(
    knowledge: Knowledge, held: str, message: str, new: str, said: tuple[str, ...]
) -> None:
    assert codes_after(knowledge, message, new, asked(held, polar=False), said) is None


def test_it_may_be_the_code_that_was_recommended(knowledge: Knowledge) -> None:
    before = Before(Facts(services=("psychotherapy",)), recommended=("90834",))
    assert codes_after(knowledge, "can I bill 90785 with that?", "90785", before) == "90834 90785"


@pytest.mark.parametrize(
    ("message", "said", "stated", "expected"),
    [
        ("so what does she use", ("identify",), Facts(), "G0323"),
        ("minimum minutes?", ("time-rule",), Facts(), "G0323"),
        ("can he do it under supervision?", ("supervision",), Facts(), None),
        ("and an NP?", (), Facts(performer="np"), None),
    ],
)
def test_a_code_ruled_out_gives_way_to_the_one_named_for_it(
    knowledge: Knowledge, message: str, said: tuple[str, ...], stated: Facts, expected: str | None
) -> None:
    before = Before(Facts(codes=mentions("99484")), polar=True, rejected=("99484",), instead=("G0323",))
    found = referred(message, stated, before, said, knowledge.codes)
    assert (None if found is None else " ".join(each.code for each in found)) == expected


def test_nothing_is_brought_in_at_the_start(knowledge: Knowledge) -> None:
    assert codes_after(knowledge, "can I bill it with 90785?", "90785", Before()) is None
