"""The district at a glance: every lead over the zones and the base of its layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from pil_discovery.errors import GeometryError
from pil_discovery.geo.crs import local_crs
from pil_discovery.maps.canvas import PALE, Canvas, text_width, wrap
from pil_discovery.maps.layers import draw_layers, draw_legend
from pil_discovery.maps.plates import (
    LARGE,
    LATITUDES,
    MARGIN,
    NORMAL,
    SMALL,
    SPARE,
    TITLED,
    UNTITLED,
    WIDTH,
)
from pil_discovery.maps.symbols import COLOURS, FINDING, draw_sign
from pil_discovery.maps.view import (
    View,
    crs_words,
    draw_north,
    draw_scale,
    draw_ticks,
    fit_view,
    ground_bounds,
    grow,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pil_discovery.maps.canvas import Form
    from pil_discovery.maps.layers import MapLayer

LOWEST, HIGHEST = 0.5, 0.9
LEAST_M = 3000.0
RADIUS = 9
SIGNS = ("disc", "square", "triangle", "diamond", "cross")
NOTICE = "每个符号是一条线索所在的地方，均待核查，不作违法认定。"


@dataclass(frozen=True)
class Places:
    """Where the leads of one field lie.

    Attributes
    ----------
    name
        Chinese name in the legend.
    shapes
        Geometries in EPSG:4490, the lead of the lowest rank first.
    numbers
        What is written beside each, such as its rank; empty writes nothing.
    """

    name: str
    shapes: NDArray[np.object_]
    numbers: tuple[str, ...]


def draw_overview(
    places: Sequence[Places],
    layers: Sequence[MapLayer],
    *,
    title: str = "线索分布图",
    note: str = "",
    form: Form = "png",
) -> bytes:
    """Draw where all leads lie, over zones, in the 3-degree zone of their middle.

    Fields are told apart by the shape of their signs as well as by colour.

    Parameters
    ----------
    places
        At most ten fields.
    layers
        Zones, and base layers (`base`) that only show where the place is.
    title, note
        Chinese lines above and below; an empty title is left out.
    form
        `png` or `svg`.

    Returns
    -------
    bytes
        150 mm wide, PNG at 300 dpi; the same input gives the same bytes.

    Raises
    ------
    GeometryError
        No lead has a place.
    FontError
        No Chinese font, or a letter that no font can write.
    """
    spots = [_middles(field.shapes) for field in places]
    view = _view(spots, top=TITLED if title else UNTITLED)
    canvas = Canvas(WIDTH, view.box[3] + SPARE)
    if title:
        canvas.text((WIDTH / 2, 46), title, size=LARGE, anchor="mm")
    draw_layers(canvas, view, layers, filled=True)
    draw_ticks(canvas, view, size=SMALL)
    placed = [view.place(of) if len(of) else of for of in spots]
    for number, shapes in reversed(list(enumerate(placed))):
        for x, y in shapely.get_coordinates(shapes[::-1]):
            draw_sign(canvas, (x, y), *_look(number), radius=RADIUS)
    _write_numbers(canvas, view, list(zip(places, placed, strict=True)))
    _foot(canvas, view, (places, layers), note)
    return canvas.encode(form)


def _middles(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    found: NDArray[np.object_] = shapely.point_on_surface(shapes)
    return found


def _view(spots: Sequence[NDArray[np.object_]], *, top: int) -> View:
    every = np.concatenate([np.empty(0, dtype=object), *spots])
    if not len(every):
        raise GeometryError("没有一条线索有位置，无图可画")
    west, _, east, _ = shapely.total_bounds(every)
    crs = local_crs((west + east) / 2)
    bounds = grow(ground_bounds(every, crs), 0.12, LEAST_M)
    wide, high = bounds[2:] - bounds[:2]
    right = WIDTH - MARGIN
    share = min(max(high / wide, LOWEST), HIGHEST)
    box = (LATITUDES, top, right, top + int((right - LATITUDES) * share))
    return fit_view(crs, bounds, box)


def _look(number: int) -> tuple[str, str]:
    sign = SIGNS[number % len(SIGNS)]
    colours = (FINDING, *COLOURS)
    return sign, colours[number % len(colours)]


def _write_numbers(
    canvas: Canvas, view: View, told: Sequence[tuple[Places, NDArray[np.object_]]]
) -> None:
    """Write numbers beside signs, the lowest first, none over another."""
    rows = [
        (int(number) if number.isdigit() else 0, number, xy)
        for field, shapes in told
        for number, xy in zip(field.numbers, shapely.get_coordinates(shapes),
                              strict=False)
        if number
    ]  # fmt: skip
    taken: list[shapely.Geometry] = []
    frame = shapely.box(*view.box)
    for _, words, (x, y) in sorted(rows, key=lambda row: row[0]):
        half, high = text_width(words, SMALL) / 2 + 3, SMALL * 0.6
        for dx, dy in (
            (half + 14, 0),
            (-half - 14, 0),
            (0, -high - 13),
            (0, high + 13),
        ):
            box = shapely.box(
                x + dx - half, y + dy - high, x + dx + half, y + dy + high
            )
            if frame.contains(box) and not shapely.intersects(box, taken).any():
                taken.append(box)
                spot = (float(x + dx), float(y + dy))
                canvas.text(spot, words, size=SMALL, anchor="mm", halo=4)
                break


def _foot(
    canvas: Canvas,
    view: View,
    told: tuple[Sequence[Places], Sequence[MapLayer]],
    note: str,
) -> None:
    places, layers = told
    y = view.box[3] + 160
    draw_north(canvas, view, (MARGIN + 40, y), size=34)
    x = left = draw_scale(canvas, view, (LATITUDES, y), size=SMALL) + 70
    y -= 50
    for number, field in enumerate(places):
        words = f"{field.name}（{len(field.shapes)}）"
        need = int(NORMAL * 1.6 + text_width(words, NORMAL))
        if x > left and x + need > WIDTH - MARGIN:
            x, y = left, y + int(NORMAL * 1.5)
        draw_sign(canvas, (x + NORMAL / 2, y), *_look(number), radius=RADIUS + 2)
        canvas.text((x + NORMAL * 1.3, y), words, size=NORMAL)
        x += need + NORMAL
    if layers:
        room = (left, y + int(NORMAL * 1.6), WIDTH - MARGIN)
        y = draw_legend(canvas, layers, room, size=NORMAL, filled=True)
    y = max(y + 40, view.box[3] + 210)
    words = f"坐标系：{crs_words(view.crs)}；经纬度注记：CGCS2000（EPSG:4490）。"
    for line in wrap(f"{words}{note}{NOTICE}", SMALL, WIDTH - 2 * MARGIN):
        canvas.text((MARGIN, y), line, size=SMALL, colour=PALE)
        y += int(SMALL * 1.45)
    canvas.cut(y + 4)
