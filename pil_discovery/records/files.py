"""A file as bytes: its identity, and what it is by its first bytes."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pil_discovery.errors import Problem, ReadError
from pil_discovery.records.utf8 import Utf8Check
from pil_discovery.text.mapped import mapped_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FileKind = Literal["text", "workbook", "html", "spreadsheetml", "parquet", "json"]
"""How the rows of a file are read; `json` is an array of objects or JSON lines."""

_FOREIGN = (
    (b"II*\x00", "TIFF 影像"),
    (b"MM\x00*", "TIFF 影像"),
    (b"II+\x00", "TIFF 影像"),
    (b"MM\x00+", "TIFF 影像"),
    (b"\x89PNG", "PNG 图片"),
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"GIF8", "GIF 图片"),
    (b"BM", "BMP 图片"),
    (b"%PDF", "PDF 文档"),
    (b"SQLite format 3", "SQLite 或 GeoPackage 数据库"),
    (b"\x00\x00\x27\x0a", "shapefile 图层"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"BZh", "bzip2 压缩包"),
    (b"\xfd7zXZ", "xz 压缩包"),
    (b"\x28\xb5\x2f\xfd", "zstd 压缩包"),
    (b"ARROW1", "Arrow/Feather 文件"),
    (b"ORC", "ORC 文件"),
    (b"Obj\x01", "Avro 文件"),
    (b"\x00\x01\x00\x00Standard ", "Access 数据库"),
    (b"\x89HDF", "HDF5 数据"),
    (b"{\\rtf", "RTF 文档"),
    (b"fgb", "FlatGeobuf 图层"),
)
_HTML = (
    b"<html",
    b"<!doctype html",
    b"<table",
    b"<head",
    b"<body",
    b"<meta",
    b"<style",
    b"<script",
    b"<div",
    b"<center",
)
_SPREADSHEETML = b"urn:schemas-microsoft-com:office:spreadsheet"
_JSON = re.compile(rb"\{\s*[\"}]|\[\s*[{\]]")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ZIP = b"PK\x03\x04"
_PARQUET = b"PAR1"
_BLANK = b"\xef\xbb\xbf \t\r\n"
_HEAD = 2**16
_BLOCK = 2**22
_WIDE_SHARE = 20
"""Of so many bytes of UTF-16 more than one is zero: digits, commas, line ends."""
_MOST_BYTES = 4 * 2**30
_MOST_UNPACKED = 2 * 2**30
_MOST_RATIO = 200


@dataclass(frozen=True)
class Blob:
    """One file with the hash of its bytes.

    Attributes
    ----------
    content
        All bytes; none of a text file, which may be larger than the memory: `blocks`
        reads it; none of Parquet.
    mapped
        All bytes of Parquet, which are not held in memory.
    is_utf8
        Whether all bytes are known to be UTF-8; looked at for text files only.
    size
        Number of bytes of the file.
    """

    path: Path
    file: str
    content: bytes
    sha256: str
    kind: FileKind
    size: int
    is_utf8: bool = False
    mapped: memoryview = field(default_factory=lambda: memoryview(b""))

    def blocks(
        self, progress: Callable[[int, int], None] | None = None
    ) -> Iterator[bytes]:
        """Yield the bytes of the file in blocks of 4 MiB.

        Parameters
        ----------
        progress
            Called after each block with the bytes done and all bytes.

        Raises
        ------
        ReadError
            At the end, when the bytes are not those that were hashed.
        """
        digest, done = hashlib.sha256(), 0
        for block in _blocks(self.path):
            digest.update(block)
            done += len(block)
            yield block
            if progress is not None:
                progress(done, self.size)
        if digest.hexdigest() != self.sha256:
            what = "文件在读取过程中被改动"
            raise ReadError(Problem(self.file, "", what, "等写入完成后重新导入"))


def load(path: Path, root: Path) -> Blob:
    """Hash a file and say what it is; a workbook is also read whole.

    Parameters
    ----------
    root
        The workspace; `file` is the path below it.

    Raises
    ------
    ReadError
        When the file is missing, empty, too large, outside the workspace, or is not
        a table, whatever its name says.
    """
    file = place_below(path, root)
    head = _head(path, file)
    if not head.startswith(_ZIP) and sniff(head, file) == "text":
        return _load_text(path, file, utf16=head.startswith(_UTF16))
    if head.startswith(_PARQUET):
        return _load_parquet(path, file)
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return Blob(path, file, content, digest, sniff(content, file), len(content))


def _load_parquet(path: Path, file: str) -> Blob:
    """Hash a file and keep a copy of just what was hashed, in a file as well."""
    digest = hashlib.sha256()

    def hashed() -> Iterator[bytes]:
        for block in _blocks(path):
            digest.update(block)
            yield block

    mapped = mapped_bytes(hashed(), path.stat().st_size)
    digits = digest.hexdigest()
    return Blob(path, file, b"", digits, "parquet", len(mapped), mapped=mapped)


def _load_text(path: Path, file: str, *, utf16: bool) -> Blob:
    """Hash a text file in blocks; UTF-16 alone has bytes that are zero."""
    digest, size, blank, check = hashlib.sha256(), 0, True, Utf8Check()
    for block in _blocks(path):
        digest.update(block)
        check.add(block)
        blank = blank and not block.strip(_BLANK)
        if not utf16 and b"\x00" in block:
            _demand_no_nul(block, file, 1 + _newlines(path, size))
        size += len(block)
    if blank:
        raise ReadError(Problem(file, "", "文件是空的", "请重新导出"))
    digits = digest.hexdigest()
    return Blob(path, file, b"", digits, "text", size, is_utf8=check.is_sound)


def _newlines(path: Path, size: int) -> int:
    """Return how many lines end within so many bytes."""
    ended = 0
    for block in _blocks(path):
        ended += block.count(b"\n", 0, max(size, 0))
        size -= len(block)
    return ended


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block


def place_below(path: Path, root: Path) -> str:
    """Return the POSIX path of a file below the workspace, as far as it is inside."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        problem = Problem(str(path), "", "文件不在工作区之内", "把文件放进工作区文件夹")
        raise ReadError(problem) from None


