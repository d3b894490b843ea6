"""The pixel grid of a picture: which file gives it, how others lie on it."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS

from pil_discovery.errors import CrsError, Problem
from pil_discovery.geo.crs import in_china, outside_use, to_lonlat
from pil_discovery.geo.references import CGCS2000, parse_reference
from pil_discovery.geo.space import Space

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pil_discovery.layers.headers import Header

PAN = "pan"
MOST_SAMPLES = 4_000_000_000
"""Width × height × bands above which a picture is refused."""
_APART = 0.01
"""Corners closer than this, in pixels, are one."""
_CONTROL = "影像没有地理定位（只有控制点 GCP）"
_WORLD_FILES = (".tfw", ".tifw", ".tiffw", ".j2w", ".jp2w", ".wld")
_RATIONAL = "影像没有地理定位（原始影像，附有理函数参数 RPC，未正射）"


def reference_grid(bands: Mapping[str, Header]) -> Header:
    """Return the file whose grid the picture has: the finest, panchromatic left out.

    A panchromatic band would multiply the pixels of all others.
    """
    files = [h for name, h in bands.items() if name != PAN] or list(bands.values())
    return min(files, key=lambda h: abs(h.transform.determinant))


def step_between(other: Header, grid: Header) -> int | None:
    """Return how many pixels of a grid a pixel of another file spans on each side.

    Returns
    -------
    int
        1 on the same grid; None when the files do not lie on each other, pixel on
        whole pixels, with the same extent and system.
    """
    if other.opened.path == grid.opened.path:
        return 1
    if not same_system(other.crs, grid.crs) or grid.transform.is_degenerate:
        return None
    step = round(grid.width / other.width)
    if (other.width * step, other.height * step) != (grid.width, grid.height):
        return None
    corners = ((0, 0), (other.width, 0), (0, other.height))
    between = ~grid.transform @ other.transform
    for x, y in corners:
        moved = between @ (x, y)
        if max(abs(moved[0] - x * step), abs(moved[1] - y * step)) > _APART:
            return None
    return step


def same_system(other: str | None, grid: str | None) -> bool:
    """Tell whether two systems are one; a mask often carries none."""
    if other is None or grid is None or other == grid:
        return True
    return CRS.from_wkt(other).equals(CRS.from_wkt(grid), ignore_axis_order=True)


def file_problems(header: Header) -> list[Problem]:
    """Say why a file cannot be part of a picture whatever its bands are."""
    problems = []
    if header.width * header.height * header.count > MOST_SAMPLES:
        what = f"影像过大（{header.width} × {header.height} × {header.count}）"
        problems.append(Problem(header.file, "", what, "请裁剪到辖区范围后导入"))
    if any(name.startswith("complex") for name in header.dtypes):
        what = "像元是复数，不能用作光学影像"
        problems.append(Problem(header.file, "", what, "请提供光学影像产品"))
    return [*problems, *place_problems(header)]


def place_problems(header: Header) -> list[Problem]:
    """Say why a file has no place on earth."""
    t = header.transform
    if not t.is_identity and all(map(isfinite, t)) and not t.is_degenerate:
        return []
    if header.rational or _has_rational_file(header):
        what, remedy = _RATIONAL, "请先用 RPC 和高程数据做正射校正"
    elif header.control:
        what, remedy = _CONTROL, "请先用控制点做几何校正，再导出"
    else:
        fault = "缺少仿射变换" if t.is_identity else "仿射变换无效"
        what = f"影像没有地理定位（{fault}{_world_file(header)}）"
        remedy = "请提供正射并带坐标的影像"
    return [Problem(header.file, "", what, remedy)]


def _world_file(header: Header) -> str:
    """Name a world file beside a picture: nothing ties its six numbers to it."""
    path = header.opened.path
    ends = {f"{path.stem}{end}".lower() for end in _WORLD_FILES}
    found = sorted(p.name for p in path.parent.iterdir() if p.name.lower() in ends)
    return f"；旁附的 {'、'.join(found)} 不采用，坐标须写在影像文件里" if found else ""


def _has_rational_file(header: Header) -> bool:
    path = header.opened.path
    ends = (f"{path.stem}.rpb", f"{path.stem}.rpc", f"{path.stem}_rpc.txt")
    wanted = {end.lower() for end in ends}
    return any(p.name.lower() in wanted for p in path.parent.iterdir())


def system_of(header: Header, stated: str | None, place: str | None) -> CRS:
    """Return the coordinate system of a picture.

    Parameters
    ----------
    stated
        Taken when the file names none.
    place
        Tile of the product, for advice.

    Raises
    ------
    CrsError
        Missing, or not safely comparable with CGCS2000.
    """
    if header.crs is None and stated is None:
        raise CrsError(Problem(header.file, "", *_no_system(header, place)))
    try:
        crs = parse_reference(header.crs or stated, "影像").crs
    except CrsError as error:
        raise CrsError(
            Problem(header.file, "", p.what, p.remedy) for p in error.problems
        ) from None
    if crs is None:  # GCJ-02, BD-09 and pipelines bend pixels
        what = f"影像的坐标系不能写「{stated}」"
        raise CrsError(Problem(header.file, "crs", what, "请写 EPSG 代码"))
    return crs


def demand_area(header: Header, crs: CRS) -> None:
    """Refuse a picture whose middle lies where its system is not meant to be used.

    Large scenes reach over the edge of their zone, so that their corners do not count.

    Raises
    ------
    CrsError
        Also within 1° of longitude and latitude 0, where there is only sea.
    """
    reference = parse_reference(crs)
    middle = _middle(header, crs)
    if outside_use(middle, reference).all() or (np.abs(middle) < 1.0).all():
        what = f"影像中心在坐标系 {reference.name} 的适用范围之外"
        remedy = "核对影像的坐标系和坐标原点，重新导出"
        raise CrsError(Problem(header.file, "", what, remedy))


def in_china_note(header: Header, crs: CRS) -> list[str]:
    """Say when a picture shows nothing of China."""
    if in_china(_middle(header, crs)).any():
        return []
    return ["影像中心在中国之外，请核对坐标系"]


def _middle(header: Header, crs: CRS) -> NDArray[np.float64]:
    """Return longitude and latitude of the middle of a picture, shape (1, 2)."""
    x, y = header.transform @ (header.width / 2, header.height / 2)
    return to_lonlat(np.array([[x, y]]), parse_reference(crs))


def _no_system(header: Header, place: str | None) -> tuple[str, str]:
    remedy = "请在 GIS 软件中定义坐标系后重新导出，或在 pil.yaml 写明 crs"
    zone = _zone(place)
    if zone is not None:
        remedy = f"产品名的分幅 {place} 属 {zone}，核对后在 pil.yaml 写明 crs: {zone}"
    if header.count in (3, 4) and set(header.dtypes) == {"uint8"}:
        return "影像没有坐标系（三波段八位图片，可能是截图或普通照片）", remedy
    return "影像没有坐标系", remedy


def _zone(place: str | None) -> str | None:
    """Return the UTM system of a Sentinel-2 tile such as `50RQU`."""
    if place is None or len(place) != 5 or not place[:2].isdecimal():
        return None
    return f"EPSG:{'326' if place[2] >= 'N' else '327'}{place[:2]}"


def ground_sample(header: Header, crs: CRS) -> tuple[float, float]:
    """Return the sides of a pixel on the ground in metres, rounded to 0.1 mm.

    Units of the projection, but in degrees and in Web Mercator, whose metres are none,
    measured in the middle of the picture.
    """
    t = header.transform
    if crs.is_projected and not _is_web_mercator(crs):
        factor = crs.axis_info[0].unit_conversion_factor
        sides = np.hypot([t.a, t.b], [t.d, t.e]) * factor
    else:
        column, row = header.width / 2, header.height / 2
        points = [t @ p for p in ((column, row), (column + 1, row), (column, row + 1))]
        lonlat = to_lonlat(np.array(points), parse_reference(crs))
        space = Space(CRS.from_user_input(CGCS2000), "official")
        unit = space.unit(np.array([shapely.Point(*lonlat[0])], dtype=object))[0]
        sides = np.hypot(*((lonlat[1:] - lonlat[0]) * np.asarray(unit)).T)
    return round(float(sides[0]), 4), round(float(sides[1]), 4)


def _is_web_mercator(crs: CRS) -> bool:
    operation = crs.coordinate_operation
    return operation is not None and "Pseudo Mercator" in operation.method_name
