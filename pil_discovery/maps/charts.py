"""The curve of an index over time, as it is printed below its pictures."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.maps.canvas import INK, PALE, PAPER, Canvas, Pen, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pil_discovery.maps.canvas import Box, Form

    Point = tuple[float, float]

WIDTH, HEIGHT = 1772, 560
"""150 mm at 300 dots per inch, and the height of the axes."""
DOT = 8
DASH = (16, 10)
HATCH = 22
"""Pixels between the strokes of a shaded interval; print has patterns, no tints."""
SHADE = "#8a8a8a"
STEPS = (0.1, 0.2, 0.5, 1.0)
LEAST_SPAN = 0.6
"""Least height of the axis in units of the index: small scatter must look small."""


@dataclass(frozen=True)
class Curve:
    """An index of one polygon over time.

    Attributes
    ----------
    name
        Chinese name of the index.
    days, values
        In order of days; NaN where nothing was seen.
    clear
        Whether enough of the polygon was seen; other dates are hollow dots, and
        without a value they stand on the foot of the chart.
    numbers
        Number of the picture of each day, 0 for a day without one.
    compared
        What the values are compared with, on the same days (NaN: not known); empty
        without it.
    compared_name
        Its Chinese name.
    interval
        First and last day of a shaded interval, or None.
    interval_name
        Its Chinese name.
    """

    name: str
    days: tuple[dt.date, ...]
    values: tuple[float, ...]
    clear: tuple[bool, ...]
    numbers: tuple[int, ...] = ()
    compared: tuple[float, ...] = ()
    compared_name: str = ""
    interval: tuple[dt.date, dt.date] | None = None
    interval_name: str = ""


@dataclass(frozen=True)
class _Axes:
    """Where days and values lie on the sheet."""

    box: Box
    first: int
    last: int
    low: float
    high: float

    def at(self, day: dt.date, value: float) -> Point:
        left, top, right, bottom = self.box
        across = (day.toordinal() - self.first) / max(self.last - self.first, 1)
        up = (value - self.low) / (self.high - self.low)
        return left + across * (right - left), bottom - up * (bottom - top)


def draw_curve(canvas: Canvas, curve: Curve, box: Box, *, size: int) -> int:
    """Draw a curve with its axes and key, and return where the key ends.

    Parameters
    ----------
    canvas
        The sheet.
    curve
        What is drawn.
    box
        Left, top, right, bottom of the axes, pixels.
    size
        Height of the letters, pixels.
    """
    axes = _axes(curve, box)
    if curve.interval is not None:
        _shade(canvas, axes, curve.interval)
    _scale_values(canvas, axes, size)
    _scale_days(canvas, axes, size)
    if curve.compared:
        _polyline(canvas, axes, _known(curve, curve.compared), Pen(PALE, 3, None, DASH))
    seen = [
        p for p, c in zip(_known(curve, curve.values), _clear(curve), strict=True) if c
    ]
    _polyline(canvas, axes, seen, Pen(INK, 3))
    _dots(canvas, axes, curve, size)
    canvas.frame(box, width=2)
    canvas.text((box[0], box[1] - size), curve.name, size=size)
    return _key(canvas, curve, (box[0], box[3] + int(size * 2.6)), size)


def _axes(curve: Curve, box: Box) -> _Axes:
    known = [v for v in (*curve.values, *curve.compared) if math.isfinite(v)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    spare = max((high - low) * 0.12, (LEAST_SPAN - high + low) / 2)
    days = [d.toordinal() for d in (*curve.days, *(curve.interval or ()))]
    first, last = min(days), max(days)
    margin = max((last - first) // 40, 5)
    return _Axes(box, first - margin, last + margin, low - spare, high + spare)


def _known(curve: Curve, values: Sequence[float]) -> list[tuple[dt.date, float]]:
    pairs = zip(curve.days, values, strict=True)
    return [(day, value) for day, value in pairs if math.isfinite(value)]


def _clear(curve: Curve) -> list[bool]:
    pairs = zip(curve.values, curve.clear, strict=True)
    return [clear for value, clear in pairs if math.isfinite(value)]


def _polyline(
    canvas: Canvas, axes: _Axes, points: Sequence[tuple[dt.date, float]], pen: Pen
) -> None:
    places = [axes.at(day, value) for day, value in points]
    if len(places) > 1:
        canvas.line(places, pen)


def _dots(canvas: Canvas, axes: _Axes, curve: Curve, size: int) -> None:
    numbers = curve.numbers or (0,) * len(curve.days)
    rows = zip(curve.days, curve.values, curve.clear, numbers, strict=True)
    taken = -math.inf
    for day, value, clear, number in rows:
        x, y = axes.at(day, value if math.isfinite(value) else axes.low)
        ink = INK if clear else PAPER
        canvas.draw.ellipse(
            (x - DOT, y - DOT, x + DOT, y + DOT), fill=ink, outline=INK, width=3
        )
        half = text_width(str(number), size - 4) / 2 + 3
        if number and x - half > taken:
            taken = x + half
            canvas.text(
                (x, y - DOT - 6), str(number), size=size - 4, anchor="ms", halo=3
            )


def _shade(canvas: Canvas, axes: _Axes, interval: tuple[dt.date, dt.date]) -> None:
    """Hatch an interval and bound it by dashed lines."""
    _, top, _, bottom = axes.box
    left, right = (axes.at(day, axes.low)[0] for day in interval)
    height = bottom - top
    for start in np.arange(left - height, right, HATCH):
        x0, x1 = max(float(start), left), min(float(start) + height, right)
        if x0 < x1:
            ends = [(x0, bottom - (x0 - start)), (x1, bottom - (x1 - start))]
            canvas.draw.line(ends, fill=SHADE, width=1)
    for x in (left, right):
        canvas.line([(x, top), (x, bottom)], Pen(PALE, 2, None, (8, 6)))


def _scale_values(canvas: Canvas, axes: _Axes, size: int) -> None:
    left, _, right, _ = axes.box
    span = axes.high - axes.low
    step = next((s for s in STEPS if span / s <= 6), STEPS[-1])
    day = dt.date.fromordinal(axes.first)
    for number in range(math.ceil(axes.low / step), math.floor(axes.high / step) + 1):
        y = axes.at(day, number * step)[1]
        canvas.draw.line([(left - 10, y), (left, y)], fill=INK, width=2)
        canvas.draw.line([(left, y), (right, y)], fill="#d9d9d9", width=1)
        words = f"{number * step:.1f}".replace("-", "−")
        canvas.text((left - 16, y), words, size=size, anchor="rm")


def _scale_days(canvas: Canvas, axes: _Axes, size: int) -> None:
    bottom = axes.box[3]
    for day, words in _ticks(axes, size):
        x = axes.at(day, axes.low)[0]
        canvas.draw.line([(x, bottom), (x, bottom + 10)], fill=INK, width=2)
        canvas.text((x, bottom + 14), words, size=size, anchor="ma")


def _ticks(axes: _Axes, size: int) -> Iterator[tuple[dt.date, str]]:
    """Yield first days of months, as many as find room."""
    room = (axes.box[2] - axes.box[0]) / (text_width("2026-01", size) * 1.4)
    months = (axes.last - axes.first) / 30.44
    step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120) if months / s <= room)
    day = dt.date.fromordinal(axes.first).replace(day=1)
    while day.toordinal() <= axes.last:
        if (
            day.toordinal() >= axes.first
            and (day.year * 12 + day.month - 1) % step == 0
        ):
            yield day, f"{day:%Y-%m}"
        ahead = day.year * 12 + day.month
        day = day.replace(year=ahead // 12, month=ahead % 12 + 1)


def _key(canvas: Canvas, curve: Curve, corner: tuple[int, int], size: int) -> int:
    """Explain the dots, the dashed line and the hatching; return where that ends."""
    x, y = corner
    for kind, words in _entries(curve):
        _sample(canvas, kind, (x, y), size)
        canvas.text((x + 2 * size + 10, y), words, size=size)
        x += int(2 * size + 10 + text_width(words, size) + size * 1.4)
    return y + size


def _entries(curve: Curve) -> Iterator[tuple[str, str]]:
    yield "clear", "有效观测（数字为影像序号）"
    if not all(curve.clear):
        yield "hidden", "有云等遮挡，不参与判断"
    if curve.compared:
        yield "compared", curve.compared_name
    if curve.interval is not None:
        yield "interval", curve.interval_name


def _sample(canvas: Canvas, kind: str, place: tuple[int, int], size: int) -> None:
    x, y = place
    if kind in {"clear", "hidden"}:
        ink = INK if kind == "clear" else PAPER
        box = (x + size - DOT, y - DOT, x + size + DOT, y + DOT)
        canvas.draw.ellipse(box, fill=ink, outline=INK, width=3)
    elif kind == "compared":
        canvas.line([(x, y), (x + 2 * size, y)], Pen(PALE, 3, None, DASH))
    else:
        box = (x, y - size // 2, x + 2 * size, y + size // 2)
        for start in range(box[0] - size, box[2], 10):
            x0, x1 = max(start, box[0]), min(start + size, box[2])
            ends = [(x0, box[3] - (x0 - start)), (x1, box[3] - (x1 - start))]
            canvas.draw.line(ends, fill=SHADE, width=1)
        canvas.draw.rectangle(box, outline=PALE, width=2)


def draw_series(curve: Curve, *, title: str = "", form: Form = "png") -> bytes:
    """Draw a curve on a sheet of its own.

    Parameters
    ----------
    curve
        What is drawn; its interval is hatched.
    title
        Chinese line above; an empty one is left out.
    form
        `png` or `svg`.

    Returns
    -------
    bytes
        150 mm wide, PNG at 300 dpi; the same input gives the same bytes.

    Raises
    ------
    FontError
        No Chinese font, or a letter that no font can write.
    """
    top = 130 if title else 70
    canvas = Canvas(WIDTH, top + HEIGHT + 200)
    if title:
        canvas.text((WIDTH / 2, 46), title, size=42, anchor="mm")
    box = (130, top, WIDTH - 40, top + HEIGHT)
    canvas.cut(draw_curve(canvas, curve, box, size=30) + 10)
    return canvas.encode(form)
