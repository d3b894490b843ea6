"""Administrative divisions by year, and the spellings by which addresses name them.

Codes: GB/T 2260 (six digits), towns nine. A row says in which tables of the end of a
year a division stands; dates within a year are not known, so in the year of a change
both the old and the new division count as in force.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pil_discovery.text.traditional import SIMPLIFIED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MUNICIPALITIES = ("11", "12", "31", "50")
_NATIONS = """
土家族 蒙古族 维吾尔族 布依族 朝鲜族 哈尼族 哈萨克族 傈僳族 拉祜族 东乡族 纳西族 景颇族
柯尔克孜族 达斡尔族 仫佬族 布朗族 撒拉族 毛南族 仡佬族 锡伯族 阿昌族 普米族 塔吉克族
鄂温克族 德昂族 保安族 裕固族 独龙族 鄂伦春族 赫哲族 门巴族 珞巴族 基诺族 各族
回族 藏族 苗族 彝族 壮族 满族 侗族 瑶族 白族 傣族 黎族 佤族 畲族 水族 土族 羌族 怒族
蒙古 维吾尔 哈萨克 柯尔克孜 达斡尔 锡伯 塔吉克 撒拉
"""
_AUTONOMOUS = re.compile(rf"(?:{'|'.join(_NATIONS.split())})*自治([区州县旗])$")
_ENDING = re.compile(
    r"(?:特别行政区|特区|林区|新区|地区|自治区|自治州|自治县|自治旗|省|市|盟|县|区|旗)$"
)
_TOWN_ENDING = re.compile(r"(?:民族乡|民族苏木|街道|镇|乡|苏木)$")
_TOO_LOOSE = frozenset(["市区"])  # «in town» in thousands of addresses
_LOOSE_ALIASES = {"内蒙": "内蒙古自治区"}
_FIRM_ALIASES = {"前郭县": "前郭尔罗斯蒙古族自治县", "香港特区": "香港特别行政区"}


@dataclass(frozen=True, slots=True)
class Division:
    """One division under one code and name.

    Attributes
    ----------
    code, name
        As in the tables of those years.
    first_year, last_year
        First and last table (end of the year) that lists it; None: still listed.
    successors
        Codes that govern its area in the following year.
    carved_from
        Codes of the divisions out of which a new one was made.
    """

    code: str
    name: str
    first_year: int = 0
    last_year: int | None = None
    successors: tuple[str, ...] = ()
    carved_from: tuple[str, ...] = ()

    @property
    def level(self) -> int:
        """1 province, 2 prefecture, 3 county."""
        return 1 if self.code[2:] == "0000" else 2 if self.code[4:] == "00" else 3

    def in_force(self, year: int) -> bool:
        """Return whether it was listed at the beginning or the end of the year."""
        return self.first_year <= year and (
            self.last_year is None or self.last_year >= year - 1
        )


@dataclass(frozen=True, slots=True)
class Spelling:
    """What a spelling may mean: places in `Divisions.rows`, by full and short name."""

    full: tuple[int, ...] = ()
    short: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Divisions:
    """All rows, indexed for reading addresses; made by `index_divisions`.

    Attributes
    ----------
    spellings
        Spelling → rows; `openings` has them by the first two characters, the longest
        first.
    codes, above
        Of each row: the codes of itself and what followed it; these and all over them.
    today
        Of each row: the codes that govern its area in the newest table.
    towns, towns_by_stem
        County (or city without counties) → town → code; → name less 镇, 街道 → towns.
    homes
        Town → codes of the counties that have one of this name; `town_lengths` has
        the lengths to try by the first two characters.
    carved
        Code → codes of the divisions that were later cut out of it.
    simpler
        Traditional characters → simplified ones, for `str.translate`, without those
        that stand in a name (乾县).
    """

    rows: tuple[Division, ...]
    by_code: Mapping[str, tuple[int, ...]]
    spellings: Mapping[str, Spelling]
    openings: Mapping[str, tuple[tuple[str, Spelling], ...]]
    codes: tuple[frozenset[str], ...]
    above: tuple[frozenset[str], ...]
    today: tuple[tuple[str, ...], ...]
    towns: Mapping[str, Mapping[str, str]]
    towns_by_stem: Mapping[str, Mapping[str, tuple[str, ...]]]
    homes: Mapping[str, tuple[str, ...]]
    town_lengths: Mapping[str, tuple[int, ...]]
    carved: Mapping[str, tuple[str, ...]]
    simpler: Mapping[int, int | str]
    narrowed: dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[int, ...]] = field(
        default_factory=dict, repr=False
    )

    def name(self, code: str) -> str | None:
        """Return the newest name of a code, None for a code without a row."""
        places = self.by_code.get(code)
        return self.rows[places[-1]].name if places else None

    def narrow(self, known: tuple[int, ...], found: tuple[int, ...]) -> tuple[int, ...]:
        """Return the rows of two mentions that lie in one another, the deeper ones.

        A new name is of a deeper level where it can be (毕节地区毕节市).
        """
        key = (known, found)
        if key not in self.narrowed:
            fits = tuple(sorted({*self._fitting(known, found)}))
            self.narrowed[key] = self._below(fits, known, found) or fits
        return self.narrowed[key]

    def _fitting(self, known: tuple[int, ...], found: tuple[int, ...]) -> Iterator[int]:
        for one in known:
            for other in found:
                if self.lies_in(other, one):
                    yield other
                elif self.lies_in(one, other):
                    yield one

    def _below(
        self, fits: tuple[int, ...], known: tuple[int, ...], found: tuple[int, ...]
    ) -> tuple[int, ...]:
        rows = self.rows
        if {rows[p].name for p in known} & {rows[p].name for p in found}:
            return ()
        levels = {rows[p].level for p in known}
        if len(levels) != 1:  # 吉林 may be the province, and 通化 its city
            return ()
        return tuple(p for p in fits if p in found and rows[p].level > max(levels))

    def lies_in(self, inner: int, outer: int) -> bool:
        """Return whether a row, or what followed it, is or lies in another."""
        return not self.codes[outer].isdisjoint(self.above[inner])

    def in_year(self, place: int, year: int) -> tuple[int, ...]:
        """Return the rows that governed the area of a row in a year; may be empty."""
        row = self.rows[place]
        if row.in_force(year):
            return (place,)
        steps = self._after(row) if row.first_year <= year else self._before(place)
        return tuple(sorted({p for s in steps for p in self.in_year(s, year)}))

    def _after(self, row: Division) -> list[int]:
        assert row.last_year is not None  # noqa: S101 - it ended before the year
        start = row.last_year + 1
        return [p for c in row.successors for p in self._listed(c, start)]

    def _listed(self, code: str, year: int) -> list[int]:
        """Return the rows of a code in the table of the end of a year."""
        places = self.by_code.get(code, ())
        rows = ((p, self.rows[p]) for p in places)
        ends = ((p, r.first_year, r.last_year or year) for p, r in rows)
        return [p for p, first, last in ends if first <= year <= last]

    def _before(self, place: int) -> list[int]:
        row = self.rows[place]
        if row.carved_from:
            codes = row.carved_from
            return [p for c in codes for p in self._listed(c, row.first_year - 1)]
        return [
            p
            for p, other in enumerate(self.rows)
            if other.last_year == row.first_year - 1 and row.code in other.successors
        ]


def parents(code: str) -> tuple[str, ...]:
    """Return the codes over a six-digit code: prefecture (if there is one), province.

    Counties directly under a province have 90 (before 2003 in Hainan 00) in the middle.
    """
    province = f"{code[:2]}0000"
    if code == province:
        return ()
    direct = code[2:4] in {"00", "90"} or code[:2] in MUNICIPALITIES
    return (province,) if code[4:] == "00" or direct else (f"{code[:4]}00", province)


def short_name(name: str) -> str:
    """Return the name of a division without 省, 市, 区, 藏族自治州 and the like.

    The whole name where less than two characters would be left.
    """
    for pattern in (_AUTONOMOUS, _ENDING):
        short = pattern.sub("", name)
        if 2 <= len(short) < len(name):
            return short
    return name


def town_stem(name: str) -> str:
    """Return the name of a town without 镇, 乡, 街道, 苏木."""
    return _TOWN_ENDING.sub("", name)


def region_words(divisions: Divisions) -> frozenset[str]:
    """Return all names of provinces, prefectures and counties, full and short."""
    return frozenset(divisions.spellings)


def index_divisions(
    rows: Iterable[Division], towns: Iterable[tuple[str, str]] = ()
) -> Divisions:
    """Index divisions (and towns: nine-digit code, name) for reading addresses."""
    ordered = tuple(sorted(rows, key=lambda r: (r.code, r.first_year, r.name)))
    by_code: dict[str, tuple[int, ...]] = defaultdict(tuple)
    for place, row in enumerate(ordered):
        by_code[row.code] += (place,)
    later = [_followers(place, ordered, by_code) for place in range(len(ordered))]
    codes = tuple(frozenset(ordered[p].code for p in after) for after in later)
    spellings = _spellings(ordered)
    by_county = _by_county(towns, by_code)
    homes = _homes(by_county)
    return Divisions(
        rows=ordered,
        by_code=dict(by_code),
        spellings=spellings,
        openings=_openings(spellings),
        codes=codes,
        above=tuple(frozenset(o for c in cs for o in (c, *parents(c))) for cs in codes),
        today=tuple(
            tuple(sorted({ordered[p].code for p in a if not ordered[p].last_year}))
            for a in later
        ),
        towns=by_county,
        towns_by_stem={c: _by_stem(names) for c, names in by_county.items()},
        homes=homes,
        town_lengths=_lengths(homes),
        carved=_carved(ordered),
        simpler=_simpler({*"".join([*spellings, *homes])}),
    )


def _followers(
    place: int, rows: tuple[Division, ...], by_code: Mapping[str, tuple[int, ...]]
) -> set[int]:
    """Return a row and all that followed it, to the newest."""
    found, ahead = {place}, [place]
    while ahead:
        row = rows[ahead.pop()]
        for code in row.successors:
            new = {p for p in by_code.get(code, ()) if _follows(rows[p], row)} - found
            found |= new
            ahead += new
    return found


def _follows(later: Division, row: Division) -> bool:
    start = (row.last_year or row.first_year) + 1
    return later.first_year <= start and (later.last_year or start) >= start


def _spellings(rows: tuple[Division, ...]) -> dict[str, Spelling]:
    full: dict[str, list[int]] = defaultdict(list)
    short: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        for name in _firm_names(row.name):
            full[name].append(place)
        for name in _loose_names(row.name):
            short[name].append(place)
    for name in _TOO_LOOSE:
        full.pop(name, None)
    return {
        name: Spelling(tuple(full.get(name, ())), tuple(short.get(name, ())))
        for name in sorted({*full, *short})
    }


def _firm_names(name: str) -> Iterator[str]:
    """Yield the name and the forms by which nothing else is meant: 恩施州, 广西省."""
    yield name
    match = _AUTONOMOUS.search(name)
    if match:
        short = short_name(name)
        for ending in ("省",) if match[1] == "区" else (match[1], f"自治{match[1]}"):
            if short + ending != name:
                yield short + ending
    yield from (alias for alias, meant in _FIRM_ALIASES.items() if meant == name)


def _loose_names(name: str) -> Iterator[str]:
    short = short_name(name)
    if short != name:
        yield short
    yield from (alias for alias, meant in _LOOSE_ALIASES.items() if meant == name)


def _openings(
    spellings: Mapping[str, Spelling],
) -> dict[str, tuple[tuple[str, Spelling], ...]]:
    found: dict[str, tuple[tuple[str, Spelling], ...]] = defaultdict(tuple)
    for name in sorted(spellings, key=lambda name: (-len(name), name)):
        found[name[:2]] += ((name, spellings[name]),)
    return dict(found)


def _lengths(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = defaultdict(set)
    for name in names:
        found[name[:2]].add(len(name))
    return {k: tuple(sorted(v, reverse=True)) for k, v in found.items()}


def _by_county(
    towns: Iterable[tuple[str, str]], known: Mapping[str, object]
) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for code, name in towns:
        county = code[:6]
        found[county if county in known else f"{county[:4]}00"][name] = code
    return dict(found)


def _by_stem(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for name in sorted(names):
        found[town_stem(name)] += (name,)
    return dict(found)


def _homes(by_county: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for county in sorted(by_county):
        for name in by_county[county]:
            found[name] += (county,)
    return dict(found)


def _simpler(used: set[str]) -> dict[int, int | str]:
    return {k: v for k, v in SIMPLIFIED.items() if chr(k) not in used}


def _carved(rows: Iterable[Division]) -> dict[str, tuple[str, ...]]:
    """Return by code which later divisions were carved out of it."""
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for row in rows:
        for code in row.carved_from:
            found[code] += (row.code,)
    return dict(found)
