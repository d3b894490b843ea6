"""What a step is told besides its tables: the day, the numbers, how to read terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from pil_discovery.errors import ModelError, Problem

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class Setting:
    """The day and the numbers of one run of a model; any process can have a copy.

    Attributes
    ----------
    file
        That of the model, for messages.
    doubtful
        Whether zones count of which it is half known whether they were in force.
    """

    file: str
    as_of: dt.date
    parameters: Mapping[str, Any]
    doubtful: bool = True

    def number(self, value: float | str | None, where: str) -> float | None:
        """Return a number that may be written as `$parameter`."""
        if value is None or not isinstance(value, str):
            return value
        name = value.removeprefix("$")
        if not value.startswith("$") or name not in self.parameters:
            raise ModelError(self.problem(where, f"没有声明的参数：{value}"))
        return float(self.parameters[name])

    def problem(self, where: str, what: str) -> Problem:
        """Say what is wrong in which place of the model file."""
        return Problem(self.file, where, what)

    def placed(self, frame: pd.DataFrame, table: str) -> gpd.GeoDataFrame:
        """Return the rows of a table that have a place.

        Raises
        ------
        ModelError
            If the table has no geometry at all.
        """
        if not isinstance(frame, gpd.GeoDataFrame):
            raise ModelError(self.nowhere(table))
        shapes = frame.geometry.to_numpy()
        nowhere = shapely.is_missing(shapes) | shapely.is_empty(shapes)
        there: gpd.GeoDataFrame = frame[~nowhere] if nowhere.any() else frame
        return there

    def nowhere(self, table: str) -> Problem:
        """Say that a table of a spatial step has no geometry."""
        what = f"表 {table} 没有 geometry 列，不能参加空间步骤"
        return self.problem(f"steps.{table}", what)


def framed(rows: pa.Table) -> pd.DataFrame:
    """Return rows of the engine as a frame by `_id`, with shapes where it has any."""
    if "geometry" not in rows.column_names:
        return _indexed(rows)
    shapes = shapely.from_wkb(rows["geometry"].to_pylist())
    frame = _indexed(rows.drop_columns("geometry"))
    return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4490")


def _indexed(rows: pa.Table) -> pd.DataFrame:
    # a pool of threads costs three times what a small table takes, and saves nothing
    # worth it on a large one
    frame: pd.DataFrame = rows.to_pandas(use_threads=False).set_index("_id")
    return frame
