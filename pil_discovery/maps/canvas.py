"""A sheet to draw on: text in any language, lines with casings, translucent fills."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from PIL import Image, ImageDraw

from pil_discovery.maps.fonts import demand_glyphs, load_font, split_runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Box = tuple[int, int, int, int]

DPI = 300
CASING = 2
"""Pixels that a casing stands out on either side: a sixth of a millimetre."""
INK = "#1a1a1a"
PALE = "#5a5a5a"
PAPER = "#ffffff"
_WORD = re.compile(r"(?:[!-~–]+|.)[，。；：、）》”]*")


@dataclass(frozen=True)
class Pen:
    """How a line is drawn.

    Attributes
    ----------
    colour, width
        Of the line; pixels.
    casing
        Colour of a wider line beneath, so that a dark line is seen on dark ground, too.
    dash
        Lengths of ink and gap in turn, pixels; empty draws a whole line. It tells lines
        apart where print has no colour.
    """

    colour: str
    width: int = 4
    casing: str | None = None
    dash: tuple[int, ...] = ()


class Canvas:
    """An RGB sheet; positions are pixels from the upper left corner."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width, height), PAPER)
        self.draw = ImageDraw.Draw(self.image)

    def text(
        self,
        xy: tuple[float, float],
        text: str,
        *,
        size: int,
        colour: str = INK,
        anchor: str = "lm",
        halo: int = 0,
    ) -> None:
        """Draw one line of text.

        Parameters
        ----------
        xy
            Where the anchor lies.
        text
            One line.
        size
            Height of the em square in pixels.
        colour
            Of the letters.
        anchor
            l, m or r, then a (top), m (middle) or s (baseline).
        halo
            Width of a white rim, for text over pictures and fills.

        Raises
        ------
        FontError
            A letter that no font can write.
        """
        demand_glyphs(text)
        x = xy[0] - {"l": 0.0, "m": 0.5, "r": 1.0}[anchor[0]] * text_width(text, size)
        for path, run in split_runs(text):
            font = load_font(path, size)
            self.draw.text(
                (x, xy[1]),
                run,
                colour,
                font,
                f"l{anchor[1]}",
                stroke_width=halo,
                stroke_fill=PAPER,
            )
            x += font.getlength(run)

    def paste(self, pixels: NDArray[np.uint8], corner: tuple[int, int]) -> None:
        """Put an RGB array (rows, columns, 3) on the sheet."""
        self.image.paste(Image.fromarray(pixels), corner)

    def frame(self, box: Box, *, width: int = 3) -> None:
        """Draw a rectangle (left, top, right, bottom)."""
        self.draw.rectangle(box, outline=INK, width=width)

    def fill(self, shape: shapely.Geometry, colour: str, box: Box) -> None:
        """Fill polygons with a translucent colour `#rrggbbaa`, holes left open."""
        mask = Image.new("L", self.image.size, 0)
        brush = ImageDraw.Draw(mask)
        opacity = int(colour[7:9] or "ff", 16)
        for part in _parts(shape, box, 3):
            brush.polygon(_ring(shapely.get_exterior_ring(part)), fill=opacity)
            for number in range(int(shapely.get_num_interior_rings(part))):
                brush.polygon(_ring(shapely.get_interior_ring(part, number)), fill=0)
        self.image.paste(Image.new("RGB", self.image.size, colour[:7]), mask=mask)

    def outline(self, shape: shapely.Geometry, pen: Pen, box: Box) -> None:
        """Draw the edges of polygons, and lines, as far as they lie in the box."""
        for part in _parts(_edges(shape), box, 1):
            self.line(_ring(part), pen)

    def line(self, points: list[tuple[float, float]], pen: Pen) -> None:
        """Draw a line through points, its casing whole, its ink dashed where it is."""
        if pen.casing is not None:
            self._line(points, pen.casing, pen.width + 2 * CASING)
        for piece in dashes(points, pen.dash) if pen.dash else [points]:
            self._line(piece, pen.colour, pen.width)

    def cut(self, height: float) -> None:
        """Cut the sheet off below what was drawn."""
        self.image = self.image.crop((0, 0, self.image.width, int(height)))
        self.draw = ImageDraw.Draw(self.image)

    def png(self) -> bytes:
        """Return the sheet as PNG; the same drawing gives the same bytes."""
        out = io.BytesIO()
        self.image.save(out, format="PNG", dpi=(DPI, DPI), compress_level=6)
        return out.getvalue()

    def _line(self, line: list[tuple[float, float]], colour: str, width: int) -> None:
        self.draw.line(line, fill=colour, width=width, joint="curve")


def text_width(text: str, size: int) -> float:
    """Return the width of one line in pixels."""
    return sum(load_font(path, size).getlength(run) for path, run in split_runs(text))


def wrap(text: str, size: int, width: float) -> list[str]:
    """Break a text into lines that fit a width.

    Chinese breaks between any two letters but not before closing punctuation; numbers
    and Latin words stay whole.
    """
    lines = [""]
    for word in _WORD.findall(text):
        if lines[-1] and text_width(lines[-1] + word, size) > width:
            lines.append("")
        lines[-1] += word
    return lines


def dashes(
    points: list[tuple[float, float]], pattern: tuple[int, ...]
) -> list[list[tuple[float, float]]]:
    """Cut a line into the pieces that a pattern of ink and gap leaves.

    Parameters
    ----------
    points
        The line.
    pattern
        Lengths of ink and gap in turn, an even number of them.
    """
    place = np.asarray(points, dtype=float)
    steps = np.hypot(*np.diff(place, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    period = float(sum(pattern))
    starts = np.concatenate([[0.0], np.cumsum(pattern)[:-1]])
    pieces = []
    for turn in np.arange(0.0, along[-1], period):
        for start, ink in zip(starts[::2], pattern[::2], strict=True):
            ends = np.array([turn + start, min(turn + start + ink, along[-1])])
            if ends[0] >= along[-1]:
                break
            inside = along[(along > ends[0]) & (along < ends[1])]
            cut = np.concatenate([ends[:1], inside, ends[1:]])
            x, y = (np.interp(cut, along, place[:, axis]) for axis in (0, 1))
            pieces.append(list(zip(x.tolist(), y.tolist(), strict=True)))
    return pieces


def _edges(shape: shapely.Geometry) -> shapely.Geometry:
    # a mixed collection has no boundary of its own
    if shapely.get_type_id(shape) == 7:
        return shapely.union_all([_edges(part) for part in shapely.get_parts(shape)])
    return shapely.boundary(shape) if shapely.get_dimensions(shape) == 2 else shape


def _parts(shape: shapely.Geometry, box: Box, kind: int) -> list[shapely.Geometry]:
    """Return what lies in a box, taken apart into simple shapes of one kind."""
    cut = shapely.intersection(shape, shapely.box(*box))
    pieces = shapely.get_parts(shapely.get_parts(cut))
    if kind == 1:
        pieces = shapely.get_parts(shapely.line_merge(shapely.union_all(pieces)))
    kinds = shapely.get_type_id(pieces)
    kept = (kinds == kind) & ~shapely.is_empty(pieces)
    return [piece for piece, keep in zip(pieces, kept, strict=True) if keep]


def _ring(line: shapely.Geometry | None) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in shapely.get_coordinates([line])]
