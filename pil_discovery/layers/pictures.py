"""GeoTIFF and ENVI pictures → Image with provenance; unknown stays unknown."""

from __future__ import annotations

import datetime as dt
import hashlib
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import CRS
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from pil_discovery.errors import CrsError, ImageError, Problem, ReadError
from pil_discovery.geo.crs import to_lonlat
from pil_discovery.geo.references import CGCS2000, parse_reference
from pil_discovery.geo.space import Space
from pil_discovery.layers.files import Opened, open_picture, part_of, sha256_of
from pil_discovery.layers.sigma import sigma_problems
from pil_discovery.types import BEIJING, Image, ImageProvenance
from pil_discovery.types.pictures import open_raster

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from affine import Affine
    from rasterio.io import DatasetReader

    from pil_discovery.types.sources import Part

MOST_SAMPLES = 4_000_000_000
"""Width × height × bands above which a picture is refused."""
_STRIP_SAMPLES = 32_000_000  # hashed at a time: some 64 MB of 16-bit pixels
_UNUSED = (".aux.xml", ".msk", ".ovr")


@dataclass(frozen=True)
class _Header:
    """What a picture says of itself."""

    width: int
    height: int
    count: int
    crs: str | None
    transform: Affine
    nodata: tuple[float | None, ...]
    dtypes: tuple[str, ...]
    sensor: str | None


@dataclass(frozen=True)
class _Told:
    """What the workspace says of a picture."""

    acquired: dt.datetime
    sensor: str
    bands: Mapping[str, int]
    sigma_m: float | None


def read_raster(  # noqa: PLR0913 -- what the workspace says of a picture
    path: Path,
    *,
    acquired: dt.datetime | str,
    sensor: str,
    bands: Mapping[str, int],
    cloud_mask: Path | None = None,
    sigma_m: float | None = None,
    root: Path | None = None,
) -> Image:
    """Open a picture and record where it comes from.

    Parameters
    ----------
    path
        GeoTIFF (by its first bytes) or ENVI file with header, inside the workspace.
    acquired
        Time of acquisition with time zone; text in ISO 8601.
    sensor
        Sensor and product level in words.
    bands
        Canonical band name → band number from 1.
    cloud_mask
        Raster on the same grid; every value but 0 is cloud.
    sigma_m
        One-axis absolute positional standard deviation in metres; None = not known.
    root
        The workspace; None takes the folder of the file.

    Returns
    -------
    Image
        Pixels are not kept.

    Raises
    ------
    ReadError
        Forbidden path or format, unreadable.
    CrsError
        System missing or unsafe.
    ImageError
        Time without zone, bands that do not exist, a mask on another grid, too large …
        all at once.
    """
    opened = open_picture(path, root)
    header = _header(opened)
    mask = None if cloud_mask is None else open_picture(cloud_mask, root)
    time, problems = _time(acquired, opened.file)
    problems += _told_problems(sensor, bands, header, opened.file)
    problems += sigma_problems(sigma_m, opened.file)
    problems += _grid_problems(header, opened.file)
    problems += [] if mask is None else _mask_problems(mask, header)
    if problems or time is None:
        raise ImageError(problems)
    crs = _crs(header, opened.file)
    try:
        provenance = _provenance(
            opened, header, crs, (_Told(time, sensor, bands, sigma_m), mask)
        )
    except RasterioError as error:
        raise _unreadable(opened, error) from error
    return Image(
        path=opened.path,
        bands=dict(bands),
        crs=crs,
        transform=header.transform,
        shape=(header.height, header.width),
        nodata=provenance.nodata,
        acquired=time,
        sensor=sensor,
        cloud_mask=None if mask is None else mask.path,
        provenance=provenance,
    )


def pixel_sha256(path: Path) -> str:
    """Hash all pixels of a raster: SHA-256 over the SHA-256 of each band.

    Parameters
    ----------
    path
        GeoTIFF or ENVI file. Values are hashed as stored, row by row, little-endian, so
        that tiling, interleaving and compression do not matter.
    """
    with open_raster(path) as src:
        bands = [hashlib.sha256() for _ in range(src.count)]
        for window in _strips(src):
            values = src.read(window=window)
            for digest, band in zip(bands, values, strict=True):
                digest.update(_little(band))
    return hashlib.sha256(b"".join(b.digest() for b in bands)).hexdigest()


