"""Sheets of XLSX files written as programs write them, read by columns.

Long runs of cells that differ in nothing but their place and value are found together
and put into columns of Arrow memory (ECMA-376 part 1, 18.3.1). A sheet that holds
anything else, be it one formula or error value, is left to the library reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain, pairwise, repeat
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pil_discovery.records.block_rows import TEXTS, Block, BlockRows
from pil_discovery.records.containers import MOST_CELLS
from pil_discovery.records.workbook_facts import column_of
from pil_discovery.records.xlsx_cells import Cells, find_cells
from pil_discovery.records.xlsx_parts import rows_of
from pil_discovery.records.xlsx_texts import UnusualError, as_texts, demand_usual

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pil_discovery.records.grids import Cell, Row
    from pil_discovery.records.workbook_facts import Range
    from pil_discovery.records.xlsx_parts import CellFormats

_SIZES = (1 << 14, 1 << 22)
"""Bytes of the first piece, which holds the headers, and of those that follow."""
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_EXTENT = re.compile(rb'<dimension ref="[A-Z]+\d+:[A-Z]+(\d{1,7})"')
_ATTRIBUTES = re.compile(rb'(?: s="(\d{1,5})")?(?: t="(\w+)")?')
_LAST_ROW = 1 << 20
_FIRST_DAY, _LAST_DAY = 61, 2_958_465
"""1900-03-01, from where the day numbers of Excel are right, and 9999-12-31."""
_DAY_ZERO = np.datetime64("1899-12-30", "D")

_NUMBER, _DATE, _SHARED, _INLINE, _SPELT = range(5)
_NAMED = {b"s": _SHARED, b"inlineStr": _INLINE, b"str": _SPELT}


@dataclass
class RegularSheet:
    """The cells of a sheet from A1 on, and what it states beside them.

    Attributes
    ----------
    blocks
        Its rows, without gaps; each block as wide as its own last cell.
    hidden_rows
        Numbers of hidden rows, as Excel counts.
    merged
        Merged ranges, positions from 0.
    height, width
        Rows and columns down to the last cell, be it an empty text.
    shown
        Rows down to the last one that shows anything.
    stated
        Rows that the sheet says it has; 0 where it does not.
    """

    blocks: list[Block] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)
    height: int = 0
    width: int = 0
    shown: int = 0
    stated: int = 0

    def rows(self) -> Sequence[Row]:
        """Return the rows down to the last one that shows anything, equally wide."""
        return BlockRows(_widened(b, self.width) for b in self.blocks)[: self.shown]


def read_sheet(
    archive: zipfile.ZipFile, part: str, texts: pa.Array, formats: CellFormats
) -> Iterator[RegularSheet]:
    """Yield a sheet as it grows, piece by piece; the last is the whole.

    Parameters
    ----------
    texts
        The shared texts; null where one is empty.

    Raises
    ------
    UnusualError
        When the sheet is written in another way.
    """
    sheet = RegularSheet()
    kinds = _Kinds(formats)
    beside = []
    pieces = rows_of(archive, part, chain(_SIZES[:1], repeat(_SIZES[1])))
    for inside, text in _parted(pieces):
        if inside:
            _add(sheet, text, kinds, texts)
            yield sheet
        else:
            beside.append(text)
            found = _EXTENT.search(beside[0])
            sheet.stated = int(found[1]) if found else 0
    head, tail = beside
    demand_usual(head + b"<sheetData/>" + tail)
    sheet.merged += _merged(tail)
    yield sheet


def _parted(pieces: Iterator[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Yield what stands before, in and behind the rows; True marks rows."""
    before, opening, text = next(pieces).partition(b"<sheetData>")
    yield False, before
    while opening:
        text, closing, behind = text.partition(b"</sheetData>")
        yield True, text
        if closing:
            yield False, b"".join([behind, *pieces])
            return
        text = next(pieces, b"")
        if not text:
            break
    raise UnusualError


class _Kinds(dict[bytes, int]):
    """Attributes of a cell as they are written → what its value is."""

    def __init__(self, formats: CellFormats) -> None:
        super().__init__()
        self._formats = formats.kinds

    def __missing__(self, attributes: bytes) -> int:
        told = _ATTRIBUTES.fullmatch(attributes)
        if told is None:
            raise UnusualError
        style, name = told.groups()
        if name in {None, b"n"}:
            found = {"plain": _NUMBER, "date": _DATE}.get(self._form(int(style or 0)))
        else:
            found = _NAMED.get(name)
        if found is None:
            raise UnusualError
        self[attributes] = found
        return found

    def _form(self, style: int) -> str:
        return self._formats[style] if style < len(self._formats) else "plain"


# ---- rows as text → cells ----


def _add(sheet: RegularSheet, text: bytes, kinds: _Kinds, texts: pa.Array) -> None:
    """Add the rows of a piece of a sheet."""
    cells, hidden = find_cells(text, kinds)
    sheet.hidden_rows += hidden
    if not len(cells):
        return
    first, sheet.height = sheet.height, int(cells.rows[-1]) + 1
    sheet.width = max(sheet.width, int(cells.columns.max()) + 1)
    if cells.rows[0] < first or sheet.height > _LAST_ROW:
        raise UnusualError
    if sheet.height * sheet.width > MOST_CELLS:
        raise UnusualError
    columns = _by_column(cells, first, sheet.height, texts)
    sheet.blocks.append(Block(columns))
    shown = max(map(_last_shown, columns))
    sheet.shown = first + shown if shown else sheet.shown


