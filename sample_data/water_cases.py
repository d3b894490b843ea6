"""Water users of the sample: the quotas, and what the registers tell of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from district import Row

# industry, product, advanced value, common value, unit
QUOTAS: list[Row] = [
    ["造纸", "文化用纸", 14, 20, "立方米/吨"],
    ["纺织", "印染布", 1.6, 2.2, "立方米/百米"],
    ["农副食品加工", "生猪屠宰", 0.3, 0.5, "立方米/头"],
    ["酒、饮料制造", "啤酒", 4, 6, "立方米/千升"],
    ["食品制造", "豆制品", 5, 8, "立方米/吨"],
    ["农副食品加工", "豆制品", 3.5, 6, "立方米/吨"],
    ["酒、饮料制造", "瓶装饮料", 2, 3.5, "升/千克"],
    ["煤炭开采", "原煤", 0.2, 0.35, "m³/t"],
    ["化学原料", "复混肥", None, 1.2, "立方米/吨"],
]


@dataclass(frozen=True)
class Case:
    """A year of a firm: what it made, and the water (m³) each register tells."""

    number: int
    qty: float
    product: str = "啤酒"
    unit: str = "千升"
    cap: float | None = None
    tap: float = 0
    tax: float | None = None
    taking: tuple[str, str] = ("", "")
    tax_state: tuple[str, str] = ("", "")
    year: int = 2025
    term: tuple[str | None, str | None] = ("2021-01-01", "2028-12-31")


# the quota of beer is 4 m³ a kilolitre, of paper 14 m³ a tonne
CASES = [
    Case(
        2001,
        20000,
        "文化用纸",
        "吨",
        300_000,
        3_000,
        60_000,
        ("hit", "申报水量不足推算自取水量的一半"),
        ("hit", "申报水量只有推算水量的两成"),
    ),
    Case(
        2002,
        165_000,
        "生猪屠宰",
        "头",
        None,
        5_000,
        None,
        ("hit", "没有许可，自来水只有推算水量的一成"),
    ),  # no permit and no return: the tax model does not know it as a taxpayer
    Case(
        2003,
        30_000,
        "印染布",
        "百米",
        20_000,
        6_000,
        20_000,
        ("hit", "推算用水超过自来水与许可水量之和二万余立方米"),
        ("review", "推算水量超过许可水量"),
    ),
    Case(
        2004,
        15_000,
        cap=40_000,
        tap=10_000,
        tax=40_000,
        taking=("hit", "差额恰为一万立方米"),
    ),
    Case(2005, 15_000, cap=40_000, tap=10_001, tax=40_000),  # clear: one m³ less
    Case(
        2006,
        15_000,
        cap=10_000,
        tap=30_000,
        tax=15_000,
        tax_state=("dropped", "加上自来水与推算水量相符"),
    ),  # tap water is exactly half: neither beyond the permit nor undertaxed
    Case(
        2007,
        15_000,
        cap=10_000,
        tap=30_000,
        tax=14_999,
        taking=("hit", "申报水量比自取水量的一半少一立方米"),
        tax_state=("dropped", "加上自来水与推算水量相符"),
    ),
    Case(2008, 15_000, cap=70_000, tax=36_000),  # clear: exactly six tenths
    Case(
        2009,
        15_000,
        cap=70_000,
        tax=35_999,
        tax_state=("hit", "申报水量刚低于推算水量六成"),
    ),
    Case(2010, 500, cap=9_000, tax=1_000, tax_state=("hit", "差额恰为一千立方米")),
    Case(2011, 500, cap=9_000, tax=1_001),  # clear: the gap is 999 m³
    Case(
        2012,
        10_000,
        tap=2_000,
        cap=60_000,
        term=("2019-01-01", "2024-12-31"),
        taking=("hit", "许可证上年末到期，全部用水没有来源"),
    ),  # no permit in 2025 and no return: no known taxpayer
    Case(
        2013,
        12_000,
        cap=60_000,
        tap=4_000,
        taking=("hit", "有许可、有产量，全年没有申报水量"),
        tax_state=("hit", "有许可、有产量，全年没有申报（税额按当地标准，减弱）"),
    ),
    Case(
        2014,
        6_000,
        "文化用纸",
        "吨",
        90_000,
        2_000,
        20_000,
        ("hit", "改税以前的年度，申报不足一半"),
        ("hit", "改税以前的年度少缴水资源费"),
        2023,
    ),
    Case(2015, 20_000, "豆制品", "吨", 90_000, 0, 45_000),
    # clear: enough by the lower quota of two industries
    Case(
        2016,
        9_000,
        "豆制品",
        "吨",
        40_000,
        1_500,
        9_000,
        ("hit", "按两个行业中较低的定额仍少报"),
        ("hit", "按两个行业中较低的定额仍少报"),
    ),
    Case(
        2017,
        4_000,
        "再生塑料颗粒",
        "吨",
        20_000,
        500,
        3_000,
        ("unknown", "产品没有用水定额"),
        ("unknown", "产品没有用水定额"),
    ),
    Case(
        2018,
        52_000,
        "啤酒",
        "箱",
        40_000,
        500,
        3_000,
        ("unknown", "产量按箱填报，与定额单位不符"),
        ("unknown", "产量按箱填报，与定额单位不符"),
    ),
    Case(
        2019,
        30_000,
        "复混肥",
        "吨",
        40_000,
        500,
        3_000,
        ("unknown", "定额表没有先进值"),
        ("unknown", "定额表没有先进值"),
    ),
    Case(
        2020,
        60,
        "原煤",
        "万吨",
        150_000,
        2_000,
        30_000,
        ("hit", "产量以万吨计，申报只有推算水量的四分之一"),
        ("hit", "产量以万吨计，申报只有推算水量的四分之一"),
    ),
    Case(
        2021,
        24_000_000,
        "瓶装饮料",
        "千克",
        80_000,
        1_000,
        11_000,
        ("hit", "定额以升计，申报不足推算自取水量的一半"),
        ("hit", "定额以升计，申报不足推算水量的六成"),
    ),
    Case(2022, 70, "原煤", "万吨", 150_000, 2_000, 120_000),
    Case(
        2023,
        15_000,
        cap=80_000,
        term=("2021-01-01", None),
        taking=("hit", "全年没有自来水也没有申报"),
        tax_state=("unknown", "取水许可证没有截止日期，不知该年度是否取水"),
    ),
    Case(
        2024,
        15_000,
        cap=80_000,
        tax=50_000,
        year=2022,
        taking=("unknown", "自来水数据没有覆盖该年度"),
        tax_state=("unknown", "申报数据没有覆盖该年度"),
        term=("2020-01-01", "2028-12-31"),
    ),
]
