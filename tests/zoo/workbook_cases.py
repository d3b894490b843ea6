"""Workbooks: the same layouts as XLSX, XLS and ODS, and what only they can hold."""

from __future__ import annotations

import datetime as dt
import zipfile

from tests.zoo.cases import Case, cell, row
from tests.zoo.making import (
    Formula,
    archive,
    book,
    content,
    ods_bytes,
    rewritten,
    xls_bytes,
    xlsx_bytes,
)

CONTRACT = {"dataset": "land_contract"}
HEAD = ("合同编号", "受让人", "出让面积(公顷)", "成交价(万元)", "签订日期")
FIRST = ("示合2024-001", "示例甲公司", 1.5, 500, dt.date(2024, 3, 5))
SECOND = ("示合2024-002", "示例乙公司", 2, 720.05, dt.date(2024, 6, 30))
ROWS = [HEAD, FIRST, SECOND]
TITLE = ("示例区2024年出让合同台账", None, None, None, None)
NOON = dt.datetime(2024, 3, 5, 12)  # noqa: DTZ001 - cells know no zone
KINDS = ("xlsx", "xls", "ods")


def _first(number):
    return {
        number: {
            "contract_no": "示合2024-001",
            "grantee": "示例甲公司",
            "area_m2": 15000.0,
            "price_total_cny": 5000000.0,
            "sign_date": "2024-03-05",
        }
    }


def _second(number):
    return {
        number: {
            "area_m2": 20000.0,
            "price_total_cny": 7200500.0,
            "sign_date": "2024-06-30",
        }
    }


