import numpy as np
import pytest
import shapely
from pyproj import CRS

from pil_discovery.geo.crs import safe_transform
from pil_discovery.geo.vertices import COLUMNS, plane_of, vertices

PLANE = CRS.from_epsg(4549)
E0, N0 = 500_000.0, 3_100_000.0


def degrees(shape):
    """A shape drawn in metres from the corner of the test ground."""
    there = shapely.transform(shape, lambda xy: xy + np.array([E0, N0]))
    return safe_transform(np.array([there], dtype=object), 4549, 4490)[0]


def listed(shape, plane=PLANE):
    return vertices(degrees(shape), plane)


def test_a_parcel_begins_north_west_and_runs_clockwise():
    table = listed(shapely.box(0, 0, 30, 40))
    assert list(table) == list(COLUMNS)
    assert table["label"].tolist() == ["J1", "J2", "J3", "J4"]
    assert (table["east_m"] - E0).tolist() == [0, 30, 30, 0]
    assert (table["north_m"] - N0).tolist() == [40, 40, 0, 0]
    assert table["side_m"].tolist() == [30, 40, 30, 40]
    assert table["ring"].tolist() == [1] * 4


@pytest.mark.parametrize("turn", range(5))
def test_where_a_ring_was_begun_and_which_way_it_ran_changes_nothing(turn):
    corners = [(0, 0), (25, -5), (50, 0), (45, 30), (10, 33)]
    plain = listed(shapely.Polygon(corners))
    other = np.roll(corners, turn, axis=0)
    for ring in (other, other[::-1]):
        assert listed(shapely.Polygon(ring)).equals(plain)
    assert (plain["east_m"].iloc[0], plain["north_m"].iloc[0]) == (E0 + 10, N0 + 33)


def test_holes_stand_apart_and_are_marked():
    shape = shapely.box(0, 0, 100, 100)
    shape -= shapely.box(10, 10, 20, 20)
    shape -= shapely.box(60, 60, 80, 90)
    table = listed(shape)
    assert table["label"].tolist() == [f"J{n}" for n in range(1, 13)]
    assert table.groupby("ring")["hole"].first().tolist() == [False, True, True]
    second = table[table["ring"] == 2]
    assert (second["north_m"] - N0).tolist() == [90, 90, 60, 60], "the northern hole"
    assert second["side_m"].tolist() == [20, 30, 20, 30]


def test_parts_are_numbered_through_from_the_north():
    table = listed(
        shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(50, 50, 60, 60)])
    )
    assert table["ring"].tolist() == [1] * 4 + [2] * 4
    assert table["north_m"].iloc[0] == N0 + 60
    assert table["label"].iloc[-1] == "J8"


def test_points_and_lines_have_lists_of_their_own():
    mixed = shapely.GeometryCollection(
        [shapely.Point(5, 5), shapely.LineString([(0, 0), (3, 4)])]
    )
    table = listed(mixed)
    assert table["label"].tolist() == ["P1", "L1", "L2"]
    assert table["side_m"].tolist()[1] == 5
    assert table["side_m"].isna().tolist() == [True, False, True]
    assert vertices(shapely.Polygon(), PLANE).empty


def test_degrees_and_metres_say_the_same_to_a_centimetre():
    table = listed(shapely.box(0, 0, 1234.567, 987.654))
    points = shapely.points(table["lon"], table["lat"])
    back = shapely.get_coordinates(safe_transform(points, 4490, 4549))
    assert np.abs(back - table[["east_m", "north_m"]]).max(axis=None) < 0.02


def test_the_zone_is_that_of_the_place_in_the_numbering_in_use():
    place = degrees(shapely.box(0, 0, 10, 10))
    assert plane_of(place).to_epsg() == 4549
    assert plane_of(place, ["EPSG:4490", "EPSG:4528"]).to_epsg() == 4528
    assert plane_of(place, ["EPSG:4548", None, "EPSG:32651"]).to_epsg() == 4549
    table = vertices(place, CRS.from_epsg(4528))
    assert table["east_m"].iloc[0] == 40_000_000 + E0
