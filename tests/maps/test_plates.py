import io

import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image as Picture

from pil_discovery.errors import GeometryError, ImageError
from pil_discovery.maps import location, plates
from pil_discovery.maps.fonts import FontError
from pil_discovery.maps.layers import MapLayer
from pil_discovery.maps.location import draw_map
from pil_discovery.maps.plates import draw_plate, pixel_words
from pil_discovery.maps.symbols import FINDING

RED = tuple(int(FINDING[i : i + 2], 16) for i in (1, 3, 5))


def opened(png):
    return np.asarray(Picture.open(io.BytesIO(png)).convert("RGB")).astype(int)


def count(pixels, colour):
    return int((np.abs(pixels - np.array(colour)).max(axis=-1) < 3).sum())


def test_plate_is_a_deterministic_png_with_the_outline(picture, patch):
    before, after = picture("a.tif", "2024-05-10"), picture("b.tif", "2025-05-12")
    layers = [MapLayer(patch, "疑似变化图斑", finding=True, label="name")]
    first = draw_plate(before, after, layers)
    assert first == draw_plate(before, after, layers)
    assert first.startswith(b"\x89PNG")
    assert b"tIME" not in first
    pixels = opened(first)
    assert pixels.shape[1] == 1772
    assert count(pixels[:, 200:960], RED) > 500
    assert count(pixels[:, 990:], RED) > 500


def test_one_stretch_serves_both_dates(picture, patch):
    layers = [MapLayer(patch, "疑似变化图斑", finding=True)]
    before = picture("a.tif", "2024-05-10")
    dark = picture("b.tif", "2025-05-12", gain=0.3)
    pixels = opened(draw_plate(before, dark, layers))
    left, right = pixels[100:800, 200:950], pixels[100:800, 1000:1740]
    assert right.mean() < left.mean() - 40


def test_three_dates_and_another_crs(picture, patch):
    before, after = picture("a.tif", "2024-05-10"), picture("b.tif", "2025-05-12")
    confirm = picture(
        "c.tif", "2025-07-12", crs="EPSG:4528", origin=(40500000.0, 3100000.0)
    )
    layers = [MapLayer(patch, "疑似变化图斑", finding=True)]
    pixels = opened(draw_plate(before, after, layers, confirm=confirm))
    views = plates._views([before, after, confirm], layers)
    second, third = (
        pixels[y0 + 20 : y1 - 20, x0 + 20 : x1 - 20]
        for x0, y0, x1, y1 in (view.box for view in views[1:])
    )
    assert np.abs(second - third).mean() < 12


def test_ground_without_data_is_grey(picture, patch):
    moved = patch.set_geometry(patch.translate(xoff=0.0085))
    before, after = picture("a.tif", "2024-05-10"), picture("b.tif", "2025-05-12")
    pixels = opened(draw_plate(before, after, [MapLayer(moved, "图斑", finding=True)]))
    assert count(pixels, (214, 214, 214)) > 1000


def test_nothing_to_outline_is_refused(picture, patch):
    before, after = picture("a.tif", "2024-05-10"), picture("b.tif", "2025-05-12")
    with pytest.raises(ImageError, match="没有可在影像上标绘"):
        draw_plate(before, after, [MapLayer(patch.iloc[:0], "图斑", finding=True)])


def test_a_name_no_font_can_write_is_refused(patch):
    with pytest.raises(FontError, match="U\\+E000"):
        draw_map([MapLayer(patch, "图斑\ue000", finding=True)])


def test_map_of_polygons_lines_points_and_holes(patch):
    zone = patch.geometry.iloc[0].buffer(0.004)
    ring = shapely.difference(zone, zone.buffer(-0.002))
    frame = gpd.GeoDataFrame(
        {"name": ["保护区", "河道", None, "取水口"]},
        geometry=[ring, zone.boundary, None, zone.centroid],
        crs=4490,
    )
    layers = [
        MapLayer(patch, "疑似图斑", finding=True, label="name"),
        MapLayer(frame, "饮用水水源一级保护区", label="name"),
    ]
    png = draw_map(layers, title="示例位置图")
    assert png == draw_map(layers, title="示例位置图")
    pixels = opened(png)
    assert count(pixels, RED) > 500
    assert pixels.shape[1] == 1772


def test_map_extent_and_empty_map(patch):
    wide = draw_map([MapLayer(patch, "图斑")], extent=(119.9, 27.9, 120.2, 28.1))
    assert opened(wide).shape[1] == 1772
    with pytest.raises(GeometryError, match="没有可绘制"):
        draw_map([MapLayer(patch.iloc[:0], "图斑")])


def test_a_point_is_shown_in_its_surroundings():
    """Two kilometres around a point; a patch fills more of its map."""
    point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([120.01], [28.03]), crs=4490)
    lone = [MapLayer(point, "所涉位置", finding=True)]
    view = location._view(lone, None)
    left, bottom, right, top = view.extent
    assert top - bottom == pytest.approx(location.LEAST_POINT_M)
    assert right - left > top - bottom


def test_pixels_that_are_not_square_are_told_by_both_sides(picture):
    source = picture("a.tif", "2025-05-12").provenance
    assert pixel_words(source) == "10 m"
    oblong = source.model_copy(update={"gsd_y_m": 12.5})
    assert pixel_words(oblong) == "10 × 12.5 m"
