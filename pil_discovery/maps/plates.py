"""Before/after plates: the same ground on two or three dates, ready for an annex."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pil_discovery.errors import ImageError
from pil_discovery.maps.canvas import INK, PALE, Canvas, fit_size, wrap
from pil_discovery.maps.clouds import hatch_hidden
from pil_discovery.maps.labels import draw_labels
from pil_discovery.maps.layers import (
    MapLayer,
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
    keep_inside,
    rim_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pyproj import CRS

    from pil_discovery.maps.canvas import Box, Form
    from pil_discovery.types import Image, ImageProvenance

    Floats = NDArray[np.float64]

WIDTH = 1772
"""150 mm at 300 dots per inch."""
SMALL, NORMAL, LARGE = 29, 33, 42
"""Heights of letters, pixels: 7, 8 and 10 points, of which none is hard to read."""
MARGIN, GUTTER, LATITUDES = 24, 36, 200
TITLED, UNTITLED = 84, 20
"""Where the frames begin below a title, and without one; pixels."""
LOWEST, HIGHEST = 0.62, 1.0
"""Least and greatest height of a frame as a share of its width."""
LONG = 2.2
"""A place this many times as wide as high has its frames one below the other."""
CAPTION = 190
"""Height of what is written below a frame, pixels."""
SMALLEST = 24
"""Least height of letters where a line has to fit, pixels."""
CLEAR_SHARE = 0.995
"""Share of seen ground from which nothing is said of clouds."""
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
    form: Form = "png",
) -> bytes:
    """Draw the same ground on two or three dates.

    One stretch, the 2–98 % range of the first date, serves all dates; pixels are not
    interpolated. Each date carries acquisition time, sensor, ground sampling distance
    and the head of the file's SHA-256. What clouds hide is hatched, and its share told.
    A place much wider than high has its dates one below the other.

    Parameters
    ----------
    before, after, confirm
        Pictures in any safe CRS; the frame is that of `before`.
    layers
        Outlines in EPSG:4490; those marked `finding` set the extent, else all do.
    title
        Chinese line above; an empty one is left out, as where the page
        around the plate names it.
    form
        `png` or `svg`.

    Returns
    -------
    bytes
        150 mm wide, PNG at 300 dpi; the same input gives the same bytes.

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
    views = _views(images, layers, top=TITLED if title else UNTITLED)
    canvas = Canvas(WIDTH, views[-1].box[3] + SPARE)
    if title:
        canvas.text((WIDTH / 2, 46), title, size=LARGE, anchor="mm")
    values = [sample(i, v, bands) for i, v in zip(images, views, strict=True)]
    limits = stretch_limits(values[0])
    lefts = {views[0].box[0]}
    for number, (view, pixels) in enumerate(zip(views, values, strict=True)):
        canvas.paste(stretch(pixels, limits), view.box[:2])
        hidden = hatch_hidden(canvas, images[number], view)
        draw_layers(canvas, view, layers, filled=False)
        draw_ticks(canvas, view, size=SMALL, left=view.box[0] in lefts)
        draw_labels(canvas, view, layers, size=SMALL)
        _caption(canvas, view, (images[number], ROLES[number]), hidden)
    words = _words(images, bands, sources_words(layers))
    top = views[-1].box[3] + CAPTION
    draw_foot(canvas, views[0], layers, top=top, words=words, filled=False)
    return canvas.encode(form)


def _views(
    images: Sequence[Image], layers: Sequence[MapLayer], *, top: int = TITLED
) -> list[View]:
    site = site_of(images, layers, least=40)
    wide, high = site.bounds[2:] - site.bounds[:2]
    whole = WIDTH - LATITUDES - MARGIN
    if wide > LONG * high:
        tall = int(whole * max(high / wide, 0.3))
        step = tall + CAPTION + 10
        tops = [top + n * step for n in range(len(images))]
        boxes = [(LATITUDES, y, LATITUDES + whole, y + tall) for y in tops]
    else:
        side = (whole - GUTTER * (len(images) - 1)) // len(images)
        tall = int(side * min(max(high / wide, LOWEST), HIGHEST))
        lefts = [LATITUDES + n * (side + GUTTER) for n in range(len(images))]
        boxes = [(x, top, x + side, top + tall) for x in lefts]
    return [view_of(site, images[0], box) for box in boxes]


