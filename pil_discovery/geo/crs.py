"""Coordinate systems: which ones are safe, and the ways between them.

Everything is stored in EPSG:4490 (CGCS2000, longitude and latitude in degrees). WGS 84
and CGCS2000 agree to centimetres–decimetres, so their numbers are taken as equal (the
one pair that is whitelisted although PROJ calls it ballpark; carry 0.5 m). Every other
change of datum is refused: PROJ would move Beijing 1954 or Xi'an 1980 data by 0.00 m
and report no error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

from pil_discovery.errors import CrsError
from pil_discovery.geo import gcj
from pil_discovery.geo.gauss import gauss_krueger
from pil_discovery.geo.references import (
    CGCS2000,
    Reference,
    degree_step,
    parse_reference,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pil_discovery.geo.references import CrsLike, Points


DATUM_SIGMA_M = 0.5
"""One-axis error carried when WGS 84 is taken as CGCS2000, metres."""
CHINA = (70.0, 0.0, 140.0, 55.0)
"""West, south, east, north of a generous box around China, degrees."""
MARGIN_DEG = 0.5
"""How far data may lie outside the area of use of their system, degrees."""

Data = TypeVar("Data", "NDArray[np.object_]", gpd.GeoSeries, gpd.GeoDataFrame)


def safe_transform(
    data: Data, source: CrsLike = None, target: CrsLike = CGCS2000
) -> Data:
    """Bring geometries into another system without any silent change of datum.

    Parameters
    ----------
    data
        Array of shapely geometries, GeoSeries or GeoDataFrame.
    source
        System of the data; None takes that of a GeoSeries or GeoDataFrame.
    target
        System wanted; both must rest on CGCS2000 or WGS 84 (or lead to them by the
        GCJ-02 / BD-09 formulas or a given pipeline). Longitude or easting comes first.

    Returns
    -------
    same kind as `data`
        New object, two-dimensional geometries.

    Raises
    ------
    CrsError
        System missing or unsafe, or coordinates that the projection cannot carry.
    """
    if isinstance(data, gpd.GeoDataFrame):
        moved = safe_transform(data.geometry, source, target)
        frame = data.copy()
        frame[data.geometry.name] = moved
        return frame.set_geometry(data.geometry.name, crs=moved.crs)
    if isinstance(data, gpd.GeoSeries):
        array = np.asarray(data.array, dtype=object)
        start = data.crs if source is None else source
        moved_array = safe_transform(array, start, target)
        crs = parse_reference(target).crs
        return gpd.GeoSeries(moved_array, index=data.index, crs=crs, name=data.name)
    return _transform_array(data, parse_reference(source), parse_reference(target))


def to_lonlat(xy: Points, reference: Reference) -> Points:
    """Coordinates of a system → CGCS2000 longitude and latitude in degrees.

    Parameters
    ----------
    xy
        Shape (n, 2): easting or longitude, northing or latitude.
    reference
        A checked system.

    Returns
    -------
    array
        Shape (n, 2), degrees; infinite where the projection has no answer.
    """
    return np.column_stack(_forward(reference)(xy[:, 0], xy[:, 1]))


def from_lonlat(lonlat: Points, reference: Reference) -> Points:
    """CGCS2000 longitude and latitude in degrees → coordinates of a system.

    Parameters
    ----------
    lonlat
        Shape (n, 2), degrees.
    reference
        A checked system; pipelines have no way back.

    Returns
    -------
    array
        Shape (n, 2), in the units of the system.
    """
    return np.column_stack(_backward(reference)(lonlat[:, 0], lonlat[:, 1]))


def local_crs(lon: float) -> CRS:
    """Return the 3-degree Gauss-Krüger zone of CGCS2000 that holds a longitude.

    Parameters
    ----------
    lon
        Degrees.

    Returns
    -------
    CRS
        EPSG:4534–4554 (by central meridian, no zone prefix) within China; elsewhere
        the same projection on the same ellipsoid without a code. Units are metres.
    """
    meridian = central_meridian(lon)
    if 75 <= meridian <= 135:
        return CRS.from_epsg(4534 + (meridian - 75) // 3)
    base = CRS.from_epsg(4549).to_wkt("WKT1_GDAL", pretty=False)
    name = re.sub(r'"CGCS2000 / [^"]*"', '"CGCS2000 / 3-degree GK"', base, count=1)
    plain = re.sub(r',AUTHORITY\["EPSG","4549"\]', "", name)
    return CRS.from_wkt(
        plain.replace('"central_meridian",120', f'"central_meridian",{meridian}')
    )


def central_meridian(lon: float) -> int:
    """Return the central meridian of the 3-degree zone of a longitude, degrees."""
    return int(np.floor(lon / 3.0 + 0.5)) * 3


def in_china(lonlat: Points) -> NDArray[np.bool_]:
    """Tell which positions (n, 2) in degrees lie in a generous box around China."""
    west, south, east, north = CHINA
    x, y = lonlat[:, 0], lonlat[:, 1]
    result: NDArray[np.bool_] = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return result


def outside_use(lonlat: Points, reference: Reference) -> NDArray[np.bool_]:
    """Tell which positions a system is not meant for.

    Parameters
    ----------
    lonlat
        Shape (n, 2), CGCS2000 degrees.
    reference
        The system the data claim. Projected systems are held to the longitudes of
        their area of use ± 0.5° (zones without one: central meridian ± 3.5°), CGCS2000
        to China, WGS 84 to the globe.

    Returns
    -------
    array
        Boolean, shape (n,); True also where a coordinate is not finite.
    """
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    bad = ~np.isfinite(lonlat).all(axis=1) | (np.abs(lon) > 180) | (np.abs(lat) > 90)
    if reference.family != "WGS84":
        bad |= ~in_china(lonlat)
    crs = reference.crs
    if crs is not None and crs.is_projected:
        west, east = _longitudes(crs)
        bad |= (lon < west - MARGIN_DEG) | (lon > east + MARGIN_DEG)
    return bad


def _longitudes(crs: CRS) -> tuple[float, float]:
    """West and east end of the area of use; a zone without one reaches 3 degrees."""
    if crs.area_of_use is not None:
        return crs.area_of_use.west, crs.area_of_use.east
    zone = gauss_krueger(crs)
    return (-180.0, 180.0) if zone is None else (zone[0] - 3.0, zone[0] + 3.0)


def _transform_array(
    data: NDArray[np.object_], source: Reference, target: Reference
) -> NDArray[np.object_]:
    forward, backward = _forward(source), _backward(target)

    def move(xy: Points) -> Points:
        if not len(xy):
            return xy
        lon, lat = forward(xy[:, 0], xy[:, 1])
        out = np.column_stack(backward(lon, lat))
        if not np.isfinite(out[np.isfinite(xy).all(axis=1)]).all():
            raise CrsError(f"部分坐标超出 {source.name} 的适用范围，不能换算")
        return out

    array = np.asarray(data, dtype=object)
    if source == target:  # names do not tell: «unnamed» may be any system
        return np.asarray(shapely.force_2d(array), dtype=object)
    return np.asarray(shapely.transform(array, move), dtype=object)


def _forward(reference: Reference) -> Callable[[Points, Points], tuple[Points, Points]]:
    if reference.family == "GCJ-02":
        return gcj.gcj02_to_wgs84
    if reference.family == "BD-09":
        return gcj.bd09_to_wgs84
    if reference.crs is None:
        way = Transformer.from_pipeline(reference.name)
        return way.transform
    return degree_step(reference.crs, inverse=True)


def _backward(
    reference: Reference,
) -> Callable[[Points, Points], tuple[Points, Points]]:
    if reference.family == "GCJ-02":
        return gcj.wgs84_to_gcj02
    if reference.family == "BD-09":
        return lambda x, y: gcj.gcj02_to_bd09(*gcj.wgs84_to_gcj02(x, y))
    if reference.crs is None:
        raise CrsError("转换参数只能用于换算到 CGCS2000，不能反向使用")
    return degree_step(reference.crs, inverse=False)
