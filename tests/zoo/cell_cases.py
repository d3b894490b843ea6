"""Single cells: numbers, units and codes as agencies write them."""

from __future__ import annotations

from tests.zoo.cases import Case, cell, row
from tests.zoo.making import text

CONTRACT = {"dataset": "land_contract"}
MU = 2000 / 3


def one_cell(name, header, shown, field, *, options=None, **expected):
    """Return the case of a file with one row, whose second cell is looked at."""
    rows = [("合同编号", header), ("示合-001", shown)]
    return Case(name, text(rows), options=options or CONTRACT, rows=1, **expected)


def _value(kind, header, column, values):
    for shown, value in values.items():
        yield one_cell(
            f"{kind}-{shown}", header, shown, column, cells={2: {column: value}}
        )


def bad_cells(kind, header, column, classes):
    for shown, reason in classes.items():
        yield one_cell(
            f"{kind}-bad-{shown}",
            header,
            shown,
            column,
            cells={2: {column: None}},
            out=[cell(2, column, reason)],
        )


# ---- numbers and units ----

_PRICES = {
    "1,234.5": 1234.5,
    "１２３": 123.0,
    "１，２３４．５": 1234.5,
    "1.2万": 12000.0,
    "1.2万元": 12000.0,
    "1.2亿": 120000000.0,
    "¥1,200元": 1200.0,
    "￥1200.50": 1200.5,
    "人民币1200元整": 1200.0,
    "1 234 567.89": 1234567.89,
    "1\u00a0234": 1234.0,
    "12\u200b3": 123.0,
    "\ufeff123 ": 123.0,
    "(1,200)": -1200.0,
    "-5": -5.0,
    "−5": -5.0,
    "1e3": 1000.0,
    "0": 0.0,
    "-": None,
    "—": None,
    "/": None,
    "无": None,
    "空": None,
    "　": None,
    "NULL": None,
    "#N/A": None,
}
_BAD_PRICES = {
    "约120": "type",
    "100-200": "type",
    "100以上": "type",
    "24.9;25.1": "type",
    "1.2.3": "type",
    "12abc": "type",
    "#DIV/0!": "type",
    "#VALUE!": "type",
    "1,23": "type",
    "1.234,56": "type",
    "壹佰万元": "type",
    "待定": "type",
    "=1+1": "type",
    "5吨": "unit",
    "3亩": "unit",
    "99999999999999999999": "range",
    "1e99": "range",
}
_AREAS = {
    "3亩2分": 3.2 * MU,
    "3亩2分5厘": 3.25 * MU,
    "2公顷": 20000.0,
    "2 hm²": 20000.0,
    "10万平方米": 100000.0,
    "0.5平方公里": 500000.0,
    "1200㎡": 1200.0,
    "1200平方米": 1200.0,
}
_RATES = {
    "1‰": 0.001,
    "0.05%": 0.0005,
    "千分之一": 0.001,
    "万分之五": 0.0005,
    "0.001": 0.001,
}

_NUMBERS = [
    *_value("price", "成交价", "price_total_cny", _PRICES),
    *bad_cells("price", "成交价", "price_total_cny", _BAD_PRICES),
    *_value("area", "出让面积", "area_m2", _AREAS),
    *bad_cells("area", "出让面积", "area_m2", {"5吨": "unit", "3元": "unit"}),
    *_value("rate", "违约金比例", "late_rate_per_day", _RATES),
    *bad_cells("rate", "违约金比例", "late_rate_per_day", {"1": "unit", "5元": "unit"}),
]


def _header_units():
    told = {
        "成交价（万元）": ("500", "price_total_cny", 5e6),
        "成交价/亿元": ("0.05", "price_total_cny", 5e6),
        "成交价:千元": ("500", "price_total_cny", 5e5),
        "成交价万元": ("500", "price_total_cny", 5e6),
        "出让面积(亩)": ("3", "area_m2", 2000.0),
        "出让面积（公顷）": ("1.5", "area_m2", 15000.0),
        "出让面积(hm2)": ("1.5", "area_m2", 15000.0),
        "出让面积_万平方米": ("1.5", "area_m2", 15000.0),
        "出让面积[平方公里]": ("0.5", "area_m2", 500000.0),
        "违约金比例(‰)": ("1", "late_rate_per_day", 0.001),
        "违约金比例(%)": ("0.1", "late_rate_per_day", 0.001),
    }
    for header, (shown, column, value) in told.items():
        yield one_cell(
            f"unit-of-header-{header}",
            header,
            shown,
            column,
            cells={2: {column: value}},
            notes=(f"列 {column}：单位",),
        )


