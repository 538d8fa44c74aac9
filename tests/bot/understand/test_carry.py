"""Which facts of earlier turns still hold: the setting always, the subject while the turn leans on it."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.question import CodeMention, Facts
from bot.understand.carry import carry
from bot.understand.tokens import fold, tokens

DAY = dt.date(2025, 3, 1)
SETTING = {
    "payer": "aetna",
    "state": "TX",
    "performer": "social-worker",
    "modality": "video",
    "place": "11",
    "date": DAY,
}
EARLIER = Facts.model_validate(
    {"services": ("psychotherapy",), "minutes": 45, "minutes_to": 50, "participants": "individual", **SETTING}
)


def carried(message: str, earlier: Facts | None = EARLIER, **stated: object) -> dict[str, object]:
    return carry(Facts.model_validate(stated), earlier, tokens(fold(message))).stated()


def test_a_conversation_starts_with_what_is_stated() -> None:
    assert carried("45 minutes of therapy", None, minutes=45) == {"minutes": 45}


@pytest.mark.parametrize("new", [{"services": ("tobacco-counseling",)}, {"codes": (CodeMention(code="96127"),)}])
def test_the_setting_holds_when_the_subject_changes(new: dict[str, object]) -> None:
    message = "How would one go about coding a rather different service for someone else on the same day as usual"
    held = carried(message, **new)
    assert {name: held.get(name) for name in SETTING} == SETTING
    assert "minutes" not in held
    assert "participants" not in held


@pytest.mark.parametrize(
    ("message", "stated", "expected"),
    [
        ("what about 60 minutes?", {"minutes": 60}, {"minutes": 60, "services": ("psychotherapy",)}),
        ("and for Cigna?", {"payer": "cigna"}, {"payer": "cigna", "minutes": 45}),
        ("and in a group?", {"participants": "group"}, {"participants": "group", "minutes": 45}),
        ("no, by phone", {"modality": "audio-only"}, {"modality": "audio-only", "services": ("psychotherapy",)}),
        ("on June 1", {"date": dt.date(2025, 6, 1)}, {"date": dt.date(2025, 6, 1), "minutes": 45}),
    ],
)
def test_what_is_said_anew_replaces_only_itself(
    message: str, stated: dict[str, object], expected: dict[str, object]
) -> None:
    held = carried(message, **stated)
    assert {name: held.get(name) for name in expected} == expected


def test_one_time_replaces_a_range() -> None:
    assert "minutes_to" not in carried("60 minutes", minutes=60)


@pytest.mark.parametrize(
    ("message", "stated", "gone"),
    [
        ("and a group?", {"participants": "group"}, "codes"),
        ("the first visit instead", {"visit": "initial"}, "codes"),
        ("what about 90853?", {"codes": (CodeMention(code="90853"),)}, "services"),
        ("no office visit", {"with_em": "no"}, "services"),
    ],
)
def test_facts_that_the_turn_contradicts_are_dropped(message: str, stated: dict[str, object], gone: str) -> None:
    earlier = Facts(services=("psychotherapy",), codes=(CodeMention(code="90837"),), minutes=45)
    held = carried(message, earlier, **stated)
    assert held.get(gone) == stated.get(gone)


def test_modifiers_stay_with_their_code() -> None:
    earlier = Facts(codes=(CodeMention(code="90837", modifiers=("95",)),), modifiers=("95",))
    assert "modifiers" not in carried("and 90834?", earlier, codes=(CodeMention(code="90834"),))
    assert carried("and for Cigna?", earlier, payer="cigna")["modifiers"] == ("95",)
