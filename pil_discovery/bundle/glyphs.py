"""Which characters a font file can draw, read from its `cmap` table.

Only formats 4 and 12 are read (OpenType 1.9, «cmap»): every font with Chinese text has
one of them. Collections (`.ttc`, `.otc`) are addressed by index.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

_UNICODE = {(0, 3), (0, 4), (0, 6), (3, 1), (3, 10)}


@lru_cache(maxsize=32)
def coverage(path: Path, index: int = 0) -> frozenset[int]:
    """Return the code points that one face of a font file has a glyph for."""
    with path.open("rb") as file:
        table = _table(file, index)
    found: set[int] = set()
    count = struct.unpack_from(">H", table, 2)[0]
    for number in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", table, 4 + 8 * number)
        if (platform, encoding) in _UNICODE:
            found |= _points(table, offset)
    return frozenset(found)


def missing(text: str, path: Path, index: int = 0) -> str:
    """Return the characters of the text that the face cannot draw, in order."""
    known = coverage(path, index)
    return "".join(c for c in dict.fromkeys(text) if ord(c) not in known)


def _table(file: BinaryIO, index: int) -> bytes:
    start = 0
    if file.read(4) == b"ttcf":
        file.seek(12 + 4 * index)
        start = struct.unpack(">I", file.read(4))[0]
    file.seek(start + 4)
    count = struct.unpack(">H", file.read(2))[0]
    file.seek(start + 12)
    for tag, _, offset, length in struct.iter_unpack(">4sIII", file.read(16 * count)):
        if tag == b"cmap":
            file.seek(offset)
            return file.read(length)
    return b"\0\0\0\0"


def _points(table: bytes, offset: int) -> set[int]:
    kind = struct.unpack_from(">H", table, offset)[0]
    if kind == 12:
        return _groups(table, offset)
    return _segments(table, offset) if kind == 4 else set()


def _groups(table: bytes, offset: int) -> set[int]:
    count = struct.unpack_from(">I", table, offset + 12)[0]
    found: set[int] = set()
    for number in range(count):
        first, last, _ = struct.unpack_from(">III", table, offset + 16 + 12 * number)
        found.update(range(first, last + 1))
    return found


def _segments(table: bytes, offset: int) -> set[int]:
    count = struct.unpack_from(">H", table, offset + 6)[0] // 2
    shape = f">{count}H"
    ends = struct.unpack_from(shape, table, offset + 14)
    starts = struct.unpack_from(shape, table, offset + 16 + 2 * count)
    found: set[int] = set()
    for first, last in zip(starts, ends, strict=True):
        found.update(range(first, last + 1))
    return found - {0xFFFF}
