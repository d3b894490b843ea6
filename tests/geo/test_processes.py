import multiprocessing as mp

import pytest

from pil_discovery.geo.processes import pool_with

KEPT = []


def keep(job):
    KEPT[:] = [job]


def doubled(number):
    return KEPT[0] * number


def test_every_process_has_the_job_and_none_is_left_behind():
    with pool_with(21, keep, 2) as pool:
        assert list(pool.imap(doubled, range(4))) == [0, 21, 42, 63]
    assert KEPT == []
    assert mp.active_children() == []


def fail():
    with pool_with(1, keep, 2) as pool:
        pool.map(doubled, range(2))
        raise ZeroDivisionError


def test_an_error_ends_the_processes_too():
    with pytest.raises(ZeroDivisionError):
        fail()
    assert mp.active_children() == []
