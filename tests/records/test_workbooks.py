import datetime as dt

import pandas as pd
import pytest
import xlwt

from pil_discovery.errors import ReadError
from pil_discovery.records import read_table
from tests.records.data import CATALOGUE, balanced, workbook

HEAD = ["合同编号", "受让人", "成交价", "签订日期"]


def test_typed_cells_and_excel_row_numbers(tmp_path):
    rows = [
        [],
        ["台账"],
        HEAD,
        [1001, "甲", 1.235, dt.date(2024, 3, 1)],
        ["HT-2", "乙", "2", 45352],
    ]
    table = read_table(workbook(tmp_path, {"表": rows}), CATALOGUE)
    assert table.frame["contract_no"].tolist() == ["1001", "HT-2"]
    assert table.frame["price_cny"].tolist() == [1.24, 2.0]
    assert table.frame["sign_date"].tolist() == [pd.Timestamp("2024-03-01")] * 2
    assert table.frame["_row"].tolist() == [4, 5]
    assert set(table.frame["_sheet"]) == {"表"}


def test_matching_sheets_are_read_together(tmp_path):
    sheets = {
        "城关": [HEAD, ["HT-1", "甲", 1, "2024-01-01"]],
        "说明": [["本表由系统导出"]],
        "河口": [["标题"], HEAD, ["HT-2", "乙", 2, "2024年2月"]],
    }
    table = read_table(workbook(tmp_path, sheets), CATALOGUE)
    assert table.frame["_sheet"].tolist() == ["城关", "河口"]
    assert table.frame["_row"].tolist() == [2, 3]
    assert table.frame["sign_date_last"].tolist() == [
        pd.Timestamp("2024-01-01"),
        pd.Timestamp("2024-02-29"),
    ]
    assert any("说明" in i.value for i in table.report.inferences)


def test_hidden_sheets_are_listed_and_not_read(tmp_path):
    sheets = {"甲": [HEAD, ["HT-1", "甲", 1, ""]], "乙": [HEAD, ["HT-2", "乙", 2, ""]]}
    path = workbook(tmp_path, sheets, hidden=["乙"])
    table = read_table(path, CATALOGUE)
    assert table.frame["contract_no"].tolist() == ["HT-1"]
    assert any("隐藏" in i.what and i.value == "乙" for i in table.report.inferences)
    assert len(read_table(path, CATALOGUE, sheet="乙")) == 1


def test_sheets_of_different_data_sets_are_refused_with_a_list(tmp_path):
    sheets = {
        "合同": [HEAD, ["HT-1", "甲", 1, ""]],
        "缴款": [
            ["合同编号", "期次", "缴款日期", "实缴金额"],
            ["HT-1", 1, "2024-01-01", 1],
        ],
    }
    path = workbook(tmp_path, sheets)
    with pytest.raises(ReadError, match=r"合同.*缴款"):
        read_table(path, CATALOGUE)
    assert len(read_table(path, CATALOGUE, wanted="payment")) == 1
    assert len(read_table(path, CATALOGUE, sheet="合同")) == 1


def test_a_wrong_sheet_name_and_empty_sheets(tmp_path):
    path = workbook(tmp_path, {"合同": [HEAD, ["HT-1", "甲", 1, ""]]})
    with pytest.raises(ReadError, match="合同"):
        read_table(path, CATALOGUE, sheet="合 同")
    with pytest.raises(ReadError, match="空表"):
        read_table(workbook(tmp_path, {"空表": []}, name="空.xlsx"), CATALOGUE)


def test_a_header_without_rows_is_an_empty_table(tmp_path):
    table = read_table(workbook(tmp_path, {"表": [HEAD]}), CATALOGUE)
    assert len(table) == 0
    assert table.report.rows_read == 0
    assert str(table.frame["price_cny"].dtype) == "float64"


def test_lost_digits_of_a_key_take_the_row_out(tmp_path):
    rows = [
        ["身份证号", "缴费月份", "单位名称"],
        [110105194912310021.0, "2024-01", "甲"],
    ]
    table = read_table(workbook(tmp_path, {"表": rows}), CATALOGUE)
    assert sorted(table.quarantine["reason_class"]) == ["key_missing", "truncated"]
    assert "4912310021" not in str(table.quarantine["value"].tolist())
    assert balanced(table)


def test_merged_words_are_repeated_and_merged_amounts_are_not(tmp_path):
    rows = [
        ["合同编号", "期次", "缴款日期", "实缴金额"],
        [None, 1, "2024-01-01", None],
        [None, 2, "2024-02-01", None],
    ]
    merged = [(1, 0, 2, 0, "HT-1"), (1, 3, 2, 3, 500)]
    table = read_table(workbook(tmp_path, {"表": rows}, merged=merged), CATALOGUE)
    assert table.frame["contract_no"].tolist() == ["HT-1", "HT-1"]
    assert table.frame["amount_cny"].sum() == 500
    assert sum("合并单元格" in i.what for i in table.report.inferences) == 2


def test_booleans_are_words(tmp_path):
    rows = [HEAD, ["HT-1", True, 1, ""]]
    table = read_table(workbook(tmp_path, {"表": rows}), CATALOGUE)
    assert table.frame["grantee"].tolist() == ["TRUE"]


def test_leading_columns_count_and_the_progress_is_told_in_rows(tmp_path):
    rows = [[None, *HEAD], [None, "HT-1", "甲", 1, ""], [None, "HT-2", "乙", 0.0, ""]]
    path = workbook(tmp_path, {"表": rows}, merged=[(1, 4, 2, 4, "2024-01-01")])
    told = []
    table = read_table(path, CATALOGUE, progress=lambda *step: told.append(step))
    assert table.frame["price_cny"].tolist() == [1.0, 0.0]
    assert table.frame["sign_date"].tolist() == [pd.Timestamp("2024-01-01")] * 2
    assert told == [(3, 3)]


def test_empty_rows_at_the_end_are_no_rows(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for number, row in enumerate([HEAD, ["HT-1", "甲", 1, "2024-01-01"]]):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    sheet.write(60, 0, "")
    sheet.write(61, 0, xlwt.Formula('""'))
    path = tmp_path / "数据.xls"
    book.save(path)
    told = []
    table = read_table(path, CATALOGUE, progress=lambda *step: told.append(step))
    assert told == [(62, 62)]
    assert [s.row for s in table.report.rows_skipped] == [1]
    assert table.report.rows_read == 1
