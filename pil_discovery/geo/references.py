"""Which coordinate systems are safe to use, and by what way they reach CGCS2000."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

import pyproj.network
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from pil_discovery.errors import CrsError
from pil_discovery.geo.gauss import official_code

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Points: TypeAlias = NDArray[np.float64]
    CrsLike: TypeAlias = CRS | str | int | None
    Family: TypeAlias = Literal["CGCS2000", "WGS84", "GCJ-02", "BD-09", "pipeline"]

CGCS2000 = "EPSG:4490"

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
_UNNAMED = ("unknown", "unnamed")
_PIPELINE = "+proj=pipeline"
_MERCATOR = {
    "Latitude of natural origin",
    "Longitude of natural origin",
    "Scale factor at natural origin",
    "False easting",
    "False northing",
}
_FILE_KEYS = re.compile(r"\+(grids|nadgrids|geoidgrids|init|file|inv_model|xy_grids)=")


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
    return _checked(value, what)


@lru_cache(maxsize=256)
def _checked(value: CRS | str | int, what: str) -> Reference:
    """Check a system that PROJ knows; one picture asks for the same ones many times."""
    return _known(_read_crs(value, what), what)


def is_known(value: str) -> bool:
    """Tell whether a text names a system at all, be it one that is refused."""
    try:
        _read_crs(value, "")
    except CrsError:
        return False
    return True


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
    if family is None:
        raise CrsError(_refusal(crs, what))
    _demand_projection(crs, what)
    code = crs.to_epsg() or _written_code(crs, what)
    if code is None and family == "CGCS2000":
        code = official_code(crs)
    if code is None and crs.is_geographic and family == "WGS84":
        code = 4326
    if code is not None:  # the system of a code also knows where it may be used
        crs = CRS.from_epsg(code)
    return Reference(_name(crs) if code is None else f"EPSG:{code}", family, crs)


def _name(crs: CRS) -> str:
    """Return the name of a system, and what it is where somebody deleted the name."""
    if crs.name.strip():
        return crs.name
    base, operation = crs.geodetic_crs, crs.coordinate_operation
    datum = "" if base is None or base.datum is None else base.datum.name
    method = "经纬度" if operation is None else operation.method_name
    return f"未命名坐标系（基准 {datum}，{method}）"


def _written_code(crs: CRS, what: str) -> int | None:
    """Return the code in a text; refuse one whose parameters are another system's."""
    written = crs.to_json_dict().get("id", {})
    if written.get("authority") != "EPSG":
        return None
    code = int(written["code"])
    try:
        if _same_plane(CRS.from_epsg(code), crs):
            return code
    except ProjError:
        pass
    raise CrsError(
        f"{what}的坐标系「{crs.name}」写的代码是 EPSG:{code}，投影参数却与该代码不符；"
        "请核对坐标系文件，并在 crs 写明正确的 EPSG 代码"
    )


def _same_plane(one: CRS, other: CRS) -> bool:
    """Tell whether two systems of one datum have the same projection and unit."""
    return _plane(one) == _plane(other)


def _plane(crs: CRS) -> tuple[object, ...]:
    operation = crs.coordinate_operation
    values = [] if operation is None else operation.params
    units = {a.unit_conversion_factor for a in crs.axis_info[:2]}
    parameters = {p.name: round(float(p.value), 9) for p in values}
    return crs.is_projected, parameters, {round(u, 12) for u in units}


def _demand_projection(crs: CRS, what: str) -> None:
    """Refuse a projection that lacks a parameter: PROJ would silently take zero."""
    if not crs.is_projected:
        return
    operation = crs.coordinate_operation
    given = set() if operation is None else {p.name for p in operation.params}
    mercator = operation and "transverse mercator" in operation.method_name.lower()
    lacking = _MERCATOR - given if mercator else set()
    try:
        degree_step(crs, inverse=True)
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
    if key in _UNNAMED:  # some programs name the datum only in the system of degrees
        key = re.sub(r"[^a-z0-9]", "", base.name.lower()).removeprefix("gcs")
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
    if crs.is_geocentric:
        return (
            f"{what}的坐标系「{crs.name}」是空间直角坐标（X、Y、Z），不是图层坐标；"
            "请换算为经纬度（EPSG:4490）后提供"
        )
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


def degree_step(
    crs: CRS, *, inverse: bool
) -> Callable[[Points, Points], tuple[Points, Points]]:
    """Between a system and its own degrees: a projection, never a datum shift."""
    base = crs.geodetic_crs
    if base is None or not crs.is_projected:
        return lambda x, y: (x, y)
    ends = (crs, base) if inverse else (base, crs)
    way = Transformer.from_crs(*ends, always_xy=True, allow_ballpark=False)
    return way.transform


pyproj.network.set_network_enabled(active=False)  # type: ignore[attr-defined] # untyped
