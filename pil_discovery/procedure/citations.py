"""How a rule is cited in a Chinese document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pil_discovery.types import Fact

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_VERSION = re.compile(r"（[^（）]*(修正|修订|令第)[^（）]*）$")
_NUMBER = re.compile(r"（(法释|法发|高检发)[^（）]*）$")


def citation_zh(fact: Fact) -> str:
    """Return title, article, paragraph and item in the words of a document."""
    return title_zh(fact.law) + article_zh(fact)


def title_zh(law: str) -> str:
    """Return the title in book marks, without version; a document number follows."""
    name = _VERSION.sub("", law)
    number = _NUMBER.search(name)
    if number:
        return f"《{name[: number.start()]}》{number.group()}"
    return f"《{name}》"


def article_zh(fact: Fact) -> str:
    """Return the place inside the law; empty when the row is not tied to an article."""
    if fact.article is None:
        return ""
    if isinstance(fact.article, str):
        return fact.article.replace("(", "（").replace(")", "）")
    place = f"第{numeral_zh(fact.article)}条"
    if fact.paragraph is not None:
        ends = [numeral_zh(int(n)) for n in str(fact.paragraph).split("-")]
        place += "至".join(f"第{n}款" for n in ends)
    return place + _items_zh(fact.item or "")


def _items_zh(item: str) -> str:
    """Return `(1)-(3)` as 第（一）项至第（三）项; a comma becomes 、."""
    words = re.sub(
        r"\((\d+)\)", lambda m: f"第（{numeral_zh(int(m.group(1)))}）项", item
    )
    return words.replace("-", "至").replace(",", "、")


def numeral_zh(number: int) -> str:
    """Return a number from 1 to 9999 in Chinese numerals: 十二, 一百零三.

    Raises
    ------
    ValueError
        Outside that range.
    """
    if not 0 < number < 10_000:
        message = f"outside 1..9999: {number}"
        raise ValueError(message)
    digits = str(number)
    words = ""
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit != "0":
            words += _DIGITS[int(digit)] + _PLACES[place]
        elif words and not words.endswith("零"):
            words += "零"
    words = words.rstrip("零")
    return words.removeprefix("一") if 10 <= number < 20 else words
