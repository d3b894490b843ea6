import json
from decimal import Decimal

import pytest
import shapely

from pil_discovery.geo.geojson import geojson_of, shape_of
from pil_discovery.text.canonical import dump_json

SHAPES = {
    "point": shapely.Point(118.1, 39.2),
    "lines": shapely.MultiLineString([[(1, 2), (3, 4)], [(5, 6), (7, 8)]]),
    "hole": shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2)),
    "mixed": shapely.GeometryCollection(
        [
            shapely.box(0, 0, 1, 1),
            shapely.Point(2, 2),
            shapely.LineString([(3, 3), (4, 4)]),
        ]
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_comes_back_from_its_geojson(name):
    written = json.loads(dump_json(geojson_of(SHAPES[name])), parse_float=Decimal)
    assert shape_of(written).equals(SHAPES[name])


@pytest.mark.parametrize("name", SHAPES)
def test_equal_shapes_are_equal_geojson(name):
    turned = shapely.reverse(SHAPES[name])
    assert geojson_of(turned) == geojson_of(SHAPES[name])


def test_coordinates_have_seven_decimals():
    assert geojson_of(shapely.Point(1 / 3, 2))["coordinates"] == [
        Decimal("0.3333333"),
        Decimal("2.0000000"),
    ]


def test_nothing_gives_none():
    assert geojson_of(None) is None
    assert geojson_of(shapely.Point()) is None
    assert shape_of(None) is None
