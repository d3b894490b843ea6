"""Files that look whole and are not: passwords, stale formulas, tables below tables."""

from __future__ import annotations

import io
import json
import re
import struct

import xlsxwriter
import xlwt

from tests.zoo.cases import Case, cell
from tests.zoo.layer_cases import PARCEL, TWO, layer, written
from tests.zoo.making import (
    CREATED,
    FIRST,
    HEAD,
    ROWS,
    SECOND,
    archive,
    book,
    content,
    ods_bytes,
    rewritten,
    text,
    text_of,
    xls_bytes,
)

CONTRACT = {"dataset": "land_contract"}
SHEET = "xl/worksheets/sheet1.xml"
_PLAIN = text_of(ROWS)


def _refused(name, data, file, *says, reason="unsupported"):
    return Case(name, content(data, file), options=CONTRACT, refused=reason, says=says)


# ---- passwords ----


def _renamed_stream():
    """Return the container of an encrypted XLSX file: its package has another name."""
    old, new = ("Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le"))
    data = bytearray(xls_bytes({"台账": ROWS}))
    at = data.index(old)
    data[at : at + len(new)] = new
    data[at + 64 : at + 66] = struct.pack("<H", len(new) + 2)
    return bytes(data)


def _with_password():
    """Return an XLS file whose second record says that all else is encrypted."""
    stream, made = io.BytesIO(), xlwt.Workbook(encoding="utf-8")
    made.add_sheet("台账").write(0, 0, "x")
    plain = made.get_biff_data
    first = 4 + struct.unpack("<HH", plain()[:4])[1]
    locked = struct.pack("<HH", 0x2F, 54) + struct.pack("<HHH", 1, 1, 1) + b"\1" * 48
    made.get_biff_data = lambda: plain()[:first] + locked + plain()[first:]
    made.save(stream)
    return stream.getvalue()


def _locked_ods():
    told = b"<manifest:encryption-data/></manifest:manifest>"
    return rewritten(
        rewritten(
            ods_bytes({"台账": ROWS}),
            "META-INF/manifest.xml",
            lambda d: d.replace(b"</manifest:manifest>", told),
        ),
        "content.xml",
        lambda d: d[::-1],
    )


_LOCKED = [
    _refused("xlsx-with-password", _renamed_stream(), "出让合同.xlsx", "打开密码"),
    _refused("xls-with-password", _with_password(), "出让合同.xls", "打开密码"),
    _refused("ods-with-password", _locked_ods(), "出让合同.ods", "打开密码"),
]

# ---- formulas ----