# name → sheets, how they are written, what is expected
_GROUPS = [
    ("合同信息", None, "宗地信息", None, None),
    ("合同编号", "受让人", "出让面积(公顷)", "成交价(万元)", "签订日期"),
]
_LAYOUTS = {
    "plain": ({"台账": ROWS}, {}, {"rows": 2, "cells": {**_first(2), **_second(3)}}),
    "title": (
        {"台账": [TITLE, *ROWS]},
        {},
        {"rows": 2, "cells": _first(3), "skipped": {1: "标题"}},
    ),
    "merged-title": (
        {"台账": [TITLE, *ROWS]},
        {"merged": [(0, 0, 0, 4)]},
        {"rows": 2, "cells": _first(3), "skipped": {1: "标题"}},
    ),
    "title-and-blank": (
        {"台账": [TITLE, (None,) * 5, *ROWS]},
        {},
        {"rows": 2, "cells": _first(4), "skipped": {2: "空行"}},
    ),
    "grouped-header": (
        {"台账": [*_GROUPS, FIRST, SECOND]},
        {"merged": [(0, 0, 0, 1), (0, 2, 0, 4)]},
        {"rows": 2, "cells": {**_first(3), **_second(4)}},
    ),
    "header-merged-downwards": (
        {
            "台账": [
                ("合同编号", "受让人", "出让情况", None, "签订日期"),
                (None, None, "出让面积(公顷)", "成交价(万元)", None),
                FIRST,
            ]
        },
        {"merged": [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3), (0, 4, 1, 4)]},
        {"rows": 1, "cells": _first(3)},
    ),
    "units-row": (
        {
            "台账": [
                ("合同编号", "受让人", "出让面积", "成交价", "签订日期"),
                (None, None, "公顷", "万元", None),
                FIRST,
            ]
        },
        {},
        {"rows": 1, "cells": _first(3), "skipped": {2: "单位行"}},
    ),
    "total": (
        {"台账": [*ROWS, ("合计", None, 3.5, 1220.05, None)]},
        {},
        {"rows": 2, "skipped": {4: "合计"}},
    ),
    "merged-total": (
        {"台账": [*ROWS, ("合计", None, 3.5, 1220.05, None)]},
        {"merged": [(3, 0, 3, 1)]},
        {"rows": 2, "skipped": {4: "合计"}},
    ),
    "signed": (
        {"台账": [*ROWS, ("制表人：张某", None, None, None, None)]},
        {},
        {"rows": 2, "skipped": {4: "表尾"}},
    ),
    "repeated-header": (
        {"台账": [HEAD, FIRST, HEAD, SECOND]},
        {},
        {"rows": 2, "cells": _second(4), "skipped": {3: "重复的表头"}},
    ),
    "blank-rows-and-column": (
        {"台账": [(None,) * 6, *((None, *r) for r in ROWS), (None,) * 6]},
        {},
        {"rows": 2, "cells": _first(3)},
    ),
    "hidden-sheet": (
        {"台账": ROWS, "旧表": [HEAD, ("废-1", "x", 1, 1, dt.date(2020, 1, 1))]},
        {"hidden": ("旧表",)},
        {"rows": 2, "notes": ("隐藏的工作表未读取 旧表",)},
    ),
    "two-sheets": (
        {"一季度": [HEAD, FIRST], "二季度": [HEAD, SECOND]},
        {},
        {"rows": 2},
    ),
    "sheet-of-notes": (
        {"说明": [("填表说明",), ("面积按批准文件",)], "台账": ROWS},
        {},
        {"rows": 2, "notes": ("未读取的工作表 说明",)},
    ),
    "empty-sheet": (
        {"Sheet1": [], "台账": ROWS},
        {},
        {"rows": 2, "notes": ("空的工作表未读取 Sheet1",)},
    ),
    "numbers-as-text": (
        {
            "台账": [
                HEAD,
                (*FIRST[:2], "1.5", "5,00", "2024年3月5日"),
                (*SECOND[:2], "２", "720.05", "2024.6.30"),
            ]
        },
        {},
        {
            "rows": 2,
            "cells": {
                2: {
                    "area_m2": 15000.0,
                    "price_total_cny": None,
                    "sign_date": "2024-03-05",
                },
                **_second(3),
            },
            "out": [cell(2, "price_total_cny", "type")],
        },
    ),
    "key-conflict": (
        {"台账": [*ROWS, (FIRST[0], "丙", 3, 4, None)]},
        {},
        {"rows": 1, "out": [row(2, "key_conflict"), row(4, "key_conflict")]},
    ),
    "code-as-number": (
        {"台账": [("合同编号", "电子监管号"), ("A-1", 990302202400000018)]},
        {},
        {"rows": 1, "out": [cell(2, "supervision_no", "truncated")]},
    ),
    "code-as-text": (
        {"台账": [("合同编号", "电子监管号"), ("A-1", "990302202400000018")]},
        {},
        {"rows": 1, "cells": {2: {"supervision_no": "990302202400000018"}}},
    ),
    "short-code-as-number": (
        {"台账": [("合同编号", "电子监管号"), ("A-1", 990302)]},
        {},
        {
            "rows": 1,
            "cells": {2: {"supervision_no": "990302"}},
            "notes": ("前导零可能已丢失",),
        },
    ),
    "serial-as-date": (
        {"台账": [("合同编号", "签订日期"), ("A-1", 45356)]},
        {},
        {"rows": 1, "cells": {2: {"sign_date": "2024-03-05"}}, "notes": ("日期序号",)},
    ),
    "number-of-eight-digits-as-date": (
        {"台账": [("合同编号", "签订日期"), ("A-1", 20240305)]},
        {},
        {"rows": 1, "cells": {2: {"sign_date": "2024-03-05"}}},
    ),
    "nothing": ({"台账": []}, {}, {"refused": "empty", "says": ("空的",)}),
    "all-hidden-but-one-empty": (
        {"台账": ROWS, "Sheet2": []},
        {"hidden": ("台账",)},
        {"refused": "empty", "says": ("空的",)},
    ),
    "two-data-sets": (
        {
            "合同": ROWS,
            "缴库": [
                ("合同编号", "期次", "缴款日期", "实缴金额(元)", "款项性质"),
                ("A", 1, dt.date(2024, 1, 5), 5, "价款"),
            ],
        },
        {},
        {
            "options": {},
            "refused": "unsupported",
            "says": ("不同的数据集", "合同", "缴库"),
        },
    ),
    "sheet-told": (
        {"甲": [HEAD, FIRST], "乙": [HEAD, SECOND]},
        {},
        {"options": {**CONTRACT, "sheet": "乙"}, "rows": 1, "cells": _second(2)},
    ),
    "sheet-unknown": (
        {"甲": [HEAD, FIRST]},
        {},
        {
            "options": {**CONTRACT, "sheet": "丙"},
            "refused": "header",
            "says": ("没有工作表“丙”", "甲"),
        },
    ),
}


