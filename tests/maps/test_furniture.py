"""Every plate bears a north arrow and a scale bar, and both are true."""

import io
import time

import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image as Picture

from pil_discovery.maps import location, plates
from pil_discovery.maps.layers import MapLayer
from pil_discovery.maps.location import draw_map
from pil_discovery.maps.plates import LATITUDES, draw_plate
from pil_discovery.maps.view import metres_per_pixel

INK = 0x1A


def opened(png):
    return np.asarray(Picture.open(io.BytesIO(png)).convert("L")).astype(int)


def scale_bar(pixels):
    """Row and width of the scale bar: ink, paper, ink, paper of equal length."""
    for number, row in enumerate(pixels):
        dark = row[LATITUDES:] <= INK + 2
        if not dark[4:30].all():
            continue
        first = int(np.argmin(dark))
        if 4 * first + 60 > len(dark):
            continue  # the lower edge of a frame
        middles = [dark[int((n + 0.5) * first)] for n in range(4)]
        beyond = dark[4 * first + 12 : 4 * first + 60]
        if middles == [True, False, True, False] and not beyond.any():
            edges = np.flatnonzero(dark[: 4 * first + 12])
            return number, int(edges[-1])
    return None


def arrow(pixels, bottom):
    """Ink left and right of the middle of the arrow, which ends where the bar does."""
    dark = pixels[bottom - 66 : bottom + 1, 24:105] <= INK + 2
    return int(dark[:, :40].sum()), int(dark[:, 41:].sum())


def sheets(picture, patch):
    found = [MapLayer(patch, "疑似变化图斑", finding=True, label="name")]
    before, after = picture("a.tif", "2024-05-10"), picture("b.tif", "2025-05-12")
    confirm = picture("c.tif", "2025-07-12")
    point = gpd.GeoDataFrame(geometry=[shapely.Point(120.01, 28.03)], crs=4490)
    place = [MapLayer(point, "所涉位置", finding=True)]
    wide = gpd.GeoDataFrame(geometry=[shapely.box(119.6, 27.6, 120.4, 28.4)], crs=4490)
    area = [MapLayer(wide, "保护区", finding=True)]
    view = plates._views
    return {
        "two dates": (
            draw_plate(before, after, found),
            view([before, after], found)[0],
        ),
        "three dates": (
            draw_plate(before, after, found, confirm=confirm),
            view([before, after, confirm], found)[2],
        ),
        "a patch": (draw_map(found), location._view(found, None)),
        "a point": (draw_map(place), location._view(place, None)),
        "a wide zone": (draw_map(area), location._view(area, None)),
    }


@pytest.mark.parametrize(
    "name", ["two dates", "three dates", "a patch", "a point", "a wide zone"]
)
def test_every_sheet_has_an_arrow_and_a_true_scale(picture, patch, name):
    png, view = sheets(picture, patch)[name]
    pixels = opened(png)
    bar = scale_bar(pixels)
    assert bar is not None, "no scale bar"
    top, width = bar
    metres = width * metres_per_pixel(view)
    head = metres / 10 ** np.floor(np.log10(metres * 1.02))
    assert min(abs(head - step) for step in (1, 2, 5)) < 0.05 * head
    one, other = arrow(pixels, top + 12)
    assert max(one, other) > 300, "no north arrow"
    assert min(one, other) < max(one, other), "one half of the arrow is dark"


def test_a_site_map_is_quick(patch):
    """A bundle has half a second of its own; the map takes a fraction of it."""
    zones = gpd.GeoDataFrame(
        geometry=[patch.geometry.iloc[0].buffer(0.0004 * n) for n in range(1, 40)],
        crs=4490,
    )
    layers = [MapLayer(zones, "图层"), MapLayer(patch, "图斑", finding=True)]
    spent = []
    for _ in range(3):
        start = time.process_time()
        draw_map(layers)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.4
