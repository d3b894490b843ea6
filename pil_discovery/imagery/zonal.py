"""Statistics of a picture per polygon, no polygon left without a number or a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from rasterio.windows import Window

from pil_discovery.errors import ImageError, Problem
from pil_discovery.geo.crs import safe_transform
from pil_discovery.geo.space import without_mixture
from pil_discovery.imagery.coverage import (
    STATS,
    has_exactextract,
    weigh_exactly,
    weigh_plainly,
)
from pil_discovery.imagery.grids import Grid
from pil_discovery.imagery.indices import compute_index, missing_bands
from pil_discovery.types import Image

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from pyproj import CRS

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

Loader = Callable[[Window], "Floats"]

BLOCK = 2560
"""Side of the blocks that zones are gathered in, pixels: small ones decode twice."""
POLYGONAL = (3, 6)


def zonal(
    zones: gpd.GeoDataFrame,
    image: Image,
    *,
    index: str | None = None,
    band: str | None = None,
    stats: Sequence[str] = ("mean",),
) -> pd.DataFrame:
    """Compute statistics of one index or band per polygon.

    Pixels on the rim count by the share that the polygon covers. The picture is read
    once per block of neighbouring polygons.

    Parameters
    ----------
    zones
        Polygons in any safe CRS; overlapping ones are kept apart.
    image
        The picture; clouds and no-data do not count.
    index, band
        Exactly one of them: name of an index, or of a band of the picture.
    stats
        Out of mean, min, max, stdev (population), median, count.

    Returns
    -------
    DataFrame
        One row per polygon, in order: `zone_id` (index of `zones`), `count` (valid
        pixels, a sum of shares), `valid_share` (valid area / area of the polygon), the
        statistics (NaN when there is no valid pixel), `reason` (Chinese, why a
        statistic is missing; empty otherwise).

    Raises
    ------
    ImageError
        No such index or statistic, or not exactly one of `index` and `band`.
    CrsError
        The CRS of the zones or of the picture is missing or unsafe.
    """
    (rows,) = zonal_of_each(zones, [image], index=index, band=band, stats=stats)
    return rows


def zonal_of_each(
    zones: gpd.GeoDataFrame,
    images: Sequence[Image],
    *,
    index: str | None = None,
    band: str | None = None,
    stats: Sequence[str] = ("mean",),
) -> list[pd.DataFrame]:
    """Return `zonal` of each picture; polygons are carried into each CRS once."""
    _demand_kinds(zones, images)
    _check(index, band, stats)
    place = _placed_in(zones)
    found = []
    for image in images:
        lacking = _lacking(image, index, band)
        if lacking:
            reason = f"影像缺少波段{'、'.join(lacking)}，不能计算{index or band}"
            rows = _empty(len(zones), stats, reason)
        else:
            load = _loader(image, index, band)
            wanted = tuple(dict.fromkeys(("count", *stats)))
            rows = _extract(place(image.crs), image, load, wanted)
        found.append(_table(zones.index, rows, stats))
    return found


def _table(
    index: pd.Index[Any], rows: dict[str, NDArray[Any]], stats: Sequence[str]
) -> pd.DataFrame:
    wanted = ("count", "valid_share", *(s for s in stats if s != "count"), "reason")
    columns = {"zone_id": index.to_numpy(), **{name: rows[name] for name in wanted}}
    return pd.DataFrame(columns)


def _demand_kinds(zones: object, images: Sequence[object]) -> None:
    layer = isinstance(zones, gpd.GeoDataFrame | gpd.GeoSeries)
    strange = [i for i in images if not isinstance(i, Image)]
    if not layer or strange:
        got = f"{type(zones).__name__}, {type((strange or images)[0]).__name__}"
        raise TypeError(f"expected a GeoDataFrame and an Image, not {got}")


def valid_shares(zones: gpd.GeoDataFrame, images: Sequence[Image]) -> Floats:
    """Return the share of each polygon whose ground each picture shows.

    Returns
    -------
    array
        float64, shape (polygons, pictures), 0 … 1.
    """
    place = _placed_in(zones)
    columns = [_visible_shares(place(image.crs), image) for image in images]
    return np.column_stack(columns) if columns else np.zeros((len(zones), 0))


def _visible_shares(shapes: Shapes, image: Image) -> Floats:
    def visible(window: Window) -> Floats:
        return np.where(image.valid(window), 1.0, np.nan)

    return _extract(shapes, image, visible, ("count",))["valid_share"]


def _check(index: str | None, band: str | None, stats: Sequence[str]) -> None:
    if (index is None) == (band is None):
        raise ImageError("zonal：index 与 band 须且只能给出一个")
    unknown = [s for s in stats if s not in STATS]
    if unknown:
        fix = f"可用的有：{'、'.join(STATS)}"
        raise ImageError(Problem("、".join(unknown), "", "没有这个统计量", fix))


def _lacking(image: Image, index: str | None, band: str | None) -> tuple[str, ...]:
    if index is not None:
        return missing_bands(index, image.bands)
    return () if band in image.bands else (str(band),)


def _loader(image: Image, index: str | None, band: str | None) -> Loader:
    def measure(bands: dict[str, Floats]) -> Floats:
        values = bands.get(band or "") if index is None else compute_index(index, bands)
        if values is None:  # excluded by _lacking
            raise KeyError(band)
        return values

    def load(window: Window) -> Floats:
        read = image.read(window)
        values = measure(dict(zip(image.bands, read, strict=True)))
        if image.cloud_mask is None:
            return values
        return np.where(image.clear(read, window), values, np.nan)

    return load


def _empty(zones: int, stats: Sequence[str], reason: str) -> dict[str, NDArray[Any]]:
    rows: dict[str, NDArray[Any]] = {
        name: np.full(zones, np.nan) for name in stats if name != "count"
    }
    rows["count"], rows["valid_share"] = np.zeros(zones), np.zeros(zones)
    rows["reason"] = np.full(zones, reason)
    return rows


def _extract(
    shapes: Shapes, image: Image, load: Loader, stats: Sequence[str]
) -> dict[str, NDArray[Any]]:
    grid = Grid(image.crs, image.transform, image.shape)
    area = shapely.area(shapes)
    result = _empty(len(shapes), stats, "")
    usable = shapely.is_valid(shapes) & np.isin(shapely.get_type_id(shapes), POLYGONAL)
    usable &= area > 0
    outside = np.ones(len(shapes), dtype=bool)
    for block in _blocks(shapes, np.flatnonzero(usable), grid):
        values = load(block.window)
        part = grid.part(block.window)
        weigh = weigh_exactly if has_exactextract() else weigh_plainly
        rows = weigh(shapes[block.members], values, part, stats=stats)
        outside[block.members] = False
        for name in stats:
            result[name][block.members] = rows[name].to_numpy()
    count = result["count"]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(usable, count * grid.pixel_area / area, 0.0)
    result["valid_share"] = share.clip(0.0, 1.0)
    result["reason"] = _reasons(usable, outside, count)
    return result


def _reasons(
    usable: NDArray[np.bool_], outside: NDArray[np.bool_], count: Floats
) -> NDArray[np.object_]:
    return np.select(
        [~usable, outside, count == 0],
        [
            "几何缺失、无效或没有面积，未统计",
            "地块不在影像范围内",
            "影像在地块内没有有效像元（云或无数据）",
        ],
        default="",
    )


def _placed_in(zones: gpd.GeoDataFrame) -> Callable[[CRS], Shapes]:
    """Return a function CRS → polygons in it, reckoned once for each."""

    @cache
    def placed(crs: CRS) -> Shapes:
        moved = safe_transform(zones.geometry, None, crs)
        return without_mixture(np.asarray(moved.array, dtype=object))

    return placed


@dataclass(frozen=True)
class _Block:
    """Neighbouring zones and the window that holds them all."""

    window: Window
    members: NDArray[np.intp]


def _blocks(shapes: Shapes, usable: NDArray[np.intp], grid: Grid) -> Iterator[_Block]:
    """Gather zones that begin in the same block of the picture."""
    limits = _pixel_bounds(shapes[usable], grid)
    inside = (limits[:, :2] < limits[:, 2:]).all(axis=1)
    usable, limits = usable[inside], limits[inside]
    across = grid.shape[1] // BLOCK + 1
    home = (limits[:, 0] // BLOCK) * across + limits[:, 1] // BLOCK
    for number in np.unique(home):
        here = home == number
        top, left = limits[here, :2].min(axis=0)
        bottom, right = limits[here, 2:].max(axis=0)
        window = Window(int(left), int(top), int(right - left), int(bottom - top))
        yield _Block(window, usable[here])


def _pixel_bounds(shapes: Shapes, grid: Grid) -> NDArray[np.int_]:
    """Return top, left, bottom, right in pixels, cut to the picture."""
    left, bottom, right, top = shapely.bounds(shapes).T.reshape(4, -1)
    affine = ~grid.transform
    columns = np.stack([left, right]) * affine.a + affine.c
    rows = np.stack([top, bottom]) * affine.e + affine.f
    limits = np.stack(
        [
            np.floor(rows.min(axis=0)).clip(0, grid.shape[0]),
            np.floor(columns.min(axis=0)).clip(0, grid.shape[1]),
            np.ceil(rows.max(axis=0)).clip(0, grid.shape[0]),
            np.ceil(columns.max(axis=0)).clip(0, grid.shape[1]),
        ],
        axis=1,
    )
    return limits.astype(int)
