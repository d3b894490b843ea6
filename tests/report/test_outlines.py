import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.report.outlines import (
    BASE_VERTICES,
    MOST_VERTICES,
    STEP_DEGREES,
    encode_layers,
    encode_shape,
)
from pil_discovery.types import BaseLayer, Words

degree = st.integers(-179_000_000, 179_000_000)


def decoded(line):
    return np.cumsum(np.array(line).reshape(-1, 2), axis=0) * STEP_DEGREES


@given(st.lists(st.tuples(degree, degree), min_size=2, max_size=9, unique=True))
def test_a_line_comes_back_to_the_millionth_degree(points):
    line = shapely.LineString([(x * 1e-6, y * 1e-6) for x, y in points])
    kind, only = encode_shape(shapely.geometry.mapping(line))
    assert kind == "l"
    assert decoded(only) == pytest.approx(shapely.get_coordinates(line), abs=1e-6)


def test_kinds_and_rings():
    ring = (
        shapely.Point(119, 30)
        .buffer(0.01)
        .difference(shapely.Point(119, 30).buffer(0.004))
    )
    kind, *lines = encode_shape(shapely.geometry.mapping(ring))
    assert (kind, len(lines)) == ("a", 2)
    both = shapely.MultiPoint([(119, 30), (120, 31)])
    assert encode_shape(shapely.geometry.mapping(both)) == [
        "p", [119_000_000, 30_000_000], [120_000_000, 31_000_000],
    ]  # fmt: skip
    assert encode_shape(None) is None


def test_a_fine_outline_is_made_coarse_and_keeps_its_place():
    angles = np.linspace(0, 2 * np.pi, 3000)
    radius = 0.01 + 0.0001 * np.sin(60 * angles)
    fine = shapely.Polygon(
        np.column_stack([119 + radius * np.cos(angles), 30 + radius * np.sin(angles)])
    )
    _, ring = encode_shape(shapely.geometry.mapping(fine))
    coarse = shapely.Polygon(decoded(ring))
    assert len(ring) / 2 <= MOST_VERTICES
    assert coarse.symmetric_difference(fine).area < 0.05 * fine.area


def layer(name, shapes):
    frame = gpd.GeoDataFrame(
        {"name": [f"{name}{i}" for i in range(len(shapes))]},
        geometry=shapes,
        crs="EPSG:4490",
    )
    return BaseLayer(name, Words(zh=name), frame)


def test_layers_keep_to_the_budget_and_say_how_many_there_are():
    rng = np.random.default_rng(1)
    corners = rng.random((20_000, 2)) * 0.5 + (119, 30)
    many = [shapely.box(x, y, x + 0.001, y + 0.001) for x, y in corners]
    rivers = [shapely.LineString(rng.random((50, 2)) * 0.5 + (119, 30))]
    told = encode_layers([layer("river", rivers), layer("patch", many)])
    assert [t["id"] for t in told] == ["patch", "river"]
    assert [t["total"] for t in told] == [20_000, 1]
    vertices = sum(len(line) / 2 for t in told for f in t["features"] for line in f[2:])
    assert vertices <= BASE_VERTICES + 50
    assert 0 < len(told[0]["features"]) < 20_000
    assert encode_layers([]) == []
