"""Rates with intervals, and whether two runs differ. Fixed seed: the same outcomes give the same figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SEED = 20261121
RESAMPLES = 2000
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Rate:
    """`right` of `of`, with the bounds of the 95 % bootstrap interval; a rate of nothing is 0 of 0, never a NaN."""

    right: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """Share from 0 to 1; 0 of 0 is 0."""
        return self.right / self.of if self.of else 0.0

    def __str__(self) -> str:
        if not self.of:
            return "none asked"
        return f"{self.value:.1%} ({self.right}/{self.of}, {self.low:.1%} to {self.high:.1%})"


def rate(outcomes: Sequence[bool], *, resamples: int = RESAMPLES) -> Rate:
    """The share of true outcomes with its percentile bootstrap interval over items."""
    count = len(outcomes)
    if not count:
        return Rate(0, 0, 0.0, 0.0)
    right = sum(outcomes)
    # Resampling n items with replacement and counting the right ones is a binomial draw.
    drawn = np.random.default_rng(SEED).binomial(count, right / count, resamples) / count
    low, high = _interval(drawn)
    return Rate(right, count, low, high)


def _interval(drawn: npt.NDArray[np.float64]) -> tuple[float, float]:
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(drawn, [tail, 100 - tail])
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Difference:
    """B against A on the same questions.

    `gained` were wrong in A and right in B, `lost` the other way; `change` is B's rate minus A's with its paired
    bootstrap interval; `p` is the two-sided exact McNemar probability that so uneven a split is chance.
    """

    of: int
    gained: int
    lost: int
    change: float
    low: float
    high: float
    p: float

    @property
    def significant(self) -> bool:
        """Whether chance alone is an unlikely reason (p below 0.05)."""
        return self.p < 1 - CONFIDENCE


def difference(before: Sequence[bool], after: Sequence[bool], *, resamples: int = RESAMPLES) -> Difference:
    """Compare outcomes of the same questions in the same order; raises ValueError when they are not as many."""
    pairs = np.array([int(now) - int(then) for then, now in zip(before, after, strict=True)], dtype=np.int8)
    gained, lost = int((pairs == 1).sum()), int((pairs == -1).sum())
    if not len(pairs):
        return Difference(0, 0, 0, 0.0, 0.0, 0.0, 1.0)
    chosen = np.random.default_rng(SEED).integers(0, len(pairs), (resamples, len(pairs)))
    low, high = _interval(pairs[chosen].mean(axis=1))
    return Difference(len(pairs), gained, lost, float(pairs.mean()), low, high, mcnemar(gained, lost))


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided exact McNemar probability: of `gained + lost` fair coin tosses, a split at least as uneven."""
    tosses = gained + lost
    tail: float = sum(math.comb(tosses, heads) for heads in range(min(gained, lost) + 1)) / 2**tosses
    return min(1.0, 2 * tail)


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds: median, 95th and 99th percentile, longest."""

    p50: float
    p95: float
    p99: float
    longest: float


def latency(milliseconds: Sequence[float]) -> Latency:
    """Percentiles of at least one measurement; all zero when there is none."""
    if not milliseconds:
        return Latency(0.0, 0.0, 0.0, 0.0)
    p50, p95, p99 = np.percentile(milliseconds, [50, 95, 99])
    return Latency(float(p50), float(p95), float(p99), float(max(milliseconds)))