def _head(path: Path, file: str) -> bytes:
    if not path.is_file():
        raise ReadError(Problem(file, "", "文件不存在或不是普通文件", "核对文件名"))
    if path.stat().st_size > _MOST_BYTES:
        raise ReadError(Problem(file, "", "文件超过 4 GiB", "按年度或地区拆分后导入"))
    with path.open("rb") as stream:
        return stream.read(_HEAD)


def sniff(content: bytes, file: str) -> FileKind:
    """Return the kind of table by the first bytes, never by the name.

    Raises
    ------
    ReadError
        When the bytes are those of something else.
    """
    head = content[:512]
    if head.startswith(_OLE):
        return "workbook"
    if head.startswith(_ZIP):
        return _archive(content, file)
    if head.startswith(_PARQUET):
        return "parquet"
    if name := named_by_bytes(head):
        raise ReadError(_not_a_table(file, name))
    return _marked_up(content, file) or _text(content, file)


def named_by_bytes(head: bytes) -> str:
    """Return what a file without a table is by its first bytes; empty when unknown."""
    return next((name for magic, name in _FOREIGN if head.startswith(magic)), "")


def _not_a_table(file: str, name: str) -> Problem:
    return Problem(
        file, "", f"内容是{name}，不是表格", "请提供 CSV、XLSX、XLS 或 ODS 文件"
    )


def _archive(content: bytes, file: str) -> FileKind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        problem = Problem(
            file, "", "文件不完整或已损坏，打不开", "请重新导出或重新复制"
        )
        raise ReadError(problem) from None
    names = {m.filename for m in members}
    if not any(n.startswith("xl/workbook") or n == "content.xml" for n in names):
        raise ReadError(_not_a_table(file, "ZIP 压缩包"))
    unpacked = sum(m.file_size for m in members)
    if unpacked > _MOST_UNPACKED or unpacked > _MOST_RATIO * len(content) + 2**20:
        what = f"解开后有 {unpacked} 字节，疑为压缩炸弹"
        raise ReadError(Problem(file, "", what, "请另存为普通工作簿"))
    return "workbook"


def _marked_up(content: bytes, file: str) -> FileKind | None:
    """Return the kind of a text file that marks up its rows, None for plain text."""
    start = _opening(content)
    if _JSON.match(start):
        return "json"
    if start.startswith(b"mime-version:"):
        raise ReadError(_web_page(file, "网页归档（MHTML）"))
    if not start.startswith((b"<?xml", b"<!--", b"<workbook", *_HTML)):
        return None
    if _SPREADSHEETML in start and b"<html" not in start:
        return "spreadsheetml"
    if any(sign in start for sign in _HTML):
        return "html"
    raise ReadError(_web_page(file, "网页或 XML"))


def _opening(content: bytes) -> bytes:
    """Return the beginning of a text in lower case, of UTF-16 as well."""
    head = content[:4096]
    if head.startswith(_UTF16):
        head = head.decode("utf-16", "ignore").encode()
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()


def _web_page(file: str, name: str) -> Problem:
    what = f"内容是{name}，不是表格（常见于系统导出的假 .xls）"
    return Problem(file, "", what, "用 Excel 或 WPS 打开后另存为 .xlsx 再导入")


def _text(content: bytes, file: str) -> FileKind:
    if not content.startswith(_UTF16):
        _demand_no_nul(content, file, 1)
    return "text"


def _demand_no_nul(content: bytes, file: str, line: int) -> None:
    """Raise at a zero byte; `line` is the one on which the content begins."""
    position = content.find(b"\x00")
    if position >= 0:
        line += content.count(b"\n", 0, position)
        what, remedy = "含有空字节（NUL），不是文本表格或已损坏", "请重新导出"
        if _is_wide(content):
            what = "含有空字节（NUL），像是没有编码标记的 UTF-16 文本"
            remedy = "用记事本或 WPS 打开，另存为 UTF-8 编码后导入"
        raise ReadError(Problem(file, f"第{line}行", what, remedy))


def _is_wide(content: bytes) -> bool:
    """Tell whether every other byte of the beginning is often zero, the rest never."""
    head = content[:_HEAD]
    zeros = sorted((head[0::2].count(0), head[1::2].count(0)))
    return zeros[0] == 0 and zeros[1] * _WIDE_SHARE > len(head)
