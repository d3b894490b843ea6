"""Units met in agency exports and their exact conversion.

1 亩 = 2000/3 m² and 1 公顷 = 15 亩 exactly; factors are fractions, so no conversion
rounds on its own.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from pil_discovery.text.characters import squeeze

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: what it measures and its size in the base unit of that dimension."""

    name: str
    dimension: str
    factor: Fraction


_TABLE = """
money     1        元 圆 cny rmb 人民币 人民币元 yuan
area      1        m2 m² 平方米 平米 平方 sqm
area      2000/3   亩 mu
area      10000    公顷 ha hm2
area      1000000  平方公里 平方千米 km2
mass      1        t 吨 公吨
mass      1/1000   kg 千克 公斤
mass      1/2000   斤 市斤
mass      1/1000000 g 克
volume    1        m3 m³ 立方米 立方 方 立米
volume    1/1000   l 升 公升
volume    1/1000000 ml 毫升
energy    1        kwh 千瓦时 千瓦·时 度
energy    1000     mwh 兆瓦时
length    1        m 米
length    1000     km 公里 千米
length    1/100    cm 厘米
length    1/1000   mm 毫米
angle     1        deg 度 ° 十进制度
ratio     1        1 倍 小数 无量纲
ratio     1/100    % 百分比 百分数 pct
ratio     1/1000   ‰ 千分比 千分数
ratio     1/10000  ‱ 万分比
density   1        mg/l 毫克/升
density   1/1000   μg/l ug/l 微克/升
density   1000     g/l 克/升
person    1        person 人 名 位 口
visit     1        visit 人次 次
household 1        household 户
head      1        head 头 只 羽 匹 头只 头(只) 头/只
bed       1        bed 张 床 张床 床位
order     1        order 单 笔 订单
count     1        count piece 个 份 件 宗 期 户次
day       1        d day 天 日
month     1        month 月 个月
year      1        a year 年 周年
hour      1        h hour 小时
"""
_MULTIPLES = {
    "百": 100,
    "千": 1000,
    "万": 10**4,
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
}


def _read_table() -> dict[tuple[str, str], Fraction]:
    rows = (line.split() for line in _TABLE.strip().splitlines())
    return {(n, r[0]): Fraction(r[1]) for r in rows for n in r[2:]}


_UNITS = _read_table()
_DIMENSIONS: dict[str, list[str]] = {}
for _name, _dimension in _UNITS:
    _DIMENSIONS.setdefault(_name, []).append(_dimension)


@lru_cache(maxsize=4096)
def find_unit(text: str, like: str | None = None) -> Unit | None:
    """Return the unit of that name, or None.

    Parameters
    ----------
    text
        A unit as written, e.g. `万元`, `㎡`, `t/a`, `‰/日`; a lone 万 is a multiple of
        whatever unit the column has (dimension `multiple`).
    like
        Dimension preferred where a name has two (度: energy or angle).
    """
    name = re.sub(r"^(计量)?单位[:是为]?|每$", "", squeeze(text).strip("()[]【】"))
    name = name.replace("每", "/")
    return _simple(name, like) or _multiple(name, like) or _compound(name)


def _simple(name: str, like: str | None) -> Unit | None:
    dimensions = _DIMENSIONS.get(name)
    if dimensions is None:
        return None
    dimension = like if like in dimensions else dimensions[0]
    return Unit(name, dimension, _UNITS[name, dimension])


def _multiple(name: str, like: str | None) -> Unit | None:
    for prefix in sorted(_MULTIPLES, key=len, reverse=True):
        if not name.startswith(prefix):
            continue
        size = Fraction(_MULTIPLES[prefix])
        rest = name.removeprefix(prefix)
        if not rest:
            return Unit(name, "multiple", size)
        base = _simple(rest, like)
        return base and Unit(name, base.dimension, size * base.factor)
    return None


def _compound(name: str) -> Unit | None:
    upper, slash, lower = name.partition("/")
    if not slash:
        return None
    top = _simple(upper, None) or _multiple(upper, None)
    bottom = _simple(lower, None)
    if top is None or bottom is None:
        return None
    # 「元/月」 and 「元/年」 stay apart: a month is no fixed share of a year here.
    return Unit(name, f"{top.dimension}/{bottom.dimension}", top.factor / bottom.factor)


def conversion(found: str, wanted: str) -> Fraction | None:
    """Return the factor from one unit to another, None when they cannot be compared.

    A share (%, ‰) may stand for a share per day, and a mass of water in tonnes for its
    volume in cubic metres (water meters in China count «吨»); the caller says so.
    """
    target = find_unit(wanted)
    if target is None:
        return Fraction(1) if squeeze(found) == squeeze(wanted) else None
    source = find_unit(found, target.dimension)
    if source is None:
        return None
    if source.dimension == "multiple":
        return source.factor
    if source.dimension == target.dimension or _stands_for(source, target):
        return source.factor / target.factor
    return None


def _stands_for(source: Unit, target: Unit) -> bool:
    per_day = source.dimension == "ratio" and target.dimension == "ratio/day"
    water = source.name == "吨" and target.dimension == "volume"
    return per_day or water


def convert(value: Decimal, found: str, wanted: str) -> Decimal:
    """Return the value in the wanted unit.

    Raises
    ------
    ValueError
        When the two units do not measure the same thing.
    """
    factor = conversion(found, wanted)
    if factor is None:
        raise ValueError(unit_fault(found, wanted))
    return scale(value, factor)


def scale(value: Decimal, factor: Fraction) -> Decimal:
    """Return value × factor, multiplied before it is divided once."""
    return value * factor.numerator / factor.denominator


def unit_fault(found: str, wanted: str) -> str:
    """Say in Chinese why a unit cannot be used, with the nearest known names."""
    if find_unit(found) is not None:
        return f"单位“{found}”与该列的单位“{wanted}”不是同一种量"
    known = [*_DIMENSIONS, "万元", "亿元", "千元", "万平方米", "万千瓦时"]
    near = difflib.get_close_matches(squeeze(found), known, n=3, cutoff=0.4)
    hint = f"，是否为：{'、'.join(near)}" if near else ""
    return f"不认识的单位“{found}”{hint}"
