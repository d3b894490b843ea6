"""A real Dask cluster of worker processes for the tests that need one."""

from __future__ import annotations

import importlib.util
import os
import signal
from contextlib import contextmanager


def missing():
    """Say why there can be no cluster, or nothing."""
    found = importlib.util.find_spec("distributed")
    return "" if found else "distributed 没有安装"


@contextmanager
def started(*, workers=2, threads=1):
    """Start a scheduler and its workers; give the cluster."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers,
        threads_per_worker=threads,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        silence_logs=50,
    ) as cluster:
        yield cluster


def kill_a_worker(cluster):
    """End one worker process without a word, as a power cut does."""
    from distributed import Client

    with Client(cluster, set_as_default=False) as client:
        os.kill(min(client.run(os.getpid).values()), signal.SIGKILL)