def _strips(src: DatasetReader) -> Iterator[Window]:
    """Whole rows of blocks, so that nothing is decompressed twice."""
    block = src.block_shapes[0][0]
    rows = _STRIP_SAMPLES // (src.width * src.count)
    rows = max(rows // block, 1) * block
    for top in range(0, src.height, rows):
        yield Window(0, top, src.width, min(rows, src.height - top))


def _little(band: np.ndarray[Any, Any]) -> bytes:
    return band.astype(band.dtype.newbyteorder("<"), copy=False).tobytes()


def _header(opened: Opened) -> _Header:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with open_raster(opened.path) as src:
                return _read_header(src, opened)
    except RasterioError as error:
        raise _unreadable(opened, error) from error


def _unreadable(opened: Opened, error: RasterioError) -> ReadError:
    said = str(error).replace(f"{opened.path.parent}/", "").split("\n")[0]
    what = f"影像无法读取（{said}）"
    return ReadError(Problem(opened.file, "", what, "文件可能损坏，请重新导出"))


def _read_header(src: DatasetReader, opened: Opened) -> _Header:
    if src.driver != opened.driver:
        what = f"内容被识别为 {src.driver}，不是 {opened.driver}，拒绝打开"
        raise ReadError(Problem(opened.file, "", what, "请核对文件来源并重新导出"))
    tags = src.tags(ns="ENVI") if src.driver == "ENVI" else {}
    return _Header(
        src.width,
        src.height,
        src.count,
        None if src.crs is None else src.crs.to_wkt(),
        src.transform,
        tuple(src.nodatavals),
        tuple(src.dtypes),
        tags.get("sensor_type"),
    )


def _time(
    acquired: dt.datetime | str, file: str
) -> tuple[dt.datetime | None, list[Problem]]:
    remedy = "写明时区，例如 2025-05-12T10:41:00+08:00"
    try:
        time = (
            dt.datetime.fromisoformat(acquired)
            if isinstance(acquired, str)
            else acquired
        )
    except ValueError:
        what = f"成像时间“{acquired}”无法识别"
        return None, [Problem(file, "acquired", what, remedy)]
    if time.tzinfo is None or time.utcoffset() is None:
        what = "成像时间没有时区，不知是北京时间还是世界时"
        return None, [Problem(file, "acquired", what, remedy)]
    return time, []


def _told_problems(
    sensor: str, bands: Mapping[str, int], header: _Header, file: str
) -> list[Problem]:
    problems = []
    if not sensor.strip():
        what = "没有写明传感器"
        problems.append(Problem(file, "sensor", what, "写明卫星、传感器和产品级别"))
    if not bands:
        what = "没有写明波段"
        problems.append(Problem(file, "bands", what, "写成 {red: 3, nir: 4} 的形式"))
    for name, number in bands.items():
        if not 1 <= number <= header.count:
            what = f"没有第 {number} 波段（共 {header.count} 个）"
            problems.append(Problem(file, f"bands.{name}", what, "核对波段序号"))
    numbers = list(bands.values())
    for number in sorted({n for n in numbers if numbers.count(n) > 1}):
        what = f"第 {number} 波段写了几个名称"
        problems.append(Problem(file, "bands", what, "每个波段只写一个名称"))
    return problems


def _grid_problems(header: _Header, file: str) -> list[Problem]:
    problems = []
    if header.width * header.height * header.count > MOST_SAMPLES:
        what = f"影像过大（{header.width} × {header.height} × {header.count}）"
        problems.append(Problem(file, "", what, "请裁剪到辖区范围后导入"))
    if any(name.startswith("complex") for name in header.dtypes):
        what = "像元是复数，不能用作光学影像"
        problems.append(Problem(file, "", what, "请提供光学影像产品"))
    if header.transform.is_identity:
        what = "影像没有地理定位（缺少仿射变换）"
        problems.append(Problem(file, "", what, "请提供正射并带坐标的影像"))
    return problems


def _mask_problems(mask: Opened, header: _Header) -> list[Problem]:
    other = _header(mask)
    same = (other.width, other.height) == (header.width, header.height)
    same = same and other.transform.almost_equals(header.transform, 1e-6)
    if same and _same_system(other.crs, header.crs):
        return []
    what = "云掩膜与影像的格网不同（行列数、位置或坐标系）"
    remedy = "请按影像的范围、分辨率和坐标系重新生成"
    return [Problem(mask.file, "cloud_mask", what, remedy)]


def _same_system(mask: str | None, picture: str | None) -> bool:
    """Tell whether two systems are one; a mask often carries none."""
    if mask is None or picture is None or mask == picture:
        return True
    return CRS.from_wkt(mask).equals(CRS.from_wkt(picture), ignore_axis_order=True)


def _crs(header: _Header, file: str) -> CRS:
    if header.crs is None:
        remedy = "请在 GIS 软件中定义坐标系后重新导出"
        raise CrsError(Problem(file, "", "影像没有坐标系", remedy))
    try:
        crs = parse_reference(header.crs, "影像").crs
    except CrsError as error:
        raise CrsError(
            Problem(file, "", p.what, p.remedy) for p in error.problems
        ) from None
    assert crs is not None  # noqa: S101 -- a system in a file is never GCJ-02
    return crs


def _provenance(
    opened: Opened, header: _Header, crs: CRS, stated: tuple[_Told, Opened | None]
) -> ImageProvenance:
    told, mask = stated
    common = set(header.nodata)
    nodata = common.pop() if len(common) == 1 else None
    gsd_x, gsd_y = _ground_sample(header, crs)
    return ImageProvenance(
        file=opened.file,
        sha256=sha256_of(opened.path),
        pixel_sha256=pixel_sha256(opened.path),
        bytes=opened.path.stat().st_size,
        acquired_utc=told.acquired.astimezone(dt.UTC).isoformat(),
        acquired_beijing=told.acquired.astimezone(BEIJING).isoformat(),
        sensor=told.sensor,
        crs=parse_reference(crs).name,
        gsd_x_m=gsd_x,
        gsd_y_m=gsd_y,
        bands=tuple(told.bands),
        dtype="、".join(dict.fromkeys(header.dtypes)),
        nodata=None if nodata is None else float(nodata),
        sigma_m=told.sigma_m,
        sigma_source="" if told.sigma_m is None else "工作区写明",
        missing=_missing(told, mask, nodata),
        parts=_parts(opened, mask),
        notes=(*_contradictions(header, told.sensor), *_left_out(opened)),
    )


def _missing(told: _Told, mask: Opened | None, nodata: float | None) -> tuple[str, ...]:
    given = {"绝对定位精度": told.sigma_m, "云掩膜": mask, "无数据值": nodata}
    unknown = [name for name, value in given.items() if value is None]
    return (*unknown, "产品编号", "使用许可")


def _contradictions(header: _Header, sensor: str) -> Sequence[str]:
    """Name the sensor in the file's own header where it is not the one stated."""
    found = header.sensor
    if not found or found.lower() == "unknown" or found.lower() in sensor.lower():
        return ()
    return (f"传感器：工作区写明“{sensor}”，文件头写“{found}”，并存，未作取舍",)


def _left_out(opened: Opened) -> Sequence[str]:
    """Name the files beside a picture that other software would mix into it."""
    beside = [opened.path.with_name(opened.path.name + end) for end in _UNUSED]
    found = [p.name for p in beside if p.exists()]
    return [f"旁附文件未使用：{'、'.join(found)}"] if found else []


def _ground_sample(header: _Header, crs: CRS) -> tuple[float, float]:
    """Return the sides of a pixel on the ground in metres, rounded to 0.1 mm."""
    t = header.transform
    x, y = float(np.hypot(t.a, t.d)), float(np.hypot(t.b, t.e))
    if crs.is_projected:
        factor = crs.axis_info[0].unit_conversion_factor
        return round(x * factor, 4), round(y * factor, 4)
    middle = np.array([t @ (header.width / 2, header.height / 2)])
    lonlat = to_lonlat(middle, parse_reference(crs))
    space = Space(CRS.from_user_input(CGCS2000), "official")
    east, north = space.unit(np.array([shapely.Point(*lonlat[0])], dtype=object))[0]
    return round(float(x * east), 4), round(float(y * north), 4)


def _parts(opened: Opened, mask: Opened | None) -> tuple[Part, ...]:
    """Name further files that the picture rests on: ENVI header, cloud mask."""
    if mask is None:
        return opened.parts
    return (*opened.parts, part_of(mask.path, mask.file), *mask.parts)
