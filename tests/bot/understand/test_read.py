"""What is said becomes facts; facts hold over turns until changed."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.question import Before, Question
from bot.understand.read import Reader
from corpus.knowledge import Knowledge

TODAY = dt.date(2026, 11, 21)
READER = Reader(Knowledge())


def read(*turns: str) -> Question:
    before = Before()
    for turn in turns:
        question = READER.read(turn, before, TODAY)
        before = Before(question.facts, question.cues, question.polar)
    return question


@pytest.mark.parametrize(
    ("message", "facts"),
    [
        (
            "f/u coaching 35min tele w/ medicare pt, code?",
            {"services": ("health-coaching",), "minutes": 35, "modality": "video", "payer": "medicare"},
        ),
        (
            "LCSW here, 50 minute couples session by phone, Aetna",
            {"services": ("psychotherapy",), "minutes": 50, "participants": "family-with-patient",
             "performer": "social-worker", "modality": "audio-only", "payer": "aetna"},
        ),
        (
            "met with only the parents for 50 min, child not present",
            {"services": ("psychotherapy",), "minutes": 50, "participants": "family-without-patient"},
        ),
        (
            "our technician gave tests for 140 minutes",
            {"services": ("test-administration",), "minutes": 140, "performer": "testing-technician"},
        ),
        ("therapy at a community mental health center", {"services": ("psychotherapy",), "place": "53"}),
        ("group of 8 patients, nutrition therapy", {"participants": "group", "group_size": 8}),
        ("Oregon Medicaid peer support", {"payer": "medicaid", "state": "OR", "services": ("peer-support",)}),
        ("psychotherpy 40 minuts", {"services": ("psychotherapy",)}),
    ],
)  # fmt: skip
def test_facts_of_one_message(message: str, facts: dict[str, object]) -> None:
    stated = read(message).facts.stated()
    assert {name: stated.get(name) for name in facts} == facts


@pytest.mark.parametrize(
    ("turns", "facts"),
    [
        (
            ("Code for a one on one coaching follow up, 40 minutes", "what about a group?", "and only 25 minutes"),
            {"services": ("health-coaching",), "participants": "group", "minutes": 25},
        ),
        (
            ("neuropsych tests, tech did 60 minutes", "and the psychologist instead of the tech?"),
            {"services": ("test-administration",), "performer": "psychologist", "minutes": 60},
        ),
        (("53 minutes of therapy, Medicare", "what if Medicaid"), {"payer": "medicaid", "minutes": 53}),
        (("therapy by video, 45 min", "no, by phone"), {"modality": "audio-only", "minutes": 45}),
        (("45-50 min therapy", "and if it was 60 minutes?"), {"minutes": 60, "minutes_to": None}),
        (
            ("med check 99214 plus 20 min therapy", "no med check, just the 20 min therapy, I am an LCSW"),
            {"with_em": "no", "codes": (), "performer": "social-worker", "services": ("psychotherapy",)},
        ),
    ],
)
def test_facts_hold_until_changed(turns: tuple[str, ...], facts: dict[str, object]) -> None:
    held = read(*turns).facts
    assert {name: getattr(held, name) for name in facts} == facts


def test_a_new_subject_drops_the_facts_of_the_old_one() -> None:
    held = read(
        "90834 by video, 45 minutes, Cigna", "How is tobacco cessation counseling with an office visit billed?"
    ).facts
    assert held.codes == ()
    assert held.minutes is None
    assert held.payer == "cigna"


@pytest.mark.parametrize(
    ("message", "polar"),
    [
        ("can 90833 go with 90791", True),
        ("G0136 is the SDOH assessment right", True),
        ("ok to add 96127-59?", True),
        ("which modifier tells Medicaid it was a group", False),
        ("how many units is 100 minutes", False),
        ("what is 90785", False),
    ],
)
def test_questions_that_want_yes_or_no(message: str, polar: bool) -> None:
    assert read(message).polar is polar
