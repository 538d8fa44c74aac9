"""Rates, intervals and tests of difference, against figures worked by hand."""

from __future__ import annotations

import math

import pytest

from eval.stats import difference, latency, mcnemar, rate


def test_a_rate_of_nothing_is_no_nan() -> None:
    held = rate([])
    assert (held.value, held.low, held.high, held.of) == (0, 0, 0, 0)
    assert str(held) == "none asked"


def test_the_interval_holds_the_rate_narrows_with_more_questions_and_is_the_same_again() -> None:
    few, many = rate([True] * 8 + [False] * 2), rate(([True] * 8 + [False] * 2) * 50)
    assert few.low < few.value == 0.8 < few.high
    assert many.high - many.low < few.high - few.low
    assert few == rate([True] * 8 + [False] * 2)
    # Binomial: 0.8 +- 1.96 * sqrt(0.8 * 0.2 / 500).
    assert many.low == pytest.approx(0.765, abs=0.006)


@pytest.mark.parametrize(
    ("gained", "lost", "p"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 2 / 32), (6, 0, 2 / 64), (3, 3, 1.0), (8, 2, 2 * 56 / 1024)],
)
def test_mcnemar_is_the_exact_two_sided_sign_test(gained: int, lost: int, p: float) -> None:
    assert mcnemar(gained, lost) == pytest.approx(p)
    assert mcnemar(lost, gained) == pytest.approx(p)


def test_a_difference_counts_what_was_gained_and_lost_on_the_same_questions() -> None:
    held = difference([True] * 10 + [False] * 10, [True] * 9 + [False] + [True] * 8 + [False] * 2)
    assert (held.gained, held.lost, held.of) == (8, 1, 20)
    assert held.change == pytest.approx(0.35)
    assert held.low < 0.35 < held.high
    assert held.p == pytest.approx(2 * (1 + 9) / 512)
    assert held.significant
    assert not difference([True] * 20, [True] * 19 + [False]).significant
    with pytest.raises(ValueError, match=r"zip\(\)"):
        difference([True], [True, False])


def test_equal_runs_do_not_differ() -> None:
    held = difference([True, False], [True, False])
    assert (held.change, held.p, held.significant) == (0.0, 1.0, False)
    assert difference([], []).p == 1.0


def test_latency_gives_percentiles_and_no_nan() -> None:
    held = latency([float(value) for value in range(1, 101)])
    assert (held.p50, held.longest) == (50.5, 100.0)
    assert held.p95 == pytest.approx(95.05)
    assert not math.isnan(latency([]).p50)
