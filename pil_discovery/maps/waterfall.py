"""How a score comes about: what each part adds, and what doubt takes away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.maps.canvas import INK, PALE, Canvas, Pen, fit_size, text_width, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.maps.canvas import Form

WIDTH = 1772
"""150 mm at 300 dots per inch."""
LARGE, NORMAL, SMALL = 42, 33, 29
ROW = 74
NAMES, WORDS = 520, 330
"""Room for the names of the steps and for what stands behind them, pixels."""
GAINED, LOST, TOTAL = "#0072b2", "#e69f00", "#3a3a3a"
STRIPE = 14
NOTICE = "得分只决定先看哪一条，不说明违法；事实待核查。"


@dataclass(frozen=True)
class Step:
    """One step of a score.

    Attributes
    ----------
    name
        What adds or takes away.
    change
        Points, negative where it takes away; None for a total so far.
    words
        What stands behind it, such as a value and its weight.
    """

    name: str
    change: float | None
    words: str = ""


def draw_waterfall(
    steps: Sequence[Step], *, title: str = "得分的构成", form: Form = "png"
) -> bytes:
    """Draw a score as a waterfall of points: gains whole, losses striped.

    Parameters
    ----------
    steps
        From the top down.
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
    top = 110 if title else 30
    canvas = Canvas(WIDTH, top + ROW * len(steps) + 300)
    if title:
        size = fit_size(title, LARGE, WIDTH - 40, least=SMALL)
        canvas.text((WIDTH / 2, 46), title, size=size, anchor="mm")
    left, right = NAMES, WIDTH - WORDS
    reached = np.cumsum([step.change or 0.0 for step in steps])
    most = max(float(reached.max(initial=0.0)), 1.0) * 1.18
    scale = (right - left) / most
    bottom = top + ROW * len(steps)
    _draw_grid(canvas, (left, top, right, bottom), most)
    before = 0.0
    for number, (step, after) in enumerate(zip(steps, reached, strict=True)):
        y = top + ROW * number + ROW / 2
        start, end = (0.0, after) if step.change is None else (before, float(after))
        _draw_bar(canvas, (left + start * scale, left + end * scale, y), step)
        size = fit_size(step.name, NORMAL, NAMES - 30, least=SMALL)
        canvas.text((left - 20, y), step.name, size=size, anchor="rm")
        told = f"{after:.2f}" if step.change is None else _signed(step.change)
        canvas.text((left + max(start, end) * scale + 12, y), told, size=SMALL, halo=4)
        size = fit_size(step.words, SMALL, WORDS - 60, least=22)
        canvas.text((WIDTH - 20, y), step.words, size=size, colour=PALE, anchor="rm")
        if number + 1 < len(steps):
            x = left + after * scale
            canvas.line([(x, y + 22), (x, y + ROW - 22)], Pen(PALE, 2, None, (6, 6)))
        before = float(after)
    _foot(canvas, bottom)
    return canvas.encode(form)


def _draw_grid(canvas: Canvas, box: tuple[int, int, int, int], most: float) -> None:
    left, top, right, bottom = box
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100) if most / s <= 8)
    for value in range(0, int(most) + 1, step):
        x = left + value * (right - left) / most
        ink = INK if value == 0 else "#d9d9d9"
        canvas.draw.line([(x, top), (x, bottom)], fill=ink, width=3 if not value else 1)
        canvas.text((x, bottom + 10), str(value), size=SMALL, anchor="ma")


def _draw_bar(canvas: Canvas, ends: tuple[float, float, float], step: Step) -> None:
    low, high, y = min(ends[:2]), max(ends[:2]), ends[2]
    box = (low, y - 22, high, y + 22)
    if step.change is None or step.change >= 0:
        colour = TOTAL if step.change is None else GAINED
        if high - low >= 1:
            canvas.draw.rectangle(box, fill=colour, outline=INK, width=2)
        return
    canvas.draw.rectangle(box, fill="#ffffff")
    for start in np.arange(low - 44, high, STRIPE):
        x0, x1 = max(float(start), low), min(float(start) + 44, high)
        if x0 < x1:
            line = [(x0, y + 22 - (x0 - start)), (x1, y + 22 - (x1 - start))]
            canvas.draw.line(line, fill=LOST, width=6)
    canvas.draw.rectangle(box, outline=INK, width=2)


def _signed(points: float) -> str:
    return f"{points:+.2f}".replace("-", "−") if abs(points) >= 0.005 else "0.00"


def _foot(canvas: Canvas, bottom: int) -> None:
    y = bottom + 84
    x = 24.0
    for step, words in (
        (Step("", 1.0), "加分"),
        (Step("", -1.0), "因存疑、难查而减去"),
        (Step("", None), "合计"),
    ):
        _draw_bar(canvas, (x, x + 60, y), step)
        canvas.text((x + 76, y), words, size=SMALL)
        x += 76 + text_width(words, SMALL) + 50
    y += 60
    for line in wrap(NOTICE, SMALL, WIDTH - 48):
        canvas.text((24, y), line, size=SMALL, colour=PALE)
        y += 42
    canvas.cut(y + 4)
