from shapely.geometry import shape

from pil_discovery.leads.places import gather

POINT = {"type": "Point", "coordinates": [119.1234567, 30.7654321]}


def square(x, y, side=0.001):
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {
        "type": "Polygon",
        "coordinates": [[[round(c, 7) for c in p] for p in ring]],
    }


def test_one_geometry_stays_as_it_is():
    assert gather([None, POINT, POINT]) == POINT
    assert gather([None]) is None


def test_apart_areas_keep_their_vertices():
    both = gather([square(119, 30), square(119.1, 30)])
    assert both["type"] == "MultiPolygon"
    assert both["coordinates"][0] == square(119, 30)["coordinates"]


def test_overlapping_areas_are_united():
    both = shape(gather([square(119, 30), square(119.0005, 30)]))
    assert both.is_valid
    assert both.area < 2 * shape(square(119, 30)).area


def test_kinds_that_differ_are_a_collection():
    mixed = gather([POINT, square(119, 30)])
    assert mixed["type"] == "GeometryCollection"
    assert mixed["geometries"][0] == POINT
