"""Areas: the official ellipsoidal one, and two others for cross checks.

Source of the official formula: 国土调查办发〔2008〕32号
《图幅理论面积与图斑椭球面积计算公式及要求》, on the CGCS2000 ellipsoid. Its edges are
straight in latitude and longitude, so it differs from geodesic areas by up to some 1e-4
on polygons with long edges; that is the definition, not an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Geod

from pil_discovery.errors import CrsError, GeometryError
from pil_discovery.geo.crs import central_meridian, local_crs, safe_transform
from pil_discovery.geo.references import CGCS2000, parse_reference
from pil_discovery.geo.safety import demand_valid, flat

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely import LinearRing

    from pil_discovery.geo.references import CrsLike
    from pil_discovery.geo.safety import Geometries, GeometriesLike

    Areas: TypeAlias = NDArray[np.float64]
    Measurable: TypeAlias = gpd.GeoSeries | gpd.GeoDataFrame | GeometriesLike

AXIS_M = 6378137.0
"""Semi-major axis of CGCS2000, metres."""
FLATTENING = 1 / 298.257222101
"""Flattening of CGCS2000."""

_B = AXIS_M * (1 - FLATTENING)
_E2 = (AXIS_M**2 - _B**2) / AXIS_M**2
_TERMS = (
    1 + 3 / 6 * _E2 + 30 / 80 * _E2**2 + 35 / 112 * _E2**3 + 630 / 2304 * _E2**4,
    1 / 6 * _E2 + 15 / 80 * _E2**2 + 21 / 112 * _E2**3 + 420 / 2304 * _E2**4,
    3 / 80 * _E2**2 + 7 / 112 * _E2**3 + 180 / 2304 * _E2**4,
    1 / 112 * _E2**3 + 45 / 2304 * _E2**4,
    5 / 2304 * _E2**4,
)  # the coefficients A, B, C, D, E of the formula
_GEOD = Geod(a=AXIS_M, f=FLATTENING)


def area_m2(geometries: Measurable) -> Areas:
    """Official ellipsoidal area (图斑椭球面积) on CGCS2000.

    Parameters
    ----------
    geometries
        GeoSeries or GeoDataFrame with a coordinate system (EPSG:4490, or one that leads
        to it safely), or array-like of shapely geometries in EPSG:4490 degrees.

    Returns
    -------
    array
        float64, square metres, one per geometry; holes are subtracted; 0 for points,
        lines and empty geometries; NaN where there is no geometry.

    Raises
    ------
    CrsError
        System missing or unsafe, Web Mercator, or numbers that are no degrees.
    GeometryError
        Naming every invalid geometry; none is repaired.
    """
    degrees = degrees_of(geometries)
    demand_valid(degrees, _names(geometries), "面积计算：要素")
    return ellipsoidal(degrees)


def geodesic_area_m2(geometries: Measurable) -> Areas:
    """Area with geodesics as edges, on the CGCS2000 ellipsoid; a cross check.

    Parameters
    ----------
    geometries
        As for `area_m2`.

    Returns
    -------
    array
        float64, square metres (Karney's method as in PROJ).

    Raises
    ------
    CrsError, GeometryError
        As `area_m2`.
    """
    degrees = degrees_of(geometries)
    demand_valid(degrees, _names(geometries), "面积计算：要素")
    rings, owner, outer = _rings(degrees)
    sizes = np.array([_geodesic_ring(r) for r in rings], dtype=float)
    return _sum_rings(sizes, (owner, outer), degrees)


def planar_area_m2(geometries: Measurable) -> Areas:
    """Area in the own 3-degree Gauss-Krüger zone of each geometry; a cross check.

    Parameters
    ----------
    geometries
        As for `area_m2`.

    Returns
    -------
    array
        float64, square metres on the projection plane.

    Raises
    ------
    CrsError, GeometryError
        As `area_m2`.
    """
    degrees = degrees_of(geometries)
    demand_valid(degrees, _names(geometries), "面积计算：要素")
    areas = np.where(shapely.is_missing(degrees), np.nan, 0.0)
    for meridian, at in zones(degrees).items():
        metric = safe_transform(degrees[at], CGCS2000, local_crs(meridian))
        areas[at] = shapely.area(metric)
    return areas


def degrees_of(geometries: Measurable) -> Geometries:
    """Two-dimensional copies in EPSG:4490 of what a measuring function was given.

    Parameters
    ----------
    geometries
        As for `area_m2`.

    Raises
    ------
    CrsError
        As `area_m2`.
    """
    if isinstance(geometries, gpd.GeoDataFrame | gpd.GeoSeries):
        refuse_web_mercator(geometries.crs)
        series = geometries.geometry
        degrees = safe_transform(np.asarray(series.array, dtype=object), series.crs)
        demand_on_globe(degrees, _names(geometries))
        return degrees
    degrees = flat(np.atleast_1d(np.asarray(geometries, dtype=object)))
    _demand_degrees(degrees)
    demand_on_globe(degrees, _names(geometries))
    return degrees


def demand_on_globe(degrees: Geometries, names: Sequence[Any]) -> None:
    """Raise unless geometries lie on the globe as they are drawn.

    Parameters
    ----------
    degrees
        Geometries in EPSG:4490.
    names
        How to name each of them in a message, same length.

    Raises
    ------
    CrsError
        Numbers that are no degrees: metres, or latitude written first.
    GeometryError
        A geometry wider than half the globe: it crosses the 180° meridian, and what is
        drawn is the rest of the world.
    """
    if _beyond_degrees(degrees):
        raise CrsError("坐标超出经纬度的范围，与所写的坐标系不符；请核对坐标系")
    parts, owner = shapely.get_parts(degrees, return_index=True)
    box = shapely.bounds(parts)
    wide = owner[box[:, 2] - box[:, 0] > 180.0]
    if len(wide):
        raise GeometryError(
            f"要素 {names[wide[0]]} 东西跨度超过 180°，应是跨越 180° 经线的图形；"
            "请在 180° 处切成两部分后重新读取"
        )


def refuse_web_mercator(crs: CrsLike) -> None:
    """Raise CrsError when areas would be measured in Web Mercator (EPSG:3857)."""
    if is_web_mercator(parse_reference(crs).crs):
        raise CrsError(
            "数据使用网络墨卡托投影（EPSG:3857），其面积在浙江一带偏大约三分之一，拒绝量算；"
            "请先换算为 EPSG:4490，并核对底图是否为 GCJ-02"
        )


def is_web_mercator(crs: CRS | None) -> bool:
    """Tell whether a system is the plane of web maps, whatever its code or name."""
    operation = None if crs is None else crs.coordinate_operation
    method = "" if operation is None else operation.method_name.lower()
    return "pseudo" in method or "auxiliary sphere" in method


def zones(degrees: Geometries) -> dict[int, NDArray[np.intp]]:
    """Group geometries by the central meridian of their 3-degree zone.

    Parameters
    ----------
    degrees
        Geometries in EPSG:4490.

    Returns
    -------
    dict
        Central meridian (degrees) → positions; missing and empty ones are left out.
    """
    box = shapely.bounds(degrees)
    middle = (box[:, 0] + box[:, 2]) / 2
    known = np.isfinite(middle)
    meridians = np.full(len(middle), -999)
    meridians[known] = [central_meridian(x) for x in middle[known]]
    return {int(m): np.flatnonzero(meridians == m) for m in np.unique(meridians[known])}


def ellipsoidal(degrees: Geometries) -> Areas:
    """Official area of valid geometries in EPSG:4490 degrees, m²; nothing checked."""
    rings, owner, outer = _rings(degrees)
    return _sum_rings(_ring_areas(rings), (owner, outer), degrees)


def _rings(
    degrees: Geometries,
) -> tuple[Geometries, NDArray[np.intp], NDArray[np.bool_]]:
    """Return all rings, the geometry each belongs to, and which are outer ones."""
    parts, part_of = shapely.get_parts(degrees, return_index=True)
    if (shapely.get_type_id(parts) >= 4).any():  # collections hold multi-geometries
        parts, inner_of = shapely.get_parts(parts, return_index=True)
        part_of = part_of[inner_of]
    rings, polygon = shapely.get_rings(parts, return_index=True)
    outer = np.ones(len(rings), dtype=bool)
    outer[1:] = polygon[1:] != polygon[:-1]
    return rings, part_of[polygon], outer


def _ring_areas(rings: Geometries) -> Areas:
    """|Σ s| of every ring, vectorised over all edges."""
    degrees, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(degrees):
        return np.zeros(len(rings))
    lon, lat = np.radians(degrees[:, 0]), np.radians(degrees[:, 1])
    first = np.flatnonzero(np.r_[True, ring[1:] != ring[:-1]])
    # The sum does not depend on the reference meridian; a near one keeps digits, and
    # the westernmost point does not move when a ring starts elsewhere.
    west = np.repeat(np.minimum.reduceat(lon, first), np.diff(np.r_[first, len(lon)]))
    s = _edge_terms(lat, lon - west)
    s[ring[1:] != ring[:-1]] = 0.0  # no edge leads from one ring to the next
    return np.abs(np.bincount(ring[:-1], weights=s, minlength=len(rings)))


def _edge_terms(lat: Areas, lon: Areas) -> Areas:
    """Return s = 2b²ΔL Σ ±X_k sin(kΔB/2) cos(kB_m), k = 1, 3, … 9."""
    half, middle = np.diff(lat) / 2, (lat[:-1] + lat[1:]) / 2
    series = np.zeros(len(half))
    sines = _odd_multiples(np.sin(half), -np.sin(half), 2 * np.cos(2 * half))
    cosines = _odd_multiples(np.cos(middle), np.cos(middle), 2 * np.cos(2 * middle))
    for i, (term, sine, cosine) in enumerate(zip(_TERMS, sines, cosines, strict=False)):
        series += (-1) ** i * term * sine * cosine
    result: Areas = 2 * _B**2 * (lon[:-1] + lon[1:]) / 2 * series
    return result


def _odd_multiples(first: Areas, before: Areas, factor: Areas) -> Iterator[Areas]:
    """Yield f(x), f(3x), f(5x), … of a sine or cosine from f(x), f(−x) and 2 cos 2x.

    f((k+2)x) = 2 cos(2x) f(kx) − f((k−2)x): two functions are evaluated, not ten.
    """
    while True:
        yield first
        first, before = factor * first - before, first


def _geodesic_ring(ring: LinearRing) -> float:
    xy = shapely.get_coordinates(ring)
    return abs(float(_GEOD.polygon_area_perimeter(xy[:, 0], xy[:, 1])[0]))


def _sum_rings(
    sizes: Areas,
    belongs: tuple[NDArray[np.intp], NDArray[np.bool_]],
    degrees: Geometries,
) -> Areas:
    owner, outer = belongs
    signed = np.where(outer, sizes, -sizes)
    areas = np.bincount(owner, weights=signed, minlength=len(degrees)).astype(float)
    areas[shapely.is_missing(degrees)] = np.nan
    return areas


def _demand_degrees(degrees: Geometries) -> None:
    xy = shapely.get_coordinates(degrees)
    if len(xy) and not np.isfinite(xy).all():
        raise GeometryError("面积计算：坐标中有非数值，请先检查图形")
    if _beyond_degrees(degrees):
        raise CrsError(
            "没有坐标系的图形须为 EPSG:4490 经纬度（度）；"
            "坐标超出度的范围，请改用带坐标系的 GeoSeries"
        )


def _beyond_degrees(degrees: Geometries) -> bool:
    xy = shapely.get_coordinates(degrees)
    return bool((np.abs(xy) > (180.0, 90.0)).any())


def _names(geometries: Measurable) -> list[Any]:
    if isinstance(geometries, gpd.GeoDataFrame | gpd.GeoSeries):
        return list(geometries.index)
    return list(range(1, len(np.atleast_1d(np.asarray(geometries, dtype=object))) + 1))
