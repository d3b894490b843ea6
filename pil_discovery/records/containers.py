"""Whether the inside of a workbook may be handed to the reader at all.

The reader (calamine) believes the sizes and links that a workbook states and takes as
much memory as they ask for; where there is not so much, it ends the whole process. So
what decides that memory is looked at here first. Sources: [MS-CFB] 2.2–2.6 for the
container of an XLS file, [MS-XLS] 2.4 for its records, ECMA-376 part 1, 18.3.1.4 for
the cell references of an XLSX file.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.records.workbook_facts import column_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Links = NDArray[np.uint32]

MOST_CELLS = 50_000_000
"""Rows × columns of a sheet, from A1 to its last cell (some 2 GB of memory)."""
_WIDE = 32
_LAST_XLS_COLUMN = 255
_HEADER = 512
_MOST_MINI_SECTORS = 1024
_CELLS = frozenset(
    {0x0006, 0x00BD, 0x00BE, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E}
)
_FILEPASS = 0x002F
_MANIFEST = "META-INF/manifest.xml"
_DIMENSIONS = 0x0200
_BLOCK = 1 << 20
_OVERLAP = 64
_WIDE_CELL = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{2,9})\d""")
_ODD_CELL = re.compile(rb"""r(?:\s|=\s|='|="[A-Za-z]{2})""")
"""All that `_WIDE_CELL` can begin with; it finds nothing in most sheets, and fast."""

_ANY_ROW = re.compile(rb"""\sr\s*=\s*["'][A-Za-z]{0,9}(\d{1,19})["']""")
_UNIQUE = re.compile(rb"""\suniqueCount\s*=\s*["'](\d{1,19})["']""")
_ODS = re.compile(
    rb"<(?:\w+:)?(table|table-row|(?:covered-)?table-cell)\b(?!-)([^>]*)>"
)
_REPEATED = re.compile(rb"""-repeated\s*=\s*["'](\d{1,19})["']""")


def ole_fault(content: bytes) -> str:
    """Return what is wrong with the container of an XLS file; empty if nothing is."""
    if len(content) < _HEADER:
        return "文件不完整"
    try:
        return _ole_fault(content)
    except (struct.error, IndexError, ValueError):
        return "内部结构已损坏"


def ole_workbook(content: bytes) -> bytes:
    """Return the stream of records of an XLS file in which `ole_fault` finds nothing.

    Empty where the container holds no workbook.
    """
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    links = _links(content, size)
    if links is None:
        return b""
    return _workbook(content, (links, _mini_links(content, links, size)), size)


def is_locked(content: bytes) -> bool:
    """Tell whether a sound workbook is encrypted; the reader says it were damaged.

    Sources: [MS-OFFCRYPTO] 2.3.1 for the stream in which an XLSX file is hidden,
    [MS-XLS] 2.4.117 for the record of an XLS file, ODF 1.3 part 2, 4.8.
    """
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.namelist()
            told = archive.read(_MANIFEST) if _MANIFEST in members else b""
        return b"encryption-data" in told
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    links = _links(content, size)
    if links is None:
        return False
    names = {_name(entry) for entry in _entries(content, links, size)}
    return "EncryptedPackage" in names or _has_password(ole_workbook(content))


def _has_password(stream: bytes) -> bool:
    """Tell by the record behind the first one, the only place for it."""
    if len(stream) < 8:
        return False
    behind = 4 + struct.unpack_from("<H", stream, 2)[0]
    return stream[behind : behind + 2] == struct.pack("<H", _FILEPASS)


def _mini_links(content: bytes, links: Links, size: int) -> Links:
    start = struct.unpack_from("<I", content, 60)[0]
    return np.frombuffer(_joined(content, links, start, size), "<u4")


def _ole_fault(content: bytes) -> str:
    shift = struct.unpack_from("<H", content, 30)[0]
    if shift not in (9, 12):
        return "内部结构已损坏（扇区大小）"
    size = 1 << shift
    tables = struct.unpack_from("<I", content, 44)[0]
    minis = struct.unpack_from("<I", content, 64)[0]
    if tables > len(content) // size or minis > _MOST_MINI_SECTORS:
        return "内部结构已损坏（扇区数）"
    links = _links(content, size)
    if links is None or _runs_in_circles(links):
        return "内部结构已损坏（扇区链成环）"
    mini = _mini_links(content, links, size)
    if _runs_in_circles(mini):
        return "内部结构已损坏（小扇区链成环）"
    return _far_column(_workbook(content, (links, mini), size))


