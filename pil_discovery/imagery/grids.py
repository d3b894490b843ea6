"""One pixel grid for several pictures of the same ground."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
import shapely
from affine import Affine
from rasterio.windows import Window

from pil_discovery.errors import ImageError, Problem
from pil_discovery.geo.crs import from_lonlat, to_lonlat
from pil_discovery.geo.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from pyproj import CRS

    from pil_discovery.types import Image

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

WHOLE_PIXEL = 1e-3
"""Offsets closer than this to a whole pixel count as whole: no resampling."""


class Pixels(Protocol):
    """What can be read window by window: a picture on a grid, or an array."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""

    def both(self, window: Window) -> tuple[Floats, Bools]:
        """Return bands (bands, rows, columns), NaN without data, and ground seen."""


@dataclass(frozen=True)
class Grid:
    """A pixel grid: CRS, affine transform (column, row) → CRS, rows and columns."""

    crs: CRS
    transform: Affine
    shape: tuple[int, int]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Least and greatest x and y, in the order x, y, x, y."""
        rows, columns = self.shape
        corners = [
            self.transform @ p
            for p in ((0, 0), (columns, 0), (0, rows), (columns, rows))
        ]
        xs, ys = zip(*corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def pixel_area(self) -> float:
        """Area of a pixel in squared units of the CRS."""
        return abs(self.transform.determinant)

    def carried(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Carry shapes in pixels (column, row) into the CRS."""
        affine = self.transform
        matrix = np.array([[affine.a, affine.b], [affine.d, affine.e]])
        corner = affine.c, affine.f
        placed = shapely.transform(shapes, lambda p: p @ matrix.T + corner)
        return np.asarray(placed, dtype=object)

    def part(self, window: Window) -> Grid:
        """Return the grid of a window of whole pixels."""
        moved = self.transform @ Affine.translation(window.col_off, window.row_off)
        return Grid(self.crs, moved, (window.height, window.width))


@dataclass(frozen=True)
class ArrayPixels:
    """An array as `Pixels`; shape (bands, rows, columns), NaN is no data."""

    values: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.values.shape[1], self.values.shape[2]

    def both(self, window: Window) -> tuple[Floats, Bools]:
        """Return the window as a view, and where every band has a value."""
        rows, columns = window.toslices()
        values = self.values[:, rows, columns]
        return values, _finite(values)


