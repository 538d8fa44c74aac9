"""Phrases found in messages: the longest wins, typos are forgiven, negation stays in its clause."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understand.lexicon import Lexicon
from corpus.rows import Phrase


def phrases(*rows: str) -> list[Phrase]:
    return [Phrase(**dict(zip(("slot", "value", "phrase"), row.split(", "), strict=True))) for row in rows]


LEXICON = Lexicon(
    phrases(
        "service, psychotherapy, therapy",
        "service, psychotherapy, psychotherapy",
        "service, group-therapy, group therapy",
        "modality, audio-only, phone call",
        "modality, audio-only, phone",
        "service, phone-visit, phone call",
        "payer, medicare, medicare",
        "participants, family-without-patient, {patient} {absent}",
        "class, patient, patient",
        "class, patient, child",
        "class, absent, not there",
        "class, absent, away",
        "abbreviation, psychotherapy, ptx",
        "abbreviation, follow up, fu",
    ),
    known_words=("thorough",),
)


def said(message: str, slot: str) -> list[tuple[str, bool]]:
    return [(mention.value, mention.negated) for mention in LEXICON.mentions(LEXICON.read(message), slot)]


@pytest.mark.parametrize(
    ("message", "slot", "expected"),
    [
        ("group therapy today", "service", [("group-therapy", False)]),
        ("therapy in a group", "service", [("psychotherapy", False)]),
        ("a phone call", "modality", [("audio-only", False)]),
        ("a phone call", "service", [("phone-visit", False)]),
        ("therapy then group therapy", "service", [("psychotherapy", False), ("group-therapy", False)]),
        ("45 min ptx", "service", [("psychotherapy", False)]),
        ("THERAPY by Phone", "modality", [("audio-only", False)]),
        ("child away", "participants", [("family-without-patient", False)]),
        ("the patient not there", "participants", [("family-without-patient", False)]),
        ("nothing of ours", "service", []),
        ("", "service", []),
    ],
)
def test_the_longest_phrase_of_a_slot_wins_and_slots_may_share_words(
    message: str, slot: str, expected: list[tuple[str, bool]]
) -> None:
    assert said(message, slot) == expected


@pytest.mark.parametrize(
    ("message", "slot", "negated"),
    [
        ("not medicare", "payer", True),
        ("without a phone", "modality", True),
        ("isn't medicare the payer?", "payer", False),
        ("it isn't medicare", "payer", True),
        ("no, medicare", "payer", False),
        ("no, by phone", "modality", False),
        ("medicare, not therapy", "payer", False),
        ("medicare, not therapy", "service", True),
    ],
)
def test_negation_reaches_two_words_of_its_own_clause(message: str, slot: str, negated: bool) -> None:
    assert [denied for _, denied in said(message, slot)] == [negated]


@pytest.mark.parametrize("typo", ["psychotherpy", "psycotherapy", "pyschotherapy", "medicaer"])
def test_typos_of_long_words_are_mended(typo: str) -> None:
    assert said(typo, "service") or said(typo, "payer")


@pytest.mark.parametrize("word", ["the", "thorough", "theory", "fone", "90834"])
def test_other_words_are_left_alone(word: str) -> None:
    assert [token.text for token in LEXICON.read(word)] == [word]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
def test_mentions_lie_in_order_inside_the_message_and_never_overlap(message: str) -> None:
    words = LEXICON.read(message)
    for slot in ("service", "modality", "payer", "participants", "no-such-slot"):
        found = LEXICON.mentions(words, slot)
        for mention in found:
            assert 0 <= mention.first <= mention.last < len(words)
        assert all(before.last < after.first for before, after in itertools.pairwise(found))
