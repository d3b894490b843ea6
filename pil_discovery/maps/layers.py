"""What is drawn over a map or picture, and the legend that says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from pil_discovery.maps.canvas import PAPER, Canvas, Pen, text_width
from pil_discovery.maps.symbols import COLOURS, FINDING, SIGNS, draw_sign

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from pil_discovery.maps.view import View

DASHES = ((20, 11), (6, 10), (20, 9, 6, 9), (40, 13))
"""Patterns of the same lines: their colours are much the same grey in print. The
finding alone is a whole line."""
BASE = "#9a9a9a"
"""Lines of what only shows where the place is."""
RADIUS = 10
SMALL_PX = 8
"""A polygon of fewer pixels is a plain spot: casing and dashes would hide it."""
TINY_PX, MOST_RINGS = 34, 12
"""A patch of fewer pixels is ringed, so that it is found; but not a field of rings."""


@dataclass(frozen=True)
class MapLayer:
    """Vector features of one kind.

    Attributes
    ----------
    frame
        GeoDataFrame in EPSG:4490.
    name
        Chinese name in the legend.
    colour
        `#rrggbb`; None takes the next of `COLOURS` (the finding is red).
    fill
        Opacity of the fill 0 … 1 on maps; on pictures nothing is filled.
    width
        Width of the line in pixels.
    label
        Column whose values are written on the features; None writes nothing.
    finding
        Whether these are the suspected patches themselves.
    base
        Whether they only show where the place is: thin grey lines below all else.
    source
        Who gave the layer out and when, as printed at the foot; empty prints nothing.
    """

    frame: gpd.GeoDataFrame
    name: str
    colour: str | None = None
    fill: float = 0.18
    width: int = 3
    label: str | None = None
    finding: bool = False
    base: bool = False
    source: str = ""


@dataclass(frozen=True)
class Style:
    """How a layer is drawn: its line, and the sign of its points."""

    pen: Pen
    sign: str


def styled(layers: Sequence[MapLayer]) -> list[tuple[MapLayer, Pen]]:
    """Give every layer its pen: colours for the screen, patterns for grey print."""
    return [(layer, style.pen) for layer, style in _styles(layers)]


def shapes_of(layers: Sequence[MapLayer]) -> NDArray[np.object_]:
    """Return all geometries of some layers, missing and empty ones left out."""
    found = [
        shape
        for layer in layers
        for shape in layer.frame.geometry
        if shape is not None and not shape.is_empty
    ]
    shapes = np.empty(len(found), dtype=object)
    shapes[:] = found
    return shapes


def draw_layers(
    canvas: Canvas, view: View, layers: Sequence[MapLayer], *, filled: bool
) -> None:
    """Draw layers over a frame, the finding last, in a white casing.

    Parameters
    ----------
    canvas, view
        Sheet and frame.
    layers
        In the order of the legend.
    filled
        Whether layers are filled (maps) or outlined only (pictures).
    """
    ordered = sorted(_styles(layers), key=lambda p: (p[0].finding, not p[0].base))
    placed = [(layer, style, view.place_seen(shapes_of([layer])))
              for layer, style in ordered]  # fmt: skip
    for layer, style, shapes in placed:
        _draw_flat(canvas, view, (layer, style, shapes), filled=filled)
    for layer, style, shapes in placed:
        _draw_points(canvas, view, style, shapes)
        if layer.finding:
            _ring_tiny(canvas, view, style.pen, shapes)


def draw_legend(
    canvas: Canvas,
    layers: Sequence[MapLayer],
    room: tuple[int, int, int],
    *,
    size: int,
    filled: bool,
) -> int:
    """Draw the legend in rows and return where it ends.

    Parameters
    ----------
    canvas, layers
        Sheet, and what was drawn on it.
    room
        Left, middle of the first row, right, in pixels.
    size
        Height of the letters in pixels.
    filled
        Whether the layers were filled.
    """
    left, y, right = room
    x = left
    ordered = sorted(_styles(layers), key=lambda p: (not p[0].finding, p[0].base))
    for layer, style in ordered:
        need = int(size * 2.6 + text_width(layer.name, size))
        if x > left and x + need > right:
            x, y = left, y + int(size * 1.5)
        box = (x, y - size // 2, x + int(size * 2.2), y + size // 2)
        _draw_key(canvas, box, (layer, style), filled=filled)
        canvas.text((box[2] + size * 0.4, y), layer.name, size=size)
        x += need + size
    return y + size


def dimension_of(layer: MapLayer) -> int:
    """Return what a layer mostly is: 2 for areas, 1 for lines, 0 for points."""
    known = shapes_of([layer])
    return int(shapely.get_dimensions(known).max()) if len(known) else 2


def _styles(layers: Sequence[MapLayer]) -> list[tuple[MapLayer, Style]]:
    found = []
    plain = 0
    for layer in layers:
        if layer.finding:
            pen = Pen(layer.colour or FINDING, layer.width + 2, PAPER)
            found.append((layer, Style(pen, "finding")))
        elif layer.base:
            pen = Pen(layer.colour or BASE, 2)
            found.append((layer, Style(pen, "disc")))
        else:
            colour = layer.colour or COLOURS[plain % len(COLOURS)]
            pen = Pen(colour, layer.width, PAPER, DASHES[plain % len(DASHES)])
            found.append((layer, Style(pen, SIGNS[plain % len(SIGNS)])))
            plain += 1
    return found


def _draw_flat(
    canvas: Canvas,
    view: View,
    drawn: tuple[MapLayer, Style, NDArray[np.object_]],
    *,
    filled: bool,
) -> None:
    layer, style, shapes = drawn
    dimensions = shapely.get_dimensions(shapes)
    small = (dimensions == 2) & (_sides(shapes) < SMALL_PX)
    if small.any() and layer.finding:
        for x, y in shapely.get_coordinates(shapely.centroid(shapes[small])):
            draw_sign(canvas, (x, y), "disc", style.pen.colour, radius=SMALL_PX - 2)
    elif small.any():
        canvas.fill(shapes[small], style.pen.colour, view.box)
    areas = shapes[(dimensions == 2) & ~small]
    if filled and layer.fill > 0 and len(areas):
        canvas.fill(areas, _tint(layer, style.pen.colour), view.box)
    canvas.outline(shapes[(dimensions > 0) & ~small], style.pen, view.box)


def _draw_points(
    canvas: Canvas, view: View, style: Style, shapes: NDArray[np.object_]
) -> None:
    x0, y0, x1, y1 = view.box
    far = RADIUS + (3 if style.sign == "finding" else 0)
    for x, y in shapely.get_coordinates(shapes[shapely.get_dimensions(shapes) == 0]):
        if x0 + far <= x <= x1 - far and y0 + far <= y <= y1 - far:
            draw_sign(canvas, (x, y), style.sign, style.pen.colour, radius=far)


def _ring_tiny(
    canvas: Canvas, view: View, pen: Pen, shapes: NDArray[np.object_]
) -> None:
    flat = shapes[shapely.get_dimensions(shapes) > 0]
    tiny = flat[_sides(flat) < TINY_PX]
    if not 0 < len(tiny) <= MOST_RINGS:
        return
    rings = shapely.buffer(shapely.centroid(tiny), TINY_PX, quad_segs=16)
    canvas.outline(rings, replace(pen, width=3), view.box)


def _sides(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the longer side of the bounds of each shape, pixels."""
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    sides: NDArray[np.float64] = (bounds[:, 2:] - bounds[:, :2]).max(axis=1)
    return sides


def _draw_key(
    canvas: Canvas,
    box: tuple[int, int, int, int],
    told: tuple[MapLayer, Style],
    *,
    filled: bool,
) -> None:
    layer, style = told
    middle = (box[1] + box[3]) / 2
    pen = replace(style.pen, casing=None)
    kind = dimension_of(layer)
    if kind == 0:
        place = ((box[0] + box[2]) / 2, middle)
        draw_sign(canvas, place, style.sign, pen.colour, radius=RADIUS + 2)
    elif kind == 1:
        canvas.line([(box[0], middle), (box[2], middle)], pen)
    else:
        if filled and layer.fill > 0:
            canvas.fill(shapely.box(*box), _tint(layer, pen.colour), box)
        roomy = (box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1)
        canvas.outline(shapely.box(*box), pen, roomy)


def _tint(layer: MapLayer, colour: str) -> str:
    """Return the fill as `#rrggbbaa`; the finding stands out from what it lies on."""
    if layer.base:
        return f"{colour}14"
    share = min(layer.fill * (2.0 if layer.finding else 1.0), 1.0)
    return f"{colour}{round(share * 255):02x}"
