"""Before/after plates: the same ground on two or three dates, ready for an annex."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.errors import ImageError
from pil_discovery.maps.canvas import INK, PALE, Canvas, wrap
from pil_discovery.maps.layers import (
    MapLayer,
    draw_labels,
    draw_layers,
    draw_legend,
    shapes_of,
)
from pil_discovery.maps.pictures import (
    choose_bands,
    finest_pixel,
    sample,
    stretch,
    stretch_limits,
)
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

    import numpy as np
    from numpy.typing import NDArray
    from pyproj import CRS

    from pil_discovery.types import Image, ImageProvenance

    Floats = NDArray[np.float64]

WIDTH = 1772
"""150 mm at 300 dots per inch."""
SMALL, NORMAL, LARGE = 26, 30, 40
MARGIN, GUTTER, LATITUDES = 24, 36, 190
SPARE = 2000
"""Room below the frames, pixels; what is not used is cut off."""
ROLES = ("前时相", "后时相", "复核时相")
BAND_WORDS: dict[tuple[str, ...], str] = {
    ("red", "green", "blue"): "真彩色（红、绿、蓝）",
    ("nir", "red", "green"): "假彩色（近红外、红、绿）",
}
NOTICE = "待核查：影像解译结果仅为线索，不作违法认定。"


def draw_plate(
    before: Image,
    after: Image,
    layers: Sequence[MapLayer],
    *,
    confirm: Image | None = None,
    title: str = "前后时相影像对比图",
    note: str = NOTICE,
) -> bytes:
    """Draw the same ground on two or three dates.

    One stretch, the 2–98 % range of the first date, serves all dates; pixels are not
    interpolated. Each date carries acquisition time, sensor, ground sampling distance
    and the head of the file's SHA-256.

    Parameters
    ----------
    before, after, confirm
        Pictures in any safe CRS; the frame is that of `before`.
    layers
        Outlines in EPSG:4490; those marked `finding` set the extent, else all do.
    title, note
        Chinese lines above and below.

    Returns
    -------
    bytes
        PNG, 150 mm wide at 300 dpi; the same input gives the same bytes.

    Raises
    ------
    ImageError
        No band in common, or nothing to outline.
    FontError
        No Chinese font, or a letter that no font can write.
    """
    images = [image for image in (before, after, confirm) if image is not None]
    bands = choose_bands(images)
    if not bands:
        raise ImageError("前后时相影像没有同名波段，不能同图比较")
    views = _views(images, layers)
    canvas = Canvas(WIDTH, views[0].box[3] + SPARE)
    canvas.text((WIDTH / 2, 46), title, size=LARGE, anchor="mm")
    values = [sample(i, v, bands) for i, v in zip(images, views, strict=True)]
    limits = stretch_limits(values[0])
    for number, (view, pixels) in enumerate(zip(views, values, strict=True)):
        canvas.paste(stretch(pixels, limits), view.box[:2])
        draw_layers(canvas, view, layers, filled=False)
        draw_labels(canvas, view, layers, size=SMALL)
        draw_ticks(canvas, view, size=SMALL - 4, left=number == 0)
        _caption(canvas, view, images[number], ROLES[number])
    words = _words(images, bands, note)
    top = views[0].box[3] + 160
    draw_foot(canvas, views[0], layers, top=top, words=words, filled=False)
    return canvas.png()


def _views(images: Sequence[Image], layers: Sequence[MapLayer]) -> list[View]:
    crs, bounds = frame_of(images, layers, least=40)
    room = WIDTH - LATITUDES - MARGIN - GUTTER * (len(images) - 1)
    side = room // len(images)
    lefts = [LATITUDES + n * (side + GUTTER) for n in range(len(images))]
    return [fit_view(crs, bounds, (x, 84, x + side, 84 + side)) for x in lefts]


def frame_of(
    images: Sequence[Image], layers: Sequence[MapLayer], *, least: int
) -> tuple[CRS, Floats]:
    """Return the CRS of the frames, that of the first picture, and their bounds in it.

    Parameters
    ----------
    layers
        Those marked `finding` set the extent, else all do.
    least
        Pixels of the finest picture that a frame is wide at least.

    Raises
    ------
    ImageError
        Nothing to outline.
    """
    shapes = shapes_of([layer for layer in layers if layer.finding] or list(layers))
    if not len(shapes):
        raise ImageError("没有可在影像上标绘的图形")
    crs = images[0].crs
    return crs, grow(ground_bounds(shapes, crs), 0.6, least * finest_pixel(images))


def _caption(canvas: Canvas, view: View, image: Image, role: str) -> None:
    """Write when, by what and from which file the picture comes."""
    source = image.provenance
    lines = (
        f"{role}　{moment_words(source)}",
        f"{source.sensor}　分辨率 {pixel_words(source)}",
        f"SHA-256 {source.sha256[:16]}…",
    )
    y = view.box[3] + 66
    for number, line in enumerate(lines):
        size, ink = (NORMAL, INK) if number == 0 else (SMALL, PALE)
        canvas.text((view.box[0], y), line, size=size, colour=ink)
        y += 38


def moment_words(source: ImageProvenance) -> str:
    """Return when a picture was taken: day and minute in Beijing."""
    day, _, clock = source.acquired_beijing.partition("T")
    return f"{day} {clock[:5]}"


def pixel_words(source: ImageProvenance) -> str:
    """Return the ground sampling distance, both where pixels are not square."""
    if source.gsd_x_m == source.gsd_y_m:
        return f"{source.gsd_x_m:g} m"
    return f"{source.gsd_x_m:g} × {source.gsd_y_m:g} m"


def _words(images: Sequence[Image], bands: tuple[str, ...], note: str) -> str:
    colours = BAND_WORDS.get(bands, "、".join(bands))
    return (
        f"坐标系：{crs_words(images[0].crs)}；经纬度注记：CGCS2000；时间：北京时间。"
        f"{colours}，各时相统一按前时相2%–98%拉伸（超出的显示为纯黑、纯白），像元未插值。{note}"
    )


def draw_foot(
    canvas: Canvas,
    view: View,
    layers: Sequence[MapLayer],
    *,
    top: int,
    words: str,
    filled: bool,
) -> None:
    """Draw north arrow, scale bar, legend and words, and cut the sheet below them.

    Parameters
    ----------
    canvas, view, layers
        Sheet, a frame on it, and what was drawn.
    top
        Where it begins, pixels from the upper edge.
    words
        Printed below, broken into lines.
    filled
        Whether the layers were filled.
    """
    y = top + 120
    draw_north(canvas, view, (MARGIN + 40, y), size=34)
    draw_scale(canvas, view, (LATITUDES, y), size=SMALL)
    left = LATITUDES + int((view.box[2] - view.box[0]) * 0.4) + 110
    room = (left, y - 50, WIDTH - MARGIN)
    end = draw_legend(canvas, layers, room, size=NORMAL, filled=filled)
    y = max(y, end) + 40
    for line in wrap(words, SMALL, WIDTH - 2 * MARGIN):
        canvas.text((MARGIN, y), line, size=SMALL, colour=PALE)
        y += 38
    canvas.cut(y + 4)