def _with_units(**units):
    return {**CONTRACT, "units": units}


_UNITS = [
    *_header_units(),
    one_cell(
        "unit-not-told-is-noted",
        "成交价",
        "500",
        "price_total_cny",
        cells={2: {"price_total_cny": 500.0}},
        notes=("按元读取",),
    ),
    one_cell(
        "unit-of-workspace",
        "成交价",
        "500",
        "price_total_cny",
        options=_with_units(price_total_cny="万元"),
        cells={2: {"price_total_cny": 5e6}},
        notes=("列 price_total_cny：单位 万元",),
    ),
    one_cell(
        "unit-of-workspace-wins",
        "成交价（元）",
        "500",
        "price_total_cny",
        options=_with_units(price_total_cny="万元"),
        cells={2: {"price_total_cny": 5e6}},
    ),
    one_cell(
        "unit-of-cell-beside-header",
        "出让面积（公顷）",
        "3亩",
        "area_m2",
        cells={2: {"area_m2": 2000.0}},
    ),
    one_cell(
        "unit-multiple-beside-header",
        "成交价（万元）",
        "5万",
        "price_total_cny",
        cells={2: {"price_total_cny": None}},
        out=[cell(2, "price_total_cny", "unit")],
    ),
    one_cell(
        "unit-unknown",
        "成交价",
        "5",
        "",
        options=_with_units(price_total_cny="两"),
        refused="unit",
        says=("不认识的单位“两”",),
    ),
    one_cell(
        "unit-of-other-kind",
        "成交价",
        "5",
        "",
        options=_with_units(price_total_cny="亩"),
        refused="unit",
        says=("不是同一种量",),
    ),
    one_cell(
        "unit-of-header-of-other-kind",
        "出让面积(万元)",
        "5",
        "",
        refused="unit",
        says=("不是同一种量",),
    ),
    one_cell(
        "unit-of-text-column",
        "受让人",
        "甲",
        "",
        options=_with_units(grantee="元"),
        refused="unit",
        says=("没有单位",),
    ),
    one_cell(
        "unit-of-no-column",
        "受让人",
        "甲",
        "",
        options=_with_units(grante="元"),
        refused="unit",
        says=("grante",),
    ),
    Case(
        "unit-of-the-holder",
        text(
            [
                ("地区", "土地坐落", "土地面积", "转让价格"),
                ("示例区", "示例路", "1.5", "20"),
            ]
        ),
        options={"dataset": "land_transfer_record"},
        rows=1,
        cells={2: {"area_m2": 15000.0, "price_cny": 200000.0}},
        notes=("按公顷读取", "按万元读取"),
    ),
    one_cell(
        "money-to-the-cent",
        "成交价（万元）",
        "0.1234567",
        "price_total_cny",
        cells={2: {"price_total_cny": 1234.57}},
    ),
]

_PAY = {"dataset": "land_payment"}


def _payment(name, header, shown, **expected):
    rows = [("合同编号", "缴款日期", header), ("A-1", "2024-01-05", shown)]
    return Case(name, text(rows), options=_PAY, rows=1, **expected)


_ORDINALS = [
    _payment(f"ordinal-{shown}", "期次", shown, cells={2: {"instalment_no": value}})
    for shown, value in {"1": 1, "第1期": 1, "第十二期": 12, "３": 3, "2.0": 2}.items()
] + [
    _payment("ordinal-half", "期次", "1.5", out=[cell(2, "instalment_no", "type")]),
    _payment("ordinal-words", "期次", "首期", out=[cell(2, "instalment_no", "type")]),
    _payment(
        "value-of-list", "款项性质", "违约金", cells={2: {"payment_kind": "违约金"}}
    ),
    _payment(
        "value-of-list-spaced",
        "款项性质",
        " 违 约金",
        cells={2: {"payment_kind": "违约金"}},
    ),
    _payment(
        "value-of-no-list", "款项性质", "其他款", out=[cell(2, "payment_kind", "range")]
    ),
]

