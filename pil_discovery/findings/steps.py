"""The typed steps of a model: geometry, pictures, series, links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from pil_discovery.errors import ModelError, Problem
from pil_discovery.findings.relations import quoted
from pil_discovery.types.models import (
    ChangeStep,
    MatchStep,
    OverlayStep,
    SeriesStep,
    SqlStep,
    ZonalStep,
)
from pil_discovery.types.results import StepRun

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from pil_discovery.findings.relations import Relations
    from pil_discovery.types import Image, Step
    from pil_discovery.types.models import Change, Match, Overlay, Series, Zonal

USABLE_SHARE = 0.8
"""Clear share of a polygon from which a picture counts (imagery gate)."""
MOST_ROWS = 5_000_000
"""Rows that a step may take out of the engine: they stand in memory, not on disk."""


@dataclass(frozen=True)
class Room:
    """Where a step works: the tables so far, the pictures, the day, the numbers.

    `file` is that of the model, for messages.
    """

    file: str
    relations: Relations
    images: Sequence[Image]
    as_of: dt.date
    parameters: Mapping[str, Any]

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


def run_step(step: Step, room: Room) -> StepRun:
    """Run one step, keep its table, and tell its rows in and out.

    Raises
    ------
    ModelError
        If the step asks for a table, column or parameter that is not there.
    """
    where = f"steps.{step.table}"
    if isinstance(step, SqlStep):
        rows = room.relations.create(step.table, step.sql, where)
        return StepRun(table=step.table, kind="sql", rows_in={}, rows_out=rows)
    kind, inputs, work = _typed(step)
    frames = [_rows(room, name, where) for name in inputs]
    result = work(room, *frames)
    room.relations.load(step.table, _arrow(result))
    rows_in = {n: len(f) for n, f in zip(inputs, frames, strict=True)}
    return StepRun(table=step.table, kind=kind, rows_in=rows_in, rows_out=len(result))


def _typed(step: Step) -> tuple[str, tuple[str, ...], Callable[..., pd.DataFrame]]:
    if isinstance(step, OverlayStep):
        spec = step.overlay
        return "overlay", (spec.left, spec.right), _bind(_overlay, spec)
    if isinstance(step, ZonalStep):
        return "zonal", (step.zonal.zones,), _bind(_zonal, step.zonal)
    if isinstance(step, ChangeStep):
        return "change", (step.change.zones,), _bind(_change, step.change)
    if isinstance(step, SeriesStep):
        return "series", (step.series.zones,), _bind(_series, step.series)
    if isinstance(step, MatchStep):
        match = step.match
        return "match", (match.left, match.right), _bind(_match, match)
    raise TypeError(step)


def _bind(
    work: Callable[..., pd.DataFrame], spec: object
) -> Callable[..., pd.DataFrame]:
    def bound(room: Room, *frames: pd.DataFrame) -> pd.DataFrame:
        result: pd.DataFrame = work(spec, room, *frames)
        return result

    return bound


def _rows(room: Room, name: str, where: str) -> pd.DataFrame:
    columns = room.relations.names(name)
    if room.relations.count(name) > MOST_ROWS:
        what = f"表 {name} 超过 {MOST_ROWS:,} 行，不能参加空间、影像或者关联步骤"
        raise ModelError(room.problem(where, what))
    if "_id" not in columns:
        # the engine runs on one thread, so the order of rows is the same every time
        sql = f"SELECT row_number() OVER () - 1 AS _id, * FROM {quoted(name)}"
    else:
        sql = f"SELECT * FROM {quoted(name)} ORDER BY _id"
    rows = room.relations.select(sql, where)
    if "geometry" not in columns:
        return _indexed(rows)
    shapes = shapely.from_wkb(rows["geometry"].to_pylist())
    frame = _indexed(rows.drop_columns("geometry"))
    return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4490")


def _indexed(rows: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = rows.to_pandas().set_index("_id")
    return frame


def _placed(frame: pd.DataFrame, room: Room, table: str) -> gpd.GeoDataFrame:
    if not isinstance(frame, gpd.GeoDataFrame):
        what = f"表 {table} 没有 geometry 列，不能参加空间步骤"
        raise ModelError(room.problem(f"steps.{table}", what))
    shapes = frame.geometry.to_numpy()
    nowhere = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    placed: gpd.GeoDataFrame = frame[~nowhere]
    return placed


def _sigma_of(frame: gpd.GeoDataFrame) -> np.ndarray[Any, Any]:
    if "_sigma_m" not in frame.columns:
        return np.full(len(frame), np.nan)
    return frame["_sigma_m"].to_numpy(dtype=float, na_value=np.nan)


def _worst_sigma(
    left: gpd.GeoDataFrame, right: gpd.GeoDataFrame
) -> np.ndarray[Any, Any]:
    """Combine the error of each left row with the largest known one of the right."""
    known = _sigma_of(right)
    known = known[np.isfinite(known)]
    worst = float(np.max(known)) if len(known) else np.nan
    both: np.ndarray[Any, Any] = np.hypot(_sigma_of(left), worst)
    return both


def _overlay(
    spec: Overlay, room: Room, left: pd.DataFrame, right: pd.DataFrame
) -> pd.DataFrame:
    from pil_discovery.geo.overlay import overlay

    ours = _placed(left, room, spec.left)
    theirs = _placed(right, room, spec.right)
    minimum = room.number(spec.min_area_m2, "min_area_m2")
    sigma = _sigma_of(ours)
    parts = [
        overlay(
            ours.iloc[at],
            theirs,
            how=spec.how,
            by=spec.by,
            distance_m=distance,
            sigma_m=sigma[at],
            right_sigma_m=_sigma_of(theirs),
            min_area_m2=0.0 if minimum is None else minimum,
            threshold_m2=room.number(spec.threshold_m2, "threshold_m2"),
        )
        for distance, at in _distances(spec, room, _worst_sigma(ours, theirs))
    ]
    rows = pd.concat(parts, ignore_index=True)
    return rows.sort_values(
        [n for n in ("left_id", "right_id") if n in rows.columns], kind="stable"
    )


def _distances(
    spec: Overlay, room: Room, sigma: np.ndarray[Any, Any]
) -> list[tuple[float | None, np.ndarray[Any, Any]]]:
    """Pair each distance by which the right side grows with the left rows it is for."""
    times = room.number(spec.tolerance_sigma, "tolerance_sigma")
    if times is None or not len(sigma):
        distance = room.number(spec.distance_m, "distance_m")
        return [(distance, np.arange(len(sigma)))]
    # whole centimetres, upwards: few groups, and never less than asked
    metres = np.ceil(np.nan_to_num(sigma * times) * 100) / 100
    return [(float(m), np.flatnonzero(metres == m)) for m in np.unique(metres)]


def _change(spec: Change, room: Room, zones: pd.DataFrame) -> pd.DataFrame:
    from pil_discovery.imagery.zone_change import change_in_zones

    placed = _placed(zones, room, spec.zones)
    anchors = None if spec.before_column is None else placed[spec.before_column]
    return change_in_zones(
        placed,
        room.images,
        as_of=room.as_of,
        direction=spec.direction,
        min_area_m2=room.number(spec.min_area_m2, "min_area_m2") or 0.0,
        margin_m=room.number(spec.margin_m, "margin_m") or 0.0,
        anchors=anchors,
    )


def _zonal(spec: Zonal, room: Room, zones: pd.DataFrame) -> pd.DataFrame:
    placed = _placed(zones, room, spec.zones)
    inner = _inner(placed, room.number(spec.inner_buffer_m, "inner_buffer_m") or 0.0)
    parts = _zonal_parts(spec, inner, _past(room))
    if not parts:
        return pd.DataFrame(
            columns=["zone_id", "acquired_date", "count", "valid_share", *spec.stats]
        )
    rows = pd.concat(parts, ignore_index=True)
    if spec.pictures == "all":
        return rows
    usable = rows[rows["valid_share"] >= USABLE_SHARE]
    latest = usable.sort_values(["zone_id", "acquired_date"], kind="stable")
    return latest.drop_duplicates("zone_id", keep="last").reset_index(drop=True)


def _past(room: Room) -> list[Image]:
    return [i for i in room.images if i.acquired_date <= room.as_of]


def _inner(zones: gpd.GeoDataFrame, distance_m: float) -> gpd.GeoDataFrame:
    """Shrink polygons by a distance, so that mixed pixels of the rim do not count."""
    if distance_m == 0 or zones.empty:
        return zones
    from pil_discovery.geo.crs import local_crs, safe_transform

    metric = local_crs(float(zones.geometry.bounds["minx"].median()))
    shrunk = safe_transform(zones, target=metric)
    shapes = shrunk.geometry.buffer(-distance_m)
    inner = safe_transform(shrunk.set_geometry(shapes), target="EPSG:4490")
    left: gpd.GeoDataFrame = inner[~inner.geometry.is_empty]
    return left


def _zonal_parts(
    spec: Zonal, zones: gpd.GeoDataFrame, images: Sequence[Image]
) -> list[pd.DataFrame]:
    from pil_discovery.imagery.zonal import zonal_of_each

    parts = zonal_of_each(
        zones, images, index=spec.index, band=spec.band, stats=spec.stats
    )
    for rows, image in zip(parts, images, strict=True):
        rows.insert(1, "acquired_date", pd.Timestamp(image.acquired_date))
    return parts


def _series(spec: Series, room: Room, zones: pd.DataFrame) -> pd.DataFrame:
    placed = _placed(zones, room, spec.zones)
    past = _past(room)
    if not past or placed.empty:
        return pd.DataFrame(
            {"zone_id": placed.index, "state": "unknown", "reason": "没有可用的影像"}
        ).reindex(columns=_SERIES_COLUMNS)
    if spec.start_column is None:
        return _breaks(spec, placed, past, start=None)
    # a start of its own for each polygon: those that share one are reckoned together
    starts = pd.to_datetime(placed[spec.start_column])
    days = sorted(starts.dropna().unique())
    parts = [
        _breaks(spec, placed[starts == day], past, start=pd.Timestamp(day).date())
        for day in days
    ]
    if starts.isna().any():
        parts.append(_breaks(spec, placed[starts.isna()], past, start=None))
    return pd.concat(parts, ignore_index=True)


_SERIES_COLUMNS = (
    "zone_id",
    "state",
    "earliest_date",
    "latest_date",
    "size",
    "z",
    "reason",
)


def _breaks(
    spec: Series,
    zones: gpd.GeoDataFrame,
    images: Sequence[Image],
    *,
    start: dt.date | None,
) -> pd.DataFrame:
    from pil_discovery.imagery.series import find_breaks
    from pil_discovery.imagery.zonal import zonal_of_each

    parts = zonal_of_each(zones, images, index=spec.index)
    values = np.column_stack([p["mean"].to_numpy(dtype=float) for p in parts])
    shares = np.column_stack([p["valid_share"].to_numpy(dtype=float) for p in parts])
    dates = np.array([i.acquired_date for i in images], dtype="datetime64[D]")
    breaks = find_breaks(values, dates, shares >= USABLE_SHARE, start=start)
    rows = breaks.frame.rename(
        columns={"earliest": "earliest_date", "latest": "latest_date"}
    )
    rows.insert(0, "zone_id", zones.index.to_numpy())
    return rows[list(_SERIES_COLUMNS)].reset_index(drop=True)


def _match(
    spec: Match, room: Room, left: pd.DataFrame, right: pd.DataFrame
) -> pd.DataFrame:
    from pil_discovery.text.links import link_names

    del room  # links look at texts alone
    rows = link_names(
        left,
        right,
        name=spec.name,
        code=spec.code,
        region=spec.region,
        address=spec.address,
    )
    return rows[rows["decision"] != "different"].reset_index(drop=True)


def _arrow(frame: pd.DataFrame) -> pa.Table:
    """Turn a step's rows into Arrow: geometry as WKB, NaN as NULL."""
    arrays: dict[str, pa.Array] = {}
    for name in frame.columns:
        values = frame[name]
        if name == "geometry":
            shapes = np.asarray(values, dtype=object)
            arrays[name] = pa.array(shapely.to_wkb(shapes).tolist(), type=pa.binary())
        elif values.dtype.kind == "M":
            days = values.to_numpy().astype("datetime64[D]")
            arrays[name] = pa.array(days)
        else:
            arrays[name] = pa.Array.from_pandas(values)
    return pa.table(arrays)