# ---- cells → columns ----


def _by_column(
    cells: Cells, first: int, last: int, texts: pa.Array
) -> tuple[pa.Array | tuple[Cell, ...], ...]:
    """Return the columns of the rows from `first` to before `last`."""
    ordered = cells.at(np.argsort(cells.columns, kind="stable"))
    width = int(ordered.columns[-1]) + 1
    cuts = np.searchsorted(ordered.columns, np.arange(width + 1)).tolist()
    parts = (ordered.at(np.arange(low, high)) for low, high in pairwise(cuts))
    return tuple(_column(part, first, last - first, texts) for part in parts)


def _column(
    cells: Cells, first: int, length: int, texts: pa.Array
) -> pa.Array | tuple[Cell, ...]:
    kinds = set(np.unique(cells.kinds).tolist())
    rows = cells.rows - first
    if not kinds:
        return pa.nulls(length, TEXTS)
    if kinds == {_NUMBER}:
        return _spread(_reals(cells), rows, length)
    if kinds <= {_SHARED, _INLINE, _SPELT}:
        return _texts(cells, rows, length, texts)
    shown: list[Cell] = [None] * length
    for kind in kinds:
        chosen = cells.kinds == kind
        objects = _objects(kind, cells.at(chosen), texts)
        for row, cell in zip(rows[chosen].tolist(), objects, strict=True):
            shown[row] = cell
    return tuple(shown)


def _objects(kind: int, cells: Cells, texts: pa.Array) -> list[Cell]:
    """Return cells of one kind as Python knows them."""
    if kind == _NUMBER:
        return list(_reals(cells).tolist())
    if kind == _DATE:
        return list(_days(cells).astype(object))
    if kind == _SHARED:
        return list(texts.take(pa.array(_indices(cells, texts))).to_pylist())
    return list(as_texts(cells.values()).to_pylist())


def _texts(
    cells: Cells, rows: NDArray[np.int64], length: int, texts: pa.Array
) -> pa.Array:
    """Return a column of texts: indices into the shared ones and those written here."""
    shared = cells.kinds == _SHARED
    if shared.all():
        return texts.take(_spread(_indices(cells, texts), rows, length))
    written = as_texts(cells.at(~shared).values())
    places = np.empty(len(cells), dtype=np.int64)
    places[shared] = _indices(cells.at(shared), texts)
    places[~shared] = len(texts) + np.arange(len(written))
    both = pa.concat_arrays([texts, written])
    return both.take(_spread(places, rows, length))


def _spread(
    values: NDArray[np.generic], rows: NDArray[np.int64], length: int
) -> pa.Array:
    """Return values at their rows, null elsewhere."""
    if len(rows) == length:
        return pa.array(values)
    whole = np.zeros(length, dtype=values.dtype)
    missing = np.ones(length, dtype=bool)
    whole[rows], missing[rows] = values, False
    return pa.array(whole, mask=missing)


def _reals(cells: Cells) -> NDArray[np.float64]:
    try:
        reals = np.asarray(cells.values().cast(TEXTS).cast(pa.float64()))
    except pa.ArrowInvalid:
        raise UnusualError from None
    if not np.isfinite(reals).all():
        raise UnusualError
    return reals


def _days(cells: Cells) -> NDArray[np.datetime64]:
    """Return the days of day numbers without a time."""
    reals = _reals(cells)
    whole = (np.rint(reals) == reals) & (reals >= _FIRST_DAY) & (reals <= _LAST_DAY)
    if not whole.all():
        raise UnusualError
    return _DAY_ZERO + reals.astype("timedelta64[D]")


def _indices(cells: Cells, texts: pa.Array) -> NDArray[np.int64]:
    found = cells.whole_numbers()
    if len(found) and found.max() >= len(texts):
        raise UnusualError
    return found


def _last_shown(column: pa.Array | tuple[Cell, ...]) -> int:
    """Return how many rows there are down to the last one with a cell."""
    if isinstance(column, tuple):
        found = [at for at, cell in enumerate(column, 1) if cell is not None]
        return found[-1] if found else 0
    if len(column) and column[-1].is_valid:
        return len(column)
    valid = np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False))
    return int(valid[-1]) + 1 if len(valid) else 0


def _widened(block: Block, width: int) -> Block:
    nothing = pa.nulls(len(block), TEXTS)
    return Block((*block.columns, *[nothing] * (width - len(block.columns))))


def _merged(tail: bytes) -> list[Range]:
    found = _MERGED.findall(tail)
    if len(found) != tail.count(b"<mergeCell "):
        raise UnusualError
    return [
        ((int(top) - 1, column_of(left)), (int(bottom) - 1, column_of(right)))
        for left, top, right, bottom in found
    ]