def _formulas(results, *, change=lambda data: data):
    """Return a maker of a workbook whose prices are formulas; None: not calculated."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as made:
        made.set_properties({"created": CREATED})
        sheet = made.add_worksheet("台账")
        sheet.write_row(0, 0, HEAD)
        for row, result in enumerate(results, 1):
            sheet.write_row(row, 0, (f"示合2024-{row:03}", "甲", 1000 + row))
            given = () if result is None else (None, result)
            sheet.write_formula(row, 3, f"=C{row + 1}*5000", *given)
            sheet.write_string(row, 4, "2024-03-05")
    data = rewritten(stream.getvalue(), SHEET, change)
    return content(data, "出让合同.xlsx")


def _shared(xml):
    """Write the formula once, as Excel does, and refer to it."""
    first = b'<f t="shared" ref="D2:D3" si="0">C2*5000</f>'
    return xml.replace(b"<f>C2*5000</f>", first).replace(
        b"<f>C3*5000</f>", b'<f t="shared" si="0"/>'
    )


def _without_results(xml):
    return re.sub(rb"</f><v>[^<]*</v>", b"</f>", xml)


def _priced(number, value):
    return {number: {"price_total_cny": value}}


def _as_saved_by_excel(xml):
    return xml.replace(b' fullCalcOnLoad="1"', b"")


def _saved(results):
    """Return a maker of a workbook that was calculated when it was saved."""

    def make(folder):
        path = _formulas(results)(folder)
        data = rewritten(path.read_bytes(), "xl/workbook.xml", _as_saved_by_excel)
        path.write_bytes(data)
        return path

    return make


_LOST = [cell(2, "price_total_cny", "type"), cell(3, "price_total_cny", "type")]
_STALE = [
    Case(
        "formulas-shared",
        _formulas([5_005_000, 5_010_000], change=_shared),
        options=CONTRACT,
        rows=2,
        cells={**_priced(2, 5_005_000.0), **_priced(3, 5_010_000.0)},
    ),
    Case(
        "formulas-never-calculated",
        _formulas([None, None]),
        options=CONTRACT,
        rows=2,
        cells={**_priced(2, None), **_priced(3, None)},
        out=_LOST,
    ),
    Case(
        "formulas-shared-and-never-calculated",
        _formulas([None, None], change=_shared),
        options=CONTRACT,
        rows=2,
        out=_LOST,
    ),
    Case(
        "formulas-without-results",
        _formulas([None, None], change=_without_results),
        options=CONTRACT,
        rows=2,
        out=_LOST,
    ),
    Case(
        "formulas-with-a-calculated-zero",
        _saved([0, 5_010_000]),
        options=CONTRACT,
        rows=2,
        cells={**_priced(2, 0.0), **_priced(3, 5_010_000.0)},
    ),
]

# ---- tables that no data set knows, below one ----

_NARROW = [("部门", "负责人", "电话"), ("一科", "张某", "123"), ("二科", "李某", "456")]
_WIDE = [
    ("部门", "负责人", "电话", "人数", "备注"),
    ("一科", "张某", "123", "4", "5"),
    ("二科", "李某", "456", "7", "8"),
]
_PENDING = [
    ("示合2024-003", "示例丙公司", "待定", "待定", "2024-07-01"),
    ("示合2024-004", "示例丁公司", "1200", "300", "2024-07-02"),
]
_UNREAD = ("Sheet1第5行起的表",)
_BELOW = [
    Case(
        f"unknown-table-below-{name}-{kind}",
        book({"Sheet1": [*ROWS, (), *table]}, kind=kind),
        options=CONTRACT,
        rows=2,
        notes=_UNREAD,
    )
    for kind in ("xlsx", "xls", "ods")
    for name, table in (("narrow", _NARROW), ("wide", _WIDE))
]
_STAYING = [
    Case(
        "pending-records-below-a-gap",
        book({"Sheet1": [*ROWS, (), *_PENDING]}),
        options=CONTRACT,
        rows=4,
        out=[cell(5, "area_m2", "type"), cell(5, "price_total_cny", "type")],
    ),
]

# ---- encodings ----

_ENCODINGS = [
    Case(
        "text-utf-32",
        content(_PLAIN.encode("utf-32"), "出让合同.csv"),
        options=CONTRACT,
        rows=2,
    ),
    _refused(
        "text-utf-16-without-mark-is-named",
        _PLAIN.encode("utf-16-be"),
        "出让合同.csv",
        "没有编码标记的 UTF-16",
        "另存为 UTF-8",
        reason="encoding",
    ),
]

# ---- layers ----

_ESRI = {
    "geometryType": "esriGeometryPolygon",
    "spatialReference": {"wkid": 4490},
    "features": [{"attributes": {"宗地编号": "宗1"}, "geometry": {"rings": []}}],
}
_LAYERS = [
    layer(
        "layer-esri-json",
        content(json.dumps(_ESRI).encode(), "宗地.json"),
        refused="unsupported",
        says=("Esri JSON",),
    ),
    layer(
        "layer-area-of-another-unit",
        written(
            TWO.drop(columns="宗地编号").assign(图斑编号=["甲", "乙"], 图斑面积=16.3),
            "a.gpkg",
        ),
        options={"dataset": "pbf"},
        rows=2,
        cells={1: {"area_m2": None}},
        out=[cell(1, "area_m2", "unit"), cell(2, "area_m2", "unit")],
        notes=("应与图形的椭球面积相等",),
    ),
    layer(
        "layer-in-an-archive-called-gdb",
        content(archive({"a.gdb/x": b""}), "a.gdb.zip"),
        options=PARCEL,
        refused="unsupported",
    ),
]

# ---- what stands above and below the records ----

_BARE = ("合同编号", "受让人", "出让面积", "成交价", "签订日期")
_TEN = ("示合2024-001", "示例甲公司", "10", "500", "2024-03-05")
_COMMAS = (*FIRST[:2], "1.000", "5000000,50", FIRST[4])
_MU = 2000 / 3
_STATED = {2: {"area_m2": 10 * _MU, "price_total_cny": 5_000_000.0}}
_AROUND = [
    Case(
        f"unit-of-a-title-{kind}",
        book({"台账": [(title,), _BARE, _TEN]}, kind=kind),
        options=CONTRACT,
        rows=1,
        cells={number + 1: row for number, row in _STATED.items()},
        notes=("表头以上的标题写明",),
    )
    for kind, title in (
        ("xlsx", "示例区台账（单位：万元、亩）"),
        ("xls", "金额单位：万元；面积单位：亩"),
        ("ods", "单位：亩 万元"),
    )
]
_AROUND += [
    Case(
        "unit-of-a-title-in-text",
        text(f"单位：万元,,,,\r\n{text_of([(*HEAD[:3], '成交价', HEAD[4]), _TEN])}"),
        options=CONTRACT,
        rows=1,
        cells={3: {"area_m2": 10.0, "price_total_cny": 5_000_000.0}},
    ),
    Case(
        "unit-of-a-title-is-an-office",
        text(f"单位：示例区自然资源局,,,,\r\n{text_of(ROWS)}"),
        options=CONTRACT,
        rows=2,
        cells={3: {"price_total_cny": 5_000_000.0}},
    ),
    Case(
        "layout-mean-and-extremes",
        text([*ROWS, ("平均值", "", "1500", "6100000", ""), ("最大值", "", "2000.5")]),
        options=CONTRACT,
        rows=2,
        skipped={4: "合计或小计行", 5: "合计或小计行"},
    ),
    Case(
        "header-with-numbers-of-footnotes",
        text([("合同编号①", "受让人*", "出让面积[2]", "成交价(1)", "签订日期"), FIRST]),
        options=CONTRACT,
        rows=1,
        cells={2: {"contract_no": FIRST[0], "price_total_cny": 5_000_000.0}},
    ),
    Case(
        "numbers-in-european-writing",
        text([HEAD, _COMMAS, SECOND], delimiter=";"),
        options=CONTRACT,
        rows=2,
        cells={2: {"area_m2": 1.0, "price_total_cny": None}},
        out=[cell(2, "price_total_cny", "type")],
    ),
]

CASES = [*_AROUND, *_LOCKED, *_STALE, *_BELOW, *_STAYING, *_ENCODINGS, *_LAYERS]
