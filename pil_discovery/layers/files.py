"""A vector or raster file before it is opened: what it is by its first bytes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem, ReadError

if TYPE_CHECKING:
    from pathlib import Path

VECTOR_DRIVERS = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".fgb": "FlatGeobuf",
}
"""Formats a layer may have. Anything else could make GDAL read other files."""

_MAGIC = {
    "GPKG": (b"SQLite format 3\x00",),
    "ESRI Shapefile": (b"\x00\x00\x27\x0a",),
    "FlatGeobuf": (b"fgb\x03",),
    "GTiff": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
}
_BLOCK = 1 << 20


def name_below(path: Path, root: Path | None) -> str:
    """Return the POSIX path of a file below the workspace (default: its folder).

    Raises
    ------
    ReadError
        If the file lies outside, is a link, or is no plain file.
    """
    base = path.parent if root is None else root
    try:
        name = path.resolve().relative_to(base.resolve()).as_posix()
    except ValueError:
        what = "文件不在工作区之内"
        raise ReadError(Problem(str(path), "", what, "把文件放进工作区")) from None
    if path.is_symlink() or not path.is_file():
        raise ReadError(Problem(name, "", "文件不存在或不是普通文件", "核对文件名"))
    return name


def vector_driver(path: Path, file: str) -> str:
    """Return the driver of a vector file, told by ending and first bytes alike.

    Raises
    ------
    ReadError
        If the ending is not one of `VECTOR_DRIVERS`, or the content is something else.
    """
    driver = VECTOR_DRIVERS.get(path.suffix.lower())
    if driver is None:
        known = "、".join(VECTOR_DRIVERS)
        what = f"不支持的图层格式 {path.suffix or '（无扩展名）'}"
        raise ReadError(Problem(file, "", what, f"请另存为 {known} 之一"))
    _demand(path, file, driver)
    return driver


def demand_tiff(path: Path, file: str) -> None:
    """Raise unless the file begins as a TIFF."""
    _demand(path, file, "GTiff")


def _demand(path: Path, file: str, driver: str) -> None:
    with path.open("rb") as opened:
        head = opened.read(4096)
    if not head:
        raise ReadError(Problem(file, "", "文件是空的", "请重新导出"))
    if driver == "GeoJSON":
        fits = head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    else:
        fits = head.startswith(_MAGIC[driver])
    if not fits:
        what = f"内容不是 {driver} 格式，与扩展名不符"
        raise ReadError(Problem(file, "", what, "请用原软件重新导出，不要只改扩展名"))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as opened:
        while block := opened.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
