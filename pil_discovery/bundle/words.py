"""Chinese dates, numerals and citations as documents print them."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pil_discovery.types import Basis

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_HIGHEST = "最高人民"
_ENDED = "旧："


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


def spelt(span: str) -> str:
    """Return a span of time in Chinese numerals, as rules write it, 2天 → 两天."""
    found = re.fullmatch("([0-9]{1,3})(个月|日|天|年)", span)
    if found is None:
        return span
    number = "两" if found[1] == "2" and found[2] != "日" else numeral(int(found[1]))
    return number + found[2]


def citation(basis: Basis) -> str:
    """Return the citation of a basis: law, article, paragraph, item."""
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


def grouped(bases: Sequence[Basis], since: dt.date | None = None) -> str:
    """Return citations with the articles of one law together, in their order.

    Parameters
    ----------
    bases
        What is cited.
    since
        First day of the fact. A version that ended, or began after that day, carries
        the days for which it holds, so that old and new law can be told apart.

    Returns
    -------
    str
        The articles of each law after its title: statutes first, then regulations, then
        the interpretations of the highest courts.
    """
    laws: dict[tuple[str, str], list[Basis]] = {}
    for basis in in_order(bases):
        laws.setdefault((_title(basis), term(basis, since)), []).append(basis)
    return joined([_law(law, found) for law, found in laws.items()])


def in_order(bases: Sequence[Basis]) -> list[Basis]:
    """Return bases by kind of law, ended versions first, each law in one piece.

    Laws keep the order in which they were given, articles that of their numbers.
    """
    seen = {_title(b): n for n, b in reversed(list(enumerate(bases)))}

    def place(basis: Basis) -> tuple[int, bool, int, list[int], str]:
        title = _title(basis)
        ended = basis.effective_to is None
        return _rank(title), ended, seen[title], _numbers(basis), basis.id

    return sorted(bases, key=place)


def is_interpretation(basis: Basis) -> bool:
    """Whether a rule was made by the highest courts: it founds no agency's duty.

    Source: fact `ban-72` (laws, regulations and rules alone do).
    """
    return basis.law.removeprefix("《").startswith(_HIGHEST)


def plain_summary(basis: Basis) -> str:
    """Return the gist of a rule without the marks of the table of law.

    An ended rule says from which day on it stands elsewhere, and where.
    """
    text = re.sub('"([^"]*)"', r"“\1”", basis.summary_zh)
    if text.startswith(_ENDED):
        text = text.removeprefix(_ENDED).partition("->")[0].strip()
    text = text.replace("->", "→")
    if not basis.successor_zh or basis.effective_to is None:
        return text
    since = basis.effective_to + dt.timedelta(days=1)
    return f"{text}（{date_zh(since)}起见{basis.successor_zh}）"


def joined(texts: list[str]) -> str:
    """Join texts with 、, each once, in order."""
    return "、".join(dict.fromkeys(texts))


def _title(basis: Basis) -> str:
    found = re.match(r"《[^》]*》(?:（[^（）]*）)?", citation(basis))
    return found.group() if found else ""


def _rank(title: str) -> int:
    name = title.strip("《").split("》", 1)[0]
    if name.startswith(_HIGHEST):
        return 2
    return 0 if name.endswith(("法", "法典")) else 1


def _law(law: tuple[str, str], bases: Sequence[Basis]) -> str:
    title, period = law
    places = joined([citation(b).removeprefix(title) for b in bases]).split("、")
    return title + "、".join(_short(places)) + period


def _short(places: Sequence[str]) -> Iterator[str]:
    """Yield places in a law; a further paragraph of one article without the article."""
    last = ""
    for place in places:
        article, _, rest = place.partition("条")
        yield rest if article == last and rest.startswith("第") else place
        last = article


def _numbers(basis: Basis) -> list[int]:
    places = [basis.article, basis.paragraph, basis.item]
    firsts = [re.search("[0-9]+", str(text or "0")) for text in places]
    return [int(f.group()) if f else 0 for f in firsts]


def term(basis: Basis, since: dt.date | None) -> str:
    """Return the days for which a version holds, empty where it need not be told."""
    if basis.effective_to is not None:
        return f"（适用至{date_zh(basis.effective_to)}）"
    start = basis.effective_from
    if since is not None and start is not None and start > since:
        return f"（{date_zh(start)}起适用）"
    return ""


def _part(text: str, unit: str) -> str:
    numbers = [numeral(int(n)) for n in re.findall("[0-9]+", text)]
    if not numbers:
        return text if text.startswith("第") else f"第{text}{unit}"
    shape = "第（{}）项" if unit == "项" else "第{}" + unit
    return "至".join(shape.format(n) for n in numbers)
