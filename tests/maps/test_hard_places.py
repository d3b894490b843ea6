"""Places that are hard to draw: long, tiny, many, at the rim, under clouds."""

import io
import re
from dataclasses import replace
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from PIL import Image as Picture

from pil_discovery.maps import location, plates, strips
from pil_discovery.maps.layers import MapLayer
from pil_discovery.maps.location import draw_map
from pil_discovery.maps.plates import draw_plate

DAYS = ("2024-05-10", "2025-05-12", "2025-07-12")


def found(*shapes, crs=4549):
    frame = gpd.GeoDataFrame(geometry=list(shapes), crs=crs).to_crs(4490)
    return [MapLayer(frame, "疑似图斑（待核查）", finding=True)]


def texts(svg):
    return re.findall(r"<text[^>]*>([^<]*)<", svg.decode())


@pytest.fixture
def pictures(picture):
    return [picture(f"{n}.tif", day) for n, day in enumerate(DAYS)]


def veiled(image, rows, columns):
    """Return the picture with a cloud over some rows and columns."""
    mask = np.zeros(image.shape, dtype="uint8")
    mask[rows, columns] = 1
    path = image.path.with_suffix(".cloud.tif")
    with rasterio.open(image.path) as file:
        profile = {**file.profile, "count": 1, "dtype": "uint8"}
    with rasterio.open(path, "w", **profile) as file:
        file.write(mask, 1)
    return replace(image, cloud_mask=path)


def test_the_dates_of_a_long_place_lie_one_below_the_other(pictures):
    reach = found(shapely.LineString([(500050, 3099500), (501150, 3099520)]).buffer(10))
    boxes = [view.box for view in plates._views(pictures, reach)]
    assert len({box[0] for box in boxes}) == 1
    assert all(a[3] < b[1] for a, b in pairwise(boxes))
    square = found(shapely.box(500500, 3099400, 500700, 3099600))
    assert len({v.box[1] for v in plates._views(pictures, square)}) == 1


def test_a_long_place_has_a_low_map():
    reach = found(shapely.LineString([(500000, 3100000), (520000, 3100100)]).buffer(20))
    left, top, right, bottom = location._view(reach, None).box
    assert (bottom - top) / (right - left) == pytest.approx(location.LOWEST, abs=0.01)
    west, _, east, _ = location._view(reach, None).extent
    assert (east - west) < 1.3 * 20040


def test_a_tiny_place_is_ringed_and_many_are_not():
    tiny = [
        shapely.box(501000 + n, 3100000, 501005 + n, 3100004) for n in range(0, 800, 50)
    ]
    lone, many = (draw_map(found(*of), form="svg").decode() for of in (tiny[:1], tiny))
    curves = [
        len(run)
        for run in re.findall(r'd="([^"]+)" fill="none" stroke="#d7191c"', lone)
    ]
    assert max(curves) > 500
    plain = [
        len(run)
        for run in re.findall(r'd="([^"]+)" fill="none" stroke="#d7191c"', many)
    ]
    assert max(plain) < 500


def test_a_frame_at_the_rim_of_a_picture_shows_the_picture(pictures):
    """The picture covers 1.2 km; a patch in its corner is no reason to show nothing."""
    corner = shapely.box(500020, 3099900, 500120, 3099960)
    view = plates._views(pictures[:2], found(corner))[0]
    left, _, right, top = view.extent
    assert shapely.box(*view.extent).contains(corner)
    assert top <= 3100000 + 1
    assert left > 500000 - (right - left) / 8


def test_a_patch_beyond_the_picture_stays_in_the_frame(pictures):
    beyond = shapely.box(501150, 3099400, 501400, 3099500)
    for views in (plates._views(pictures[:2], found(beyond)),
                  strips._views(pictures, found(beyond))):  # fmt: skip
        assert shapely.box(*views[0].extent).contains(beyond)


def test_clouds_are_hatched_and_told(pictures):
    place = found(shapely.box(500500, 3099400, 500700, 3099600))
    clear = veiled(pictures[1], slice(0, 0), slice(0, 0))
    cloudy = veiled(pictures[2], slice(30, 60), slice(40, 80))
    plain = draw_plate(pictures[0], clear, place, form="svg")
    hidden = draw_plate(pictures[0], cloudy, place, form="svg")
    assert not any("遮挡" in words for words in texts(plain))
    [told] = [words for words in texts(hidden) if "遮挡" in words]
    assert 20 < int(re.search(r"遮挡(\d+)%", told)[1]) < 90
    assert hidden.count(b"<path") > plain.count(b"<path") + 20


def test_without_a_title_nothing_stands_above_the_frame(pictures):
    place = found(shapely.box(500500, 3099400, 500700, 3099600))
    assert "前后时相影像对比图" in texts(draw_plate(*pictures[:2], place, form="svg"))
    bare = draw_plate(*pictures[:2], place, title="", form="svg")
    assert "前后时相影像对比图" not in texts(bare)
    assert "所涉位置和有关图层" not in texts(draw_map(place, title="", form="svg"))


def test_who_gave_a_layer_out_is_printed_once_known():
    place = found(shapely.box(500500, 3099400, 500700, 3099600))
    zone = replace(place[0], name="永久基本农田", finding=False)
    told = replace(zone, source="示例区自然资源和规划局，2026-09-28取得")
    words = "".join(texts(draw_map([told, *place], form="svg")))
    assert "资料来源：永久基本农田（示例区自然资源和规划局，2026-09-28取得）。" in words
    assert "资料来源" not in "".join(texts(draw_map([zone, *place], form="svg")))


def test_findings_are_seen_among_six_thousand_fields():
    rng = np.random.default_rng(0)
    corners = rng.uniform((480000, 3080000), (520000, 3105000), (6000, 2))
    fields = [shapely.box(x, y, x + 120, y + 90) for x, y in corners]
    few = found(*fields[:200])
    every = MapLayer(found(*fields)[0].frame, "永久基本农田")
    pixels = np.asarray(
        Picture.open(io.BytesIO(draw_map([every, *few]))).convert("RGB")
    )
    red = np.abs(pixels.astype(int) - (0xD7, 0x19, 0x1C)).max(axis=-1) < 3
    assert red.sum() > 200 * 40, "findings drown among the fields"
