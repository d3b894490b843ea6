"""Names of members: which text they are, and whether a file may be called so."""

from __future__ import annotations

import re
import unicodedata

from pil_discovery.pipeline import kinds

LONGEST_PART = 100
"""Characters of one part of a path."""
_LONGEST_PART_BYTES = 255
_LONGEST_PATH = 1000
_MOST_PARTS = 20
_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE
)
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*]')
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, marks that turn the direction of writing, halves of characters."""

_ENVI = frozenset({".dat", ".img", ".bsq", ".bil", ".bip"})
"""Endings of pictures that only the header beside them makes such."""
_DATA_SUFFIXES = kinds.DATA | kinds.BESIDE | _ENVI
ARCHIVE_SUFFIXES = frozenset(
    {
        *(".zip", ".tar", ".tgz", ".gz", ".bz2", ".tbz2", ".xz", ".txz", ".zst"),
        *(".rar", ".7z", ".z", ".lzh", ".lzma", ".arj", ".cab", ".iso"),
    }
)


def decode_name(raw: bytes) -> str:
    """Return the text of a name whose encoding the archive does not state.

    Strict UTF-8 first, then GB18030, never the other way round: no GBK name is valid
    UTF-8 by chance, while most UTF-8 names are valid GB18030.

    Raises
    ------
    UnicodeDecodeError
        When it is neither.
    """
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def name_fault(name: str) -> str:
    """Say why no file may be written under this name; empty when one may.

    The same names are refused on every system, so that a folder means the same
    everywhere: relative, no `..`, no drive, no backslash, nothing that Windows keeps
    for devices or drops in silence, nothing that cannot be seen.

    Parameters
    ----------
    name
        Decoded name of a file, parts separated by `/`.
    """
    if "\\" in name:
        return "文件名含反斜杠"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "是绝对路径"
    if any(unicodedata.category(c) in _UNPRINTABLE for c in name):
        return "文件名含控制字符或不可见字符"
    parts = name.split("/")
    if len(name) > _LONGEST_PATH or len(parts) > _MOST_PARTS:
        return "路径过长或文件夹层数过多"
    return next(filter(None, map(_part_fault, parts)), "")


def _part_fault(part: str) -> str:
    if part == "..":
        return "指向压缩包之外（..）"
    if part in ("", "."):
        return "路径中有空的部分"
    if len(part) > LONGEST_PART or len(part.encode()) > _LONGEST_PART_BYTES:
        return f"文件名超过 {LONGEST_PART} 个字符"
    if part != part.strip() or part.endswith("."):
        return "文件名以空格开头、以空格或点结尾"
    if _NOT_ON_WINDOWS.search(part) or _RESERVED.fullmatch(part):
        return "是 Windows 不能用的文件名"
    return ""


def written_name(name: str) -> str:
    """Return the one spelling under which a member is written (Unicode NFC)."""
    return unicodedata.normalize("NFC", name)


def folded_name(name: str) -> str:
    """Return what is equal for names that some file system takes for the same."""
    return unicodedata.normalize("NFC", written_name(name).casefold())


def is_hidden(name: str) -> bool:
    """Tell what systems leave in archives (`.DS_Store`, `__MACOSX/`, `~$…`)."""
    return any(p.startswith((".", "~$")) or p == "__MACOSX" for p in name.split("/"))


def suffix_of(name: str) -> str:
    """Return the lower-case extension with its dot; empty without any."""
    _, dot, suffix = name.rpartition("/")[2].rpartition(".")
    return f".{suffix.lower()}" if dot else ""


def is_data(name: str) -> bool:
    """Tell whether a member can be a table, a layer, a picture, or a part of one."""
    if is_hidden(name):
        return False
    folders = name.split("/")[:-1]
    in_geodatabase = any(f.lower().endswith(kinds.GEODATABASE) for f in folders)
    return in_geodatabase or suffix_of(name) in _DATA_SUFFIXES
