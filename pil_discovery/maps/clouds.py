"""Ground that clouds hide, hatched on its picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.maps.canvas import INK, PAPER
from pil_discovery.maps.pictures import sample_valid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pil_discovery.maps.canvas import Canvas, Point
    from pil_discovery.maps.view import View
    from pil_discovery.types import Image

HATCH = 16
"""Pixels between the strokes."""


def hatch_hidden(canvas: Canvas, image: Image, view: View) -> float:
    """Hatch what clouds hide in a frame, and return its share of the picture there.

    A picture without a cloud mask tells nothing of clouds: its share is NaN.
    """
    seen = sample_valid(image, view)
    if seen is None:
        return math.nan
    inside, clear = seen
    hidden = inside & ~clear
    if not hidden.any():
        return 0.0
    for ends in _strokes(hidden, view.box[:2]):
        canvas.draw.line(ends, fill=INK, width=4)
        canvas.draw.line(ends, fill=PAPER, width=2)
    return float(hidden.sum() / inside.sum())


def _strokes(
    hidden: NDArray[np.bool_], corner: tuple[int, int]
) -> Iterator[list[Point]]:
    """Yield the pieces of falling diagonals that lie on hidden ground."""
    rows, columns = hidden.shape
    for start in range(HATCH - rows, columns, HATCH):
        lit = np.concatenate([[False], hidden.diagonal(start), [False]])
        edges = np.flatnonzero(lit[1:] != lit[:-1]) + max(0, -start)
        for low, high in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            yield [
                (float(corner[0] + row + start), float(corner[1] + row))
                for row in (low, high)
            ]
