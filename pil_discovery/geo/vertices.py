"""The corners of a parcel as land surveyors list them (界址点坐标表).

Rings stand apart, outer ones first with their holes behind them, in the order of their
north-western corners. Each begins at its north-western point and runs clockwise; the
numbers J1, J2, … run on from ring to ring. A side leads to the next point of the ring,
the last one back to the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
import shapely

from pil_discovery.geo.crs import from_lonlat, local_crs
from pil_discovery.geo.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray
    from pyproj import CRS

    Floats: TypeAlias = NDArray[np.float64]

COLUMNS = ("label", "ring", "hole", "north_m", "east_m", "lon", "lat", "side_m")
METRES, DEGREES = 2, 7
"""Decimals of what is listed: a centimetre either way."""
_MARKS = {0: "P", 1: "L", 2: "J"}


def vertices(shape: shapely.Geometry, plane: CRS) -> pd.DataFrame:
    """List the points of a geometry.

    Parameters
    ----------
    shape
        Any geometry in EPSG:4490; without one the list is empty.
    plane
        Projected system on CGCS2000, metres.

    Returns
    -------
    DataFrame
        One row per point, `COLUMNS`: `label` (J1 … of polygons, L1 … of lines, P1 …
        of points), `ring` (from 1), `hole`, `north_m` (X of surveyors), `east_m` (Y)
        with two decimals, `lon`, `lat` in degrees with seven, `side_m` to the next
        point, from the listed coordinates (NaN where there is none).

    Raises
    ------
    CrsError
        The plane cannot carry the geometry.
    """
    rows: list[pd.DataFrame] = []
    counts = dict.fromkeys(_MARKS.values(), 0)
    for number, (mark, hole, lonlat) in enumerate(_rings(shape, plane), 1):
        ring = _listed(lonlat, plane, closed=mark == "J")
        first = counts[mark] + 1
        counts[mark] += len(ring)
        labels = [f"{mark}{n}" for n in range(first, first + len(ring))]
        rows.append(ring.assign(label=labels, ring=number, hole=hole))
    if not rows:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(rows, ignore_index=True)[list(COLUMNS)]


def plane_of(shape: shapely.Geometry, preferred: Iterable[object] = ()) -> CRS:
    """Return the 3-degree zone of a geometry, in the numbering that is in use there.

    Parameters
    ----------
    shape
        Geometry in EPSG:4490, not empty.
    preferred
        Systems in use, most wanted first (codes, WKT, CRS); the first one that is this
        zone is taken, so that easting carries the zone number where others do so.
    """
    west, _, east, _ = shapely.bounds(shape)
    own = local_crs(float(west + east) / 2)
    found = (crs for crs in map(_projected, preferred) if crs is not None)
    return next((crs for crs in found if _same(crs, own)), own)


def _projected(given: object) -> CRS | None:
    crs = parse_reference(given).crs if given else None  # type: ignore[arg-type]
    return crs if crs is not None and crs.is_projected else None


def _same(crs: CRS, own: CRS) -> bool:
    """Tell whether a system is the zone, whatever is added to its eastings."""
    if "CGCS2000" not in crs.name or "3-degree" not in crs.name:
        return False
    return _meridian(crs) == _meridian(own)


def _meridian(crs: CRS) -> float:
    operation = crs.coordinate_operation
    parameters = (
        {} if operation is None else {p.name: p.value for p in operation.params}
    )
    return float(parameters.get("Longitude of natural origin", np.nan))


def _rings(shape: shapely.Geometry, plane: CRS) -> Iterator[tuple[str, bool, Floats]]:
    """Yield mark, whether it is a hole, and degrees of each ring, line and point."""
    parts = [p for p in _parts(shape) if not shapely.is_empty(p)]
    for part in sorted(parts, key=lambda p: _corner(shapely.get_coordinates(p))):
        kind = int(shapely.get_dimensions(part))
        if kind < 2:
            yield _MARKS[kind], False, shapely.get_coordinates(part)
            continue
        outer, *holes = shapely.get_rings(part)
        yield "J", False, _turned(shapely.get_coordinates(outer), plane)
        inner = [_turned(shapely.get_coordinates(h), plane) for h in holes]
        yield from (("J", True, h) for h in sorted(inner, key=_corner))


def _parts(shape: shapely.Geometry) -> list[shapely.Geometry]:
    inside = shapely.get_parts(shapely.force_2d(shape))
    return [p for one in inside for p in shapely.get_parts(one)]


def _corner(lonlat: Floats) -> tuple[float, float]:
    """Return the place of a shape in a list: from north, then from west."""
    return -float(lonlat[:, 1].max()), float(lonlat[:, 0].min())


def _turned(lonlat: Floats, plane: CRS) -> Floats:
    """Return an open ring, clockwise from its north-western point."""
    ring = lonlat[:-1]
    east, north = from_lonlat(ring, parse_reference(plane)).round(METRES).T
    if shapely.is_ccw(shapely.linearrings(np.column_stack([east, north]))):
        ring, east, north = ring[::-1], east[::-1], north[::-1]
    first = int(np.lexsort([-north, east - north])[0])
    return np.roll(ring, -first, axis=0)


def _listed(lonlat: Floats, plane: CRS, *, closed: bool) -> pd.DataFrame:
    east, north = from_lonlat(lonlat, parse_reference(plane)).round(METRES).T
    after = np.column_stack([np.roll(east, -1) - east, np.roll(north, -1) - north])
    side = np.hypot(*after.T).round(METRES)
    if not closed:
        side[-1] = np.nan
    lon, lat = lonlat.round(DEGREES).T
    return pd.DataFrame(
        {"north_m": north, "east_m": east, "lon": lon, "lat": lat, "side_m": side}
    )
