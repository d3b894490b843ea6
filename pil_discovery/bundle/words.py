"""Chinese dates, numerals and citations as documents print them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from pil_discovery.types import Basis

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")


def date_zh(day: dt.date) -> str:
    """Return a date in Arabic numerals without leading zeros (GB/T 9704—2012)."""
    return f"{day.year}年{day.month}月{day.day}日"


def numeral(number: int) -> str:
    """Return a whole number 0–9999 in Chinese numerals, 1057 → 一千零五十七."""
    text, gap = "", False
    for place in range(len(str(number)) - 1, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return re.sub("^一十", "十", text) or _DIGITS[0]


def citation(basis: Basis) -> str:
    """Return the citation of a basis: «《…法》第二十五条第四款»."""
    if basis.citation_zh:
        return basis.citation_zh
    law = basis.law if basis.law.startswith("《") else f"《{basis.law}》"
    parts = [(basis.article, "条"), (basis.paragraph, "款"), (basis.item, "项")]
    return law + "".join(_part(str(text), unit) for text, unit in parts if text)


def validity(basis: Basis) -> str:
    """Return from when to when the cited wording is in force."""
    start = basis.effective_from.isoformat() if basis.effective_from else "未载明"
    end = basis.effective_to.isoformat() if basis.effective_to else ""
    return f"{start}至{end}" if end else f"{start}起"


def joined(texts: list[str]) -> str:
    """Join texts with 、, each once, in order."""
    return "、".join(dict.fromkeys(texts))


def _part(text: str, unit: str) -> str:
    numbers = [numeral(int(n)) for n in re.findall("[0-9]+", text)]
    if not numbers:
        return text if text.startswith("第") else f"第{text}{unit}"
    shape = "第（{}）项" if unit == "项" else "第{}" + unit
    return "至".join(shape.format(n) for n in numbers)