def _layouts():
    for name, (sheets, how, expected) in _LAYOUTS.items():
        for kind in KINDS:
            wanted = {"options": CONTRACT, **expected}
            yield Case(f"{kind}-{name}", book(sheets, kind=kind, **how), **wanted)


def _xlsx(name, rows, /, *, merged=(), dates_1904=False, **expected):
    expected.setdefault("options", CONTRACT)
    return Case(
        f"xlsx-{name}",
        book({"台账": rows}, merged=merged, dates_1904=dates_1904),
        **expected,
    )


_FORMULAS = [
    HEAD,
    (
        "A-1",
        Formula('="甲"&"公司"', "甲公司"),
        Formula("=1+0.5", 1.5),
        Formula("=SUM(A9:A10)", 500),
        Formula("=DATE(2024,3,5)", 45356),
    ),
]
_ERRORS = [
    HEAD,
    (
        "A-1",
        "甲",
        Formula("=1/0", "#DIV/0!"),
        Formula("=X", "#NAME?"),
        Formula("=Y", "#REF!"),
    ),
]
_MERGED = [
    HEAD,
    ("A-1", "示例甲公司", 1, 500, dt.date(2024, 3, 5)),
    ("A-2", None, 2, None, None),
]
_SPECIAL = [
    _xlsx(
        "formulas-cached",
        _FORMULAS,
        rows=1,
        cells={
            2: {
                "grantee": "甲公司",
                "area_m2": 15000.0,
                "price_total_cny": 5000000.0,
                "sign_date": "2024-03-05",
            }
        },
    ),
    _xlsx(
        "1904",
        [HEAD, (*FIRST[:4], dt.date(2024, 3, 5))],
        dates_1904=True,
        rows=1,
        cells=_first(2),
    ),
    Case(
        "xls-1904",
        content(xls_bytes({"台账": [HEAD, FIRST]}, dates_1904=True), "出让合同.xls"),
        options=CONTRACT,
        rows=1,
        cells=_first(2),
    ),
    _xlsx(
        "date-and-time",
        [("合同编号", "签订日期"), ("A-1", NOON)],
        rows=1,
        cells={2: {"sign_date": "2024-03-05"}},
    ),
    _xlsx(
        "boolean-cells",
        [("合同编号", "受让人"), ("A-1", True)],
        rows=1,
        cells={2: {"grantee": "TRUE"}},
    ),
    _xlsx(
        "code-of-15-digits-as-number",
        [("合同编号", "电子监管号"), ("A-1", 990302202400018)],
        rows=1,
        cells={2: {"supervision_no": "990302202400018"}},
    ),
    _xlsx(
        "code-scientific-as-text",
        [("合同编号", "电子监管号"), ("A-1", "9.90302E+17")],
        rows=1,
        out=[cell(2, "supervision_no", "truncated")],
    ),
    _xlsx(
        "merged-words-and-amounts",
        _MERGED,
        merged=[(1, 1, 2, 1), (1, 3, 2, 3), (1, 4, 2, 4)],
        rows=2,
        cells={
            3: {
                "grantee": "示例甲公司",
                "price_total_cny": None,
                "sign_date": "2024-03-05",
            }
        },
        notes=("数值只计入首行", "合并的各行取同一值"),
    ),
    _xlsx(
        "placeholder-day",
        [("合同编号", "签订日期"), ("A-1", dt.date(9999, 12, 31)), ("A-2", 2)],
        rows=2,
        cells={2: {"sign_date": None}, 3: {"sign_date": None}},
    ),
    _xlsx(
        "negative-serial",
        [("合同编号", "签订日期"), ("A-1", -5)],
        rows=1,
        out=[cell(2, "sign_date", "date")],
    ),
    _xlsx(
        "wide-title-block",
        [("填报单位：示例局", None, None, "日期：2024-12-31", None), TITLE, *ROWS],
        rows=2,
        cells=_first(4),
        skipped={1: "标题", 2: "标题"},
    ),
    Case(
        "xlsx-named-xls",
        content(xlsx_bytes({"台账": ROWS}), "出让合同.xls"),
        options=CONTRACT,
        rows=2,
        cells=_first(2),
    ),
    Case(
        "xls-named-xlsx",
        content(xls_bytes({"台账": ROWS}), "出让合同.xlsx"),
        options=CONTRACT,
        rows=2,
        cells=_first(2),
    ),
    Case(
        "xls-named-csv",
        content(xls_bytes({"台账": ROWS}), "出让合同.csv"),
        options=CONTRACT,
        rows=2,
        cells=_first(2),
    ),
]

