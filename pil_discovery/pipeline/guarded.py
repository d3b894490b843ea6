"""A local model runs in a process of its own, which may be stopped or may die.

The engine limits what it keeps, not what one call builds: a text that doubles itself
fills the memory before any limit of the engine is asked. So that no file in a folder
can take the results of a scan with it, a limit of the system stands around it.
"""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import ModelError, PilError, Problem
from pil_discovery.findings.locked import close_databases
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
        As the work; ModelError when time or memory ran out, or the process died.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(theirs, most_bytes, work, job))
    process.start()
    theirs.close()
    try:
        if not ours.poll(longest_s):
            what = f"运行超过 {longest_s:g} 秒，已停止"
            raise ModelError(Problem(file, "", what, _REMEDY))
        kind, answer = ours.recv()
    except EOFError as error:
        what = "运行时进程中断，多为内存耗尽"
        raise ModelError(Problem(file, "", what, _REMEDY)) from error
    finally:
        process.kill()
        process.join()
        ours.close()
    if kind == "refused":
        raise ModelError(answer)
    if kind == "memory":
        raise ModelError(Problem(file, "", _MEMORY, _REMEDY))
    return answer


def _serve(
    pipe: Connection, most_bytes: int, work: Callable[[Any], Any], job: object
) -> None:
    limit_memory(most_bytes)
    try:
        answer = ("done", work(job))
    except PilError as error:
        answer = ("refused", error.problems)
    except MemoryError:
        answer = ("memory", None)
    close_databases()  # the process is killed once its answer is there
    pipe.send(answer)
    pipe.close()
