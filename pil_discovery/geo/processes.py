"""Worker processes that begin with one job in hand."""

from __future__ import annotations

import multiprocessing as mp
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.pool import Pool

Job = TypeVar("Job")


@contextmanager
def pool_with(job: Job, begin: Callable[[Job], None], count: int) -> Iterator[Pool]:
    """Start processes that each call `begin` with a job, and end them after use.

    Linux forks and so hands the job over for nothing; elsewhere it is sent.

    Parameters
    ----------
    begin
        A function of a module, which keeps the job for the tasks to come.
    count
        Number of processes.
    """
    kind = "fork" if sys.platform == "linux" else "spawn"
    with warnings.catch_warnings():
        # Newer Pythons warn of forks beside threads; workers only reckon and read.
        warnings.simplefilter("ignore", DeprecationWarning)
        with mp.get_context(kind).Pool(count, begin, (job,)) as pool:
            yield pool
            pool.close()
            pool.join()
