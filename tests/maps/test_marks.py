"""Every sheet can be had as SVG: whole, the same each time, and the same drawing."""

import re
import xml.etree.ElementTree as ET

import geopandas as gpd
import numpy as np
import shapely

from pil_discovery.maps.canvas import Canvas, Pen
from pil_discovery.maps.layers import MapLayer
from pil_discovery.maps.location import draw_map
from pil_discovery.maps.plates import draw_plate

SPACE = "{http://www.w3.org/2000/svg}"
BOX = (0, 0, 200, 200)


def read(svg):
    return ET.fromstring(svg)  # noqa: S314 - our own


def names(svg):
    return [e.tag.removeprefix(SPACE) for e in read(svg).iter()]


def test_a_map_says_the_same_in_both_forms(patch):
    layers = [MapLayer(patch, "疑似图斑（待核查）", finding=True, label="name")]
    svg = draw_map(layers, form="svg")
    assert svg == draw_map(layers, form="svg")
    root = read(svg)
    assert root.get("width") == "150.03mm"
    words = [e.text for e in root.iter(f"{SPACE}text")]
    assert {"疑似图斑（待核查）", "示例图斑", "北", "所涉位置和有关图层"} <= set(words)
    assert any("CGCS2000 高斯—克吕格3度带，中央经线120°" in w for w in words)
    assert draw_map(layers)[:4] == b"\x89PNG"


def test_a_plate_holds_its_pictures_and_asks_for_nothing(picture, patch):
    before, after = picture("a.tif", "2024-05-10"), picture("b.tif", "2025-05-12")
    svg = draw_plate(before, after, [MapLayer(patch, "图斑", finding=True)], form="svg")
    assert names(svg).count("image") == 2
    sources = re.findall(rb'(?:href|src)="(.{0,12})', svg)
    assert sources == [b"data:image/p"] * 2
    assert b"<script" not in svg


def test_a_name_is_text_whatever_it_holds(patch):
    hostile = '</text><script>"&'
    layers = [MapLayer(patch.assign(name=hostile), "图斑", finding=True, label="name")]
    words = [e.text for e in read(draw_map(layers, form="svg")).iter(f"{SPACE}text")]
    assert hostile in words


def test_a_hole_turns_the_other_way_and_a_dash_is_kept():
    canvas = Canvas(200, 200)
    ring = shapely.difference(
        shapely.box(20, 20, 180, 180), shapely.box(60, 60, 90, 90)
    )
    canvas.fill([ring, shapely.box(100, 100, 190, 190)], "#0072b280", BOX)
    canvas.outline(ring, Pen("#0072b2", 3, None, (6, 4)), BOX)
    filled, *lines = (m for m in canvas.marks if m.fill or m.stroke)
    turns = [shapely.LinearRing(run).is_ccw for run in filled.runs]
    assert sorted(turns) == [False, True, True]
    assert {m.dash for m in lines} == {(6, 4)}


def test_overlapping_shapes_of_a_layer_have_one_tint():
    canvas = Canvas(200, 200)
    pair = [shapely.box(20, 20, 120, 120), shapely.box(80, 80, 180, 180)]
    canvas.fill(pair, "#0072b240", BOX)
    pixels = np.asarray(canvas.image)
    assert (pixels[100, 100] == pixels[50, 50]).all()
    assert (pixels[50, 50] != 255).any()


def test_a_hole_of_one_shape_does_not_blot_out_another():
    canvas = Canvas(200, 200)
    ring = shapely.difference(
        shapely.box(20, 20, 180, 180), shapely.box(60, 60, 90, 90)
    )
    canvas.fill([shapely.box(50, 50, 100, 100), ring], "#0072b2ff", BOX)
    assert (np.asarray(canvas.image)[75, 75] == (0x00, 0x72, 0xB2)).all()


def test_a_far_feature_costs_nothing(patch):
    far = shapely.box(110.0, 20.0, 110.1, 20.1)
    both = gpd.GeoDataFrame(
        geometry=[patch.geometry.iloc[0].buffer(0.001), far], crs=4490
    )
    near = MapLayer(both.iloc[:1], "图层")
    found = MapLayer(patch, "图斑", finding=True)
    assert draw_map([MapLayer(both, "图层"), found]) == draw_map([near, found])
