"""From changed pixels to patches: sieve, outline, area, kind, confirmation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine
from rasterio.features import rasterize, shapes, sieve

from pil_discovery.geo.area import area_m2
from pil_discovery.geo.crs import safe_transform
from pil_discovery.imagery.detection import (
    CHANGED,
    CONFIRMED,
    MAGNITUDE_STEP,
    SEEN,
    VALID,
)
from pil_discovery.imagery.directions import DIRECTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from rasterio.windows import Window

    from pil_discovery.imagery.detection import Marks
    from pil_discovery.imagery.grids import Grid

    Bools = NDArray[np.bool_]

MIN_PIXELS = 4
STRIP = 512
"""Rows at a time, where a copy of the whole scene would cost memory."""
CRS = "EPSG:4490"
PATCH_COLUMNS = (
    "patch_id",
    "direction",
    "area_m2",
    "pixels",
    "magnitude",
    "confirmed_share",
    "seen_share",
    "geometry",
)


@dataclass(frozen=True)
class Patches:
    """Patches and the pixels that belong to them.

    Attributes
    ----------
    frame
        `PATCH_COLUMNS`, one row per patch in scan order, EPSG:4490.
    mask
        boolean (rows, columns).
    """

    frame: gpd.GeoDataFrame
    mask: Bools


def changed_pixels(flags: NDArray[np.uint8], wanted: int = 0) -> Bools:
    """Return changed pixels without specks of fewer than 4 pixels, 8-connected.

    Parameters
    ----------
    flags
        As in `Marks`.
    wanted
        Direction bits of which a pixel must have one; 0 takes every changed pixel.
    """
    raw = flags & np.uint8(CHANGED)
    if wanted:
        raw[(flags & np.uint8(wanted)) == 0] = 0
    if not raw.any():
        return raw.view(np.bool_)
    kept: NDArray[np.uint8] = sieve(raw, MIN_PIXELS, connectivity=8)
    # The sieve also fills holes; a hole under a cloud stays unknown.
    kept //= np.uint8(CHANGED)
    for row in range(0, len(flags), STRIP):
        kept[row : row + STRIP] &= flags[row : row + STRIP] // np.uint8(VALID)
    return kept.view(np.bool_)


def outline_patches(
    marks: Marks, grid: Grid, mask: Bools, *, min_area_m2: float
) -> Patches:
    """Outline the patches of a mask, drop the small ones, describe the rest.

    Parameters
    ----------
    marks
        What was found at each pixel.
    grid
        Grid of the marks.
    mask
        Changed pixels, boolean (rows, columns).
    min_area_m2
        Least official area of a patch in square metres.
    """
    rings = [
        shapely.geometry.shape(geometry)
        for geometry, _ in shapes(mask.view(np.uint8), mask=mask, connectivity=8)
    ]
    placed = _placed(rings, grid)
    areas = area_m2(placed) if len(placed) else np.zeros(0)
    large = areas >= min_area_m2
    rings = [ring for ring, keep in zip(rings, large, strict=True) if keep]
    numbers = _Numbers(rings)
    frame = _describe(marks, numbers, gpd.GeoSeries(placed[large]))
    frame["area_m2"] = areas[large]
    kept = mask if bool(large.all()) else mask & _inside(numbers, mask.shape)
    return Patches(frame[list(PATCH_COLUMNS)], kept)


class _Numbers:
    """Which patch a pixel belongs to, window by window (0 = none)."""

    def __init__(self, rings: Sequence[shapely.Geometry]) -> None:
        self.rings = rings
        self.tree = shapely.STRtree(rings)

    def at(self, window: Window) -> NDArray[np.int32]:
        left, top = window.col_off, window.row_off
        box = shapely.box(left, top, left + window.width, top + window.height)
        near = np.sort(self.tree.query(box))
        size = (window.height, window.width)
        if not len(near):
            return np.zeros(size, dtype=np.int32)
        numbered: NDArray[np.int32] = rasterize(
            [(self.rings[i], int(i) + 1) for i in near],
            out_shape=size,
            transform=Affine.translation(left, top),
            dtype="int32",
        )
        return numbered


def _placed(rings: Sequence[shapely.Geometry], grid: Grid) -> gpd.GeoSeries:
    """Return pixel outlines on the ground: valid, in EPSG:4490."""
    ground = grid.carried(np.array(rings, dtype=object))
    # Pixels that touch at a corner make one patch, whose ring touches itself.
    ground = np.where(shapely.is_valid(ground), ground, shapely.make_valid(ground))
    series = gpd.GeoSeries(ground, crs=grid.crs)
    if not len(series):
        return gpd.GeoSeries([], crs=CRS)
    return safe_transform(series)


def _describe(
    marks: Marks, numbers: _Numbers, geometry: gpd.GeoSeries
) -> gpd.GeoDataFrame:
    count = _count(marks, numbers)
    frame = gpd.GeoDataFrame(
        {
            "patch_id": np.arange(1, len(geometry) + 1),
            "direction": _dominant(count),
            "pixels": count["pixels"].to_numpy(),
        },
        geometry=np.asarray(geometry.array, dtype=object),
        crs=CRS,
    )
    total = count["changed"].to_numpy().astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        frame["magnitude"] = count["steps"].to_numpy() * MAGNITUDE_STEP / total
        seen = count["seen"].to_numpy().astype(float)
        frame["confirmed_share"] = count["confirmed"].to_numpy() / seen
        frame["seen_share"] = seen / total
    return frame


def _count(marks: Marks, numbers: _Numbers) -> pd.DataFrame:
    """Count pixels of each kind per patch; whole numbers, so order cannot matter."""
    bits = {"changed": CHANGED, "seen": SEEN, "confirmed": CONFIRMED}
    bits |= {d.name: d.bit for d in DIRECTIONS}
    size = len(numbers.rings) + 1
    totals = {
        name: np.zeros(size, dtype=np.int64) for name in ("pixels", "steps", *bits)
    }
    for window, steps in marks.steps:
        number = numbers.at(window)
        flags = marks.flags[window.toslices()]
        totals["pixels"] += np.bincount(number.ravel(), minlength=size)
        for name, bit in bits.items():
            chosen = number[(flags & bit) != 0]
            totals[name] += np.bincount(chosen, minlength=size)
        owner = number[(flags & CHANGED) != 0]
        totals["steps"] += np.bincount(owner, steps, size).astype(np.int64)
    return pd.DataFrame({name: values[1:] for name, values in totals.items()})


def _dominant(count: pd.DataFrame) -> list[str]:
    """Return the most frequent kind that at least half of a patch shows."""
    names = [d.name for d in DIRECTIONS]
    shares = count[names].to_numpy()
    best = shares.argmax(axis=1)
    strong = shares.max(axis=1, initial=0) * 2 >= count["changed"].to_numpy()
    return [names[b] if s else "other" for b, s in zip(best, strong, strict=True)]


def _inside(numbers: _Numbers, shape: tuple[int, int]) -> Bools:
    if not numbers.rings:
        return np.zeros(shape, dtype=bool)
    inside: Bools = rasterize(numbers.rings, out_shape=shape, dtype="uint8") == 1
    return inside
