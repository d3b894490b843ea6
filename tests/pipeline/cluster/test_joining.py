import os
import shutil
import socket
from pathlib import Path

import pytest

from pil_discovery.errors import ClusterError, Problem, ReadError
from pil_discovery.pipeline.cluster import joined
from pil_discovery.pipeline.flow import scan
from pil_discovery.pipeline.reading import open_workspace
from tests import dask_cluster

SAMPLE = Path(__file__).parents[3] / "sample_data" / "workspace"
MODELS = ("ENV-01", "LAND-01", "LAND-06", "STATE-01")
DATA = (
    "land_contract",
    "land_instalment",
    "land_payment",
    "outfall",
    "water_source_zone",
    "parcel",
    "pbf",
)


@pytest.fixture
def small(tmp_path):
    """The part of the sample district that some models look at."""
    whole = open_workspace(shutil.copytree(SAMPLE, tmp_path / "workspace"))
    parts = {
        kind: tuple(e for e in getattr(whole, kind) if e.dataset in DATA)
        for kind in ("records", "layers")
    }
    assert all(parts.values())
    return whole.model_copy(update={**parts, "images": ()})


def written(found, out):
    """Every file that a scan wrote, but the one that tells how long it took."""
    found.write(out)
    paths = [p for p in out.rglob("*") if p.is_file() and p.name != "timing.json"]
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in paths}


def test_a_scan_gives_the_same_bytes_and_leaves_nothing(dask, small, tmp_path):
    alone = written(scan(small, models=MODELS), tmp_path / "alone")
    address = dask.scheduler_address
    spread = scan(small, models=MODELS, cluster=address)
    assert written(spread, tmp_path / "spread") == alone
    assert spread.findings
    assert not list(small.root.glob(".pil-run-*"))


def test_a_worker_lost_in_the_middle_changes_no_byte(dask, small, tmp_path):
    alone = written(scan(small, models=MODELS), tmp_path / "alone")
    killed = []

    def watch(_what, _done, _of):
        if len(killed) < 2 and len(seen) in {2, 8}:  # once while reading, once later
            killed.append(dask_cluster.kill_a_worker(dask))
        seen.append(_what)

    seen: list[str] = []
    found = scan(small, models=MODELS, cluster=dask.scheduler_address, progress=watch)
    assert len(killed) == 2
    assert written(found, tmp_path / "spread") == alone


def test_a_file_that_cannot_be_read_gives_the_same_sentence(dask, small, tmp_path):
    (tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04" + b"\0" * 40)
    entry = small.records[0].model_copy(update={"file": "坏.xlsx"})
    broken = small.model_copy(
        update={"root": tmp_path, "records": (entry,), "layers": ()}
    )
    with pytest.raises(ReadError) as alone:
        scan(broken, models="LAND-01")
    with pytest.raises(ReadError) as spread:
        scan(broken, models="LAND-01", cluster=dask.scheduler_address)
    assert spread.value.problems == alone.value.problems != ()


def test_processes_of_this_machine_are_started_and_ended(tmp_path):
    with joined("local:1", tmp_path) as cluster:
        process = cluster.submit(_process, 0).result()
        assert process != os.getpid()
        with pytest.raises(ReadError) as refused:
            cluster.submit(_refuse, 0).result()
        assert refused.value.problems[0].where == "第 3 行"
        folder = cluster.folder
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_work_that_ends_every_process_is_named(dask, tmp_path):
    with (
        joined(dask.scheduler_address, tmp_path) as cluster,
        pytest.raises(ClusterError, match="先后有几个工作进程在同一步中断"),
    ):
        cluster.submit(_die, 0).result()


def test_what_fails_for_the_machine_is_tried_again(dask, tmp_path):
    with joined(dask.scheduler_address, tmp_path) as cluster:
        assert cluster.submit(_fail_once, tmp_path / "been").result() == "done"


def _process(_job):
    return os.getpid()


def _refuse(_job):
    raise ReadError(Problem("甲.csv", "第 3 行", "读不出"))


def _die(_job):
    os._exit(1)


def _fail_once(been):
    if not been.exists():
        been.touch()
        raise OSError("stale file handle")
    return "done"


@pytest.mark.parametrize("address", ["local:0", "local", "10.0.0.1:8786", "tcp://x"])
def test_an_address_must_be_one(address, tmp_path):
    with pytest.raises(ClusterError, match="集群地址应写作 local:2"):
        joined(address, tmp_path).__enter__()


def test_nobody_answers(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ClusterError, match="没有应答，或者没有工作进程"):
        joined(f"tcp://127.0.0.1:{port}", tmp_path, wait_s=1).__enter__()


def test_a_scheduler_without_workers(tmp_path):
    with (
        dask_cluster.started(workers=0) as cluster,
        pytest.raises(ClusterError, match="没有应答，或者没有工作进程"),
    ):
        joined(cluster.scheduler_address, tmp_path, wait_s=1).__enter__()


def test_workers_with_several_threads_are_refused(tmp_path):
    with (
        dask_cluster.started(workers=1, threads=2) as cluster,
        pytest.raises(ClusterError, match="有 2 个线程；请用 dask worker --nthreads 1"),
    ):
        joined(cluster.scheduler_address, tmp_path).__enter__()


def test_a_folder_that_cannot_be_written_is_named(dask, tmp_path):
    gone = tmp_path / "gone"
    with pytest.raises(ClusterError, match="不能在共享文件夹里写入"):
        joined(dask.scheduler_address, gone).__enter__()
