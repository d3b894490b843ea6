"""The attribute table of a shapefile, decoded strictly.

GDAL reads a table without `.cpg` as Latin-1 and never says so. Here the bytes are read
and decoded in one encoding for the whole file; numbers stay the text that the file
holds, so that identifiers keep their digits.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.errors import Problem, ReadError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_CODE_PAGES = {
    "UTF8": "utf-8",
    "65001": "utf-8",
    "936": "gb18030",
    "CP936": "gb18030",
    "GBK": "gb18030",
    "GB2312": "gb18030",
    "GB18030": "gb18030",
    "ANSI936": "gb18030",
    "EUCCN": "gb18030",
}


@dataclass(frozen=True)
class Column:
    """One column: its name as bytes, its kind (C text, N number …), its raw cells."""

    name: bytes
    kind: str
    cells: list[bytes]
    width: int


@dataclass(frozen=True)
class Decoded:
    """A decoded attribute table.

    Attributes
    ----------
    headers
        Column names.
    columns
        One list of cells per header: text or None, in record order, deleted included.
    encoding
        `utf-8` or `gb18030`, or what the user named.
    why
        How the encoding was found, in Chinese.
    cut
        (record from 0, header) of texts that the file cut inside a character; the cell
        holds what is left in front of it.
    filled
        Header → how many further texts fill their field, so that they may be cut.
    """

    headers: list[str]
    columns: list[list[str | None]]
    encoding: str
    why: str
    cut: list[tuple[int, str]]
    filled: dict[str, int]


def read_dbf(path: Path, name: str) -> list[Column]:
    """Read the raw columns of a dBASE table.

    Parameters
    ----------
    path
        The `.dbf` file.
    name
        Its name in messages.

    Raises
    ------
    ReadError
        When the table is shorter than its header says, or no dBASE table.
    """
    data = path.read_bytes()
    if len(data) < 33:
        raise ReadError(Problem(name, "", ".dbf 文件不完整", "请重新导出"))
    count, header_size, record_size = struct.unpack("<IHH", data[4:12])
    fields = _fields(data[32:header_size])
    width = 1 + sum(size for _, _, size in fields)
    if width != record_size or len(data) < header_size + count * record_size:
        what = f".dbf 应有 {count} 条记录，文件被截断或损坏"
        raise ReadError(Problem(name, "", what, "请重新导出"))
    block = np.frombuffer(data, np.uint8, count * record_size, header_size)
    table = block.reshape(count, record_size)
    columns, start = [], 1
    for field, kind, size in fields:
        cells = _cells(table[:, start : start + size])
        columns.append(Column(field, kind, cells, size))
        start += size
    return columns


def decode_columns(
    columns: list[Column], *, name: str, declared: str | None, given: str | None
) -> Decoded:
    """Decode a table in the encoding that is given, declared, or proven by the bytes.

    Parameters
    ----------
    columns
        Result of `read_dbf`.
    name
        The file in messages.
    declared
        Content of the `.cpg` file.
    given
        Encoding named by the user, which wins.

    Raises
    ------
    ReadError
        When the bytes contradict the encoding, or fit none.
    """
    encoding, why = _encoding(columns, name, declared=declared, given=given)
    headers = [_text(c.name, encoding, cut=True)[0] for c in columns]
    decoded, cut, filled = [], [], {}
    for header, column in zip(headers, columns, strict=True):
        texts, broken = _texts(column, encoding)
        cut += [(i, header) for i in broken]
        decoded.append(_values(texts, column.kind))
        number = _filled(column, encoding) - len(broken)
        if number > 0:
            filled[header] = number
    return Decoded(headers, decoded, encoding, why, cut, filled)


def _texts(column: Column, encoding: str) -> tuple[list[str], list[int]]:
    """Return the cells as text, and which of them the file cut inside a character."""
    whole = _decoded(column.cells, encoding)
    if whole is not None:
        return whole, []
    texts = {
        cell: _text(cell, encoding, cut=_full(cell, column))
        for cell in set(column.cells)
    }
    broken = [i for i, cell in enumerate(column.cells) if texts[cell][1]]
    return [texts[cell][0] for cell in column.cells], broken


def _decoded(cells: list[bytes], encoding: str) -> list[str] | None:
    """Decode all cells in one go; None where one of them has to be looked at.

    No character of UTF-8 or GB18030 goes on with a line break, so that a broken one at
    the end of a cell does not reach into the next.
    """
    try:
        texts = b"\n".join(cells).decode(encoding).split("\n")
    except UnicodeDecodeError:
        return None
    return texts if len(texts) == len(cells) else None


def _values(texts: list[str], kind: str) -> list[str | None]:
    if kind in {"D", "L"}:
        known = {text: _cell(text, kind) for text in set(texts)}
        return [known[text] for text in texts]
    return [text or None for text in texts]


def _fields(header: bytes) -> list[tuple[bytes, str, int]]:
    fields = []
    for at in range(0, len(header) - 31, 32):
        entry = header[at : at + 32]
        if entry[0] == 0x0D:
            break
        fields.append((entry[:11].split(b"\x00")[0], chr(entry[11]), entry[16]))
    return fields


def _cells(block: NDArray[np.uint8]) -> list[bytes]:
    count, width = block.shape
    if not width:
        return [b""] * count
    spaced = np.where(block == 0, np.uint8(ord(" ")), block)
    cells = np.ascontiguousarray(spaced).view(f"S{width}").ravel()
    return list(np.strings.strip(cells).tolist())


def _full(cell: bytes, column: Column) -> bool:
    """Tell whether a cell fills its column, so that the file may have cut it."""
    return len(cell) >= column.width - 1


def _filled(column: Column, encoding: str) -> int:
    """Return how many texts of a column may be cut between two characters.

    They leave no room for another character of Chinese. A column in which all texts
    are ASCII of that very length holds codes, not cut ones.
    """
    texts = [c for c in column.cells if c] if column.kind == "C" else []
    if not texts or max(map(len, texts)) <= column.width - 3:
        return 0
    last = 3 if encoding == "utf-8" else 2
    full = [
        len(text) > column.width - (1 if text.isascii() else last) for text in texts
    ]
    codes = len(texts) > 1 and all(full) and all(t.isascii() for t in texts)
    return 0 if codes else sum(full)


def _encoding(
    columns: list[Column], name: str, *, declared: str | None, given: str | None
) -> tuple[str, str]:
    if given is not None:
        codec = _CODE_PAGES.get(_plain(given), given)
        if not _fits(columns, codec):
            what = f"文字不能按 encoding 写的 {given} 解码"
            remedy = "改写 encoding 为 UTF-8 或 GB18030，或删去由程序判断"
            raise ReadError(Problem(name, "encoding", what, remedy))
        return codec, "使用者指定"
    spoken = (declared or "").strip()
    codec = _CODE_PAGES.get(_plain(spoken), "")
    if codec:
        _demand(columns, codec, name)
        return codec, f".cpg 写明 {spoken}"
    absent = f".cpg 写的 {spoken} 不是中文编码，不采用" if spoken else "没有 .cpg"
    if _fits(columns, "utf-8"):
        return "utf-8", f"{absent}；全部字节符合严格的 UTF-8"
    if _fits(columns, "gb18030"):
        return "gb18030", f"{absent}；不符合 UTF-8，全部字节符合 GB18030"
    what = "属性文字既不是 UTF-8 也不是 GB18030"
    raise ReadError(Problem(name, "", what, "在 pil.yaml 的该图层写明 encoding"))


def _demand(columns: list[Column], codec: str, name: str) -> None:
    """Raise when the bytes contradict the `.cpg`: nobody knows which is right."""
    if not _fits(columns, codec):
        what = f".cpg 写明的编码 {codec.upper()} 解不开属性文字"
    elif codec == "gb18030" and _beyond_ascii(columns) and _fits(columns, "utf-8"):
        what = ".cpg 写明 GBK，但全部字节符合 UTF-8，两者矛盾"
    else:
        return
    remedy = "在 pil.yaml 的该图层写明 encoding: UTF-8 或 encoding: GB18030"
    raise ReadError(Problem(name, ".cpg", what, remedy))


def _fits(columns: list[Column], codec: str) -> bool:
    try:
        for column in columns:
            _text(column.name, codec, cut=True)
            if _decoded(column.cells, codec) is None:
                for cell in set(column.cells):
                    _text(cell, codec, cut=_full(cell, column))
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _beyond_ascii(columns: list[Column]) -> bool:
    return any(
        not value.isascii() for c in columns for value in (c.name, *set(c.cells))
    )


def _text(value: bytes, codec: str, *, cut: bool) -> tuple[str, bool]:
    """Decode; where the file cut a full cell inside its last character, drop that."""
    try:
        return value.decode(codec), False
    except UnicodeDecodeError as error:
        if not cut or error.start < len(value) - 3 or error.start == 0:
            raise
        return value[: error.start].decode(codec), True


def _cell(text: str, kind: str) -> str | None:
    if not text:
        return None
    if kind == "D":
        return None if text == "00000000" else text
    if kind == "L":
        return {"T": "是", "Y": "是", "F": "否", "N": "否"}.get(text.upper())
    return text


def _plain(name: str) -> str:
    return re.sub(r"[-_\s]", "", name).upper()
