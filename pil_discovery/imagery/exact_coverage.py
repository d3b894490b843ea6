"""Statistics of pixels by exactextract, which this module needs installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely
from exactextract import exact_extract
from exactextract.feature import Feature, FeatureSource
from exactextract.raster import NumPyRasterSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from pil_discovery.imagery.grids import Grid

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]


def weigh_exactly(
    shapes: Shapes, values: Floats, grid: Grid, *, stats: Sequence[str]
) -> pd.DataFrame:
    """Compute statistics with exactextract.

    Parameters
    ----------
    shapes
        Polygons in the CRS of the grid.
    values
        float64 (rows, columns), NaN where there is nothing to count.
    grid
        North-up grid of the values.
    stats
        Names out of `STATS`.

    Returns
    -------
    DataFrame
        One row per polygon, one column per statistic; `count` is a sum of shares.
    """
    left, bottom, right, top = grid.bounds
    source = NumPyRasterSource(values, left, bottom, right, top, name="value")
    zones = _Zones(shapely.to_wkb(shapes).tolist())
    result: pd.DataFrame = exact_extract(source, zones, list(stats), output="pandas")
    return result[list(stats)].astype(float)


class _Zones(FeatureSource):  # type: ignore[misc]  # it has no types
    """Polygons handed over as WKB: as GeoJSON they took most of the time."""

    def __init__(self, polygons: list[bytes]) -> None:
        super().__init__()
        self._polygons = polygons

    def count(self) -> int:
        return len(self._polygons)

    def __iter__(self) -> Iterator[_Zone]:
        return map(_Zone, self._polygons)

    def srs_wkt(self) -> None:
        return None


class _Zone(Feature):  # type: ignore[misc]  # it has no types
    def __init__(self, polygon: bytes) -> None:
        super().__init__()
        self._polygon = polygon

    def geometry(self) -> bytes:
        return self._polygon

    def fields(self) -> list[str]:
        return []
