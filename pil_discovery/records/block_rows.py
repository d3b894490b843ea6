"""The rows of a text table in blocks: columns of Arrow texts where lines are even."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, overload

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray

Texts = tuple[str, ...]

TEXTS = pa.large_string()
"""Type of the columns; pandas keeps its texts in the same, so none is copied."""


class BlockRows(Sequence[Texts]):
    """Rows of texts that take the memory of their characters and 8 bytes a cell.

    Parameters
    ----------
    blocks
        Record batches of `TEXTS` (each row of a batch has as many fields), or tuples of
        rows where the numbers of fields differ.
    """

    def __init__(self, blocks: Sequence[pa.RecordBatch | tuple[Texts, ...]]) -> None:
        self.blocks = tuple(block for block in blocks if len(block))
        self.starts = tuple(accumulate(map(len, self.blocks), initial=0))

    def __len__(self) -> int:
        return self.starts[-1]

    @overload
    def __getitem__(self, at: int) -> Texts: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Texts]: ...
    def __getitem__(self, at: int | slice) -> Texts | Sequence[Texts]:
        if isinstance(at, slice):
            return self._slice(range(len(self))[at])
        position = range(len(self))[at]
        number = bisect_right(self.starts, position) - 1
        return _row(self.blocks[number], position - self.starts[number])

    def _slice(self, wanted: range) -> Sequence[Texts]:
        """Return consecutive rows as a view, others as a list."""
        if wanted.step != 1:
            return [self[position] for position in wanted]
        return BlockRows(
            [
                block[max(wanted.start - start, 0) : max(wanted.stop - start, 0)]
                for start, block in zip(self.starts, self.blocks, strict=False)
            ]
        )

    def __iter__(self) -> Iterator[Texts]:
        for block in self.blocks:
            yield from _rows(block)

    def column(self, position: int, records: NDArray[np.int64]) -> pa.ChunkedArray:
        """Return the cells of a column.

        Parameters
        ----------
        position
            The column, from 0.
        records
            Positions of rows, ascending; each has that many fields.
        """
        cuts = np.searchsorted(records, self.starts)
        chunks = [
            _cells(block, position, records[low:high] - start)
            for block, start, low, high in zip(
                self.blocks, self.starts, cuts, cuts[1:], strict=False
            )
            if low < high
        ]
        return pa.chunked_array(chunks, TEXTS)


def _rows(block: pa.RecordBatch | tuple[Texts, ...]) -> Iterator[Texts]:
    if isinstance(block, tuple):
        return iter(block)
    return zip(*(column.to_pylist() for column in block.columns), strict=True)


def _row(block: pa.RecordBatch | tuple[Texts, ...], at: int) -> Texts:
    if isinstance(block, tuple):
        return block[at]
    return tuple(column[at].as_py() for column in block.columns)


def _cells(
    block: pa.RecordBatch | tuple[Texts, ...], position: int, rows: NDArray[np.int64]
) -> pa.Array:
    if isinstance(block, tuple):
        return pa.array([block[row][position] for row in rows], TEXTS)
    column = block.column(position)
    first, last = int(rows[0]), int(rows[-1])
    if last - first + 1 == len(rows):
        return column.slice(first, len(rows))
    return column.take(pa.array(rows))
