"""A name stands on what it names, and hides nothing that is told."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pil_discovery.geo.crs import local_crs
from pil_discovery.maps.canvas import Canvas
from pil_discovery.maps.labels import draw_labels
from pil_discovery.maps.layers import MapLayer
from pil_discovery.maps.marks import Words
from pil_discovery.maps.view import View

VIEW = View(
    local_crs(120.0), (500000.0, 3100000.0, 501000.0, 3100600.0), (0, 0, 1000, 600)
)
SIZE = 30


def layer(shapes, names, **more):
    ground = gpd.GeoDataFrame(
        {"name": names},
        geometry=[
            shapely.transform(s, lambda p: p + np.array([500000, 3100000]))
            for s in shapes
        ],
        crs=VIEW.crs,
    )
    return MapLayer(ground.to_crs(4490), "图层", label="name", **more)


def written(*layers):
    canvas = Canvas(1000, 600)
    draw_labels(canvas, VIEW, layers, size=SIZE)
    found = {}
    for mark in canvas.marks:
        assert isinstance(mark, Words)
        x, y = mark.at
        found[mark.text] = shapely.box(
            x, 600 - y, x + mark.length, 600 - y + SIZE * 0.7
        )
    return found


def test_a_name_lies_in_its_ring_not_in_the_one_inside():
    middle = shapely.Point(500, 300)
    inner, outer = middle.buffer(110), middle.buffer(260).difference(middle.buffer(110))
    found = written(layer([inner, outer], ["一级保护区", "二级保护区"]))
    assert inner.contains(found["一级保护区"])
    assert outer.contains(found["二级保护区"])


def test_a_name_too_long_for_its_shape_never_lies_on_a_neighbour():
    shapes = [shapely.box(x, y, x + 70, y + 60) for x in range(60, 900, 90)
              for y in range(60, 500, 80)]  # fmt: skip
    names = [f"示例〔2018〕第{n}号" for n in range(len(shapes))]
    found = written(layer(shapes, names))
    for name, box in found.items():
        own = shapes[names.index(name)]
        others = [s for s in shapes if s is not own and s.intersects(box)]
        assert not others


def test_no_name_covers_a_finding_or_a_sign():
    zone = shapely.box(0, 0, 1000, 600)
    found = layer([shapely.box(380, 240, 620, 360)], [""], finding=True)
    signs = layer([shapely.Point(500, 120), shapely.Point(500, 480)], ["", ""])
    [(_, box)] = written(layer([zone], ["示例自然保护区"]), found, signs).items()
    assert not box.intersects(shapely.box(380, 240, 620, 360))
    assert min(box.distance(shapely.Point(500, y)) for y in (120, 480)) > 8


@pytest.mark.parametrize("count", [1, 300])
def test_names_do_not_overlap_and_missing_shapes_are_no_harm(count):
    rng = np.random.default_rng(count)
    shapes = [
        shapely.Point(x, y).buffer(90) for x, y in rng.uniform(0, 600, (count, 2))
    ]
    frame = layer([*shapes, shapely.Point()], [*map(str, range(count)), "空"])
    boxes = list(written(frame).values())
    assert boxes
    tree = shapely.STRtree(boxes)
    left, right = tree.query(boxes, predicate="intersects")
    assert (left == right).all()
