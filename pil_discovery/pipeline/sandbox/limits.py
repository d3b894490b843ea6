"""What a worker may not do: take all memory, call servers, open other folders."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

_LEAST_MEMORY = 6 * 2**30
_SHARE = 0.75
_SYSTEM = ("/proc", "/sys", "/dev", "/usr", "/lib", "/lib64", "/etc/localtime")
_FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "ftplib.",
    "urllib.",
    "smtplib.",
    "webbrowser.",
    "winreg.",
)
_CHANGES = ("os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.mkdir")


def limit_memory(most_bytes: int | None = None) -> int | None:
    """Limit the address space of this process; return the limit in bytes.

    Three quarters of the machine's memory, at least 6 GiB of addresses (libraries
    reserve more of them than they use). None where the system has no such limit
    (Windows): there a file may exhaust the worker, but still not the results.

    Parameters
    ----------
    most_bytes
        A lower limit than that.
    """
    try:
        import resource
    except ImportError:
        return None
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    most = max(_LEAST_MEMORY, int(pages * _SHARE))
    most = most if most_bytes is None else min(most, most_bytes)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    return most


class Fence:
    """Denies everything that reading a file does not need.

    `roots` are the folders that the present request may read, `targets` those that it
    may change besides the folder for temporary files. The hook sees what
    Python opens; what GDAL opens by itself is limited by its drivers. It cannot be
    taken out again.
    """

    def __init__(self) -> None:
        self.roots: tuple[str, ...] = ()
        self.targets: tuple[str, ...] = ()
        code = {*sys.path, sys.prefix, sys.base_prefix, *_SYSTEM}
        self._readable = tuple(_folder(p) for p in code if p)
        self._writable = (_folder(tempfile.gettempdir()), _folder(os.devnull))

    def stand(self) -> None:
        """Put the fence up."""
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            self._open(arguments[0], arguments[1], arguments[2])
        elif event.startswith(_FORBIDDEN):
            raise PermissionError(f"a reader of files may not do {event}")
        elif event in _CHANGES:
            for path in _changed(arguments):
                self._demand(path, (*self._writable, *self.targets))

    def _open(self, path: object, mode: object, flags: object) -> None:
        if isinstance(path, int):
            return
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
        if not writes and isinstance(mode, str):
            writes = bool(set(mode) & set("wax+"))
        allowed = (*self._writable, *self.targets)
        self._demand(
            path, allowed if writes else (*allowed, *self._readable, *self.roots)
        )

    def _demand(self, path: object, folders: tuple[str, ...]) -> None:
        place = os.fsdecode(path) if isinstance(path, str | bytes | Path) else ""
        real = os.path.realpath(place)
        if not any(
            real == f or real.startswith(f.rstrip(os.sep) + os.sep) for f in folders
        ):
            raise PermissionError(f"a reader of files may not open {place}")


def _changed(arguments: tuple[object, ...]) -> list[object]:
    """Return the paths that an event changes.

    The last argument is the handle of the folder that a relative path starts from, -1
    where there is none.
    """
    paths = [a for a in arguments if isinstance(a, str | bytes | Path)]
    handle = arguments[-1]
    if not isinstance(handle, int) or handle < 0:
        return list(paths)
    base = Path(f"/proc/self/fd/{handle}").readlink()
    return [base / os.fsdecode(path) for path in paths]


def _folder(path: str) -> str:
    return os.path.realpath(path)
