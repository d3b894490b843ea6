"""Fixtures of several rooms."""

import fcntl
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pil_discovery.pipeline.starting import run_demo
from tests import browser, dask_cluster, postgres


@pytest.fixture(scope="session")
def running_server():
    if why := postgres.missing():
        pytest.skip(why)
    with postgres.started() as server:
        yield server


@pytest.fixture
def server(running_server, monkeypatch):
    """A database server; the password of `reader` is in the environment."""
    monkeypatch.setenv("PIL_DB_PASSWORD", postgres.PASSWORD)
    return running_server


@pytest.fixture(scope="session")
def dask():
    """A Dask cluster of two worker processes with one thread each."""
    if why := dask_cluster.missing():
        pytest.skip(why)
    with dask_cluster.started() as cluster:
        yield cluster


@pytest.fixture
def quick_path(tmp_path):
    """A folder in memory where there is one: ledgers wait for the disk at each step."""
    memory = Path("/dev/shm")  # noqa: S108 -- only to be quick
    if not memory.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="pil-", dir=memory) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def chromium():
    """A Chromium without WebGL, started once."""
    if why := browser.missing():
        pytest.skip(why)
    with browser.started() as running:
        yield running


@pytest.fixture(scope="session")
def sample_demo(tmp_path_factory):
    """The folder of `run_demo` on the sample district, and what it gave back.

    Made once for all processes of a test run. To be read, not changed: `workspace`,
    `out` (the written scan), `bundle`.
    """
    return once(tmp_path_factory, "sample-demo", run_demo)


@pytest.fixture(scope="session")
def sample_elsewhere(sample_demo, tmp_path_factory):
    """The sample scanned from another folder in a process of another kind.

    Two workers, another time zone, another hash seed, a plain locale. To be read, not
    changed: `工作区`, `结果`.
    """
    return once(tmp_path_factory, "别处", lambda f: scan_elsewhere(sample_demo[0], f))[
        0
    ]


def once(tmp_path_factory, name, make):
    """Make a folder once for all processes of a test run; return what `make` gave."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, kept = shared / name, shared / f"{name}.pickle"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.is_file():
            kept.write_bytes(pickle.dumps(make(folder)))
    return folder, pickle.loads(kept.read_bytes())  # noqa: S301 -- our own, above


def scan_elsewhere(demo, folder):
    workspace, out = folder / "工作区", folder / "结果"
    shutil.copytree(demo / "workspace", workspace)
    changed = {"TZ": "Asia/Shanghai", "PYTHONHASHSEED": "7", "LC_ALL": "C"}
    command = [sys.executable, "-m", "pil_discovery", "scan", workspace]
    command += ["-o", out, "--workers", "2"]
    subprocess.run(command, env={**os.environ, **changed}, check=True)
