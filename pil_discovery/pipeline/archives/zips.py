"""ZIP archives, read by the directory at their end and held against every member.

The format is that of PKWARE's APPNOTE 6.3.10 (4.3 and 4.5); names in other encodings
carry Info-ZIP's field 0x7075 (4.6.9). What two readers could understand differently is
refused: directory and member that differ, members that overlap, bytes left over.
"""

from __future__ import annotations

import stat
import struct
import zlib
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

from pil_discovery.pipeline.archives.members import (
    BLOCK,
    MOST_BYTES,
    MOST_MEMBERS,
    UNPACK_YOURSELF,
    Member,
    broken,
    refused,
    too_large,
    too_many,
)
from pil_discovery.pipeline.archives.names import decode_name, is_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pil_discovery.errors import ReadError
    from pil_discovery.pipeline.archives.members import Budget, Walk

_END = struct.Struct("<4s4H2LH")
_END64_PLACE = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LISTED = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_LONGEST_COMMENT = 2**16 - 1
_LONGEST_DIRECTORY = 64 * 2**20
_STORED, _DEFLATED = 0, 8
_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ"}
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_AES = 99
_UTF8 = 0x0800
_ZIP64, _UNICODE_NAME = 0x0001, 0x7075
_FULL = 0xFFFFFFFF


@dataclass(frozen=True)
class _Entry:
    """One line of the directory."""

    raw: bytes
    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int

    @property
    def member(self) -> Member:
        """The entry as every archive tells it."""
        kind = stat.S_IFMT(self.mode)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            return Member(self.name.rstrip("/"), "other")
        folder = self.name.endswith("/") or kind == stat.S_IFDIR
        return Member(self.name.rstrip("/"), "folder" if folder else "file")


def walk_zip(stream: BinaryIO, budget: Budget, file: str) -> Walk:
    """Yield every member with its content, which is unpacked only when asked for.

    Raises
    ------
    ReadError
        Not whole, encrypted, an unknown method, overlapping members, more than the
        budget allows.
    """
    try:
        entries, start = _directory(stream, file)
    except struct.error:
        raise broken(file) from None
    budget.count(len(entries))
    for entry in entries:
        _demand_readable(entry, file)
    _demand_size(entries, file)
    places = _places(stream, entries, start, file)
    for entry, place in zip(entries, places, strict=True):
        yield entry.member, _content(stream, entry, (place, budget, file))


def _directory(stream: BinaryIO, file: str) -> tuple[list[_Entry], int]:
    """Return the entries, and where in the file their list begins."""
    count, size, start = _end(stream, file)
    if count > MOST_MEMBERS or size > _LONGEST_DIRECTORY:
        raise too_many(file)
    stream.seek(start)
    listing = stream.read(size)
    entries, at = [], 0
    for _ in range(count):
        entry, at = _entry(listing, at, file)
        entries.append(entry)
    if at != len(listing) or len(listing) != size:
        raise broken(file, "目录与文件数不符")
    return entries, start


def _end(stream: BinaryIO, file: str) -> tuple[int, int, int]:
    """Return number of members, bytes of the directory, and where it begins."""
    length = stream.seek(0, 2)
    tail_at = max(length - _LONGEST_COMMENT - _END.size, 0)
    stream.seek(tail_at)
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        raise broken(file, "没有目录")
    _, disk, _, here, count, size, start, comment = _END.unpack_from(tail, at)
    if at + _END.size + comment != len(tail):
        raise broken(file, "末尾有多余内容")
    if _is_large(stream, tail_at + at):
        disk, here, count, size, start = _large_end(stream, tail_at + at, file)
    if disk or here != count:
        raise refused(file, "", "是分卷压缩包", "请合并分卷并解压后放入文件夹")
    if start + size > tail_at + at:
        raise broken(file, "目录位置不对")
    return count, size, start


def _is_large(stream: BinaryIO, end_at: int) -> bool:
    """Tell whether a ZIP64 locator stands before the end; leave the stream there."""
    if end_at < _END64_PLACE.size:
        return False
    stream.seek(end_at - _END64_PLACE.size)
    found = stream.read(4) == b"PK\x06\x07"
    stream.seek(end_at - _END64_PLACE.size)
    return found


def _large_end(
    stream: BinaryIO, limit: int, file: str
) -> tuple[int, int, int, int, int]:
    _, _, place, _ = _END64_PLACE.unpack(stream.read(_END64_PLACE.size))
    if place > limit:
        raise broken(file, "目录位置不对")
    stream.seek(place)
    found = _END64.unpack(stream.read(_END64.size))
    if found[0] != b"PK\x06\x06":
        raise broken(file, "目录位置不对")
    return found[4], found[6], found[7], found[8], found[9]


