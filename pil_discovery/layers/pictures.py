"""GeoTIFF and ENVI pictures → Image with provenance; unknown stays unknown."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from pyproj import CRS, Geod
from rasterio.errors import RasterioError

from pil_discovery.errors import CrsError, ImageError, PilError, Problem, ReadError
from pil_discovery.geo.crs import parse_reference
from pil_discovery.layers.files import demand_tiff, name_below, sha256_of
from pil_discovery.types import Image, ImageProvenance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from rasterio.io import DatasetReader

MOST_SAMPLES = 4_000_000_000
"""Width × height × bands above which a picture is refused."""
_BEIJING = dt.timezone(dt.timedelta(hours=8))
_TIFF = frozenset({".tif", ".tiff"})
_STRIP_ROWS = 512


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
        GeoTIFF (by its first bytes) or ENVI file with header.
    acquired
        Time of acquisition with time zone.
    bands
        Canonical band name → band number from 1.
    cloud_mask
        Raster on the same grid; every value but 0 is cloud.
    sigma_m
        One-axis absolute positional standard deviation in metres; None = not known.

    Raises
    ------
    ReadError, CrsError, ImageError
        If the file is no picture, has no safe CRS, or what is said of it cannot be.
    """
    file = name_below(path, root)
    time = _time(acquired, file)
    driver = _driver(path, file)
    try:
        with rasterio.open(path, driver=driver) as src:
            _check(src, file, bands)
            image = _image(
                src,
                path,
                file,
                time=time,
                sensor=sensor,
                bands=bands,
                cloud=cloud_mask,
                sigma_m=sigma_m,
            )
    except RasterioError as error:
        what = f"影像无法读取（{str(error).splitlines()[0]}）"
        raise ReadError(Problem(file, "", what, "请重新导出")) from error
    if cloud_mask is not None:
        _check_mask(cloud_mask, image, root)
    return image


def _time(acquired: dt.datetime | str, file: str) -> dt.datetime:
    try:
        time = (
            dt.datetime.fromisoformat(acquired)
            if isinstance(acquired, str)
            else acquired
        )
    except ValueError as error:
        what = f"成像时间 {acquired} 无法识别"
        remedy = "写作 2025-05-12T10:41:00+08:00"
        raise ImageError(Problem(file, "acquired", what, remedy)) from error
    if time.tzinfo is None:
        remedy = "写明时区，例如 2025-05-12T10:41:00+08:00"
        raise ImageError(Problem(file, "acquired", "成像时间没有时区", remedy))
    return time


def _driver(path: Path, file: str) -> str:
    if path.suffix.lower() in _TIFF:
        demand_tiff(path, file)
        return "GTiff"
    headers = (path.with_name(f"{path.name}{e}") for e in (".hdr", ".HDR"))
    if any(h.is_file() for h in (*headers, path.with_suffix(".hdr"))):
        return "ENVI"
    what = f"不支持的影像格式 {path.suffix or '（无扩展名）'}"
    raise ReadError(Problem(file, "", what, "请另存为 GeoTIFF"))


def _check(src: DatasetReader, file: str, bands: Mapping[str, int]) -> None:
    problems = [
        Problem(
            file,
            f"bands.{name}",
            f"没有第 {number} 波段（共 {src.count} 个）",
            "核对波段序号",
        )
        for name, number in bands.items()
        if not 1 <= number <= src.count
    ]
    if src.width * src.height * src.count > MOST_SAMPLES:
        problems.append(Problem(file, "", "影像过大", "请裁剪后导入"))
    if problems:
        raise ImageError(problems)
    if src.crs is None:
        raise CrsError(Problem(file, "", "影像没有坐标系", "请导出带坐标系的 GeoTIFF"))
    try:
        parse_reference(CRS.from_wkt(src.crs.to_wkt()), "影像")
    except PilError as error:
        raise CrsError(
            Problem(file, "", p.what, p.remedy) for p in error.problems
        ) from error


def _image(  # noqa: PLR0913 -- everything that a picture tells of itself
    src: DatasetReader,
    path: Path,
    file: str,
    *,
    time: dt.datetime,
    sensor: str,
    bands: Mapping[str, int],
    cloud: Path | None,
    sigma_m: float | None,
) -> Image:
    crs = CRS.from_wkt(src.crs.to_wkt())
    gsd = _gsd(src, crs)
    given = {"绝对定位精度": sigma_m, "云掩膜": cloud, "无数据值": src.nodata}
    provenance = ImageProvenance(
        file=file,
        sha256=sha256_of(path),
        pixel_sha256=_pixel_hash(src),
        bytes=path.stat().st_size,
        acquired_utc=time.astimezone(dt.UTC).isoformat(),
        acquired_beijing=time.astimezone(_BEIJING).isoformat(),
        sensor=sensor,
        crs=parse_reference(crs).name,
        gsd_x_m=gsd[0],
        gsd_y_m=gsd[1],
        bands=tuple(bands),
        dtype=str(src.dtypes[0]),
        nodata=None if src.nodata is None else float(src.nodata),
        sigma_m=sigma_m,
        sigma_source="" if sigma_m is None else "工作区写明",
        missing=tuple(name for name, value in given.items() if value is None),
    )
    return Image(
        path=path,
        bands=dict(bands),
        crs=crs,
        transform=src.transform,
        shape=(src.height, src.width),
        nodata=provenance.nodata,
        acquired=time,
        sensor=sensor,
        cloud_mask=cloud,
        provenance=provenance,
    )


def _gsd(src: DatasetReader, crs: CRS) -> tuple[float, float]:
    """Return the side of a pixel in metres, rounded to the millimetre."""
    a, e = abs(src.transform.a), abs(src.transform.e)
    if not crs.is_geographic:
        return round(a, 3), round(e, 3)
    x, y = rasterio.transform.xy(
        src.transform, src.height / 2, src.width / 2, offset="ul"
    )
    geod = Geod(a=6378137.0, rf=298.257222101)  # CGCS2000
    east = geod.inv(x, y, x + a, y)[2]
    north = geod.inv(x, y, x, y + e)[2]
    return round(east, 3), round(north, 3)


def _pixel_hash(src: DatasetReader) -> str:
    """Hash the pixels alone, band by band, row by row, little-endian."""
    digest = hashlib.sha256()
    for band in range(1, src.count + 1):
        for strip in _strips(src, band):
            digest.update(strip)
    return digest.hexdigest()


def _strips(src: DatasetReader, band: int) -> Iterator[bytes]:
    for top in range(0, src.height, _STRIP_ROWS):
        rows = min(_STRIP_ROWS, src.height - top)
        window = rasterio.windows.Window(0, top, src.width, rows)
        pixels = src.read(band, window=window)
        yield np.ascontiguousarray(
            pixels, dtype=pixels.dtype.newbyteorder("<")
        ).tobytes()


def _check_mask(mask: Path, image: Image, root: Path | None) -> None:
    file = name_below(mask, root)
    demand_tiff(mask, file)
    with rasterio.open(mask, driver="GTiff") as src:
        same = (src.height, src.width) == image.shape and src.transform.almost_equals(
            image.transform
        )
    if not same:
        what = f"云掩膜与影像 {image.provenance.file} 的网格不同"
        raise ImageError(Problem(file, "", what, "请按影像的范围和分辨率重新生成"))
