"""The worker gives what the readers give, and its end is no end of the whole."""

import datetime as dt
import os
import resource
import signal
import threading
from pathlib import Path

import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

from pil_discovery import layers, records
from pil_discovery.catalog import load_catalog
from pil_discovery.errors import CrsError, ReadError
from pil_discovery.pipeline.sandbox import client
from tests.layers.making import BOW_TIE, features, square, write
from tests.layers.making import DATASETS as PATCHES
from tests.layers.test_pictures import tiff

DATASETS = load_catalog().datasets
CONTRACTS = "合同编号,受让人,出让面积（亩）,签订日期,成交价（万元）\n"
ROWS = "HT-1,甲公司,3亩2分,2024年3月,12.5\nHT-1,乙公司,1,2024-01-02,x\n,丙,1,,\n"


@pytest.fixture
def worker():
    own = client.Worker()
    yield own
    own.stop()


def contracts(folder, text=CONTRACTS + ROWS):
    path = folder / "出让合同.csv"
    path.write_text(text, encoding="gb18030")
    return path


def request(path, **options):
    return client.Request("read_table", path, options, DATASETS)


def test_a_table_is_the_one_that_the_reader_gives(tmp_path):
    path = contracts(tmp_path)
    here = records.read_table(path, DATASETS, wanted="land_contract")
    there = client.read_table(path, DATASETS, wanted="land_contract")
    pd.testing.assert_frame_equal(there.frame, here.frame)
    pd.testing.assert_frame_equal(there.quarantine, here.quarantine)
    assert len(here.quarantine) > 1
    assert (there.report, there.sources) == (here.report, here.sources)
    assert there.dataset is here.dataset


def test_a_large_table_is_the_one_that_the_reader_gives(tmp_path):
    lines = (
        f"HT-{n},{'甲公司' * 9},{n % 7},2024-01-02,{n % 5 or ''}"
        for n in range(250_000)
    )
    path = contracts(tmp_path, CONTRACTS + "\n".join(lines))
    here = records.read_table(path, DATASETS, wanted="land_contract")
    there = client.read_table(path, DATASETS, wanted="land_contract")
    pd.testing.assert_frame_equal(there.frame, here.frame)
    prices = there.frame["price_total_cny"].array
    assert here.frame["price_total_cny"].isna().sum() == 50_000
    assert not prices.to_numpy().flags.owndata
    there.frame["price_total_cny"] *= 2
    assert (
        client.read_table(path, DATASETS)
        .frame["price_total_cny"]
        .equals(here.frame["price_total_cny"])
    )


def test_a_full_disk_is_told_and_the_next_file_is_read(tmp_path, worker):
    worker.ask(request(contracts(tmp_path)))  # what it writes itself may grow
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    large = contracts(tmp_path, CONTRACTS + ROWS + "HT-2,甲,1,2024-01-02,1\n" * 400_000)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**22, before[1]))
    try:
        with pytest.raises(ReadError, match=r"临时文件夹写不进去.*清理磁盘"):
            worker.ask(request(large))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert worker.ask(request(contracts(tmp_path))).head["state"] == "done"


def test_a_layer_is_the_one_that_the_reader_gives(tmp_path):
    path = write(tmp_path / "图斑.gpkg", features([square(), square(121), BOW_TIE]))
    told = {"valid_from": dt.date(2020, 1, 1), "scale": 10000, "root": tmp_path}
    here = layers.read_vector(path, PATCHES, **told)
    there = client.read_vector(path, PATCHES, **told)
    assert len(here.quarantine) == 1
    assert_geodataframe_equal(there.frame, here.frame)
    pd.testing.assert_frame_equal(there.quarantine, here.quarantine)
    assert (there.report, there.sources) == (here.report, here.sources)
    assert there.provenance == here.provenance


def test_a_picture_is_the_one_that_the_reader_gives(tmp_path):
    path = tiff(tmp_path / "a.tif")
    told = {
        "acquired": dt.datetime.fromisoformat("2025-05-12T10:41:00+08:00"),
        "sensor": "示例卫星",
        "bands": {"red": 1, "nir": 2},
    }
    assert client.read_raster(path, **told) == layers.read_raster(path, **told)


def test_an_error_keeps_its_kind_and_its_problems(tmp_path):
    path = write(tmp_path / "图斑.gpkg", features([square()], crs=4610))
    with pytest.raises(CrsError) as here:
        layers.read_vector(path, PATCHES)
    with pytest.raises(CrsError) as there:
        client.read_vector(path, PATCHES)
    assert there.value.problems == here.value.problems


def test_a_worker_that_is_killed_costs_one_file(tmp_path, worker):
    worker.ask(request(contracts(tmp_path)))
    first = worker.process_id
    large = contracts(tmp_path, CONTRACTS + ROWS * 20000)
    threading.Timer(0.2, os.kill, (first, signal.SIGSEGV)).start()
    with pytest.raises(ReadError, match="读取程序因这个文件意外结束"):
        worker.ask(request(large))
    assert worker.ask(request(contracts(tmp_path))).head["kind"] == "table"
    assert worker.process_id != first


def test_a_worker_that_takes_too_long_is_ended(tmp_path, worker, monkeypatch):
    monkeypatch.setattr(client, "LEAST_S", 0.0)
    monkeypatch.setattr(client, "PER_MEGABYTE_S", 0.0)
    path = contracts(tmp_path, CONTRACTS + ROWS * 20000)
    with pytest.raises(ReadError, match=r"出让合同\.csv：超过 0 秒没有读完，已中止"):
        worker.ask(request(path))
    monkeypatch.undo()
    assert worker.ask(request(contracts(tmp_path))).head["report"]["rows_read"] == 3


def test_a_worker_without_memory_says_so(tmp_path, worker):
    worker.ask(request(contracts(tmp_path)))
    used = int(Path(f"/proc/{worker.process_id}/statm").read_text().split()[0])
    most = used * resource.getpagesize() + 2**26
    resource.prlimit(worker.process_id, resource.RLIMIT_AS, (most, most))
    path = contracts(tmp_path, CONTRACTS + ROWS * 400_000)
    with pytest.raises(ReadError, match=r"读取所需内存超过限制|意外结束"):
        worker.ask(request(path))
    assert worker.ask(request(contracts(tmp_path))).head["kind"] == "table"


def test_the_current_folder_lends_no_modules(tmp_path, worker, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(tmp_path)
    path = contracts(tmp_path)
    assert worker.ask(request(Path(path.name))).head["kind"] == "table"
