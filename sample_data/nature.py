"""Environment: outfalls and water zones, waste balance, farmland and forest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from district import Sheet, TextFile, Workbook, firm, uscc
from ground import build_farmland, build_forest
from scenes import AFTER, CONFIRM, SOUTH, WEST, Cloud
from shapely.geometry import Polygon
from terrain import GEOGRAPHIC, METRIC, Nature, at, degrees, layer

if TYPE_CHECKING:
    from district import District, Row
    from land import Land

OUTFALL, WASTE = (
    "environment/outfall-in-source-zone",
    "environment/hazardous-waste-balance",
)


def build_nature(district: District, land: Land) -> Nature:
    """Put the environment side together, and the layers of the land side."""
    nature = Nature(district)
    nature.events += land.events
    _outfalls(nature)
    _waste(district)
    build_farmland(nature)
    build_forest(nature)
    _parcels(nature, land)
    return nature


# ---- outfalls ----

LAKE = (3100.0, 3250.0)


def _ring(radius_x: float, radius_y: float) -> Polygon:
    angle = np.linspace(0, 2 * np.pi, 49)[:-1]
    x = WEST + LAKE[0] + radius_x * np.cos(angle)
    y = SOUTH + LAKE[1] + radius_y * np.sin(angle)
    return Polygon(np.column_stack([x, y]))


def _outfalls(nature: Nature) -> None:
    district = nature.district
    first, second, quasi = _ring(460, 340), _ring(640, 500), _ring(800, 650)
    ask = {"名称": "示例水库", "批复日期": "2018-05-21", "服务人口": 126000}
    zones = [
        {**ask, "级别": "一级", "geometry": first},
        {**ask, "级别": "二级", "geometry": second.difference(first)},
        {**ask, "级别": "准", "geometry": quasi.difference(second)},
        {
            "名称": "示例村水井",
            "批复日期": None,
            "服务人口": 900,
            "级别": "一级",
            "geometry": at(3300, 2350, 160, 160),
        },
        {
            "名称": "示例镇水井",
            "批复日期": "2020-08-08",
            "服务人口": 2600,
            "级别": None,
            "geometry": at(3600, 2250, 160, 160),
        },
    ]
    path = "图层/饮用水水源保护区.gpkg"
    district.mark(path, len(zones), "key_missing", "保护区没有级别")
    nature.add(
        "water_zone",
        path,
        layer(zones, GEOGRAPHIC),
        issuer="示例区生态环境局",
        valid_from="2018-05-21",
        scale=10000,
    )
    spots: list[tuple[object, ...]] = [
        ("甲染整厂", 3100, 3560, "工业", "在用", "hit", "一级保护区内仍在用", 801),
        ("乙养殖场", 3650, 3250, "农业", "在用", "hit", "二级保护区内仍在用", 802),
        (
            "丙食品厂",
            3400,
            3050,
            "工业",
            "在用",
            "hit",
            "一级保护区内，曾因排污口受罚（降低确定性）",
            803,
        ),
        ("丁雨水口", 2900, 3500, "雨洪", "在用", "dropped", "雨洪排口", None),
        ("戊造纸厂", 3250, 3500, "工业", "已封堵", "", "已封堵", 805),
        (
            "己加油站",
            3100,
            2768,
            "其他",
            "在用",
            "review",
            "在二级保护区内但距边界不足三十米",
            806,
        ),
        ("庚加工厂", 2700, 3450, "工业", "停用", "review", "登记为停用", 807),
        ("辛洗涤厂", 3640, 3300, "工业", None, "unknown", "状态缺失", 808),
        ("壬电镀厂", None, None, "工业", "在用", "unknown", "没有坐标", 809),
        ("癸度假村", 3100, 2680, "其他", "在用", "", "准保护区，默认不筛", 810),
        ("子农家乐", 3380, 2430, "其他", "在用", "review", "保护区批复日期缺失", 811),
        # the zone without a level is in the quarantine: this outfall lies in none
        ("丑屠宰点", 3680, 2330, "其他", "在用", "", "保护区级别缺失", 812),
    ]
    spots += [
        (
            f"外{i}号口",
            300 + 220 * i,
            150 + 90 * (i % 5),
            "工业",
            "在用",
            "",
            "保护区外",
            820 + i,
        )
        for i in range(1, 13)
    ]
    head: Row = [
        "排污口编码",
        "排污口名称",
        "排污口类型",
        "统一社会信用代码",
        "是否审批",
        "状态",
        "经度",
        "纬度",
    ]
    rows: list[Row] = [head]
    for name, x, y, kind, status, state, why, number in spots:
        key = f"FS990302{len(rows):04d}"
        lon, lat = _degrees(x, y)
        code = None if number is None else uscc(int(number))  # type: ignore[call-overload]
        approved = "是" if name == "甲染整厂" else "否"
        rows.append(
            [key, f"示例{name}排口", kind, code, approved, status or "无", lon, lat]
        )  # type: ignore[list-item]
        if state:
            district.plant(OUTFALL, str(state), key, str(why))
    file = TextFile("数据/入河排污口.csv", rows)
    district.add("outfall", file, crs=GEOGRAPHIC, sigma_m=5.0)
    district.settle(OUTFALL, len(spots))


def _degrees(x: object, y: object) -> tuple[object, object]:
    if x is None:
        return None, None
    return degrees(float(x), float(y))  # type: ignore[arg-type]


# ---- hazardous waste ----


def _waste(district: District) -> None:
    buys: list[Row] = [["统一社会信用代码", "采购日期", "数量(升)"]]
    declared: list[Row] = [["统一社会信用代码", "年度", "废物代码", "产生量(吨)"]]
    moved: list[Row] = [
        [
            "联单编号",
            "移出单位",
            "接受单位",
            "废物代码",
            "转移量(千克)",
            "转移日期",
            "车牌号",
        ]
    ]
    keys: set[tuple[str, int]] = set()
    taker = uscc(899)

    def bought(number: int, year: int, litres: float) -> None:
        keys.add((uscc(number), year))
        for part, month in ((0.4, 3), (0.6, 9)):
            date = f"{year}/{month}/15" if year < 2026 or month < 9 else "2026/8/15"
            buys.append([uscc(number), date, f"{litres * part:,.0f}"])

    def said(number: int, year: int, tonnes: float) -> None:
        keys.add((uscc(number), year))
        declared.append([uscc(number), year, "900-214-08", tonnes])

    def shipped(
        number: int, year: int, tonnes: object, code: str = "900-214-08"
    ) -> None:
        keys.add((uscc(number), year))
        kilos = round(tonnes * 1000, 3) if isinstance(tonnes, float) else tonnes
        moved.append(
            [
                f"990302{year}{len(moved):06d}",
                uscc(number),
                taker,
                code,
                kilos,
                f"{year}-07-{len(moved) % 28 + 1:02d}",
                "示A00000",
            ]
        )  # type: ignore[list-item]

    def plant(state: str, number: int, year: int, why: str) -> None:
        district.plant(WASTE, state, [uscc(number), year], why)

    for i in range(1, 11):
        for year in (2024, 2025):
            litres = 3000.0 + 250 * i
            bought(840 + i, year, litres)
            tonnes = round(litres * 0.00087 * (0.55 + 0.02 * i), 2)
            said(840 + i, year, tonnes)
            shipped(840 + i, year, round(tonnes * 0.95, 3))
    bought(861, 2024, 20000.0)
    said(861, 2024, 0.8)
    shipped(861, 2024, 0.7)
    plant("hit", 861, 2024, "申报和转移均不足推算量一成")
    bought(862, 2024, 3000.0)
    said(862, 2024, 2.0)
    shipped(862, 2024, 9.5)
    plant("hit", 862, 2024, "转移量远超申报量")
    bought(863, 2025, 15000.0)
    said(863, 2025, 0.5)
    shipped(863, 2025, 0.5)
    plant("hit", 863, 2025, "申报不足推算量一成")
    bought(864, 2026, 16000.0)
    said(864, 2026, 0.1)
    shipped(864, 2026, 0.1)
    plant("dropped", 864, 2026, "年度尚未结束")
    bought(865, 2025, 12000.0)
    said(865, 2025, 5.0)
    shipped(865, 2025, 0.3)
    plant("review", 865, 2025, "仅转移不足，贮存可能未满一年")
    bought(866, 2024, 12000.0)
    said(866, 2024, 5.2)
    shipped(866, 2024, 0.2)
    bought(866, 2025, 6000.0)
    said(866, 2025, 6.0)
    shipped(866, 2025, 8.0)
    plant("review", 866, 2024, "次年已转移，两年合计相符")
    bought(867, 2024, 9000.0)
    said(867, 2024, 0.4)
    shipped(867, 2024, 0.4)
    bought(867, 2025, 3000.0)
    said(867, 2025, 4.2)
    shipped(867, 2025, 4.1)
    plant("review", 867, 2024, "与次年合计相符，可能是库存跨年")
    bought(868, 2024, 14000.0)
    said(868, 2024, 5.5)
    shipped(868, 2024, "另附")
    path = "数据/危险废物转移联单.txt"
    district.mark(path, len(moved), "type", "转移量写的是文字", "qty_t")
    plant("unknown", 868, 2024, "转移量无法读取")
    bought(869, 2024, 2290.0)
    said(869, 2024, 0.0)
    shipped(869, 2024, 0.9)  # clear: the gap is below one tonne
    bought(870, 2024, 2400.0)
    said(870, 2024, 0.04)
    shipped(870, 2024, 0.9)
    plant("hit", 870, 2024, "申报差额刚过一吨")
    file = TextFile("数据/机油采购发票.csv", buys, "gbk")
    district.add("oil_purchase", file)
    book = Workbook("数据/危废申报.xls", [Sheet("2024—2026", declared)])
    district.add("hw_generation", book)
    district.add("hw_manifest", TextFile(path, moved, "gbk", "\t"))
    district.settle(WASTE, len(keys))


# ---- layers of the land side ----


def _parcels(nature: Nature, land: Land) -> None:
    rows: list[dict[str, object]] = [
        {"宗地编号": no, "geometry": at(x, y, 140, 150)} for no, x, y in land.parcels
    ]
    nature.add(
        "parcel",
        "图层/宗地红线.gpkg",
        layer(rows, METRIC),
        issuer="示例区自然资源和规划局",
        valid_from="2022-01-01",
        scale=500,
    )
    temp: list[dict[str, object]] = [
        {
            "批准文号": no,
            "用地单位": firm(404, "建设").name,
            "批准日期": start,
            "到期时间": end,
            "geometry": at(*shape),
        }
        for no, start, end, shape in land.temp_land
    ]
    nature.add(
        "temp_land",
        "图层/临时用地.geojson",
        layer(temp, GEOGRAPHIC),
        crs=GEOGRAPHIC,
        issuer="示例区自然资源和规划局",
        scale=2000,
    )
    for no, cloudy in (("139", (AFTER, CONFIRM)), ("140", (CONFIRM,))):
        x, y = next((x, y) for n, x, y in land.parcels if n.endswith(f"-{no}"))
        nature.clouds.append(Cloud(x + 70, y + 75, 115, cloudy))
