"""The side of the results: asks a worker, waits, and survives its end."""

from __future__ import annotations

import atexit
import datetime as dt
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from pil_discovery import errors
from pil_discovery.errors import PilError, Problem, ReadError
from pil_discovery.pipeline.sandbox import drivers, wire
from pil_discovery.pipeline.sandbox.wire import Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from pil_discovery.pipeline.archives import Unpacked
    from pil_discovery.types import Dataset, Image, Layer, Table

STARTING_S = 120.0
"""How long a worker may take to start and to import its libraries."""
_PIPE = 1 << 20
"""Bytes on the way at once where the system lets us choose: fewer turns."""
LEAST_S, PER_MEGABYTE_S = 20.0, 2.0
"""How long a file may take: so many seconds, and more for every megabyte."""
PER_PACKED_MEGABYTE_S = 20.0
"""The same for Parquet: there a megabyte may hold a million rows."""

_START = "from pil_discovery.pipeline.sandbox.server import main; main()"


def read_table(path: Path, datasets: Mapping[str, Dataset], **options: object) -> Table:
    """Read a file of rows in the worker; options and errors of `records.read_table`.

    Raises
    ------
    ReadError
        Also when the worker ends, runs out of memory, or takes too long.
    """
    return _table(Request("read_table", path, options, datasets))


def survey_table(
    path: Path,
    datasets: Mapping[str, Dataset],
    *,
    root: Path,
    progress: Callable[[int, int], None] | None = None,
) -> Table:
    """Look at a file of rows in the worker; as `records.survey_table`.

    Raises
    ------
    ReadError
        Also when the worker ends, runs out of memory, or takes too long.
    """
    options = {"root": root, "progress": progress}
    return _table(Request("survey_table", path, options, datasets))


def _table(request: Request) -> Table:
    from pil_discovery.pipeline.sandbox import nouns

    return nouns.table_of(_WORKER.ask(request), request.datasets)


def read_vector(
    path: Path, datasets: Mapping[str, Dataset], **options: object
) -> Layer:
    """Read a vector file in the worker; options and errors of `layers.read_vector`.

    Raises
    ------
    ReadError
        Also when the worker ends, runs out of memory, or takes too long.
    """
    return _layer(Request("read_vector", path, options, datasets))


def survey_vector(path: Path, datasets: Mapping[str, Dataset], *, root: Path) -> Layer:
    """Look at a vector file in the worker; as `layers.survey_vector`.

    Raises
    ------
    ReadError
        Also when the worker ends, runs out of memory, or takes too long.
    """
    return _layer(Request("survey_vector", path, {"root": root}, datasets))


def _layer(request: Request) -> Layer:
    from pil_discovery.pipeline.sandbox import nouns

    return nouns.layer_of(_WORKER.ask(request), request.datasets)


def read_raster(path: Path, **options: object) -> Image:
    """Open a picture in the worker; options and errors of `layers.read_raster`.

    Raises
    ------
    ReadError
        Also when the worker ends, runs out of memory, or takes too long.
    """
    from pil_discovery.pipeline.sandbox import nouns

    return nouns.image_of(_WORKER.ask(Request("read_raster", path, options, {})))


def unpack(archive: Path, target: Path, *, root: Path) -> Unpacked:
    """Unpack an archive in the worker; as `archives.unpack`.

    Raises
    ------
    ReadError
        Also when the worker ends, runs out of memory, or takes too long.
    """
    from pil_discovery.pipeline.sandbox import nouns

    options = {"target": target, "root": root}
    return nouns.unpacked_of(_WORKER.ask(Request("unpack", archive, options, {})))


class Request:
    """A file to be read, and how."""

    def __init__(
        self,
        kind: str,
        path: Path,
        options: Mapping[str, object],
        datasets: Mapping[str, Dataset],
    ) -> None:
        self.path = Path(path)
        self.datasets = datasets
        plain = {n: _plain(v) for n, v in options.items() if not callable(v)}
        watched = [v for v in options.values() if callable(v)]
        self.progress: Callable[[int, int], None] | None = next(iter(watched), None)
        root = options.get("root")
        self.name = _name_below(self.path, root)
        place = self.path.absolute()
        self.head = {
            "kind": kind,
            "path": str(place),
            "root": str(place.parent if root is None else Path(str(root)).absolute()),
            "options": plain,
            "watched": bool(watched),
        }

    def allowed_s(self) -> float:
        """Return how many seconds this file may take."""
        try:
            size = sum(
                p.stat().st_size
                for p in ([self.path] if self.path.is_file() else self.path.glob("*"))
            )
            packed = self.path.is_file() and _is_parquet(self.path)
        except OSError:
            size, packed = 0, False
        pace = PER_PACKED_MEGABYTE_S if packed else PER_MEGABYTE_S
        return LEAST_S + pace * size / 1e6

    def refusal(self, what: str, remedy: str) -> ReadError:
        """Return the error that says why this file was given up."""
        return ReadError(Problem(self.name, "", what, remedy))


def _name_below(path: Path, root: object) -> str:
    base = path.parent if root is None else Path(str(root))
    try:
        return path.absolute().relative_to(base.absolute()).as_posix()
    except ValueError:
        return str(path)


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value.absolute())
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    return value


