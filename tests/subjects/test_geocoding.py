"""Addresses on the ground: the finest level, its radius, and what is not located."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from pil_discovery.errors import ArgumentError, CrsError
from pil_discovery.subjects.geocoding import locate

PARTS = ["district", "division_code", "town", "road", "number", "building", "village"]
EAST_M = Geod(ellps="GRS80").line_length([120.0, 120.01], [28.0, 28.0])


def parsed(*rows):
    """Return addresses in parts; a row is «code town road number building village»."""
    split = [["某区", *(None if c == "-" else c for c in r.split())] for r in rows]
    return pd.DataFrame(split, columns=PARTS, dtype="str")


def shapes(*points):
    return gpd.GeoSeries([shapely.Point(p) for p in points], crs=4490)


LAYER = parsed(
    "330302 五马街道 公安路 12 - -",
    "330302 五马街道 公安路 30 - -",
    "330302 五马街道 公安路 30 2幢 -",
    "330302 南汇街道 人民路 1 - -",
    "330302 - 人民路 1 - -",
    "330303 - 公安路 12 - -",
    "330302 仰义街道 - 8 - 后洋村",
)
POINTS = shapes(
    (120.0, 28.0),
    (120.01, 28.0),
    (120.01, 28.001),
    (120.1, 28.0),
    (120.11, 28.0),
    (121.0, 28.0),
    (119.9, 28.0),
)


def found(row):
    return locate(parsed(row), LAYER, POINTS).iloc[0]


@pytest.mark.parametrize(
    ("row", "level", "feature"),
    [
        ("330302 五马街道 公安路 12 - -", "number", 0),
        ("330302 - 公安路 12 - -", "number", 0),
        ("330302 - 公安路 30 2幢 -", "building", 2),
        ("330303 - 公安路 12 - -", "number", 5),
        ("330302 仰义街道 - 8 - 后洋村", "village_number", 6),
        ("330302 - - - - 后洋村", "village", 6),
    ],
)
def test_one_match_is_the_point_of_its_feature(row, level, feature):
    spot = found(row)
    assert (spot.matched_level, spot.feature, spot.features) == (level, feature, 1)
    assert spot.geometry.equals(POINTS[feature])
    assert spot.radius_m == 0


def test_a_number_that_the_layer_lacks_is_answered_by_the_road_with_its_extent():
    spot = found("330302 - 公安路 13 - -")
    assert (spot.matched_level, spot.features) == ("road", 3)
    assert pd.isna(spot.feature)
    assert spot.reason == "地名库里没有该门牌，按道路给出"
    ends = np.array([[p.x, p.y] for p in POINTS[:3]])
    lon, lat = [spot.geometry.x] * 3, [spot.geometry.y] * 3
    *_, metres = Geod(ellps="GRS80").inv(lon, lat, ends[:, 0], ends[:, 1])
    assert spot.radius_m == pytest.approx(max(metres))
    assert EAST_M / 2 < spot.radius_m < EAST_M


def test_a_door_without_its_town_covers_every_town_that_has_it():
    spot = found("330302 - 人民路 1 - -")
    assert spot.features == 2
    assert spot.radius_m == pytest.approx(EAST_M / 2, rel=1e-4)
    assert spot.reason == "同一地址有2处，范围包含各处"
    assert found("330302 五马街道 人民路 1 - -").feature == 4


def test_a_building_that_the_layer_lacks_is_answered_by_its_number():
    spot = found("330302 五马街道 公安路 12 9幢 -")
    assert (spot.matched_level, spot.reason) == (
        "number",
        "地名库里没有该幢，按门牌给出",
    )


def test_a_town_is_answered_by_all_its_features():
    spot = found("330302 五马街道 - - - -")
    assert (spot.matched_level, spot.features) == ("town", 3)
    assert spot.reason == "地址没有门牌，按乡镇街道给出"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("- 五马街道 公安路 12 - -", "县区不能确定，不定位"),
        ("330302 - 无此路 12 - -", "地名库里没有该地址的门牌、道路、村或者乡镇"),
        ("330304 - 公安路 12 - -", "地名库里没有该地址的门牌、道路、村或者乡镇"),
    ],
)
def test_what_the_layer_cannot_tell_is_missing_with_a_reason(row, reason):
    spot = found(row)
    assert spot.geometry is None
    assert np.isnan(spot.radius_m)
    assert (spot.features, spot.reason) == (0, reason)


def test_an_area_is_answered_by_its_centre_and_its_farthest_corner():
    plot = gpd.GeoSeries([shapely.box(120.0, 28.0, 120.01, 28.01)], crs=4490)
    spot = locate(LAYER[:1], LAYER[:1], plot).iloc[0]
    assert spot.geometry.equals_exact(shapely.Point(120.005, 28.005), 1e-9)
    east, north = EAST_M / 2, 0.005 * 110_800
    assert spot.radius_m == pytest.approx(np.hypot(east, north), rel=1e-3)


def test_features_without_a_shape_are_not_used():
    gone = gpd.GeoSeries([None, *POINTS[1:]], index=POINTS.index, crs=4490)
    spot = locate(LAYER[:1], LAYER, gone).iloc[0]
    assert spot.matched_level == "road"


def test_the_order_of_the_layer_changes_nothing():
    asked = parsed(*["330302 - 公安路 13 - -", "330302 - 人民路 1 - -"])
    turned = locate(asked, LAYER[::-1], POINTS[::-1])
    first = locate(asked, LAYER, POINTS)
    assert list(turned["matched_level"]) == list(first["matched_level"])
    assert np.allclose(turned["radius_m"], first["radius_m"])
    assert turned.geometry.geom_equals_exact(first.geometry, 1e-12).all()


def test_a_projected_layer_is_brought_to_degrees():
    spot = locate(LAYER[:1], LAYER, POINTS.to_crs(4549)).iloc[0]
    assert spot.geometry.equals_exact(POINTS[0], 1e-9)


def test_a_layer_that_cannot_be_used_is_refused():
    with pytest.raises(CrsError):
        locate(
            LAYER, LAYER, gpd.GeoSeries(shapely.points([[120.0, 28.0]] * len(LAYER)))
        )
    with pytest.raises(ArgumentError, match="数量不同"):
        locate(LAYER, LAYER[:2], POINTS)


def test_no_addresses_give_no_points():
    assert len(locate(LAYER[:0], LAYER, POINTS)) == 0
