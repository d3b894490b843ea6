import datetime as dt
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pil_discovery.errors import ReadError
from pil_discovery.records import read_table
from tests.records.data import CATALOGUE, balanced


def saved(tmp_path, columns, name="数据.csv", **options):
    path = tmp_path / name
    pq.write_table(pa.table(columns), path, **options)
    return path


def test_types_of_columns(tmp_path):
    moment = dt.datetime(2024, 3, 1, 20, tzinfo=dt.UTC)
    path = saved(
        tmp_path,
        {
            "合同编号": pa.array([110105194912310021, 7], pa.int64()),
            "受让人": pa.array(["甲", None]).dictionary_encode(),
            "出让面积": pa.array([3.14, float("nan")], pa.float32()),
            "成交价": pa.array([Decimal("1.50"), None], pa.decimal128(9, 2)),
            "签订日期": pa.array([moment, None], pa.timestamp("ns", tz="UTC")),
        },
    )
    table = read_table(path, CATALOGUE)
    assert table.frame["contract_no"].tolist() == ["110105194912310021", "7"]
    assert table.frame["grantee"].isna().tolist() == [False, True]
    assert table.frame["area_m2"][0] == 3.14
    assert table.frame["price_cny"][0] == 1.5
    assert table.frame["sign_date"][0] == pd.Timestamp("2024-03-02")
    assert table.frame["_row"].tolist() == [1, 2]
    assert table.sources[0].encoding is None
    assert len(table.quarantine) == 0
    assert balanced(table)


@pytest.mark.parametrize(
    "dates",
    [
        pa.array([dt.date(2024, 3, 1)]),
        pa.array([1709280000], pa.timestamp("s")),
        pa.array(["2024年3月1日"], pa.large_string()),
        pa.array([45352], pa.uint16()),
        pa.array([b"2024-03-01"]),
    ],
)
def test_dates_of_every_type(tmp_path, dates):
    path = saved(tmp_path, {"合同编号": ["HT-1"], "签订日期": dates})
    table = read_table(path, CATALOGUE, wanted="contract")
    assert table.frame["sign_date"].tolist() == [pd.Timestamp("2024-03-01")]


def test_nested_and_binary_columns_are_listed(tmp_path):
    columns = {
        "合同编号": ["HT-1"],
        "受让人": ["甲"],
        "附件": [b"\xff\x00"],
        "期": [[1]],
    }
    table = read_table(saved(tmp_path, columns), CATALOGUE)
    notes = {i.what: i.value for i in table.report.inferences}
    assert notes["嵌套或二进制的列未读取"] == "附件、期"
    assert len(table) == 1


def test_moments_beyond_all_calendars_are_cells(tmp_path):
    far = pa.array([2**55], pa.int64()).cast(pa.timestamp("us"))
    path = saved(tmp_path, {"合同编号": ["HT-1"], "签订日期": far})
    table = read_table(path, CATALOGUE, wanted="contract")
    assert table.quarantine["reason_class"].tolist() == ["date"]


def test_a_layer_and_a_damaged_file_are_refused_with_advice(tmp_path):
    columns = pa.table({"合同编号": ["HT-1"]}).replace_schema_metadata({"geo": "{}"})
    path = tmp_path / "图层.parquet"
    pq.write_table(columns, path)
    with pytest.raises(ReadError, match=r"GeoParquet.*read_layer"):
        read_table(path, CATALOGUE, wanted="contract")
    whole = saved(tmp_path, {"合同编号": ["HT-1"]}).read_bytes()
    path.write_bytes(whole[:-20])
    with pytest.raises(ReadError, match=r"打不开.*CSV"):
        read_table(path, CATALOGUE, wanted="contract")


def test_typed_columns_are_read_as_their_texts_are(tmp_path):
    days = [dt.date(2024, 2, 29), None, dt.date(1900, 1, 1), dt.date(2101, 1, 1)]
    columns = {
        "合同编号": pa.array([7, 10**15 - 1, None, 10**15]),
        "签订日期": pa.array(days),
        "出让面积": pa.array([-3, 0, None, 2**40]),
        "成交价": pa.array([0.1, 1e13, None, 2.675]),
        "交地日期": pa.array(["2024-01-01 08:00:00", *[None] * 3]).cast("timestamp[s]"),
    }
    typed = read_table(saved(tmp_path, columns), CATALOGUE, wanted="contract")
    spelled = {
        name: [None if cell is None else str(cell) for cell in cells.to_pylist()]
        for name, cells in ((n, pa.array(c)) for n, c in columns.items())
    }
    texts = read_table(saved(tmp_path, spelled, "b"), CATALOGUE, wanted="contract")
    same = [c for c in typed.frame.columns if c != "_source"]
    pd.testing.assert_frame_equal(typed.frame[same], texts.frame[same])
    listed = ["row", "column", "value", "scope", "reason_class"]
    assert typed.quarantine[listed].equals(texts.quarantine[listed])


def test_a_large_file_is_read_as_it_is(tmp_path):
    rows = 2**18 + 70_000
    numbers = range(rows)
    columns = {
        "合同编号": [f"HT-{n}" for n in numbers],
        "受让人": pa.array([f"公司{n % 5}" for n in numbers]).dictionary_encode(),
        "细目": [[n] for n in numbers],
        "成交价": [None if n % 3 else float(n) for n in numbers],
    }
    path = saved(tmp_path, columns, row_group_size=100_000)
    table = read_table(path, CATALOGUE)
    assert balanced(table)
    assert table.frame["contract_no"].tolist() == columns["合同编号"]
    assert table.frame["grantee"].tolist() == columns["受让人"].to_pylist()
    prices = table.frame["price_cny"]
    assert prices.dropna().tolist() == [float(n) for n in range(0, rows, 3)]
    assert table.frame["_row"].tolist() == list(range(1, rows + 1))
    assert any("细目" in note.value for note in table.report.inferences)
