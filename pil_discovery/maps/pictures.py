"""Pixels of a picture as they appear in a frame: nearest pixel, one stretch for all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rasterio.windows import Window

from pil_discovery.geo.crs import from_lonlat, to_lonlat
from pil_discovery.geo.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pil_discovery.maps.view import View
    from pil_discovery.types import Image

    Floats = NDArray[np.float64]

TRUE_COLOUR = ("red", "green", "blue")
INFRARED = ("nir", "red", "green")
NO_DATA = (214, 214, 214)
LOW, HIGH = 2.0, 98.0


def choose_bands(images: Sequence[Image]) -> tuple[str, ...]:
    """Return three bands that all pictures have, true colour first; else one."""
    shared = [n for n in images[0].bands if all(n in i.bands for i in images)]
    for wanted in (TRUE_COLOUR, INFRARED):
        if all(name in shared for name in wanted):
            return wanted
    return tuple(shared[:3]) if len(shared) >= 3 else tuple(shared[:1])


def sample(image: Image, view: View, bands: Sequence[str]) -> Floats:
    """Return the bands at every sheet pixel of a frame, the nearest picture pixel.

    Parameters
    ----------
    image
        Picture in any safe CRS.
    view
        The frame.
    bands
        Names of bands of the picture.

    Returns
    -------
    array
        float64 (bands, rows, columns) of the frame; NaN outside the picture.
    """
    order = [list(image.bands).index(name) for name in bands]
    found = _nearest(image, view)
    if found is None:
        x0, y0, x1, y1 = view.box
        return np.full((len(bands), y1 - y0, x1 - x0), np.nan)
    pixels = image.read(found.window)[order]
    values: Floats = np.take(pixels.reshape(len(bands), -1), found.flat, axis=1)
    if not found.inside.all():
        values[:, ~found.inside] = np.nan
    return values


def sample_valid(
    image: Image, view: View
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """Return which sheet pixels the picture covers, and which it shows clear.

    None where the picture has no cloud mask.
    """
    if image.cloud_mask is None:
        return None
    found = _nearest(image, view)
    if found is None:
        x0, y0, x1, y1 = view.box
        nothing = np.zeros((y1 - y0, x1 - x0), dtype=bool)
        return nothing, nothing
    clear = np.take(image.valid(found.window).ravel(), found.flat)
    return found.inside, clear & found.inside


def stretch_limits(values: Floats) -> list[tuple[float, float]]:
    """Return the 2 % and 98 % quantile of each band; they serve every date."""
    limits = []
    for band in values:
        known = band[np.isfinite(band)]
        low, high = np.percentile(known, (LOW, HIGH)) if len(known) else (0.0, 1.0)
        limits.append((float(low), float(high if high > low else low + 1.0)))
    return limits


def stretch(values: Floats, limits: Sequence[tuple[float, float]]) -> NDArray[np.uint8]:
    """Return bands as 8-bit RGB (rows, columns, 3), grey where there is no data."""
    scaled = [
        (band - low) / (high - low)
        for band, (low, high) in zip(values, limits, strict=True)
    ]
    layers = np.stack(scaled if len(scaled) == 3 else scaled[:1] * 3, axis=-1)
    gaps = ~np.isfinite(layers).all(axis=-1)
    pixels: NDArray[np.uint8] = (
        np.nan_to_num(layers).clip(0.0, 1.0) * 255.0 + 0.5
    ).astype(np.uint8)
    pixels[gaps] = NO_DATA
    return pixels


class _Nearest(NamedTuple):
    """Which pixel of a window of a picture lies under each sheet pixel of a frame.

    `flat` counts along the rows of the window; outside `inside` it means nothing.
    """

    window: Window
    flat: NDArray[np.int_]
    inside: NDArray[np.bool_]


def _nearest(image: Image, view: View) -> _Nearest | None:
    """Return the nearest pixels, None where the frame shows nothing of the picture."""
    rows, columns = _positions(image, view)
    inside = (rows >= 0) & (rows < image.shape[0])
    inside = inside & (columns >= 0) & (columns < image.shape[1])
    if not inside.any():
        return None
    top, bottom = _span(rows, image.shape[0])
    left, right = _span(columns, image.shape[1])
    flat = (np.clip(rows, top, bottom) - top) * (right - left + 1)
    flat = flat + (np.clip(columns, left, right) - left)
    window = Window(left, top, right - left + 1, bottom - top + 1)
    return _Nearest(window, flat, inside)


def _span(places: NDArray[np.int_], count: int) -> tuple[int, int]:
    known = places[(places >= 0) & (places < count)]
    return int(known.min()), int(known.max())


def _positions(image: Image, view: View) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Return the picture's row and column under the middle of every sheet pixel.

    Where the sheet lies along the picture, rows (n, 1) and columns (1, m) are enough.
    """
    x0, y0, x1, y1 = view.box
    inverse = ~image.transform
    if view.crs == image.crs and inverse.b == inverse.d == 0:
        down = np.column_stack([np.full(y1 - y0, x0 + 0.5), np.arange(y0, y1) + 0.5])
        along = np.column_stack([np.arange(x0, x1) + 0.5, np.full(x1 - x0, y0 + 0.5)])
        rows = inverse.e * view.to_ground(down)[:, 1] + inverse.f
        columns = inverse.a * view.to_ground(along)[:, 0] + inverse.c
        return (
            np.floor(rows).astype(int)[:, None],
            np.floor(columns).astype(int)[None, :],
        )
    y, x = np.mgrid[y0:y1, x0:x1].astype(np.float64) + 0.5
    points = view.to_ground(np.column_stack([x.ravel(), y.ravel()]))
    if view.crs != image.crs:
        ends = parse_reference(view.crs, "影像"), parse_reference(image.crs, "影像")
        points = from_lonlat(to_lonlat(points, ends[0]), ends[1])
    columns = inverse.a * points[:, 0] + inverse.b * points[:, 1] + inverse.c
    rows = inverse.d * points[:, 0] + inverse.e * points[:, 1] + inverse.f
    return (
        np.floor(rows).astype(int).reshape(x.shape),
        np.floor(columns).astype(int).reshape(x.shape),
    )


def finest_pixel(images: Sequence[Image]) -> float:
    """Return the side of the finest pixel in units of the first picture's CRS."""
    return math.sqrt(abs(images[0].transform.determinant))
