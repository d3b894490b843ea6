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
    drawn = view.place_seen(shapes_of([x for x in layers if not x.base]))
    labels = _Labels(canvas, view, size, drawn, _signs(drawn))
    middle = np.array([view.box[:2], view.box[2:]]).mean(axis=0)
    own = True
    for layer in sorted(layers, key=lambda item: not item.finding):
        if own and not layer.finding:
            labels.taken.extend(_patches(view, layers))
            own = False
        if layer.label is None:
            continue
        every = np.asarray(layer.frame.geometry, dtype=object)
        there = ~shapely.is_missing(every) & ~shapely.is_empty(every)
        shapes, kept = view.place_near(every[there])
        texts = layer.frame[layer.label].to_numpy()[there][kept]
        far = shapely.distance(shapes, shapely.Point(middle))
        for n in np.argsort(far, kind="stable")[:MOST_LABELS]:
            labels.write(str(texts[n]), shapes[n])


def _signs(shapes: NDArray[np.object_]) -> list[shapely.Geometry]:
    points = shapes[shapely.get_dimensions(shapes) == 0]
    return list(shapely.buffer(points, CLEAR_PX, quad_segs=2))


def _patches(view: View, layers: Sequence[MapLayer]) -> list[shapely.Geometry]:
    found = shapes_of([layer for layer in layers if layer.finding])
    shapes = view.place_seen(found)
    return list(shapely.buffer(shapes, CLEAR_PX / 4, quad_segs=1))


@dataclass
class _Labels:
    """Labels written so far, so that none covers another.

    A name beside its feature never lies on another one: it would name that.
    """

    canvas: Canvas
    view: View
    size: int
    drawn: NDArray[np.object_]
    taken: list[shapely.Geometry] = field(default_factory=list)

    def write(self, text: str, shape: shapely.Geometry) -> None:
        """Write a label inside a shape, else over, below or beside its middle."""
        frame = shapely.box(*self.view.box)
        visible = shapely.intersection(shape, frame)
        half, high = text_width(text, self.size) / 2 + 6, self.size * 0.7
        if not text or shapely.is_empty(visible):
            return
        for x, y, inside in _places(visible, half, high):
            box = shapely.box(x - half, y - high, x + half, y + high)
            if self._free(box, frame) and (inside or self._alone(box, shape)):
                self.taken.append(box)
                self.canvas.text((x, y), text, size=self.size, anchor="mm", halo=5)
                return

    def _alone(self, box: shapely.Geometry, own: shapely.Geometry) -> bool:
        there = self.drawn[shapely.intersects(box, self.drawn)]
        return bool(shapely.equals(there, own).all())

    def _free(self, box: shapely.Geometry, frame: shapely.Geometry) -> bool:
        inside = bool(shapely.contains(frame, box))
        return inside and not shapely.intersects(box, self.taken).any()


def _places(
    shape: shapely.Geometry, half: float, high: float
) -> Iterator[tuple[float, float, bool]]:
    """Yield middles of labels, the best first, and whether they lie in the shape."""
    left, top, right, bottom = (float(v) for v in shapely.bounds(shape))
    if shapely.get_dimensions(shape) == 2:
        shapely.prepare(shape)
        for share in _HEIGHTS:
            y = top + share * (bottom - top)
            for x in _chords(shape, y):
                if shapely.contains(
                    shape, shapely.box(x - half, y - high, x + half, y + high)
                ):
                    yield x, y, True
    middle = shapely.point_on_surface(shape)
    x, y = float(shapely.get_x(middle)), float(shapely.get_y(middle))
    if shapely.get_dimensions(shape) == 2 and right - left > 1.2 * half:
        yield x, y, False
    yield x, top - high - 4, False
    yield x, bottom + high + 4, False
    yield right + half + 4, y, False
    yield left - half - 4, y, False


def _chords(shape: shapely.Geometry, y: float) -> NDArray[np.float64]:
    """Return the middles of the pieces of a level line in a shape, longest first."""
    left, _, right, _ = shapely.bounds(shape)
    cut = shapely.intersection(shape, shapely.LineString([(left, y), (right, y)]))
    ends = shapely.bounds(shapely.get_parts(cut)).reshape(-1, 4)
    longest = np.argsort(ends[:, 0] - ends[:, 2], kind="stable")
    middles: NDArray[np.float64] = ends[longest][:, [0, 2]].mean(axis=1)
    return middles