def _entry(listing: bytes, at: int, file: str) -> tuple[_Entry, int]:
    found = _LISTED.unpack_from(listing, at)
    if found[0] != b"PK\x01\x02":
        raise broken(file, "目录已损坏")
    flags, method = found[3], found[4]
    crc, packed, size, name, extra, comment = found[7:13]
    outer, offset = found[15:17]
    at += _LISTED.size
    raw, fields = listing[at : at + name], listing[at + name : at + name + extra]
    further = dict(_fields(fields))
    size, packed, offset = _large(further.get(_ZIP64, b""), size, packed, offset)
    entry = _Entry(
        raw,
        _name(raw, flags, further, file),
        flags,
        method,
        crc,
        packed,
        size,
        offset,
        outer >> 16,
    )
    return entry, at + name + extra + comment


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        yield kind, extra[at + 4 : at + 4 + size]
        at += 4 + size


def _large(field: bytes, *numbers: int) -> list[int]:
    """Replace each number that has no room in the directory by the one in the field."""
    found, at = [], 0
    for number in numbers:
        if number == _FULL and field:
            found.append(struct.unpack_from("<Q", field, at)[0])
            at += 8
        else:
            found.append(number)
    return found


def _name(raw: bytes, flags: int, further: dict[int, bytes], file: str) -> str:
    told = further.get(_UNICODE_NAME, b"")
    fits = len(told) > 5 and struct.unpack_from("<BL", told) == (1, zlib.crc32(raw))
    try:
        if fits:
            return told[5:].decode("utf-8")
        return raw.decode("utf-8") if flags & _UTF8 else decode_name(raw)
    except UnicodeDecodeError:
        shown = raw.decode("gb18030", "replace")
        what = "文件名既不是 UTF-8 也不是 GBK 编码"
        raise refused(file, shown, what) from None


def _demand_readable(entry: _Entry, file: str) -> None:
    if entry.flags & _ENCRYPTED or entry.method == _AES:
        remedy = "请向提供单位索取密码，自行解压后放入文件夹"
        raise refused(file, entry.name, "有密码", remedy)
    if entry.method not in (_STORED, _DEFLATED) and is_data(entry.name):
        method = _METHODS.get(entry.method, f"编号 {entry.method}")
        what = f"压缩方法（{method}）不支持"
        raise refused(file, entry.name, what, UNPACK_YOURSELF)


def _demand_size(entries: Sequence[_Entry], file: str) -> None:
    """Refuse at once what states itself to be too large; the rest is counted."""
    if sum(e.size for e in entries if is_data(e.name)) > MOST_BYTES:
        raise too_large(file)


def _places(
    stream: BinaryIO, entries: Sequence[_Entry], limit: int, file: str
) -> list[int]:
    """Return where the content of each entry begins; no two may share a byte."""
    if any(entry.offset > limit for entry in entries):
        raise broken(file, "文件位置不对")
    try:
        places = [_place(stream, entry, file) for entry in entries]
    except struct.error:
        raise broken(file) from None
    spans = sorted(
        (e.offset, place + e.packed, e.name)
        for e, place in zip(entries, places, strict=True)
    )
    for (_, end, _), (following, _, name) in pairwise([*spans, (limit, limit, "")]):
        if end > following:
            raise refused(file, name, "文件内容互相重叠，疑为压缩炸弹")
    return places


def _place(stream: BinaryIO, entry: _Entry, file: str) -> int:
    stream.seek(entry.offset)
    found = _LOCAL.unpack(stream.read(_LOCAL.size))
    raw = stream.read(found[9])
    if found[0] != b"PK\x03\x04" or raw != entry.raw or found[3] != entry.method:
        raise broken(file, f"“{entry.name}”与目录不符")
    return entry.offset + _LOCAL.size + int(found[9]) + int(found[10])


def _content(
    stream: BinaryIO, entry: _Entry, context: tuple[int, Budget, str]
) -> Iterator[bytes]:
    """Unpack a member block by block; it must be what the directory says."""
    place, budget, file = context
    crc = size = 0
    packed = _packed(stream, place, entry.packed)
    try:
        blocks = packed if entry.method == _STORED else _inflated(packed)
        for block in blocks:
            budget.spend(len(block))
            size += len(block)
            crc = zlib.crc32(block, crc)
            yield block
    except zlib.error:
        raise _spoilt(entry, file) from None
    if (size, crc) != (entry.size, entry.crc):
        raise _spoilt(entry, file)


def _spoilt(entry: _Entry, file: str) -> ReadError:
    return broken(file, f"“{entry.name}”校验不符")


def _packed(stream: BinaryIO, place: int, size: int) -> Iterator[bytes]:
    stream.seek(place)
    while size:
        block = stream.read(min(size, BLOCK))
        if not block:
            return
        size -= len(block)
        yield block


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    for block in packed:
        waiting = block
        while waiting and not unpacker.eof:
            yield unpacker.decompress(waiting, BLOCK)
            waiting = unpacker.unconsumed_tail
        if unpacker.unused_data:
            raise zlib.error
    if not unpacker.eof:
        raise zlib.error
