"""Work on many models at once, each answer in the order of the models.

Models of the library share a pool of processes. A local model gets a guarded process
of its own, one after the other, because its file may come from anywhere. Where a
process of the pool dies, nobody can tell which model it was: those that were under way
are done again, each alone in a process of its own, and the pool goes on without them.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import (
    BrokenExecutor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import PilError, Problem, StoppedError
from pil_discovery.geo.processes import without_script
from pil_discovery.pipeline.guarded import NO_MEMORY, ROOM, run_alone, run_model
from pil_discovery.pipeline.memory import limit_data, limited_data, share_of_memory
from pil_discovery.pipeline.orphans import end_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from pil_discovery.pipeline.cluster import Cluster
    from pil_discovery.types import Model

    Job = tuple["Model", *tuple[Any, ...]]
    Work = Callable[[Any], Any]
    Begun = tuple[ProcessPoolExecutor, list[Future[Any]]]


def usable_cores() -> int:
    """Return how many processes this one may keep busy."""
    if hasattr(os, "sched_getaffinity"):  # not on Windows and macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spread(
    work: Work,
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
        Its `result()` is the answer, or raises as the work does: StoppedError when a
        model took too much time or memory, or its process died.
    """
    shipped = [job for job in jobs if not job[0].is_local]
    with ExitStack() as pools:
        guard = ThreadPoolExecutor(1)
        # what was not begun is dropped when the reader of the outcomes stops
        pools.callback(guard.shutdown, cancel_futures=True)
        local = [guard.submit(run_model, work, j) for j in jobs if j[0].is_local]
        ours = iter(local)
        theirs: Iterator[Future[Any]] | Generator[Future[Any]]
        if cluster is not None:
            theirs = iter([cluster.submit(work, job) for job in shipped])
        elif workers > 1 and len(shipped) > 1:
            begun = _begin(work, shipped, workers)
            pools.callback(begun[0].shutdown, cancel_futures=True)
            theirs = _pooled(work, shipped, workers, begun)
            pools.callback(theirs.close)
        else:
            theirs = (_here(work, job) for job in shipped)
        for job in jobs:
            done = next(ours if job[0].is_local else theirs)
            wait([done])  # what is handed out is not dropped with the rest
            yield done


def _pooled(
    work: Work, jobs: Sequence[Job], workers: int, begun: Begun
) -> Generator[Future[Any]]:
    """Yield outcomes from a pool, which is begun anew where one of its processes died.

    Which jobs were under way is not told: a pool takes them in order, one for each
    process and as many again ahead, and one more.
    """
    pool, futures = begun
    ahead = 2 * min(workers, len(jobs)) + 1
    at = alone = 0
    try:
        while at < len(jobs):
            future = futures[at]
            wait([future])
            error = future.exception()
            if isinstance(error, BrokenExecutor) and alone == ahead:
                pool.shutdown(cancel_futures=True)
                pool, later = _begin(work, jobs[at:], workers)
                futures, alone = [*futures[:at], *later], 0
                continue
            if isinstance(error, BrokenExecutor):
                alone += 1
                future = _alone(work, jobs[at])
            elif isinstance(error, MemoryError):
                wait(futures)  # so that it has the memory of all processes
                future = _alone(work, jobs[at])
            yield future
            at += 1
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(work: Work, jobs: Sequence[Job], workers: int) -> Begun:
    # spawn: DuckDB and Arrow hold threads that a forked child would not have
    most = min(workers, len(jobs))
    pool = ProcessPoolExecutor(
        most,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_join,
        initargs=(share_of_memory(most),),
    )
    with without_script():  # the first job starts them all
        return pool, [pool.submit(_in_memory, work, job) for job in jobs]


def _join(most_bytes: int | None) -> None:
    end_with_parent()
    limit_data(most_bytes)


def _in_memory(work: Work, job: Job) -> Any:  # noqa: ANN401 -- whatever the work returns
    """Do the work; what ran out of memory says so in one way, whichever library."""
    try:
        return work(job)
    except Exception as error:
        if isinstance(error, MemoryError) or "bad_alloc" in str(error):
            raise MemoryError from None
        raise


def _here(work: Work, job: Job) -> Future[Any]:
    with limited_data(share_of_memory(1)):
        return _settled(lambda: _in_memory(work, job), job)


def _alone(work: Work, job: Job) -> Future[Any]:
    return _settled(lambda: run_alone(work, job, file=job[0].place), job)


def _settled(do: Callable[[], Any], job: Job) -> Future[Any]:
    future: Future[Any] = Future()
    try:
        future.set_result(do())
    except PilError as error:
        future.set_exception(error)
    except MemoryError:
        problem = Problem(job[0].place, "", NO_MEMORY, ROOM)
        future.set_exception(StoppedError(problem))
    return future
