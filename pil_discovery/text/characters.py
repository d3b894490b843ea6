"""Characters: invisible ones out, full width folded, placeholders recognised."""

from __future__ import annotations

import unicodedata

_INVISIBLE = dict.fromkeys(
    [
        0x00AD,
        0x180E,
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2065),
        0xFEFF,
    ]
)
_SPACES = dict.fromkeys(
    [0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "
)
_WIDE = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F) if chr(c - 0xFEE0).isalnum()}
_TIDY = str.maketrans({**_INVISIBLE, **_SPACES, **_WIDE})
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))

_NOTHING = r"""
/ // \ - -- --- . … * ** 无 空 暂无 暂缺 缺 缺失 不详 未知 未填 未填写 无数据 无记录
空白 (空) (无) (null) null none nan nil n/a na #n/a \n <null> 无此项 不适用
"""
PLACEHOLDERS = frozenset(_NOTHING.split())
"""What agencies type where there is nothing, folded; the empty text is one as well."""

NEVER_FIRST = frozenset(map(chr, (*range(0x21, 0x7F), *range(0x4E00, 0x9FA6)))) - {
    spelling for name in PLACEHOLDERS for spelling in (name[0], name[0].upper(), "_")
}
"""Characters with which no placeholder begins."""


def tidy(text: str) -> str:
    """Return the text as a reader sees it.

    Invisible characters go, every kind of space becomes a plain one, full-width
    letters and digits become half-width; punctuation stays as it was written, because
    the brackets of a registered name are part of the name.
    """
    if text.isascii():
        return text.strip()
    return text.translate(_TIDY).strip()


def fold(text: str) -> str:
    """Return the text for comparison: NFKC, nothing invisible, one kind of dash."""
    if text.isascii():
        return text.strip()
    plain = unicodedata.normalize("NFKC", text.translate(_TIDY))
    return plain.translate(_DASHES).strip()


def squeeze(text: str) -> str:
    """Return the text folded, without any space, in lower case."""
    return "".join(fold(text).split()).lower()


def is_placeholder(text: str) -> bool:
    """Return whether the cell says «nothing here»."""
    if text[:1] in NEVER_FIRST:
        return False  # settles nearly every cell by its first character
    short = squeeze(text)
    return not short or short in PLACEHOLDERS or set(short) <= {"-", "_"}
