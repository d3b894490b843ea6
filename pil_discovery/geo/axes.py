"""Which number is which: swapped axes and zone prefixes, recognised or refused.

Chinese survey data write X for north and Y for east, and eastings with or without the
zone number in front (8 or 6 digits before the point). Both can be told from the numbers
as long as all of them agree; then the reading is recorded. Otherwise it is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.errors import CrsError
from pil_discovery.geo.crs import in_china, to_lonlat
from pil_discovery.geo.gauss import MILLION, gauss_krueger, is_zone, zone_code

if TYPE_CHECKING:
    from pil_discovery.geo.references import Points, Reference

_RADIUS_M = 6378137.0
_WEB = "坐标像网络地图的平面（网络墨卡托）：若是请写 crs: EPSG:3857"
_NORTH = (1.0e6, 6.2e6)  # northings of China on a Gauss-Krüger plane, metres


@dataclass(frozen=True)
class Axes:
    """How to read coordinates: exchange x and y first, then add `offset` to x.

    `notes` say in Chinese what was recognised, as (value, why).
    """

    swap: bool = False
    offset: float = 0.0
    notes: tuple[tuple[str, str], ...] = ()

    def apply(self, xy: Points) -> Points:
        """Read coordinates (n, 2) accordingly."""
        read = xy[:, ::-1] if self.swap else xy
        moved: Points = read + np.array([self.offset, 0.0])
        return moved


def recognise_axes(xy: Points, reference: Reference) -> Axes:
    """Tell from the numbers how coordinates of a declared system are written.

    Parameters
    ----------
    xy
        Shape (n, 2), first and second coordinate as given, finite.
    reference
        The declared system.

    Raises
    ------
    CrsError
        When the numbers contradict the system.
    """
    if not len(xy):
        return Axes()
    if reference.crs is None and reference.family == "pipeline":
        return Axes()
    if reference.crs is None or not reference.crs.is_projected:
        return _degrees(xy, reference)
    meridian = gauss_krueger(reference.crs)
    if np.abs(xy).max() <= 180.0:
        raise CrsError(
            f"坐标值是经纬度，与所写投影坐标系 {reference.name} 不符；{propose_crs(xy)}"
        )
    if meridian is None:
        return _other_plane(xy, reference)
    return _metres(xy, reference, meridian)


def propose_crs(xy: Points) -> str:
    """Say in Chinese what a system could be, for layers that name none.

    Parameters
    ----------
    xy
        Shape (n, 2), finite.
    """
    if not len(xy):
        return "请写明 crs"
    if in_china(xy).all() or in_china(xy[:, ::-1]).all():
        return (
            "坐标像经纬度：若为 CGCS2000 请写 crs: EPSG:4490，WGS 84 写 EPSG:4326，"
            "高德、百度底图采集的写 GCJ-02 或 BD-09"
        )
    web = _WEB if _like_mercator(xy) else ""
    for east in (xy[:, 0], xy[:, 1]):
        zone = _zone(east)
        if zone is not None:
            return f"{web}；也{_of_zone(zone)}" if web else _of_zone(zone)
    return web or (
        "坐标像不带带号的高斯坐标，无法判断中央经线：若为 CGCS2000 3 度带，"
        "请按当地中央经线写 crs，如 120°E 写 EPSG:4549"
    )


def likely_systems(xy: Points) -> tuple[str, ...]:
    """Return what `crs` could say of such numbers; empty where they do not tell.

    Parameters
    ----------
    xy
        Shape (n, 2), finite.
    """
    if not len(xy):
        return ()
    if in_china(xy).all() or in_china(xy[:, ::-1]).all():
        return ("EPSG:4490", "EPSG:4326", "GCJ-02", "BD-09")
    web = ("EPSG:3857",) if _like_mercator(xy) else ()
    zones = [z for z in (_zone(xy[:, 0]), _zone(xy[:, 1])) if z is not None]
    return (*web, *(f"EPSG:{_code_of_zone(z)}" for z in zones[:1]))


def _like_mercator(xy: Points) -> bool:
    """Tell whether all numbers lie in China on the plane of web maps.

    East of 117° its eastings look like those of the zones 13 and 14, of the far west.
    """
    north = np.arctan(np.sinh(np.clip(xy[:, 1] / _RADIUS_M, -9.0, 9.0)))
    lonlat = np.rad2deg(np.column_stack([xy[:, 0] / _RADIUS_M, north]))
    return bool(in_china(lonlat).all())


def _code_of_zone(zone: int) -> int:
    return 4488 + zone if zone >= 25 else 4478 + zone


def _of_zone(zone: int) -> str:
    degree = "3 度" if zone >= 25 else "6 度"
    return (
        f"坐标像{degree}带第 {zone} 带的高斯坐标：若为 CGCS2000 请写 "
        f"crs: EPSG:{zone_code(zone)}；若为西安80、北京54请先由测绘部门换算"
    )


def _degrees(xy: Points, reference: Reference) -> Axes:
    given, swapped = in_china(xy), in_china(xy[:, ::-1])
    if not given.any() and swapped.all():
        note = ("第一列为纬度、第二列为经度，已对调", "对调后全部落在中国范围内")
        return Axes(swap=True, notes=(note,))
    on_globe = (np.abs(xy) <= (180.0, 90.0)).all(axis=1)
    if not on_globe.any():
        raise CrsError(
            f"坐标值不是经纬度，与所写坐标系 {reference.name} 不符；{propose_crs(xy)}"
        )
    return Axes()


def _metres(
    xy: Points, reference: Reference, false_origin: tuple[float, float]
) -> Axes:
    east, north = xy[:, 0], xy[:, 1]
    notes: tuple[tuple[str, str], ...] = ()
    swap = _like_north(east) and not _like_north(north)
    if swap:
        east, north = north, east
        note = (
            "第一列为北坐标（X）、第二列为东坐标（Y），已对调",
            "数值范围只容许这种读法",
        )
        notes = (note,)
    offset, prefix = _prefix_offset(east, reference, false_origin)
    return Axes(swap, offset, notes + prefix)


def _other_plane(xy: Points, reference: Reference) -> Axes:
    """Read the axes of UTM, Mercator or Albers: exchange them where only that fits."""
    if in_china(to_lonlat(xy, reference)).any():
        return Axes()
    swapped = to_lonlat(xy[:, ::-1], reference)
    if not in_china(swapped).all():
        return Axes()
    note = ("第一列为北坐标、第二列为东坐标，已对调", "对调后全部落在中国范围内")
    return Axes(swap=True, notes=(note,))


def _prefix_offset(
    east: np.ndarray[tuple[int], np.dtype[np.float64]],
    reference: Reference,
    origin: tuple[float, float],
) -> tuple[float, tuple[tuple[str, str], ...]]:
    """Bring eastings with or without zone number to the form the system expects."""
    meridian, false_easting = origin
    expected = false_easting // MILLION
    found = _zone(east)
    if found is None and not (east < MILLION).all():
        raise CrsError(
            f"东坐标有的带带号、有的不带，或分属不同带，与 {reference.name} 不符；"
            "请按带分开后重新提供"
        )
    if found == expected or (found is None and expected == 0):
        return 0.0, ()
    if found is None:
        note = (f"东坐标不带带号，按 {meridian:g}°E 中央经线读取", "坐标系带带号")
        return expected * MILLION, (note,)
    if meridian not in (found * 3, found * 6 - 3) or expected:
        raise CrsError(
            f"东坐标的带号 {found} 与所写坐标系 {reference.name}"
            f"（中央经线 {meridian:g}°E）矛盾；{_of_zone(found)}"
        )
    note = (
        f"东坐标带带号 {found}，已按 {meridian:g}°E 中央经线读取",
        "带号与中央经线一致",
    )
    return -found * MILLION, (note,)


def _zone(east: np.ndarray[tuple[int], np.dtype[np.float64]]) -> int | None:
    """Zone number in front of eastings, if all carry the same one."""
    zones = np.unique(east // MILLION)
    if len(zones) != 1:
        return None
    zone = int(zones[0])
    return zone if is_zone(zone) else None


def _like_north(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bool:
    return bool(((values >= _NORTH[0]) & (values <= _NORTH[1])).all())
