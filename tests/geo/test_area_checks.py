import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pil_discovery.errors import CrsError
from pil_discovery.geo.area import area_m2
from pil_discovery.geo.area_checks import MOST_GEODESIC, area_checks
from pil_discovery.geo.crs import safe_transform

DATA = Path(os.environ.get("PIL_SHARED_DATA", "../shared/data"))
HANGZHOU = DATA / "hangzhou_osm/hangzhou.gpkg"


def test_three_ways_to_measure_a_field():
    field = shapely.box(120.60, 27.99, 120.602, 27.992)
    (row,) = area_checks([field]).itertuples()
    assert row.official_m2 == area_m2([field])[0]
    assert row.geodesic_difference == row.geodesic_m2 / row.official_m2 - 1
    assert abs(row.geodesic_difference) < 1e-6
    # 0.6° from the central meridian the plane is (x/R)²/2 · 2 larger
    assert row.planar_difference == pytest.approx(8.6e-5, rel=0.1)


def test_what_has_no_area_differs_by_nothing():
    rows = area_checks([shapely.Point(120, 28), shapely.Polygon(), None])
    assert rows.official_m2.tolist()[:2] == [0, 0]
    assert rows.geodesic_difference.tolist()[:2] == [0, 0]
    assert rows.iloc[2].isna().all()


def test_a_plane_of_the_web_is_refused():
    field = gpd.GeoSeries([shapely.box(0, 0, 9, 9)], crs=3857)
    with pytest.raises(CrsError, match="网络墨卡托"):
        area_checks(field)


def test_real_land_is_within_the_bound():
    """5e-4 against geodesics, but for polygons with edges of many kilometres."""
    if not HANGZHOU.exists():
        pytest.skip(f"no data at {HANGZHOU}")
    land = gpd.read_file(HANGZHOU, layer="landuse", rows=slice(0, 1000))
    rows = area_checks(safe_transform(land))
    longest = [
        np.hypot(*np.diff(shapely.get_coordinates(g), axis=0).T).max()
        for g in land.geometry
    ]
    usual = np.array(longest) < 0.02  # some two kilometres
    assert usual.sum() > 950
    assert rows.geodesic_difference[usual].abs().max() < MOST_GEODESIC
    assert rows.official_m2.sum() == pytest.approx(rows.geodesic_m2.sum(), rel=1e-6)
