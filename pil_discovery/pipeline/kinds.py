"""What a file is: by its ending, and by its first bytes where that does not tell.

The one place that knows endings. Nothing is parsed here: a file is read by the worker.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Literal

from pil_discovery import layers, records

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["table", "layer", "picture", "foreign"]

GEODATABASE = ".gdb"
"""Ending of a folder that is one layer file."""
TABLES = frozenset(
    {
        *(".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".htm", ".html"),
        *(".xlsx", ".xlsm", ".xlsb", ".xls", ".et", ".ods"),
    }
)
_BY_CONTENT = frozenset({".json", ".parquet", ".geoparquet"})
LAYERS = frozenset(layers.VECTOR_DRIVERS) - _BY_CONTENT
PICTURES = frozenset({".tif", ".tiff", ".jp2"})
BESIDE = frozenset(
    {
        *(".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".qmd"),
        *(".aux", ".xml", ".ovr", ".msk", ".tfw", ".tifw", ".j2w", ".hdr"),
        *(".rpb", ".rpc", ".gpkg-wal", ".gpkg-shm", ".qml", ".sld"),
    }
)
"""Endings of files that belong to a layer or picture of the same name."""
DATA = TABLES | LAYERS | PICTURES | _BY_CONTENT
_OTHERS = {
    ".dbf": "没有同名的 .shp，只是属性表；请连同 .shp、.shx 一起提供，或另存为 .xlsx",
    ".pdf": "文档不能作为数据读取；请提供导出它的电子表格",
    ".doc": "文档不能作为数据读取；文中的表格请另存为 .xlsx",
    ".docx": "文档不能作为数据读取；文中的表格请另存为 .xlsx",
    ".wps": "文档不能作为数据读取；文中的表格请另存为 .xlsx",
    ".ofd": "文档不能作为数据读取；请提供导出它的电子表格",
    ".jpg": "照片或没有坐标的图片；影像请提供 GeoTIFF",
    ".jpeg": "照片或没有坐标的图片；影像请提供 GeoTIFF",
    ".png": "照片或没有坐标的图片；影像请提供 GeoTIFF",
}
_ARCHIVES = frozenset({".zip", ".tar", ".tgz", ".gz", ".rar", ".7z", ".bz2", ".xz"})
_DOCUMENTS = frozenset(
    {
        *(".rtf", ".ppt", ".pptx", ".dps", ".md", ".log", ".ini", ".eml", ".msg"),
        *(".gif", ".bmp", ".webp", ".svg", ".mp3", ".mp4", ".avi", ".mov", ".wav"),
        *(".exe", ".dll", ".msi", ".bat", ".cmd", ".sh", ".ps1", ".py", ".pyc"),
        *(".js", ".css", ".java", ".sql", ".lnk", ".url", ".db", ".sqlite", ".tmp"),
    }
)
_FOREIGN = layers.FOREIGN_ENDINGS | _ARCHIVES | _DOCUMENTS | BESIDE | set(_OTHERS)
_ALONE = TABLES | LAYERS | PICTURES
"""Endings that tell by themselves; behind a link nothing is looked at."""
_HEAD = 2**16
_MOST_FOOTER = 2**24
_BOOK = (b"xl/workbook", b"content.xml")
_TOLD = re.compile(
    rb'"type"\s*:\s*"(Feature|FeatureCollection|GeometryCollection|Topology)"'
    rb'|"geometryType"\s*:\s*"esriGeometry'
)


def kind_of(path: Path) -> Kind:
    """Return what a file is; whether it holds that is tested when it is read.

    A file under no known ending (or none) is what its first bytes are.
    """
    ending = path.suffix.lower()
    if path.is_symlink() and ending not in _ALONE:
        return "table" if ending in _BY_CONTENT else "foreign"
    if ending == ".xml":  # Excel 2003 writes workbooks under this name
        return "table" if b"office:spreadsheet" in _head(path) else "foreign"
    if ending in TABLES:
        return "table"
    if ending in LAYERS:
        return "layer"
    if ending in PICTURES:
        return "picture"
    return "foreign" if ending in _FOREIGN else _kind_within(path, ending)


def _kind_within(path: Path, ending: str) -> Kind:
    """Return what a file is by its bytes; one that cannot be opened is foreign."""
    try:
        if ending == ".json":
            return _json_kind(path)
        if ending in _BY_CONTENT:
            return "layer" if _holds_places(path) else "table"
        if layers.is_picture(path):
            return "picture"
        return "table" if _is_workbook(path) or _is_text_table(path) else "foreign"
    except OSError:
        return "foreign"


def _json_kind(path: Path) -> Kind:
    """Tell features, the description of a picture (STAC), and plain rows apart."""
    text = (_head(path) + _tail(path, _HEAD)).replace(b"\0", b"")
    found = {match.decode() for match in _TOLD.findall(text)}
    if b'"stac_version"' in text and "FeatureCollection" not in found:
        return "picture"
    return "layer" if found else "table"


def _holds_places(path: Path) -> bool:
    """Tell whether the footer of a Parquet file speaks of a column of places."""
    length = int.from_bytes(_tail(path, 8)[:4], "little")
    footer = _tail(path, min(length, _MOST_FOOTER) + 8)
    return re.search(rb'"primary_column"\s*:', footer) is not None


def _is_workbook(path: Path) -> bool:
    head = _head(path)
    if head.startswith(b"PK\x03\x04"):  # the names of all members are at the end
        return any(name in _tail(path, _HEAD) for name in _BOOK)
    return head.startswith(b"\xd0\xcf\x11\xe0")


def _is_text_table(path: Path) -> bool:
    """Tell whether the first lines are text and two of them have several fields."""
    head = _head(path)
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8", "gb18030"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        lines = text.splitlines()[:50]
        parted = sum(re.search(r"[,\t;|]", line) is not None for line in lines)
        return "\0" not in text and parted > 1
    return False


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_HEAD)


def _tail(path: Path, most: int) -> bytes:
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(size - most, 0))
        return stream.read()


def advice(path: Path) -> str:
    """Say what a foreign file is and what to ask for instead, in one sentence."""
    ending = path.suffix.lower()
    if path.is_symlink():
        return "是链接，没有打开；请把原文件复制到文件夹里"
    if ending in _OTHERS:
        return _OTHERS[ending]
    if ending in _ARCHIVES:
        return "压缩包没有解开，见“问题汇总”"
    if path.name.lower().endswith(".aux.xml") or ending in BESIDE - {".xml"}:
        return "同名图层或影像的附属文件，单独没有数据，不读取"
    if ending in layers.FOREIGN_ENDINGS:
        return "；".join(layers.refusal(path))
    return _told_by_bytes(path)


def _told_by_bytes(path: Path) -> str:
    try:
        found = records.named_by_bytes(_head(path))
    except OSError:
        return "打不开，请检查权限"
    if not found:
        return "认不出的格式；若是数据，请导出为 .xlsx、.csv 或 .gpkg"
    return f"内容是{found}；若是数据，请用它通常的扩展名"
