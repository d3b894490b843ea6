"""Folders for a while; what killed processes left behind is swept.

They hold what does not fit into memory, or the pictures of examples.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

if os.name == "posix":  # Windows has no file locks of this kind: nothing is swept
    import fcntl

_PREFIX = "pil-spill-"


@dataclass(frozen=True)
class Spill:
    """A folder of this process, locked as long as it lives; -1 where there is no lock.

    The kernel drops the lock with the last process that holds it, however it ends, so
    that a lock that can be had tells that nobody is there any more.
    """

    folder: Path
    lock: int

    def remove(self) -> None:
        """Remove the folder and let go of it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.lock >= 0:
            os.close(self.lock)


def new_spill(prefix: str = _PREFIX) -> Spill:
    """Sweep what killed processes left behind, then make a folder for this one.

    Parameters
    ----------
    prefix
        How the names of such folders begin; only those with the same one are swept.
    """
    _sweep(Path(tempfile.gettempdir()), prefix)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix))
        if os.name != "posix":
            return Spill(folder, -1)
        lock = _lock(folder)
        if lock is not None:  # else another process swept it before it was locked
            return Spill(folder, lock)


def _sweep(place: Path, prefix: str) -> None:
    if os.name != "posix":
        return
    for folder in sorted(place.glob(f"{prefix}*")):
        lock = _lock(folder)
        if lock is not None:
            Spill(folder, lock).remove()


def _lock(folder: Path) -> int | None:
    """Lock a folder of this user; None where somebody else has it or it is gone."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        ours, there = os.fstat(handle), folder.stat()
        if ours.st_ino == there.st_ino and ours.st_uid == os.getuid():
            return handle
    except OSError:
        pass
    os.close(handle)
    return None
