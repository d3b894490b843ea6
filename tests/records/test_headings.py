import pytest
import xlwt

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


THREE_ROWS = [
    ["2024年台账", None, None, None, None, None],
    ["合同编号", "合同信息", None, None, None, "用途"],
    [None, "受让人", "价款", None, "签订日期", None],
    [None, None, "成交价(万元)", "备注", None, None],
    ["HT-1", "甲", 5, "x", "2024-01-01", "住宅"],
]
MERGED = [
    (1, 0, 3, 0, "合同编号"),
    (1, 1, 1, 4, "合同信息"),
    (2, 1, 3, 1, "受让人"),
    (2, 2, 2, 3, "价款"),
    (2, 4, 3, 4, "签订日期"),
    (1, 5, 3, 5, "用途"),
]


@pytest.mark.parametrize("merged", [MERGED, ()])
def test_three_header_rows(tmp_path, merged):
    path = workbook(tmp_path, {"台账": THREE_ROWS}, merged=merged)
    table = read_table(path, CATALOGUE)
    assert table.frame["contract_no"].tolist() == ["HT-1"]
    assert table.frame["grantee"].tolist() == ["甲"]
    assert table.frame["price_cny"].tolist() == [50000.0]
    assert table.frame["sign_date"].notna().all()
    assert table.report.rows_read == 1
    reasons = [s.reason for s in table.report.rows_skipped]
    assert reasons == ["表头以上的标题或说明", "表头", "表头", "表头"]


def test_three_header_rows_of_an_xls(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("台账")
    starts = {(top, left) for top, left, *_ in MERGED}
    for number, row in enumerate(THREE_ROWS):
        for column, cell in enumerate(row):
            if cell is not None and (number, column) not in starts:
                sheet.write(number, column, cell)
    for top, left, bottom, right, text in MERGED:
        sheet.write_merge(top, bottom, left, right, text)
    book.save(str(tmp_path / "表.xls"))
    table = read_table(tmp_path / "表.xls", CATALOGUE)
    assert table.frame["price_cny"].tolist() == [50000.0]
    assert table.frame["grantee"].tolist() == ["甲"]


def test_no_header_reaches_into_the_next_group(tmp_path):
    rows = [
        ["合同编号", "出让", None, "转让", None],
        [None, "受让人", None, None, "受让人"],
        [None, "名称", "成交价", "备注", "名称"],
        ["HT-1", "甲", 5, "x", "乙"],
    ]
    table = read_table(workbook(tmp_path, {"表": rows}), CATALOGUE)
    assert table.frame["grantee"].tolist() == ["甲"]
    assert table.frame["price_cny"].tolist() == [5.0]
    assert any("转让 备注" in i.value for i in table.report.inferences)


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
