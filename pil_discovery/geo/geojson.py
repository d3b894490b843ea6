"""Geometry as GeoJSON with fixed decimals, for files that must not change a byte."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry import mapping, shape

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_DEGREE = Decimal("0.0000001")  # 7 decimals, about one centimetre


def geojson_of(geometry: BaseGeometry | None) -> dict[str, Any] | None:
    """Return a GeoJSON geometry whose coordinates are Decimals with 7 places.

    Parameters
    ----------
    geometry
        Shape in EPSG:4490, degrees (longitude, latitude); None or empty gives None.
        Rings start at their smallest vertex and turn one way, so that equal shapes
        are equal bytes. Where a part is so thin that its sides would meet once
        rounded, the shape is snapped to the grid and the part left out: what is valid
        stays valid.
    """
    if geometry is None or geometry.is_empty:
        return None
    flat = shapely.force_2d(geometry)
    fixed = _rounded(flat)
    if flat.is_valid and not shape(_floats(fixed)).is_valid:
        snapped = shapely.set_precision(flat, float(_DEGREE))
        return fixed if snapped.is_empty else _rounded(snapped)
    return fixed


def _rounded(geometry: BaseGeometry) -> dict[str, Any]:
    rounded: dict[str, Any] = _fixed(mapping(shapely.normalize(geometry)))
    return rounded


def shape_of(geojson: dict[str, Any] | None) -> BaseGeometry | None:
    """Return the shape of a GeoJSON geometry, or None."""
    if geojson is None:
        return None
    return shape(_floats(geojson))


def _fixed(value: Any) -> Any:  # noqa: ANN401 -- geometries, nested coordinate lists
    if isinstance(value, dict):
        return {k: _fixed(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_fixed(v) for v in value]
    if isinstance(value, (int, float)):
        return Decimal(repr(float(value))).quantize(_DEGREE)
    return value


def _floats(value: Any) -> Any:  # noqa: ANN401 -- nested coordinate lists
    if isinstance(value, dict):
        return {k: _floats(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_floats(v) for v in value]
    return float(value) if isinstance(value, Decimal) else value
