"""Time strips: small pictures of one place in order of days, with the index below."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.errors import ImageError
from pil_discovery.maps.canvas import INK, PALE, Canvas
from pil_discovery.maps.charts import draw_curve
from pil_discovery.maps.layers import draw_layers
from pil_discovery.maps.pictures import (
    choose_bands,
    sample,
    stretch,
    stretch_limits,
)
from pil_discovery.maps.plates import (
    BAND_WORDS,
    LARGE,
    LATITUDES,
    MARGIN,
    NOTICE,
    SPARE,
    WIDTH,
    draw_foot,
    frame_of,
    moment_words,
    pixel_words,
)
from pil_discovery.maps.view import crs_words, draw_ticks, fit_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.maps.charts import Curve
    from pil_discovery.maps.layers import MapLayer
    from pil_discovery.maps.view import View
    from pil_discovery.types import Image

ACROSS, MOST = 5, 20
"""Pictures in a row, and on a sheet."""
GAP, TOP, CAPTION = 28, 84, 148
CHART, LETTERS = 380, 22
LINE = 2
"""Width of outlines: a thicker one would hide the pixels of a small picture."""


def draw_strip(
    images: Sequence[Image],
    layers: Sequence[MapLayer],
    curves: Sequence[Curve],
    *,
    title: str = "影像时间序列",
    note: str = NOTICE,
) -> bytes:
    """Draw the same ground on many dates, and the course of an index below.

    One stretch, the 2–98 % range of all dates whose polygon is not hidden, serves all:
    that of the first alone would show every later state of stripped ground as white.
    Pixels are not interpolated. Each picture carries its number, date, time, sensor,
    ground sampling distance and the head of the file's SHA-256.

    Parameters
    ----------
    images
        At most `MOST` pictures in order of days (`chosen` picks them); the frames are
        those of the first.
    layers
        Outlines in EPSG:4490; those marked `finding` set the extent, else all do.
    curves
        Charts, one below the other; `numbers` are the places among `images`, from 1.
    title, note
        Chinese lines above and below.

    Returns
    -------
    bytes
        PNG, 150 mm wide at 300 dpi; the same input gives the same bytes.

    Raises
    ------
    ImageError
        No picture, too many, no band in common, or nothing to outline.
    FontError
        No Chinese font, or a letter that no font can write.
    """
    bands = _common_bands(images)
    views = _views(images, layers)
    canvas = Canvas(WIDTH, views[-1].box[3] + SPARE + len(curves) * (CHART + 200))
    canvas.text((WIDTH / 2, 46), title, size=LARGE, anchor="mm")
    thin = [replace(layer, width=LINE) for layer in layers]
    hidden = {
        n for c in curves for n, s in zip(c.numbers, c.clear, strict=True) if not s
    }
    values = [sample(i, v, bands) for i, v in zip(images, views, strict=True)]
    shown = [v for n, v in enumerate(values, 1) if n not in hidden] or values
    limits = stretch_limits(np.concatenate(shown, axis=2))
    for number, (image, view) in enumerate(zip(images, views, strict=True), 1):
        canvas.paste(stretch(values[number - 1], limits), view.box[:2])
        draw_layers(canvas, view, thin, filled=False)
        draw_ticks(canvas, view, size=LETTERS - 4, left=number % ACROSS == 1)
        _caption(canvas, view, image, number)
        if number in hidden:
            corner = view.box[0] + 8, view.box[1] + 20
            canvas.text(corner, "遮挡", size=LETTERS, halo=5)
    top = views[-1].box[3] + CAPTION
    for curve in curves:
        box = (LATITUDES, top + 60, WIDTH - MARGIN, top + 60 + CHART)
        top = draw_curve(canvas, curve, box, size=LETTERS + 2) + 20
    words = _words(images, bands, note)
    draw_foot(canvas, views[0], thin, top=top, words=words, filled=False)
    return canvas.png()


def chosen(count: int) -> list[int]:
    """Return which of many pictures are shown: at most `MOST`, the ends among them.

    >>> chosen(3)
    [0, 1, 2]
    >>> len(chosen(100)), chosen(100)[0], chosen(100)[-1]
    (20, 0, 99)
    """
    if count <= MOST:
        return list(range(count))
    return [round(place * (count - 1) / (MOST - 1)) for place in range(MOST)]


def _common_bands(images: Sequence[Image]) -> tuple[str, ...]:
    if not images:
        raise ImageError("没有可以绘制时间序列的影像")
    if len(images) > MOST:
        raise ImageError(f"时间序列图最多绘制{MOST}期影像，现有{len(images)}期")
    bands = choose_bands(images)
    if not bands:
        raise ImageError("各期影像没有同名波段，不能同图比较")
    return bands


def _views(images: Sequence[Image], layers: Sequence[MapLayer]) -> list[View]:
    crs, bounds = frame_of(images, layers, least=24)
    side = (WIDTH - LATITUDES - MARGIN - GAP * (ACROSS - 1)) // ACROSS
    views = []
    for number in range(len(images)):
        row, column = divmod(number, ACROSS)
        left, top = LATITUDES + column * (side + GAP), TOP + row * (side + CAPTION)
        views.append(fit_view(crs, bounds, (left, top, left + side, top + side)))
    return views


def _caption(canvas: Canvas, view: View, image: Image, number: int) -> None:
    source = image.provenance
    lines = (
        (f"{number}．{moment_words(source)}", LETTERS, INK),
        (f"{source.sensor}　{pixel_words(source)}", LETTERS - 4, PALE),
        (f"SHA-256 {source.sha256[:12]}…", LETTERS - 4, PALE),
    )
    y = view.box[3] + 58
    for text, size, ink in lines:
        canvas.text((view.box[0], y), text, size=size, colour=ink)
        y += 28


def _words(images: Sequence[Image], bands: tuple[str, ...], note: str) -> str:
    colours = BAND_WORDS.get(bands, "、".join(bands))
    return (
        f"坐标系：{crs_words(images[0].crs)}；经纬度注记：CGCS2000；时间：北京时间。"
        f"{colours}，各期统一按全部未遮挡影像的2%–98%拉伸，像元未插值。"
        f"曲线为图形范围内的平均值。{note}"
    )
