"""Files of every format that an agency sends, written by hand."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter
import xlwt

HEAD = ("合同编号", "受让人", "出让面积(平方米)", "成交价(元)", "签订日期")
FIRST = ("示合2024-001", "示例甲公司", "1000", "5000000", "2024-03-05")
SECOND = ("示合2024-002", "示例乙公司", "2000.5", "7200000.5", "2024-06-30")
ROWS = (HEAD, FIRST, SECOND)
CREATED = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - the format knows no zone


def quoted(value, delimiter=","):
    text = str(value)
    special = any(mark in text for mark in (delimiter, '"', "\n", "\r"))
    return '"' + text.replace('"', '""') + '"' if special else text


def text_of(rows, delimiter=",", end="\r\n"):
    lines = (delimiter.join(quoted(c, delimiter) for c in r) for r in rows)
    return "".join(f"{line}{end}" for line in lines)


def text(rows, *, name="出让合同.csv", encoding="utf-8", delimiter=",", end="\r\n"):
    """Return a maker of a text table; `rows` may be the whole text."""

    def make(folder):
        whole = rows if isinstance(rows, str) else text_of(rows, delimiter, end)
        return content(whole.encode(encoding), name)(folder)

    return make


def content(data, name):
    """Return a maker of a file of these bytes."""

    def make(folder):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    return make


def book(sheets, *, kind="xlsx", hidden=(), merged=(), dates_1904=False):
    """Return a maker of a workbook: sheet → rows; `merged` are (r1, c1, r2, c2)."""
    writers = {"xlsx": xlsx_bytes, "xls": xls_bytes, "ods": ods_bytes}

    def make(folder):
        options = {"hidden": hidden, "merged": merged, "dates_1904": dates_1904}
        return content(writers[kind](sheets, **options), f"出让合同.{kind}")(folder)

    return make


def xlsx_bytes(sheets, *, hidden=(), merged=(), dates_1904=False):
    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "default_date_format": "yyyy-mm-dd",
        "date_1904": dates_1904,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(stream, options) as written:
        written.set_properties({"created": CREATED})  # the same bytes every time
        for title, rows in sheets.items():
            sheet = written.add_worksheet(title)
            for number, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    _write_xlsx(sheet, number, column, value)
            for top, left, bottom, right in merged:
                value = rows[top][left]
                sheet.merge_range(top, left, bottom, right, value)
            if title in hidden:
                sheet.hide()
        next(s for s in written.worksheets() if s.name not in hidden).activate()
    return stream.getvalue()


def _write_xlsx(sheet, number, column, value):
    if isinstance(value, Formula):
        sheet.write_formula(number, column, value.formula, None, value.cached)
    elif isinstance(value, str):
        sheet.write_string(number, column, value)
    elif value is not None:
        sheet.write(number, column, value)


class Formula:
    """A formula and the value that the office program left behind it."""

    def __init__(self, formula, cached):
        self.formula, self.cached = formula, cached


def xls_bytes(sheets, *, hidden=(), merged=(), dates_1904=False):
    written = xlwt.Workbook(encoding="utf-8")
    written.dates_1904 = dates_1904
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for title, rows in sheets.items():
        sheet = written.add_sheet(title, cell_overwrite_ok=True)
        for number, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if isinstance(value, dt.date):
                    sheet.write(number, column, value, day)
                elif value is not None:
                    sheet.write(number, column, value)
        for top, left, bottom, right in merged:
            sheet.merge(top, bottom, left, right)
        if title in hidden:
            sheet.visibility = 1
    stream = io.BytesIO()
    written.save(stream)
    return stream.getvalue()


_ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' office:version="1.2"><office:automatic-styles>'
    '<style:style style:name="no" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
    "</office:automatic-styles><office:body><office:spreadsheet>"
)


_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_ODS_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest'
    ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS_TYPE}"/>'
    "</manifest:manifest>"
)


def ods_bytes(sheets, *, hidden=(), merged=(), dates_1904=False):
    del dates_1904
    parts = [_ODS_HEAD]
    for title, rows in sheets.items():
        style = ' table:style-name="no"' if title in hidden else ""
        parts.append(f"<table:table table:name={quoteattr(title)}{style}>")
        for number, cells in enumerate(rows):
            parts.append("<table:table-row>")
            parts += [_ods_cell(c, number, at, merged) for at, c in enumerate(cells)]
            parts.append("</table:table-row>")
        parts.append("</table:table>")
    parts.append("</office:spreadsheet></office:body></office:document-content>")
    return archive(
        {
            "mimetype": _ODS_TYPE.encode(),
            "content.xml": "".join(parts).encode(),
            "META-INF/manifest.xml": _ODS_MANIFEST.encode(),
        }
    )


def _ods_cell(value, number, column, merged):
    span = ""
    for top, left, bottom, right in merged:
        if (number, column) == (top, left):
            span = (
                f' table:number-columns-spanned="{right - left + 1}"'
                f' table:number-rows-spanned="{bottom - top + 1}"'
            )
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, dt.date):
        told = f' office:value-type="date" office:date-value="{value.isoformat()}"'
    elif isinstance(value, int | float):
        told = f' office:value-type="float" office:value="{value!r}"'
    else:
        told = ' office:value-type="string"'
    shown = f"<text:p>{escape(str(value))}</text:p>"
    return f"<table:table-cell{told}{span}>{shown}</table:table-cell>"


def archive(members, *, kind=zipfile.ZIP_DEFLATED):
    """Return a ZIP file of these members, the same bytes every time."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", kind) as written:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else kind
            written.writestr(info, data)
    return stream.getvalue()


def rewritten(data, member, change):
    """Return a ZIP file in which one member was changed by a function of its bytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        members = {m: old.read(m) for m in old.namelist()}
    members[member] = change(members[member])
    return archive(members)
