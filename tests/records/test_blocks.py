import pytest

from pil_discovery.errors import ReadError
from pil_discovery.records import read_table
from pil_discovery.records.blocks import split_grid
from pil_discovery.records.grids import Grid
from tests.records.data import CATALOGUE, balanced, csv_file, workbook

CONTRACT = ["合同编号", "受让人", "成交价", "签订日期"]
PAYMENT = ["合同编号", "期次", "缴款日期", "实缴金额"]
CONTRACTS = [["HT-1", "甲", 1, "2024-01-01"], ["HT-2", "乙", 2, "2024-01-02"]]
PAYMENTS = [
    ["HT-1", 1, "2024-02-01", 5],
    ["HT-2", 1, "2024-02-02", 6],
    ["HT-2", 2, "2024-02-03", 7],
]
BELOW = [
    ["一、出让合同台账"],
    CONTRACT,
    *CONTRACTS,
    ["合计", None, 3, None],
    [],
    ["二、缴款情况"],
    PAYMENT,
    *PAYMENTS,
]


def note(table, what):
    return [i.value for i in table.report.inferences if i.what == what]


def test_tables_below_each_other_are_read_apart(tmp_path):
    path = workbook(tmp_path, {"表": BELOW})
    contracts = read_table(path, CATALOGUE, wanted="contract")
    payments = read_table(path, CATALOGUE, wanted="payment")
    assert contracts.frame["_row"].tolist() == [3, 4]
    assert payments.frame["_row"].tolist() == [9, 10, 11]
    assert set(payments.frame["_sheet"]) == {"表"}
    assert payments.frame["amount_cny"].sum() == 18
    assert note(contracts, "未读取的工作表") == ["表第7行起的表（二、缴款情况）"]
    assert balanced(contracts)
    assert balanced(payments)
    with pytest.raises(ReadError, match=r"contract.*payment.*dataset"):
        read_table(path, CATALOGUE)


def test_a_header_directly_below_the_last_record_begins_a_table(tmp_path):
    rows = [CONTRACT, *CONTRACTS, PAYMENT, *PAYMENTS]
    path = workbook(tmp_path, {"表": rows})
    assert len(read_table(path, CATALOGUE, wanted="contract")) == 2
    assert len(read_table(path, CATALOGUE, wanted="payment")) == 3


def test_a_text_file_may_hold_several_tables_too(tmp_path):
    rows = [[*r, *[""] * (4 - len(r))] for r in BELOW]
    text = "\n".join(",".join("" if c is None else str(c) for c in r) for r in rows)
    table = read_table(csv_file(tmp_path, text), CATALOGUE, wanted="contract")
    assert table.frame["_row"].tolist() == [3, 4]


def test_parts_of_one_data_set_are_read_together(tmp_path):
    more = ["合同编号", "成交价", "受让人", "签订日期"]
    rows = [CONTRACT, CONTRACTS[0], [], ["河口区"], more, ["HT-9", 9, "丁", None]]
    table = read_table(workbook(tmp_path, {"表": rows}), CATALOGUE)
    assert table.frame["contract_no"].tolist() == ["HT-1", "HT-9"]
    assert table.frame["price_cny"].tolist() == [1.0, 9.0]
    assert table.frame["_row"].tolist() == [2, 6]


def test_tables_side_by_side_are_read_apart(tmp_path):
    left = [CONTRACT, *CONTRACTS, [None] * 4]
    rows = [[*a, None, *b] for a, b in zip(left, [PAYMENT, *PAYMENTS], strict=True)]
    path = workbook(tmp_path, {"表": rows})
    contracts = read_table(path, CATALOGUE, wanted="contract")
    payments = read_table(path, CATALOGUE, wanted="payment")
    assert contracts.frame["_row"].tolist() == [2, 3]
    assert payments.frame["amount_cny"].tolist() == [5.0, 6.0, 7.0]
    assert balanced(contracts)
    assert balanced(payments)


def test_one_table_printed_in_two_halves(tmp_path):
    rows = [[*CONTRACT, None, *CONTRACT], [*CONTRACTS[0], None, *CONTRACTS[1]]]
    table = read_table(workbook(tmp_path, {"表": rows}), CATALOGUE)
    assert sorted(table.frame["contract_no"]) == ["HT-1", "HT-2"]


def test_an_empty_column_inside_one_table_cuts_nothing(tmp_path):
    rows = [[*r[:2], None, *r[2:]] for r in (CONTRACT, *CONTRACTS)]
    table = read_table(workbook(tmp_path, {"表": rows}), CATALOGUE)
    assert table.frame["price_cny"].tolist() == [1.0, 2.0]


def test_an_unknown_table_below_is_listed_and_not_read_as_records(tmp_path):
    summary = [["分年汇总"], ["年份", "宗数", "金额", "说明"], ["2024年", 2, 3, "无"]]
    rows = [CONTRACT, *CONTRACTS, [], *summary]
    table = read_table(workbook(tmp_path, {"表": rows}), CATALOGUE)
    assert table.frame["contract_no"].tolist() == ["HT-1", "HT-2"]
    assert note(table, "未读取的工作表") == ["表第5行起的表（分年汇总）"]


def test_a_record_without_numbers_after_a_gap_is_not_lost(tmp_path):
    late = ["HT-A", "乙公司", "面议", "待定"]
    rows = [CONTRACT, *CONTRACTS, [], late, ["HT-B", "丙", 3, "2024-01-03"]]
    table = read_table(workbook(tmp_path, {"表": rows}), CATALOGUE)
    assert table.frame["contract_no"].tolist() == ["HT-1", "HT-2", "HT-A", "HT-B"]


def test_titles_of_every_page_are_no_records(tmp_path):
    rows = [
        ["台账"],
        CONTRACT,
        CONTRACTS[0],
        ["台账（续）"],
        ["单位：元"],
        CONTRACT,
        CONTRACTS[1],
    ]
    table = read_table(workbook(tmp_path, {"表": rows}), CATALOGUE)
    assert table.frame["_row"].tolist() == [3, 7]
    assert table.report.rows_read == 2
    skipped = {s.row: s.reason for s in table.report.rows_skipped}
    assert skipped[4] == skipped[5] == "表头以上的标题或说明"
    assert skipped[6] == "重复的表头"


def test_a_lone_key_above_a_gap_stays_a_record(tmp_path):
    rows = [CONTRACT, CONTRACTS[0], ["HT-7"], [], ["续表"], CONTRACT, CONTRACTS[1]]
    table = read_table(workbook(tmp_path, {"表": rows}), CATALOGUE)
    assert table.frame["contract_no"].tolist() == ["HT-1", "HT-7", "HT-2"]


def test_records_that_mention_columns_start_no_table():
    rows = [CONTRACT, ["成交价", "受让人", 3, None], ["HT-2", "合同编号", 1, None]]
    grid = Grid("表", rows, range(1, 4))
    assert split_grid(grid, CATALOGUE) == [grid]


def test_merged_ranges_go_with_their_table():
    rows = [CONTRACT, *CONTRACTS, [], PAYMENT, *PAYMENTS]
    grid = Grid("表", rows, range(1, 9), merged=(((1, 0), (2, 0)), ((6, 0), (7, 0))))
    upper, lower = split_grid(grid, CATALOGUE)
    assert upper.merged == (((1, 0), (2, 0)),)
    assert lower.merged == (((2, 0), (3, 0)),)
    assert [*upper.lines, *lower.lines] == list(range(1, 9))
