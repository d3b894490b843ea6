import multiprocessing as mp
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from pil_discovery.geo.processes import pool_with, without_script

KEPT = []


def keep(job):
    KEPT[:] = [job]


def doubled(number):
    return KEPT[0] * number


@pytest.fixture
def others():
    """Return the processes that stand already, such as those of a cluster."""
    return set(mp.active_children())


def test_every_process_has_the_job_and_none_is_left_behind(others):
    with pool_with(21, keep, 2) as pool:
        assert list(pool.imap(doubled, range(4))) == [0, 21, 42, 63]
    assert KEPT == []
    assert set(mp.active_children()) <= others


def fail():
    with pool_with(1, keep, 2) as pool:
        pool.map(doubled, range(2))
        raise ZeroDivisionError


def test_an_error_ends_the_processes_too(others):
    with pytest.raises(ZeroDivisionError):
        fail()
    assert set(mp.active_children()) <= others


def main_of(_):
    with without_script():
        process = sys.modules["__main__"]
        return process, getattr(process, "__file__", None)


def test_the_script_is_back_whoever_started_processes_at_once():
    script = sys.modules["__main__"]
    with ThreadPoolExecutor(4) as pool:
        hidden = list(pool.map(main_of, range(200)))
    assert all(main is not script and file is None for main, file in hidden)
    assert sys.modules["__main__"] is script
    with pytest.raises(ZeroDivisionError), without_script():
        raise ZeroDivisionError
    assert sys.modules["__main__"] is script
