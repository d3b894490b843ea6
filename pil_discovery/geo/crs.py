"""Coordinate systems: which ones are safe, and the ways between them.

Everything is stored in EPSG:4490 (CGCS2000, longitude and latitude in degrees). WGS 84
and CGCS2000 agree to centimetres–decimetres, so their numbers are taken as equal (the
one pair that is whitelisted although PROJ calls it ballpark; carry 0.5 m). Every other
change of datum is refused: PROJ would move Beijing 1954 or Xi'an 1980 data by 0.00 m
and report no error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

import geopandas as gpd
import numpy as np
import pyproj.network
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from pil_discovery.errors import CrsError
from pil_discovery.geo import gcj

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Points: TypeAlias = NDArray[np.float64]
    CrsLike: TypeAlias = CRS | str | int | None
    Family: TypeAlias = Literal["CGCS2000", "WGS84", "GCJ-02", "BD-09", "pipeline"]

CGCS2000 = "EPSG:4490"
DATUM_SIGMA_M = 0.5
"""One-axis error carried when WGS 84 is taken as CGCS2000, metres."""
CHINA = (70.0, 0.0, 140.0, 55.0)
"""West, south, east, north of a generous box around China, degrees."""
MARGIN_DEG = 0.5
"""How far data may lie outside the area of use of their system, degrees."""

_FAMILIES = {
    "china2000": "CGCS2000",
    "cgcs2000": "CGCS2000",
    "chinageodeticcoordinatesystem2000": "CGCS2000",
    "worldgeodeticsystem1984": "WGS84",
    "wgs1984": "WGS84",
    "wgs84": "WGS84",
}
_OLD = ("beijing", "xian")
_WEB = {
    "GCJ02": "GCJ-02",
    "火星坐标系": "GCJ-02",
    "火星坐标": "GCJ-02",
    "BD09": "BD-09",
    "BD09LL": "BD-09",
    "百度坐标系": "BD-09",
    "百度坐标": "BD-09",
}
_NAMED = {"CGCS2000": CGCS2000, "2000国家大地坐标系": CGCS2000, "WGS84": "EPSG:4326"}
_PIPELINE = "+proj=pipeline"
_MERCATOR = {
    "Latitude of natural origin",
    "Longitude of natural origin",
    "Scale factor at natural origin",
    "False easting",
    "False northing",
}
_FILE_KEYS = re.compile(r"\+(grids|nadgrids|geoidgrids|init|file|inv_model|xy_grids)=")

Data = TypeVar("Data", "NDArray[np.object_]", gpd.GeoSeries, gpd.GeoDataFrame)


@dataclass(frozen=True)
class Reference:
    """A coordinate system that was checked and may be used.

    Attributes
    ----------
    name
        As it is recorded in provenance: `EPSG:4549`, `GCJ-02`, a pipeline, or the name
        of a system without a code.
    family
        Its datum, or how it reaches CGCS2000.
    crs
        None for GCJ-02, BD-09 and pipelines.
    """

    name: str
    family: Family
    crs: CRS | None = None

    @property
    def transformation(self) -> str:
        """The way to EPSG:4490 in words, for provenance."""
        datum = "WGS 84 视同 CGCS2000（差异按 0.5 m 计）"
        steps = {
            "CGCS2000": "同一基准，精确换算",
            "WGS84": datum,
            "GCJ-02": f"{self.name} 社区公式反算（模型误差 1–3 m）；{datum}",
            "BD-09": f"{self.name} 社区公式反算（模型误差 1–3 m）；{datum}",
            "pipeline": "使用者提供的转换参数",
        }
        return f"{self.name} → {CGCS2000}：{steps[self.family]}"


def parse_reference(value: CrsLike, what: str = "数据") -> Reference:
    """Check a coordinate system and say which datum it belongs to.

    Parameters
    ----------
    value
        Anything pyproj reads (EPSG code, WKT, `pyproj.CRS`), `GCJ-02`, `BD-09`, or a
        PROJ pipeline from the data to CGCS2000 degrees (longitude, latitude) with
        parameters that the user answers for.
    what
        What has this system, for the message, in Chinese.

    Raises
    ------
    CrsError
        Missing, unknown, Beijing 1954, Xi'an 1980, local, or with another datum.
    """
    if value is None or value == "":
        raise CrsError(f"{what}缺少坐标系；请写明 crs，例如 EPSG:4490")
    if isinstance(value, str):
        text = value.strip()
        web = _WEB.get(re.sub(r"[-_\s]", "", text).upper())
        if web is not None:
            return Reference(web, "GCJ-02" if web == "GCJ-02" else "BD-09")
        if text.startswith(_PIPELINE):
            return _pipeline(text, what)
        value = _NAMED.get(re.sub(r"[-_\s]", "", text).upper(), text)
    return _known(_read_crs(value, what), what)


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
        their area of use ± 0.5°, CGCS2000 degrees to China, WGS 84 to the globe.

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
    if crs is not None and crs.is_projected and crs.area_of_use is not None:
        west, east = crs.area_of_use.west, crs.area_of_use.east
        bad |= (lon < west - MARGIN_DEG) | (lon > east + MARGIN_DEG)
    return bad


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
    if source.name == target.name:
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
    return _step(reference.crs, inverse=True)


def _backward(
    reference: Reference,
) -> Callable[[Points, Points], tuple[Points, Points]]:
    if reference.family == "GCJ-02":
        return gcj.wgs84_to_gcj02
    if reference.family == "BD-09":
        return lambda x, y: gcj.gcj02_to_bd09(*gcj.wgs84_to_gcj02(x, y))
    if reference.crs is None:
        raise CrsError("转换参数只能用于换算到 CGCS2000，不能反向使用")
    return _step(reference.crs, inverse=False)


def _step(
    crs: CRS, *, inverse: bool
) -> Callable[[Points, Points], tuple[Points, Points]]:
    """Between a system and its own degrees: a projection, never a datum shift."""
    base = crs.geodetic_crs
    if base is None or not crs.is_projected:
        return lambda x, y: (x, y)
    ends = (crs, base) if inverse else (base, crs)
    way = Transformer.from_crs(*ends, always_xy=True, allow_ballpark=False)
    return way.transform


def _read_crs(value: CRS | str | int, what: str) -> CRS:
    try:
        crs = CRS.from_user_input(value)
    except (ProjError, TypeError, ValueError) as error:
        msg = (
            f"{what}的坐标系「{value}」不能识别；请写 EPSG 代码（如 EPSG:4549），"
            "网络地图坐标写 GCJ-02 或 BD-09"
        )
        raise CrsError(msg) from error
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs  # its embedded parameters are nobody's statement
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    return crs.to_2d()


def _known(crs: CRS, what: str) -> Reference:
    family = _family(crs)
    code = crs.to_epsg()
    name = crs.name if code is None else f"EPSG:{code}"
    if family is None:
        raise CrsError(_refusal(crs, what))
    _demand_projection(crs, what)
    return Reference(name, family, crs)


def _demand_projection(crs: CRS, what: str) -> None:
    """Refuse a projection that lacks a parameter: PROJ would silently take zero."""
    if not crs.is_projected:
        return
    operation = crs.coordinate_operation
    given = set() if operation is None else {p.name for p in operation.params}
    mercator = operation and "transverse mercator" in operation.method_name.lower()
    lacking = _MERCATOR - given if mercator else set()
    try:
        _step(crs, inverse=True)
    except ProjError:
        lacking = lacking or {crs.name}
    if lacking:
        names = "、".join(sorted(lacking))
        raise CrsError(
            f"{what}的坐标系「{crs.name}」投影参数不全或有误（{names}）；"
            "请从原软件重新导出，或在 crs 写明 EPSG 代码"
        )


def _family(crs: CRS) -> Literal["CGCS2000", "WGS84"] | None:
    """CGCS2000 or WGS 84 by name *and* by ellipsoid: .prj files are edited by hand."""
    base = crs.geodetic_crs
    if base is None or base.datum is None or base.ellipsoid is None:
        return None
    key = re.sub(r"[^a-z0-9]", "", base.datum.name.lower())
    key = key.removesuffix("ensemble").removeprefix("d")
    key = (
        "worldgeodeticsystem1984" if key.startswith("worldgeodeticsystem1984") else key
    )
    sound = (
        abs(base.ellipsoid.semi_major_metre - 6378137.0) < 0.5
        and abs(base.ellipsoid.inverse_flattening - 298.2572) < 1e-3
        and (base.prime_meridian is None or base.prime_meridian.longitude == 0)
        and all(a.unit_name.lower() == "degree" for a in base.axis_info[:2])
    )
    found = _FAMILIES.get(key)
    if not sound or found is None:
        return None
    return "CGCS2000" if found == "CGCS2000" else "WGS84"


def _refusal(crs: CRS, what: str) -> str:
    datum = crs.geodetic_crs.name if crs.geodetic_crs is not None else crs.name
    fix = (
        "请由测绘主管部门换算为 CGCS2000 后提供，"
        "或在 crs 写入其出具的四参数、七参数转换（+proj=pipeline …）"
    )
    if any(old in datum.lower().replace("'", "") for old in _OLD):
        return (
            f"{what}的坐标系「{crs.name}」属北京54或西安80坐标系，与 CGCS2000 之间"
            f"没有公开的精确转换参数，直接套用误差可达百米，不自动换算；{fix}"
        )
    return (
        f"{what}的坐标系「{crs.name}」（基准 {datum}）既不是 CGCS2000 也不是 WGS 84，"
        f"可能是地方坐标系，不自动换算；{fix}"
    )


def _pipeline(text: str, what: str) -> Reference:
    if _FILE_KEYS.search(text):
        raise CrsError(f"{what}的转换参数不得引用外部文件（grids、init 等）")
    try:
        Transformer.from_pipeline(text)
    except ProjError as error:
        raise CrsError(f"{what}的转换参数「{text}」不能识别：{error}") from error
    return Reference(text, "pipeline")


pyproj.network.set_network_enabled(active=False)  # type: ignore[attr-defined] # untyped
