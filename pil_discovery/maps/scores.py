"""Three small charts of a backtest: order, honest probabilities, course of rates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.maps.canvas import INK, PALE, Canvas, Pen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pil_discovery.maps.canvas import Box

WIDTH, HEIGHT = 1772, 640
LARGE, SMALL = 30, 22
DOT = 7
DASH = (12, 8)
GRID = "#d9d9d9"
BOXES: tuple[Box, ...] = (
    (110, 150, 560, 510),
    (710, 150, 1110, 510),
    (1250, 150, 1740, 510),
)


@dataclass(frozen=True)
class Period:
    """What is drawn of one period; shares are 0–1.

    Attributes
    ----------
    name
        2014Q3 or a date.
    auc, auc_low, auc_high
        Order and its interval; NaN where it is not defined.
    rate, expected
        Confirmed share, and mean probability.
    alarm
        Whether the drift alarm fired.
    """

    name: str
    auc: float
    auc_low: float
    auc_high: float
    rate: float
    expected: float
    alarm: bool


@dataclass(frozen=True)
class _Axes:
    """Where values lie in a box."""

    box: Box
    across: tuple[float, float]
    up: tuple[float, float]

    def at(self, x: float, y: float) -> tuple[float, float]:
        left, top, right, bottom = self.box
        (x0, x1), (y0, y1) = self.across, self.up
        return (
            left + (x - x0) / (x1 - x0) * (right - left),
            bottom - (y - y0) / (y1 - y0) * (bottom - top),
        )


def draw_scores(
    periods: Sequence[Period], groups: Sequence[tuple[float, float]], title: str
) -> bytes:
    """Draw a backtest as PNG.

    Parameters
    ----------
    periods
        In order of time.
    groups
        Mean probability and confirmed share of each of ten groups.
    title
        Over the sheet.
    """
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.text((WIDTH / 2, 46), title, size=LARGE, anchor="mm")
    _draw_order(canvas, periods)
    _draw_honesty(canvas, groups)
    _draw_rates(canvas, periods)
    return canvas.png()


def _draw_order(canvas: Canvas, periods: Sequence[Period]) -> None:
    known = [p for p in periods if math.isfinite(p.auc)]
    low = min([0.45, *(p.auc_low for p in known)])
    high = max([0.8, *(p.auc_high for p in known)])
    axes = _Axes(BOXES[0], (-0.5, len(periods) - 0.5), (low - 0.02, high + 0.02))
    _frame(canvas, axes, "各时段的排序（AUC，竖线为 95% 区间）", _ticks(axes.up, 0.1))
    _names(canvas, axes, periods)
    canvas.line(
        [axes.at(axes.across[0], 0.5), axes.at(axes.across[1], 0.5)],
        Pen(PALE, 2, None, DASH),
    )
    for number, period in enumerate(periods):
        if period in known:
            ends = [axes.at(number, v) for v in (period.auc_low, period.auc_high)]
            canvas.line(ends, Pen(INK, 3))
            _dot(canvas, axes.at(number, period.auc), filled=True)
    _key(canvas, BOXES[0], [("虚线", "随机的水平")])


def _draw_honesty(canvas: Canvas, groups: Sequence[tuple[float, float]]) -> None:
    most = max([0.2, *(max(pair) for pair in groups)]) * 1.08
    axes = _Axes(BOXES[1], (0.0, most), (0.0, most))
    step = 0.1 if most < 0.6 else 0.2
    _frame(canvas, axes, "预期与实际属实率（十组）", _ticks(axes.up, step))
    for value in _ticks(axes.across, step):
        x, bottom = axes.at(value, 0.0)
        canvas.text((x, bottom + 24), f"{value:.0%}", size=SMALL, anchor="mm")
    canvas.line([axes.at(0, 0), axes.at(most, most)], Pen(PALE, 2, None, DASH))
    for expected, observed in groups:
        _dot(canvas, axes.at(expected, observed), filled=True)
    _key(canvas, BOXES[1], [("横", "预期"), ("纵", "实际"), ("虚线", "完全相符")])


def _draw_rates(canvas: Canvas, periods: Sequence[Period]) -> None:
    most = max(max(p.rate, p.expected) for p in periods) * 1.25
    axes = _Axes(BOXES[2], (-0.5, len(periods) - 0.5), (0.0, max(most, 0.1)))
    step = 0.05 if most < 0.3 else 0.2
    _frame(canvas, axes, "属实率的走势", _ticks(axes.up, step))
    _names(canvas, axes, periods)
    for values, pen in (
        ([p.rate for p in periods], Pen(INK, 3)),
        ([p.expected for p in periods], Pen(PALE, 3, None, DASH)),
    ):
        places = [axes.at(number, value) for number, value in enumerate(values)]
        if len(places) > 1:
            canvas.line(places, pen)
    for number, period in enumerate(periods):
        place = axes.at(number, period.rate)
        _dot(canvas, place, filled=not period.alarm)
        if period.alarm:
            above = (place[0], place[1] - 24)
            canvas.text(above, "警", size=SMALL, anchor="mm", halo=3)
    _key(canvas, BOXES[2], [("实线", "实际"), ("虚线", "预期"), ("空心", "漂移警报")])


def _frame(canvas: Canvas, axes: _Axes, title: str, ticks: Iterable[float]) -> None:
    left, top, right, _ = axes.box
    for value in ticks:
        y = axes.at(axes.across[0], value)[1]
        canvas.draw.line([(left, y), (right, y)], fill=GRID, width=1)
        words = (
            f"{value:.2f}" if axes.up[1] > 0.7 and axes.up[0] > 0 else f"{value:.0%}"
        )
        canvas.text((left - 12, y), words, size=SMALL, anchor="rm")
    canvas.frame(axes.box, width=2)
    canvas.text((left, top - 28), title, size=SMALL + 2)


def _ticks(span: tuple[float, float], step: float) -> list[float]:
    first, last = math.ceil(span[0] / step - 1e-9), math.floor(span[1] / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _names(canvas: Canvas, axes: _Axes, periods: Sequence[Period]) -> None:
    """Write as many names of periods as find room, the last one always."""
    every = -(-len(periods) // 4)
    for number, period in enumerate(periods):
        if (len(periods) - 1 - number) % every == 0:
            x, bottom = axes.at(number, axes.up[0])
            canvas.text((x, bottom + 24), period.name, size=SMALL - 2, anchor="mm")


def _dot(canvas: Canvas, place: tuple[float, float], *, filled: bool) -> None:
    x, y = place
    canvas.draw.ellipse(
        (x - DOT, y - DOT, x + DOT, y + DOT),
        fill=INK if filled else "#ffffff",
        outline=INK,
        width=3,
    )


def _key(canvas: Canvas, box: Box, entries: Iterable[tuple[str, str]]) -> None:
    words = "　".join(f"{mark}：{meaning}" for mark, meaning in entries)
    canvas.text((box[0], box[3] + 72), words, size=SMALL - 2, colour=PALE)
