"""What a turn asks: yes or no, and about what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.question import CodeMention, Facts
from bot.understand.codes import CodesRead
from bot.understand.intents import intents_of, is_polar, polar_clause


@pytest.mark.parametrize(
    ("message", "clause"),
    [
        ("I saw her for 40 minutes, can I bill 90834?", "can i bill 90834"),
        ("Can I bill 90834? I saw her for 40 minutes.", "can i bill 90834"),
        ("40 minutes by phone, is that covered", "is that covered"),
        ("What code is it?", ""),
        ("what code for 40 minutes, and can I add 90785?", "and can i add 90785"),
        ("90834 for 40 minutes, right?", "90834 for 40 minutes, right?"),
        ("which codes can we bill", ""),
        ("is verbal ok for consent or must it be signed", "is verbal ok for consent"),
        ("can I enroll now or is it still psychologists only", "can i enroll now"),
        ("do we need 25 or 59", "do we need 25 or 59"),
    ],
)
def test_the_part_that_wants_yes_or_no(message: str, clause: str) -> None:
    assert polar_clause(message).strip() == clause


@pytest.mark.parametrize(
    "message",
    [
        "Can I bill 90834 and 90791 together?",
        "is 0591T covered by aetna",
        "Do we need a modifier?",
        "ok to bill 90785 with 90853?",
        "90837 by phone is fine, correct?",
        "need prior auth?",
        "does medicare pay for coaching?",
        "hi, may an LPC bill 90837?",
        "G2012 still ok?",
        "isn't 96150 deleted?",
        "bill both on one day, or not?",
        "our staff calls by phone and billing puts 93 on it. right for medicare??",
        "she asked if she can bill medicare on her own",
        "when we run over can we add another unit",
    ],
)
def test_yes_or_no_is_wanted(message: str) -> None:
    assert is_polar(message, ())


@pytest.mark.parametrize(
    "message",
    [
        "What is 90834?",
        "which modifier does Medicare want for video?",
        "How many units is 100 minutes?",
        "45 minutes of therapy",
        "who can bill 90792?",
        "how much does medicare pay for 90834?",
        "when was G2012 deleted",
        "why was my claim denied",
        "can you tell me the code for a group session",
        "Could you please explain POS 10?",
        "when can we bill it",
        "where does the modifier go",
        "",
    ],
)
def test_a_fact_is_wanted(message: str) -> None:
    assert not is_polar(message, ())


def intents(cues: tuple[str, ...] = (), codes: tuple[str, ...] = (), **stated: object) -> tuple[str, ...]:
    mentions = tuple(CodeMention(code=code) for code in codes)
    facts = Facts.model_validate({**stated, "codes": mentions})
    return intents_of(cues, facts, facts, CodesRead(mentions, (), (), (), ()), ())


@pytest.mark.parametrize(
    ("expected", "cues", "codes", "stated"),
    [
        ("identify", (), ("90834",), {}),
        ("pair", (), ("90834", "90785"), {}),
        ("select", (), (), {"services": ("psychotherapy",), "minutes": 45}),
        ("select", (), (), {"services": ("psychotherapy",)}),
        ("telehealth", ("telehealth",), ("90834",), {}),
        ("payment", ("payment",), ("90834", "90785"), {}),
        ("coverage", ("coverage",), (), {"payer": "aetna", "services": ("health-coaching",)}),
    ],
)
def test_what_is_said_decides_what_a_turn_is_about(
    expected: str, cues: tuple[str, ...], codes: tuple[str, ...], stated: dict[str, object]
) -> None:
    assert intents(cues, codes, **stated)[0] == expected


@pytest.mark.parametrize("amount", [{"minutes": 60}, {"days": 16}])
def test_an_amount_with_a_code_is_also_about_units(amount: dict[str, object]) -> None:
    assert "units" in intents((), ("H0038",), **amount)


def test_nothing_said_is_about_nothing() -> None:
    assert intents() == ()


@given(st.text(max_size=120))
def test_any_text_has_an_asking_part_or_none(message: str) -> None:
    assert isinstance(polar_clause(message), str)
    assert is_polar(message, ()) in (True, False)
