"""Bars and columns for papers: few, thick, with their numbers; readable in grey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.maps.canvas import INK, PALE, Canvas, text_width, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.maps.canvas import Box

WIDTH = 1770
"""Pixels: 150 mm at 300 dots an inch."""
SIZE = 42
"""Height of the letters in pixels, 10 pt."""
FILL = "#3b5b7e"
GRID = "#d9d9d9"
STRIPE = 14
_GAP = 24
_LABEL_SHARE = 0.36
_COLUMNS_HEIGHT = 620


@dataclass(frozen=True)
class Stick:
    """A bar: label, length (None: not known), words at its end.

    A `faint` one is striped: it rests on few cases.
    """

    label: str
    length: float | None
    words: str = ""
    faint: bool = False


def draw_bars(sticks: Sequence[Stick], *, longest: float | None = None) -> bytes:
    """Draw bars from left to right, one below another, as PNG.

    Parameters
    ----------
    sticks
        In the order from top to bottom.
    longest
        Length that fills the width, with lines at its quarters; None takes the longest
        bar, without lines.
    """
    label_width = int(WIDTH * _LABEL_SHARE)
    labels = [wrap(s.label, SIZE, label_width - _GAP) for s in sticks]
    heights = [max(len(lines), 1) * int(SIZE * 1.3) + _GAP for lines in labels]
    words_width = max((text_width(s.words, SIZE) for s in sticks), default=0)
    room = WIDTH - label_width - int(words_width) - 2 * _GAP
    canvas = Canvas(WIDTH, sum(heights) + _GAP)
    full = _full(sticks, longest)
    if longest:
        for quarter in range(1, 5):
            x = label_width + room * quarter / 4
            ends = [(x, _GAP // 2), (x, sum(heights) + _GAP // 2)]
            canvas.draw.line(ends, fill=GRID, width=2)
    top = _GAP // 2
    for stick, lines, height in zip(sticks, labels, heights, strict=True):
        middle = top + height / 2
        for n, line in enumerate(lines):
            y = middle + (n - (len(lines) - 1) / 2) * SIZE * 1.3
            canvas.text((label_width - _GAP, y), line, size=SIZE, anchor="rm")
        end = label_width + round(room * (stick.length or 0) / full)
        _fill(canvas, (label_width, int(middle - 24), end, int(middle + 24)), stick)
        canvas.text((end + _GAP, middle), stick.words, size=SIZE, halo=4)
        top += height
    canvas.draw.line([(label_width, _GAP // 2), (label_width, top)], fill=INK, width=3)
    return canvas.png()


def draw_columns(sticks: Sequence[Stick], *, longest: float | None = None) -> bytes:
    """Draw bars from the ground up, side by side, as PNG; labels stand below."""
    canvas = Canvas(WIDTH, _COLUMNS_HEIGHT)
    top, bottom = int(SIZE * 2), _COLUMNS_HEIGHT - int(SIZE * 1.8)
    full = _full(sticks, longest)
    step = WIDTH / max(len(sticks), 1)
    for n, stick in enumerate(sticks):
        middle = (n + 0.5) * step
        height = round((bottom - top) * (stick.length or 0) / full)
        half = min(step * 0.3, 60)
        box = (int(middle - half), bottom - height, int(middle + half), bottom)
        _fill(canvas, box, stick)
        canvas.text((middle, bottom - height - 12), stick.words, size=SIZE, anchor="ms")
        canvas.text((middle, bottom + 14), stick.label, size=SIZE - 4, anchor="ma")
    canvas.draw.line([(0, bottom), (WIDTH, bottom)], fill=INK, width=3)
    return canvas.png()


def _full(sticks: Sequence[Stick], longest: float | None) -> float:
    return longest or max((s.length or 0.0 for s in sticks), default=0.0) or 1.0


def _fill(canvas: Canvas, box: Box, stick: Stick) -> None:
    left, top, right, bottom = box
    if stick.length is None or right <= left or bottom <= top:
        return
    if not stick.faint:
        canvas.draw.rectangle(box, fill=FILL, outline=INK, width=2)
        return
    for start in np.arange(left - (bottom - top), right, STRIPE):
        x0, x1 = max(float(start), left), min(float(start) + bottom - top, right)
        if x0 < x1:
            ends = [(x0, bottom - (x0 - start)), (x1, bottom - (x1 - start))]
            canvas.draw.line(ends, fill=PALE, width=3)
    canvas.draw.rectangle(box, outline=INK, width=3)