@dataclass(frozen=True)
class Aligned:
    """A picture seen on a grid, whole pixel by whole pixel or resampled once.

    Attributes
    ----------
    names
        Bands read, in this order.
    correction
        Displacement (rows, columns) of the picture that is taken back when reading,
        in pixels of the grid.
    """

    image: Image
    grid: Grid
    names: tuple[str, ...]
    correction: tuple[float, float] = (0.0, 0.0)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the grid."""
        return self.grid.shape

    @cached_property
    def offset(self) -> tuple[int, int] | None:
        """Rows and columns from the grid to the picture, None when resampled."""
        if self.correction != (0.0, 0.0) or self.grid.crs != self.image.crs:
            return None
        return _whole_offset(self.grid.transform, self.image.transform)

    @property
    def resampled(self) -> bool:
        """Whether pixels are interpolated (bilinear)."""
        return self.offset is None

    def corrected(self, rows: float, columns: float) -> Aligned:
        """Return the same view with a displacement taken back (in pixels)."""
        return replace(self, correction=(rows, columns))

    def read(self, window: Window) -> Floats:
        """Read the named bands: float64 (bands, rows, columns), NaN without data."""
        return self.both(window)[0]

    def valid(self, window: Window) -> Bools:
        """Return where the picture shows the ground: boolean (rows, columns)."""
        return self.both(window)[1]

    def both(self, window: Window) -> tuple[Floats, Bools]:
        """Return bands and visibility of a window, decoding the picture once."""
        if self.offset is None:
            return self._interpolated(window)
        return self._source(_moved(window, self.offset))

    def nearest(self, window: Window) -> tuple[Floats, Bools]:
        """Return bands of the pixel that each pixel centre lies in, and where one is.

        Unlike a picture of the pair, this one need not reach over the whole grid.
        """
        row, column = (np.floor(p + 0.5) for p in self._positions(window))
        height, width = self.image.shape
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        values = np.full((len(self.names), *row.shape), np.nan)
        source = _hull(row, column, self.image.shape)
        if source is not None and inside.any():
            found, _ = self._source(source)
            down = (row[inside] - source.row_off).astype(int)
            along = (column[inside] - source.col_off).astype(int)
            values[:, inside] = found[:, down, along]
        return values, inside

    def _source(self, window: Window) -> tuple[Floats, Bools]:
        values = self.image.read(window)
        return self._pick(values), self.image.clear(values, window)

    def _pick(self, values: Floats) -> Floats:
        order = list(self.image.bands)
        if tuple(order) == self.names:
            return values
        return values[[order.index(name) for name in self.names]]

    def _interpolated(self, window: Window) -> tuple[Floats, Bools]:
        """Interpolate between four pixel centres, each output pixel by itself.

        The position of a pixel is computed exactly, not on a coarse mesh as warping
        libraries do, so the result does not depend on the window.
        """
        rows, columns = self._positions(window)
        source = _hull(rows, columns, self.image.shape)
        empty = np.full((len(self.names), *rows.shape), np.nan)
        if source is None:
            return empty, np.zeros(rows.shape, dtype=bool)
        values, clear = self._source(source)
        local = rows - source.row_off, columns - source.col_off
        return _bilinear(values, *local), _all_clear(clear, *local)

    def _positions(self, window: Window) -> tuple[Floats, Floats]:
        """Return fractional pixel-centre positions (rows, columns) in the picture."""
        row, column = np.mgrid[: window.height, : window.width].astype(np.float64)
        row += window.row_off + 0.5 + self.correction[0]
        column += window.col_off + 0.5 + self.correction[1]
        x, y = _apply(self.grid.transform, column, row)
        if self.grid.crs != self.image.crs:
            x, y = move_points(x, y, (self.grid.crs, self.image.crs))
        columns, rows = _apply(~self.image.transform, x, y)
        return rows - 0.5, columns - 0.5


def common_grid(before: Image, others: Sequence[Image]) -> Grid:
    """Return the grid of `before`, cut to the extent that all pictures share.

    Raises
    ------
    ImageError
        The pictures have no ground in common.
    """
    grid = Grid(before.crs, before.transform, before.shape)
    low, high = np.array([0, 0]), np.array(before.shape)
    for other in others:
        top, bottom = _extent_in(grid, other)
        low, high = np.maximum(low, top), np.minimum(high, bottom)
    if np.any(high <= low):
        names = "、".join(image.provenance.file for image in (before, *others))
        raise ImageError(
            Problem(names, "", "影像之间没有重叠范围", "请核对坐标系和影像覆盖区域")
        )
    rows, columns = high - low
    return grid.part(Window(int(low[1]), int(low[0]), int(columns), int(rows)))


def align(image: Image, grid: Grid, names: Sequence[str]) -> Aligned:
    """Return a picture seen on a grid, bands in the order of `names`."""
    return Aligned(image, grid, tuple(names))


def shared_bands(images: Sequence[Image]) -> tuple[str, ...]:
    """Return the bands that all pictures have, in the order of the first.

    Raises
    ------
    ImageError
        No band name occurs in all pictures.
    """
    names = tuple(n for n in images[0].bands if all(n in i.bands for i in images))
    if not names:
        files = "、".join(image.provenance.file for image in images)
        raise ImageError(Problem(files, "bands", "影像没有同名波段", "请核对波段名称"))
    return names


def windows(shape: tuple[int, int], side: int) -> Iterator[Window]:
    """Cut rows × columns into windows of at most side × side pixels, row by row."""
    for row in range(0, shape[0], side):
        for column in range(0, shape[1], side):
            height, width = min(side, shape[0] - row), min(side, shape[1] - column)
            yield Window(column, row, width, height)


def whole(shape: tuple[int, int]) -> Window:
    """Return the window that covers everything."""
    return Window(0, 0, shape[1], shape[0])


def move_points(x: Floats, y: Floats, ways: tuple[CRS, CRS]) -> tuple[Floats, Floats]:
    """Carry coordinates from one CRS to another without silent datum shifts.

    Parameters
    ----------
    x, y
        Easting or longitude, northing or latitude; any one shape.
    ways
        CRS of the coordinates, CRS wanted.

    Raises
    ------
    CrsError
        A system that does not rest on CGCS2000 or WGS 84.
    """
    source, target = (parse_reference(crs, "影像") for crs in ways)
    points = np.column_stack([np.ravel(x), np.ravel(y)])
    moved = from_lonlat(to_lonlat(points, source), target)
    return moved[:, 0].reshape(np.shape(x)), moved[:, 1].reshape(np.shape(y))


def _finite(values: Floats) -> Bools:
    clear: Bools = np.logical_and.reduce(np.isfinite(values), axis=0)
    return clear


def _whole_offset(grid: Affine, image: Affine) -> tuple[int, int] | None:
    between = ~image @ grid
    if not between.almost_equals(
        Affine.translation(round(between.c), round(between.f)), precision=WHOLE_PIXEL
    ):
        return None
    return round(between.f), round(between.c)


def _moved(window: Window, offset: tuple[int, int]) -> Window:
    return Window(
        window.col_off + offset[1],
        window.row_off + offset[0],
        window.width,
        window.height,
    )


def _extent_in(grid: Grid, other: Image) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Return first and last pixel (row, column) of the grid that a picture reaches."""
    x, y = _outline(Grid(other.crs, other.transform, other.shape))
    if grid.crs != other.crs:
        x, y = move_points(x, y, (other.crs, grid.crs))
    columns, rows = _apply(~grid.transform, x, y)
    low = np.array([rows.min(), columns.min()]) + WHOLE_PIXEL
    high = np.array([rows.max(), columns.max()]) - WHOLE_PIXEL
    return np.floor(low).astype(int), np.ceil(high).astype(int)


