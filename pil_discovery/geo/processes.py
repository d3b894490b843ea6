"""Worker processes that begin with one job in hand, and without the caller's script."""

from __future__ import annotations

import multiprocessing as mp
import sys
import threading
import warnings
from contextlib import contextmanager, nullcontext
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.pool import Pool

Job = TypeVar("Job")


_SCRIPT = threading.Lock()


@contextmanager
def without_script() -> Iterator[None]:
    """Start processes that do not run the caller's script again.

    A process that is spawned imports the script it was started from. Ours need nothing
    of it, and a script without `if __name__ == "__main__"` would begin again in each of
    them. Python leaves out a main module that has no file, as that of a notebook.
    """
    with _SCRIPT:
        script = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = script


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
        with nullcontext() if kind == "fork" else without_script():
            workers = mp.get_context(kind).Pool(count, begin, (job,))
        with workers as pool:
            yield pool
            pool.close()
            pool.join()
