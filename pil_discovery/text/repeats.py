"""Which rows of a frame repeat, found without comparing rows that cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pil_discovery.text.columns import arrow_cells, is_arrow, picked, taken

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Alike = Callable[[pd.Series], pd.Series]

_AS_THEY_ARE: Mapping[str, Alike] = {}
_FIRST_ROWS = 1_000
_MANY = 900
"""With so many values in the first rows, most rows may well stand alone."""
_FEW = 8
"""If less than one in so many numbers comes again, those few are looked for."""
_NO_NUMBER = -4_611_686_014_132_420_609
"""What stands for a missing whole number: hardly ever one of them."""
_MIX = np.uint64(0x9E3779B97F4A7C15)
"""2⁶⁴ over the golden ratio: spreads neighbouring numbers over all bits."""


def repeated_rows(
    frame: pd.DataFrame,
    columns: Sequence[str],
    alike: Mapping[str, Alike] = _AS_THEY_ARE,
) -> NDArray[np.int64]:
    """Return the positions of rows that stand more than once in these columns.

    Missing cells are equal to each other. Column by column, the most telling first,
    rows that differ from all others are left out; the remaining are compared exactly.

    Parameters
    ----------
    alike
        Column → function that returns numbers for its cells, equal where the cells
        count as equal.
    """
    if not columns:
        return np.arange(0)
    rows = _that_repeat(frame, columns, alike)
    left = picked(frame[list(columns)], rows)
    left = left.assign(**{n: alike[n](left[n]) for n in columns if n in alike})
    same = left.duplicated(keep=False)
    return np.asarray(rows[same.to_numpy(dtype=bool)])


def _that_repeat(
    frame: pd.DataFrame, columns: Sequence[str], alike: Mapping[str, Alike]
) -> NDArray[np.int64]:
    """Return the rows that repeat, and hardly any others."""
    rows = np.arange(len(frame))
    numbers = np.zeros(len(frame), dtype=np.uint64)
    values = {name: _values(pd.Series(frame[name])) for name in columns}
    dull = {name: _dullness(pd.Series(frame[name]), values[name]) for name in columns}
    kinds, looked = 1, True
    for name in sorted(columns, key=lambda n: dull[n]):
        cells = frame[name] if len(rows) == len(frame) else taken(frame[name], rows)
        cells = alike[name](cells) if name in alike else cells
        numbers = (numbers ^ _numbers(cells)) * _MIX
        numbers ^= numbers >> np.uint64(32)
        kinds *= values[name] or 1
        # With fewer kinds of rows than rows, hardly one stands alone.
        looked = values[name] >= _MANY or kinds >= len(rows)
        if looked:
            several = _several(numbers)
            rows, numbers = rows[several], numbers[several]
    return rows if looked else rows[_several(numbers)]


def _values(cells: pd.Series) -> int:
    """Return how many values stand in the first rows of a column."""
    return int(cells.iloc[:_FIRST_ROWS].nunique())


def _dullness(cells: pd.Series, values: int) -> tuple[int, bool]:
    """Return how little a column tells rows apart, by the values in its first rows.

    Among columns of about as many values, numbers go before texts, which take longer.
    """
    return -values.bit_length(), cells.dtype.kind not in "iufbM"


def _numbers(cells: pd.Series) -> NDArray[np.uint64]:
    """Return a number for each cell, equal where the cells are equal.

    Cells that differ may have one number, if hardly ever.
    """
    if is_arrow(cells):
        texts = arrow_cells(cells).combine_chunks()
        mixed = _mixed(texts)
        if mixed is not None:
            return mixed
        codes = texts.dictionary_encode().indices
        return np.asarray(codes.fill_null(-1), dtype=np.int64).view(np.uint64)
    if isinstance(cells.dtype, pd.Int64Dtype):
        return cells.fillna(_NO_NUMBER).to_numpy(np.int64).view(np.uint64)
    if cells.dtype == "float64":
        reals = cells.to_numpy() + 0.0  # -0.0 is equal to 0.0
        return np.where(np.isnan(reals), np.nan, reals).view(np.uint64)
    if cells.dtype.kind == "M" and not isinstance(cells.dtype, pd.DatetimeTZDtype):
        return cells.to_numpy().view(np.uint64)
    codes, _ = pd.factorize(cells)
    return codes.astype(np.int64).view(np.uint64)


def _mixed(texts: pa.Array) -> NDArray[np.uint64] | None:
    """Mix the bytes of texts of one length, as keys are; None for any others."""
    lengths = pc.min_max(pc.binary_length(texts)).as_py()
    width = lengths["min"]
    if texts.null_count or not width or width != lengths["max"]:
        return None
    _, ends, data = texts.buffers()
    start = int(np.frombuffer(ends, np.int64)[texts.offset])
    codes = np.frombuffer(data, np.uint8, len(texts) * width, start)
    padded = np.zeros((len(texts), -(-width // 8) * 8), dtype=np.uint8)
    padded[:, :width] = codes.reshape(len(texts), width)
    numbers = np.zeros(len(texts), dtype=np.uint64)
    for word in padded.view(np.uint64).T:
        numbers = (numbers ^ word) * _MIX
        numbers ^= numbers >> np.uint64(32)
    return numbers


def _several(numbers: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Mark the numbers that occur more than once."""
    ordered = np.sort(numbers)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(again):
        return np.zeros(len(numbers), dtype=bool)
    if _FEW * len(again) > len(numbers):
        return pd.Series(numbers).duplicated(keep=False).to_numpy()
    marks = pc.is_in(pa.array(numbers), value_set=pa.array(np.unique(again)))
    return np.asarray(marks, dtype=bool)
