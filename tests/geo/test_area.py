import math
import os
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pil_discovery.errors import CrsError, GeometryError
from pil_discovery.geo.area import area_m2, geodesic_area_m2, planar_area_m2
from pil_discovery.geo.crs import safe_transform

HANGZHOU = (
    Path(os.environ.get("PIL_SHARED_DATA", "../shared/data"))
    / "hangzhou_osm/hangzhou.gpkg"
)


def plain_ring_area(ring):
    """The formula of 国土调查办发〔2008〕32号, edge by edge in plain Python."""
    a, f = 6378137.0, 1 / 298.257222101
    b = a * (1 - f)
    e2 = (a * a - b * b) / (a * a)
    e4, e6, e8 = e2**2, e2**3, e2**4
    terms = [
        1 + 3 / 6 * e2 + 30 / 80 * e4 + 35 / 112 * e6 + 630 / 2304 * e8,
        1 / 6 * e2 + 15 / 80 * e4 + 21 / 112 * e6 + 420 / 2304 * e8,
        3 / 80 * e4 + 7 / 112 * e6 + 180 / 2304 * e8,
        1 / 112 * e6 + 45 / 2304 * e8,
        5 / 2304 * e8,
    ]
    points = [(math.radians(y), math.radians(x)) for x, y in ring.coords]
    origin = math.radians(117)
    parts = []
    for (b1, l1), (b2, l2) in pairwise(points):
        half, mid, dl = (b2 - b1) / 2, (b1 + b2) / 2, (l1 + l2) / 2 - origin
        series = math.fsum(
            (-1) ** i * t * math.sin((2 * i + 1) * half) * math.cos((2 * i + 1) * mid)
            for i, t in enumerate(terms)
        )
        parts.append(2 * b * b * dl * series)
    return abs(math.fsum(parts))


def plain_area(polygon):
    holes = sum(plain_ring_area(r) for r in polygon.interiors)
    return plain_ring_area(polygon.exterior) - holes


def star(lon, lat, radii):
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    xy = np.c_[lon + radii * np.cos(angles), lat + radii * np.sin(angles)]
    return shapely.Polygon(xy)


stars = st.builds(
    star,
    st.floats(74, 134),
    st.floats(18, 53),
    st.lists(st.floats(0.001, 0.05), min_size=3, max_size=30).map(np.array),
)


@given(stars)
def test_equals_the_formula_written_out(polygon):
    hole = shapely.affinity.scale(polygon, 0.3, 0.3, origin=polygon.centroid)
    if polygon.contains(hole):
        polygon = shapely.Polygon(polygon.exterior, [hole.exterior])
    assert area_m2([polygon])[0] == pytest.approx(plain_area(polygon), rel=1e-9)


@given(stars, st.integers(1, 40))
def test_start_and_direction_of_a_ring_do_not_matter(polygon, turn):
    ring = list(polygon.exterior.coords)[:-1]
    turned = ring[turn % len(ring) :] + ring[: turn % len(ring)]
    same = [shapely.Polygon(turned), shapely.Polygon(turned[::-1])]
    assert area_m2(same) == pytest.approx(area_m2([polygon])[0], rel=1e-11)


def test_holes_parts_and_missing():
    box, hole = (
        shapely.box(120, 28, 120.01, 28.01),
        shapely.box(120.002, 28.002, 120.004, 28.004),
    )
    ring = shapely.Polygon(box.exterior, [hole.exterior])
    inner = shapely.box(120.0025, 28.0025, 120.0035, 28.0035)
    both = shapely.MultiPolygon([ring, inner])
    line = shapely.LineString([(120, 28), (121, 28)])
    nest = shapely.GeometryCollection([both, line])
    got = area_m2([box, ring, both, nest, line, shapely.Polygon(), None])
    assert got[1] + area_m2([hole])[0] == pytest.approx(got[0])
    assert got[2] == got[3] == pytest.approx(got[1] + area_m2([inner])[0])
    assert got[4] == got[5] == 0
    assert np.isnan(got[6])


def test_agrees_with_geodesic_and_own_zone_areas():
    field = shapely.box(120.60, 27.99, 120.602, 27.992)
    official = area_m2([field])[0]
    assert geodesic_area_m2([field])[0] == pytest.approx(official, rel=1e-6)
    assert planar_area_m2([field])[0] == pytest.approx(official, rel=2e-4)


def test_projected_data_are_measured_in_degrees():
    field = gpd.GeoSeries([shapely.box(120.60, 27.99, 120.602, 27.992)], crs=4490)
    for crs in ("EPSG:4549", "EPSG:4528", "EPSG:32651", "EPSG:4326"):
        moved = safe_transform(field, target=crs)
        assert area_m2(moved)[0] == pytest.approx(area_m2(field)[0], rel=1e-9)


def test_web_mercator_missing_and_old_systems_are_refused():
    field = gpd.GeoSeries([shapely.box(0, 0, 1, 1)])
    with pytest.raises(CrsError, match="缺少坐标系"):
        area_m2(field)
    with pytest.raises(CrsError, match="网络墨卡托"):
        area_m2(field.set_crs(3857))
    with pytest.raises(CrsError, match="西安80"):
        area_m2(field.set_crs(4610))
    with pytest.raises(CrsError, match="度"):
        area_m2([shapely.box(500000, 3e6, 500100, 3000100)])


def test_invalid_polygons_are_named_not_measured():
    bow_tie = shapely.Polygon([(120, 28), (121, 29), (121, 28), (120, 29)])
    with pytest.raises(GeometryError, match=r"要素 1 .*自相交"):
        area_m2([bow_tie])
    with pytest.raises(GeometryError, match="非数值"):
        area_m2([shapely.Point(np.nan, 1)])


@settings(deadline=None)
@given(st.integers(0, 3))
def test_input_is_not_changed(seed):
    frame = gpd.GeoDataFrame(geometry=[shapely.box(120, 28, 120.1, 28.1)], crs=4490)
    before = frame.copy(deep=True)
    area_m2(frame)
    assert frame.equals(before)


def test_real_polygons_differ_from_geodesics_by_definition_only():
    if not HANGZHOU.exists():
        pytest.skip(f"no data at {HANGZHOU}")
    land = gpd.read_file(HANGZHOU, layer="landuse", rows=slice(0, 800))
    official, geodesic = area_m2(land), geodesic_area_m2(land)
    assert official.sum() == pytest.approx(geodesic.sum(), rel=1e-5)
    assert np.abs(official / geodesic - 1).max() < 1e-3


def test_metres_that_are_said_to_be_degrees_are_refused():
    metres = gpd.GeoSeries([shapely.box(500000, 3100000, 500010, 3100010)], crs=4490)
    with pytest.raises(CrsError, match="坐标超出经纬度的范围，与所写的坐标系不符"):
        area_m2(metres)