class Site(NamedTuple):
    """What pictures are cut to: bounds in a CRS, and within them those of the place."""

    crs: CRS
    place: Floats
    bounds: Floats


def site_of(images: Sequence[Image], layers: Sequence[MapLayer], *, least: int) -> Site:
    """Return where the frames lie, in the CRS of the first picture.

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
    place = ground_bounds(shapes, images[0].crs)
    bounds = grow(place, 0.6, least * finest_pixel(images))
    rim = np.concatenate(rim_of(images[0]))
    bounds[:2] = np.maximum(bounds[:2], np.minimum(rim[:2], place[:2]))
    bounds[2:] = np.minimum(bounds[2:], np.maximum(rim[2:], place[2:]))
    return Site(images[0].crs, place, bounds)


def view_of(site: Site, image: Image, box: Box) -> View:
    """Return the frame of a picture: no more beyond its rim than the place needs."""
    return keep_inside(fit_view(site.crs, site.bounds, box), image, site.place)


def _caption(
    canvas: Canvas, view: View, told: tuple[Image, str], hidden: float
) -> None:
    """Write when, by what and from which file the picture comes."""
    image, role = told
    source = image.provenance
    veil = f"　遮挡{hidden:.0%}" if hidden > 1 - CLEAR_SHARE else ""
    lines = (
        (f"{role}　{moment_words(source)}{veil}", NORMAL, INK),
        (source.sensor, SMALL, PALE),
        (f"{pixel_words(source)}　SHA-256 {source.sha256[:12]}…", SMALL, PALE),
    )
    room = view.box[2] - view.box[0] + GUTTER // 2
    y = view.box[3] + 80
    for line, size, ink in lines:
        fitting = fit_size(line, size, room, least=SMALLEST)
        canvas.text((view.box[0], y), line, size=fitting, colour=ink)
        y += 42


def moment_words(source: ImageProvenance) -> str:
    """Return when a picture was taken: day and minute in Beijing."""
    day, _, clock = source.acquired_beijing.partition("T")
    return f"{day} {clock[:5]}"


def pixel_words(source: ImageProvenance) -> str:
    """Return the ground sampling distance, both where pixels are not square."""
    if source.gsd_x_m == source.gsd_y_m:
        return f"{source.gsd_x_m:g} m"
    return f"{source.gsd_x_m:g} × {source.gsd_y_m:g} m"


def _words(images: Sequence[Image], bands: tuple[str, ...], sources: str) -> str:
    colours = BAND_WORDS.get(bands, "、".join(bands))
    return (
        f"坐标系：{crs_words(images[0].crs)}；经纬度注记：CGCS2000；时间：北京时间。"
        f"{colours}，各时相统一按前时相2%–98%拉伸（超出的显示为纯黑、纯白），像元未插值。{sources}{NOTICE}"
    )


def sources_words(layers: Sequence[MapLayer]) -> str:
    """Return who gave the layers out and when, as far as it is known."""
    known = [
        f"{layer.name}（{layer.source}）"
        for layer in layers
        if layer.source and not layer.finding
    ]
    return f"资料来源：{'、'.join(known)}。" if known else ""


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
    end = draw_scale(canvas, view, (LATITUDES, y), size=SMALL)
    room = (end + 70, y - 50, WIDTH - MARGIN)
    end = draw_legend(canvas, layers, room, size=NORMAL, filled=filled)
    y = max(y, end) + 40
    for line in wrap(words, SMALL, WIDTH - 2 * MARGIN):
        canvas.text((MARGIN, y), line, size=SMALL, colour=PALE)
        y += int(SMALL * 1.45)
    canvas.cut(y + 4)
