"""A sheet to draw on: text in any language, lines with casings, translucent fills.

What is drawn is put on pixels at once, and kept as marks, so that every sheet can be
had as PNG and as SVG.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely
from PIL import Image, ImageChops, ImageDraw

from pil_discovery.maps.fonts import demand_glyphs, load_font, split_runs
from pil_discovery.maps.marks import Disc, Mark, Patch, Shape, Words, write_svg

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Box = tuple[int, int, int, int]
    Point = tuple[float, float]
    Form = Literal["png", "svg"]

DPI = 300
CASING = 2
"""Pixels that a casing stands out on either side: a sixth of a millimetre."""
INK = "#1a1a1a"
PALE = "#5a5a5a"
PAPER = "#ffffff"
TIGHT = 0.3
"""Pixels by which a long line may be simplified: nobody sees a third of one."""
LONG = 500
"""Points from which a line is long."""
_WORD = re.compile(r"[（《“]*(?:[!-~–]+|.)[，。；：、）》”]*")


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


class Brush:
    """Plain shapes: put on the pixels, and kept as marks."""

    def __init__(self, image: Image.Image, marks: list[Mark]) -> None:
        self.ink = ImageDraw.Draw(image)
        self.marks = marks

    def line(self, points: Sequence[Point], *, fill: str, width: int = 1) -> None:
        """Draw a line through points."""
        self.ink.line(points, fill=fill, width=width, joint="curve")
        self.marks.append(Shape((tuple(points),), False, stroke=fill, width=width))

    def rectangle(
        self,
        box: tuple[float, float, float, float],
        *,
        fill: str | None = None,
        outline: str | None = None,
        width: int = 1,
    ) -> None:
        """Draw a rectangle (left, top, right, bottom)."""
        x0, y0, x1, y1 = box
        self.ink.rectangle(box, fill=fill, outline=outline, width=width)
        ring = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
        self.marks.append(Shape((ring,), True, fill, 1.0, outline, width))

    def polygon(
        self,
        points: Sequence[Point],
        *,
        fill: str | None = None,
        outline: str | None = None,
        width: int = 1,
    ) -> None:
        """Draw a polygon without holes."""
        self.ink.polygon(points, fill=fill, outline=outline, width=width)
        self.marks.append(Shape((tuple(points),), True, fill, 1.0, outline, width))

    def ellipse(
        self,
        box: tuple[float, float, float, float],
        *,
        fill: str | None = None,
        outline: str | None = None,
        width: int = 1,
    ) -> None:
        """Draw an ellipse in a box (left, top, right, bottom)."""
        self.ink.ellipse(box, fill=fill, outline=outline, width=width)
        self.marks.append(Disc(box, fill, outline, width))


class Canvas:
    """An RGB sheet; positions are pixels from the upper left corner.

    Attributes
    ----------
    image
        The pixels.
    draw
        A brush for plain shapes.
    marks
        What was drawn, in order.
    """

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width, height), PAPER)
        self.marks: list[Mark] = []
        self.draw = Brush(self.image, self.marks)

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
        runs = [(load_font(path, size), run) for path, run in split_runs(text)]
        if not runs:
            return
        lengths = [font.getlength(run) for font, run in runs]
        length = sum(lengths)
        x = xy[0] - {"l": 0.0, "m": 0.5, "r": 1.0}[anchor[0]] * length
        up, down = runs[0][0].getmetrics()
        drop = {"a": float(up), "m": (up - down) / 2, "s": 0.0}[anchor[1]]
        place = (x, xy[1] + drop)
        self.marks.append(Words(place, text, size, length, colour, halo, PAPER))
        for (font, run), wide in zip(runs, lengths, strict=True):
            self.draw.ink.text(
                (x, xy[1]),
                run,
                colour,
                font,
                f"l{anchor[1]}",
                stroke_width=halo,
                stroke_fill=PAPER,
            )
            x += wide

    def paste(self, pixels: NDArray[np.uint8], corner: tuple[int, int]) -> None:
        """Put an RGB array (rows, columns, 3) on the sheet."""
        picture = Image.fromarray(pixels)
        self.image.paste(picture, corner)
        self.marks.append(Patch(picture, corner))

    def frame(self, box: Box, *, width: int = 3) -> None:
        """Draw a rectangle (left, top, right, bottom)."""
        self.draw.rectangle(box, outline=INK, width=width)

    def fill(
        self,
        shapes: shapely.Geometry | Iterable[shapely.Geometry],
        colour: str,
        box: Box,
    ) -> None:
        """Fill polygons with a translucent colour `#rrggbbaa`, holes left open.

        Where several of them overlap, the tint is that of one.
        """
        parts = [p for s in _several(shapes) for p in _parts(s, box, 3)]
        if not parts:
            return
        bounds = shapely.total_bounds(parts)
        left, top = (int(v) for v in np.floor(bounds[:2]))
        right, bottom = (int(v) + 1 for v in np.ceil(bounds[2:]))
        opacity = int(colour[7:9] or "ff", 16)
        mask = Image.new("L", (right - left, bottom - top), 0)
        brush = ImageDraw.Draw(mask)
        for part in parts:
            rings = _rings(part)
            placed = [[(x - left, y - top) for x, y in ring] for ring in rings]
            if len(placed) == 1:
                brush.polygon(placed[0], fill=opacity)
                continue
            own = Image.new("L", mask.size, 0)
            punch = ImageDraw.Draw(own)
            punch.polygon(placed[0], fill=opacity)
            for hole in placed[1:]:
                punch.polygon(hole, fill=0)
            mask.paste(ImageChops.lighter(mask, own))
        self.image.paste(colour[:7], (left, top, right, bottom), mask)
        turned = shapely.orient_polygons(parts, exterior_cw=False)
        runs = tuple(tuple(ring) for part in turned for ring in _rings(part))
        self.marks.append(Shape(runs, True, colour[:7], opacity / 255))

    def outline(
        self,
        shapes: shapely.Geometry | Iterable[shapely.Geometry],
        pen: Pen,
        box: Box,
    ) -> None:
        """Draw the edges of polygons, and lines, as far as they lie in the box.

        All casings lie below all ink: neighbours do not blot out each other's edge.
        """
        lines = [
            _points(part)
            for shape in _several(shapes)
            for part in _parts(_edges(shape), box, 1)
        ]
        for points in lines if pen.casing is not None else ():
            self._case(points, pen)
        for points in lines:
            self._ink(points, pen)

    def line(self, points: list[Point], pen: Pen) -> None:
        """Draw a line through points, its casing whole, its ink dashed where it is."""
        self._case(points, pen)
        self._ink(points, pen)

    def cut(self, height: float) -> None:
        """Cut the sheet off below what was drawn."""
        self.image = self.image.crop((0, 0, self.image.width, int(height)))
        self.draw = Brush(self.image, self.marks)

    def png(self) -> bytes:
        """Return the sheet as PNG; the same drawing gives the same bytes."""
        out = io.BytesIO()
        self.image.save(out, format="PNG", dpi=(DPI, DPI), compress_level=3)
        return out.getvalue()

    def svg(self) -> bytes:
        """Return the sheet as SVG; the same drawing gives the same bytes."""
        return write_svg(self.marks, self.image.size, DPI)

    def encode(self, form: Form) -> bytes:
        """Return the sheet in a form, `png` or `svg`."""
        return self.svg() if form == "svg" else self.png()

    def _case(self, points: list[Point], pen: Pen) -> None:
        if pen.casing is not None:
            self.draw.line(points, fill=pen.casing, width=pen.width + 2 * CASING)

    def _ink(self, points: list[Point], pen: Pen) -> None:
        for piece in dashes(points, pen.dash) if pen.dash else [points]:
            self.draw.ink.line(piece, fill=pen.colour, width=pen.width, joint="curve")
        run = (tuple(points),)
        self.marks.append(
            Shape(run, False, stroke=pen.colour, width=pen.width, dash=pen.dash)
        )


def text_width(text: str, size: int) -> float:
    """Return the width of one line in pixels."""
    return sum(load_font(path, size).getlength(run) for path, run in split_runs(text))


def fit_size(text: str, size: int, width: float, *, least: int) -> int:
    """Return the height of letters at which a line fits a width, at least `least`."""
    while size > least and text_width(text, size) > width:
        size -= 1
    return size


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


def _several(
    shapes: shapely.Geometry | Iterable[shapely.Geometry],
) -> list[shapely.Geometry]:
    return [shapes] if isinstance(shapes, shapely.Geometry) else list(shapes)


def _edges(shape: shapely.Geometry) -> shapely.Geometry:
    # a mixed collection has no boundary of its own
    if shapely.get_type_id(shape) == 7:
        return shapely.union_all([_edges(part) for part in shapely.get_parts(shape)])
    return shapely.boundary(shape) if shapely.get_dimensions(shape) == 2 else shape


def _parts(shape: shapely.Geometry, box: Box, kind: int) -> list[shapely.Geometry]:
    """Return what lies in a box, taken apart into simple shapes of one kind."""
    frame = shapely.box(*box)
    if shapely.get_num_coordinates(shape) > LONG:
        shape = shapely.simplify(shape, TIGHT)
    left, top, right, bottom = shapely.bounds(shape)
    whole = left >= box[0] and top >= box[1] and right <= box[2] and bottom <= box[3]
    cut = shape if whole else shapely.intersection(shape, frame)
    pieces = shapely.get_parts(shapely.get_parts(cut))
    if kind == 1 and len(pieces) > 1:
        pieces = shapely.get_parts(shapely.line_merge(shapely.union_all(pieces)))
    kinds = shapely.get_type_id(pieces)
    wanted = (kinds == kind) | ((kinds == 2) & (kind == 1))  # rings are lines
    kept = wanted & ~shapely.is_empty(pieces)
    return [piece for piece, keep in zip(pieces, kept, strict=True) if keep]


def _rings(part: shapely.Geometry) -> list[list[Point]]:
    """Return the outer ring of a polygon, then its holes."""
    count = int(shapely.get_num_interior_rings(part))
    holes = [shapely.get_interior_ring(part, n) for n in range(count)]
    return [_points(ring) for ring in (shapely.get_exterior_ring(part), *holes)]


def _points(line: shapely.Geometry | None) -> list[Point]:
    return [(x, y) for x, y in shapely.get_coordinates([line]).tolist()]
