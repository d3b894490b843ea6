"""What is too large to be held: in a nameless file, read as if it were in memory.

The system keeps the pages in memory that are in use and drops the others. The file is
gone with the last reader, however the process ends.
"""

from __future__ import annotations

import mmap
import shutil
import tempfile
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa

from pil_discovery.errors import Problem, ReadError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

LARGE = 2**24
"""Bytes from which a file pays."""
BLOCK_ROWS = 2**18
"""Rows that are worked on at once where a table is too large to be held."""
CELL_BYTES = 2**6
"""Bytes that a cell takes at most, as a rule."""


def mapped_bytes(parts: Iterable[bytes | memoryview], most_bytes: int) -> memoryview:
    """Return bytes one after the other; what is changed in them stays with the reader.

    They stay in memory where they are few, or there is no room for them elsewhere.

    Parameters
    ----------
    most_bytes
        How many they may be.

    Raises
    ------
    ReadError
        When the folder for temporary files has less room than it promised.
    """
    if not _pays(most_bytes):
        whole = bytearray()
        for part in parts:  # one by one: the next may stand where this one stood
            whole += part
        return memoryview(whole)
    with tempfile.TemporaryFile() as file:
        for part in parts:
            with _room():
                file.write(part)
        return _mapped(file, mmap.ACCESS_COPY)


def mapped_table(parts: Iterator[pa.Table], most_bytes: int) -> pa.Table:
    """Return tables of one schema below each other, at least one.

    They stay in memory where they are small, or there is no room for them elsewhere.

    Parameters
    ----------
    most_bytes
        What they may take.

    Raises
    ------
    ReadError
        When the folder for temporary files has less room than it promised.
    """
    if not _pays(most_bytes):
        return pa.concat_tables(parts)
    first = next(parts)
    with Spool(first.schema) as spool:
        for part in chain([first], parts):
            spool.add(part)
        return spool.table()


class Spool:
    """Rows that go into a file as they come, and are mapped when all are there.

    Raises
    ------
    ReadError
        From its methods, when the folder for temporary files has no room.
    """

    def __init__(self, schema: pa.Schema) -> None:
        self.schema = schema
        with _room():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed on exit
            self._writer = pa.ipc.new_stream(self._file, schema)

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, rows: pa.Table) -> None:
        """Add rows of the schema."""
        with _room():
            self._writer.write_table(rows)

    def table(self) -> pa.Table:
        """Return all rows; none can be added any more."""
        with _room():
            self._writer.close()
        whole = pa.py_buffer(_mapped(self._file, mmap.ACCESS_READ))
        return pa.ipc.open_stream(whole).read_all()


def has_room(size: int) -> bool:
    """Tell whether the folder for temporary files has room for twice as many bytes."""
    return shutil.disk_usage(tempfile.gettempdir()).free >= 2 * size


def _pays(size: int) -> bool:
    return size >= LARGE and has_room(size)


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"临时文件夹写不进去（{error}）"
        remedy = "清理磁盘，或让环境变量 TMPDIR 指向有空间的文件夹"
        raise ReadError(Problem("", "", what, remedy)) from None


def _mapped(file: BinaryIO, access: int) -> memoryview:
    with _room():
        file.flush()
    size = file.tell()
    if not size:  # nothing cannot be mapped
        return memoryview(b"")
    try:
        return memoryview(mmap.mmap(file.fileno(), size, access=access))
    except OSError as error:  # no addresses left
        raise MemoryError(str(error)) from None
