"""The typed steps of a model: geometry, pictures, series, links."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from pil_discovery.errors import ArgumentError, ModelError, StoppedError
from pil_discovery.findings import ground, picture_quality
from pil_discovery.findings.overlays import evidence_sql
from pil_discovery.findings.relations import quoted
from pil_discovery.findings.settings import framed
from pil_discovery.findings.tiles import Question, parts_of, together
from pil_discovery.types.restoration import RestorationStep
from pil_discovery.types.results import StepRun
from pil_discovery.types.steps import (
    ChangeStep,
    MatchStep,
    OverlayStep,
    SeriesStep,
    SqlStep,
    ZonalStep,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    import geopandas as gpd

    from pil_discovery.findings.rooms import Room
    from pil_discovery.types import Image, Step
    from pil_discovery.types.restoration import Restoration
    from pil_discovery.types.steps import Change, Match, Series, Zonal

MOST_ROWS = 5_000_000
"""Rows that a step may take out of the engine: they stand in memory, not on disk."""
MOST_OVERLAID = 20_000_000
"""Rows on the left of an overlay: only a part of them stands in memory as shapes."""


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
    if isinstance(step, OverlayStep):
        return _overlay(step, room, where)
    kind, inputs, work = _typed(step)
    frames = [_rows(room, name, where) for name in inputs]
    result = work(room, *frames)
    room.relations.load(step.table, _arrow(result))
    rows_in = {n: len(f) for n, f in zip(inputs, frames, strict=True)}
    return StepRun(table=step.table, kind=kind, rows_in=rows_in, rows_out=len(result))


def _overlay(step: OverlayStep, room: Room, where: str) -> StepRun:
    """Run an overlay; what may be two drawings of one line goes to a table apart."""
    spec, table = step.overlay, step.table
    left = _table(room, spec.left, where, most=MOST_OVERLAID)
    right = _table(room, spec.right, where)
    question = Question(spec, room.setting())
    found = together(room.solver(question, parts_of(left), right))
    tables = {table: found.rows}
    if spec.how in ("intersection", "difference"):
        tables[f"{table}_slivers"] = found.slivers
    for name, rows in tables.items():
        plain = f"_plain_{name}"
        room.relations.load(plain, rows)
        sql = evidence_sql(spec, room, table, quoted(plain))
        room.relations.view(name, sql, plain)
    return StepRun(
        table=table,
        kind="overlay",
        rows_in={spec.left: len(left), spec.right: len(right)},
        rows_out=len(found.rows),
        slivers=len(found.slivers),
        doubtful=len(found.doubtful),
        out_of_force=found.out_of_force,
    )


def _typed(step: Step) -> tuple[str, tuple[str, ...], Callable[..., pd.DataFrame]]:
    if isinstance(step, ZonalStep):
        return "zonal", (step.zonal.zones,), _bind(_zonal, step.zonal)
    if isinstance(step, ChangeStep):
        return "change", (step.change.zones,), _bind(_change, step.change)
    if isinstance(step, SeriesStep):
        return "series", (step.series.zones,), _bind(_series, step.series)
    if isinstance(step, RestorationStep):
        spec = step.restoration
        return "restoration", (spec.zones,), _bind(_restoration, spec)
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
    return framed(_table(room, name, where))


def _table(room: Room, name: str, where: str, *, most: int = MOST_ROWS) -> pa.Table:
    columns = room.relations.names(name)
    if room.relations.count(name) > most:
        what = f"表 {name} 超过 {most:,} 行，不能参加空间、影像或者关联步骤"
        raise StoppedError(room.problem(where, what))
    proof = [n for n in (ground.COLUMN, picture_quality.COLUMN) if n in columns]
    every = f"* EXCLUDE ({', '.join(proof)})" if proof else "*"
    if "_id" not in columns:
        # the engine runs on one thread, so the order of rows is the same every time
        sql = f"SELECT row_number() OVER () - 1 AS _id, {every} FROM {quoted(name)}"
    else:
        sql = f"SELECT {every} FROM {quoted(name)} ORDER BY _id"
    return room.relations.select(sql, where)


def _change(spec: Change, room: Room, zones: pd.DataFrame) -> pd.DataFrame:
    from pil_discovery.imagery.zone_change import change_in_zones

    placed = room.placed(zones, spec.zones)
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
    from pil_discovery.imagery.quality import USABLE_SHARE

    placed = room.placed(zones, spec.zones)
    inner = _inner(placed, room.number(spec.inner_buffer_m, "inner_buffer_m") or 0.0)
    parts = _zonal_parts(spec, inner, _past(room))
    if not parts:
        return pd.DataFrame(
            columns=[*_ZONAL_COLUMNS, *spec.stats, picture_quality.COLUMN]
        )
    rows = pd.concat(parts, ignore_index=True)
    if spec.pictures == "all":
        return rows
    usable = rows[rows["valid_share"] >= USABLE_SHARE]
    latest = usable.sort_values(["zone_id", "acquired_date"], kind="stable")
    return latest.drop_duplicates("zone_id", keep="last").reset_index(drop=True)


_ZONAL_COLUMNS = ("zone_id", "acquired_date", "count", "valid_share")


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
    from pil_discovery.imagery.zone_gates import add_gates, sight_gates

    parts = zonal_of_each(
        zones, images, index=spec.index, band=spec.band, stats=spec.stats
    )
    for rows, image in zip(parts, images, strict=True):
        rows.insert(1, "acquired_date", pd.Timestamp(image.acquired_date))
    return [
        add_gates(rows, sight_gates(rows["valid_share"], rows["reason"], image))
        for rows, image in zip(parts, images, strict=True)
    ]


def _series(spec: Series, room: Room, zones: pd.DataFrame) -> pd.DataFrame:
    placed = room.placed(zones, spec.zones)
    past = _past(room)
    if not past or placed.empty:
        rows = pd.DataFrame(
            {"zone_id": placed.index, "state": "unknown", "reason": "没有可用的影像"}
        ).reindex(columns=_SERIES_COLUMNS)
        return _with_series_gates(rows, past)
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
    from pil_discovery.imagery.quality import USABLE_SHARE
    from pil_discovery.imagery.series import find_breaks
    from pil_discovery.imagery.zonal import zonal_of_each

    parts = zonal_of_each(zones, images, index=spec.index)
    values = np.column_stack([p["mean"].to_numpy(dtype=float) for p in parts])
    shares = np.column_stack([p["valid_share"].to_numpy(dtype=float) for p in parts])
    dates = np.array([i.acquired_date for i in images], dtype="datetime64[D]")
    seen = shares >= USABLE_SHARE
    # without masks the share tells nothing of clouds: then the series itself is judged
    masked = all(image.cloud_mask is not None for image in images)
    values = np.where(seen, values, np.nan)
    breaks = find_breaks(values, dates, seen if masked else None, start=start)
    rows = breaks.frame.rename(
        columns={"earliest": "earliest_date", "latest": "latest_date"}
    )
    rows.insert(0, "zone_id", zones.index.to_numpy())
    return _with_series_gates(
        rows[list(_SERIES_COLUMNS)].reset_index(drop=True), images
    )


def _with_series_gates(rows: pd.DataFrame, images: Sequence[Image]) -> pd.DataFrame:
    from pil_discovery.imagery.zone_gates import add_gates, series_gates

    decided = rows["state"] != "unknown"
    return add_gates(rows, series_gates(rows["reason"], decided, images))


def _restoration(spec: Restoration, room: Room, zones: pd.DataFrame) -> pd.DataFrame:
    from pil_discovery.imagery.followup import RestorationRule
    from pil_discovery.imagery.zone_restoration import Ring, restoration_in_zones

    def number(name: str) -> float:
        return room.number(getattr(spec, name), name) or 0.0

    placed = room.placed(zones, spec.zones)
    phases = {
        "damaged_by": spec.damaged_column,
        "claimed_on": spec.claimed_column,
        "intact_until": spec.intact_column,
    }
    rule = RestorationRule(**{f.name: number(f.name) for f in fields(RestorationRule)})
    ring = None
    if spec.ring_width_m is not None:
        ring = Ring(number("ring_gap_m"), number("ring_width_m"))
    return restoration_in_zones(
        placed,
        _past(room),
        pd.DataFrame({n: placed[c] for n, c in phases.items() if c is not None}),
        index=spec.index,
        rule=rule,
        ring=ring,
    )


_LINK_COLUMNS = {
    "left_id": "int64",
    "right_id": "int64",
    "probability": "float64",
    "decision": "string",
    "reason": "string",
    "is_exact": "bool",
}


def _match(
    spec: Match, room: Room, left: pd.DataFrame, right: pd.DataFrame
) -> pd.DataFrame:
    if left.empty or right.empty:
        return pd.DataFrame(columns=list(_LINK_COLUMNS)).astype(_LINK_COLUMNS)
    if room.linker is None:
        what = "没有给出名称关联的方法，关联步骤不能运行"
        raise ModelError(room.problem(f"steps.{spec.left}", what))
    try:
        rows = room.linker.match(left, right, spec)
    except ArgumentError as error:  # so many rows of one name that it would not end
        what = "；".join(p.what for p in error.problems)
        raise StoppedError(room.problem(f"steps.{spec.left}", what)) from error
    rows = rows.rename(columns={"left": "left_id", "right": "right_id"})
    kept = rows[rows["decision"] != "different"].reset_index(drop=True)
    return kept[list(_LINK_COLUMNS)].astype(_LINK_COLUMNS)


def _arrow(frame: pd.DataFrame) -> pa.Table:
    """Turn a step's rows into Arrow: geometry as WKB, NaN as NULL."""
    arrays: dict[str, pa.Array] = {}
    for name in frame.columns:
        values = frame[name]
        if name == "geometry":
            shapes = np.asarray(values, dtype=object)
            arrays[name] = pa.array(shapely.to_wkb(shapes).tolist(), type=pa.binary())
        elif name == picture_quality.COLUMN:
            arrays[name] = picture_quality.gate_lists(values.tolist())
        elif values.dtype.kind == "M":
            days = values.to_numpy().astype("datetime64[D]")
            arrays[name] = pa.array(days)
        else:
            arrays[name] = pa.Array.from_pandas(values)
    return pa.table(arrays)