class Worker:
    """One reader process, started when it is first needed and again when it ends."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._known: list[Dataset] | None = None
        self._skipped: tuple[str, ...] = ()
        self._lock = threading.Lock()

    def ask(self, request: Request) -> Message:
        """Return the answer to a request.

        Raises
        ------
        PilError
            What the reader raised; ReadError when the worker was lost on the file.
        """
        with self._lock:
            try:
                return self._asked(request)
            except PilError:
                raise
            except BaseException:
                self.stop()  # in the middle of an answer nothing more can be asked
                raise

    @property
    def process_id(self) -> int | None:
        """The number of the process, None where there is none."""
        return None if self._process is None else self._process.pid

    def stop(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def _asked(self, request: Request) -> Message:
        self._start(request)
        self._send(request)
        first = self._answer(STARTING_S)
        if first.head["state"] == "drivers":
            self._skipped += tuple(first.head["names"])
            self.stop()
            return self._asked(request)
        if first.head["state"] != "started":
            return self._judged(first, request)
        return self._judged(self._outcome(request), request)

    def _outcome(self, request: Request) -> Message:
        """Wait for the end of a reading; its watcher hears what it tells on the way."""
        until = time.monotonic() + request.allowed_s()
        while True:
            answer = self._answer(max(until - time.monotonic(), 0.0))
            if answer.head["state"] != "reading":
                return answer
            if request.progress is not None:
                request.progress(int(answer.head["done"]), int(answer.head["total"]))

    def _judged(self, answer: Message, request: Request) -> Message:
        state = answer.head["state"]
        if state == "done":
            return answer
        if state == "refused":
            raise _error_of(answer)
        if state == "failed":
            what = f"读取时发生意外（{str(answer.head['said'])[:200]}）"
            raise request.refusal(what, "文件可能损坏，请用原软件打开后重新导出")
        if state == "memory":
            self.stop()
            what, remedy = "读取所需内存超过限制", "请按年度或地区拆分后导入"
            raise request.refusal(what, remedy)
        if state == "full":
            self.stop()  # in the middle of its answer
            raise request.refusal(str(answer.head["what"]), str(answer.head["remedy"]))
        raise self._lost(request, late=state == "late")

    def _lost(self, request: Request, *, late: bool) -> ReadError:
        """End what is left of the worker; say how it was lost."""
        self.stop()
        what = "读取程序因这个文件意外结束"
        if late:
            what = f"超过 {request.allowed_s():.0f} 秒没有读完，已中止"
        remedy = "文件可能损坏或另有用意，请用原软件打开后重新导出"
        return request.refusal(what, remedy)

    def _start(self, request: Request) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self.stop()
        self._known = None
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-P", "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(self._skipped),
            pipesize=_PIPE,
        )
        self._answers = queue.SimpleQueue()
        listen = (self._process.stdout, self._answers)
        threading.Thread(target=_listen, args=listen, daemon=True).start()
        ready = self._answer(STARTING_S)
        if ready.head["state"] != "ready":
            self.stop()
            remedy = "请运行 pil doctor 检查安装"
            raise request.refusal("读取程序没有启动", remedy)

    def _send(self, request: Request) -> None:
        process = self._process
        assert process is not None  # noqa: S101 - started just before
        head = dict(request.head)
        wanted = list(request.datasets.values())
        if wanted and not _same(self._known, wanted):
            head["datasets"] = [dataset.model_dump_json() for dataset in wanted]
            self._known = wanted
        try:
            wire.send(cast("IO[bytes]", process.stdin), Message(head))  # type: ignore[arg-type]
        except OSError:
            raise self._lost(request, late=False) from None

    def _answer(self, seconds: float) -> Message:
        try:
            return self._answers.get(timeout=seconds)
        except queue.Empty:
            return Message({"state": "late"})


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"PAR1"


def _same(known: list[Dataset] | None, wanted: list[Dataset]) -> bool:
    if known is None or len(known) != len(wanted):
        return False
    return all(a is b for a, b in zip(known, wanted, strict=True))


def _listen(stream: Any, answers: queue.SimpleQueue[Message]) -> None:  # noqa: ANN401
    """Pass messages on until the worker ends or sends what is none."""
    while True:
        try:
            message = wire.receive(stream)
        except ReadError as error:  # no room for what the worker sends
            (problem,) = error.problems
            told = {"what": problem.what, "remedy": problem.remedy}
            answers.put(Message({"state": "full", **told}))
            return
        except (ValueError, OSError):
            message = None
        answers.put(message or Message({"state": "ended"}))
        if message is None:
            return


def _environment(skipped: tuple[str, ...]) -> dict[str, str]:
    import os

    # -P keeps the current folder off the path: a file named like a module in it
    # would be run. The path of this process finds the same code.
    paths = [p for p in sys.path if p]
    home = str(Path(errors.__file__).parents[1])
    return {
        **drivers.environment(skipped),
        "PYTHONPATH": os.pathsep.join(dict.fromkeys([home, *paths])),
        "PYTHONSAFEPATH": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _error_of(answer: Message) -> PilError:
    kind = getattr(errors, str(answer.head["error"]), ReadError)
    problems = [Problem(*(str(part) for part in p)) for p in answer.head["problems"]]
    usable = isinstance(kind, type) and issubclass(kind, PilError)
    return kind(problems) if usable else ReadError(problems)


_WORKER = Worker()
atexit.register(_WORKER.stop)
