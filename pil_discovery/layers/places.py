"""Coordinate tables → points: a record with easting and northing gets its place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from pil_discovery.errors import CrsError
from pil_discovery.geo.crs import in_china
from pil_discovery.layers.positions import Where, find_reference, place_geometries
from pil_discovery.layers.sigma import positional_sigma, sigma_problems
from pil_discovery.text.quarantine import Entry, quarantine_frame
from pil_discovery.types import ORIGIN_COLUMNS, Inference, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pil_discovery.geo.references import Points, Reference
    from pil_discovery.types.sources import ReasonClass


@dataclass(frozen=True)
class _Points:
    """Coordinates as given, and the points in EPSG:4490; None where there is none."""

    xy: Points
    outside: NDArray[np.bool_]
    geometries: NDArray[np.object_]
    notes: list[Inference]


def place_records(
    table: Table, *, crs: str | None, sigma_m: float | None = None
) -> Table:
    """Give the rows of a coordinate table their place.

    Parameters
    ----------
    table
        Its frame has `_x` (easting or longitude) and `_y` (northing or latitude).
    crs
        Their system: `EPSG:…`, `GCJ-02`, `BD-09` or a pipeline.
    sigma_m
        One-axis positional standard deviation in metres; None = not known.

    Returns
    -------
    Table
        New frame without `_x` and `_y`, with `geometry` (points, EPSG:4490; None where
        a row has no usable place), `_sigma_m`, `_valid_from`, `_valid_to` (not known).
        Rows stay; each place that is missing or lies outside the area of the system or
        of China is a cell in quarantine.

    Raises
    ------
    CrsError
        If the system is missing, unsafe, or contradicted by the numbers, or the
        positional error is none.
    """
    where = Where(table.sources[0].file if table.sources else "", "坐标列")
    if problems := sigma_problems(sigma_m, where.file):
        raise CrsError(problems)
    xy = table.frame[["_x", "_y"]].to_numpy(dtype=float, na_value=np.nan)
    known = np.isfinite(xy).all(axis=1)
    reference = find_reference(crs, None, xy[known], where)
    points = _place(xy, known, reference, where)
    frame = table.frame.drop(columns=["_x", "_y"]).assign(
        geometry=pd.Series(points.geometries, index=table.frame.index, dtype=object),
        _sigma_m=_sigma(reference, sigma_m),
        _valid_from=np.datetime64("NaT", "s"),
        _valid_to=np.datetime64("NaT", "s"),
    )
    told = (*table.report.inferences, *points.notes)
    return replace(
        table,
        frame=frame,
        quarantine=_joined(table.quarantine, _entries(table, points)),
        report=table.report.model_copy(update={"inferences": told}),
        sources=tuple(
            s.model_copy(update={"crs": reference.name}) for s in table.sources
        ),
    )


def _place(
    xy: Points, known: NDArray[np.bool_], reference: Reference, where: Where
) -> _Points:
    given = np.full(len(xy), None, dtype=object)
    given[known] = shapely.points(xy[known])
    placed = place_geometries(given, reference, where)
    outside = placed.outside.copy()
    degrees = shapely.get_coordinates(placed.geometries[known & ~outside])
    outside[known & ~outside] = ~in_china(degrees)
    geometries = placed.geometries.copy()
    geometries[outside] = None
    way = Inference(
        what="坐标转换", value=reference.transformation, why="工作区写明的坐标系"
    )
    blank = int(np.isnan(xy).all(axis=1).sum())
    none = Inference(what="没有位置的行", value=f"{blank} 行", why="坐标格是空的")
    notes = [way, *placed.notes, *([none] if blank else [])]
    return _Points(xy, outside, geometries, notes)


def _sigma(reference: Reference, sigma_m: float | None) -> float:
    sigma, _ = positional_sigma(reference, sigma_m=sigma_m, expected=None)
    return np.nan if sigma is None else sigma


def _entries(table: Table, points: _Points) -> list[Entry]:
    """Cells with half a place or one outside the area.

    Rows without any coordinate are a note; unreadable cells are listed already.
    """
    origins = _origins(table.frame, ORIGIN_COLUMNS)
    listed = _listed(table)
    half = np.isfinite(points.xy).sum(axis=1) == 1
    empty: ReasonClass = "empty"
    far: ReasonClass = "outside_area"
    entries = [
        _entry(
            origins[at],
            None,
            empty,
            ("只有一个坐标，该行没有位置", "补全该行的坐标后导入"),
        )
        for at in np.flatnonzero(half).tolist()
        if origins[at] not in listed
    ]
    words = (
        "坐标不在坐标系适用范围或我国范围内",
        "核对坐标系、经纬度是否颠倒、是否缺少带号",
    )
    for at in np.flatnonzero(points.outside).tolist():
        x, y = points.xy[at]
        entries.append(_entry(origins[at], f"{x:.10g}, {y:.10g}", far, words))
    return entries


def _entry(
    origin: tuple[object, ...],
    value: str | None,
    reason_class: ReasonClass,
    words: tuple[str, str],
) -> Entry:
    source, sheet, row = origin
    return Entry(
        str(source),
        None if sheet is None else str(sheet),
        int(str(row)),
        "geometry",
        value,
        "cell",
        reason_class,
        *words,
    )


def _listed(table: Table) -> set[tuple[object, ...]]:
    """Rows with a cell entry for a column that the data set does not know.

    Coordinates keep the header of the file, all other cells their canonical name.
    """
    cells = table.quarantine[table.quarantine["scope"] == "cell"]
    names = set() if table.dataset is None else set(table.dataset.columns)
    strange = cells[~cells["column"].isin(names)]
    return set(_origins(strange, ("source", "sheet", "row")))


def _origins(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[tuple[object, ...]]:
    rows = frame[list(columns)].astype(object).to_numpy()
    return [tuple(None if pd.isna(v) else v for v in row) for row in rows]


def _joined(quarantine: pd.DataFrame, entries: list[Entry]) -> pd.DataFrame:
    if not entries:
        return quarantine
    more = quarantine_frame(entries)
    return (
        more if quarantine.empty else pd.concat([quarantine, more], ignore_index=True)
    )
