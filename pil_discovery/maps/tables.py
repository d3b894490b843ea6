"""A table as a picture: few columns, a bar for the count, ruled for print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.maps.canvas import INK, PALE, Canvas, text_width, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.maps.canvas import Form

WIDTH = 1772
"""150 mm at 300 dots per inch."""
LARGE, NORMAL, SMALL = 42, 33, 29
MARGIN, LINE = 24, 44
BAR = "#9ec5de"
RULE = "#c8c8c8"


@dataclass(frozen=True)
class Column:
    """A column: heading, width in pixels, and whether a bar shows its numbers."""

    heading: str
    width: int
    bar: bool = False


def draw_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    title: str,
    note: str = "",
    form: Form = "png",
) -> bytes:
    """Draw a table; long cells are wrapped, rows never split.

    Parameters
    ----------
    columns
        From left to right; their widths add up to at most `WIDTH` − 2 `MARGIN`.
    rows
        Texts of each row; those of a column with bars are numbers.
    title, note
        Chinese lines above and below; an empty one is left out.
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
    told = [
        [wrap(cell, SMALL, c.width - 24) for c, cell in zip(columns, row, strict=True)]
        for row in rows
    ]
    heights = [max(len(cell) for cell in row) * LINE + 20 for row in told]
    top = 100 if title else 20
    canvas = Canvas(WIDTH, top + 80 + sum(heights) + 400)
    if title:
        canvas.text((WIDTH / 2, 46), title, size=LARGE, anchor="mm")
    lefts = [MARGIN + sum(c.width for c in columns[:n]) for n in range(len(columns))]
    right = lefts[-1] + columns[-1].width
    for x, column in zip(lefts, columns, strict=True):
        _heading(canvas, x, top + 32, column)
    y = top + 66
    canvas.draw.line([(MARGIN, y), (right, y)], fill=INK, width=4)
    most = [
        max((float(row[n]) for row in rows), default=0.0) if c.bar else 0.0
        for n, c in enumerate(columns)
    ]
    for cells, height in zip(told, heights, strict=True):
        for x, column, cell, full in zip(lefts, columns, cells, most, strict=True):
            _cell(canvas, (x, y, y + height), (column, full), cell)
        y += height
        canvas.draw.line([(MARGIN, y), (right, y)], fill=RULE, width=1)
    canvas.draw.line([(MARGIN, y), (right, y)], fill=INK, width=4)
    y += 44
    for line in wrap(note, SMALL, WIDTH - 2 * MARGIN) if note else []:
        canvas.text((MARGIN, y), line, size=SMALL, colour=PALE)
        y += 42
    canvas.cut(y + 4)
    return canvas.encode(form)


def _heading(canvas: Canvas, x: int, y: int, column: Column) -> None:
    canvas.text((x + 12, y), column.heading, size=NORMAL)


def _cell(
    canvas: Canvas,
    place: tuple[int, int, int],
    told: tuple[Column, float],
    lines: Sequence[str],
) -> None:
    (x, top, bottom), (column, full) = place, told
    middle = (top + bottom) / 2
    if column.bar and full > 0:
        words = lines[0]
        room = column.width - 36 - text_width("00000", SMALL)
        end = x + 12 + room * float(words) / full
        canvas.draw.rectangle(
            (x + 12, middle - 18, end, middle + 18), fill=BAR, outline=INK
        )
        canvas.text((end + 10, middle), words, size=SMALL)
        return
    for number, line in enumerate(lines):
        y = middle + (number - (len(lines) - 1) / 2) * LINE
        canvas.text((x + 12, y), line, size=SMALL)
