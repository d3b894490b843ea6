"""The rows of a large table in blocks of columns, most of them in Arrow memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise
from typing import TYPE_CHECKING, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pil_discovery.records.grids import is_blank

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pil_discovery.records.grids import Cell

TEXTS = pa.large_string()
"""Type of columns of texts; pandas keeps its texts in the same, so none is copied."""

_STEP = 2**16
"""Rows of a block that is gathered from single rows."""

OddRows = tuple[tuple[str, ...], ...]
"""Rows of a text table whose numbers of fields differ."""


@dataclass(frozen=True)
class Block:
    """Rows with as many cells each, by columns.

    A column is an Arrow array of `TEXTS`, floats, whole numbers, days or moments, or a
    tuple of any cells.
    """

    columns: tuple[pa.Array | tuple[Cell, ...], ...]

    def __len__(self) -> int:
        return len(self.columns[0])

    def __getitem__(self, at: slice) -> Block:
        return Block(tuple(column[at] for column in self.columns))

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """Yield the rows."""
        return zip(*map(_cells, self.columns), strict=True)

    def row(self, at: int) -> tuple[Cell, ...]:
        """Return one row."""
        return next(self[at : at + 1].rows())


def _cells(column: pa.Array | tuple[Cell, ...]) -> Sequence[Cell]:
    return column if isinstance(column, tuple) else column.to_pylist()


class BlockRows(Sequence[tuple["Cell", ...]]):
    """Rows that take the memory of their characters and 8 bytes a cell.

    Parameters
    ----------
    blocks
        In their order; the numbers of cells may differ from block to block.
    """

    def __init__(self, blocks: Iterable[Block | OddRows]) -> None:
        self.blocks = tuple(block for block in blocks if len(block))
        self.starts = tuple(accumulate(map(len, self.blocks), initial=0))

    def __len__(self) -> int:
        return self.starts[-1]

    @overload
    def __getitem__(self, at: int) -> tuple[Cell, ...]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[tuple[Cell, ...]]: ...
    def __getitem__(
        self, at: int | slice
    ) -> tuple[Cell, ...] | Sequence[tuple[Cell, ...]]:
        if isinstance(at, slice):
            return self._slice(range(len(self))[at])
        position = range(len(self))[at]
        number = bisect_right(self.starts, position) - 1
        block, at = self.blocks[number], position - self.starts[number]
        return block.row(at) if isinstance(block, Block) else block[at]

    def _slice(self, wanted: range) -> Sequence[tuple[Cell, ...]]:
        """Return consecutive rows as a view, others as a list."""
        if wanted.step != 1:
            return [self[position] for position in wanted]
        return BlockRows(
            block[max(wanted.start - start, 0) : max(wanted.stop - start, 0)]
            for start, block in self.placed()
        )

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        for block in self.blocks:
            yield from block.rows() if isinstance(block, Block) else block

    def placed(self) -> Iterator[tuple[int, Block | OddRows]]:
        """Yield each block with the position of its first row."""
        return zip(self.starts, self.blocks, strict=False)

    def column(
        self, position: int, records: NDArray[np.int64]
    ) -> pa.ChunkedArray | list[Cell]:
        """Return the cells of a column: in Arrow where all are of one type of it.

        Parameters
        ----------
        position
            The column, from 0.
        records
            Positions of rows, ascending; each has that many cells.
        """
        cuts = np.searchsorted(records, self.starts)
        parts = [
            _in_arrow(_part(block, position, records[low:high] - start))
            for (start, block), (low, high) in zip(
                self.placed(), pairwise(cuts), strict=True
            )
            if low < high
        ]
        kinds = {p.type if isinstance(p, pa.Array) else None for p in parts}
        kinds -= {pa.null()}
        if kinds <= {TEXTS}:
            return pa.chunked_array([_as(part, TEXTS) for part in parts], TEXTS)
        if len(kinds) == 1 and None not in kinds:
            (kind,) = kinds
            return pa.chunked_array([_as(part, kind) for part in parts])
        return [cell for part in parts for cell in _cells(part)]

    def take(self, positions: Sequence[int]) -> list[tuple[Cell, ...]]:
        """Return the rows at these positions, ascending."""
        return list(self.at(positions))

    def at(self, positions: Sequence[int]) -> BlockRows:
        """Return the rows at these positions, ascending, as blocks."""
        wanted = np.array(positions, dtype=np.int64)
        cuts = np.searchsorted(wanted, self.starts)
        return BlockRows(
            _chosen(block, wanted[low:high] - start)
            for (start, block), (low, high) in zip(
                self.placed(), pairwise(cuts), strict=True
            )
            if low < high
        )

    def width(self) -> int:
        """Return the number of cells of the longest row."""
        return max(map(_width, self.blocks), default=0)

    def holding(self, texts: frozenset[str]) -> list[int]:
        """Return the positions of rows of which a cell is one of these texts."""
        sought = _Sought(texts)
        return self._where(lambda block: _holding(block, sought))

    def blank_in_front(self) -> list[int]:
        """Return the positions of rows whose first cell shows nothing."""
        return self._where(lambda block: blanks(block, 0))

    def is_empty(self, position: int) -> bool:
        """Return whether no row shows anything in this column."""
        return all(blanks(block, position).all() for block in self.blocks)

    def _where(
        self, marks: Callable[[Block | OddRows], NDArray[np.bool_]]
    ) -> list[int]:
        """Return the positions of the rows that are marked."""
        return [
            start + at
            for start, block in self.placed()
            for at in np.flatnonzero(marks(block)).tolist()
        ]


def _chosen(block: Block | OddRows, rows: NDArray[np.int64]) -> Block | OddRows:
    if not isinstance(block, Block):
        return tuple(block[row] for row in rows)
    return Block(tuple(_part(block, p, rows) for p in range(len(block.columns))))


def _width(block: Block | OddRows) -> int:
    if isinstance(block, Block):
        return len(block.columns)
    return max(map(len, block))


class _Sought:
    """Texts that are looked for among many cells, hardly any of which is one.

    Most cells differ from all of them in their first byte or their length already.
    """

    def __init__(self, texts: frozenset[str]) -> None:
        self.texts = texts
        coded = [text.encode() for text in texts]
        self._values = pa.array(sorted(texts), TEXTS)
        self._longest = max(map(len, coded), default=0)
        self._looks = np.zeros((256, self._longest + 2), dtype=bool)
        for code in coded:
            self._looks[code[0] if code else 0, len(code)] = True

    def marks(self, cells: pa.Array) -> NDArray[np.bool_]:
        """Mark the cells, all texts or missing, that are one of the texts."""
        marks = self._alike(cells)
        if marks.any():
            found = pc.is_in(cells.filter(pa.array(marks)), value_set=self._values)
            marks[marks] = found.to_numpy(zero_copy_only=False)
        return marks

    def _alike(self, cells: pa.Array) -> NDArray[np.bool_]:
        """Mark the cells that begin as one of the texts and are as long."""
        if not len(cells):
            return np.zeros(0, dtype=bool)
        _, ends, data = cells.buffers()
        ends = np.frombuffer(ends, np.int64)[cells.offset :][: len(cells) + 1]
        if data is None or not data.size:
            return np.full(len(cells), self._looks[0, 0])
        lengths = np.minimum(np.diff(ends), self._longest + 1)
        first = np.frombuffer(data, np.uint8)[np.minimum(ends[:-1], data.size - 1)]
        first = np.where(lengths, first, 0)
        return np.asarray(self._looks[first, lengths], dtype=bool)


def _holding(block: Block | OddRows, sought: _Sought) -> NDArray[np.bool_]:
    """Mark the rows of which a cell is one of the texts."""
    texts = sought.texts
    if not isinstance(block, Block):
        return np.array([not texts.isdisjoint(row) for row in block], dtype=bool)
    marks = np.zeros(len(block), dtype=bool)
    for column in block.columns:
        if isinstance(column, tuple):
            marks |= np.array([c in texts for c in column], dtype=bool)
        elif column.type == TEXTS:
            marks |= sought.marks(column)
    return marks


def blanks(block: Block | OddRows, position: int) -> NDArray[np.bool_]:
    """Mark the rows whose cell at a position shows nothing or is not there."""
    if not isinstance(block, Block):
        cells = [row[position] if position < len(row) else None for row in block]
        return np.array([is_blank(cell) for cell in cells], dtype=bool)
    if position >= len(block.columns):
        return np.ones(len(block), dtype=bool)
    column = block.columns[position]
    if isinstance(column, tuple):
        return np.array([is_blank(cell) for cell in column], dtype=bool)
    blank = column.is_null()
    if column.type == TEXTS:
        bare = pc.or_(pc.equal(column, ""), pc.utf8_is_space(column))
        blank = pc.or_(blank, pc.fill_null(bare, fill_value=True))
    return np.asarray(blank.to_numpy(zero_copy_only=False), dtype=bool)


def _part(
    block: Block | OddRows, position: int, rows: NDArray[np.int64]
) -> pa.Array | tuple[Cell, ...]:
    if not isinstance(block, Block):
        return pa.array([block[row][position] for row in rows], TEXTS)
    column = block.columns[position]
    first, last = int(rows[0]), int(rows[-1])
    if last - first + 1 == len(rows):
        return column[first : last + 1]
    if isinstance(column, tuple):
        return tuple(column[row] for row in rows)
    return column.take(pa.array(rows))


def _in_arrow(part: pa.Array | tuple[Cell, ...]) -> pa.Array | tuple[Cell, ...]:
    """Return cells in Arrow memory if they are texts, floats or nothing alone."""
    if not isinstance(part, tuple):
        return pa.nulls(len(part)) if part.null_count == len(part) else part
    kinds = set(map(type, part)) - {type(None)}
    types = {str: TEXTS, float: pa.float64()}
    if not kinds:
        return pa.nulls(len(part))
    return pa.array(part, types[kinds.pop()]) if kinds in ({str}, {float}) else part


def _as(part: pa.Array, kind: pa.DataType) -> pa.Array:
    return part if part.type == kind else pa.nulls(len(part), kind)


def gather(rows: Iterator[Sequence[Cell]]) -> Iterator[Block]:
    """Yield rows with as many cells each in blocks.

    Empty texts become None, booleans the words that spreadsheet programs show.
    """
    while part := list(islice(rows, _STEP)):
        yield Block(tuple(map(_packed, zip(*part, strict=True))))


def _packed(cells: tuple[Cell, ...]) -> pa.Array | tuple[Cell, ...]:
    """Return a column in Arrow memory, if it holds texts only or floats only."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        texts = pa.array(cells, TEXTS)
        empty = pc.equal(texts, "")
        filled = not pc.any(empty, min_count=0).as_py()
        return texts if filled else pc.if_else(empty, pa.scalar(None, TEXTS), texts)
    if kinds == {float}:
        return pa.array(cells, pa.float64())
    shown = tuple(None if cell == "" else cell for cell in cells)
    if bool in kinds:
        shown = tuple(map(_word, shown))
    if kinds <= {float, str} and set(map(type, shown)) <= {float, type(None)}:
        return pa.array(shown, pa.float64())
    return shown


def _word(cell: Cell) -> Cell:
    return ("TRUE" if cell else "FALSE") if isinstance(cell, bool) else cell
