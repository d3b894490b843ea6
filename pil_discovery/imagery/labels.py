"""Points that somebody has judged: changed or not, and the pixels they lie on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.errors import ArgumentError
from pil_discovery.geo.crs import safe_transform

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from pil_discovery.imagery.grids import Grid

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


def read_labels(points: gpd.GeoDataFrame) -> Floats:
    """Return 1 for changed, 0 for not, NaN for not judged.

    Raises
    ------
    ArgumentError
        No column `changed`, or values in it that are no truth values.
    """
    if "changed" not in points:
        raise ArgumentError("样点没有 changed 列（真值：是否变化）")
    values = points["changed"]
    known = values.notna().to_numpy()
    wrong = [str(v) for v in values[known] if not _is_truth(v)]
    if wrong:
        shown = "、".join(dict.fromkeys(wrong))
        raise ArgumentError(f"changed 列只能是 true 或 false，不能是：{shown}")
    result = np.full(len(values), np.nan)
    result[known] = values[known].astype(float)
    return result


def pixels_under(points: gpd.GeoDataFrame, grid: Grid) -> tuple[Ints, Ints, Bools]:
    """Return the row and column that each point lies on, and whether the grid has it.

    Raises
    ------
    CrsError
        Unsafe or missing CRS.
    """
    placed = safe_transform(points.geometry, target=grid.crs)
    inverse = ~grid.transform
    x, y = placed.x.to_numpy(), placed.y.to_numpy()
    columns = np.floor(inverse.a * x + inverse.b * y + inverse.c)
    rows = np.floor(inverse.d * x + inverse.e * y + inverse.f)
    height, width = grid.shape
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    here = [np.where(inside, at, 0).astype(np.int64) for at in (rows, columns)]
    return here[0], here[1], inside


def _is_truth(value: object) -> bool:
    """Tell a truth value, also as the numbers that some formats keep it in."""
    return isinstance(value, bool | np.bool_ | int | float) and value in (0, 1)
