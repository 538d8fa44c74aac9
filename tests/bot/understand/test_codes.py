"""Codes, units, modifiers and denial codes as they are typed."""

from __future__ import annotations

import pytest

from bot.understand.codes import CodesRead, places_named, read_codes
from corpus.knowledge import Knowledge

KNOWLEDGE = Knowledge()


def read(message: str) -> CodesRead:
    return read_codes(
        message,
        known={row.code for row in KNOWLEDGE.codes},
        neighbours=KNOWLEDGE.neighbours,
        modifiers={row.modifier for row in KNOWLEDGE.modifiers},
        denials={row.code for row in KNOWLEDGE.denials},
    )


@pytest.mark.parametrize(
    ("message", "codes"),
    [
        ("96136/96137 units?", ["96136", "96137"]),
        ("99214+90833", ["99214", "90833"]),
        ("is g0136 or 0592t right", ["G0136", "0592T"]),
        ("90791-90792", ["90791", "90792"]),
        ("paid $90834.00 in 2026", []),
    ],
)
def test_codes_in_reading_order(message: str, codes: list[str]) -> None:
    assert [mention.code for mention in read(message).codes] == codes


@pytest.mark.parametrize(
    ("message", "code", "units", "modifiers"),
    [
        ("96127x2", "96127", 2, ()),
        ("thats 0592T x3 right?", "0592T", 3, ()),
        ("4 units of 96139", "96139", 4, ()),
        ("90834-95", "90834", None, ("95",)),
        ("ok to add 96127-59", "96127", None, ("59",)),
        ("H0004-HQ", "H0004", None, ("HQ",)),
        ("90837-95-AJ", "90837", None, ("95", "AJ")),
        ("they keep adding 25 to my 90837s", "90837", None, ("25",)),
        ("is 59 on the 99214 right", "99214", None, ("59",)),
        ("HO on H0004 for a masters level", "H0004", None, ("HO",)),
        ("may he go on 90834", "90834", None, ()),
        ("added 15 min to 90834", "90834", None, ()),
    ],
)
def test_units_and_modifiers_typed_with_a_code(
    message: str, code: str, units: int | None, modifiers: tuple[str, ...]
) -> None:
    (mention,) = read(message).codes
    assert (mention.code, mention.units, mention.modifiers) == (code, units, modifiers)


@pytest.mark.parametrize(
    ("message", "modifiers"),
    [
        ("which modifier, GT or 95?", ("GT", "95")),
        ("do i put 25 or 59 when i bill an office visit", ("25", "59")),
        ("saw 25 patients for 59 minutes", ()),
        ("modifier for a 95 min session", ()),
    ],
)
def test_modifiers_named_alone(message: str, modifiers: tuple[str, ...]) -> None:
    assert read(message).modifiers == modifiers


@pytest.mark.parametrize(
    ("message", "denials"),
    [("CO-4 on telehealth 90837", ("4",)), ("denied co 97", ("97",)), ("CARC 50", ("50",)), ("remark N290", ("N290",))],
)
def test_denial_codes(message: str, denials: tuple[str, ...]) -> None:
    assert read(message).denials == denials


def test_codes_in_no_table_are_told_apart() -> None:
    found = read("can 99999 or 97010 go with 90834")
    assert found.unknown == ("99999",)
    assert found.neighbours == ("97010",)


@pytest.mark.parametrize(
    ("message", "places"),
    [
        ("90837 by video, POS 10 ok?", ("10",)),
        ("is it place of service 02 or 10", ("02", "10")),
        ("pos code 99 at the shelter", ("99",)),
        ("is there a pos 87", ()),
        ("POS for 10 patients", ()),
    ],
)
def test_places_named_by_their_number(message: str, places: tuple[str, ...]) -> None:
    assert places_named(message, {row.pos for row in KNOWLEDGE.places}) == places
