"""TAR archives, plain or in gzip, read once from front to back.

The headers are those of POSIX ustar and pax, and of GNU tar; their checksums are
tested by the standard library, which would take a spoilt one for the end.
"""

from __future__ import annotations

import gzip
import tarfile
import zlib
from typing import TYPE_CHECKING, BinaryIO, Literal

from pil_discovery.pipeline.archives.members import (
    BLOCK,
    Member,
    broken,
    refused,
)
from pil_discovery.pipeline.archives.names import decode_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pil_discovery.pipeline.archives.members import Budget, Walk

_RECORD = 512
_LONGEST_HEADER = 2**20
_MOST_DIGITS = 18
_PAX = (b"x", b"X")
_PAX_GLOBAL = b"g"
_GNU_NAME, _GNU_LINK = b"L", b"K"


def walk_tar(stream: BinaryIO, budget: Budget, file: str) -> Walk:
    """Yield every member of a plain TAR file with its content.

    Raises
    ------
    ReadError
        Not whole, or more than the budget allows.
    """
    tape = _Tape(stream, budget, file)
    while (header := tape.header()) is not None:
        budget.count()
        content = tape.blocks(header.size if header.isreg() else 0)
        yield Member(_name(header, file), _kind(header)), content
        for _ in content:  # what was not asked for is passed over
            pass
    tape.demand_end()


def walk_tar_gz(stream: BinaryIO, budget: Budget, file: str) -> Walk:
    """Yield every member of a TAR file in gzip; unpacked bytes count, wanted or not."""
    with gzip.GzipFile(fileobj=stream, mode="rb") as unpacked:
        yield from walk_tar(unpacked, budget, file)  # type: ignore[arg-type]


def is_tar(head: bytes) -> bool:
    """Tell a TAR file by its first 512 bytes: their checksum fits."""
    try:
        tarfile.TarInfo.frombuf(head[:_RECORD], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


class _Tape:
    """A TAR stream that is read exactly, and counted."""

    def __init__(self, stream: BinaryIO, budget: Budget, file: str) -> None:
        self._stream = stream
        self._budget = budget
        self._file = file

    def header(self) -> tarfile.TarInfo | None:
        """Return the next header that stands for a member, None at the end."""
        name = size = None
        while True:
            header = self._record()
            if header is None or header.type not in _EXTENDED:
                break
            text = self._extension(header)
            if header.type == _GNU_NAME:
                name = text.split(b"\0")[0]
            elif header.type in _PAX:
                told = _pax(text, self._file)
                name, size = told.get(b"path", name), told.get(b"size", size)
                if any(key.startswith(b"GNU.sparse") for key in told):
                    raise refused(self._file, "", "含稀疏文件")
        if header is None:
            return None
        if header.type == tarfile.GNUTYPE_SPARSE:
            raise refused(self._file, "", "含稀疏文件")
        return _told(header, name, size, self._file)

    def blocks(self, size: int) -> Iterator[bytes]:
        """Yield that many bytes, and pass over the padding behind them."""
        left = size
        while left:
            block = self._take(min(left, BLOCK))
            left -= len(block)
            yield block
        self._take(-size % _RECORD)

    def demand_end(self) -> None:
        """Read on to the end of the file: nothing but zeros may follow."""
        while block := self._read(BLOCK):
            if block.strip(b"\0"):
                raise broken(self._file, "结束标志之后还有内容")

    def _record(self) -> tarfile.TarInfo | None:
        record = self._take(_RECORD)
        if not record.strip(b"\0"):
            return None
        try:
            header = tarfile.TarInfo.frombuf(record, "utf-8", "surrogateescape")
        except tarfile.HeaderError:
            raise broken(self._file, "文件头校验不符") from None
        if header.size < 0:
            raise broken(self._file, "文件头校验不符")
        return header

    def _extension(self, header: tarfile.TarInfo) -> bytes:
        if header.size > _LONGEST_HEADER:
            raise refused(self._file, "", "文件头过长")
        return b"".join(self.blocks(header.size))

    def _take(self, size: int) -> bytes:
        block = self._read(size)
        if len(block) != size:
            raise broken(self._file, "末尾缺失")
        return block

    def _read(self, size: int) -> bytes:
        try:
            block = self._stream.read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise broken(self._file, "gzip 数据校验不符") from None
        self._budget.spend(len(block))
        return block


_EXTENDED = (*_PAX, _PAX_GLOBAL, _GNU_NAME, _GNU_LINK)


def _pax(text: bytes, file: str) -> dict[bytes, bytes]:
    """Return the records of a pax header: `<length> <key>=<value>` and a line end."""
    found: dict[bytes, bytes] = {}
    while text:
        length, space, _ = text.partition(b" ")
        size = _number(length, file)
        record = text[len(length) + 1 : size]
        key, equals, value = record.partition(b"=")
        if not (space and equals and record.endswith(b"\n")):
            raise broken(file, "文件头校验不符")
        found[key] = value[:-1]
        text = text[size:]
    return found


def _number(digits: bytes, file: str) -> int:
    if not digits.isdigit() or len(digits) > _MOST_DIGITS:
        raise broken(file, "文件头校验不符")
    return int(digits)


def _told(
    header: tarfile.TarInfo, name: bytes | None, size: bytes | None, file: str
) -> tarfile.TarInfo:
    """Put in what an extended header said of the member behind it."""
    if size is not None:
        header.size = _number(size, file)
    if name is not None:
        header.name = name.decode("utf-8", "surrogateescape")
    return header


def _name(header: tarfile.TarInfo, file: str) -> str:
    raw = header.name.encode("utf-8", "surrogateescape")
    try:
        return decode_name(raw).removeprefix("./").rstrip("/")
    except UnicodeDecodeError:
        shown = raw.decode("gb18030", "replace")
        what = "文件名既不是 UTF-8 也不是 GBK 编码"
        raise refused(file, shown, what) from None


def _kind(header: tarfile.TarInfo) -> Literal["file", "folder", "other"]:
    if header.isdir():
        return "folder"
    return "file" if header.isreg() else "other"
