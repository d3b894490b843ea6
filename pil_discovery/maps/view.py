"""What a map frame shows: ground to pixels, ticks, scale bar, north."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

from pil_discovery.geo.crs import from_lonlat, safe_transform, to_lonlat
from pil_discovery.geo.references import parse_reference
from pil_discovery.maps.canvas import INK, PALE, PAPER, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pyproj import CRS

    from pil_discovery.maps.canvas import Box, Canvas
    from pil_discovery.types import Image

    Floats = NDArray[np.float64]

CGCS2000 = "EPSG:4490"
GEOD = Geod(a=6378137.0, rf=298.257222101)
STEPS = (1.0, 2.0, 5.0)
TICK = 12
LEAST_SHARE = 0.08
"""Of the size of a place, shown on every side of it."""
LONGEST_PX = 520
"""Of a scale bar."""
_ZONE = re.compile(
    r"CGCS2000 / 3-degree Gauss-Kruger (zone (?P<zone>\d+)|CM (?P<meridian>\d+)E)"
)


@dataclass(frozen=True)
class View:
    """A frame on the sheet and the ground it shows.

    Attributes
    ----------
    crs
        CRS of the ground coordinates.
    extent
        Least x, least y, greatest x, greatest y in that CRS.
    box
        Left, top, right, bottom on the sheet, pixels.
    """

    crs: CRS
    extent: tuple[float, float, float, float]
    box: Box

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels per unit of the CRS, right and up."""
        left, bottom, right, top = self.extent
        wide, high = self.box[2] - self.box[0], self.box[3] - self.box[1]
        return wide / (right - left), high / (top - bottom)

    def to_pixels(self, points: Floats) -> Floats:
        """Carry ground coordinates (n, 2) to the sheet."""
        across, up = self.scale
        x = self.box[0] + (points[:, 0] - self.extent[0]) * across
        y = self.box[1] + (self.extent[3] - points[:, 1]) * up
        return np.column_stack([x, y])

    def to_ground(self, pixels: Floats) -> Floats:
        """Carry sheet positions (n, 2) to the ground."""
        across, up = self.scale
        x = self.extent[0] + (pixels[:, 0] - self.box[0]) / across
        y = self.extent[3] - (pixels[:, 1] - self.box[1]) / up
        return np.column_stack([x, y])

    def place(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Carry geometries in EPSG:4490 to the sheet."""
        known = np.array([s for s in shapes if s is not None], dtype=object)
        there = safe_transform(known, CGCS2000, self.crs)
        placed: NDArray[np.object_] = shapely.transform(there, self.to_pixels)
        return placed

    def place_seen(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Carry to the sheet what may lie in the frame; the rest is left out."""
        return self.place_near(shapes)[0]

    def place_near(
        self, shapes: NDArray[np.object_]
    ) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
        """Carry to the sheet what may lie in the frame, and tell which that is."""
        x0, y0, x1, y1 = self.box
        rim = np.linspace((x0, y0), (x1, y1), 9)
        x, y = (grid.ravel() for grid in np.meshgrid(rim[:, 0], rim[:, 1]))
        seen = self.lonlat(np.column_stack([x, y]))
        low, high = seen.min(axis=0), seen.max(axis=0)
        bounds = shapely.bounds(shapes).reshape(-1, 4)
        near = (bounds[:, :2] <= high).all(axis=1) & (bounds[:, 2:] >= low).all(axis=1)
        kept = shapes[near]
        return (self.place(kept) if len(kept) else kept), near

    def lonlat(self, pixels: Floats) -> Floats:
        """Return longitude and latitude (degrees, CGCS2000) of sheet positions."""
        return to_lonlat(self.to_ground(pixels), parse_reference(self.crs, "影像"))


def fit_view(crs: CRS, bounds: Floats, box: Box) -> View:
    """Fit ground bounds into a frame, the scale alike in both directions.

    Parameters
    ----------
    crs
        CRS of the bounds.
    bounds
        Least x, least y, greatest x, greatest y.
    box
        Frame on the sheet.
    """
    middle = (bounds[:2] + bounds[2:]) / 2
    wide, high = box[2] - box[0], box[3] - box[1]
    # A degree of longitude is shorter than one of latitude.
    squeeze = math.cos(math.radians(middle[1])) if crs.is_geographic else 1.0
    size = max((bounds[2] - bounds[0]) * squeeze / wide, (bounds[3] - bounds[1]) / high)
    half = np.array([wide * size / squeeze, high * size]) / 2
    low, top = middle - half, middle + half
    extent = float(low[0]), float(low[1]), float(top[0]), float(top[1])
    return View(crs, extent, box)


def ground_bounds(shapes: NDArray[np.object_], crs: CRS) -> Floats:
    """Return the bounds of geometries in EPSG:4490, in another CRS."""
    known = np.array([s for s in shapes if s is not None], dtype=object)
    bounds: Floats = shapely.total_bounds(safe_transform(known, CGCS2000, crs))
    return bounds


def grow(bounds: Floats, share: float, least: float | tuple[float, float]) -> Floats:
    """Grow bounds by a share on every side, to a least size.

    A least size is one number, or one for the width and one for the height. The larger
    a place is against it, the smaller is the share: its surroundings are on the sheet.
    """
    middle = (bounds[:2] + bounds[2:]) / 2
    size = bounds[2:] - bounds[:2]
    fewer = min(1.0, math.sqrt(float(np.max(least)) / max(float(size.max()), 1e-12)))
    half = np.maximum(
        size * (0.5 + max(share * fewer, LEAST_SHARE)), np.array(least) / 2
    )
    return np.concatenate([middle - half, middle + half])


def rim_of(image: Image) -> tuple[Floats, Floats]:
    """Return the least and the greatest coordinates of a picture, in its CRS."""
    rows, columns = image.shape
    corners = [image.transform * point for point in ((0, 0), (columns, rows))]
    return np.min(corners, axis=0), np.max(corners, axis=0)


def keep_inside(view: View, image: Image, place: Floats) -> View:
    """Shift a frame to show the picture rather than what lies beyond its rim.

    Parameters
    ----------
    view
        A frame in the CRS of the picture.
    image
        A picture with its upper side to the north.
    place
        Bounds that stay in the frame, with a tenth of its size around them.
    """
    rim = rim_of(image)
    extent = np.array(view.extent).reshape(2, 2)
    spare = (extent[1] - extent[0]) / 10
    wanted = np.maximum(rim[0] - extent[0], 0.0)
    wanted += np.minimum(rim[1] - extent[1], 0.0)
    wanted = np.where(extent[1] - extent[0] > rim[1] - rim[0], 0.0, wanted)
    least = np.minimum(place[2:] + spare - extent[1], 0.0)
    most = np.maximum(place[:2] - spare - extent[0], 0.0)
    moved = extent + np.clip(wanted, least, most)
    left, bottom, right, top = (float(v) for v in moved.ravel())
    return View(view.crs, (left, bottom, right, top), view.box)


def draw_ticks(canvas: Canvas, view: View, *, size: int, left: bool = True) -> None:
    """Draw tick marks and degrees on the rim, and small crosses where they meet.

    Parameters
    ----------
    canvas, view
        Sheet and frame.
    size
        Height of the labels in pixels.
    left
        Whether latitudes are written at the left of the frame.
    """
    x0, y0, x1, y1 = view.box
    lons, lats = list(_ticks(view, 0, size)), list(_ticks(view, 1, size))
    for x, text in lons:
        canvas.draw.line([(x, y1), (x, y1 + TICK)], fill=INK, width=3)
        half = text_width(text, size) / 2
        # A label that sticks out would run into the next frame's.
        if x0 - TICK <= x - half and x + half <= x1 + TICK:
            canvas.text((x, y1 + TICK + 4), text, size=size, anchor="ma")
    for y, text in lats:
        canvas.draw.line([(x0 - TICK, y), (x0, y)], fill=INK, width=3)
        if left:
            canvas.text((x0 - TICK - 6, y), text, size=size, anchor="rm")
    for x, _ in lons:
        for y, _ in lats:
            _cross(canvas, x, y)
    canvas.frame((x0, y0, x1, y1))


def draw_scale(canvas: Canvas, view: View, xy: tuple[int, int], *, size: int) -> int:
    """Draw a scale bar of round length and return where it ends on the right.

    xy is its lower left corner.
    """
    per_pixel = metres_per_pixel(view)
    room = min((view.box[2] - view.box[0]) * 0.6, LONGEST_PX)
    length = _round_down(room * per_pixel)
    width = length / per_pixel
    x, y = xy
    for part in range(4):
        left, right = x + width * part / 4, x + width * (part + 1) / 4
        ink = INK if part % 2 == 0 else PAPER
        canvas.draw.rectangle((left, y - 12, right, y), fill=ink, outline=INK, width=2)
    canvas.text((x, y - 18), "0", size=size, anchor="ms")
    half, whole = _metres(length / 2), _metres(length)
    if width / 2 > text_width(half, size) + text_width(whole, size):
        canvas.text((x + width / 2, y - 18), half, size=size, anchor="ms")
    canvas.text((x + width, y - 18), whole, size=size, anchor="ms")
    return int(x + width + text_width(whole, size) / 2)


def draw_north(canvas: Canvas, view: View, xy: tuple[int, int], *, size: int) -> None:
    """Draw an arrow to true north; xy is the middle of its foot."""
    dx, dy = _north(view)
    x, y = xy
    tip = np.array([x + dx * size * 2, y + dy * size * 2])
    side = np.array([-dy, dx]) * size * 0.45
    foot = np.array([x, y])
    notch = foot + np.array([dx, dy]) * size / 2
    dark = [tuple(tip), tuple(foot - side), tuple(notch)]
    light = [tuple(tip), tuple(foot + side), tuple(notch)]
    canvas.draw.polygon(dark, fill=INK, outline=INK)
    canvas.draw.polygon(light, fill=PAPER, outline=INK, width=2)
    canvas.text((float(tip[0]), float(tip[1]) - 6), "北", size=size, anchor="ms")


def metres_per_pixel(view: View) -> float:
    """Return the ground length of a sheet pixel in the middle of a frame, metres."""
    x0, y0, x1, y1 = view.box
    middle = (y0 + y1) / 2
    ends = view.lonlat(np.array([[x0, middle], [x1, middle]], dtype=float))
    length = GEOD.inv(*ends[0], *ends[1])[2]
    return float(length) / (x1 - x0)


def crs_words(crs: CRS) -> str:
    """Return the name of a CRS as it is printed on a sheet."""
    reference = parse_reference(crs, "影像")
    zone = _ZONE.search(crs.name)
    if zone is not None:
        meridian = int(zone["meridian"] or 3 * int(zone["zone"] or 0))
        plain = f"CGCS2000 高斯—克吕格3度带，中央经线{meridian}°"
    else:
        plain = crs.name
    return plain if plain == reference.name else f"{reference.name}（{plain}）"


def _ticks(view: View, axis: int, size: int) -> Iterator[tuple[float, str]]:
    """Yield position on the rim and label of every round degree value."""
    x0, y0, x1, y1 = view.box
    end = (x1, y1) if axis == 0 else (x0, y0)
    rim = np.linspace((x0, y1), end, 65)
    degrees = view.lonlat(rim)[:, axis]
    span = float(degrees[-1] - degrees[0])
    room = size * 7 if axis == 0 else size * 3
    step = _round_up(span / max(2, int((x1 - x0 if axis == 0 else y1 - y0) / room)))
    if span < 2 * step:
        step = _round_down(span / 2)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.ceil(degrees[0] / step), math.floor(degrees[-1] / step)
    for number in range(first, last + 1):
        place = np.interp(number * step, degrees, rim[:, axis])
        yield float(place), _degrees(number * step, axis, decimals)


def _degrees(value: float, axis: int, decimals: int) -> str:
    sides = ("E", "W") if axis == 0 else ("N", "S")
    return f"{abs(value):.{decimals}f}°{sides[0] if value >= 0 else sides[1]}"


def _cross(canvas: Canvas, x: float, y: float) -> None:
    for colour, width in ((PAPER, 4), (PALE, 2)):
        canvas.draw.line([(x - 9, y), (x + 9, y)], fill=colour, width=width)
        canvas.draw.line([(x, y - 9), (x, y + 9)], fill=colour, width=width)


def _north(view: View) -> tuple[float, float]:
    """Return the direction of true north on the sheet, unit length."""
    x0, y0, x1, y1 = view.box
    middle = np.array([[(x0 + x1) / 2, (y0 + y1) / 2]])
    here = view.lonlat(middle)
    there = here + np.array([[0.0, 1e-4]])
    moved = view.to_pixels(from_lonlat(there, parse_reference(view.crs, "影像")))
    way = moved[0] - middle[0]
    unit = way / np.hypot(*way)
    return float(unit[0]), float(unit[1])


def _round_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return next(s * power for s in (*STEPS, 10.0) if s * power >= value)


def _round_down(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return max(s * power for s in STEPS if s * power <= value)


def _metres(value: float) -> str:
    return f"{value / 1000:g} km" if value >= 1000 else f"{value:g} m"
