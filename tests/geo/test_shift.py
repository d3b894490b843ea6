import numpy as np
import pyogrio
import pytest
import shapely

from pil_discovery.geo import gcj
from pil_discovery.geo.shift import LEAST_MATCHES, detect_gcj_shift
from tests.layers.making import SHARED


def to_bd09(lon, lat):
    return gcj.gcj02_to_bd09(*gcj.wgs84_to_gcj02(lon, lat))


def elsewhere(lon, lat):
    return lon - 0.0045, lat + 0.0024


def as_given(lon, lat):
    return lon, lat


MOVES = {"GCJ-02": gcj.wgs84_to_gcj02, "BD-09": to_bd09}


def drawn(shapes, move=as_given, noise_m=0.0, seed=1):
    """Draw features again: moved as a whole, each a little off."""
    off = np.random.default_rng(seed).normal(0, noise_m / 111_320, (len(shapes), 2))
    _, owner = shapely.get_coordinates(shapes, return_index=True)
    return shapely.transform(
        shapes, lambda xy: np.column_stack(move(xy[:, 0], xy[:, 1])) + off[owner]
    )


def patches(count=200, seed=0, west=120.0):
    """Scatter rectangles of different sizes over some 20 km."""
    rng = np.random.default_rng(seed)
    x, y = west + rng.random(count) * 0.2, 28 + rng.random(count) * 0.2
    w, h = rng.uniform(0.0003, 0.003, (2, count))
    return shapely.box(x, y, x + w, y + h)


@pytest.mark.parametrize("system", MOVES)
@pytest.mark.parametrize("noise_m", [0.0, 3.0])
def test_a_shifted_layer_is_suspected(system, noise_m):
    here = patches()
    moved = drawn(here[::2], MOVES[system], noise_m)
    found = detect_gcj_shift(moved, here)
    assert found.system == system
    assert found.matches > 90
    assert found.residual_m < 6
    lon, lat = MOVES[system](120.1, 28.1)
    east = (lon - 120.1) * 111_320 * np.cos(np.radians(28.1))
    assert found.east_m == pytest.approx(east, abs=80)
    assert found.north_m == pytest.approx((lat - 28.1) * 111_320, abs=80)


@pytest.mark.parametrize("move", [as_given, elsewhere])
def test_layers_that_agree_or_differ_otherwise_give_no_answer(move):
    here = patches()
    assert detect_gcj_shift(drawn(here, move, 2.0), here) is None


@pytest.mark.parametrize("move", [*MOVES.values(), as_given])
def test_different_features_give_no_answer(move):
    other = drawn(patches(2000, seed=7), move)
    assert detect_gcj_shift(other, patches(2000)) is None


def test_the_reference_that_is_shifted_is_not_blamed_on_the_layer():
    here = patches()
    assert detect_gcj_shift(here, drawn(here, gcj.wgs84_to_gcj02)) is None


def test_few_common_features_give_no_answer():
    here = patches(100)
    some = drawn(here[: LEAST_MATCHES - 1], gcj.wgs84_to_gcj02)
    assert detect_gcj_shift(some, here) is None
    rest = drawn(patches(200, seed=3), as_given)
    assert detect_gcj_shift(np.concatenate([some, rest]), here) is None


def test_a_regular_grid_gives_no_answer_where_it_agrees():
    x, y = np.meshgrid(np.arange(40) * 0.001 + 120, np.arange(40) * 0.001 + 28)
    grid = shapely.box(x, y, x + 0.001, y + 0.001).ravel()
    assert detect_gcj_shift(grid, grid) is None


def test_nothing_is_moved_and_missing_geometries_do_not_matter():
    here = patches()
    moved = drawn(here, gcj.wgs84_to_gcj02)
    before = shapely.to_wkb(moved)
    holes = np.concatenate([moved, [None, shapely.Polygon()]])
    assert detect_gcj_shift(holes, here) == detect_gcj_shift(moved, here)
    assert (shapely.to_wkb(moved) == before).all()
    assert detect_gcj_shift(np.array([], dtype=object), here) is None


def test_points_are_compared_too():
    here = shapely.centroid(patches())
    found = detect_gcj_shift(drawn(here, gcj.wgs84_to_gcj02), here)
    assert found.system == "GCJ-02"


@pytest.mark.parametrize("name", ["landuse", "water", "contours"])
def test_hangzhou(name):
    path = SHARED / "hangzhou_osm/hangzhou.gpkg"
    if not path.exists():
        pytest.skip("no shared data")
    shapes = {
        n: np.asarray(pyogrio.read_dataframe(path, layer=n).geometry.array)
        for n in ("landuse", "water", "contours")
    }
    here = shapes.pop(name)
    third = here[::3]
    for system, move in MOVES.items():
        assert detect_gcj_shift(drawn(third, move, 3.0), here).system == system
    for move in (as_given, elsewhere):
        assert detect_gcj_shift(drawn(third, move, 3.0), here) is None
    for other in shapes.values():
        for move in (as_given, *MOVES.values()):
            assert detect_gcj_shift(drawn(here, move), other) is None
