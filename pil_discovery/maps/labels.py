"""Names on features: where they find room, none over another, none over a finding."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from pil_discovery.maps.canvas import text_width
from pil_discovery.maps.layers import shapes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pil_discovery.maps.canvas import Canvas
    from pil_discovery.maps.layers import MapLayer
    from pil_discovery.maps.view import View

MOST_LABELS = 30
"""Names that are tried in a layer, nearest the middle of the sheet first."""
CLEAR_PX = 16
"""Ground kept free around signs."""
_HEIGHTS = (0.5, 0.2, 0.8, 0.35, 0.65, 0.1, 0.9)
"""Shares of the height of a shape at which a name may lie inside it."""


def draw_labels(
    canvas: Canvas, view: View, layers: Sequence[MapLayer], *, size: int
) -> None:
    """Write labels on features, dark in a white rim, none over another.

    A label that finds no free place is left out: the legend and the tables name the
    feature. Labels of the finding come first; no other covers it, and none a sign.
    """
    labels = _Labels(canvas, view, size, _signs(view, layers))
    middle = np.array([view.box[:2], view.box[2:]]).mean(axis=0)
    own = True
    for layer in sorted(layers, key=lambda item: not item.finding):
        if own and not layer.finding:
            labels.taken.extend(_patches(view, layers))
            own = False
        if layer.label is None:
            continue
        there = layer.frame.geometry.notna() & ~layer.frame.geometry.is_empty
        rows = layer.frame.loc[there]
        shapes, kept = view.place_near(shapes_of([layer]))
        texts = rows[layer.label].to_numpy()[kept]
        far = shapely.distance(shapes, shapely.Point(middle))
        for n in np.argsort(far, kind="stable")[:MOST_LABELS]:
            labels.write(str(texts[n]), shapes[n])


def _signs(view: View, layers: Sequence[MapLayer]) -> list[shapely.Geometry]:
    shapes = view.place_seen(shapes_of(layers))
    points = shapes[shapely.get_dimensions(shapes) == 0]
    return list(shapely.buffer(points, CLEAR_PX, quad_segs=2))


def _patches(view: View, layers: Sequence[MapLayer]) -> list[shapely.Geometry]:
    found = shapes_of([layer for layer in layers if layer.finding])
    shapes = view.place_seen(found)
    return list(shapely.buffer(shapes, CLEAR_PX / 4, quad_segs=1))


@dataclass
class _Labels:
    """Labels written so far, so that none covers another."""

    canvas: Canvas
    view: View
    size: int
    taken: list[shapely.Geometry] = field(default_factory=list)

    def write(self, text: str, shape: shapely.Geometry) -> None:
        """Write a label inside a shape, else over, below or beside its middle."""
        frame = shapely.box(*self.view.box)
        visible = shapely.intersection(shape, frame)
        half, high = text_width(text, self.size) / 2 + 6, self.size * 0.7
        if not text or shapely.is_empty(visible):
            return
        for x, y in _places(visible, half, high):
            box = shapely.box(x - half, y - high, x + half, y + high)
            if self._free(box, frame):
                self.taken.append(box)
                self.canvas.text((x, y), text, size=self.size, anchor="mm", halo=5)
                return

    def _free(self, box: shapely.Geometry, frame: shapely.Geometry) -> bool:
        inside = bool(shapely.contains(frame, box))
        return inside and not shapely.intersects(box, self.taken).any()


def _places(
    shape: shapely.Geometry, half: float, high: float
) -> Iterator[tuple[float, float]]:
    """Yield middles of labels, the best first: those that lie in the shape."""
    left, top, right, bottom = (float(v) for v in shapely.bounds(shape))
    if shapely.get_dimensions(shape) == 2:
        shapely.prepare(shape)
        for share in _HEIGHTS:
            y = top + share * (bottom - top)
            for x in _chords(shape, y):
                if shapely.contains(
                    shape, shapely.box(x - half, y - high, x + half, y + high)
                ):
                    yield x, y
    middle = shapely.point_on_surface(shape)
    x, y = float(shapely.get_x(middle)), float(shapely.get_y(middle))
    if shapely.get_dimensions(shape) == 2 and right - left > 1.2 * half:
        yield x, y
    yield x, top - high - 4
    yield x, bottom + high + 4
    yield right + half + 4, y
    yield left - half - 4, y


def _chords(shape: shapely.Geometry, y: float) -> NDArray[np.float64]:
    """Return the middles of the pieces of a level line in a shape, longest first."""
    left, _, right, _ = shapely.bounds(shape)
    cut = shapely.intersection(shape, shapely.LineString([(left, y), (right, y)]))
    ends = shapely.bounds(shapely.get_parts(cut)).reshape(-1, 4)
    longest = np.argsort(ends[:, 0] - ends[:, 2], kind="stable")
    middles: NDArray[np.float64] = ends[longest][:, [0, 2]].mean(axis=1)
    return middles