def _links(content: bytes, size: int) -> Links | None:
    """Return the sector table, or None where its own list runs in circles."""
    listed = list(struct.unpack_from("<109I", content, 76))
    following = struct.unpack_from("<I", content, 68)[0]
    seen: set[int] = set()
    while following < len(content) // size:
        if following in seen:
            return None
        seen.add(following)
        *more, following = struct.unpack(
            f"<{size // 4}I", _sector(content, following, size)
        )
        listed += more
    inside = [s for s in listed if s < len(content) // size]
    return np.frombuffer(b"".join(_sector(content, s, size) for s in inside), "<u4")


def _sector(content: bytes, number: int, size: int) -> bytes:
    start = (number + 1) * size
    return content[start : start + size].ljust(size, b"\xff")


def _runs_in_circles(links: Links) -> bool:
    """Tell whether any chain of sectors comes back to itself."""
    following, done = links.tolist(), bytearray(len(links))
    for start in range(len(following)):
        at, trail = start, set()
        while at < len(following) and not done[at]:
            if at in trail:
                return True
            trail.add(at)
            at = following[at]
        for passed in trail:
            done[passed] = 1
    return False


def _chain(links: Links, start: int) -> Iterator[int]:
    while start < len(links):
        yield start
        start = int(links[start])


def _joined(content: bytes, links: Links, start: int, size: int) -> bytes:
    return b"".join(_sector(content, s, size) for s in _chain(links, start))


def _workbook(content: bytes, tables: tuple[Links, Links], size: int) -> bytes:
    """Return the stream that holds the cells; empty where there is none."""
    links, mini = tables
    entries = _entries(content, links, size)
    found = next((e for e in entries if _name(e) in ("Workbook", "Book")), None)
    if found is None:
        return b""
    start, length = struct.unpack_from("<II", found, 116)
    if length >= struct.unpack_from("<I", content, 56)[0]:
        return _joined(content, links, start, size)[:length]
    small = _joined(content, links, struct.unpack_from("<I", entries[0], 116)[0], size)
    parts = (small[s * 64 : s * 64 + 64] for s in _chain(mini, start))
    return b"".join(parts)[:length]


def _entries(content: bytes, links: Links, size: int) -> list[bytes]:
    """Return the entries of the folder of streams."""
    folder = _joined(content, links, struct.unpack_from("<I", content, 48)[0], size)
    return [folder[at : at + 128] for at in range(0, len(folder) - 127, 128)]


def _name(entry: bytes) -> str:
    length = struct.unpack_from("<H", entry, 64)[0]
    return entry[: max(length - 2, 0)].decode("utf-16-le", "replace")


def _far_column(stream: bytes) -> str:
    """Say when a cell lies to the right of the last column that an XLS sheet has."""
    at = 0
    while at + 8 <= len(stream):
        kind, length, row, column = struct.unpack_from("<4H", stream, at)
        if kind == _FILEPASS:
            return ""  # all that follows is encrypted; the reader says so
        if kind == _DIMENSIONS and _is_absurd(stream[at + 4 : at + 4 + length]):
            return "内部结构已损坏（工作表的行列数）"
        if kind in _CELLS and column > _LAST_XLS_COLUMN:
            return f"内部结构已损坏（第{row + 1}行有第 {column + 1} 列的单元格）"
        at += 4 + length
    return ""


def _is_absurd(record: bytes) -> bool:
    """Tell whether a sheet claims to end before it begins, or to be too large."""
    shape = "<IIHH" if len(record) >= 14 else "<HHHH"
    top, bottom, left, right = map(int, struct.unpack_from(shape, record))
    backwards = top > bottom or left > right
    return backwards or (bottom - top + 1) * (right - left + 1) > MOST_CELLS


def sheet_fault(content: bytes) -> str:
    """Return what in an XLSX or ODS file is too large to lay out; empty if nothing is.

    A single stray cell far out makes a sheet of a few rows as large as that cell says.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            name = member.filename.lower()
            fault = ""
            if name.startswith("xl/worksheets/"):
                fault = _too_far(*_xlsx_extent(archive, member))
            elif name == "content.xml":
                fault = _too_far(*_ods_extent(archive.read(member)))
            elif name.endswith("sharedstrings.xml"):
                fault = _texts_fault(archive, member)
            if fault:
                return f"{member.filename} {fault}"
    return ""


def _too_far(rows: int, columns: int) -> str:
    far = rows * columns > MOST_CELLS
    return f"的单元格远至第 {rows} 行、第 {columns} 列" if far else ""


def _xlsx_extent(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[int, int]:
    """Return the last row and column of a wide sheet, (0, 0) of a narrow one.

    A million rows of 32 columns still fit, so in narrow sheets nothing is counted.
    """
    found = _found(archive, member, _WIDE_CELL, only_after=_ODD_CELL)
    wide = 1 + max(map(column_of, found), default=-1)
    if wide <= _WIDE:
        return 0, 0
    return max(map(int, _found(archive, member, _ANY_ROW)), default=0), wide


def _ods_extent(content: bytes) -> tuple[int, int]:
    """Return the last row and column that hold anything, of all tables together."""
    far = wide = row = column = times = 0
    for kind, attributes in _ODS.findall(content):
        found = _REPEATED.search(attributes)
        repeated = int(found[1]) if found else 1
        if kind == b"table":
            row = times = 0
        elif kind == b"table-row":
            row, column, times = row + times, 0, repeated
        else:
            column += repeated
            if not attributes.endswith(b"/") or b"value" in attributes:
                far, wide = max(far, row + times), max(wide, column)
    return far, wide


def _texts_fault(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    """Say when the list of texts claims more entries than it has bytes."""
    with archive.open(member) as stream:
        claimed = _UNIQUE.search(stream.read(_BLOCK))
    if claimed and int(claimed[1]) > max(member.file_size, _WIDE):
        return "写明的文字条数超过文件本身"
    return ""


def _found(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    pattern: re.Pattern[bytes],
    *,
    only_after: re.Pattern[bytes] | None = None,
) -> set[bytes]:
    """Return what a pattern captures in a member, which is read block by block.

    Blocks in which nothing fits `only_after` are passed over.
    """
    found: set[bytes] = set()
    with archive.open(member) as stream:
        tail = b""
        while block := stream.read(_BLOCK):
            text = tail + block
            if only_after is None or only_after.search(text):
                found.update(pattern.findall(text))
            tail = text[-_OVERLAP:]
    return found
