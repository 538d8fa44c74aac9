"""Minutes to codes and units: the generic rule against the written-out ladders."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import time
from corpus.knowledge import Knowledge

KNOWLEDGE = Knowledge()
RULES = [pytest.param(rule, id=rule.rule) for rule in KNOWLEDGE.rules.time_rules]
LONGEST = 480


def test_every_row_of_the_oracle_is_reproduced_minute_by_minute() -> None:
    for row in KNOWLEDGE.time_units:
        for minutes in range(row.minutes_from, row.minutes_to + 1):
            result = time.units_for(KNOWLEDGE, row.family, minutes, row.convention)
            assert result.units == row.units, (row.family, row.convention, minutes)
        limits = " + ".join(f"{over.code} MUE {over.limit}" for over in result.over_limits)
        assert limits == (row.over_mue or "")


def test_every_family_and_convention_of_the_oracle_has_a_rule_and_no_rule_lacks_an_oracle() -> None:
    held = {(row.family, row.convention) for row in KNOWLEDGE.time_units}
    assert held == {(rule.family, rule.convention) for rule in KNOWLEDGE.rules.time_rules}


def weight(units: time.Units, rule: object) -> tuple[int, int]:
    ladder = rule.codes  # type: ignore[attr-defined]
    bases = [ladder.index(code) for code, _ in units if code in ladder]
    return (max(bases, default=-1), sum(number for _, number in units))


@pytest.mark.parametrize("rule", RULES)
def test_steps_have_no_gap_and_units_never_decrease(rule: object) -> None:
    ladder = []
    for step in time.steps(KNOWLEDGE, rule):  # type: ignore[arg-type]
        ladder.append(step)
        if step.last is None or step.first > LONGEST:
            break
    assert ladder[0].first == 0
    for step, following in pairwise(ladder):
        assert step.last is not None
        assert step.first <= step.last
        assert following.first == step.last + 1
        if rule.last is None or following.first <= rule.last:  # type: ignore[attr-defined]
            assert weight(following.units, rule) > weight(step.units, rule)


@pytest.mark.parametrize("rule", RULES)
def test_boundaries_are_exact_at_every_minute(rule: object) -> None:
    results = [time.count(KNOWLEDGE, rule, minutes) for minutes in range(LONGEST + 1)]  # type: ignore[arg-type]
    for minutes, result in enumerate(results):
        assert result.step.first <= minutes
        if result.before is not None and result.before.last is not None:
            assert results[result.before.last].units == result.before.units != result.units
            assert result.before.last == result.step.first - 1
        if result.after is not None:
            assert result.after.first == (result.step.last or 0) + 1
            assert result.after.units != result.units
            if result.after.first <= LONGEST:
                assert results[result.after.first].units == result.after.units


@given(st.sampled_from(KNOWLEDGE.rules.time_rules), st.integers(0, LONGEST))
def test_the_arithmetic_names_the_minutes_and_every_code_it_bills(rule: object, minutes: int) -> None:
    result = time.count(KNOWLEDGE, rule, minutes)  # type: ignore[arg-type]
    assert str(minutes) in result.arithmetic
    for code, number in result.units:
        assert f"{code} x {number}" in result.arithmetic
    assert result.evidence[0].quote.startswith(result.arithmetic)


@pytest.mark.parametrize(
    ("family", "minutes", "convention", "units", "words"),
    [
        ("psychotherapy", 37, "cpt", "90832 x 1", "38 minutes: 90834 x 1"),
        ("psychotherapy", 38, "cpt", "90834 x 1", "37 minutes: 90832 x 1"),
        ("psychotherapy", 15, "cpt", "nothing", "15 minutes is under 16"),
        ("test-administration-professional", 100, "cpt", "96136 x 1 + 96137 x 2", "70 = 2 x 30 + 10; 10 is under 16"),
        ("test-administration-professional", 106, "cpt", "96136 x 1 + 96137 x 3", "76 = 2 x 30 + 16; 16 reaches 16"),
        ("mnt-first-visit", 52, "cpt", "97802 x 3", "52 = 3 x 15 + 7; 7 is under 8"),
        ("office-established", 69, "medicare", "99215 x 1 + G2212 x 1", "69 - 54 = 15"),
        ("ccm-staff", 200, "medicare", "99490 x 1 + 99439 x 2", "at most 2"),
        ("virtual-check-in-medical", 25, "medicare", "nothing", "past 20"),
        ("crisis-psychotherapy", 480, "cpt", "90839 x 1 + 90840 x 14", "480 - 60 = 420"),
    ],
)
def test_worked_examples(family: str, minutes: int, convention: str, units: str, words: str) -> None:
    result = time.units_for(KNOWLEDGE, family, minutes, convention)
    assert time.shown(result.units) == units
    assert words in f"{result.arithmetic} {result.boundaries}"


@pytest.mark.parametrize(
    ("family", "payer", "first"),
    [
        ("office-new", "medicare", "medicare"),
        ("office-new", "aetna", "cpt"),
        ("office-new", None, "cpt"),
        ("ccm-staff", "aetna", "medicare"),
        ("aba-97153", "medicare", "cpt"),
        ("coaching-individual", "medicaid-ca-cybhi", "medicaid-ca-cybhi"),
        ("coaching-individual", "aetna", "cpt"),
    ],
)
def test_the_payer_decides_the_convention(family: str, payer: str | None, first: str) -> None:
    assert time.conventions(KNOWLEDGE, family, payer)[0].convention == first


def test_alternatives_are_shown_only_where_the_result_differs() -> None:
    full = time.alternatives(KNOWLEDGE, "aba-97153", 55, "cpt")
    assert [(r.convention.convention, r.units) for r in full] == [("payer-full-unit", (("97153", 3),))]
    assert time.alternatives(KNOWLEDGE, "aba-97153", 60, "cpt") == ()
    readings = {r.convention.convention for r in time.alternatives(KNOWLEDGE, "office-new", 80, "cpt", "aetna")}
    assert "medicare" not in readings


@pytest.mark.parametrize(
    ("code", "minutes", "units"),
    [("T1017", 29, "T1017 x 1"), ("H0004", 45, "H0004 x 3"), ("96152", 22, "96152 x 1"), ("96152", 23, "96152 x 2")],
)
def test_a_code_without_a_family_counts_by_its_own_columns(code: str, minutes: int, units: str) -> None:
    result = time.units_for_code(KNOWLEDGE, code, minutes)
    assert result is not None
    assert time.shown(result.units) == units


def test_a_state_defined_unit_by_midpoint_only_when_asked() -> None:
    result = time.units_for_code(KNOWLEDGE, "T1017", 24, "payer-midpoint")
    assert result is not None
    assert result.units == (("T1017", 2),)


def test_no_minutes_decide_a_session_code() -> None:
    assert time.units_for_code(KNOWLEDGE, "90791", 45) is None


def test_negative_minutes_and_unknown_families_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        time.units_for(KNOWLEDGE, "psychotherapy", -1)
    with pytest.raises(ValueError, match="no time rule"):
        time.units_for(KNOWLEDGE, "no-such-family", 30)


def test_the_8_minute_rule_adds_the_day_before_it_counts() -> None:
    together = time.allot_day(KNOWLEDGE, {"97129": 8, "97150": 8}, 15)
    assert sum(number for _, number in together[0]) == 1
    assert "16 minutes" in together[1]
    assert time.allot_day(KNOWLEDGE, {"97129": 7, "97150": 7}, 15)[0] == (("97129", 1),)


@pytest.mark.parametrize(
    ("family", "minutes", "on", "units"),
    [
        ("rpm-device-days", 10, date(2026, 3, 1), "99445 x 1"),
        ("rpm-device-days", 10, date(2025, 3, 1), "nothing"),
        ("rpm-device-days", 16, date(2025, 3, 1), "99454 x 1"),
        ("psychotherapy", 37, date(2019, 3, 1), "90832 x 1"),
        ("office-new", 100, date(2021, 3, 1), "99205 x 1 + 99417 x 2"),
        ("depression-screening", 7, date(2023, 3, 1), "G0444 x 1"),
    ],
)
def test_the_ladder_is_that_of_the_date_of_service(family: str, minutes: int, on: date, units: str) -> None:
    assert time.shown(time.units_for(KNOWLEDGE, family, minutes, on=on).units) == units


@pytest.mark.parametrize(
    ("family", "on"),
    [
        ("hbai-individual", date(2019, 5, 1)),
        ("office-new", date(2019, 5, 1)),
        ("depression-screening", date(2022, 3, 1)),
    ],
)
def test_a_family_whose_codes_did_not_count_minutes_then_is_refused(family: str, on: date) -> None:
    with pytest.raises(ValueError, match="no time rule"):
        time.units_for(KNOWLEDGE, family, 45, on=on)
