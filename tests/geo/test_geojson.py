import json
from decimal import Decimal

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

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


def test_a_part_thinner_than_the_last_decimal_is_left_out_of_a_valid_shape():
    left, right = shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)
    hairline = shapely.box(1, 0.25, 2, 0.25 + 2e-9)
    joined = shapely.union_all([left, right, hairline])
    assert shape_of(geojson_of(joined)).equals(left.union(right))


HAIRLINES = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.7]),
        st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.7]),
        st.sampled_from([1e-9, 4e-8, 6e-8, 0.1, 0.3]),
        st.sampled_from([1e-9, 4e-8, 6e-8, 0.1, 0.3]),
    ),
    min_size=1,
    max_size=6,
)


@given(HAIRLINES)
def test_a_valid_shape_stays_valid_and_as_large(boxes):
    shape = shapely.union_all([shapely.box(x, y, x + w, y + h) for x, y, w, h in boxes])
    written = shape_of(geojson_of(shape))
    lost = shape.symmetric_difference(written.buffer(0)).area
    assert lost < 1e-7 * (1 + shape.length)
    assert written.is_valid or shape.area < 1e-7


def test_nothing_gives_none():
    assert geojson_of(None) is None
    assert geojson_of(shapely.Point()) is None
    assert shape_of(None) is None
