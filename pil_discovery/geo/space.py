"""The plane in which an overlay is computed, and what a metre is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from pil_discovery.geo import safety
from pil_discovery.geo.area import AXIS_M, FLATTENING, ellipsoidal, zones
from pil_discovery.geo.crs import local_crs, safe_transform
from pil_discovery.geo.references import CGCS2000

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from numpy.typing import NDArray
    from pyproj import CRS

    from pil_discovery.geo.safety import Geometries

    Floats: TypeAlias = NDArray[np.float64]
    Operation: TypeAlias = Callable[..., Geometries]

GRID_M = 0.001
"""Precision of coordinates, metres: what is thinner than this is not there."""
_DENSE_DEG = 0.005  # edges at most ~500 m: straight in degrees and on the plane to 3 mm
_E2 = FLATTENING * (2 - FLATTENING)
_EMPTY = shapely.Polygon()


@dataclass(frozen=True)
class Space:
    """Degrees of EPSG:4490 with official areas, or the plane of the data.

    Attributes
    ----------
    crs
        System of all geometries handled.
    area
        `official`: ellipsoidal areas from degrees; `planar`: areas as drawn, metres.
    """

    crs: CRS
    area: Literal["official", "planar"]

    @property
    def degrees(self) -> bool:
        """Whether coordinates are degrees."""
        return self.area == "official"

    def areas(self, geometries: Geometries) -> Floats:
        """Areas in m²; nothing is checked."""
        if self.degrees:
            return ellipsoidal(geometries)
        result: Floats = shapely.area(geometries)
        return result

    def unit(self, geometries: Geometries) -> Floats:
        """Metres per coordinate unit in x and y at each geometry, shape (n, 2)."""
        if not self.degrees:
            return np.ones((len(geometries), 2))
        box = shapely.bounds(geometries)
        lat = np.radians(np.nan_to_num((box[:, 1] + box[:, 3]) / 2))
        w = np.sqrt(1 - _E2 * np.sin(lat) ** 2)
        east = AXIS_M / w * np.cos(lat)
        north = AXIS_M * (1 - _E2) / w**3
        return np.radians(np.column_stack([east, north]))

    def grow(self, geometries: Geometries, distance_m: float) -> Geometries:
        """Buffer by a distance in metres (32 segments a quarter: 0.03 % short)."""
        if self.degrees:
            return grown(geometries, distance_m)
        return _buffer(geometries, distance_m)

    def to_plane(self, geometries: Geometries, plane: CRS) -> Geometries:
        """Geometries in a metric plane; long edges get points first."""
        return _flattened(geometries, plane) if self.degrees else geometries


def grown(geometries: Geometries, distance_m: float) -> Geometries:
    """Buffer geometries in degrees of EPSG:4490, each in the plane of its own zone.

    Parameters
    ----------
    geometries
        shapely geometries; None and empty ones become an empty polygon.
    distance_m
        Metres (32 segments a quarter: 0.03 % short).
    """
    found = np.full(len(geometries), _EMPTY, dtype=object)
    for meridian, at in zones(geometries).items():
        plane = local_crs(meridian)
        wide = _buffer(_flattened(geometries[at], plane), distance_m)
        found[at] = safe_transform(wide, plane, CGCS2000)
    return found


def _flattened(geometries: Geometries, plane: CRS) -> Geometries:
    dense = shapely.segmentize(geometries, _DENSE_DEG)
    return safe_transform(dense, CGCS2000, plane)


def polygons_only(geometries: Geometries) -> Geometries:
    """Keep the polygons of each geometry; lines and points that only touch go.

    Parameters
    ----------
    geometries
        shapely geometries or None.

    Returns
    -------
    array
        Polygons and multipolygons; an empty polygon where nothing is left.
    """
    kinds = shapely.get_type_id(geometries)
    result = geometries.copy()
    result[~np.isin(kinds, (3, 6, 7))] = _EMPTY
    for i in np.flatnonzero(kinds == 7):
        result[i] = _collect(geometries[i])
    return result


def without_mixture(geometries: Geometries) -> Geometries:
    """Replace each valid mixed collection by its polygons; all else stays as it is.

    Parameters
    ----------
    geometries
        shapely geometries or None.

    Returns
    -------
    array
        A mixed collection (KML MultiGeometry) without a polygon becomes an empty one.
    """
    result = geometries.copy()
    mixed = np.flatnonzero(shapely.get_type_id(geometries) == 7)
    mixed = mixed[shapely.is_valid(geometries[mixed])]
    result[mixed] = polygons_only(geometries[mixed])
    return result


def robust(operation: Operation, *sides: Geometries, grid: float) -> Geometries:
    """Run an overlay operation; on a numerical failure again on the 1 mm grid.

    Parameters
    ----------
    operation
        `shapely.intersection` or `shapely.difference`.
    sides
        Two arrays of equal length.
    grid
        Size of the grid in coordinate units.
    """
    try:
        return operation(*sides)
    except shapely.GEOSException:
        pieces = np.empty(len(sides[0]), dtype=object)
        pieces[:] = [_alone(operation, pair, grid) for pair in zip(*sides, strict=True)]
        return pieces


def _alone(
    operation: Operation, pair: tuple[shapely.Geometry, ...], grid: float
) -> Any:  # noqa: ANN401 - what the operation makes of two geometries
    """One pair by itself, so that its neighbours do not suffer from its failure."""
    try:
        return operation(*pair)
    except shapely.GEOSException:
        return operation(*pair, grid_size=grid)


def metres(geometries: Geometries, unit: Floats) -> Floats:
    """Lengths (of polygons: perimeters) in metres, by the unit at each geometry."""
    _, owner = shapely.get_coordinates(geometries, return_index=True)
    scaled = shapely.transform(geometries, lambda xy: xy * unit[owner])
    result: Floats = shapely.length(scaled)
    return result


def translate(geometries: Geometries, shift: Floats) -> Geometries:
    """Move each geometry by its own shift (n, 2), in coordinate units."""
    _, owner = shapely.get_coordinates(geometries, return_index=True)
    moved: Geometries = shapely.transform(geometries, lambda xy: xy + shift[owner])
    return moved


def _collect(geometry: shapely.GeometryCollection) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.union_all(parts[shapely.get_type_id(parts) == 3])


def _buffer(geometries: Geometries, distance_m: float) -> Geometries:
    grown: Geometries = shapely.buffer(geometries, distance_m, quad_segs=32)
    return safety.flat(grown)
