"""The folder of a file geodatabase (`.gdb`): its members, and one hash for all."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem, ReadError
from pil_discovery.types.sources import part_listing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pil_discovery.types.sources import Part

CATALOGUE = "a00000001.gdbtable"
"""The table that lists all others; its bytes tell a geodatabase."""
_MEMBER = re.compile(
    r"gdb|timestamps|a[0-9a-f]{8}\.(?:.+\.)?"
    r"(?:gdbtable|gdbtablx|gdbindexes|atx|spx|freelist|horizon)",
    re.IGNORECASE,
)
# written by ArcGIS while somebody works, and by file managers
_IGNORED = re.compile(r".+\.lock|thumbs\.db|desktop\.ini|\.ds_store", re.IGNORECASE)
_MOST_SHOWN = 5
_AGAIN = "请连同文件夹内全部文件重新拷贝"


def members(folder: Path, name: str) -> list[Path]:
    """Return the files of a geodatabase, sorted by name.

    GDAL recognises folders by what lies in them; so nothing may lie there but what a
    geodatabase consists of.

    Parameters
    ----------
    folder
        The `.gdb` folder.
    name
        Its name in messages.

    Raises
    ------
    ReadError
        Links, folders or foreign files inside, no catalogue, or a member that was cut.
    """
    found = [p for p in sorted(folder.iterdir()) if not _IGNORED.fullmatch(p.name)]
    odd = [p for p in found if p.is_symlink() or not p.is_file()]
    if odd:
        what = f"地理数据库里有链接或子文件夹：{_listed(odd)}"
        raise ReadError(Problem(name, "", what, "请复制原数据库到工作区内"))
    foreign = [p for p in found if not _MEMBER.fullmatch(p.name)]
    if foreign:
        what = f"地理数据库里混有其他文件：{_listed(foreign)}"
        raise ReadError(Problem(name, "", what, "请移走这些文件，或重新导出"))
    if not _has_catalogue(folder):
        what = f"文件夹里没有地理数据库的目录表（{CATALOGUE}）"
        raise ReadError(Problem(name, "", what, _AGAIN))
    cut = [p for p in found if p.stat().st_size < _promised(p)]
    if cut:
        what = f"地理数据库不完整，文件短于其头部所写：{_listed(cut)}"
        raise ReadError(Problem(name, "", what, _AGAIN))
    return found


def listing_hash(parts: Iterable[Part]) -> str:
    """Return the SHA-256 of the listing of a folder's files (`part_listing`)."""
    return hashlib.sha256(part_listing(parts).encode()).hexdigest()


def _has_catalogue(folder: Path) -> bool:
    """Tell by the first bytes: version 3 or 4, and the constant 5 at byte 12."""
    path = folder / CATALOGUE
    if not path.is_file() or not path.with_suffix(".gdbtablx").is_file():
        return False
    with path.open("rb") as stream:
        head = stream.read(16)
    return head[:4] in (b"\3\0\0\0", b"\4\0\0\0") and head[12:] == b"\5\0\0\0"


def _promised(path: Path) -> int:
    """Bytes that a table or its index says it has; 0 for other members.

    Source: the format as described by E. Rouault, «dump_gdbtable», sections
    «gdbtable» (bytes 24–31: file size) and «gdbtablx» (blocks of 1024 offsets).
    """
    with path.open("rb") as stream:
        head = stream.read(32)
    ending = path.suffix.lower()
    if ending == ".gdbtable":
        return int.from_bytes(head[24:32], "little")
    if ending == ".gdbtablx":
        blocks, width = (int.from_bytes(head[a : a + 4], "little") for a in (4, 12))
        return 16 + blocks * 1024 * width
    return 0


def _listed(paths: list[Path]) -> str:
    shown = "、".join(p.name for p in paths[:_MOST_SHOWN])
    return f"{shown} 等 {len(paths)} 个" if len(paths) > _MOST_SHOWN else shown
