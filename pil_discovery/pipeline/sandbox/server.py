"""The worker: reads the files it is told to read, and says what it found.

It runs as `main()` in a fresh interpreter that never sees the results.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pil_discovery.errors import PilError
from pil_discovery.pipeline.archives import FOLDER, unpack
from pil_discovery.pipeline.sandbox import drivers, limits, wire
from pil_discovery.pipeline.sandbox.wire import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pil_discovery.types import Dataset

    Read = Callable[[Path, dict[str, Dataset], dict[str, Any]], Message]


_RARELY = (50_000, 20, 50)


class Server:
    """One worker and what it remembers between two files: the data sets."""

    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers
        self._datasets: dict[str, Dataset] = {}
        self._fence = limits.Fence()

    def serve(self, requests: BinaryIO) -> None:
        """Answer requests until the other side goes away."""
        limits.limit_memory()
        self._fence.stand()
        self._send(Message({"state": "ready"}))
        while (request := wire.receive(requests)) is not None:
            self._send(self._answer(request.head))

    def _send(self, message: Message) -> None:
        wire.send(self._answers, message)

    def _answer(self, asked: Mapping[str, Any]) -> Message:
        root = os.path.realpath(asked["root"])
        self._fence.roots = (root,)
        into = (str(Path(root, FOLDER)),) if asked["kind"] == "unpack" else ()
        self._fence.targets = into
        try:
            if "datasets" in asked:
                self._learn(asked["datasets"])
            read = _reader(asked["kind"])
            if asked["kind"] not in _WITHOUT_GDAL and (strange := drivers.unexpected()):
                return Message({"state": "drivers", "names": strange})
            # From here on the clock runs: what is imported is no fault of the file.
            self._send(Message({"state": "started"}))
            options = dict(asked["options"])
            if asked.get("watched"):
                options["progress"] = self._tell
            answer = read(Path(asked["path"]), self._datasets, _typed(options))
        except PilError as error:
            return _refusal(error)
        except MemoryError:
            return Message({"state": "memory"})
        except Exception as error:  # noqa: BLE001 - whatever a foreign file brings about
            return Message(
                {"state": "failed", "said": f"{type(error).__name__}：{error}"}
            )
        return Message({"state": "done", **answer.head}, answer.blocks)

    def _tell(self, done: int, total: int) -> None:
        self._send(Message({"state": "reading", "done": done, "total": total}))

    def _learn(self, texts: list[str]) -> None:
        from pil_discovery.types import Dataset

        found = [Dataset.model_validate_json(text) for text in texts]
        self._datasets = {dataset.id: dataset for dataset in found}


_WITHOUT_GDAL = frozenset({"read_table", "survey_table", "unpack"})
"""Kinds of requests for which no GDAL is loaded."""


def _reader(kind: str) -> Read:
    """Return what reads and answers; its libraries are imported here."""
    from pil_discovery.pipeline.sandbox import nouns

    if kind == "unpack":
        return lambda path, _, told: nouns.unpacked_message(unpack(path, **told))
    if kind in _WITHOUT_GDAL:
        from pil_discovery import records

        read = getattr(records, kind)
        return lambda path, sets, told: nouns.table_message(read(path, sets, **told))
    from pil_discovery import layers

    if kind == "read_raster":
        raster = layers.read_raster
        return lambda path, _, told: nouns.image_message(raster(path, **told))
    vector = getattr(layers, kind)
    return lambda path, sets, told: nouns.layer_message(vector(path, sets, **told))


_PATHS = frozenset({"root", "cloud_mask", "target"})
_DAYS = frozenset({"valid_from", "valid_to"})


def _typed(options: dict[str, Any]) -> dict[str, Any]:
    """Return options as the readers take them: paths and days are no texts."""
    typed = dict(options)
    for name, value in options.items():
        if value is not None and name in _PATHS:
            typed[name] = Path(value)
        elif value is not None and name in _DAYS:
            typed[name] = dt.date.fromisoformat(value)
        elif name == "files":
            typed[name] = {band: Path(file) for band, file in value.items()}
    return typed


def _refusal(error: PilError) -> Message:
    problems = [[p.file, p.where, p.what, p.remedy] for p in error.problems]
    known = next(k for k in type(error).__mro__ if k.__module__ == PilError.__module__)
    head = {"state": "refused", "error": known.__name__, "problems": problems}
    return Message(head)


def main() -> None:
    """Serve on the standard streams, out of reach of whatever prints."""
    answers = os.fdopen(os.dup(1), "wb")
    requests = os.fdopen(os.dup(0), "rb")
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 0)
    os.dup2(2, 1)
    os.chdir(tempfile.gettempdir())
    # A parsed file is millions of objects that all live: looking for cycles among them
    # over and over took as long as reading a GeoJSON file.
    gc.set_threshold(*_RARELY)
    Server(answers).serve(requests)
