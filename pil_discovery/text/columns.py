"""Columns of texts in Arrow memory: looked at, taken from and made without copies."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TEXTS = pa.large_string()
_STRETCH = 2**16


def is_arrow(cells: pd.Series) -> bool:
    """Return whether the cells are texts in Arrow memory."""
    dtype = cells.dtype
    return isinstance(dtype, pd.StringDtype) and dtype.storage == "pyarrow"


def in_arrow(cells: pd.Series) -> bool:
    """Return whether the cells are in Arrow memory, whatever they are."""
    return is_arrow(cells) or isinstance(cells.dtype, pd.ArrowDtype)


def arrow_cells(cells: pd.Series) -> pa.ChunkedArray:
    """Return the cells of such a column without a copy."""
    texts = pa.array(cells.array)
    return texts if isinstance(texts, pa.ChunkedArray) else pa.chunked_array([texts])


def taken(cells: pd.Series, rows: NDArray[np.int64]) -> pd.Series:
    """Return the cells in these rows; of texts, without joining their chunks first.

    Parameters
    ----------
    rows
        Positions, ascending.
    """
    if not is_arrow(cells):
        return cells.iloc[rows]
    found: Any = pd.array(
        taken_chunks(arrow_cells(cells), rows), dtype=cast("Any", cells.dtype)
    )
    return pd.Series(found, index=cells.index[rows])


def taken_chunks(cells: pa.ChunkedArray, rows: NDArray[np.int64]) -> pa.ChunkedArray:
    """Return the cells in these rows; Arrow would copy all texts to find a few.

    Parameters
    ----------
    rows
        Positions, ascending.
    """
    chunks = cells.chunks
    starts = np.cumsum([0, *map(len, chunks)])
    parts = [
        chunk.take(pa.array(rows[low:high] - start))
        for chunk, start, (low, high) in zip(
            chunks, starts, pairwise(np.searchsorted(rows, starts)), strict=False
        )
        if low < high
    ]
    return pa.chunked_array(parts, cells.type)


def picked(frame: pd.DataFrame, rows: NDArray[np.int64]) -> pd.DataFrame:
    """Return these rows of a frame, ascending: cheap where they are few."""
    if not len(rows):
        return frame.iloc[:0]
    cells = {name: taken(frame[name], rows).array for name in frame.columns}
    return pd.DataFrame(cells, index=frame.index[rows])


def repeated(
    text: str | None, times: int, dtype: Literal["string", "str"] = "string"
) -> pd.Series:
    """Return a column that says the same everywhere, in memory only a few times."""
    whole, rest = divmod(times, _STRETCH)
    stretch = pa.array([text] * min(times, _STRETCH), _TEXTS)
    chunks = [stretch] * whole + [stretch[:rest]]
    return pd.Series(pd.array(pa.chunked_array(chunks, _TEXTS), dtype=dtype))


def says_the_same(cells: pd.Series) -> bool:
    """Tell whether a column of texts holds one, or none, in every row it has."""
    if not len(cells) or not is_arrow(cells):
        return False
    texts = arrow_cells(cells)
    if texts.null_count:
        return bool(texts.null_count == len(texts))
    first = texts[0].as_py()
    if texts[-1].as_py() != first:
        return False
    return bool(pc.all(pc.equal(texts, first)).as_py())
