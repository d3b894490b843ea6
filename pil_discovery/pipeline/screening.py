"""Run many models over the same inputs, in one process or several."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pil_discovery.findings import Inputs, declared, screen
from pil_discovery.pipeline.spreading import spread
from pil_discovery.pipeline.stored import store_tables

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from pil_discovery.types import Finding, Model, ModelRun


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
    workers: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Screened:
    """Run every model; the result does not depend on the number of processes."""
    runs: list[ModelRun] = []
    findings: list[Finding] = []
    seconds: dict[str, float] = {}
    processes = workers or 1
    with ExitStack() as stack:
        reached = stack.enter_context(_reachable(models, inputs, processes))
        jobs = [(m, reached, as_of, personal) for m in models]
        # closed first, so that no process holds a file of the run any longer
        outcomes = stack.enter_context(closing(spread(_work, jobs, workers=processes)))
        for done, outcome in enumerate(outcomes):
            run, found, took = outcome.result()
            runs.append(run)
            findings += found
            seconds[run.id] = round(took, 3)
            if progress is not None:
                progress(run.id, done + 1, len(jobs))
    return Screened(runs, findings, seconds)


Job = tuple["Model", Inputs, "dt.date", bool]


@contextmanager
def _reachable(
    models: Sequence[Model], inputs: Inputs, workers: int
) -> Iterator[Inputs]:
    """Give inputs that any process of this run can open without a copy."""
    if _in_one_process(models, workers):
        yield inputs
        return
    wanted = {name for m in models for name in declared(m)}
    rows = {name: rows for name, rows in inputs.rows.items() if name in wanted}
    with tempfile.TemporaryDirectory(prefix="pil-run-") as folder:
        yield replace(inputs, rows=store_tables(rows, Path(folder)))


def _in_one_process(models: Sequence[Model], workers: int) -> bool:
    shipped = sum(not m.is_local for m in models)
    return shipped == len(models) and (workers == 1 or shipped < 2)


def _work(job: Job) -> tuple[ModelRun, list[Finding], float]:
    model, inputs, as_of, personal = job
    started = time.perf_counter()
    run, found = screen(model, inputs, as_of=as_of, personal=personal)
    return run, found, time.perf_counter() - started
