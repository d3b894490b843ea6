"""A local model runs in a process of its own, which may be stopped or may die.

The engine limits what it keeps, not what one call builds: a text that doubles itself
fills the memory before any limit of the engine is asked. So that no file in a folder
can take the results of a scan with it, a limit of the system stands around it.
"""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import ModelError, PilError, Problem, StoppedError
from pil_discovery.findings.locked import close_databases
from pil_discovery.geo.processes import without_script
from pil_discovery.pipeline.memory import limit_data, share_of_memory
from pil_discovery.pipeline.orphans import end_with_parent
from pil_discovery.pipeline.sandbox.limits import limit_memory

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from pil_discovery.types import Model

LONGEST_S = 1800.0
"""How long one local model may take in all."""
MOST_BYTES = 12 * 2**30
"""What one local model may take: the engine's own limit is 4 GB, libraries reserve more
addresses than they use."""

DIED = "运行时进程中断，多为内存耗尽"
NO_MEMORY = "运行所需的内存超过这台计算机能给的，已停止"
ROOM = "请关闭其他程序、减少进程（--workers 1），或者换内存更大的计算机后重新运行"
_MEMORY = "运行所需的内存超过限制，已停止"
_REMEDY = "检查文本拼接、连接和递归有无止境"


def run_model(work: Callable[[Any], Any], job: tuple[Model, *tuple[Any, ...]]) -> Any:  # noqa: ANN401 -- whatever the work returns
    """Do one piece of work with a model: here, or guarded where the model is local.

    Parameters
    ----------
    job
        A tuple that begins with the model.

    Raises
    ------
    PilError
        As :func:`run_guarded`.
    """
    model = job[0]
    if model.is_local:
        return run_guarded(work, job, file=model.place)
    return work(job)


def run_guarded(
    work: Callable[[Any], Any],
    job: object,
    *,
    file: str,
    longest_s: float = LONGEST_S,
    most_bytes: int = MOST_BYTES,
) -> Any:  # noqa: ANN401 -- whatever the work returns
    """Do one piece of work in a process with limited memory and time.

    Parameters
    ----------
    work
        A function of a module, with one argument.
    file
        The file that is at fault when it does not end well.
    longest_s
        Seconds after which the process is ended.
    most_bytes
        Addresses that the process may take (not on Windows, which has no such limit).

    Raises
    ------
    PilError
        As the work; StoppedError when time or memory ran out, or the process died.
    """
    limit = partial(limit_memory, most_bytes)
    return _answered((limit, work, job), Terms(file, _REMEDY, _MEMORY, longest_s))


def run_alone(work: Callable[[Any], Any], job: object, *, file: str) -> Any:  # noqa: ANN401 -- whatever the work returns
    """Do one piece of work in a process of its own, which may have most of the memory.

    Parameters
    ----------
    work, file
        As `run_guarded`.

    Raises
    ------
    PilError
        As the work; StoppedError when memory ran out, or the system ended the process.
    """
    limit = partial(limit_data, share_of_memory(1))
    return _answered((limit, work, job), Terms(file, ROOM, NO_MEMORY))


@dataclass(frozen=True)
class Terms:
    """Which file is blamed, what to do, and how long work may take."""

    file: str
    remedy: str
    memory: str
    longest_s: float | None = None

    def stopped(self, what: str) -> StoppedError:
        """Return the error that says what became of the work."""
        return StoppedError(Problem(self.file, "", what, self.remedy))


def _answered(
    task: tuple[Callable[[], Any], Callable[[Any], Any], object], terms: Terms
) -> Any:  # noqa: ANN401 -- whatever the work returns
    """Limit a new process, do work in it, and return the answer."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(theirs, *task))
    with without_script():
        process.start()
    theirs.close()
    try:
        if not ours.poll(terms.longest_s):
            raise terms.stopped(f"运行超过 {terms.longest_s:g} 秒，已停止")
        kind, answer = ours.recv()
    except EOFError as error:
        raise terms.stopped(DIED) from error
    finally:
        process.kill()
        process.join()
        ours.close()
    if kind == "refused":
        refusal, problems = answer
        raise refusal(problems)
    if kind == "memory":
        raise terms.stopped(terms.memory)
    return answer


def _serve(
    pipe: Connection,
    limit: Callable[[], Any],
    work: Callable[[Any], Any],
    job: object,
) -> None:
    end_with_parent()
    limit()
    try:
        answer = ("done", work(job))
    except StoppedError as error:
        answer = ("refused", (StoppedError, error.problems))
    except PilError as error:
        answer = ("refused", (ModelError, error.problems))
    except MemoryError:
        answer = ("memory", None)
    close_databases()  # the process is killed once its answer is there
    pipe.send(answer)
    pipe.close()