def _outline(grid: Grid) -> tuple[Floats, Floats]:
    """Return points along the rim: a straight rim is curved in another projection."""
    rows, columns = grid.shape
    along = np.linspace(0.0, 1.0, 21)
    zero, one = np.zeros(21), np.ones(21)
    column = np.concatenate([along, along, zero, one]) * columns
    row = np.concatenate([zero, one, along, along]) * rows
    return _apply(grid.transform, column, row)


def _apply(affine: Affine, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Apply an affine transform to arrays of coordinates."""
    return (
        affine.a * x + affine.b * y + affine.c,
        affine.d * x + affine.e * y + affine.f,
    )


def _hull(rows: Floats, columns: Floats, shape: tuple[int, int]) -> Window | None:
    """Return the window of all pixels that the positions lie between."""
    limits = []
    for values, size in ((rows, shape[0]), (columns, shape[1])):
        low = max(math.floor(np.nanmin(values)), 0)
        high = min(math.floor(np.nanmax(values)) + 2, size)
        if low >= high:
            return None
        limits.append((low, high))
    (top, bottom), (left, right) = limits
    return Window(left, top, right - left, bottom - top)


def _neighbours(
    rows: Floats, columns: Floats
) -> Iterator[tuple[NDArray[np.int_], NDArray[np.int_], Floats]]:
    """Yield row, column and weight of the four pixels around each position."""
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, right = rows - top, columns - left
    yield top, left, (1 - down) * (1 - right)
    yield top, left + 1, (1 - down) * right
    yield top + 1, left, down * (1 - right)
    yield top + 1, left + 1, down * right


def _bilinear(values: Floats, rows: Floats, columns: Floats) -> Floats:
    height, width = values.shape[1:]
    total = np.zeros((len(values), *rows.shape))
    for row, column, weight in _neighbours(rows, columns):
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        near = values[:, row.clip(0, height - 1), column.clip(0, width - 1)]
        term = np.where(inside, near, np.nan) * weight
        total += np.where(weight == 0, 0.0, term)
    return total


def _all_clear(clear: Bools, rows: Floats, columns: Floats) -> Bools:
    height, width = clear.shape
    result = np.ones(rows.shape, dtype=bool)
    for row, column, weight in _neighbours(rows, columns):
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        near = clear[row.clip(0, height - 1), column.clip(0, width - 1)]
        result &= (near & inside) | (weight == 0)
    return result
