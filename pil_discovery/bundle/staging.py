"""Crash-safe writing: a bundle appears whole under its name, or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from pil_discovery.errors import BundleError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

if os.name == "posix":  # Windows has no file locks of this kind
    import fcntl


@contextmanager
def staged(out: Path, name: str) -> Iterator[Path]:
    """Give an empty folder `.<name>.partial` and sweep it when the work fails.

    What an interrupted run left there is removed first. A lock on the folder keeps two
    processes from writing the same bundle at once.

    Raises
    ------
    BundleError
        When another process is writing this bundle.
    """
    out.mkdir(parents=True, exist_ok=True)
    folder = out / f".{name}.partial"
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    folder.mkdir(exist_ok=True)
    with locked(folder, "生成这个证据包"):
        try:
            _empty(folder)
            yield folder
        finally:
            if folder.exists():
                shutil.rmtree(folder, ignore_errors=True)


def write(folder: Path, path: str, data: bytes) -> str:
    """Write one file durably (temporary name, fsync, replace); return its SHA-256."""
    target = _target(folder, path)
    temporary = target.with_name(f".{target.name[:40]}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(target)
    return hashlib.sha256(data).hexdigest()


def copy(folder: Path, path: str, source: Path) -> tuple[str, int]:
    """Copy a raw file durably and read-only; return its SHA-256 and bytes."""
    with source.open("rb") as old:
        return receive(folder, path, iter(lambda: old.read(1 << 20), b""))


def receive(folder: Path, path: str, pieces: Iterable[bytes]) -> tuple[str, int]:
    """Write what comes piece by piece durably and read-only; return SHA-256, bytes."""
    target = _target(folder, path)
    temporary = target.with_name(f".{target.name[:40]}.tmp")
    total, size = hashlib.sha256(), 0
    with temporary.open("wb") as new:
        for piece in pieces:
            total.update(piece)
            size += len(piece)
            new.write(piece)
        new.flush()
        os.fsync(new.fileno())
    temporary.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    temporary.replace(target)
    return total.hexdigest(), size


def publish(folder: Path, final: Path) -> None:
    """Give the finished folder its name; from here on it is never written again."""
    for inside in sorted(folder.rglob("*"), reverse=True):
        if inside.is_dir():
            _sync(inside)
    _sync(folder)
    folder.rename(final)
    _sync(final.parent)


def _target(folder: Path, path: str) -> Path:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _empty(folder: Path) -> None:
    for inside in folder.iterdir():
        if inside.is_dir() and not inside.is_symlink():
            shutil.rmtree(inside)
        else:
            inside.unlink()


def _sync(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(place: Path, work: str) -> Iterator[None]:
    """Keep every other process out of the same work on a file or folder.

    Raises
    ------
    BundleError
        When another process is at it.
    """
    if os.name != "posix":
        yield
        return
    handle = os.open(place, os.O_RDONLY)
    try:
        _lock(handle, place, work)
        yield
    finally:
        with suppress(OSError):
            os.close(handle)


def _lock(handle: int, place: Path, work: str) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        same = os.fstat(handle).st_ino == place.stat().st_ino
    except OSError:
        same = False
    if not same:
        what = f"另一个进程正在{work}"
        raise BundleError(Problem(place.name, "", what, "等它结束后再试"))
