"""Unchanged ground carries the later picture into the scale of the earlier one."""

import numpy as np
import pytest

from pil_discovery.imagery.normalisation import describe, fit_normalisation


def pair(seed, *, gain=1.3, haze=0.05, noise=0.01, changed=0.2):
    """Two bands; the later is brighter and hazy, and a part of the ground changed."""
    draw = np.random.default_rng(seed)
    ground = draw.uniform(0.05, 0.4, (2, 4000))
    x = ground + draw.normal(0, noise, ground.shape)
    y = (ground - haze) / gain + draw.normal(0, noise / gain, ground.shape)
    other = draw.random(4000) < changed
    y[:, other] = draw.uniform(0.3, 0.6, (2, other.sum()))
    return x, y, np.where(other, 0.0, 1.0)


def test_gain_and_haze_are_found_though_both_dates_are_noisy():
    x, y, weights = pair(1, noise=0.03)
    fit = fit_normalisation(x, y, weights)
    assert fit.slope == pytest.approx([1.3, 1.3], rel=0.02)
    assert fit.intercept == pytest.approx([0.05, 0.05], abs=0.005)
    assert (fit.r2 > 0.8).all()
    still = weights == 1
    assert np.abs((fit.applied(y) - x)[:, still].mean()) < 1e-3


def test_changed_ground_would_spoil_the_line():
    x, y, weights = pair(2)
    spoiled = fit_normalisation(x, y, np.ones_like(weights))
    assert (spoiled.r2 < 0.5).all()
    assert spoiled.slope.tolist() == [1.0, 1.0]
    assert (fit_normalisation(x, y, weights).r2 > 0.9).all()


def test_units_do_not_matter():
    x, y, weights = pair(3)
    plain = fit_normalisation(x, y, weights)
    scaled = fit_normalisation(x, y * 10000.0, weights)
    assert scaled.slope * 10000.0 == pytest.approx(plain.slope)
    assert scaled.intercept == pytest.approx(plain.intercept)


def test_a_band_that_tells_nothing_keeps_its_slope():
    x, y, weights = pair(4)
    flat = fit_normalisation(np.full_like(x, 0.2), y, weights)
    assert flat.slope.tolist() == [1.0, 1.0]
    assert flat.r2.tolist() == [0.0, 0.0]
    told = describe(flat, ("red", "nir"))
    assert told["nir"]["slope"] == 1.0
    assert set(told) == {"red", "nir"}
