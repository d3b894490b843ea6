"""Join a cluster by its address, and hand work to it."""

from __future__ import annotations

import logging
import re
import secrets
import tempfile
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import ClusterError, Problem
from pil_discovery.geo.processes import without_script
from pil_discovery.pipeline.cluster.terms import (
    RETRIES,
    Terms,
    answer,
    faults,
    opened,
    our_versions,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import distributed

WAIT_S = 60.0
"""How long a scheduler or its first worker may take to answer."""
RUN_FOLDER = ".pil-run-"
"""Start of the name of a run's folder on the shared storage; it goes with the run."""
_HIDDEN = "127.0.0.1:0"
"""Status pages cannot be switched off, only kept on this machine."""
_LOCAL = re.compile(r"local:([1-9][0-9]{0,3})")
_REMOTE = re.compile(r"(tcp|tls)://\S+:[0-9]{1,5}")


class Cluster:
    """Processes that see the same files and give the same results as this one.

    Attributes
    ----------
    folder
        Of this run, on storage that every process reads and writes.
    """

    def __init__(self, client: distributed.Client, terms: Terms) -> None:
        self._client = client
        self.terms = terms
        self.folder = terms.mark.parent

    def submit(self, work: Callable[[Any], Any], job: object) -> Future[Any]:
        """Have one piece of work done by any of the processes.

        Parameters
        ----------
        work
            A function of a module, with one argument.
        job
            What it gets: small, paths instead of content.

        Returns
        -------
        Future
            Its `result()` is the answer, or raises as the work does; ClusterError when
            several processes in turn died of it.
        """
        task = self._client.submit(
            answer, self.terms, work, job, pure=False, retries=RETRIES
        )
        found: Future[Any] = Future()
        task.add_done_callback(partial(_pass_on, found))
        return found


def _pass_on(found: Future[Any], task: distributed.Future[Any]) -> None:
    """Settle our future as the cluster's was settled."""
    if task.status != "finished":
        found.set_exception(_lost(task))
        return
    try:
        found.set_result(opened(task.result()))
    except Exception as error:  # noqa: BLE001 -- raised again where it is asked for
        found.set_exception(error)


def _lost(task: distributed.Future[Any]) -> BaseException:
    from distributed.scheduler import KilledWorker

    if task.status == "cancelled":
        return ClusterError("与集群的连接中断；请检查调度进程，重新运行")
    error: BaseException = task.exception()
    if isinstance(error, KilledWorker):
        what = "集群先后有几个工作进程在同一步中断，多为内存耗尽"
        return ClusterError(Problem("", "", what, "请为每个工作进程留出更多内存"))
    return error


@contextmanager
def joined(address: str, shared: Path, *, wait_s: float = WAIT_S) -> Iterator[Cluster]:
    """Join a cluster for one run.

    Parameters
    ----------
    address
        `local:N` starts N processes on this machine for the length of the run;
        `tcp://host:port` and `tls://host:port` name the scheduler of a Dask cluster
        whose workers have one thread each.
    shared
        Folder that every process sees under this very path; what the processes hand to
        each other is kept below it while the run lasts (`local:N` needs none).
    wait_s
        How long the scheduler and its first worker may take to answer.

    Raises
    ------
    ClusterError
        The optional packages are missing, the address cannot be read, nobody answers
        there, or a worker has other versions, several threads or other storage.
    """
    with ExitStack() as stack:
        client, is_local = _client(address, stack, wait_s)
        below = None if is_local else shared.resolve()
        folder = Path(stack.enter_context(_run_folder(below)))
        terms = Terms(our_versions(), folder / "mark", secrets.token_hex(8))
        terms.mark.write_text(terms.secret, encoding="ascii")
        _demand_fit(client, terms)
        yield Cluster(client, terms)


def _run_folder(below: Path | None) -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix=RUN_FOLDER, dir=below)
    except OSError as error:
        what = f"不能在共享文件夹里写入：{error.strerror}"
        remedy = "集群各机要能读写工作区所在的文件夹"
        raise ClusterError(Problem(str(below), "", what, remedy)) from None


def _client(
    address: str, stack: ExitStack, wait_s: float
) -> tuple[distributed.Client, bool]:
    """Return a client, closed with the stack, and whether it is of this machine."""
    local = _LOCAL.fullmatch(address)
    if local is None and _REMOTE.fullmatch(address) is None:
        what = f"集群地址应写作 local:2 或者 tcp://主机:端口，不能是「{address}」"
        raise ClusterError(what)
    _quiet()
    where = address if local is None else _started(int(local[1]), stack)
    try:
        return _connected(where, stack, wait_s), local is not None
    except (OSError, TimeoutError) as error:
        what = f"集群 {address} 没有应答，或者没有工作进程"
        remedy = "请确认地址、防火墙，调度进程和工作进程是否已启动"
        raise ClusterError(Problem("", "", what, remedy)) from error


def _quiet() -> None:
    """Keep the chatter of the cluster off the terminal of a prosecutor."""
    try:
        import distributed
    except ImportError:
        what = "集群运算需要可选组件 cluster，这台计算机上没有安装"
        remedy = (
            "请运行 pip install --no-index --find-links 离线安装包文件夹 "
            '"pil_discovery[cluster]"'
        )
        raise ClusterError(Problem("", "", what, remedy)) from None
    logging.getLogger(distributed.__name__).setLevel(logging.CRITICAL)


def _started(count: int, stack: ExitStack) -> distributed.LocalCluster:
    """Start a cluster of this machine alone, reached by nobody else."""
    from distributed import LocalCluster

    scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="pil-dask-"))
    with without_script():
        cluster = LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            security=True,  # others on this machine must not hand in work
            dashboard_address=_HIDDEN,
            worker_dashboard_address=_HIDDEN,
            local_directory=scratch,
            silence_logs=logging.CRITICAL,
        )
    stack.enter_context(cluster)
    return cluster


def _connected(
    where: str | distributed.LocalCluster, stack: ExitStack, wait_s: float
) -> distributed.Client:
    from distributed import Client

    client: distributed.Client = stack.enter_context(
        Client(where, timeout=wait_s, set_as_default=False)
    )
    client.wait_for_workers(1, timeout=wait_s)
    return client


def _demand_fit(client: distributed.Client, terms: Terms) -> None:
    """Refuse a cluster some of whose workers would not give the same bytes."""
    workers = client.scheduler_info(n_workers=-1)["workers"]
    found = [
        Problem(name, "", f"工作进程有 {facts['nthreads']} 个线程", _ONE_THREAD)
        for name, facts in sorted(workers.items())
        if facts["nthreads"] != 1
    ]
    for name, said in sorted(client.run(faults, terms).items()):
        found += [Problem(name, "", what, _ALIKE) for what in said]
    if found:
        raise ClusterError(found)


_ONE_THREAD = "请用 dask worker --nthreads 1 启动，一台机器可以启动几个"
_ALIKE = "请在各机安装同一套离线安装包，并把共享存储挂在同一路径"
