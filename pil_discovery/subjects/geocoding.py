"""Addresses on the ground, by a layer of the user's own; never by a guess.

The point of an answer is the centre of all features that the address may mean, its
radius the distance to the farthest vertex of them. So the radius tells how well the
address is known (one door, a whole street, a town), not how well the layer is surveyed.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Geod

from pil_discovery.errors import ArgumentError
from pil_discovery.geo.crs import safe_transform

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    Key = tuple[str, ...]
    Rows = NDArray[np.intp]

_ELLIPSOID = Geod(ellps="GRS80")  # that of CGCS2000 to a tenth of a millimetre
LEVELS: Mapping[str, tuple[str, ...]] = {
    "building": ("road", "number", "building"),
    "number": ("road", "number"),
    "village_number": ("village", "number"),
    "road": ("road",),
    "village": ("village",),
    "town": ("town",),
}
"""Levels from the finest, each with the parts that must be equal within the county."""
_TOLD = {
    "road": "按道路给出",
    "village": "按村、社区给出",
    "town": "按乡镇街道给出",
}


class _Spot(NamedTuple):
    """Where some features of the layer lie."""

    point: shapely.Point
    radius_m: float


_NO_ROWS: Rows = np.array([], dtype=np.intp)


class _Answer(NamedTuple):
    reason: str | None
    level: str | None = None
    rows: Rows = _NO_ROWS
    point: shapely.Point | None = None
    radius_m: float = np.nan


def locate(
    addresses: pd.DataFrame, gazetteer: pd.DataFrame, geometry: gpd.GeoSeries
) -> gpd.GeoDataFrame:
    """Find each address among the addresses of a layer, as finely as it goes.

    Parameters
    ----------
    addresses
        Addresses taken apart (as by `parse_address`).
    gazetteer
        Those of the features, taken apart the same way, in the order of `geometry`.
    geometry
        Points, lines or areas of the features.

    Returns
    -------
    GeoDataFrame
        Index of `addresses`; point in EPSG:4490, `radius_m` (metres), `matched_level`
        (a key of `LEVELS`), `feature` (label in `geometry` where it is just one),
        `features` (how many) and `reason` (Chinese; missing for an exact match).

    Raises
    ------
    ArgumentError
        If the two sides of the layer differ in length.
    CrsError
        If the CRS of the layer is missing or not safe.
    """
    if len(gazetteer) != len(geometry):
        raise ArgumentError("地名库的地址与图形数量不同")
    shapes = np.asarray(safe_transform(geometry).array)
    index = _index(
        gazetteer, usable=~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    )
    spots: dict[bytes, _Spot] = {}
    labels = geometry.index.to_numpy(dtype=object)
    found = [_answer(row, index, shapes, spots) for row in _records(addresses)]
    frame = {
        "radius_m": [a.radius_m for a in found],
        "matched_level": [a.level for a in found],
        "feature": [labels[a.rows[0]] if len(a.rows) == 1 else None for a in found],
        "features": [len(a.rows) for a in found],
        "reason": [a.reason for a in found],
    }
    points = gpd.GeoSeries(
        np.array([a.point for a in found], dtype=object),
        index=addresses.index,
        crs="EPSG:4490",
    )
    return gpd.GeoDataFrame(frame, index=addresses.index, geometry=points)


Record = dict[str, str]


def _records(frame: pd.DataFrame) -> list[Record]:
    wanted = [
        "division_code",
        "town",
        "road",
        "number",
        "building",
        "village",
        "district",
    ]
    plain = frame[wanted].astype(object)
    filled = plain.where(plain.notna(), "")
    return [dict(zip(wanted, row, strict=True)) for row in filled.to_numpy().tolist()]


def _index(
    frame: pd.DataFrame, *, usable: NDArray[np.bool_]
) -> dict[Key, dict[str, Rows]]:
    """Return by level, county and parts: town ("" where none is said) → rows."""
    found: dict[Key, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, record in enumerate(_records(frame)):
        if not usable[place] or not record["division_code"]:
            continue
        for level, parts in LEVELS.items():
            if all(record[part] for part in parts):
                found[_key(level, record)][record["town"]].append(place)
    return {
        key: {town: np.array(rows, dtype=np.intp) for town, rows in towns.items()}
        for key, towns in found.items()
    }


def _key(level: str, record: Record) -> Key:
    return (level, record["division_code"], *(record[part] for part in LEVELS[level]))


def _answer(
    record: Record,
    index: Mapping[Key, Mapping[str, Rows]],
    shapes: NDArray[np.object_],
    spots: dict[bytes, _Spot],
) -> _Answer:
    if not record["division_code"] or not (record["district"] or record["town"]):
        return _Answer("县区不能确定，不定位")
    for level, parts in LEVELS.items():
        if not all(record[part] for part in parts):
            continue
        rows = _of_town(index.get(_key(level, record), {}), record["town"])
        if len(rows):
            mark = rows.tobytes()
            if mark not in spots:
                spots[mark] = _spot(shapes[rows])
            return _Answer(_reason(level, record, rows), level, rows, *spots[mark])
    return _Answer("地名库里没有该地址的门牌、道路、村或者乡镇")


def _of_town(towns: Mapping[str, Rows], town: str) -> Rows:
    """Return the rows of the town and those that name none; of all, where none is said.

    Every town may have a road of this name.
    """
    wanted = [town, ""] if town else sorted(towns)
    kept = [towns[name] for name in wanted if name in towns]
    return np.sort(np.concatenate(kept)) if kept else np.array([], dtype=np.intp)


def _spot(shapes: NDArray[np.object_]) -> _Spot:
    """Return the centre of some shapes and the distance to their farthest vertex."""
    centres = shapely.get_coordinates(shapely.centroid(shapes))
    lon, lat = centres.mean(axis=0)
    ends = shapely.get_coordinates(shapes)
    start = np.broadcast_to([[lon, lat]], ends.shape)
    *_, metres = _ELLIPSOID.inv(start[:, 0], start[:, 1], ends[:, 0], ends[:, 1])
    return _Spot(shapely.Point(lon, lat), float(np.max(metres)))


def _reason(level: str, record: Record, rows: Rows) -> str | None:
    words = []
    if level in _TOLD:
        lacking = "地名库里没有该门牌，" if record["number"] else "地址没有门牌，"
        words.append(lacking + _TOLD[level])
    elif level == "number" and record["building"]:
        words.append("地名库里没有该幢，按门牌给出")
    if level not in _TOLD and len(rows) > 1:
        words.append(f"同一地址有{len(rows)}处，范围包含各处")
    return "；".join(words) or None
