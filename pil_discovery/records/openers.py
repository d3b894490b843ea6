"""How the rows of each kind of file are got at, before they are understood."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from pil_discovery.records.blocks import split_grid
from pil_discovery.records.html_tables import declared_charset, read_html
from pil_discovery.records.json_rows import read_json
from pil_discovery.records.parquet import read_parquet
from pil_discovery.records.spreadsheetml import declared_encoding, read_spreadsheetml
from pil_discovery.records.text_tables import decode, read_text
from pil_discovery.records.workbooks import read_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pil_discovery.records.files import Blob, FileKind
    from pil_discovery.records.grids import Grid
    from pil_discovery.records.pages import Reading
    from pil_discovery.text.quarantine import Entry
    from pil_discovery.types.datasets import Dataset
    from pil_discovery.types.sources import Inference

    Watch = Callable[[int, int], None]

WITH_SHEETS = frozenset({"workbook", "spreadsheetml"})
"""Kinds of files that have named sheets."""


@dataclass(frozen=True)
class Opened:
    """The tables of a file, what was concluded, and the rows that are none.

    `counts_from_1904` is the date system of a workbook.
    """

    grids: list[Grid]
    notes: list[Inference]
    encoding: str | None = None
    counts_from_1904: bool = False
    lost: Sequence[Entry] = ()


def open_grids(
    blob: Blob,
    how: Reading,
    datasets: Mapping[str, Dataset],
    *,
    progress: Watch | None,
) -> Opened:
    """Return the tables of a file, several on one sheet taken apart.

    Parameters
    ----------
    datasets
        The catalogue; its names of columns tell headers from records.
    progress
        Called with what is done and all there is, while a large file is read.

    Raises
    ------
    ReadError
        When the file is not what its first bytes say.
    """
    opened = _OPENERS[blob.kind](blob, how, progress)
    grids = [part for grid in opened.grids for part in split_grid(grid, datasets)]
    return replace(opened, grids=grids)


def _open_workbook(blob: Blob, how: Reading, progress: Watch | None) -> Opened:
    book = read_workbook(blob, sheet=how.sheet, progress=progress)
    return Opened(book.grids, book.inferences, counts_from_1904=book.counts_from_1904)


def _open_spreadsheetml(blob: Blob, how: Reading, progress: Watch | None) -> Opened:
    del progress
    told = how.encoding or declared_encoding(blob.content)
    decoded = decode(blob.content, blob.file, encoding=told)
    book = read_spreadsheetml(decoded.text, blob.file, sheet=how.sheet)
    return Opened(book.grids, book.inferences, decoded.encoding, book.counts_from_1904)


def _open_html(blob: Blob, how: Reading, progress: Watch | None) -> Opened:
    del progress
    told = how.encoding or declared_charset(blob.content)
    decoded = decode(blob.content, blob.file, encoding=told)
    return Opened(read_html(decoded.text, blob.file), [], decoded.encoding)


def _open_parquet(blob: Blob, how: Reading, progress: Watch | None) -> Opened:
    del how, progress
    grid, notes = read_parquet(blob.mapped, blob.file)
    return Opened([grid], notes)


def _open_json(blob: Blob, how: Reading, progress: Watch | None) -> Opened:
    del progress
    found = read_json(blob.content, blob.file, encoding=how.encoding)
    return Opened([found.grid], [], found.encoding, lost=found.lost)


def _open_text(blob: Blob, how: Reading, progress: Watch | None) -> Opened:
    decoded = decode(
        blob.blocks, blob.file, encoding=how.encoding, is_utf8=blob.is_utf8
    )
    watched = replace(decoded, blocks=partial(blob.blocks, progress))
    grid, notes = read_text(watched, blob.file)
    return Opened([grid], notes, decoded.encoding)


_OPENERS: dict[FileKind, Callable[[Blob, Reading, Watch | None], Opened]] = {
    "workbook": _open_workbook,
    "spreadsheetml": _open_spreadsheetml,
    "html": _open_html,
    "parquet": _open_parquet,
    "json": _open_json,
    "text": _open_text,
}
