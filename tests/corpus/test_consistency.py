"""A statement that says otherwise than the table row of its code is found; one that agrees, or is about something
else, is left alone.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from corpus.consistency import disagreements
from corpus.consistency.text import code_groups, split_sentences
from corpus.lint.held import Held
from corpus.statements import Statement

Y2026: dict[str, Any] = {"effective_from": date(2026, 1, 1), "effective_to": date(2026, 12, 31), "payer": "medicare"}
NCCI: dict[str, Any] = {"kind": "bundling", "payer": "medicare"}


def statement(text: str, **changed: Any) -> Statement:
    fields: dict[str, Any] = {
        **{"id": "t-001", "topic": "t", "topic_title": "T", "section": "S", "text": text, "codes": (), "payer": "any"},
        **{"kind": "definition", "effective_from": None, "effective_to": None, "sources": ("a",), "locator": ""},
        **{"confidence": "high", "caveat": "", "path": Path("t.md"), "line": 1},
    }
    return Statement(**{**fields, **changed})


@pytest.mark.parametrize(
    ("true", "false", "fields"),
    [
        pytest.param("90834 is 38-52 minutes.", "90834 is 38-53 minutes.", {}, id="range after the code"),
        pytest.param("38 to 52 minutes is 90834.", "39 to 52 minutes is 90834.", {}, id="range before the code"),
        pytest.param(
            "8-22 minutes is 99401, 23-37 is 99402, 53 or more is 99404.",
            "8-22 minutes is 99401, 24-37 is 99402, 53 or more is 99404.",
            {"kind": "time-rule"},
            id="list of ranges",
        ),
        pytest.param("0592T needs at least 30 minutes.", "0592T needs at least 20 minutes.", {}, id="floor"),
        pytest.param("99407 is more than 10 minutes.", "99407 is more than 12 minutes.", {}, id="more than"),
        pytest.param(
            "Family therapy 90847 is not reported for 25 minutes or less.",
            "Family therapy 90847 is not reported for 29 minutes or less.",
            {"kind": "time-rule"},
            id="minutes beside no code",
        ),
        pytest.param(
            "First month: 36-85 is 99492; 86-115 minutes is 99492 plus one 99494.",
            "First month: 36-85 is 99492; 86-117 minutes is 99492 plus one 99494.",
            {"kind": "example", "payer": "medicare"},
            id="ladder of an example",
        ),
        pytest.param(
            "Until 2020 99213 was typically 15 minutes.",
            "Until 2020 99213 was typically 20 minutes.",
            {"kind": "time-rule", "effective_to": date(2020, 12, 31)},
            id="minutes of an earlier edition",
        ),
        pytest.param("2026: 90834 $113.90.", "2026: 90834 $113.09.", Y2026, id="amount"),
        pytest.param(
            "2026 facility amounts: 90834 $91.85.", "2026 facility amounts: 90834 $113.90.", Y2026, id="other setting"
        ),
        pytest.param(
            "Two sessions of 90837: 2 x $167.00 = $334.00.",
            "Two sessions of 90837: 2 x $167.00 = $332.00.",
            Y2026,
            id="sum",
        ),
        pytest.param(
            "At 75 percent 90837 is $125.25.", "At 75 percent 90837 is $126.25.", Y2026, id="practitioner percentage"
        ),
        pytest.param(
            "90837 in the Alabama locality: $161.70.", "90837 in the Alabama locality: $161.71.", Y2026, id="locality"
        ),
        pytest.param("99401 has status N in 2026.", "99401 has status A in 2026.", {}, id="status letter"),
        pytest.param(
            "Medicare status B means bundled. Examples in 2026: 98960 and 99078.",
            "Medicare status B means bundled. Examples in 2026: 98960 and 99401.",
            {},
            id="status letter with examples",
        ),
        pytest.param("The MUE for 99498 is 3.", "The MUE for 99498 is 4.", {}, id="unit limit"),
        pytest.param(
            "Daily unit limits: 6 for G0108 and 12 for G0109.",
            "Daily unit limits: 6 for G0108 and 11 for G0109.",
            {},
            id="unit limits in a list",
        ),
        pytest.param(
            "96150 and 96152 were deleted after December 31, 2019.",
            "96150 and 96152 were deleted after December 31, 2018.",
            {},
            id="last day",
        ),
        pytest.param(
            "99354 was deleted on 2023-01-01.", "99354 was deleted on 2024-01-01.", {}, id="first day without"
        ),
        pytest.param("98978 took effect January 1, 2023.", "98978 took effect January 1, 2022.", {}, id="first day"),
        pytest.param("96152 was replaced by 96158.", "96152 was replaced by 96164.", {}, id="replacement"),
        pytest.param("Add-on 90833 goes with a visit.", "Add-on 90834 goes with a visit.", {}, id="add-on"),
        pytest.param(
            "90853 is on the 2026 Medicare telehealth list.",
            "90870 is on the 2026 Medicare telehealth list.",
            {},
            id="telehealth list",
        ),
        pytest.param(
            "90791 is column one over 0592T, indicator 0.",
            "0592T is column one over 90791, indicator 0.",
            NCCI,
            id="column",
        ),
        pytest.param(
            "0592T is column one over 99213, indicator 1.",
            "0592T is column one over 99213, indicator 0.",
            NCCI,
            id="indicator",
        ),
        pytest.param(
            "99406 is column two to 90834 at indicator 1, but to 90791 at indicator 0.",
            "99406 is column two to 90834 at indicator 0, but to 90791 at indicator 0.",
            NCCI,
            id="indicators by group",
        ),
        pytest.param(
            "No PTP pair joins 0591T-0593T with G0108.", "No PTP pair joins 0591T-0593T with 97802.", NCCI, id="no pair"
        ),
        pytest.param(
            "NCCI pairs 90792 with 90791 at indicator 0.",
            "NCCI pairs 90792 with 90791 at indicator 1.",
            NCCI,
            id="pairs",
        ),
        pytest.param(
            "NCCI bundles 96127 into 96130-96133 at modifier indicator 0.",
            "NCCI bundles 96130-96133 into 96127 at modifier indicator 0.",
            NCCI,
            id="bundles into",
        ),
    ],
)
def test_what_the_tables_say_passes_and_the_rest_is_found(
    held: Held, true: str, false: str, fields: dict[str, Any]
) -> None:
    assert disagreements(statement(true, **fields), held) == []
    assert disagreements(statement(false, **fields), held)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        pytest.param("A payer counts 16 minutes for 0592T.", {"payer": "medicaid-ca"}, id="another payer's minutes"),
        pytest.param("90837 pays $140.00 here.", {"payer": "cigna", "kind": "payment"}, id="another payer's amount"),
        pytest.param("The 2024 amount of 90837 was $152.12.", {**Y2026, "effective_to": None}, id="another year"),
        pytest.param("98976 is status Q1 at $38.13 in the OPPS Addendum B.", Y2026, id="another schedule"),
        pytest.param(
            "Call 90 minutes before 90834 begins in room 38-53.", {"kind": "process"}, id="not about the code"
        ),
        pytest.param("90834 is not limited to 45-50 minutes.", {}, id="the claim that is refuted"),
    ],
)
def test_what_is_not_the_tables_business_is_left_alone(held: Held, text: str, fields: dict[str, Any]) -> None:
    assert disagreements(statement(text, **fields), held) == []


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("90832, 90834 and 90837", [("90832", "90834", "90837")]),
        ("96156-96159", [("96156", "96158", "96159")]),
        ("0591T-0593T or G0108", [("0591T", "0592T", "0593T", "G0108")]),
        ("96158/+96159 alone, then 96164", [("96158", "96159"), ("96164",)]),
        ("98966 (5-10 minutes), 98967 (11-20)", [("98966",), ("98967",)]),
        ("$90834.00 and #90834", []),
    ],
)
def test_codes_are_grouped_and_ranges_spelled_out(held: Held, text: str, groups: list[tuple[str, ...]]) -> None:
    known = {row.code for row in held.codes if row.status == "active"}
    assert [group.codes for group in code_groups(text, known, known.__contains__)] == groups


def test_sentences_end_at_a_period_and_not_inside_a_number() -> None:
    text = "In 2026 it is 33.4009 (up 2.5 percent). 90834 stays. Why? Because."
    assert list(split_sentences(text)) == ["In 2026 it is 33.4009 (up 2.5 percent)", "90834 stays", "Why", "Because"]
