"""The two real exports of the land market: every row used or told."""

import datetime as dt
import os
import shutil
from pathlib import Path

import pytest

from pil_discovery.pipeline.checking import check_workspace
from pil_discovery.pipeline.flow import scan
from pil_discovery.pipeline.starting import init_workspace

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PIL_SHARED_DATA", ROOT.parent / "shared" / "data"))
SOURCE = DATA / "land_supply"

pytestmark = [
    pytest.mark.xdist_group("land_supply"),
    pytest.mark.skipif(
        not SOURCE.is_dir(), reason="real land-market exports are not on this machine"
    ),
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    for file in SOURCE.glob("*.xls"):
        shutil.copyfile(file, folder / file.name)
    init_workspace(folder, as_of=dt.date(2018, 6, 30))
    return folder


@pytest.fixture(scope="module")
def found(workspace):
    return scan(workspace)


def test_init_recognises_both_files(workspace):
    text = (workspace / "pil.yaml").read_text(encoding="utf-8")
    assert "{dataset: land_supply_result, file:" in text
    assert "{dataset: land_transfer_record, file:" in text


def test_every_row_is_used_or_quarantined(found):
    rows = {s["dataset"]: s for s in found.run["sources"]}
    assert rows["land_supply_result"]["rows_read"] == 323
    assert rows["land_transfer_record"]["rows_read"] == 395
    for source in rows.values():
        used, out = source["rows_used"], source["rows_quarantined"]
        assert used + out == source["rows_read"]


def test_the_agreed_start_model_runs_and_says_what_it_lacks(found):
    runs = {m["code"]: m for m in found.run["models"]}
    run = runs["LAND-S1"]
    assert run["state"] == "computed"
    assert run["missing_clears"] == ["construction_permit"]
    counts = run["counts"]
    states = ("hit", "review", "dropped", "unknown", "clear")
    assert counts["population"] == sum(counts[s] for s in states) == 323
    assert counts["unknown"] == 55, "53 placeholders and two blank cells"
    assert counts["hit"] == 0, "without permits a person must look"
    assert runs["LAND-01"]["state"] == "not_computable"
    assert "land_contract" in runs["LAND-01"]["missing"]


def test_a_placeholder_is_a_missing_date(found):
    unknown = [f for f in found.findings if f.state == "unknown"]
    assert all(f.fact_date is None for f in unknown)
    assert any("约定开工时间" in n for f in unknown for n in f.missing)
    assert all(f.fact_date.year > 1900 for f in found.findings if f.fact_date)


def test_reversed_limits_doubled_headers_and_packed_instalments_are_listed(workspace):
    check = check_workspace(workspace)
    told = " ".join(p.what for p in check.problems)
    assert "下限大于上限" in told
    inferred = {i["what"] for r in check.readings for i in r["inferences"]}
    assert "重复的列未使用" in inferred
    assert "列 分期支付（instalment_cny）：去掉末尾分隔符" in inferred
    assert "列 约定开工时间（start_due_date）：占位符按缺失处理" in inferred
    assert (workspace / "检查结果.xlsx").is_file()


def test_check_asks_nothing_more_when_everything_is_named(workspace):
    check_workspace(workspace)
    assert not (workspace / "pil.proposed.yaml").exists()
