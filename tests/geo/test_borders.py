"""Borders make an overlay faster; nothing else may change."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pil_discovery.geo.borders import MANY_POINTS, borders_of
from pil_discovery.geo.pairs import touching

box = shapely.box


def star(rng, points, size, centre):
    angles = np.linspace(0, 2 * np.pi, points, endpoint=False)
    radii = size * (0.5 + rng.random(points))
    xy = np.c_[radii * np.cos(angles), radii * np.sin(angles)] + centre
    return shapely.Polygon(np.round(xy))  # corners on a grid, as in real layers


def zones_of(seed, count=6):
    """Large polygons with many points, holes and parts, on whole metres."""
    rng = np.random.default_rng(seed)
    shapes = [
        star(rng, int(rng.integers(30, 400)), 200, rng.integers(0, 1000, 2))
        for _ in range(count)
    ]
    shapes = list(shapely.make_valid(np.array(shapes)))
    hole = shapes[0].difference(shapes[0].centroid.buffer(40))
    rows = [box(0, 20 * i, 1000, 20 * i + 10) for i in range(80)]
    return np.array([*shapes, hole, shapely.union_all(rows), shapely.Polygon(), None])


def fields_of(seed, count=120):
    rng = np.random.default_rng(seed)
    low = rng.integers(-300, 1300, (count, 2))
    side = rng.integers(1, 60, (count, 2))
    boxes = shapely.box(low[:, 0], low[:, 1], *(low + side).T)
    points = shapely.points(rng.integers(-300, 1300, (20, 2)))
    lines = shapely.linestrings(rng.integers(-300, 1300, (20, 2, 2)))
    return np.concatenate([boxes, points, lines])


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000))
def test_the_pairs_are_those_of_geos(seed):
    fields, zones = fields_of(seed), zones_of(seed + 1)
    plain = touching(fields, zones.copy())
    fast = touching(fields, zones.copy(), borders_of(zones))
    order = np.lexsort((plain.right, plain.left))
    for name in ("left", "right", "inside", "around"):
        assert (getattr(plain, name)[order] == getattr(fast, name)).all()
    assert len(fast) > 20


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000))
def test_cutting_a_zone_changes_no_intersection_by_one_bit(seed):
    fields, zones = fields_of(seed)[:120], zones_of(seed + 1)
    pairs = touching(fields, zones.copy())
    ours, theirs = fields[pairs.left], zones[pairs.right]
    near = borders_of(zones).near(zones, pairs.right, shapely.bounds(ours))
    for operation in (shapely.intersection, shapely.difference):
        cut, whole = operation(ours, near), operation(ours, theirs)
        assert (shapely.area(cut) == shapely.area(whole)).all()
        assert shapely.equals(cut, whole).all()


def test_a_large_zone_is_cut_to_little():
    circle = np.array([shapely.Point(0, 0).buffer(10_000, quad_segs=500)])
    around = borders_of(circle).near(
        circle, np.array([0]), np.array([[9999, -9, 10010, 9]])
    )
    assert shapely.get_num_coordinates(around)[0] < 20
    assert shapely.get_num_coordinates(circle)[0] == 2001


def test_only_boxes_on_a_border_are_open():
    circle = np.array([shapely.Point(0, 0).buffer(1000, quad_segs=64)])
    boxes = np.array([[-9, -9, 9, 9], [990, -9, 1010, 9], [900, 900, 950, 950]])
    assert borders_of(circle).cross(np.zeros(3, dtype=int), boxes).tolist() == [
        False, True, False,
    ]  # fmt: skip


def test_small_ones_and_combs_get_no_grid():
    """A comb whose teeth are as long as itself would mark every cell many times."""
    x = np.repeat(np.arange(300.0), 2)
    y = np.tile([0, 1e5, 1e5, 0], 150)
    comb = shapely.Polygon([*zip(x, y, strict=True), (299, -1), (0, -1)])
    assert comb.is_valid
    small = box(0, 0, 1, 1)
    assert shapely.get_num_coordinates(small) < MANY_POINTS
    got = borders_of(np.array([small, comb, None, shapely.Point(0, 0)]))
    assert got.size.tolist() == [0, 0, 0, 0]
    far = np.array([[1e6, 1e6, 1e6 + 1, 1e6 + 1]] * 4)
    assert got.cross(np.arange(4), far).all()  # all are asked of GEOS


def test_what_is_not_finite_gets_no_grid():
    ring = [(np.cos(a), np.sin(a)) for a in np.linspace(0, 6, 60)]
    sound = shapely.Polygon(ring)
    with np.errstate(invalid="ignore"):
        ill = [shapely.Polygon([*ring, (bad, 0)]) for bad in (np.nan, np.inf)]
    got = borders_of(np.array([*ill, sound]))
    assert (got.size > 0).tolist() == [False, False, True]


def test_nothing_at_all():
    got = borders_of(np.array([], dtype=object))
    assert got.cross(np.array([], dtype=int), np.zeros((0, 4))).tolist() == []


@pytest.mark.parametrize("seed", range(3))
def test_it_does_not_matter_which_side_is_the_complex_one(seed):
    """Containment either way is found from either side."""
    fields = np.array([box(0, 0, 100, 100), box(400, 400, 410, 410)])
    rng = np.random.default_rng(seed)
    zones = np.array([star(rng, 90, 20, (50, 50)), star(rng, 90, 200, (405, 405))])
    one, other = touching(fields, zones), touching(zones, fields)
    assert one.inside.tolist() == other.around.tolist() == [False, True]
    assert one.around.tolist() == other.inside.tolist() == [True, False]
