"""Coordinate tables → points: a record with easting and northing gets its place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from pil_discovery.errors import CrsError, PilError, Problem
from pil_discovery.geo.crs import parse_reference, safe_transform
from pil_discovery.text.quarantine import Entry, quarantine_frame
from pil_discovery.types import Inference, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

CGCS2000 = "EPSG:4490"
CHINA = (70.0, 0.0, 140.0, 55.0)
"""West, south, east, north, in degrees: a place in China lies between."""


def place_records(
    table: Table, *, crs: str | None, sigma_m: float | None = None
) -> Table:
    """Give the rows of a coordinate table their place.

    Parameters
    ----------
    table
        Its frame has `_x` (easting or longitude) and `_y`.
    crs
        Their system: `EPSG:…`, `GCJ-02`, `BD-09`.
    sigma_m
        One-axis positional standard deviation in metres; None = not known.

    Returns
    -------
    Table
        With `geometry` (points, EPSG:4490; None where a row has no usable place),
        `_sigma_m`, `_valid_from`, `_valid_to`; rows stay, a place outside China is a
        cell in quarantine.

    Raises
    ------
    CrsError
        If the system is missing or unsafe.
    """
    file = table.sources[0].file if table.sources else ""
    if crs is None:
        remedy = "在 pil.yaml 的该文件写明 crs，例如 crs: EPSG:4490 或 crs: GCJ-02"
        raise CrsError(Problem(file, "坐标列", "没有写明坐标系", remedy))
    points = _points(table, crs, file)
    outside = _outside(points)
    entries = [_entry(table.frame, at) for at in np.flatnonzero(outside).tolist()]
    points[outside] = None
    frame = table.frame.drop(columns=["_x", "_y"]).assign(
        geometry=points,
        _sigma_m=np.nan if sigma_m is None else float(sigma_m),
        _valid_from=np.datetime64("NaT", "s"),
        _valid_to=np.datetime64("NaT", "s"),
    )
    return replace(
        table,
        frame=frame,
        quarantine=_joined(table.quarantine, entries),
        report=table.report.model_copy(
            update={"inferences": (*table.report.inferences, _note(crs))}
        ),
    )


def _points(table: Table, crs: str, file: str) -> NDArray[np.object_]:
    x = table.frame["_x"].to_numpy(dtype=float, na_value=np.nan)
    y = table.frame["_y"].to_numpy(dtype=float, na_value=np.nan)
    there = np.isfinite(x) & np.isfinite(y)
    shapes = np.full(len(x), None, dtype=object)
    shapes[there] = shapely.points(x[there], y[there])
    try:
        reference = parse_reference(crs, "坐标列")
        source: Any = reference.crs or reference.name
        moved: NDArray[np.object_] = safe_transform(shapes, source, CGCS2000)
    except PilError as error:
        raise CrsError(
            Problem(file, "坐标列", p.what, p.remedy) for p in error.problems
        ) from error
    return moved


def _outside(points: NDArray[np.object_]) -> NDArray[np.bool_]:
    west, south, east, north = CHINA
    x, y = shapely.get_x(points), shapely.get_y(points)
    with np.errstate(invalid="ignore"):
        inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    result: NDArray[np.bool_] = ~inside & ~shapely.is_missing(points)
    return result


def _entry(frame: pd.DataFrame, at: int) -> Entry:
    row = frame.iloc[at]
    sheet = row["_sheet"]
    return Entry(
        source=str(row["_source"]),
        sheet=sheet if isinstance(sheet, str) else None,
        row=int(row["_row"]),
        column="geometry",
        value=f"{row['_x']}, {row['_y']}",
        scope="cell",
        reason_class="outside_area",
        reason="坐标不在我国范围内",
        remedy="核对坐标系、经纬度是否颠倒、是否缺少带号",
    )


def _joined(quarantine: pd.DataFrame, entries: list[Entry]) -> pd.DataFrame:
    if not entries:
        return quarantine
    more = quarantine_frame(entries)
    return (
        more if quarantine.empty else pd.concat([quarantine, more], ignore_index=True)
    )


def _note(crs: str) -> Inference:
    reference = parse_reference(crs, "坐标列")
    return Inference(
        what="坐标转换", value=reference.transformation, why="工作区写明的坐标系"
    )
