"""Trends of many series at once, against one series at a time."""

import numpy as np
import pytest
from scipy.stats import kendalltau, norm, theilslopes

from pil_discovery.imagery.trend import (
    MIN_OBSERVATIONS,
    fit_trends,
    pack,
    without_season,
)

YEARS = np.sort(np.random.default_rng(0).uniform(0, 4, 48))


def table(seed, rows=40, slope=0.05, digits=2):
    """Rounded, so that there are ties; a third of the observations is missing."""
    draw = np.random.default_rng(seed)
    values = slope * YEARS + draw.normal(0, 0.1, (rows, len(YEARS)))
    return np.round(values, digits), draw.random(values.shape) < 0.7


def mann_kendall_p(y):
    """The textbook sums, pair by pair and tie by tie."""
    n = len(y)
    s = sum(np.sign(y[j] - y[i]) for i in range(n) for j in range(i + 1, n))
    ties = [np.sum(y == v) for v in set(y)]
    variance = n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)
    z = np.sign(s) * max(abs(s) - 1, 0) / np.sqrt(variance / 18)
    return 2 * norm.sf(abs(z))


def test_slope_interval_and_p_are_those_of_one_series_at_a_time():
    values, known = table(1)
    found = fit_trends(values, known, YEARS)
    for row in range(len(values)):
        y, t = values[row, known[row]], YEARS[known[row]]
        slope, _, low, high = theilslopes(y, t, 0.95)
        assert found.slope[row] == pytest.approx(slope, abs=1e-12)
        # the interval ends between two slopes of like rank, however one rounds
        assert found.low[row] == pytest.approx(low, abs=0.01)
        assert found.high[row] == pytest.approx(high, abs=0.01)
        assert found.p[row] == pytest.approx(mann_kendall_p(y), abs=1e-12)
        assert found.p[row] == pytest.approx(kendalltau(t, y).pvalue, abs=0.03)


def test_intervals_hold_the_true_slope_and_p_is_uniform_without_one():
    values, known = table(2, rows=2000, digits=6)
    found = fit_trends(values, known, YEARS)
    assert 0.93 <= ((found.low <= 0.05) & (found.high >= 0.05)).mean() <= 0.97
    flat, known = table(3, rows=2000, slope=0.0, digits=6)
    assert 0.035 <= (fit_trends(flat, known, YEARS).p < 0.05).mean() <= 0.065


def test_too_few_observations_have_no_trend_and_equal_ones_a_flat_one():
    values, known = table(4, rows=2)
    known[0, MIN_OBSERVATIONS - 1 :] = False
    values[1] = 0.4
    found = fit_trends(values, known, YEARS)
    assert np.isnan([found.slope[0], found.low[0], found.high[0], found.p[0]]).all()
    assert (found.slope[1], found.p[1]) == (0.0, 1.0)


def test_parts_of_the_table_give_the_same_bits():
    values, known = table(5, rows=23)
    whole = fit_trends(values, known, YEARS)
    parts = [fit_trends(values[r : r + 1], known[r : r + 1], YEARS) for r in range(23)]
    for name in ("slope", "low", "high", "p"):
        assert getattr(whole, name).tolist() == [getattr(p, name)[0] for p in parts]


def test_season_leaves_and_trend_stays():
    season = 0.3 * np.sin(2 * np.pi * YEARS) + 0.1 * np.cos(4 * np.pi * YEARS)
    values = np.stack([season + 0.04 * YEARS, season])
    calm = without_season(values, np.ones(values.shape, dtype=bool), YEARS, 2)
    found = fit_trends(calm, np.ones(values.shape, dtype=bool), YEARS)
    assert found.slope == pytest.approx([0.04, 0.0], abs=1e-6)


def test_packing_keeps_order_and_drops_only_the_unknown():
    values = np.arange(6.0).reshape(2, 3)
    known = np.array([[False, True, True], [True, False, False]])
    packed = pack(values, known)
    assert packed[0].tolist() == [1.0, 2.0]
    assert packed[1, 0] == 3.0
    assert np.isnan(packed[1, 1])
    assert pack(values, np.zeros((2, 3), dtype=bool)).shape == (2, 0)
