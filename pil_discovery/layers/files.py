"""Which files may be opened, and as what: plain local paths, few formats, first bytes.

GDAL decides by content: a file named `.geojson` that holds an OGR-VRT or a GDAL
pipeline would make it read other files. So every file is recognised here first.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from pil_discovery.errors import Problem, ReadError
from pil_discovery.layers.formats import (
    GEODATABASE,
    SHAPEFILE,
    VECTOR_DRIVERS,
    begins_rightly,
    refusal,
)
from pil_discovery.layers.geodatabase import listing_hash, members
from pil_discovery.types.pixels import driver_of
from pil_discovery.types.sources import Part

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST_BYTES = 8 * 2**30
"""Largest vector file, bytes."""

_SHAPEFILE_PARTS = (".shx", ".dbf", ".prj", ".cpg")
_BLOCK = 1 << 20


class Origin(Protocol):
    """What a layer is read from: a file, or the answer of a database."""

    @property
    def file(self) -> str:
        """Its name in reports."""

    @property
    def driver(self) -> str:
        """What reads it."""

    @property
    def sha256(self) -> str:
        """Of its bytes."""

    @property
    def bytes(self) -> int:
        """How many."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """Further files it consists of."""


@dataclass(frozen=True)
class Opened:
    """A file that may be opened.

    Attributes
    ----------
    path
        The main file, or the folder of a file geodatabase.
    file
        Its name in reports: the path below the workspace, with slashes.
    driver
        The only driver that may open it.
    beside
        Further files it consists of: by lower-case extension (shapefile, ENVI), or by
        name (all files of a geodatabase).
    """

    path: Path
    file: str
    driver: str
    beside: dict[str, Path]

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The further files with their hashes."""
        base = self.path.parent
        folder = self.file.rpartition("/")[0]
        names = {p: p.relative_to(base).as_posix() for p in self.beside.values()}
        return tuple(
            part_of(path, f"{folder}/{name}" if folder else name)
            for path, name in names.items()
        )

    @cached_property
    def sha256(self) -> str:
        """Of the main file; of a geodatabase, of the listing of its files."""
        if self.driver != GEODATABASE:
            return sha256_of(self.path)
        return listing_hash(self.parts)

    @property
    def bytes(self) -> int:
        """Of the main file; of a geodatabase, of all its files together."""
        if self.driver != GEODATABASE:
            return self.path.stat().st_size
        return sum(p.bytes for p in self.parts)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal, as `sha256sum` prints it."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def part_of(path: Path, file: str) -> Part:
    """Return a file as a part of a source."""
    return Part(file=file, sha256=sha256_of(path), bytes=path.stat().st_size)


def plain_file(path: Path, root: Path | None) -> tuple[Path, str]:
    """Demand a plain local file (`.gdb`: a folder) inside the workspace.

    Parameters
    ----------
    path
        The file.
    root
        The workspace; None takes the folder of the file.

    Returns
    -------
    path, name
        Absolute path, and the path below the workspace with slashes.

    Raises
    ------
    ReadError
        No such file, a link, outside the workspace, or no path but a GDAL connection.
    """
    text = str(path)
    if re.match(r"[/\\]vsi|[A-Za-z][A-Za-z0-9+]+:", text):
        what = "不是本地文件路径（/vsi、数据库或网络连接一律不打开）"
        raise ReadError(Problem(text, "", what, "请提供工作区内的普通文件"))
    base = path.parent if root is None else root
    inside = path.parent.resolve() / path.name
    if not inside.is_relative_to(base.resolve()):
        what = "文件不在工作区之内"
        raise ReadError(Problem(text, "", what, "请复制到工作区内再读取"))
    name = inside.relative_to(base.resolve()).as_posix()
    if _through_link(path, base):
        what = "文件或所在文件夹是链接"
        raise ReadError(Problem(name, "", what, "请把原文件复制到工作区内"))
    _demand_kind(inside, name)
    return inside, name


def _demand_kind(inside: Path, name: str) -> None:
    if VECTOR_DRIVERS.get(inside.suffix.lower()) == GEODATABASE:
        what = "没有这个地理数据库，或不是文件夹"
        remedy = "核对文件夹名；.gdb 应连同文件夹内全部文件拷贝"
        right = inside.is_dir()
    else:
        what, remedy = "文件不存在或不是普通文件", "核对文件名"
        right = inside.is_file()
    if not right:
        raise ReadError(Problem(name, "", what, remedy))


