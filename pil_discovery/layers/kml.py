"""KML and KMZ, read without GDAL: placemarks of one file, and nothing it points to.

A KML file may declare entities, link to other files, and draw pictures from the
network. Here a declaration of a document type is refused, links are named and never
followed, and of a KMZ only its one `.kml` is unpacked.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.errors import Problem, ReadError
from pil_discovery.layers.collection import Collection
from pil_discovery.layers.kml_shapes import shape_of
from pil_discovery.layers.kml_tree import Document, KmlFault, parse_document
from pil_discovery.types.sources import Inference

if TYPE_CHECKING:
    from pathlib import Path

    from pil_discovery.layers.kml_tree import Placemark

MOST_KML_BYTES = 2**29
"""Largest KML, unpacked, bytes."""
MOST_RATIO = 100
"""Most bytes that one packed byte of a KMZ may hold (small files aside)."""
TABLE_INSIDE = "description 是网页表格"
"""What is noted of placemarks whose columns stand in a web page."""
_SMALL = 2**20
# what zipfile raises on archives that somebody or something has changed
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
)
_ANEW = "请在原软件中重新导出为 KML，或导出为 .gpkg、.shp 或 .geojson"
_DECLARED = re.compile(rb"""^<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_CHINESE = frozenset({"gbk", "gb2312", "gb18030", "cp936"})
_MOST_LINKS = 20


def read_kml(path: Path, file: str) -> Collection:
    """Read the placemarks of a KML file.

    Parameters
    ----------
    path
        The file: UTF-8, UTF-16 or, where it says so, GBK.
    file
        Its name in messages.

    Returns
    -------
    Collection
        One layer with the placemarks of all folders; columns `name`, `description`,
        `Folder`, times, and the extended data. Heights are dropped. WGS 84 by
        definition of the format.

    Raises
    ------
    ReadError
        Too large, no KML, or one that declares a document type or entities.
    """
    if path.stat().st_size > MOST_KML_BYTES:
        raise ReadError(Problem(file, "", "KML 超过 512 MiB", "请按区域拆分"))
    return _collection(path.read_bytes(), path.stem, file)


def read_kmz(path: Path, file: str) -> Collection:
    """Read the one KML file inside a KMZ, unpacked in memory; nothing else is touched.

    Raises
    ------
    ReadError
        As `read_kml`; no zip archive, none or several KML files in it, a password, or
        one that unpacks to far more than it holds.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            data = _unpacked(archive, file)
    except _BROKEN as error:
        what = f"KMZ 不是完整的压缩包（{type(error).__name__}）"
        raise ReadError(Problem(file, "", what, _ANEW)) from error
    return _collection(data, path.stem, file)


def _unpacked(archive: zipfile.ZipFile, file: str) -> bytes:
    found = [m for m in archive.infolist() if m.filename.lower().endswith(".kml")]
    if len(found) != 1:
        what = f"KMZ 里应有一个 .kml，实有 {len(found)} 个"
        raise ReadError(Problem(file, "", what, "请解压后逐个提供其中的 .kml"))
    member = found[0]
    if member.flag_bits & 1:
        raise ReadError(Problem(file, "", "KMZ 设有密码", "请去掉密码后提供"))
    most = min(MOST_KML_BYTES, max(_SMALL, member.compress_size * MOST_RATIO))
    with archive.open(member) as stream:
        data = stream.read(most + 1)  # what the archive says of its size is no proof
    if len(data) > most:
        what = (
            f"KMZ 解开后过大（超过 {most // 2**20} MiB 或压缩比超过 {MOST_RATIO} 倍）"
        )
        raise ReadError(Problem(file, "", what, "请核对文件来源，直接提供 .kml"))
    return data


def _collection(data: bytes, stem: str, file: str) -> Collection:
    text, codec = _in_utf8(data, file)
    try:
        document = parse_document(text, codec)
    except KmlFault as error:
        raise ReadError(Problem(file, "", str(error), _ANEW)) from error
    marks = document.placemarks
    shapes = [shape_of(m.geometry) for m in marks]
    geometries = np.full(len(marks), None, dtype=object)
    geometries[:] = [s.geometry for s in shapes]
    headers = list(dict.fromkeys(name for m in marks for name in m.cells))
    return Collection(
        document.name or stem,
        headers,
        [[m.cells.get(h) for m in marks] for h in headers],
        geometries,
        np.array([s.broken for s in shapes], dtype=bool),
        "EPSG:4326",
        tuple(_notes(document, high=any(s.high for s in shapes))),
    )


def _in_utf8(data: bytes, file: str) -> tuple[bytes, str | None]:
    """Return the bytes and the encoding for expat, which knows no Chinese one."""
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf")[:200])
    name = "" if declared is None else declared.group(1).decode("ascii").lower()
    if name not in _CHINESE:
        return data, None
    try:
        return data.decode("gb18030").encode(), "utf-8"
    except UnicodeDecodeError as error:
        what = f"写明 {name.upper()} 编码，第 {error.start} 字节起却不符"
        raise ReadError(Problem(file, "", what, _ANEW)) from error


def _notes(document: Document, *, high: bool) -> list[Inference]:
    notes = []
    if high:
        why = "面积和位置只用经纬度"
        notes.append(Inference(what="高程", value="未采用", why=why))
    for href in document.links[:_MOST_LINKS]:
        why = "链接不打开；需要其内容请另行提供文件"
        notes.append(Inference(what="链接未打开", value=href, why=why))
    for kind, count in document.left_out.items():
        why = "不是带图形的地标"
        notes.append(
            Inference(what="未读取的内容", value=f"{kind} {count} 处", why=why)
        )
    if any(_is_table(m) for m in document.placemarks):
        why = "属性写成了网页表格，没有展开成列；请在 GIS 中导出带字段的图层"
        notes.append(Inference(what=TABLE_INSIDE, value="未展开", why=why))
    return notes


def _is_table(mark: Placemark) -> bool:
    return "<table" in str(mark.cells.get("description", "")).lower()
