"""What a picture file says of itself, before any pixel is read."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from rasterio.enums import MaskFlags
from rasterio.errors import RasterioError
from rasterio.windows import Window

from pil_discovery.errors import Problem, ReadError
from pil_discovery.imagery.products import product_of
from pil_discovery.layers.files import Opened, open_picture
from pil_discovery.types.pixels import JPEG_2000, open_raster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from affine import Affine
    from rasterio.io import DatasetReader

    from pil_discovery.imagery.products import Product

_STRIP_SAMPLES = 32_000_000  # hashed at a time: some 64 MB of 16-bit pixels
FAULTS = (RasterioError, ValueError)
"""What rasterio raises at broken files: metadata need not even be UTF-8."""
_FOLDERS = 6  # deep enough for a band within a .SAFE folder
_LEADING_DIGITS = re.compile(r"\s*\d{1,18}", re.ASCII)
_METRES = {"micrometers": 1000.0, "micrometres": 1000.0, "nanometers": 1.0}


@dataclass(frozen=True)
class Header:
    """What a picture says of itself.

    Attributes
    ----------
    crs
        WKT, None when the file names no system.
    colours
        Role of each band (`red`, `palette`, `alpha`, …).
    masked
        Whether a mask inside the file or an alpha band tells where there is no data.
    control, rational
        Whether the place is given by control points, by rational functions (RPC).
    wavelengths_nm
        Of each band, where an ENVI header gives them.
    """

    opened: Opened
    width: int
    height: int
    count: int
    crs: str | None
    transform: Affine
    nodata: tuple[float | None, ...]
    dtypes: tuple[str, ...]
    scales: tuple[float, ...]
    offsets: tuple[float, ...]
    colours: tuple[str, ...]
    masked: bool
    control: bool
    rational: bool
    sensor: str | None
    bits: int | None
    wavelengths_nm: tuple[float | None, ...]

    @property
    def file(self) -> str:
        """The name of the file in reports."""
        return self.opened.file


def product_at(path: Path) -> Product | None:
    """Read the product from the last parts of a path; nothing there is opened."""
    return product_of(path.absolute().parts[-_FOLDERS:])


def open_header(path: Path, root: Path | None) -> Header:
    """Recognise a picture file and read its header.

    Raises
    ------
    ReadError
        Forbidden path or format, or unreadable.
    """
    opened = open_picture(path, root)
    _demand_driver(opened)
    try:
        with open_raster(opened.path) as src:
            return _read(src, opened)
    except FAULTS as error:
        raise unreadable(opened, error) from error


def _demand_driver(opened: Opened) -> None:
    """Refuse JPEG 2000 where the raster library was built without it."""
    if opened.driver != JPEG_2000:
        return
    with rasterio.Env() as env:
        known = JPEG_2000 in env.drivers()
    if not known:
        what = "本机的影像库不支持 JPEG 2000"
        raise ReadError(Problem(opened.file, "", what, "请转换为 GeoTIFF 后导入"))


def unreadable(opened: Opened, error: Exception) -> ReadError:
    """Say that a picture cannot be read, without naming folders of this machine."""
    said = str(error).replace(f"{opened.path.parent}/", "").split("\n")[0]
    what = f"影像无法读取（{said}）"
    return ReadError(Problem(opened.file, "", what, "文件可能损坏，请重新导出"))


def _read(src: DatasetReader, opened: Opened) -> Header:
    if src.driver != opened.driver:
        what = f"内容被识别为 {src.driver}，不是 {opened.driver}，拒绝打开"
        raise ReadError(Problem(opened.file, "", what, "请核对文件来源并重新导出"))
    envi = src.tags(ns="ENVI") if src.driver == "ENVI" else {}
    if envi:
        _demand_whole(src, opened, envi)
    bits = src.tags(1, ns="IMAGE_STRUCTURE").get("NBITS")
    return Header(
        opened=opened,
        width=src.width,
        height=src.height,
        count=src.count,
        crs=None if src.crs is None else src.crs.to_wkt(),
        transform=src.transform,
        nodata=tuple(src.nodatavals),
        dtypes=tuple(src.dtypes),
        scales=tuple(src.scales),
        offsets=tuple(src.offsets),
        colours=tuple(c.name for c in src.colorinterp),
        masked=any(MaskFlags.per_dataset in flags for flags in src.mask_flag_enums),
        control=bool(src.gcps[0]),
        rational="RPC" in src.tag_namespaces(),
        sensor=envi.get("sensor_type"),
        bits=int(bits) if bits and bits.isdecimal() else _bits(src.dtypes[0]),
        wavelengths_nm=_wavelengths(envi, src.count),
    )


def _demand_whole(src: DatasetReader, opened: Opened, envi: dict[str, str]) -> None:
    """Refuse an ENVI file that ends before its last pixel: GDAL would read zeros."""
    if envi.get("file_compression", "0").strip() not in {"", "0"}:
        what, remedy = "ENVI 文件经过压缩", "请解压或转换为 GeoTIFF 后导入"
        raise ReadError(Problem(opened.file, "", what, remedy))
    offset = _LEADING_DIGITS.match(envi.get("header_offset", ""))
    depth = sum(np.dtype(d).itemsize for d in src.dtypes)
    wanted = src.width * src.height * depth + int(offset[0] if offset else 0)
    found = opened.path.stat().st_size
    if found < wanted:
        what = f"文件不完整：按头文件应有 {wanted} 字节，实有 {found} 字节"
        raise ReadError(Problem(opened.file, "", what, "请重新拷贝或重新导出"))


def _bits(dtype: str) -> int | None:
    digits = "".join(c for c in dtype if c.isdecimal())
    return int(digits) if digits else None


def _wavelengths(envi: dict[str, str], count: int) -> tuple[float | None, ...]:
    factor = _METRES.get(envi.get("wavelength_units", "").strip().lower())
    words = envi.get("wavelength", "").strip("{} ").split(",")
    if factor is None or len(words) != count:
        return (None,) * count
    try:
        return tuple(round(float(w) * factor, 3) for w in words)
    except ValueError:
        return (None,) * count


def band_hashes(opened: Opened, sha256: str) -> tuple[bytes, ...]:
    """Return the SHA-256 of each band's stored values, once for the same bytes.

    Values are hashed row by row, little-endian, so that tiling, interleaving and
    compression do not matter.

    Parameters
    ----------
    sha256
        Of the bytes of the file and of what belongs to it; a file that was replaced
        meanwhile is hashed anew.
    """
    try:
        return _band_hashes(opened.path, sha256)
    except FAULTS as error:
        raise unreadable(opened, error) from error


@lru_cache(maxsize=256)
def _band_hashes(path: Path, sha256: str) -> tuple[bytes, ...]:  # noqa: ARG001 -- part of the key
    with open_raster(path) as src:
        bands = [hashlib.sha256() for _ in range(src.count)]
        for window in _strips(src):
            values = src.read(window=window)
            for digest, band in zip(bands, values, strict=True):
                digest.update(_little(band))
    return tuple(b.digest() for b in bands)


def _strips(src: DatasetReader) -> Iterator[Window]:
    """Whole rows of blocks, so that nothing is decompressed twice."""
    block = src.block_shapes[0][0]
    rows = _STRIP_SAMPLES // (src.width * src.count)
    rows = max(rows // block, 1) * block
    for top in range(0, src.height, rows):
        yield Window(0, top, src.width, min(rows, src.height - top))


def _little(band: np.ndarray[Any, Any]) -> bytes:
    return band.astype(band.dtype.newbyteorder("<"), copy=False).tobytes()
