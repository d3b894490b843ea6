"""What an archive holds, and how much of it may be unpacked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pil_discovery.errors import Problem, ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    Walk = Iterator[tuple["Member", Iterator[bytes]]]

MOST_MEMBERS = 10_000
MOST_BYTES = 2 * 2**30
"""Unpacked bytes of one archive."""
MOST_RATIO = 100
"""Unpacked bytes for one packed byte, beyond the first `FREE_BYTES`."""
FREE_BYTES = 2**20
"""A small file of spaces packs better than any bomb has to; it does no harm."""
BLOCK = 2**20

UNPACK_YOURSELF = "请自行解压并查看内容，只把数据文件放入文件夹"
REPACK = "请联系提供单位核实并重新打包，不要自行解压"
_CONFIRM = "请向提供单位核实，确认无害后自行解压，只把数据文件放入文件夹"
_LONGEST_SHOWN = 80


@dataclass(frozen=True)
class Member:
    """One entry of an archive.

    Attributes
    ----------
    name
        Decoded name, parts separated by `/`, no slash at the end.
    kind
        `other` is a link, a device, a pipe: nothing that holds data.
    """

    name: str
    kind: Literal["file", "folder", "other"]


class Budget:
    """What one archive may still unpack, counted while it is unpacked.

    Parameters
    ----------
    file
        Name of the archive in messages.
    packed
        Its size in bytes.
    """

    def __init__(self, file: str, packed: int) -> None:
        self._file = file
        self._packed = packed
        self._bytes = self._members = 0

    def count(self, members: int = 1) -> None:
        """Count members; refuse the one too many."""
        self._members += members
        if self._members > MOST_MEMBERS:
            raise too_many(self._file)

    def spend(self, size: int) -> None:
        """Count unpacked bytes; refuse the one too many."""
        self._bytes += size
        if self._bytes > MOST_BYTES:
            raise too_large(self._file)
        if self._bytes > MOST_RATIO * self._packed + FREE_BYTES:
            what = f"解开后超过原大小的 {MOST_RATIO} 倍，疑为压缩炸弹"
            raise refused(self._file, "", what, _CONFIRM)


def refused(file: str, where: str, what: str, remedy: str = REPACK) -> ReadError:
    """Return the error for an archive of which nothing is unpacked.

    Names in it come from outside; what cannot be printed is shown as `?`.
    """
    said = f"{_shown(what)}，整个压缩包未解开"
    return ReadError(Problem(file, _shown(where), said, remedy))


def _shown(text: str) -> str:
    cut = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return "".join(c if c.isprintable() else "?" for c in cut)


def too_many(file: str) -> ReadError:
    """Return the error for more members than are allowed."""
    return refused(file, "", f"文件多于 {MOST_MEMBERS} 个", UNPACK_YOURSELF)


def too_large(file: str) -> ReadError:
    """Return the error for more bytes than are allowed."""
    return refused(file, "", "解开后超过 2 GiB", UNPACK_YOURSELF)


def broken(file: str, what: str = "内部结构已损坏") -> ReadError:
    """Return the error for an archive that is not whole."""
    remedy = "请重新复制，或请提供单位重新打包"
    return refused(file, "", f"压缩包不完整或已损坏（{what}）", remedy)
