import os
from pathlib import Path

import numpy as np
import pytest
import rasterio
from scipy.ndimage import shift as displace

from pil_discovery.imagery.registration import register_shift

TAIZHOU = Path(os.environ.get("PIL_SHARED_DATA", "../shared/data")) / "landsat_taizhou"


def texture(seed=1, side=320):
    rough = np.random.default_rng(seed).normal(size=(2, side + 4, side + 4))
    return sum(rough[:, i : i + side, j : j + side] for i in range(4) for j in range(4))


@pytest.mark.parametrize("move", [(0, 0), (1, 0), (-2, 3), (7, -12), (40, 25)])
def test_whole_pixels_are_found_exactly(move):
    values = texture()
    found = register_shift(values, np.roll(values, move, axis=(1, 2)))
    assert (found.dy_px, found.dx_px) == pytest.approx(move, abs=0.02)
    assert found.verdict == ("ok" if move == (0, 0) else found.verdict)
    assert (found.verdict == "ok") == (move == (0, 0))


@pytest.mark.parametrize(
    ("move", "verdict"),
    [(0.1, "ok"), (0.4, "warn"), (0.8, "resample"), (1.3, "refuse"), (3.0, "refuse")],
)
def test_gates(move, verdict):
    values = texture()
    after = np.stack([displace(band, (move, 0), order=3) for band in values])
    found = register_shift(values, after)
    assert found.verdict == verdict
    assert found.dy_px == pytest.approx(move, abs=0.05)


def test_unlike_or_tiny_pictures_are_not_assessed_never_ok():
    assert register_shift(texture(1), texture(2)).verdict == "not_assessed"
    small = texture(1, 90)
    found = register_shift(small, small)
    assert found.verdict == "not_assessed"
    assert np.isnan(found.dy_px)
    flat = np.ones((2, 400, 400))
    assert register_shift(flat, flat).verdict == "not_assessed"


def test_gaps_are_left_out():
    values = texture()
    after = np.roll(values, 1, axis=1)
    after[:, 0:60, 40:110] = np.nan
    found = register_shift(values, after)
    assert found.dy_px == pytest.approx(1, abs=0.02)


def test_pictures_are_compared_on_the_ground(picture):
    values = texture()
    before = picture(values, "2024-05-10")
    after = picture(
        values[:, 10:, 6:], "2025-05-10", origin=(500060.0, 3100000.0 - 100.0)
    )
    found = register_shift(before, after)
    assert (found.dy_px, found.dx_px) == pytest.approx((0, 0), abs=0.02)


def test_injected_shifts_on_real_bands():
    if not TAIZHOU.exists():
        pytest.skip(f"no real data in {TAIZHOU}")
    with rasterio.open(TAIZHOU / "2000TM") as src:
        before = src.read().astype(float)
    with rasterio.open(TAIZHOU / "2003TM") as src:
        after = src.read().astype(float)
    base = register_shift(before, after)
    assert base.verdict == "ok"
    errors = []
    for move in np.random.default_rng(7).uniform(-2, 2, (3, 2)):
        moved = np.stack([displace(b, move, order=1, mode="nearest") for b in after])
        found = register_shift(before, moved)
        errors += [
            found.dy_px - base.dy_px - move[0],
            found.dx_px - base.dx_px - move[1],
        ]
        if np.hypot(*move) > 1:
            assert found.verdict != "ok"
    assert np.sqrt(np.mean(np.square(errors))) <= 0.05
