"""Statistics of a picture per polygon, no polygon left without a number or a reason."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pil_discovery.errors import ImageError, Problem
from pil_discovery.geo.crs import safe_transform
from pil_discovery.geo.space import without_mixture
from pil_discovery.imagery.blocks import Job, solve_blocks
from pil_discovery.imagery.coverage import STATS
from pil_discovery.imagery.grids import Grid
from pil_discovery.imagery.indices import compute_index, find_index, missing_bands
from pil_discovery.types import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from pyproj import CRS
    from rasterio.windows import Window

    from pil_discovery.imagery.blocks import Loader

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

POLYGONAL = (3, 6)


def zonal(
    zones: gpd.GeoDataFrame,
    image: Image,
    *,
    index: str | None = None,
    band: str | None = None,
    stats: Sequence[str] = ("mean",),
    workers: int | None = None,
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
    workers
        Processes for many polygons; the result does not depend on it.

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
    (rows,) = zonal_of_each(
        zones, [image], index=index, band=band, stats=stats, workers=workers
    )
    return rows


def zonal_of_each(
    zones: gpd.GeoDataFrame,
    images: Sequence[Image],
    *,
    index: str | None = None,
    band: str | None = None,
    stats: Sequence[str] = ("mean",),
    workers: int | None = None,
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
            wanted = tuple(dict.fromkeys(("count", *stats)))
            job = _job(place(image.crs), image, _loader(image, index, band), wanted)
            rows = _extract(job, workers)
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
    return _extract(_job(shapes, image, _Ground(image), ("count",)))["valid_share"]


def _job(shapes: Shapes, image: Image, load: Loader, stats: tuple[str, ...]) -> Job:
    return Job(shapes, Grid(image.crs, image.transform, image.shape), load, stats)


@dataclass(frozen=True)
class _Ground:
    """Reads 1 where a picture shows the ground, else NaN."""

    image: Image

    def __call__(self, window: Window) -> Floats:
        return np.where(self.image.valid(window), 1.0, np.nan)


@dataclass(frozen=True)
class _Measured:
    """Reads a band or an index of a picture, NaN where clouds hide the ground."""

    image: Image
    name: str

    def __call__(self, window: Window) -> Floats:
        read = self.image.read(window)
        bands = dict(zip(self.image.bands, read, strict=True))
        values = bands.get(self.name)
        if values is None:
            values = compute_index(self.name, bands)
        if values is None:  # excluded by _lacking
            raise KeyError(self.name)
        if self.image.cloud_mask is None:
            return values
        return np.where(self.image.clear(read, window), values, np.nan)


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
    """Read no more bands than the statistic is about."""
    if index is None:
        return _Measured(image.only((str(band),)), str(band))
    return _Measured(image.only(find_index(index).bands), index)


def _empty(zones: int, stats: Sequence[str], reason: str) -> dict[str, NDArray[Any]]:
    rows: dict[str, NDArray[Any]] = {
        name: np.full(zones, np.nan) for name in stats if name != "count"
    }
    rows["count"], rows["valid_share"] = np.zeros(zones), np.zeros(zones)
    rows["reason"] = np.full(zones, reason)
    return rows


def _extract(job: Job, workers: int | None = None) -> dict[str, NDArray[Any]]:
    shapes, area = job.shapes, shapely.area(job.shapes)
    result = _empty(len(shapes), job.stats, "")
    usable = shapely.is_valid(shapes) & np.isin(shapely.get_type_id(shapes), POLYGONAL)
    usable &= area > 0
    outside = np.ones(len(shapes), dtype=bool)
    for members, rows in solve_blocks(job, np.flatnonzero(usable), workers):
        outside[members] = False
        for name in job.stats:
            result[name][members] = rows[name].to_numpy()
    count = result["count"]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(usable, count * job.grid.pixel_area / area, 0.0)
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
