import datetime as dt

import pandas as pd
import pytest
import xlsxwriter
import xlwt

from pil_discovery.records import read_table
from pil_discovery.records.workbook_facts import is_percent
from pil_discovery.types import Field
from tests.records.data import CATALOGUE, balanced, ods, ods_row

HEAD = ["合同编号", "受让人", "成交价", "签订日期"]
LEAP_DAY = dt.date(2024, 2, 29)
SERIAL_1904 = (LEAP_DAY - dt.date(1904, 1, 1)).days


def notes(table):
    return {i.what: i for i in table.report.inferences}


def xlsx(path, fill, **options):
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet("表")
        sheet.write_row(0, 0, HEAD)
        fill(book, sheet)
    return path


def xls(path, fill, *, from_1904=False):
    book = xlwt.Workbook()
    book.dates_1904 = from_1904
    sheet = book.add_sheet("表", cell_overwrite_ok=True)
    for column, name in enumerate(HEAD):
        sheet.write(0, column, name)
    fill(sheet)
    book.save(str(path))
    return path


def with_errors(folder, kind):
    if kind == "ods":
        error = (
            '<table:table-cell table:formula="of:=1/0" office:value-type="string" '
            'office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p>'
            "</table:table-cell>"
        )
        many = '<table:table-cell table:number-columns-repeated="3"/>'
        rows = [ods_row(*HEAD), ods_row("HT-1", "甲", error), ods_row("HT-2", many)]
        return ods(folder, "".join(rows))
    if kind == "xls":

        def fill(sheet):
            sheet.write(1, 0, "HT-1")
            sheet.row(1).set_cell_error(2, "#DIV/0!")
            sheet.write(2, 0, "HT-2")

        return xls(folder / "表.et", fill)

    def write(book, sheet):
        sheet.write(1, 0, "HT-1")
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 0, '="HT-"&2', None, "HT-2")

    return xlsx(folder / "表.et", write)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_error_values_are_listed_and_not_lost(tmp_path, kind):
    table = read_table(with_errors(tmp_path, kind), CATALOGUE)
    assert table.frame["contract_no"].tolist() == ["HT-1", "HT-2"]
    (entry,) = table.quarantine.to_dict("records")
    assert (entry["row"], entry["column"]) == (2, "price_cny")
    assert (entry["value"], entry["scope"]) == ("#DIV/0!", "cell")
    assert balanced(table)


def test_an_error_value_in_a_key_takes_the_row_out(tmp_path):
    def write(book, sheet):
        sheet.write_formula(1, 0, "=A9", None, "#REF!")
        sheet.write_formula(1, 1, "=A9", None, "#NAME?")

    table = read_table(xlsx(tmp_path / "表.xlsx", write), CATALOGUE)
    assert table.quarantine["scope"].tolist() == ["row", "cell", "cell"]
    assert balanced(table)


def test_a_formula_that_was_never_calculated_is_no_empty_cell(tmp_path):
    def write(book, sheet):
        sheet.write_row(1, 0, ["HT-1", "甲"])
        sheet.write_formula(1, 2, "=1+1", None, "")
        sheet.write_formula(2, 0, '="HT-"&2', None, "HT-2")
        sheet.write_formula(2, 2, "=1+1", None, 2)

    table = read_table(xlsx(tmp_path / "表.xlsx", write), CATALOGUE)
    assert table.quarantine["value"].tolist() == ["#公式未计算"]
    assert table.quarantine["row"].tolist() == [2]
    assert table.frame["price_cny"][1] == 2.0


def with_hidden_rows(folder, kind):
    if kind == "ods":
        filtered = 'table:visibility="filter"'
        empty = (
            '<table:table-row table:number-rows-repeated="1048573" '
            'table:visibility="collapse"><table:table-cell/></table:table-row>'
        )
        rows = [
            ods_row(*HEAD),
            ods_row("HT-1", "甲", attributes=filtered),
            ods_row("HT-2", "乙"),
            empty,
        ]
        return ods(folder, "".join(rows))
    if kind == "xls":

        def fill(sheet):
            sheet.write(1, 0, "HT-1")
            sheet.row(1).hidden = True
            sheet.write(2, 0, "HT-2")

        return xls(folder / "表.xls", fill)

    def write(book, sheet):
        sheet.write(1, 0, "HT-1")
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.write(2, 0, "HT-2")

    return xlsx(folder / "表.xlsx", write)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_hidden_and_filtered_rows_are_read_and_listed(tmp_path, kind):
    table = read_table(with_hidden_rows(tmp_path, kind), CATALOGUE)
    assert table.frame["contract_no"].tolist() == ["HT-1", "HT-2"]
    note = notes(table)["隐藏的行也已读取"]
    assert note.value == "1 行"
    assert "第2行" in note.why


def test_plain_day_numbers_of_an_xlsx_that_counts_from_1904(tmp_path):
    def write(book, sheet):
        style = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = dt.datetime.combine(LEAP_DAY, dt.time())
        sheet.write_datetime(1, 3, moment, style)
        sheet.write(2, 3, SERIAL_1904)
        sheet.write(3, 3, str(SERIAL_1904))
        sheet.write(4, 3, 20240229)
        sheet.write(5, 3, "2024年2月29日")
        for row in range(1, 6):
            sheet.write_row(row, 0, [f"HT-{row}", "甲", SERIAL_1904])

    path = xlsx(tmp_path / "表.xlsx", write, date_1904=True)
    table = read_table(path, CATALOGUE)
    assert table.frame["sign_date"].tolist() == [pd.Timestamp(LEAP_DAY)] * 5
    assert table.frame["price_cny"].tolist() == [SERIAL_1904] * 5
    assert notes(table)["日期序号按1904年日期系统读取"].value == "2 格"


