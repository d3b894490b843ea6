"""A folder that appears whole or not at all."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pil_discovery.errors import PilError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = "run.json"


@contextmanager
def appearing(out: Path, mark: str = MARK) -> Iterator[Path]:
    """Give a staging folder that becomes `out` when the block ends well.

    The staging folder `.<name>.partial` stands beside `out`; leftovers of an
    interrupted run are swept first. Everything is flushed to disk before the rename.
    An existing result (a folder that holds the file `mark`, of a scan `run.json`) is
    replaced whole; if the block fails it stays as it was.

    Raises
    ------
    PilError
        If `out` is a link, a file, or a folder that holds something else.
    """
    out = Path(os.path.abspath(out))  # noqa: PTH100 - resolve() would follow the link
    _check(out, mark)
    partial, old = _beside(out, "partial"), _beside(out, "old")
    _recover(out, old)
    _remove(partial)
    partial.mkdir(parents=True)
    try:
        yield partial
        _flush(partial)
        if out.exists():
            out.rename(old)
        partial.rename(out)
    except BaseException:
        _recover(out, old)
        _remove(partial)
        raise
    _remove(old)
    _flush_folder(out.parent)


def _beside(out: Path, what: str) -> Path:
    return out.with_name(f".{out.name}.{what}")


def _check(out: Path, mark: str) -> None:
    if not str(out).isprintable():
        raise PilError(_problem(out, "路径中有换行等控制字符"))
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise PilError(_problem(out, "不是文件夹，不能写入结果"))
    if out.is_dir() and any(out.iterdir()) and not (out / mark).is_file():
        raise PilError(_problem(out, "文件夹不是空的，也不是以前的结果，不会覆盖"))


def _problem(out: Path, what: str) -> Problem:
    return Problem(str(out), "", what, "请换一个输出文件夹")


def _recover(out: Path, old: Path) -> None:
    if old.is_dir() and not out.exists():
        old.rename(out)
    _remove(old)


def _remove(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def _flush(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder to flush it
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