# ---- codes ----

USCC = "91110000600037341L"  # a published example of GB 32100-2015
PERSON = "11010519491231002X"  # the example of GB 11643-1999


def _firm(name, shown, **expected):
    rows = [("统一社会信用代码", "企业名称"), (shown, "示例公司")]
    return Case(name, text(rows), options={"dataset": "registration"}, **expected)


def _person(name, shown, **expected):
    rows = [("统一社会信用代码", "经营者身份证号"), (USCC, shown)]
    return Case(
        name, text(rows), options={"dataset": "registration"}, rows=1, **expected
    )


def _masked(table):
    assert "11010519491231" not in "".join(map(str, table.quarantine["value"]))


_WRONG = USCC[:-1] + "M"
_CODES = [
    _firm("code-of-18", USCC, rows=1, cells={2: {"uscc": USCC}}),
    _firm(
        "code-lower-case",
        USCC.lower(),
        rows=1,
        cells={2: {"uscc": USCC}},
        notes=("统一写法",),
    ),
    _firm("code-spaced", f"{USCC[:8]} {USCC[8:]}", rows=1, cells={2: {"uscc": USCC}}),
    _firm(
        "code-full-width",
        "".join(chr(ord(c) + 0xFEE0) for c in USCC),
        rows=1,
        cells={2: {"uscc": USCC}},
    ),
    _firm(
        "code-bad-check-digit",
        _WRONG,
        rows=1,
        cells={2: {"uscc": _WRONG}},
        out=[cell(2, "uscc", "checksum")],
    ),
    _firm(
        "code-too-short",
        USCC[:-2],
        rows=1,
        cells={2: {"uscc": USCC[:-2]}},
        out=[cell(2, "uscc", "checksum")],
    ),
    _firm(
        "code-scientific",
        "9.11302E+17",
        rows=0,
        out=[cell(2, "uscc", "truncated"), row(2, "key_missing")],
    ),
    _person("person-of-18", PERSON, cells={2: {"rep_id": PERSON}}),
    _person("person-lower-x", PERSON.lower(), cells={2: {"rep_id": PERSON}}),
    _person(
        "person-bad-check-digit",
        "110105194912310021",
        out=[cell(2, "rep_id", "checksum")],
        also=_masked,
    ),
    _person("person-scientific", "1.10105E+17", out=[cell(2, "rep_id", "truncated")]),
    one_cell(
        "number-of-18-digits-as-text",
        "电子监管号",
        "990302202400000018",
        "supervision_no",
        cells={2: {"supervision_no": "990302202400000018"}},
    ),
    one_cell(
        "number-with-leading-zeros",
        "宗地编号",
        "000123",
        "parcel_no",
        cells={2: {"parcel_no": "000123"}},
    ),
    one_cell(
        "number-scientific",
        "电子监管号",
        "9.90302E+17",
        "supervision_no",
        out=[cell(2, "supervision_no", "truncated")],
    ),
    one_cell(
        "text-full-width-folded",
        "宗地编号",
        "ＧＢ００１－２",
        "parcel_no",
        cells={2: {"parcel_no": "GB001-2"}},
    ),
]

_MARKED = [
    _firm(
        "code-with-apostrophe",
        f"'{USCC}",
        rows=1,
        cells={2: {"uscc": USCC}},
        notes=("撇号",),
    ),
    one_cell(
        "number-with-apostrophe",
        "宗地编号",
        "'GB001",
        "parcel_no",
        cells={2: {"parcel_no": "GB001"}},
        notes=("撇号",),
    ),
]
_CONTRADICTED = [
    ("合同编号", "出让面积(平方米)", "单价(元/平方米)", "成交价"),
    *((f"A-{i}", f"{1000 * i}", "500", f"{50 * i}") for i in range(1, 31)),
]
_BESIDE = [
    Case(
        "unit-contradicted-by-other-columns",
        text(_CONTRADICTED),
        options=CONTRACT,
        rows=30,
        cells={2: {"price_total_cny": None, "area_m2": 1000.0}},
        out=[cell(row, "price_total_cny", "unit") for row in range(2, 32)],
    ),
]
CASES = [*_NUMBERS, *_UNITS, *_ORDINALS, *_CODES, *_MARKED, *_BESIDE]
