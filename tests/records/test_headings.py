import pytest

from pil_discovery.errors import ReadError
from pil_discovery.records import read_table, recognise
from tests.records.data import CATALOGUE, balanced, csv_file, dataset, workbook


def test_titles_units_repeated_headers_blanks_and_footers_are_no_records(tmp_path):
    rows = [
        ["2024年出让合同台账"],
        [],
        ["序号", "合同编号", "受让人", "成交价"],
        ["", "", "", "(万元)"],
        [1, "HT-1", "示例公司", 2],
        ["序号", "合同编号", "受让人", "成交价"],
        [2, "HT-2", "合计有限公司", 3],
        [],
        ["小计", "", "", 5],
        ["合计", None, "2户", 5],
        ["制表人：张三", "", "审核：李四"],
        ["注：以上数据来自系统"],
    ]
    table = read_table(workbook(tmp_path, {"台账": rows}), CATALOGUE)
    assert table.frame["price_cny"].tolist() == [20000.0, 30000.0]
    assert table.frame["_row"].tolist() == [5, 7]
    skipped = {s.row: s.reason for s in table.report.rows_skipped}
    assert sorted(skipped) == [1, 2, 3, 4, 6, 8, 9, 10, 11, 12]
    assert skipped[4] == "单位行"
    assert skipped[6] == "重复的表头"
    assert "合计" in skipped[10]
    assert balanced(table)


def test_a_record_that_begins_like_a_footer_stays(tmp_path):
    text = "受让人,合同编号\n合计有限公司,HT-1\n总计,HT-2\n审核中,HT-3\n"
    table = read_table(csv_file(tmp_path, text), CATALOGUE, wanted="contract")
    assert table.frame["contract_no"].tolist() == ["HT-1", "HT-2", "HT-3"]


def test_two_merged_header_rows(tmp_path):
    rows = [
        [None, None, None, None],
        [None, "合同编号", "受让人", "签订日期"],
        [1, "HT-1", "甲", "2024-01-02"],
    ]
    merged = [(0, 1, 0, 2, "合同信息"), (0, 0, 1, 0, "序号")]
    path = workbook(tmp_path, {"表": rows}, merged=merged)
    table = read_table(path, CATALOGUE)
    assert table.frame["grantee"].tolist() == ["甲"]
    assert table.frame["_row"].tolist() == [3]


def test_names_split_over_two_header_rows(tmp_path):
    rows = [
        ["合同编号", "受让人", "成交价", ""],
        ["", "", "(万元)", "备注"],
        ["HT-1", "甲", "5", ""],
    ]
    text = "\n".join(",".join(r) for r in rows)
    table = read_table(csv_file(tmp_path, text), CATALOGUE)
    assert table.frame["price_cny"].tolist() == [50000.0]


def test_no_header_is_an_error_that_names_columns(tmp_path):
    path = csv_file(tmp_path, "甲,乙\n1,2\n")
    with pytest.raises(ReadError, match="合同编号"):
        read_table(path, CATALOGUE, wanted="contract")
    with pytest.raises(ReadError, match="认不出"):
        read_table(path, CATALOGUE)


def test_recognition_ranks_and_explains():
    ranked = recognise(["合同编号", "期次", "实缴金额"], CATALOGUE)
    assert ranked[0].dataset == "payment"
    assert "3/4" in ranked[0].reasons[0]


def test_a_tie_is_refused_with_the_candidates(tmp_path):
    twin = dataset("twin", "另一种", CATALOGUE["payment"].fields)
    catalogue = {**CATALOGUE, "twin": twin}
    path = csv_file(tmp_path, "合同编号,期次,实缴金额\nHT-1,1,2\n")
    with pytest.raises(ReadError, match=r"payment.*twin"):
        read_table(path, catalogue)
    assert len(read_table(path, catalogue, wanted="payment")) == 1
    named = csv_file(
        tmp_path, "合同编号,期次,实缴金额\nHT-1,1,2\n", name="缴库明细.csv"
    )
    assert read_table(named, catalogue).dataset.id == "payment"


def test_an_unknown_data_set_is_answered_with_near_names(tmp_path):
    with pytest.raises(ReadError, match="payment"):
        read_table(csv_file(tmp_path, "a\n1\n"), CATALOGUE, wanted="paymet")


def test_columns_and_units_of_the_workspace(tmp_path):
    path = csv_file(tmp_path, "编号,钱（万元）\nHT-1,2\n")
    table = read_table(
        path,
        CATALOGUE,
        wanted="contract",
        columns={"编号": "contract_no", "钱（万元）": "price_cny"},
        units={"price_cny": "千元"},
    )
    assert table.frame["price_cny"].tolist() == [2000.0]


def test_wrong_columns_and_units_name_the_file(tmp_path):
    path = csv_file(tmp_path, "合同编号,成交价\nHT-1,2\n")
    with pytest.raises(ReadError, match=r"数据\.csv.*没有“编号”"):
        read_table(path, CATALOGUE, wanted="contract", columns={"编号": "contract_no"})
    with pytest.raises(ReadError, match=r"数据\.csv.*不是同一种量"):
        read_table(path, CATALOGUE, wanted="contract", units={"price_cny": "亩"})


def test_a_header_unit_of_another_kind_is_a_problem(tmp_path):
    path = csv_file(tmp_path, "合同编号,成交价(公顷)\nHT-1,2\n")
    with pytest.raises(ReadError, match="不是同一种量"):
        read_table(path, CATALOGUE, wanted="contract")


def test_unused_and_repeated_columns_are_listed(tmp_path):
    path = csv_file(tmp_path, "合同编号,受让人,受让人,链接\nHT-1,甲,乙,x\n")
    table = read_table(path, CATALOGUE)
    notes = {i.what: i.value for i in table.report.inferences}
    assert table.frame["grantee"].tolist() == ["甲"]
    assert notes["未使用的列"] == "链接"
    assert notes["重复的列未使用"] == "受让人"


def test_declared_columns_without_a_source_stay_out(tmp_path):
    table = read_table(csv_file(tmp_path, "合同编号,受让人\nHT-1,甲\n"), CATALOGUE)
    assert list(table.frame) == ["contract_no", "grantee", "_source", "_sheet", "_row"]
