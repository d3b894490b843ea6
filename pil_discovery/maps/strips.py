"""Time strips: small pictures of one place in order of days, with the index below."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.errors import ImageError
from pil_discovery.maps.canvas import INK, PALE, Canvas, fit_size
from pil_discovery.maps.charts import draw_curve
from pil_discovery.maps.clouds import hatch_hidden
from pil_discovery.maps.layers import draw_layers
from pil_discovery.maps.pictures import (
    choose_bands,
    sample,
    stretch,
    stretch_limits,
)
from pil_discovery.maps.plates import (
    BAND_WORDS,
    HIGHEST,
    LARGE,
    LATITUDES,
    LOWEST,
    MARGIN,
    NOTICE,
    SPARE,
    WIDTH,
    draw_foot,
    moment_words,
    pixel_words,
    site_of,
    sources_words,
    view_of,
)
from pil_discovery.maps.view import crs_words, draw_ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.maps.canvas import Form
    from pil_discovery.maps.charts import Curve
    from pil_discovery.maps.layers import MapLayer
    from pil_discovery.maps.view import View
    from pil_discovery.types import Image

ACROSS, MOST = 5, 20
"""Pictures in a row, and on a sheet."""
GAP, TOP, CAPTION = 28, 84, 180
CHART, LETTERS, TICKS = 380, 28, 24
LEAST_LETTERS = 20
"""Height of letters, pixels, to which a line is made smaller so that it fits."""
LINE = 2
"""Width of outlines: a thicker one would hide the pixels of a small picture."""


def draw_strip(
    images: Sequence[Image],
    layers: Sequence[MapLayer],
    curves: Sequence[Curve],
    *,
    title: str = "影像时间序列",
    form: Form = "png",
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
    title
        Chinese line above.
    form
        `png` or `svg`.

    Returns
    -------
    bytes
        150 mm wide, PNG at 300 dpi; the same input gives the same bytes.

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
        hatch_hidden(canvas, image, view)
        draw_layers(canvas, view, thin, filled=False)
        draw_ticks(canvas, view, size=TICKS, left=view.box[0] == LATITUDES)
        _caption(canvas, view, image, number)
        if number in hidden:
            corner = view.box[0] + 8, view.box[1] + 20
            canvas.text(corner, "遮挡", size=LETTERS, halo=5)
    top = views[-1].box[3] + CAPTION
    for curve in curves:
        box = (LATITUDES, top + 60, WIDTH - MARGIN, top + 60 + CHART)
        top = draw_curve(canvas, curve, box, size=LETTERS) + 20
    words = _words(images, bands, sources_words(layers))
    draw_foot(canvas, views[0], thin, top=top, words=words, filled=False)
    return canvas.encode(form)


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
    site = site_of(images, layers, least=24)
    across = columns_of(len(images))
    side = (WIDTH - LATITUDES - MARGIN - GAP * (across - 1)) // across
    wide, high = site.bounds[2:] - site.bounds[:2]
    tall = int(side * min(max(high / wide, LOWEST), HIGHEST))
    boxes = []
    for number in range(len(images)):
        row, column = divmod(number, across)
        left, top = LATITUDES + column * (side + GAP), TOP + row * (tall + CAPTION)
        boxes.append((left, top, left + side, top + tall))
    return [view_of(site, images[0], box) for box in boxes]


def columns_of(count: int) -> int:
    """Return how many pictures stand side by side: few are drawn large.

    >>> [columns_of(n) for n in (1, 3, 4, 5, 8, 20)]
    [2, 3, 4, 5, 4, 5]
    """
    if count <= ACROSS:
        return max(count, 2)
    return 4 if count in {7, 8} else ACROSS


def _caption(canvas: Canvas, view: View, image: Image, number: int) -> None:
    source = image.provenance
    room = view.box[2] - view.box[0] + GAP // 2
    lines = [
        (f"{number}．{moment_words(source)}", LETTERS, INK),
        (source.sensor, TICKS, PALE),
        (f"{pixel_words(source)}　SHA-256 {source.sha256[:8]}…", TICKS, PALE),
    ]
    y = view.box[3] + 66
    for text, size, ink in lines:
        fitting = fit_size(text, size, room, least=LEAST_LETTERS)
        canvas.text((view.box[0], y), text, size=fitting, colour=ink)
        y += 34


def _words(images: Sequence[Image], bands: tuple[str, ...], sources: str) -> str:
    colours = BAND_WORDS.get(bands, "、".join(bands))
    return (
        f"坐标系：{crs_words(images[0].crs)}；经纬度注记：CGCS2000；时间：北京时间。"
        f"{colours}，各期统一按全部未遮挡影像的2%–98%拉伸，像元未插值。"
        f"曲线为图形范围内的平均值。{sources}{NOTICE}"
    )
