import hashlib

import pandas as pd
import pytest

from pil_discovery.errors import ReadError
from pil_discovery.records import read_answer, read_table
from pil_discovery.types import RecordSource
from pil_discovery.types.answers import Answer, line_of
from tests.records.data import CATALOGUE, balanced, csv_file

ROWS = (
    ("甲-01", "某公司", "1200.5", "350000.00", "2024-01-05"),
    ("甲-02", None, "80", "1200000", "2024-02-05"),
)
HEADERS = ("合同编号", "受让人", "area_m2", "成交价", "sign_date")
KINDS = ("text", "varchar", "numeric", "numeric", "date")


def answer(rows=ROWS, headers=HEADERS, kinds=KINDS):
    lines = b"".join(map(line_of, (headers, *rows)))
    digest = hashlib.sha256(lines).hexdigest()
    return Answer("database:试", "select", headers, kinds, rows, digest, len(lines))


def source(dataset="contract", **more):
    return RecordSource(dataset=dataset, database="?", query="select", **more)


def read(given, **more):
    table = read_answer(given, CATALOGUE, source(**more))
    assert balanced(table)
    return table


def told(given, **more):
    with pytest.raises(ReadError) as caught:
        read(given, **more)
    assert all(p.file == "database:试" for p in caught.value.problems)
    return str(caught.value)


def test_an_answer_is_read_as_a_text_file_with_the_same_rows(tmp_path):
    text = "\n".join(",".join(cell or "" for cell in row) for row in (HEADERS, *ROWS))
    file = read_table(csv_file(tmp_path, text), CATALOGUE, wanted="contract")
    table = read(answer())
    own = ["_source", "_row"]
    pd.testing.assert_frame_equal(
        table.frame.drop(columns=own), file.frame.drop(columns=own)
    )
    assert table.frame["_row"].tolist() == [1, 2]
    assert set(table.frame["_source"]) == {"database:试"}


def test_the_source_tells_the_answer():
    given = answer()
    (found,) = read(given).sources
    assert (found.file, found.sha256, found.bytes) == (
        "database:试",
        given.sha256,
        given.bytes,
    )
    assert (found.rows_read, found.rows_used, found.encoding) == (2, 2, "utf-8")
    notes = {n.what: n.value for n in read(given).report.inferences}
    assert notes["查询"] == "select"


def test_columns_units_and_centuries_hold():
    headers = ("合同编号", "名称", "area_m2", "成交价", "sign_date")
    rows = (("甲-01", "某公司", "2", "35", "24-01-05"),)
    table = read(
        answer(rows, headers),
        columns={"名称": "grantee"},
        units={"price_cny": "万元", "area_m2": "公顷"},
        century={"sign_date": 2000},
    )
    row = table.frame.iloc[0]
    assert (row["grantee"], row["price_cny"], row["area_m2"]) == (
        "某公司",
        350_000,
        2e4,
    )
    assert row["sign_date"] == pd.Timestamp("2024-01-05")


def test_what_cannot_be_used_is_in_quarantine():
    rows = (
        (None, "某公司", "1", "1", "2024-01-05"),
        ("甲-01", "某公司", "NaN", "很多", "0044-03-15 BC"),
        ("甲-02", "一", "1", "1", "2024-01-05"),
        ("甲-02", "二", "1", "1", "2024-01-05"),
        ("合计", None, "3", "3", None),
        (None, None, None, None, None),
    )
    table = read(answer(rows))
    assert table.report.rows_read == 6
    assert table.frame["contract_no"].tolist() == ["甲-01", "合计"]
    found = table.quarantine
    assert found[found["scope"] == "row"]["row"].tolist() == [1, 3, 4, 6]
    cells = found[found["scope"] == "cell"]
    assert set(zip(cells["row"], cells["column"], strict=True)) >= {
        (2, "price_cny"),
        (2, "sign_date"),
    }


def test_infinity_is_an_open_end_and_moments_are_beijing_time():
    rows = (("甲-01", "2024-01-01 20:00:00+00"), ("甲-02", "infinity"))
    table = read(answer(rows, ("合同编号", "签订日期"), ("text", "timestamptz")))
    first, second = table.frame.itertuples()
    assert first.sign_date == pd.Timestamp("2024-01-02")
    assert pd.isna(second.sign_date)
    assert second.sign_date_open


def test_long_codes_keep_every_digit():
    given = answer((("123456789012345678",),), ("合同编号",), ("int8",))
    assert read(given).frame["contract_no"].tolist() == ["123456789012345678"]


def test_coordinates_are_found():
    headers = ("编号", "场名", "经度", "纬度")
    kinds = ("text", "text", "float8", "float8")
    rows = (("一", "甲场", "120.5", "28.5"),)
    table = read(answer(rows, headers, kinds), dataset="farm")
    assert table.frame[["_x", "_y"]].to_numpy().tolist() == [[120.5, 28.5]]


def test_an_empty_answer_is_an_empty_table():
    table = read(answer(()))
    assert len(table) == 0
    assert set(table.dataset.columns) <= set(table.frame.columns)


def test_what_cannot_be_meant_is_told():
    assert "没有数据集“contrct”；是不是「contract」" in told(
        answer(), dataset="contrct"
    )
    other = answer((("1", "2"),), ("a", "b"), ("int4", "int4"))
    assert "查询结果的列（a、b）不像“出让合同”" in told(other)
    place = answer((("甲-01", "0101"),), ("合同编号", "geom"), ("text", "geometry"))
    assert "查询结果有图形列 geom；请写在 pil.yaml 的 layers 下" in told(place)
    assert "price_cny" in told(answer(), units={"price_cny": "公顷"})
    assert "没有" in told(answer(), columns={"无此列": "grantee"})
