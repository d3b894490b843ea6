"""The text encoding of a shapefile, told from the bytes of its table.

GDAL reads a shapefile without `.cpg` as Latin-1 and says nothing: Chinese turns into
mojibake. So the cells are tried as UTF-8, then as GB18030, strictly.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem, ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEADER = struct.Struct("<xxxxIHH")
_FIELD_BYTES = 32
_LONGEST_CHARACTER = 4


def dbf_encoding(path: Path, file: str) -> tuple[str, str]:
    """Return the encoding of the `.dbf` beside a shapefile, and why.

    Parameters
    ----------
    path
        The `.shp` file.

    Raises
    ------
    ReadError
        If there is no `.dbf`, or its text is neither UTF-8 nor GB18030.
    """
    table = _sibling(path, ".dbf")
    if table is None:
        raise ReadError(
            Problem(file, "", "缺少同名的 .dbf 文件", "请连同 .dbf、.shx 导出")
        )
    declared = _sibling(path, ".cpg")
    if declared is not None:
        name = declared.read_text(encoding="ascii", errors="replace").strip()
        return _spelled(name), f".cpg 文件写明 {name}"
    cells = list(_text_cells(table.read_bytes()))
    for encoding in ("utf-8", "gb18030"):
        if all(_decodes(cell, encoding) for cell in cells):
            return encoding, "没有 .cpg 文件；属性文字能按此编码严格解码"
    what = "属性文字既不是 UTF-8 也不是 GB18030"
    raise ReadError(Problem(file, "", what, "在 pil.yaml 的该图层写明 encoding"))


def _sibling(path: Path, suffix: str) -> Path | None:
    for ending in (suffix, suffix.upper()):
        other = path.with_suffix(ending)
        if other.is_file():
            return other
    return None


def _spelled(name: str) -> str:
    plain = name.upper().replace("-", "").replace("_", "").replace(" ", "")
    if plain in ("936", "CP936", "GBK", "GB2312", "GB18030", "ANSI936"):
        return "gb18030"
    return "utf-8" if plain in ("UTF8", "65001") else name


def _text_cells(table: bytes) -> Iterator[bytes]:
    count, header, width = _HEADER.unpack_from(table)
    start = 1  # each record begins with its deletion mark
    columns: list[slice] = []
    for offset in range(_FIELD_BYTES, header - 1, _FIELD_BYTES):
        field = table[offset : offset + _FIELD_BYTES]
        if field[:1] == b"\r" or len(field) < _FIELD_BYTES:
            break
        yield field[:11].split(b"\x00")[0]
        if field[11:12] == b"C":
            columns.append(slice(start, start + field[16]))
        start += field[16]
    for number in range(count):
        record = table[header + number * width : header + (number + 1) * width]
        for column in columns:
            yield record[column].rstrip(b" \x00")


def _decodes(cell: bytes, encoding: str) -> bool:
    """Tell whether a cell is text in an encoding; its last character may be cut."""
    for cut in range(_LONGEST_CHARACTER):
        try:
            cell[: len(cell) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
