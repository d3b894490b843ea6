"""Which files may be opened, and as what: plain local paths, few formats, first bytes.

GDAL decides by content: a file named `.geojson` that holds an OGR-VRT or a GDAL
pipeline would make it read other files. So every file is recognised here first.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem, ReadError
from pil_discovery.types.pixels import driver_of
from pil_discovery.types.sources import Part

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

VECTOR_DRIVERS = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".fgb": "FlatGeobuf",
}
"""Extension → the only format that a layer of that name may have."""
MOST_BYTES = 8 * 2**30
"""Largest vector file, bytes."""

_KINDS = {
    ".gdb": "File Geodatabase",
    ".mdb": "Personal Geodatabase",
    ".kml": "KML",
    ".kmz": "KMZ",
    ".gml": "GML",
    ".dxf": "CAD 图形",
    ".dwg": "CAD 图形",
    ".zip": "压缩包",
    ".wp": "MapGIS 图形",
    ".wl": "MapGIS 图形",
    ".wt": "MapGIS 图形",
    ".tab": "MapInfo 图层",
    ".mif": "MapInfo 图层",
    ".vrt": "虚拟数据源",
}
_SHAPEFILE_PARTS = (".shx", ".dbf", ".prj", ".cpg")
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Opened:
    """A file that may be opened.

    Attributes
    ----------
    path
        The main file.
    file
        Its name in reports: the path below the workspace, with slashes.
    driver
        The only driver that may open it.
    beside
        Further files it consists of, by lower-case extension (shapefile, ENVI).
    """

    path: Path
    file: str
    driver: str
    beside: dict[str, Path]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The further files with their hashes."""
        folder = self.file.rpartition("/")[0]
        return tuple(
            part_of(path, f"{folder}/{path.name}" if folder else path.name)
            for path in self.beside.values()
        )


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
    """Demand a plain local file inside the workspace.

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
    if not inside.is_file():
        raise ReadError(Problem(name, "", "文件不存在或不是普通文件", _advice(path)))
    return inside, name


def open_vector(path: Path, root: Path | None = None) -> Opened:
    """Recognise a vector file by extension and content.

    Parameters
    ----------
    path
        `.gpkg`, `.shp` (with its parts), `.geojson`, `.json` or `.fgb`.
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
        what = f"不支持的图层格式 {place.suffix or '（无扩展名）'}"
        raise ReadError(Problem(name, "", what, _advice(place)))
    if place.stat().st_size > MOST_BYTES:
        raise ReadError(Problem(name, "", "文件超过 8 GiB", "请按区域拆分"))
    _demand_content(place, name, driver)
    beside = _shapefile_parts(place, name) if driver == "ESRI Shapefile" else {}
    return Opened(place, name, driver, beside)


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


def _through_link(path: Path, base: Path) -> bool:
    below = [p for p in path.parents if p != base and base in p.parents]
    return any(p.is_symlink() for p in (path, *below))


def _advice(path: Path) -> str:
    kind = _KINDS.get(path.suffix.lower())
    if kind is None and path.suffix.lower() in VECTOR_DRIVERS:
        return "核对文件名"
    words = f"（这是{kind}）" if kind else ""
    return f"核对文件名，图层请导出为 .gpkg、.shp 或 .geojson{words}"


def _demand_content(place: Path, name: str, driver: str) -> None:
    with place.open("rb") as stream:
        head = stream.read(100)
    if not head:
        raise ReadError(Problem(name, "", "文件是空的", "请重新导出"))
    # GDAL looks for foreign words up to the first NUL; each of these heads has one soon
    fits = {
        "GPKG": head[:16] == b"SQLite format 3\x00"
        and head[68:72] in (b"GPKG", b"GP10", b"GP11"),
        "ESRI Shapefile": head[:4] == b"\x00\x00\x27\x0a",
        "FlatGeobuf": head[:3] == b"fgb" and head[4:7] == b"fgb" and 0 in head[:12],
        "GeoJSON": head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"),
    }[driver]
    if not fits:
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
