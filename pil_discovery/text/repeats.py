"""Which rows of a frame repeat, found without comparing rows that cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from pil_discovery.text.settling import arrow_cells, is_arrow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Alike = Callable[[pd.Series], pd.Series]

_AS_THEY_ARE: Mapping[str, Alike] = {}
_FIRST_ROWS = 1_000
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
    rows = np.arange(len(frame))
    numbers = np.zeros(len(frame), dtype=np.uint64)
    for name in sorted(columns, key=lambda n: _dullness(pd.Series(frame[n]))):
        cells = frame[name] if len(rows) == len(frame) else frame[name].iloc[rows]
        cells = alike[name](cells) if name in alike else cells
        if _all_differ(cells):
            return rows[:0]
        numbers = (numbers ^ _numbers(cells)) * _MIX
        numbers ^= numbers >> np.uint64(32)
        several = _several(numbers)
        rows, numbers = rows[several], numbers[several]
    if not len(rows) or not columns:
        return rows[:0]
    left = frame.iloc[rows][list(columns)]
    left = left.assign(**{n: alike[n](left[n]) for n in columns if n in alike})
    same = left.duplicated(keep=False)
    return np.asarray(rows[same.to_numpy(dtype=bool)])


def _dullness(cells: pd.Series) -> tuple[int, bool]:
    """Return how little a column tells rows apart, by its first rows.

    Among columns of about as many values, numbers go before texts, which take longer.
    """
    values = cells.iloc[:_FIRST_ROWS].nunique()
    return -values.bit_length(), cells.dtype.kind not in "iufbM"


def _all_differ(cells: pd.Series) -> bool:
    """Return whether no text stands twice; only of texts, where that is cheap."""
    if not is_arrow(cells):
        return False
    return len(pc.unique(arrow_cells(cells))) == len(cells)


def _numbers(cells: pd.Series) -> NDArray[np.uint64]:
    """Return a number for each cell, equal where the cells are equal."""
    if is_arrow(cells):
        codes = arrow_cells(cells).combine_chunks().dictionary_encode().indices
        return np.asarray(codes.fill_null(-1), dtype=np.int64).view(np.uint64)
    if cells.dtype == "float64":
        reals = cells.to_numpy() + 0.0  # -0.0 is equal to 0.0
        return np.where(np.isnan(reals), np.nan, reals).view(np.uint64)
    if cells.dtype.kind == "M" and not isinstance(cells.dtype, pd.DatetimeTZDtype):
        return cells.to_numpy().view(np.uint64)
    codes, _ = pd.factorize(cells)
    return codes.astype(np.int64).view(np.uint64)


def _several(numbers: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Mark the numbers that occur more than once."""
    ordered = np.sort(numbers)
    if not (ordered[1:] == ordered[:-1]).any():
        return np.zeros(len(numbers), dtype=bool)
    return pd.Series(numbers).duplicated(keep=False).to_numpy()
