"""One geometry for the findings of a lead."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shapely.geometry.base import BaseGeometry

DECIMALS = 7
PRECISION_DEG = 1e-7

_MULTI: dict[str, Callable[[list[Any]], BaseGeometry]] = {
    "Point": shapely.MultiPoint,
    "LineString": shapely.MultiLineString,
    "Polygon": shapely.MultiPolygon,
}


def gather(geometries: Iterable[dict[str, Any] | None]) -> dict[str, Any] | None:
    """Put GeoJSON geometries together without moving any vertex.

    Equal geometries count once. Parts of one kind make a Multi geometry; where they
    overlap they are united (on the 7-decimal grid); parts of several kinds make a
    collection.

    Returns
    -------
    dict or None
        GeoJSON in the CRS of the input (EPSG:4490), 7 decimals; None if there is none.
    """
    given = {_text(g): g for g in geometries if g is not None}
    if len(given) <= 1:
        return next(iter(given.values()), None)
    shapes = [shapely.from_geojson(text) for text in given]
    parts = [p for p in shapely.get_parts(shapes).tolist() if not p.is_empty]
    return _geojson(_together(parts)) if parts else None


def _together(parts: list[BaseGeometry]) -> BaseGeometry:
    kinds = {p.geom_type for p in parts}
    multi = _MULTI.get(next(iter(kinds))) if len(kinds) == 1 else None
    if multi is None:
        return shapely.GeometryCollection(parts)
    several = multi(parts)
    if several.is_valid:
        return several
    return shapely.union_all(parts, grid_size=PRECISION_DEG)


def _text(geometry: dict[str, Any]) -> str:
    # float() takes Decimal as well: where a file was read back
    return json.dumps(geometry, default=float)


def _geojson(geometry: BaseGeometry) -> dict[str, Any]:
    text = shapely.to_geojson(geometry)
    read: dict[str, Any] = json.loads(text, parse_float=_at_precision)
    return read


def _at_precision(digits: str) -> float:
    return round(float(digits), DECIMALS)
