"""Outcomes come in the order of the jobs, from a pool, from a guard, or from here."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pil_discovery.catalog import load_catalog
from pil_discovery.errors import ModelError, Problem, StoppedError
from pil_discovery.pipeline.spreading import spread, usable_cores
from pil_discovery.types import Origin

ROOT = Path(__file__).parents[2]
SHIPPED = load_catalog().models["assets/airdefence-fee-unpaid"]
ORIGIN = Origin(file="a.yaml", sha256="", local=True)
LOCAL = SHIPPED.model_copy(update={"origin": ORIGIN})


def where(job):
    _, number = job
    if number == 13:
        raise ModelError(Problem("a.yaml", "steps", "不行"))
    return number, os.getpid()


def die(job):
    os._exit(9) if job[0].is_local else None
    return job[1]


def jobs(*numbers, model=SHIPPED):
    return [(model, number) for number in numbers]


def test_one_worker_or_one_job_stays_in_this_process():
    for work, workers in ((jobs(1, 2), 1), (jobs(1), 4)):
        told = [future.result() for future in spread(where, work, workers=workers)]
        assert told == [(number, os.getpid()) for _, number in work]


def test_several_workers_answer_from_elsewhere_in_the_same_order():
    told = [f.result() for f in spread(where, jobs(*range(6)), workers=2)]
    assert [number for number, _ in told] == [*range(6)]
    assert os.getpid() not in {process for _, process in told}


SCRIPT = """
print("begun")
from pil_discovery.pipeline.spreading import spread
from tests.pipeline.test_spreading import LOCAL, jobs, where
large = "x" * 300_000  # more than the pipe to a new process holds
mixed = [*jobs(large, model=LOCAL), *jobs(1, 2, large)]
told = [future.result() for future in spread(where, mixed, workers=2)]
print([len(str(number)) for number, _ in told], len({p for _, p in told}) > 1)
"""


def test_a_script_without_a_guard_is_run_once(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, "utf-8")
    done = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "begun\n[300000, 1, 1, 300000] True\n"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_refusal_is_told_where_it_is_asked_for_and_the_others_answer(workers):
    first, refused, last = spread(where, jobs(1, 13, 2), workers=workers)
    assert (first.result()[0], last.result()[0]) == (1, 2)
    with pytest.raises(ModelError, match="不行") as caught:
        refused.result()
    assert caught.value.problems == (Problem("a.yaml", "steps", "不行"),)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_local_model_that_dies_takes_nothing_with_it(workers):
    mixed = [*jobs(1), *jobs(2, model=LOCAL), *jobs(3)]
    first, dead, last = spread(die, mixed, workers=workers)
    assert (first.result(), last.result()) == (1, 3)
    with pytest.raises(ModelError, match=r"a\.yaml：运行时进程中断"):
        dead.result()


def test_nothing_to_do_gives_nothing():
    assert list(spread(where, [], workers=2)) == []


def test_there_is_at_least_one_core():
    assert usable_cores() >= 1


def killed(job):
    if job[1] == 3:
        os.kill(os.getpid(), signal.SIGKILL)  # as the system does without memory
    return job[1], os.getpid()


def test_a_process_that_is_killed_takes_no_other_model_with_it():
    outcomes = list(spread(killed, jobs(*range(12)), workers=2))
    with pytest.raises(StoppedError) as caught:
        outcomes.pop(3).result()
    (problem,) = caught.value.problems
    assert problem.file == SHIPPED.place
    assert problem.what == "运行时进程中断，多为内存耗尽"
    assert "--workers 1" in problem.remedy
    assert [f.result()[0] for f in outcomes] == [n for n in range(12) if n != 3]


def greedy(job):
    return float(np.ones(job[1] * 2**27).sum())  # gibibytes


@pytest.mark.parametrize("workers", [1, 2])
def test_a_model_without_memory_is_stopped_and_the_others_answer(workers):
    work = jobs(1, 10_000, 1)
    first, stopped, last = spread(greedy, work, workers=workers)
    assert first.result() == last.result() == 2**27
    with pytest.raises(StoppedError, match="内存超过这台计算机能给的，已停止"):
        stopped.result()
