"""Signs for places: told apart by shape as well as by colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.maps.canvas import INK, PAPER

if TYPE_CHECKING:
    from pil_discovery.maps.canvas import Canvas

FINDING = "#d7191c"
COLOURS = ("#0072b2", "#009e73", "#332288", "#b0548a", "#882255", "#000000")
"""Lines and signs of layers that name no colour, in order. Blue and green are of
Okabe and Ito, "Color Universal Design" (2008), wine and indigo of Tol's muted scheme:
with the red of the finding they stay apart for every kind of colour vision."""
SIGNS = ("square", "triangle", "diamond", "cross", "disc")
"""Shapes of signs, in order; the finding is a disc in a ring."""
_CORNERS = {
    "square": ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
    "triangle": ((0.0, -1.15), (1.1, 0.85), (-1.1, 0.85)),
    "diamond": ((0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)),
    "cross": (
        *((-0.4, -1.1), (0.4, -1.1), (0.4, -0.4), (1.1, -0.4), (1.1, 0.4), (0.4, 0.4)),
        *((0.4, 1.1), (-0.4, 1.1), (-0.4, 0.4), (-1.1, 0.4), (-1.1, -0.4)),
        (-0.4, -0.4),
    ),
}


def draw_sign(
    canvas: Canvas, xy: tuple[float, float], sign: str, colour: str, *, radius: int
) -> None:
    """Draw a sign in a white rim.

    Parameters
    ----------
    canvas, xy
        Sheet, and the middle of the sign.
    sign
        One of `SIGNS`, or `finding`.
    colour
        `#rrggbb`.
    radius
        Half its size, pixels.
    """
    x, y = xy
    if sign == "finding":
        far = radius + 5
        canvas.draw.ellipse((x - far, y - far, x + far, y + far), fill=INK)
        canvas.draw.ellipse(
            (x - radius - 2, y - radius - 2, x + radius + 2, y + radius + 2), fill=PAPER
        )
        sign = "disc"
    if sign == "disc":
        box = (x - radius, y - radius, x + radius, y + radius)
        canvas.draw.ellipse(box, fill=colour, outline=PAPER, width=2)
        return
    corners = np.array(_CORNERS[sign]) * radius + (x, y)
    points = [(float(a), float(b)) for a, b in corners]
    canvas.draw.line([*points, points[0]], fill=PAPER, width=6)
    canvas.draw.polygon(points, fill=colour)
