"""Tables of a run in Arrow files: processes map them instead of getting copies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class StoredTables(Mapping[str, pa.Table]):
    """Data set → its rows, mapped into memory when they are asked for.

    Only names and paths cross a border between processes; the system keeps one copy
    of the pages that several of them read, and may drop it at any time.
    """

    def __init__(self, folder: Path, names: Mapping[str, str]) -> None:
        self._folder = folder
        self._names = dict(names)

    def __getitem__(self, name: str) -> pa.Table:
        return stored_table(self._folder / self._names[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def store_tables(tables: Mapping[str, pa.Table], folder: Path) -> StoredTables:
    """Write each table into a file of its own, as it is to be mapped."""
    names = {name: f"{number}.arrow" for number, name in enumerate(tables)}
    for name, file in names.items():
        store_table(tables[name], folder / file)
    return StoredTables(folder, names)


def store_table(table: pa.Table, path: Path) -> None:
    """Write a table into a file, as it is to be mapped."""
    with (
        pa.OSFile(str(path), "wb") as sink,
        pa.ipc.new_file(sink, table.schema) as writer,
    ):
        writer.write_table(table)


def stored_table(path: Path) -> pa.Table:
    """Map the table of a file into memory."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
