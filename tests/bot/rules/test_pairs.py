"""Codes together on a date or in a month, and unit limits."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.limits import limit
from bot.rules.pairs import combine, edition_start, pair
from corpus.knowledge import Knowledge

KNOWLEDGE = Knowledge()
DAY = date(2026, 3, 2)
CODES = sorted(row.code for row in KNOWLEDGE.codes if row.status == "active")


def test_200_random_ncci_pairs_agree_with_the_table() -> None:
    for edit in random.Random(2026).sample(KNOWLEDGE.edits.rows, 200):
        found = pair(KNOWLEDGE, edit.column2, edit.column1, DAY, "medicare")
        assert found.edit == edit
        assert (found.paid, found.state) == (edit.column1, "applies")
        if edit.modifier_indicator == "0":
            assert (found.verdict, found.denied, found.modifier) == ("never", edit.column2, None)
        elif found.verdict != "never":
            assert found.verdict == "with_modifier"
            assert found.carrier in (edit.column1, edit.column2)
        assert any(evidence.ref == f"edits:{edit.column1}/{edit.column2}" for evidence in found.evidence)
        assert edit.edition in found.vintage


@pytest.mark.parametrize(
    ("codes", "payer", "verdict", "denied"),
    [
        (("90837", "99213"), "medicare", "never", "99213"),
        (("90833", "99213"), "medicare", "base_and_addon", ""),
        (("90837", "90785"), None, "base_and_addon", ""),
        (("90847", "90837"), "medicare", "with_modifier", "90837"),
        (("0592T", "99213"), "medicare", "with_modifier", "99213"),
        (("90791", "90837"), "aetna", "never", "90837"),
        (("96127", "90837"), "medicare", "never", "96127"),
        (("99490", "99484"), "medicare", "separate", ""),
        (("99406", "G0439"), "medicare", "allowed", ""),
        (("99484", "99492"), "bcbs-mi", "never", "99484"),
        (("0592T", "90853"), "medicare", "unknown", ""),
        (("G0560", "90837"), "medicare", "unknown", ""),
        (("90791", "90792"), None, "never", "90791"),
        (("90837", "90853"), "medicare", "with_modifier", "90837"),
        (("90847", "90853"), "medicare", "with_modifier", "90847"),
        (("0592T", "90837"), "medicare", "never", "0592T"),
        (("0591T", "0592T"), "medicare", "never", "0591T"),
        (("G0108", "97802"), "medicare", "never", "97802"),
        (("G2211", "90833"), "medicare", "allowed", ""),
        (("G2211", "99214"), "medicare", "base_and_addon", ""),
        (("97153", "97155"), "tricare", "separate", ""),
    ],
)
def test_what_goes_together(codes: tuple[str, str], payer: str | None, verdict: str, denied: str) -> None:
    found = pair(KNOWLEDGE, *codes, DAY, payer)
    assert (found.verdict, found.denied) == (verdict, denied)


@pytest.mark.parametrize(
    ("codes", "group", "carrier"),
    [
        (("0592T", "99213"), "em-separate", "99213"),
        (("90847", "90837"), "distinct", "90837"),
        (("99406", "99213"), "em-separate", "99213"),
    ],
)
def test_which_code_carries_which_modifier(codes: tuple[str, str], group: str, carrier: str) -> None:
    found = pair(KNOWLEDGE, *codes, DAY, "medicare")
    assert found.modifier is not None
    assert (found.modifier.group, found.carrier) == (group, carrier)
    assert found.modifier.documentation


def test_no_data_is_never_permission_and_says_what_was_looked_at() -> None:
    found = pair(KNOWLEDGE, "H0004", "H0005", DAY, "medicaid")
    assert found.state == "no_data"
    assert "not permission" in found.vintage
    assert "came later" in pair(KNOWLEDGE, "G0560", "90837", DAY).vintage


def test_a_monthly_rule_says_that_it_is_monthly() -> None:
    assert pair(KNOWLEDGE, "99490", "99484", DAY, "medicare").period == "month"
    assert pair(KNOWLEDGE, "90837", "99213", DAY, "medicare").period == "day"


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ("99490", "99426", "never"),
        ("99490", "99491", "never"),
        ("99492", "99484", "never"),
        ("99457", "98980", "never"),
        ("99445", "99454", "never"),
        ("99490", "99495", "separate"),
        ("99490", "99457", "separate"),
    ],
)
def test_care_management_is_judged_by_the_month(first: str, second: str, verdict: str) -> None:
    found = pair(KNOWLEDGE, first, second, DAY, "medicare")
    assert (found.verdict, found.period) == (verdict, "month")


def test_the_prolonged_add_on_went_with_psychotherapy_until_its_end() -> None:
    assert pair(KNOWLEDGE, "99354", "90837", date(2022, 12, 31), "aetna").verdict == "allowed"
    assert pair(KNOWLEDGE, "99354", "90837", date(2023, 1, 1), "aetna").verdict == "unknown"


def test_an_add_on_needs_its_base() -> None:
    alone = combine(KNOWLEDGE, ["96159"], DAY).addons[0]
    assert (alone.state, alone.bases) == ("applies", ("96158",))
    assert combine(KNOWLEDGE, ["96159", "96158"], DAY).addons[0].state == "not_applicable"


@given(st.lists(st.sampled_from(CODES), min_size=2, max_size=6))
def test_the_order_of_codes_does_not_matter(codes: list[str]) -> None:
    assert combine(KNOWLEDGE, codes, DAY, "medicare") == combine(KNOWLEDGE, reversed(codes), DAY, "medicare")


@given(st.sampled_from(CODES), st.sampled_from(CODES))
def test_every_verdict_has_evidence(first: str, second: str) -> None:
    found = pair(KNOWLEDGE, first, second, DAY)
    assert found.evidence or found.state == "no_data"


def test_every_combination_rule_names_codes_of_the_table_and_a_statement() -> None:
    for rule in KNOWLEDGE.rules.combinations:
        assert rule.statement in KNOWLEDGE.statements
        assert all(code in KNOWLEDGE.codes for code in (*rule.codes_a, *rule.codes_b)), rule.rule
        statement = KNOWLEDGE.statements.get(rule.statement)
        assert {*rule.codes_a, *rule.codes_b} & set(statement.codes), rule.rule


def test_editions_begin_with_their_quarter() -> None:
    assert edition_start("2024Q3") == date(2024, 7, 1)


@pytest.mark.parametrize(
    ("code", "units", "payer", "standing", "state"),
    [
        ("96127", 3, "medicare", "within", "applies"),
        ("96127", 4, "medicare", "above", "applies"),
        ("96127", 4, "aetna", "above", "not_applicable"),
        ("99490", 2, "medicare", "above", "applies"),
        ("98960", 1, "medicare", "never_paid", "applies"),
        ("H0004", 9, "medicaid", "unknown", "no_data"),
    ],
)
def test_unit_limits(code: str, units: int, payer: str, standing: str, state: str) -> None:
    found = limit(KNOWLEDGE, code, units, DAY, payer)
    assert (found.standing, found.state) == (standing, state)


def test_the_indicator_says_what_may_be_done_above_the_limit() -> None:
    absolute, appeal = limit(KNOWLEDGE, "99490", 2, DAY), limit(KNOWLEDGE, "96127", 4, DAY)
    assert absolute.indicator is not None
    assert absolute.indicator.absolute
    assert appeal.indicator is not None
    assert "medically necessary" in appeal.indicator.above
