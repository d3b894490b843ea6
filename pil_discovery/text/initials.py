"""Pinyin initials, by which a reader who types no Chinese finds a name."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=65_536)
def initials(text: str) -> str:
    """Return the first letter of every character's reading, lower case.

    Letters and digits stay, everything else goes: «示例A3厂（待核查）» gives
    `sla3cdhc`. A character of several readings is read as its word is read
    (银行 `yh`, 行走 `xz`).
    """
    from pypinyin import Style, lazy_pinyin

    read = lazy_pinyin(text, style=Style.FIRST_LETTER, errors=_plain)
    return "".join(read).lower()


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isalnum())