@pytest.mark.parametrize("from_1904", [True, False])
def test_plain_day_numbers_of_an_xls(tmp_path, from_1904):
    first = dt.date(1904, 1, 1) if from_1904 else dt.date(1899, 12, 30)

    def fill(sheet):
        style = xlwt.easyxf(num_format_str="yyyy-mm-dd")
        sheet.write(1, 0, "HT-1")
        sheet.write(1, 3, LEAP_DAY, style)
        sheet.write(2, 0, "HT-2")
        sheet.write(2, 3, (LEAP_DAY - first).days)

    table = read_table(
        xls(tmp_path / "表.xls", fill, from_1904=from_1904),
        CATALOGUE,
        wanted="contract",
    )
    assert table.frame["sign_date"].tolist() == [pd.Timestamp(LEAP_DAY)] * 2


def test_merged_cells_of_an_ods_are_repeated(tmp_path):
    tall = (
        '<table:table-cell table:number-rows-spanned="2" office:value-type="string">'
        "<text:p>HT-1</text:p></table:table-cell>"
    )
    rows = [
        ods_row("合同编号", "期次", "实缴金额"),
        ods_row(tall, "1", "5"),
        ods_row("<table:covered-table-cell/>", "2", "6"),
    ]
    table = read_table(ods(tmp_path, "".join(rows)), CATALOGUE)
    assert table.frame["contract_no"].tolist() == ["HT-1", "HT-1"]


def test_facts_of_several_sheets_do_not_mix(tmp_path):
    path = tmp_path / "表.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("甲&乙", "丙"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEAD)
            sheet.write_row(1, 0, [f"HT-{name}", "甲", 1])
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    table = read_table(path, CATALOGUE)
    assert table.quarantine["sheet"].tolist() == ["丙"]


def test_error_values_behind_many_rows(tmp_path):
    rows = [HEAD, *([f"HT-{n}", "甲" * 20, n, "2024-01-01"] for n in range(30_000))]

    def write(book, sheet):
        for number, row in enumerate(rows[1:], 1):
            sheet.write_row(number, 0, row)
        sheet.write_formula(25_000, 2, "=1/0", None, "#DIV/0!")

    path = xlsx(tmp_path / "长.xlsx", write)
    table = read_table(path, CATALOGUE)
    assert table.quarantine["row"].tolist() == [25_001]


SHARES = ["合同编号", "受让人", "容积率上限(%)", "签订日期"]


def with_shares(folder, kind):
    """Write shares that are shown as percentages, and one that is not."""
    if kind == "ods":
        share = (
            '<table:table-cell office:value-type="percentage" office:value="2.5">'
            "<text:p>250%</text:p></table:table-cell>"
        )
        plain = (
            '<table:table-cell office:value-type="float" office:value="180">'
            "<text:p>180</text:p></table:table-cell>"
        )
        rows = [ods_row(*SHARES), ods_row("HT-1", "甲", share)]
        return ods(folder, "".join([*rows, ods_row("HT-2", "乙", plain)]))
    if kind == "xls":

        def fill(sheet):
            sheet.write(0, 2, SHARES[2])
            for row, name in enumerate(["HT-1", "HT-2"], 1):
                sheet.write(row, 0, name)
            share = xlwt.easyxf(num_format_str="0.0%")
            sheet.write(1, 2, 2.5, share)
            sheet.write(1, 4, 1, share)  # two in a row may share a record
            sheet.write(2, 2, 180, xlwt.easyxf(num_format_str='0"%"'))

        return xls(folder / "表.xls", fill)
    path = folder / "表.xlsx"
    form = {"xlsx": "0%", "custom": '0.0"约"%;[Red]-0.0%'}[kind]
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        sheet.write_row(0, 0, SHARES)
        sheet.write_row(1, 0, ["HT-1", "甲"])
        sheet.write_number(1, 2, 2.5, book.add_format({"num_format": form}))
        sheet.write_row(2, 0, ["HT-2", "乙"])
        no_share = book.add_format({"num_format": '0"%"'})
        sheet.write_number(2, 2, 180, no_share)
    return path


@pytest.mark.parametrize("kind", ["xlsx", "custom", "ods", "xls"])
def test_a_share_shown_as_a_percentage_is_not_divided_again(tmp_path, kind):
    contract = CATALOGUE["contract"]
    share = Field(name="far_max", aliases=("容积率上限",), type="number", unit="1")
    wider = contract.model_copy(update={"fields": (*contract.fields, share)})
    table = read_table(with_shares(tmp_path, kind), {"contract": wider})
    assert balanced(table)
    assert table.frame["far_max"].tolist() == [2.5, 1.8]
    cells = "2 格" if kind == "xls" else "1 格"
    assert notes(table)["按显示的百分数读取"].value == cells


def test_number_formats_with_a_percent_sign_of_their_own():
    assert is_percent("0.00%")
    assert is_percent("0%;[Red]-0%")
    assert not is_percent('0"%"')
    assert not is_percent(r"0\%")
    assert not is_percent("[$%]0")
