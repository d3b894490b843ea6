"""Intervals of what was measured: Wilson for shares, paired bootstrap for gains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.leads.scorers.metrics import ranked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from pil_discovery.leads.scorers.metrics import Ranked

    Floats = NDArray[np.float64]
    Measure = Callable[[Ranked, Floats | None], float]

DRAWS = 400
Z95 = 1.959964


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval (2.5 and 97.5 % quantiles)."""

    value: float
    low: float
    high: float


def wilson(hits: int, n: int) -> Interval:
    """Return a share with the Wilson interval; without rows nothing is known."""
    if n == 0:
        return Interval(math.nan, 0.0, 1.0)
    share, z2 = hits / n, Z95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


@dataclass(frozen=True)
class Scored:
    """One period: outcomes, and scores of several rankings of the same rows."""

    truth: Floats
    scores: dict[str, Floats]


def paired_gain(
    periods: Sequence[Scored], *, name: str, over: str, measure: Measure, seed: int = 0
) -> Interval:
    """Return by how much one ranking is better than another, period by period.

    The mean over periods of the difference; rows are drawn again with replacement
    inside each period, the same rows for both rankings.
    """
    pairs = [
        (ranked(p.scores[name], p.truth), ranked(p.scores[over], p.truth))
        for p in periods
        if 0 < p.truth.sum() < len(p.truth)
    ]
    if not pairs:
        return Interval(math.nan, math.nan, math.nan)
    value = np.mean([measure(a, None) - measure(b, None) for a, b in pairs])
    draw = np.random.default_rng(seed)
    gains = [
        np.nanmean([_drawn(pair, measure, draw) for pair in pairs])
        for _ in range(DRAWS)
    ]
    low, high = np.quantile(gains, [0.025, 0.975])
    return Interval(float(value), float(low), float(high))


def _drawn(
    pair: tuple[Ranked, Ranked], measure: Measure, draw: np.random.Generator
) -> float:
    n = len(pair[0].truth)
    weight = np.bincount(draw.integers(0, n, n), minlength=n).astype(float)
    return measure(pair[0], weight) - measure(pair[1], weight)


def auc_interval(truth: Floats, score: Floats, seed: int = 0) -> Interval:
    """Return the AUC with its bootstrap interval."""
    order = ranked(score, truth)
    if not 0 < truth.sum() < len(truth):
        return Interval(math.nan, math.nan, math.nan)
    draw = np.random.default_rng(seed)
    n = len(truth)
    drawn = [
        order.auc(np.bincount(draw.integers(0, n, n), minlength=n).astype(float))
        for _ in range(DRAWS)
    ]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return Interval(order.auc(), float(low), float(high))
