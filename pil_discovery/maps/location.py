"""Location maps from vector layers, for findings that no picture shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from pil_discovery.errors import GeometryError
from pil_discovery.geo.crs import local_crs
from pil_discovery.maps.canvas import Canvas
from pil_discovery.maps.layers import (
    MapLayer,
    draw_labels,
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
    WIDTH,
    draw_foot,
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

SHAPE = 0.68
"""Height of the frame as a share of its width."""
LEAST_M = 400.0
LEAST_POINT_M = 2000.0
"""A point alone shows no place: two kilometres of what lies around it do."""
NOTICE = "待核查：本图所示仅为线索，不作违法认定。"


def draw_map(
    layers: Sequence[MapLayer],
    *,
    title: str = "所涉位置和有关图层",
    extent: tuple[float, float, float, float] | None = None,
    note: str = NOTICE,
) -> bytes:
    """Draw layers in the 3-degree Gauss–Krüger zone of their place.

    Parameters
    ----------
    layers
        In EPSG:4490; those marked `finding` set the extent, else all do.
    title, note
        Chinese lines above and below.
    extent
        West, south, east, north in degrees, instead.

    Returns
    -------
    bytes
        PNG, 150 mm wide at 300 dpi; the same input gives the same bytes.

    Raises
    ------
    GeometryError
        Nothing to draw.
    FontError
        No Chinese font, or a letter that no font can write.
    """
    view = _view(layers, extent)
    canvas = Canvas(WIDTH, view.box[3] + SPARE)
    canvas.text((WIDTH / 2, 46), title, size=LARGE, anchor="mm")
    draw_layers(canvas, view, layers, filled=True)
    draw_labels(canvas, view, layers, size=NORMAL)
    draw_ticks(canvas, view, size=SMALL)
    words = f"坐标系：{crs_words(view.crs)}；经纬度注记：CGCS2000（EPSG:4490）。{note}"
    top = view.box[3] + 40
    draw_foot(canvas, view, layers, top=top, words=words, filled=True)
    return canvas.png()


def _view(
    layers: Sequence[MapLayer], extent: tuple[float, float, float, float] | None
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
        bounds = grow(bounds, 0.8, _least(shapes))
    right = WIDTH - MARGIN
    high = int((right - LATITUDES) * SHAPE)
    return fit_view(crs, bounds, (LATITUDES, 84, right, 84 + high))


def _least(shapes: NDArray[np.object_]) -> float:
    flat = bool((shapely.get_dimensions(shapes) == 2).any())
    return LEAST_M if flat else LEAST_POINT_M
