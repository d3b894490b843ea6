"""Names of divisions at the beginning of an address, read from left to right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pil_discovery.text.address_parts import ZONE
from pil_discovery.text.codes import division_stem

if TYPE_CHECKING:
    from pil_discovery.text.divisions import Divisions

Places = tuple[int, ...]
"""Rows of `Divisions`, by their places."""

_BREAKS = r"[,，、.。;；:：|/\\()\[\]【】〔〕{}<>《》\"'_~-]"
_LEAD = re.compile(
    rf"(?:{_BREAKS})*(?:(?:详细|注册|经营|通讯|联系|生产|项目)?(?:地址|住所|住址|地点|位置|场所)(?:{_BREAKS})+)?"
    rf"(?:\d{{6}}(?!\d))?(?:坐落于|位于|地处)?(?:中华人民共和国|中国(?!路))?(?:{_BREAKS})*"
)
_BETWEEN = re.compile(
    rf"(?:{_BREAKS}|市辖区|(?:省|自治区)?直辖县级?(?:行政区划|行政单位)?"
    r"|县(?=[^\W\d]{2,3}(?:[^\W\d]{2,9}自治)?县))*"
)
_MAY_BREAK = frozenset(",，、.。;；:：|/\\()[]【】〔〕{}<>《》\"'_~-市省自直县")
_ROAD_NEXT = re.compile(
    r"(?:路|街|大道|巷|弄)(?=\d|$|号|[东西南北中]段)|大桥(?![镇乡村街])|高速|收费站|国道"
    r"|府[东南西北前后]?(?:路|街(?!道)|巷|大道|大院)"
    r"|(?<=市)[中南北]区"  # 内江市中区 is 内江 and 市中区
)
_ROAD_BEGINS = frozenset("路街大巷弄高收国府中南北")  # spares most names the pattern
_NO_PLACE = re.compile(
    r"[东南西北中上下前后内外新老大小]{0,2}[一二三四五六七八九十\d]{0,3}"
    r"(?:路|街|大道|道|巷|弄|胡同|桥|湾|门|港|公园|陵|山|湖|大学|学院|中学|小学|医院|庄|村|里"
    r"|坊|苑|花园|大厦|宾馆|饭店|酒店|广场|小区|新村|商|银行"
    r"|(?:工业|国际|火车|客运|体育|人民|机场)(?![东南西北中]?(?:路|街|大道)))"
)
_NO_ROAD = re.compile(
    r"[东南西北中]?[一二三四五六七八九十\d]{0,2}(?:路|街|大道|花园|城)"
)
_NEEDS_CITY = frozenset(["城区", "郊区", "矿区", "新区"])
_HARBOURS = frozenset(["香港", "澳门"])
_AFTER_COUNTY = re.compile(r"[^\d路街]{1,6}?(?:路|街|大道|巷|弄|胡同|村|社区|镇|乡)|\d")
_AFTER_REPEAT = re.compile(
    r"(?:$|[^\d政党人公法检委府]{1,6}?(?:路|街|大道|巷|弄|村|镇|乡)|\d)"
)
_WORDS_TOO = frozenset(
    ["中山", "北海", "三明", "丽水", "白山", "白银", "海东", "朝阳", "长治", "平安"]
)
"""Short names of cities that are as often the name of a road, estate or shop."""


class Mentions(NamedTuple):
    """What the beginning of an address names.

    Attributes
    ----------
    places
        Rows that fit all names, the deepest; empty when there is no name.
    end
        Where the text behind them begins.
    foreign
        Full name of a division that lies in none of those named before it.
    """

    places: Places
    end: int
    foreign: str | None = None


def read_mentions(text: str, divisions: Divisions) -> Mentions:
    """Read province, prefecture and county names, full or short, also repeated.

    Parameters
    ----------
    text
        Folded, simplified, without spaces.
    divisions
        The index.
    """
    end = start = _after_lead(text, divisions)
    known: Places = ()
    while True:
        step = _step(text, start, known, divisions)
        if step is None:
            return Mentions(known, end, _foreign(text, start, known, divisions))
        known, end = step
        start = _after_breaks(text, end)
        if start > end:
            end = _after_closing(text, end, start)


def _after_lead(text: str, divisions: Divisions) -> int:
    if text[:2] in divisions.openings:
        return 0
    lead = _LEAD.match(text)
    return lead.end() if lead else 0


def _after_breaks(text: str, end: int) -> int:
    if text[end : end + 1] not in _MAY_BREAK:
        return end
    match = _BETWEEN.match(text, end)
    return match.end() if match else end


def _after_closing(text: str, end: int, start: int) -> int:
    """Return where a name ends with what only closes or separates behind it."""
    return next((i for i in range(end, start) if text[i] in "([【〔《<{"), start)


def _step(
    text: str, start: int, known: Places, divisions: Divisions
) -> tuple[Places, int] | None:
    """Read one name; the longest that fits what is known, full before short."""
    for name, spelling in divisions.openings.get(text[start : start + 2], ()):
        if not text.startswith(name, start):
            continue
        span = (start, start + len(name))
        fits = _full(text, span, (known, spelling.full), divisions)
        if not fits and spelling.short:
            fits = _short(text, span, (known, spelling.short), divisions)
        if fits:
            return fits, span[1]
    return None


def _readings(
    text: str, start: int, divisions: Divisions
) -> list[tuple[int, Places, Places]]:
    """Return length and meanings of each name that begins here, the longest first."""
    return [
        (len(name), spelling.full, spelling.short)
        for name, spelling in divisions.openings.get(text[start : start + 2], ())
        if text.startswith(name, start)
    ]


def _full(
    text: str, span: tuple[int, int], both: tuple[Places, Places], divisions: Divisions
) -> Places:
    start, end = span
    known, found = both
    on_road = text[end : end + 1] in _ROAD_BEGINS and _ROAD_NEXT.match(text, end)
    if not found or on_road:
        return ()
    if not known:
        return () if text[start:end] in _NEEDS_CITY else found
    fits = divisions.narrow(known, found)
    again = fits and all(p in known for p in fits)
    return () if again and not _repeats(text, end, fits, divisions) else fits


def _repeats(text: str, end: int, known: Places, divisions: Divisions) -> bool:
    """Return whether a name said again still names the place, not an office there."""
    behind = _after_breaks(text, end)
    if behind > end or _AFTER_REPEAT.match(text, end):
        return True
    return any(
        divisions.narrow(known, full)
        for _, full, _ in _readings(text, behind, divisions)
    )


def _short(
    text: str, span: tuple[int, int], both: tuple[Places, Places], divisions: Divisions
) -> Places:
    """Return the rows that a short name means here; none where it may be a word."""
    start, end = span
    known, found = both
    fits = _inner(known, found, divisions) if known else found
    behind = _after_breaks(text, end)
    if not fits or _goes_on(text, behind, fits, divisions):
        return fits
    if _begins_town(text, span, known, divisions):
        return ()
    if behind == len(text) or _town_in(text, behind, fits, divisions):
        return fits
    word = text[start:end]
    street = word in _HARBOURS and not _NO_ROAD.match(text, end)
    if _NO_PLACE.match(text, end) and not (street or _in_zone(text, end)):
        return ()
    loose = not known and word in _WORDS_TOO
    county = known and _AFTER_COUNTY.match(text, end) and not ZONE.match(text, end)
    taken = {1: True, 2: not loose, 3: bool(county)}
    return tuple(p for p in fits if taken[divisions.rows[p].level])


def _begins_town(
    text: str, span: tuple[int, int], known: Places, divisions: Divisions
) -> bool:
    """Return whether the word is the beginning of a town there (尖山子乡)."""
    stems = tuple(division_stem(c) for p in known for c in divisions.today[p])
    town, _ = town_at(text, span[0], divisions, stems)
    return len(town) > span[1] - span[0]


def _in_zone(text: str, end: int) -> bool:
    """Return whether a zone follows (苏州工业园区), not a bay (杭州湾新区)."""
    return text[end] != "湾" and ZONE.match(text, end) is not None


def _inner(known: Places, found: Places, divisions: Divisions) -> Places:
    """Return the rows found that lie in those known, deeper than all or some of them.

    In 吉林吉林昌邑区 the first name may be province or city, the second is the city.
    """
    rows = divisions.rows
    level = min(rows[p].level for p in known)
    fits = (p for p in divisions.narrow(known, found) if p in found)
    return tuple(p for p in fits if p not in known or rows[p].level > level)


def _goes_on(text: str, start: int, places: Places, divisions: Divisions) -> bool:
    """Return whether the text goes on with a division inside those."""
    return any(
        set(divisions.narrow(places, full + short)) - set(places)
        for _, full, short in _readings(text, start, divisions)
    )


def _town_in(text: str, start: int, places: Places, divisions: Divisions) -> bool:
    """Return whether the text goes on with a town of those divisions."""
    stems = tuple(division_stem(c) for p in places for c in divisions.today[p])
    town, _ = town_at(text, start, divisions, stems)
    return bool(town)


def town_at(
    text: str, start: int, divisions: Divisions, stems: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """Return the town of the table at a place in a text and its counties.

    Parameters
    ----------
    stems
        Beginnings of the codes of the divisions in which it must lie.

    Returns
    -------
    tuple
        Name and codes of the counties; an empty name when there is none.
    """
    for length in divisions.town_lengths.get(text[start : start + 2], ()):
        name = text[start : start + length]
        homes = divisions.homes.get(name)
        inside = tuple(h for h in homes if h.startswith(stems)) if homes else ()
        if inside:
            return name, inside
    return "", ()


def _foreign(text: str, start: int, known: Places, divisions: Divisions) -> str | None:
    """Return a full name of a county or city that does not lie in what is known."""
    for length, full, _ in _readings(text, start, divisions):
        end = start + length
        strange = full and known and not divisions.narrow(known, full)
        if strange and length > 2 and not _ROAD_NEXT.match(text, end):
            return text[start:end]
    return None
