"""Statistics of pixels weighted by the share of each that a polygon covers.

exactextract does this where it is installed (`exact_coverage`); elsewhere shapely
measures the pixels on the rim. Both give the same numbers to 1e-6: weighted mean,
population standard deviation, and the weighted median of exactextract.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pil_discovery.imagery.grids import Grid

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

STATS = ("mean", "min", "max", "stdev", "median", "count")


def has_exactextract() -> bool:
    """Tell whether the compiled library is installed."""
    return importlib.util.find_spec("exactextract") is not None


def weigh_plainly(
    shapes: Shapes, values: Floats, grid: Grid, *, stats: Sequence[str]
) -> pd.DataFrame:
    """Compute the statistics of `weigh_exactly` with shapely alone; slower."""
    rows = [_weighed(shape, values, grid, stats) for shape in shapes]
    return pd.DataFrame(rows, columns=list(stats), dtype=float)


def _weighed(
    shape: shapely.Geometry, values: Floats, grid: Grid, stats: Sequence[str]
) -> list[float]:
    row, column, share = _shares(shape, grid)
    value = values[row, column]
    known = np.isfinite(value) & (share > 0)
    return [_statistic(name, value[known], share[known]) for name in stats]


def _shares(
    shape: shapely.Geometry, grid: Grid
) -> tuple[NDArray[np.int_], NDArray[np.int_], Floats]:
    """Return row, column and covered share of every pixel a polygon may touch."""
    inverse = ~grid.transform
    left, bottom, right, top = shapely.bounds(shape)
    first, last = inverse @ (left, top), inverse @ (right, bottom)
    columns = np.arange(max(int(first[0]), 0), min(int(last[0]) + 1, grid.shape[1]))
    rows = np.arange(max(int(first[1]), 0), min(int(last[1]) + 1, grid.shape[0]))
    row, column = (a.ravel() for a in np.meshgrid(rows, columns, indexing="ij"))
    affine = grid.transform
    x, y = affine.c + column * affine.a, affine.f + row * affine.e
    boxes = shapely.box(x, y + affine.e, x + affine.a, y)
    shapely.prepare(shape)
    inner = shapely.contains_properly(shape, boxes)
    share = inner.astype(float)
    rim = shapely.intersects(shape, boxes) & ~inner
    cut = shapely.area(shapely.intersection(shape, boxes[rim]))
    share[rim] = cut / grid.pixel_area
    return row, column, share


def _statistic(name: str, value: Floats, share: Floats) -> float:
    if name == "count":
        return float(share.sum())
    if not len(value):
        return float("nan")
    if name in {"min", "max"}:
        return float(value.min() if name == "min" else value.max())
    if name == "median":
        return _median(value, share)
    mean = float((value * share).sum() / share.sum())
    if name == "mean":
        return mean
    return float(np.sqrt((share * (value - mean) ** 2.0).sum() / share.sum()))


def _median(value: Floats, share: Floats) -> float:
    """Return the weighted median with linear interpolation, as exactextract does."""
    order = np.argsort(value, kind="stable")
    value, share = value[order], share[order]
    if len(value) == 1:
        return float(value[0])
    before = np.concatenate([[0.0], np.cumsum(share)[:-1]])
    place = np.arange(len(value)) * share + (len(value) - 1) * before
    middle = 0.5 * share.sum() * (len(value) - 1)
    return float(np.interp(middle, place, value))
