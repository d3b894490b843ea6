"""The two real exports of the national land market: no row may be lost."""

import os
from collections import Counter
from pathlib import Path

import pytest
import yaml

from pil_discovery.records import read_table
from pil_discovery.types import Dataset
from tests.records.data import balanced

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PIL_SHARED_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="module")
def catalogue():
    files = sorted((ROOT / "models" / "datasets").glob("*/*.yaml"))
    texts = [yaml.safe_load(f.read_text(encoding="utf-8")) for f in files]
    return {d.id: d for d in map(Dataset.model_validate, texts)}


def export(name):
    path = DATA / "land_supply" / name
    if not path.exists():
        pytest.skip(f"没有 {path}")
    return path


def test_land_supply_results(catalogue):
    table = read_table(export("land_supply_results.xls"), catalogue)
    assert table.dataset.id == "land_supply_result"
    assert (table.report.rows_read, table.report.rows_used) == (323, 323)
    assert balanced(table)
    classes = Counter(table.quarantine["reason_class"])
    assert classes["range"] == 2 * 108  # reversed plot ratios, both cells
    notes = {i.what: i.value for i in table.report.inferences}
    assert "土地用途" in notes["重复的列未使用"]
    assert notes["列 instalment_cny：去掉末尾分隔符"] == "206 格"
    assert notes["列 start_due_date：占位符按缺失处理"] == "53 格"
    first = table.frame.iloc[0]
    assert (first["area_m2"], first["price_cny"]) == (40000.0, 240000.0)
    assert first["_row"] == 2
    assert table.frame["start_due_date"].isna().sum() == 53 + 2  # two were blank
    assert (table.frame["total_area_m2"] - table.frame["area_m2"]).abs().max() < 1e-6


def test_land_transfers(catalogue):
    table = read_table(export("land_transfers.xls"), catalogue)
    assert table.dataset.id == "land_transfer_record"
    assert (table.report.rows_read, table.report.rows_used) == (395, 395)
    assert balanced(table)
    assert table.frame["parcel_mark"].notna().sum() == 1
    assert str(table.frame["deal_ts"][0]) == "2016-01-12 10:59:31"
    assert table.frame["price_cny"][0] == 14033490.0
    assert table.quarantine.empty


@pytest.mark.parametrize("name", ["csv-injection/csv-payload.txt", "blns/blns.txt"])
def test_naughty_texts_are_read_or_refused_in_words(catalogue, tmp_path, name):
    source = DATA / "badinputs" / name
    if not source.exists():
        pytest.skip(f"没有 {source}")
    lines = source.read_text(encoding="utf-8").splitlines()
    rows = [
        f'HT-{i},"{line.replace(chr(34), chr(34) * 2)}"' for i, line in enumerate(lines)
    ]
    path = tmp_path / "合同.csv"
    path.write_text("合同编号,受让人\n" + "\n".join(rows), encoding="utf-8", newline="")
    if "\x00" in path.read_text(encoding="utf-8"):
        return
    table = read_table(path, catalogue, wanted="land_contract")
    assert table.report.rows_read == len(lines)
    assert balanced(table)
