"""Fixtures of several rooms."""

import tempfile
from pathlib import Path

import pytest

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
