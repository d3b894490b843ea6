"""Dates and places in cells: every form, partial, open, ambiguous, none."""

from __future__ import annotations

from tests.zoo.cases import Case, cell
from tests.zoo.cell_cases import CONTRACT, bad_cells, one_cell
from tests.zoo.making import text

# ---- dates ----

_DAYS = [
    "2024-03-05",
    "2024/3/5",
    "2024.3.5",
    "2024年3月5日",
    "2024年03月05号",
    "20240305",
    "2024-03-05 13:45:00",
    "2024-03-05T13:45:00+08:00",
    "2024-03-04T20:00:00Z",
    "2024/3/5 下午1:45",
    "二〇二四年三月五日",
    "二零二四年三月五日",
    "２０２４年３月５日",
    "2024年3月5日 星期二",
    "2024－03－05",
    "2024 年 3 月 5 日",
    "2024-3-5\u00a0",
    "45356",
    "5-Mar-2024",
    "5 March 2024",
]
_PERIODS = {
    "2024年3月": ("2024-03-01", "2024-03-31"),
    "2024年3月份": ("2024-03-01", "2024-03-31"),
    "2024-03": ("2024-03-01", "2024-03-31"),
    "202403": ("2024-03-01", "2024-03-31"),
    "2024.03": ("2024-03-01", "2024-03-31"),
    "2024.10": ("2024-10-01", "2024-10-31"),
    "2024年2月": ("2024-02-01", "2024-02-29"),
    "2024年": ("2024-01-01", "2024-12-31"),
    "2024": ("2024-01-01", "2024-12-31"),
    "2024年度": ("2024-01-01", "2024-12-31"),
    "2024年第一季度": ("2024-01-01", "2024-03-31"),
    "2024Q4": ("2024-10-01", "2024-12-31"),
    "2024年上半年": ("2024-01-01", "2024-06-30"),
    "2024年3月上旬": ("2024-03-01", "2024-03-10"),
    "2024年2月下旬": ("2024-02-21", "2024-02-29"),
    "二〇二四年三月": ("2024-03-01", "2024-03-31"),
}
_NO_DAYS = [
    "1900-01-01",
    "1900/1/0",
    "9999-12-31",
    "9999/12/31",
    "0000-00-00",
    "1899-12-30",
    "/",
    "-",
    "无",
    "空",
    "暂无",
]
_BAD_DAYS = [
    "2024-02-30",
    "2023-02-29",
    "2024-13-01",
    "24.3.5",
    "24-03-05",
    "'24/3/5",
    "24年3月5日",
    "1899-05-01",
    "2101-01-01",
    "2024年3月5日至2025年3月5日",
    "待定",
    "2024.1",
    "03/04/2024",
    "05-06-2024",
    "2024-3-5-6",
    "99999",
]


def _dates():
    for shown in _DAYS:
        yield one_cell(
            f"date-{shown}",
            "签订日期",
            shown,
            "sign_date",
            cells={2: {"sign_date": "2024-03-05"}},
            also=_certain,
        )
    for shown, (first, last) in _PERIODS.items():
        yield one_cell(
            f"date-partial-{shown}",
            "签订日期",
            shown,
            "sign_date",
            cells={2: {"sign_date": first, "sign_date_last": last}},
        )
    for shown in _NO_DAYS:
        yield one_cell(
            f"date-placeholder-{shown}",
            "签订日期",
            shown,
            "sign_date",
            cells={2: {"sign_date": None}},
            notes=("占位符",),
        )
    yield from bad_cells(
        "date", "签订日期", "sign_date", dict.fromkeys(_BAD_DAYS, "date")
    )
    for shown in ("长期", "长期有效", "永久", "无固定期限"):
        yield one_cell(
            f"date-open-{shown}",
            "约定竣工时间",
            shown,
            "finish_due_date",
            cells={2: {"finish_due_date": None, "finish_due_date_open": True}},
        )


def _certain(table):
    assert not [c for c in table.frame.columns if c.endswith(("_last", "_open"))]


def _several(name, shown, **expected):
    rows = [("合同编号", "签订日期"), *((f"A-{i}", s) for i, s in enumerate(shown))]
    return Case(name, text(rows), options=CONTRACT, rows=len(shown), **expected)


def _day(number, value):
    return {number: {"sign_date": value}}


_SEVERAL = [
    _several(
        "day-first-settled-by-another-row",
        ["03/04/2024", "25/04/2024"],
        cells={**_day(2, "2024-04-03"), **_day(3, "2024-04-25")},
        notes=("日在前",),
    ),
    _several(
        "month-first-settled-by-another-row",
        ["03/04/2024", "04/25/2024"],
        cells={**_day(2, "2024-03-04"), **_day(3, "2024-04-25")},
        notes=("月在前",),
    ),
    _several(
        "day-and-month-contradicted",
        ["03/04/2024", "25/04/2024", "04/25/2024"],
        out=[cell(2, "sign_date", "date")],
        cells=_day(3, "2024-04-25"),
    ),
    _several(
        "day-and-month-not-settled",
        ["03/04/2024", "2024-03-04"],
        out=[cell(2, "sign_date", "date")],
        cells=_day(3, "2024-03-04"),
    ),
    _several(
        "day-equal-to-month",
        ["04/04/2024", "05/06/2024"],
        out=[cell(3, "sign_date", "date")],
        cells=_day(2, "2024-04-04"),
    ),
    _several(
        "dates-of-every-form-mixed",
        ["2024-03-05", "2024年3月", "长期", "/"],
        cells={
            **_day(2, "2024-03-05"),
            3: {"sign_date": "2024-03-01", "sign_date_last": "2024-03-31"},
            4: {"sign_date_open": True},
            **_day(5, None),
        },
    ),
]


