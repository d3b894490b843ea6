"""Run many models over the same inputs, in one process or several."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pil_discovery.errors import StoppedError
from pil_discovery.findings import Inputs, declared, not_run, screen
from pil_discovery.pipeline.cluster.tiles import TileSolver
from pil_discovery.pipeline.spreading import spread
from pil_discovery.pipeline.stored import store_tables

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from pil_discovery.pipeline.cluster import Cluster
    from pil_discovery.types import Finding, Model, ModelRun


@dataclass(frozen=True)
class Workers:
    """Who runs the models: processes of this machine, or those of a cluster."""

    processes: int = 1
    cluster: Cluster | None = None


@dataclass(frozen=True)
class Screened:
    """Runs in order of model id, findings in order of model and key."""

    runs: list[ModelRun]
    findings: list[Finding]
    seconds: dict[str, float]


def screen_all(
    models: Sequence[Model],
    inputs: Inputs,
    *,
    as_of: dt.date,
    personal: bool,
    workers: Workers,
    progress: Callable[[str, int, int], None] | None = None,
) -> Screened:
    """Run every model; the result does not depend on where, or by how many.

    A model that takes more time, memory or rows than there are is `stopped`, and says
    so in its notes; all others give their results.
    """
    runs: list[ModelRun] = []
    findings: list[Finding] = []
    seconds: dict[str, float] = {}
    with ExitStack() as stack:
        folder = _folder(models, workers, stack)
        reached = inputs if folder is None else _stored(models, inputs, folder)
        jobs = [(m, _for(m, reached, workers), as_of, personal) for m in models]
        # closed first, so that no process holds a file of the run any longer
        outcomes = stack.enter_context(
            closing(
                spread(_work, jobs, workers=workers.processes, cluster=workers.cluster)
            )
        )
        for done, outcome in enumerate(outcomes):
            run, found, took = _outcome(outcome, models[done])
            runs.append(run)
            findings += found
            seconds[run.id] = round(took, 3)
            if progress is not None:
                progress(run.id, done + 1, len(jobs))
    return Screened(runs, findings, seconds)


Job = tuple["Model", Inputs, "dt.date", bool]
Screening = tuple["ModelRun", "list[Finding]", float]


def _outcome(outcome: Future[Screening], model: Model) -> Screening:
    """Return how a model ran; one that had to be stopped takes no other with it."""
    try:
        return outcome.result()
    except StoppedError as error:
        notes = tuple(str(problem) for problem in error.problems)
        return not_run(model, "stopped", notes=notes), [], 0.0


def _folder(models: Sequence[Model], workers: Workers, stack: ExitStack) -> Path | None:
    """Return where processes of this run find its tables; one alone needs none."""
    if workers.cluster is not None:
        return workers.cluster.folder
    if _in_one_process(models, workers.processes):
        return None
    return Path(stack.enter_context(TemporaryDirectory(prefix="pil-run-")))


def _stored(models: Sequence[Model], inputs: Inputs, folder: Path) -> Inputs:
    """Give inputs that any process of this run can open without a copy."""
    wanted = {name for m in models for name in declared(m)}
    rows = {name: rows for name, rows in inputs.rows.items() if name in wanted}
    return replace(inputs, rows=store_tables(rows, folder))


def _for(model: Model, inputs: Inputs, workers: Workers) -> Inputs:
    """Let the processes of a cluster help each other; a local model works alone."""
    if workers.cluster is None or model.is_local:
        return inputs
    return replace(inputs, solver=TileSolver(workers.cluster.terms))


def _in_one_process(models: Sequence[Model], workers: int) -> bool:
    shipped = sum(not m.is_local for m in models)
    return shipped == len(models) and (workers == 1 or shipped < 2)


def _work(job: Job) -> Screening:
    model, inputs, as_of, personal = job
    started = time.perf_counter()
    run, found = screen(model, inputs, as_of=as_of, personal=personal)
    return run, found, time.perf_counter() - started
