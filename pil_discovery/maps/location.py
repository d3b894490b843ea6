"""Location maps from vector layers, for findings that no picture shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from pil_discovery.errors import GeometryError
from pil_discovery.geo.crs import local_crs
from pil_discovery.maps.canvas import Canvas
from pil_discovery.maps.labels import draw_labels
from pil_discovery.maps.layers import (
    MapLayer,
    draw_layers,
    shapes_of,
)
from pil_discovery.maps.plates import (
    LARGE,
    LATITUDES,
    MARGIN,
    NORMAL,
    SMALL,
    SPARE,
    TITLED,
    UNTITLED,
    WIDTH,
    draw_foot,
    sources_words,
)
from pil_discovery.maps.view import (
    View,
    crs_words,
    draw_ticks,
    fit_view,
    ground_bounds,
    grow,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pil_discovery.maps.canvas import Form

LOWEST, HIGHEST = 0.42, 0.72
"""Least and greatest height of the frame as a share of its width: a long reach of a
river needs no tall sheet."""
LEAST_M = 240.0
LEAST_POINT_M = 2000.0
"""A point alone shows no place: two kilometres of what lies around it do."""
NOTICE = "待核查：本图所示仅为线索，不作违法认定。"


def draw_map(
    layers: Sequence[MapLayer],
    *,
    title: str = "所涉位置和有关图层",
    extent: tuple[float, float, float, float] | None = None,
    form: Form = "png",
) -> bytes:
    """Draw layers in the 3-degree Gauss–Krüger zone of their place.

    Parameters
    ----------
    layers
        In EPSG:4490; those marked `finding` set the extent, else all do.
    title
        Chinese line above; an empty one is left out, as where the page
        around the map names it.
    extent
        West, south, east, north in degrees, instead.
    form
        `png` or `svg`.

    Returns
    -------
    bytes
        150 mm wide, PNG at 300 dpi; the same input gives the same bytes.

    Raises
    ------
    GeometryError
        Nothing to draw.
    FontError
        No Chinese font, or a letter that no font can write.
    """
    view = _view(layers, extent, top=TITLED if title else UNTITLED)
    canvas = Canvas(WIDTH, view.box[3] + SPARE)
    if title:
        canvas.text((WIDTH / 2, 46), title, size=LARGE, anchor="mm")
    draw_layers(canvas, view, layers, filled=True)
    draw_ticks(canvas, view, size=SMALL)
    draw_labels(canvas, view, layers, size=NORMAL)
    words = f"坐标系：{crs_words(view.crs)}；经纬度注记：CGCS2000（EPSG:4490）。"
    told = f"{words}{sources_words(layers)}{NOTICE}"
    top = view.box[3] + 40
    draw_foot(canvas, view, layers, top=top, words=told, filled=True)
    return canvas.encode(form)


def _view(
    layers: Sequence[MapLayer],
    extent: tuple[float, float, float, float] | None,
    *,
    top: int = TITLED,
) -> View:
    found = [layer for layer in layers if layer.finding] or list(layers)
    shapes = shapes_of(found)
    if extent is not None:
        shapes = np.array([shapely.box(*extent)], dtype=object)
    if not len(shapes):
        raise GeometryError("没有可绘制的图形")
    west, _, east, _ = shapely.total_bounds(shapes)
    crs = local_crs((west + east) / 2)
    bounds = ground_bounds(shapes, crs)
    if extent is None:
        bounds = grow(bounds, 0.6, _least(shapes))
    right = WIDTH - MARGIN
    wide, high = bounds[2:] - bounds[:2]
    share = min(max(high / wide, LOWEST), HIGHEST)
    frame = (LATITUDES, top, right, top + int((right - LATITUDES) * share))
    return fit_view(crs, bounds, frame)


def _least(shapes: NDArray[np.object_]) -> tuple[float, float]:
    flat = bool((shapely.get_dimensions(shapes) == 2).any())
    least = LEAST_M if flat else LEAST_POINT_M
    return least / (LOWEST + 0.16), least
