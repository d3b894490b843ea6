import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.geo import gcj

inside = st.tuples(st.floats(73, 135), st.floats(4, 54))


def metres(a, b):
    dx = (a[0] - b[0]) * np.cos(np.radians(b[1]))
    return np.hypot(dx, a[1] - b[1]) * 111_320


@given(inside)
def test_round_trips_within_a_millimetre(place):
    shifted = gcj.wgs84_to_gcj02(*place)
    baidu = gcj.gcj02_to_bd09(*shifted)
    assert metres(gcj.gcj02_to_wgs84(*shifted), place) < 1e-3
    assert metres(gcj.bd09_to_gcj02(*baidu), shifted) < 1e-3
    assert metres(gcj.bd09_to_wgs84(*baidu), place) < 1e-3


@pytest.mark.parametrize("place", [(105.0, 35.0), (105.0 + 1e-9, 35 - 1e-9)])
def test_the_kink_of_the_formula_is_solved_too(place):
    assert metres(gcj.gcj02_to_wgs84(*gcj.wgs84_to_gcj02(*place)), place) < 1e-3


def test_known_position():
    """Tiananmen, a value the community formula is quoted with."""
    lon, lat = gcj.wgs84_to_gcj02(116.397451, 39.909187)
    assert (lon, lat) == pytest.approx((116.403694, 39.910591), abs=2e-5)


def test_shift_in_zhejiang_has_the_known_size():
    lon, lat = np.meshgrid(np.linspace(118.5, 122.5, 40), np.linspace(27.2, 31, 40))
    size = metres(gcj.wgs84_to_gcj02(lon, lat), (lon, lat))
    assert size.min() > 450
    assert size.max() < 620


def test_arrays_keep_their_shape_and_other_countries_stay():
    lon, _ = gcj.wgs84_to_gcj02(np.full((2, 3), 15.2), np.full((2, 3), 46.0))
    assert lon.shape == (2, 3)
    assert (lon == 15.2).all()
    assert (gcj.gcj02_to_wgs84(15.2, 46.0)[1]) == 46.0
