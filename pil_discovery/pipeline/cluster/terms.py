"""What a worker must have in common with us before its answer counts."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pil_discovery
from pil_discovery.errors import PilError
from pil_discovery.pipeline.versions import engines, product_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BESIDES = ("numpy", "pandas", "pyarrow", "scipy", "scikit-image", "distributed")

RETRIES = 2
"""How often a task is tried again that failed for a reason of the machine."""

Answer = tuple[str, Any]
"""`("done", result)`, or `("refused", (kind of error, its problems))`."""


@dataclass(frozen=True)
class Terms:
    """The versions of everything that results depend on, and the folder of the run.

    Attributes
    ----------
    versions
        Name → version; `code` is a hash of this library's own files.
    mark
        A file in the folder of the run.
    secret
        What stands in it: who reads it there sees the same storage.
    """

    versions: Mapping[str, str]
    mark: Path
    secret: str


@cache
def our_versions() -> dict[str, str]:
    """Return the versions that two processes must share to give the same bytes."""
    return {
        "pil_discovery": product_version(),
        "code": _code(Path(pil_discovery.__file__).parent),
        "python": ".".join(platform.python_version_tuple()[:2]),
        "machine": platform.machine(),
        **{name: str(found) for name, found in engines().items()},
        **{name: version(name) for name in _BESIDES},
    }


def _code(package: Path) -> str:
    every = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        every.update(path.relative_to(package).as_posix().encode() + b"\0")
        every.update(path.read_bytes())
    return every.hexdigest()[:12]


def faults(terms: Terms) -> tuple[str, ...]:
    """Tell, on a worker, what of the terms it does not meet."""
    ours = our_versions()
    found = [
        f"{name} 是 {ours.get(name, '无')}，本机是 {wanted}"
        for name, wanted in terms.versions.items()
        if ours.get(name) != wanted
    ]
    if not _reads(terms):
        found.append(f"看不到共享文件夹 {terms.mark.parent.parent}")
    return tuple(found)


def _reads(terms: Terms) -> bool:
    try:
        return terms.mark.read_text(encoding="ascii") == terms.secret
    except (OSError, ValueError):
        return False


def answer(terms: Terms, work: Callable[[Any], Any], job: object) -> Answer:
    """Do one piece of work on a worker that meets the terms.

    A refusal is an answer, too: it would be the same on every other worker, so it is
    not to be tried again as a failure of the machine is.

    Raises
    ------
    RuntimeError
        If the worker joined later and does not meet the terms; another one may.
    """
    if found := faults(terms):
        raise RuntimeError("；".join(found))
    try:
        return "done", work(job)
    except PilError as error:
        return "refused", (type(error), error.problems)


def opened(found: Answer) -> Any:  # noqa: ANN401 -- whatever the work returns
    """Return the result in an answer, or raise the error that it holds."""
    fate, content = found
    if fate == "refused":
        kind, problems = content
        raise kind(problems)
    return content
