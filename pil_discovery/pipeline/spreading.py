"""Work on many models at once, each answer in the order of the models.

Models of the library share a pool of processes. A local model gets a guarded process
of its own, one after the other, because its file may come from anywhere.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import PilError
from pil_discovery.pipeline.guarded import run_model

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from concurrent.futures import Executor

    from pil_discovery.pipeline.cluster import Cluster
    from pil_discovery.types import Model

    Job = tuple["Model", *tuple[Any, ...]]


def usable_cores() -> int:
    """Return how many processes this one may keep busy."""
    if hasattr(os, "sched_getaffinity"):  # not on Windows and macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spread(
    work: Callable[[Any], Any],
    jobs: Sequence[Job],
    *,
    workers: int,
    cluster: Cluster | None = None,
) -> Generator[Future[Any]]:
    """Yield the outcome of the work on each job, in the order of the jobs.

    Parameters
    ----------
    work
        A function of a module, with one argument.
    jobs
        Tuples that begin with the model. They cross to another process, so they should
        hold no more than the work needs.
    workers
        Processes at once; outcomes do not depend on it.
    cluster
        Whose processes work instead of a pool of this machine; local models stay here.

    Yields
    ------
    Future
        Its `result()` is the answer, or raises as the work does: ModelError when a
        local model took too much time or memory.
    """
    shipped = [job for job in jobs if not job[0].is_local]
    with ExitStack() as pools:
        guard = _opened(pools, ThreadPoolExecutor(1))
        pool: Executor | Cluster | None = cluster
        if pool is None and workers > 1 and len(shipped) > 1:
            # spawn: DuckDB and Arrow hold threads that a forked child would not have
            context = multiprocessing.get_context("spawn")
            most = min(workers, len(shipped))
            pool = _opened(pools, ProcessPoolExecutor(most, mp_context=context))
        begun = [_begin(work, job, guard, pool) for job in jobs]
        for job, future in zip(jobs, begun, strict=True):
            done = _here(work, job) if future is None else future
            wait([done])  # what is handed out is not dropped with the rest
            yield done


def _opened(pools: ExitStack, pool: Executor) -> Executor:
    """Have what was not begun dropped when the reader of the outcomes stops."""
    pools.callback(pool.shutdown, cancel_futures=True)
    return pool


def _begin(
    work: Callable[[Any], Any],
    job: Job,
    guard: Executor,
    pool: Executor | Cluster | None,
) -> Future[Any] | None:
    if job[0].is_local:
        return guard.submit(run_model, work, job)
    return None if pool is None else pool.submit(work, job)


def _here(work: Callable[[Any], Any], job: Job) -> Future[Any]:
    future: Future[Any] = Future()
    try:
        future.set_result(work(job))
    except PilError as error:
        future.set_exception(error)
    return future