# ---- what must be refused ----

SHEET = "xl/worksheets/sheet1.xml"
_GOOD = xlsx_bytes({"台账": ROWS})
_OLD = xls_bytes({"台账": ROWS})


def _refused(name, data, *says, reason="unsupported", file="出让合同.xlsx"):
    return Case(name, content(data, file), options=CONTRACT, refused=reason, says=says)


def _cut_behind_the_rows(xml):
    """Cut where calamine would wait for ever for the end of the table."""
    return xml.partition(b"</table:table>")[0]


def _far(data):
    return data.replace(b'r="A2"', b'r="XFD1048576"')


_BOMB = archive({"xl/workbook.xml": b"<a/>", SHEET: b" " * (300 << 20)})
_HTML = "<html><body>登录已过期，请重新登录</body></html>".encode()
_WORD = archive({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"})
_BINARY = archive({"xl/workbook.bin": b"\x00"})
_REFUSED = [
    _refused(
        "xlsx-truncated", _GOOD[: len(_GOOD) // 2], "不完整或已损坏", reason="truncated"
    ),
    _refused(
        "xls-truncated", _OLD[:700], "打不开", reason="truncated", file="出让合同.xls"
    ),
    _refused(
        "xlsx-damaged-inside",
        _GOOD.replace(b"PK\x01\x02", b"PK\x09\x09"),
        "打不开",
        reason="truncated",
    ),
    _refused("xlsx-bomb", _BOMB, "压缩炸弹", reason="too_large"),
    _refused(
        "xlsx-cell-far-out",
        rewritten(_GOOD, SHEET, _far),
        "第 1048576 行",
        reason="too_large",
    ),
    _refused("xlsx-word-document", _WORD, "ZIP 压缩包，不是表格"),
    _refused("xlsb-broken", _BINARY, "打不开", file="出让合同.xlsb"),
    _refused(
        "xlsx-xml-broken",
        rewritten(_GOOD, SHEET, lambda d: d[:200]),
        "打不开",
        reason="truncated",
    ),
    _refused(
        "ods-cut-behind-the-last-row",
        rewritten(ods_bytes({"台账": ROWS}), "content.xml", _cut_behind_the_rows),
        "content.xml 不完整",
        reason="truncated",
        file="出让合同.ods",
    ),
    _refused("xlsx-pdf", b"%PDF-1.7 ...", "PDF 文档，不是表格"),
    _refused("xlsx-picture", b"\x89PNG\r\n\x1a\n....", "PNG 图片，不是表格"),
    _refused("xlsx-rar", b"Rar!\x1a\x07\x00....", "RAR 压缩包"),
    _refused("csv-tiff", b"II*\x00....", "TIFF 影像，不是表格", file="出让合同.csv"),
    _refused(
        "csv-geopackage", b"SQLite format 3\x00....", "GeoPackage", file="出让合同.csv"
    ),
    _refused("csv-web-page", _HTML, "网页，其中没有表格", file="出让合同.csv"),
    _refused(
        "xls-xml-spreadsheet",
        b'<?xml version="1.0"?><Workbook/>',
        "网页或 XML",
        file="出让合同.xls",
    ),
    _refused(
        "zip-of-tables",
        archive({"a.csv": b"1,2"}, kind=zipfile.ZIP_STORED),
        "ZIP 压缩包",
        file="出让合同.zip",
    ),
]

# ---- tables in files that are no plain grid ----

_PAYMENTS = [
    ("合同编号", "期次", "缴款日期", "实缴金额(元)"),
    ("A", 1, dt.date(2024, 1, 5), 5),
]
_HTML_TABLE = (
    "<html><head><meta charset=gbk></head><body><table>"
    "<tr><th>合同编号</th><th>受让人</th><th>出让面积(公顷)</th></tr>"
    "<tr><td>A-1</td><td>示例甲公司</td><td>1.5</td></tr></table></body></html>"
)
_JSON = '{"合同编号": "A-1", "受让人": "示例甲公司", "出让面积(公顷)": 1.5}\n'


def _parquet(folder):
    import pandas as pd

    path = folder / "出让合同.parquet"
    pd.DataFrame([FIRST, SECOND], columns=list(HEAD)).to_parquet(path)
    return path


_A1 = {"contract_no": "A-1", "grantee": "示例甲公司", "area_m2": 15000.0}
_TABLES = [
    Case(
        "two-tables-on-a-sheet",
        book({"台账": [*ROWS, (None,) * 5, (None,) * 5, *_PAYMENTS]}),
        options=CONTRACT,
        rows=2,
        cells=_first(2),
    ),
    Case(
        "two-equal-tables-on-a-sheet",
        book(
            {
                "台账": [
                    HEAD,
                    FIRST,
                    (None,) * 5,
                    ("二季度", None, None, None, None),
                    HEAD,
                    SECOND,
                ]
            }
        ),
        options=CONTRACT,
        rows=2,
        cells={**_first(2), **_second(6)},
    ),
    Case("parquet", _parquet, options=CONTRACT, rows=2, cells=_first(1)),
    Case(
        "json-lines",
        content(_JSON.encode(), "出让合同.jsonl"),
        options=CONTRACT,
        rows=1,
        cells={1: _A1},
    ),
    Case(
        "html-xls-gbk",
        content(_HTML_TABLE.encode("gbk"), "出让合同.xls"),
        options=CONTRACT,
        rows=1,
        cells={2: _A1},
    ),
]
_BESIDE = [
    Case(
        "two-tables-side-by-side",
        book(
            {"台账": [(*a, None, *b) for a, b in zip(ROWS[:2], _PAYMENTS, strict=True)]}
        ),
        options=CONTRACT,
        rows=1,
        cells=_first(2),
    ),
    Case("et", content(_OLD, "出让合同.et"), options=CONTRACT, rows=2, cells=_first(2)),
]
_ERROR_CELLS = _xlsx(
    "error-cells",
    _ERRORS,
    rows=1,
    out=[
        cell(2, "area_m2", "type"),
        cell(2, "price_total_cny", "type"),
        cell(2, "sign_date", "date"),
    ],
)
CASES = [*_layouts(), *_SPECIAL, *_BESIDE, *_REFUSED, *_TABLES, _ERROR_CELLS]