def open_vector(path: Path, root: Path | None = None) -> Opened:
    """Recognise a vector file by extension and content.

    Parameters
    ----------
    path
        `.gpkg`, `.shp` (with its parts), `.gdb` (a folder), `.geojson`, `.json`,
        `.fgb`, `.kml`, `.kmz` or `.parquet`.
    root
        The workspace; None takes the folder of the file.

    Raises
    ------
    ReadError
        Forbidden path, unsupported format, content that is not what the name says,
        missing parts, or too large.
    """
    place, name = plain_file(path, root)
    driver = VECTOR_DRIVERS.get(place.suffix.lower())
    if driver is None:
        raise ReadError(Problem(name, "", *refusal(place)))
    if driver == GEODATABASE:
        return _open_geodatabase(place, name)
    if place.stat().st_size > MOST_BYTES:
        raise ReadError(Problem(name, "", "文件超过 8 GiB", "请按区域拆分"))
    _demand_content(place, name, driver)
    beside = _shapefile_parts(place, name) if driver == SHAPEFILE else {}
    return Opened(place, name, driver, beside)


def _open_geodatabase(place: Path, name: str) -> Opened:
    beside = {p.name: p for p in members(place, name)}
    if sum(p.stat().st_size for p in beside.values()) > MOST_BYTES:
        raise ReadError(Problem(name, "", "数据库超过 8 GiB", "请按区域拆分"))
    return Opened(place, name, GEODATABASE, beside)


def open_picture(path: Path, root: Path | None = None) -> Opened:
    """Recognise a picture by its content.

    Parameters
    ----------
    path
        TIFF or JPEG 2000 by its first bytes, or an ENVI file with its header beside it.
    root
        The workspace; None takes the folder of the file.

    Raises
    ------
    ReadError
        Forbidden path, or none of these.
    """
    place, name = plain_file(path, root)
    driver = driver_of(place)
    if driver is not None:
        return Opened(place, name, driver, {})
    header = _envi_header(place)
    if header is None:
        what = "内容不是 GeoTIFF、JPEG 2000，也没有同名的 ENVI 头文件（.hdr）"
        raise ReadError(
            Problem(name, "", what, "请提供 GeoTIFF、JP2 或 ENVI 格式的影像")
        )
    mask = place.with_name(f"{place.name}.msk")
    if mask.exists():
        what = f"旁附的 {mask.name} 会改变影像的有效范围"
        raise ReadError(
            Problem(name, "", what, "移走该文件，云和无效区请用 cloud_mask")
        )
    return Opened(place, name, "ENVI", {".hdr": header})


def is_picture(path: Path) -> bool:
    """Tell a picture by its first bytes, or by the ENVI header beside it."""
    return driver_of(path) is not None or _envi_header(path) is not None


def _through_link(path: Path, base: Path) -> bool:
    below = [p for p in path.parents if p != base and base in p.parents]
    return any(p.is_symlink() for p in (path, *below))


def _demand_content(place: Path, name: str, driver: str) -> None:
    with place.open("rb") as stream:
        head = stream.read(100)
    if not head:
        raise ReadError(Problem(name, "", "文件是空的", "请重新导出"))
    if not begins_rightly(head, driver):
        what = f"扩展名是 {place.suffix}，内容却不是 {driver} 格式"
        remedy = "请用原软件重新导出，不要只改扩展名"
        raise ReadError(Problem(name, "", what, remedy))


def _shapefile_parts(place: Path, name: str) -> dict[str, Path]:
    """Find the parts of a shapefile, whatever the case of their extensions."""
    found = [
        p
        for p in sorted(place.parent.iterdir())
        if p.stem == place.stem and p.suffix.lower() in _SHAPEFILE_PARTS
    ]
    problems = list(_part_problems(found, name))
    if problems:
        raise ReadError(problems)
    return {p.suffix.lower(): p for p in found}


def _part_problems(found: list[Path], name: str) -> Iterable[Problem]:
    endings = [p.suffix.lower() for p in found]
    for part in _SHAPEFILE_PARTS:
        if part in (".shx", ".dbf") and part not in endings:
            what = f"缺少同名的 {part} 文件"
            yield Problem(name, "", what, "请连同 .shx、.dbf、.prj 一起提供")
        if endings.count(part) > 1:
            what = f"有几个只差大小写的 {part} 文件"
            yield Problem(name, "", what, "只保留同一次导出的那一个")
    for path in found:
        if path.is_symlink() or not path.is_file():
            what = f"{path.name} 是链接或不是普通文件"
            yield Problem(name, "", what, "请复制原文件到工作区内")


def _envi_header(place: Path) -> Path | None:
    names = {f"{place.name}.hdr".lower(), f"{place.stem}.hdr".lower()}
    found = [p for p in sorted(place.parent.iterdir()) if p.name.lower() in names]
    plain = [p for p in found if p.is_file() and not p.is_symlink()]
    return next((p for p in plain if p.read_bytes()[:4] == b"ENVI"), None)
