"""Data sets and files made by hand for the tests of this room."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import xlsxwriter

from pil_discovery.types import Dataset, Field, Words

if TYPE_CHECKING:
    from pathlib import Path


def dataset(name, title, fields, key=(), **options):
    return Dataset(
        id=name,
        title=Words(zh=title),
        domain="common",
        holder="示例局",
        kind="record",
        key=key,
        fields=fields,
        **options,
    )


CONTRACT = dataset(
    "contract",
    "出让合同",
    (
        Field(name="contract_no", aliases=("合同编号",), type="text"),
        Field(name="grantee", aliases=("受让人",), type="text"),
        Field(name="area_m2", aliases=("出让面积",), type="number", unit="m2"),
        Field(name="price_cny", aliases=("成交价",), type="number", unit="CNY"),
        Field(name="sign_date", aliases=("签订日期",), type="date"),
    ),
    key=("contract_no",),
)
PAYMENT = dataset(
    "payment",
    "缴库明细",
    (
        Field(name="contract_no", aliases=("合同编号",), type="text"),
        Field(name="instalment_no", aliases=("期次",), type="integer"),
        Field(name="paid_date", aliases=("缴款日期",), type="date"),
        Field(name="amount_cny", aliases=("实缴金额",), type="number", unit="CNY"),
    ),
)
PERSON = dataset(
    "person",
    "参保登记",
    (
        Field(
            name="person_id",
            aliases=("身份证号",),
            type="text",
            pii="identifier",
            code="resident_id",
        ),
        Field(name="month_date", aliases=("缴费月份",), type="date"),
        Field(name="unit_name", aliases=("单位名称",), type="text"),
    ),
    key=("person_id", "month_date"),
)
FARM = dataset(
    "farm",
    "养殖场",
    (
        Field(name="farm_no", aliases=("编号",), type="text"),
        Field(name="farm_name", aliases=("场名",), type="text"),
        Field(name="geometry", aliases=("位置",), type="geometry", geom="point"),
    ),
    key=("farm_no",),
)
CATALOGUE = {d.id: d for d in (CONTRACT, PAYMENT, PERSON, FARM)}


def csv_file(folder: Path, text: str, name: str = "数据.csv", encoding: str = "utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def workbook(folder: Path, sheets: dict, name: str = "数据.xlsx", hidden=(), merged=()):
    path = folder / name
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(number, column, cell)
            for top, left, bottom, right, text in merged:
                sheet.merge_range(top, left, bottom, right, text)
            if title in hidden:
                sheet.hide()
    return path


def balanced(table) -> bool:
    """Whether rows read = used + quarantined, in the report and in every source."""
    report = table.report
    rows = (table.quarantine["scope"] == "row").sum()
    places = table.quarantine[table.quarantine["scope"] == "row"]
    return (
        report.rows_read == report.rows_used + report.rows_quarantined
        and report.rows_used == len(table.frame)
        and report.rows_quarantined == rows
        and not places.duplicated(["source", "sheet", "row"]).any()
        and sum(s.rows_read for s in table.sources) == report.rows_read
        and all(s.rows_read == s.rows_used + s.rows_quarantined for s in table.sources)
    )


TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"


def ods(folder: Path, rows: str, name: str = "数据.ods"):
    """An ODS file with one sheet, whose rows are given as XML."""
    content = (
        f'<office:document-content xmlns:office="{OFFICE}" xmlns:table="{TABLE}"'
        f' xmlns:text="{TEXT}" xmlns:calcext="{CALCEXT}"><office:body>'
        f'<office:spreadsheet><table:table table:name="表">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", mime)
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{manifest}"/>'
        )
    return path


def ods_row(*cells: str, attributes: str = ""):
    """A row of an ODS file; a cell that begins with `<` is XML already."""
    told = (
        c
        if c.startswith("<")
        else f'<table:table-cell office:value-type="string"><text:p>{c}</text:p>'
        "</table:table-cell>"
        for c in cells
    )
    return f"<table:table-row {attributes}>{''.join(told)}</table:table-row>"
