import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pil_discovery.records import combine, read_table
from pil_discovery.types import QUARANTINE_COLUMNS
from tests.records.data import CATALOGUE, balanced, csv_file, workbook

HEAD = "合同编号,受让人,成交价\n"


def read(folder, text, **options):
    return read_table(csv_file(folder, text), CATALOGUE, **options)


def test_a_missing_key_takes_the_row_out(tmp_path):
    table = read(tmp_path, HEAD + "HT-1,甲,1\n/,乙,2\n,丙,3\n")
    gone = table.quarantine
    assert list(gone.columns) == list(QUARANTINE_COLUMNS)
    assert gone["reason_class"].tolist() == ["key_missing", "key_missing"]
    assert gone["row"].tolist() == [3, 4]
    assert set(gone["scope"]) == {"row"}
    assert balanced(table)


def test_an_exact_copy_leaves_once(tmp_path):
    table = read(tmp_path, HEAD + "HT-1,甲,1\nHT-2,乙,2\nHT-1,甲,1.00\n")
    assert table.frame["_row"].tolist() == [2, 3]
    entry = table.quarantine.iloc[0]
    assert (entry["reason_class"], entry["row"]) == ("duplicate", 4)
    assert "第2行" in entry["reason"]
    assert balanced(table)


def test_all_rows_of_a_conflicting_key_leave(tmp_path):
    table = read(tmp_path, HEAD + "HT-1,甲,1\nHT-1,甲,9\nHT-2,乙,2\nＨＴ-1,甲,1\n")
    assert table.frame["contract_no"].tolist() == ["HT-2"]
    assert table.quarantine["reason_class"].tolist() == [
        "key_conflict",
        "key_conflict",
        "duplicate",
    ]
    assert table.quarantine["value"][0] == "HT-1"
    assert balanced(table)


def test_dates_in_a_key_may_be_missing(tmp_path):
    text = (
        "身份证号,缴费月份,单位名称\n11010519491231002X,,甲\n11010519491231002X,,乙\n"
        "11010519491231002X,2024-01,甲\n11010519491231002X,2024-01,乙\n"
    )
    table = read(tmp_path, text)
    assert table.frame["unit_name"].tolist() == ["甲", "乙"]
    assert set(table.quarantine["reason_class"]) == {"key_conflict"}
    assert all("19491231" not in v for v in table.quarantine["value"])
    assert balanced(table)


def test_a_bad_cell_leaves_the_row(tmp_path):
    table = read(tmp_path, HEAD + "HT-1,甲,约3万\n")
    entry = table.quarantine.iloc[0]
    assert (entry["scope"], entry["column"], entry["value"]) == (
        "cell",
        "price_cny",
        "约3万",
    )
    assert entry["remedy"]
    assert table.frame["price_cny"].isna().all()
    assert table.report.rows_quarantined == 0


def test_without_a_key_equal_rows_stay_and_are_named(tmp_path):
    text = "合同编号,期次,缴款日期,实缴金额\nHT-1,1,2024-01-01,5\nHT-1,1,2024-01-01,5\n"
    table = read(tmp_path, text)
    assert len(table) == 2
    assert any("第2、3行" in i.why for i in table.report.inferences)


def test_a_key_column_that_is_not_in_the_file_is_said(tmp_path):
    table = read(tmp_path, "受让人,成交价\n甲,1\n甲,1\n", wanted="contract")
    assert len(table) == 2
    assert any("缺少主键列 contract_no" in i.what for i in table.report.inferences)


def test_a_text_table_beside_a_workbook_names_no_sheet(tmp_path):
    rows = [["合同编号", "受让人", "成交价"], ["HT-1", "甲", 2]]
    tables = [
        read_table(csv_file(tmp_path, HEAD + "HT-1,甲,1\n", name="a.csv"), CATALOGUE),
        read_table(workbook(tmp_path, {"台账": rows}), CATALOGUE),
    ]
    words = combine(tables).quarantine["reason"].iloc[0]
    assert "a.csv 第2行、" in words
    assert "工作表“台账”第2行" in words


def test_files_of_one_data_set_are_combined_and_checked_again(tmp_path):
    texts = {
        "a.csv": HEAD + "HT-1,甲,1\nHT-2,乙,2\nHT-5,戊,5\nHT-5,戊,6\n",
        "b.csv": HEAD + "HT-1,甲,1\nHT-2,乙,9\nHT-3,丙,3\nHT-5,戊,5\n",
    }
    tables = [
        read_table(csv_file(tmp_path, text, name=name), CATALOGUE)
        for name, text in texts.items()
    ]
    both = combine(tables)
    assert both.frame["contract_no"].tolist() == ["HT-1", "HT-3"]
    assert both.report.rows_read == 8
    assert both.report.rows_used == 2
    assert [s.rows_quarantined for s in both.sources] == [3, 3]
    assert "工作表" not in both.quarantine["reason"].str.cat()
    assert "a.csv 第3行" in both.quarantine["reason"].str.cat()
    assert balanced(both)


def test_rows_of_different_files_that_may_be_one_fact_are_named(tmp_path):
    head = "合同编号,受让人,成交价,签订日期\n"
    one = head + "HT-1,甲公司,5,2024-01-05\nHT-2,甲公司,5,2024-01-05\n"
    two = head + "HT-7,甲 公司,5,2024-01-05\nHT-8,丁公司,8,2024-01-05\n"
    files = {"a.csv": one, "b.csv": two}
    tables = [
        read_table(csv_file(tmp_path, text, name=name), CATALOGUE)
        for name, text in files.items()
    ]
    both = combine(tables)
    known = sum(len(t.report.inferences) for t in tables)
    (note,) = both.report.inferences[known:]
    assert note.what == "疑似重复：不同文件的行除编号外各列都相同"
    assert note.why.startswith("a.csv 第2、3行、b.csv 第2行；")


def test_combining_completes_the_companions_of_dates(tmp_path):
    head = "合同编号,受让人,签订日期\n"
    full = csv_file(tmp_path, head + "HT-1,甲,2024-01-05\n", name="a.csv")
    part = csv_file(tmp_path, head + "HT-2,乙,2024年3月\nHT-3,丙,长期\n", name="b.csv")
    both = combine([read_table(p, CATALOGUE) for p in (full, part)])
    assert both.frame["sign_date_last"].tolist()[:2] == [
        pd.Timestamp("2024-01-05"),
        pd.Timestamp("2024-03-31"),
    ]
    assert both.frame["sign_date_open"].tolist() == [False, False, True]
    assert list(both.frame)[-3:] == ["_source", "_sheet", "_row"]


CELL = st.sampled_from(["", "HT-1", "HT-2", "甲", "1", "x", "/", "1,2", "2024年3月"])
ROWS = st.lists(st.lists(CELL, min_size=1, max_size=5), max_size=12)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=ROWS)
def test_no_row_is_ever_lost(tmp_path, rows):
    lines = [",".join(row) + "\n" for row in rows]
    text = "合同编号,受让人,成交价,签订日期\n" + "".join(lines)
    table = read(tmp_path, text, wanted="contract")
    assert balanced(table)
    skipped = len(table.report.rows_skipped)
    assert table.report.rows_read + skipped == 1 + len(lines)
