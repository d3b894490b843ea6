"""The work on models may take a part of the machine's memory, never all of it."""

import os

import numpy as np
import pytest

from pil_discovery.pipeline.memory import (
    LEAST_BYTES,
    limited_data,
    share_of_memory,
)

resource = pytest.importorskip("resource")


def test_processes_share_three_quarters_of_the_machine():
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert LEAST_BYTES <= share_of_memory(2) <= share_of_memory(1)
    assert share_of_memory(1) <= max(LEAST_BYTES, 0.75 * whole)


def test_what_goes_beyond_the_share_fails_and_the_limit_is_lifted_again():
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with limited_data(1), pytest.raises(MemoryError):
        np.ones(4 * LEAST_BYTES // 8)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_what_a_process_holds_already_does_not_count():
    held = np.ones(2**27)
    with limited_data(1):
        assert np.ones(2**24).sum() == 2**24
    assert held.nbytes == 2**30