def _century(name, century, shown, **expected):
    rows = [("合同编号", "签订日期"), ("A-1", shown)]
    options = {**CONTRACT, "century": f"{{sign_date: {century}}}"}
    return Case(name, text(rows), read="workspace", options=options, rows=1, **expected)


_CENTURIES = [
    _century(
        "two-digit-year-of-2000",
        2000,
        "24.3.5",
        cells=_day(2, "2024-03-05"),
        notes=("给定的世纪",),
    ),
    _century("two-digit-year-of-1900", 1900, "98年3月5日", cells=_day(2, "1998-03-05")),
    Case(
        "pair-in-wrong-order",
        text([("电子监管号", "约定容积率下限", "约定容积率上限"), ("A-1", "3", "2")]),
        options={"dataset": "land_supply_result"},
        rows=1,
        out=[cell(2, "far_min", "range"), cell(2, "far_max", "range")],
    ),
]

# ---- places ----

FARM = {"dataset": "farm"}


def _farm(name, headers, *rows, **expected):
    lines = [
        ("备案号", "畜禽种类", *headers),
        *((f"F-{i}", "猪", *r) for i, r in enumerate(rows)),
    ]
    expected.setdefault("options", FARM)
    return Case(name, text(lines), **expected)


def _at(number, x, y):
    return {number: {"_x": x, "_y": y}}


def _near(x, y):
    def check(found):
        point = found.frame["geometry"].iloc[0]
        assert abs(point.x - x) < 1e-4
        assert abs(point.y - y) < 1e-4

    return check


def _placed(name, headers, *rows, crs, **expected):
    options = {**FARM, "crs": f'"{crs}"'}
    return _farm(name, headers, *rows, read="workspace", options=options, **expected)


_PLACES = [
    _farm(
        "place-degrees",
        ("经度", "纬度"),
        ("120.5", "28.25"),
        cells=_at(2, 120.5, 28.25),
    ),
    _farm(
        "place-seconds",
        ("经度", "纬度"),
        ("120°30′0″", "28度15分0秒"),
        cells=_at(2, 120.5, 28.25),
    ),
    _farm(
        "place-x-is-north",
        ("X坐标", "Y坐标"),
        ("3125000", "40500000"),
        cells=_at(2, 40500000.0, 3125000.0),
        notes=("按数值交换",),
    ),
    _farm(
        "place-x-is-east",
        ("X坐标", "Y坐标"),
        ("500000", "3125000"),
        cells=_at(2, 500000.0, 3125000.0),
    ),
    _farm(
        "place-east-and-north",
        ("北坐标", "东坐标"),
        ("3125000", "500000"),
        cells=_at(2, 500000.0, 3125000.0),
    ),
    _farm(
        "place-undecided",
        ("X坐标", "Y坐标"),
        ("28", "29"),
        out=[cell(2, "X坐标", "crs")],
    ),
    _farm(
        "place-unreadable",
        ("经度", "纬度"),
        ("东边", "28.25"),
        out=[cell(2, "经度", "type")],
    ),
    _placed(
        "place-4549",
        ("东坐标", "北坐标"),
        ("500000", "3125000"),
        crs="EPSG:4549",
        rows=1,
        also=_near(120.0, 28.23965),
    ),
    _placed(
        "place-4490",
        ("经度", "纬度"),
        ("120.5", "28.25"),
        crs="EPSG:4490",
        rows=1,
        also=_near(120.5, 28.25),
    ),
    _placed(
        "place-half",
        ("经度", "纬度"),
        ("120.5", "28.25"),
        ("120.5", ""),
        crs="EPSG:4490",
        rows=2,
        out=[cell(3, "geometry", "empty")],
    ),
    _placed(
        "place-outside",
        ("经度", "纬度"),
        ("120.5", "28.25"),
        ("12.5", "28.25"),
        crs="EPSG:4490",
        rows=2,
        out=[cell(3, "geometry", "outside_area")],
    ),
    _placed(
        "place-old-system",
        ("经度", "纬度"),
        ("120.5", "28.25"),
        crs="EPSG:4610",
        refused="crs",
        says=("西安80",),
    ),
    _farm(
        "place-without-system",
        ("经度", "纬度"),
        ("120.5", "28.25"),
        read="workspace",
        refused="crs",
        says=("没有坐标系", "EPSG:4490"),
    ),
]

CASES = [*_dates(), *_SEVERAL, *_CENTURIES, *_PLACES]
