"""What is drawn over a map or picture, and the legend that says so."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from pil_discovery.maps.canvas import PAPER, Canvas, Pen, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from pil_discovery.maps.view import View

FINDING = "#d7191c"
COLOURS = ("#0b6fb8", "#1a8a4a", "#8e44ad", "#8a6508", "#008b8b", "#5d4037")
"""Lines of layers that name no colour, in order."""
DASHES = ((20, 11), (6, 10), (20, 9, 6, 9), (40, 13))
"""Patterns of the same lines: their colours are much the same grey in print. The
finding alone is a whole line."""


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
    """

    frame: gpd.GeoDataFrame
    name: str
    colour: str | None = None
    fill: float = 0.18
    width: int = 3
    label: str | None = None
    finding: bool = False


def styled(layers: Sequence[MapLayer]) -> list[tuple[MapLayer, Pen]]:
    """Give every layer its pen: colours for the screen, patterns for grey print."""
    pens = []
    plain = 0
    for layer in layers:
        if layer.finding:
            pens.append(Pen(layer.colour or FINDING, layer.width + 2, PAPER))
            continue
        colour = layer.colour or COLOURS[plain % len(COLOURS)]
        pens.append(Pen(colour, layer.width, PAPER, DASHES[plain % len(DASHES)]))
        plain += 1
    return list(zip(layers, pens, strict=True))


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
    ordered = sorted(styled(layers), key=lambda pair: pair[0].finding)
    for layer, pen in ordered:
        for shape in view.place(shapes_of([layer])):
            if filled and layer.fill > 0 and shapely.get_dimensions(shape) == 2:
                canvas.fill(shape, _tint(layer, pen.colour), view.box)
            if shapely.get_dimensions(shape) == 0:
                _dot(canvas, view, shape, pen.colour)
            else:
                canvas.outline(shape, pen, view.box)


def draw_labels(
    canvas: Canvas, view: View, layers: Sequence[MapLayer], *, size: int
) -> None:
    """Write labels on features, dark in a white rim, none over another.

    A label that finds no free place is left out: the legend and the tables name the
    feature. Labels of the finding come first.
    """
    labels = _Labels(canvas, view, size)
    for layer in sorted(layers, key=lambda item: not item.finding):
        if layer.label is None:
            continue
        for text, shape in zip(
            layer.frame[layer.label], layer.frame.geometry, strict=True
        ):
            if shape is not None and not shape.is_empty:
                labels.write(str(text), shape)


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
    for layer, pen in sorted(styled(layers), key=lambda pair: not pair[0].finding):
        need = int(size * 2.6 + text_width(layer.name, size))
        if x > left and x + need > right:
            x, y = left, y + int(size * 1.5)
        box = (x, y - size // 2, x + int(size * 2.2), y + size // 2)
        if filled and layer.fill > 0:
            canvas.fill(shapely.box(*box), _tint(layer, pen.colour), box)
        canvas.outline(shapely.box(*box), replace(pen, casing=None), _roomy(box))
        canvas.text((box[2] + size * 0.4, y), layer.name, size=size)
        x += need + size
    return y + size


def _roomy(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    return box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1


def _tint(layer: MapLayer, colour: str) -> str:
    """Return the fill as `#rrggbbaa`; the finding stands out from what it lies on."""
    share = min(layer.fill * (2.0 if layer.finding else 1.0), 1.0)
    return f"{colour}{round(share * 255):02x}"


def _dot(canvas: Canvas, view: View, shape: shapely.Geometry, colour: str) -> None:
    x0, y0, x1, y1 = view.box
    for x, y in shapely.get_coordinates(shape):
        if x0 <= x <= x1 and y0 <= y <= y1:
            canvas.draw.ellipse(
                (x - 9, y - 9, x + 9, y + 9), fill=colour, outline=PAPER, width=3
            )


@dataclass
class _Labels:
    """Labels written so far, so that none covers another."""

    canvas: Canvas
    view: View
    size: int
    taken: list[shapely.Geometry] = field(default_factory=list)

    def write(self, text: str, shape: shapely.Geometry) -> None:
        """Write a label in the middle of what is visible, else above or below it."""
        frame = shapely.box(*self.view.box)
        lone = np.empty(1, dtype=object)
        lone[0] = shape
        visible = shapely.intersection(self.view.place(lone)[0], frame)
        if shapely.is_empty(visible):
            return
        middle = shapely.point_on_surface(visible)
        x, y = float(shapely.get_x(middle)), float(shapely.get_y(middle))
        top, bottom = shapely.bounds(visible)[[1, 3]]
        half, high = text_width(text, self.size) / 2 + 6, self.size * 0.7
        for place in (y, float(top) - self.size, float(bottom) + self.size):
            box = shapely.box(x - half, place - high, x + half, place + high)
            if self._free(box, frame):
                self.taken.append(box)
                self.canvas.text((x, place), text, size=self.size, anchor="mm", halo=5)
                return

    def _free(self, box: shapely.Geometry, frame: shapely.Geometry) -> bool:
        inside = bool(shapely.contains(frame, box))
        return inside and not any(shapely.intersects(box, t) for t in self.taken)
