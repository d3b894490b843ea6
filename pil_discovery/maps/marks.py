"""What was drawn on a sheet, kept as shapes and texts, and written as SVG."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PIL import Image

    Point = tuple[float, float]

FAMILIES = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei',SimHei,sans-serif"
SPACE = 'xmlns="http://www.w3.org/2000/svg"'


@dataclass(frozen=True)
class Shape:
    """Lines and areas: rings or runs of points, and how they are drawn.

    Attributes
    ----------
    runs
        Points of each ring or run.
    closed
        Whether runs are rings; holes turn the other way round and are left open.
    fill, opacity
        Colour of the inside, None for none; 0–1.
    stroke, width
        Colour of the line, None for none; pixels.
    dash
        Lengths of ink and gap in turn, pixels.
    """

    runs: tuple[tuple[Point, ...], ...]
    closed: bool
    fill: str | None = None
    opacity: float = 1.0
    stroke: str | None = None
    width: float = 0.0
    dash: tuple[int, ...] = ()

    def svg(self) -> str:
        """Return the element."""
        end = "Z" if self.closed else ""
        path = "".join(f"M{_joined(run)}{end}" for run in self.runs if run)
        attributes = [f'd="{path}"', f'fill="{self.fill or "none"}"']
        if self.fill and self.opacity < 1:
            attributes.append(f'fill-opacity="{self.opacity:.3f}"')
        if self.stroke:
            attributes.append(f'stroke="{self.stroke}" stroke-width="{self.width:g}"')
        if self.dash:
            attributes.append(f'stroke-dasharray="{" ".join(map(str, self.dash))}"')
        return f"<path {' '.join(attributes)}/>"


@dataclass(frozen=True)
class Disc:
    """An ellipse in a box (left, top, right, bottom)."""

    box: tuple[float, float, float, float]
    fill: str | None
    stroke: str | None
    width: float

    def svg(self) -> str:
        """Return the element."""
        x0, y0, x1, y1 = self.box
        place = f'cx="{(x0 + x1) / 2:.1f}" cy="{(y0 + y1) / 2:.1f}"'
        size = f'rx="{(x1 - x0) / 2:.1f}" ry="{(y1 - y0) / 2:.1f}"'
        line = f' stroke="{self.stroke}" stroke-width="{self.width:g}"'
        return (
            f'<ellipse {place} {size} fill="{self.fill or "none"}"'
            f"{line if self.stroke else ''}/>"
        )


@dataclass(frozen=True)
class Words:
    """One line of text: left end of its baseline, and its length.

    The length holds where the reader has another font, so that nothing runs into
    what stands beside it.
    """

    at: Point
    text: str
    size: int
    length: float
    colour: str
    halo: int = 0
    rim: str = "#ffffff"

    def svg(self) -> str:
        """Return the element."""
        rim = (
            f' paint-order="stroke" stroke="{self.rim}" stroke-linejoin="round"'
            f' stroke-width="{2 * self.halo}"'
            if self.halo
            else ""
        )
        return (
            f'<text x="{self.at[0]:.1f}" y="{self.at[1]:.1f}" font-size="{self.size}"'
            f' fill="{self.colour}" textLength="{self.length:.1f}"'
            f' lengthAdjust="spacingAndGlyphs"{rim}>{escape(self.text)}</text>'
        )


@dataclass(frozen=True)
class Patch:
    """Pixels of a picture, left and top of where they lie."""

    pixels: Image.Image
    corner: tuple[int, int]

    def svg(self) -> str:
        """Return the element, the pixels inside as PNG."""
        file = io.BytesIO()
        self.pixels.save(file, format="PNG", compress_level=6)
        data = base64.b64encode(file.getvalue()).decode()
        wide, high = self.pixels.size
        return (
            f'<image x="{self.corner[0]}" y="{self.corner[1]}" width="{wide}"'
            f' height="{high}" href="data:image/png;base64,{data}"/>'
        )


Mark = Shape | Disc | Words | Patch


def write_svg(marks: Iterable[Mark], size: tuple[int, int], dpi: int) -> bytes:
    """Write a sheet as SVG; the same marks give the same bytes.

    Parameters
    ----------
    marks
        In the order in which they were drawn.
    size
        Width and height, pixels.
    dpi
        Pixels per inch of paper.
    """
    wide, high = size
    paper = f'width="{wide / dpi * 25.4:.2f}mm" height="{high / dpi * 25.4:.2f}mm"'
    head = (
        f'<svg {SPACE} {paper} viewBox="0 0 {wide} {high}" font-family="{FAMILIES}">'
        f'<rect width="{wide}" height="{high}" fill="#ffffff"/>'
    )
    body = "\n".join(mark.svg() for mark in marks)
    return f"{head}\n{body}\n</svg>\n".encode()


def _joined(run: Sequence[Point]) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in run)
