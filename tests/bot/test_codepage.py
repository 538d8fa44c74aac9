"""The code page puts together what the tables hold, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from bot.answer import CodeState
from bot.codepage import READING_ORDER, CodePage, code_page, time_text
from bot.lookup import UnknownCodeError, similar_codes
from corpus.knowledge import Knowledge
from corpus.statements import KINDS

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    knowledge = Knowledge()
    assert len(knowledge.statements) > 1000
    return knowledge


def page(knowledge: Knowledge, code: str, on: date = TODAY) -> CodePage:
    return code_page(knowledge, code, on)


def test_every_code_has_a_page_on_every_kind_of_day(knowledge: Knowledge) -> None:
    for day in (date(2019, 6, 1), TODAY):
        for row in knowledge.codes:
            held = page(knowledge, row.code, day)
            assert held.code == row.code
            assert held.descriptor
            assert held.descriptor_source
            assert held.time.text
            assert held.status == knowledge.codes.status(row.code, day)
            assert all(
                statement.effective_from is None or statement.effective_from <= day for statement in held.statements
            )


@pytest.mark.parametrize("asked", ["0592T", "0592t", " 0592T ", "CPT 0592T", "cpt code 0592t", "0592T-95"])
def test_notation_does_not_matter(asked: str, knowledge: Knowledge) -> None:
    assert page(knowledge, asked).code == "0592T"


def test_a_coaching_code_says_all_that_a_coach_asks(knowledge: Knowledge) -> None:
    held = page(knowledge, "0592T")
    assert held.status == "active"
    assert held.descriptor_source == "plain label (not the AMA descriptor)"
    assert held.time.text == "30 minutes or more"
    assert [(span.minutes_from, span.bills) for span in held.time.ladder] == [(0, ""), (30, "0592T")]
    assert (held.medicare.status, held.medicare.payable) == ("C", "contractor-priced")
    assert held.medicare.office_amount is None
    assert held.unit_limit is not None
    assert (held.unit_limit.units, held.unit_limit.indicator) == (1, "2")
    assert "nothing above" in held.unit_limit.meaning
    assert {"0591T", "0593T"} <= {ref.code for ref in held.related}
    assert any(statement.id == "coaching-015" for statement in held.statements)


def test_hcpcs_text_is_official_and_cpt_text_is_ours(knowledge: Knowledge) -> None:
    for row in knowledge.codes:
        held = page(knowledge, row.code)
        if row.system.startswith("CPT"):
            assert held.descriptor == row.label
            assert held.descriptor_source == "plain label (not the AMA descriptor)"
        elif row.official_descriptor:
            assert held.descriptor == row.official_descriptor
            assert held.descriptor_source.startswith("HCPCS Level II, CMS")


@pytest.mark.parametrize(
    ("code", "day", "status"),
    [
        ("96150", date(2019, 12, 31), "active"),
        ("96150", date(2020, 1, 1), "deleted"),
        ("0592T", date(2019, 12, 31), "not_yet_effective"),
        ("0592T", date(2020, 1, 1), "active"),
        ("G0511", date(2025, 9, 30), "active"),
        ("G0511", date(2025, 10, 1), "deleted"),
    ],
)
def test_status_turns_on_the_exact_day(code: str, day: date, status: CodeState, knowledge: Knowledge) -> None:
    assert page(knowledge, code, day).status == status


def test_a_deleted_code_names_its_successor_and_the_condition(knowledge: Knowledge) -> None:
    held = page(knowledge, "96150")
    assert "96156" in {ref.code for ref in held.replaced_by}
    assert page(knowledge, "96156").replaces
    conditional = [row for row in knowledge.codes if row.replacement_condition]
    assert conditional
    assert all(page(knowledge, row.code).replacement_condition == row.replacement_condition for row in conditional)


def test_amounts_are_shown_for_the_year_that_is_held_only(knowledge: Knowledge) -> None:
    held = page(knowledge, "90834")
    assert (str(held.medicare.office_amount), str(held.medicare.facility_amount)) == ("113.90", "91.85")
    for day in (date(2025, 6, 1), date(2027, 1, 1)):
        other = page(knowledge, "90834", day)
        assert other.medicare.office_amount is None
        assert other.medicare.facility_amount is None
        assert any("2026" in notice for notice in other.notices)


def test_what_medicare_does_not_pay_has_no_amount(knowledge: Knowledge) -> None:
    for row in knowledge.codes:
        held = page(knowledge, row.code).medicare
        if row.medicare_payable_2026 != "priced":
            assert held.office_amount is None, row.code
            assert held.facility_amount is None, row.code


def test_beyond_the_horizon_the_page_says_so(knowledge: Knowledge) -> None:
    assert any("covers dates of service to" in notice for notice in page(knowledge, "0592T", date(2027, 1, 1)).notices)


def test_add_ons_and_bases_point_at_each_other(knowledge: Knowledge) -> None:
    for row in knowledge.codes:
        for base in page(knowledge, row.code).addon_to:
            if base.code in knowledge.codes:
                assert row.code in {ref.code for ref in page(knowledge, base.code).addons}


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("0529T", "0592T"),
        ("90873", "90837"),
        ("9083", "90832"),
        ("G0511X", "G0511"),
        ("O592T", "0592T"),
        ("96518", "96158"),
        ("group coaching", "0593T"),
    ],
)
def test_typing_slips_are_recognised(asked: str, meant: str, knowledge: Knowledge) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        page(knowledge, asked)
    assert meant in caught.value.nearest
    assert "did you mean" in str(caught.value)


def test_swapped_digits_outrank_a_wrong_one(knowledge: Knowledge) -> None:
    assert similar_codes(knowledge, "90873", TODAY)[0] == "90837"


@pytest.mark.parametrize("asked", ["ZZZ99", "", "77777", "the"])
def test_nothing_near_is_said_plainly(asked: str, knowledge: Knowledge) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        page(knowledge, asked)
    assert caught.value.nearest == ()
    assert caught.value.hint


def test_a_code_of_another_field_is_named_as_such(knowledge: Knowledge) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        page(knowledge, "99291")
    assert "critical care" in caught.value.hint


def test_reading_order_covers_every_kind() -> None:
    assert sorted(READING_ORDER) == sorted(KINDS)


def test_time_is_told_from_the_columns(knowledge: Knowledge) -> None:
    told = {code: time_text(knowledge.codes.get(code)) for code in ("90834", "90837", "99490", "96127")}
    assert told == {
        "90834": "38 to 52 minutes, stated time 45 minutes",
        "90837": "53 minutes or more, stated time 60 minutes",
        "99490": "20 to 39 minutes, added up over the calendar month",
        "96127": "No minutes decide this code",
    }
