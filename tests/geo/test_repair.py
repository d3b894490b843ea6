import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.geo.area import area_m2
from pil_discovery.geo.repair import repair

BOW_TIE = shapely.Polygon([(120, 28), (120.1, 28.1), (120.1, 28), (120, 28.1)])
SPIKE = shapely.Polygon(
    [(120, 28), (120.1, 28), (120.2, 28), (120.1, 28), (120.1, 28.1), (120, 28.1)]
)
TOUCHING = shapely.Polygon(
    [
        (120, 28),
        (120.1, 28),
        (120.1, 28.1),
        (120.05, 28),
        (120, 28.1),
    ]
)
TWICE = shapely.MultiPolygon(
    [shapely.box(120, 28, 120.1, 28.1), shapely.box(120.05, 28, 120.15, 28.1)]
)
HOLE_OUTSIDE = shapely.Polygon(
    shapely.box(120, 28, 120.1, 28.1).exterior,
    [shapely.box(121, 28, 121.05, 28.05).exterior],
)
WOUND_TWICE = shapely.Polygon(
    [
        (120, 28),
        (120.1, 28),
        (120.1, 28.1),
        (120, 28.1),
        (120, 28),
        (120.05, 28),
        (120.05, 28.05),
        (120, 28.05),
    ]
)
FLAT = shapely.Polygon([(120, 28), (120.1, 28), (120.2, 28), (120, 28)])


def moved(to):
    """Return a bow-tie with one corner somewhere that is nowhere."""
    return shapely.transform(BOW_TIE, lambda xy: np.where(xy == 120.1, to, xy))


def one(shape):
    found = repair(np.array([shape], dtype=object))
    return tuple(
        values[0]
        for values in (found.geometries, found.before, found.after, found.refused)
    )


@pytest.mark.parametrize("shape", [SPIKE, TOUCHING])
def test_a_repair_without_doubt_keeps_the_area(shape):
    mended, before, after, refused = one(shape)
    assert refused is None
    assert mended.is_valid
    assert after == pytest.approx(before, rel=1e-6)
    assert after == area_m2([mended])[0]


def test_a_bow_tie_has_no_area_before_and_two_halves_after():
    mended, before, after, refused = one(BOW_TIE)
    whole = area_m2([shapely.box(120, 28, 120.1, 28.1)])[0]
    assert refused is None
    assert before < 0.001 * whole
    assert after == pytest.approx(whole / 2, rel=1e-3)
    assert mended.geom_type == "MultiPolygon"


@pytest.mark.parametrize("shape", [TWICE, HOLE_OUTSIDE, WOUND_TWICE])
def test_where_two_readings_disagree_nothing_is_repaired(shape):
    mended, before, after, refused = one(shape)
    assert mended is None
    assert "不一致" in refused
    assert before > 0
    assert after > 0


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (FLAT, "没有面积"),
        (shapely.LineString([(120, 28), (120, 28)]), "不是面"),
        (shapely.GeometryCollection([BOW_TIE]), "不是面"),
        (moved(np.nan), "不是有效数值"),
        (moved(np.inf), "不是有效数值"),
    ],
)
def test_what_cannot_be_repaired_says_why(shape, words):
    mended, _, _, refused = one(shape)
    assert mended is None
    assert words in refused


def test_no_geometry_is_no_error():
    assert len(repair(np.array([], dtype=object)).geometries) == 0


RINGS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=4, max_size=9
)


@given(ring=RINGS)
def test_a_repair_gives_a_valid_polygon_or_a_reason(ring):
    shape = shapely.Polygon([(120 + x / 100, 28 + y / 100) for x, y in ring])
    mended, _, after, refused = one(shape)
    assert (mended is None) == (refused is not None)
    if mended is not None:
        assert mended.is_valid
        assert mended.geom_type in ("Polygon", "MultiPolygon")
        assert after > 0
