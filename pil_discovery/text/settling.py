"""One column of cells → what is settled at once, and the rows left to exact readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pil_discovery.text.columns import arrow_cells, in_arrow, is_arrow
from pil_discovery.text.usual import settle_floats, usual_reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pil_discovery.text.rules import Rules

_STEP = 2**16
_EXACT = 2**53
_ARROW = {
    "string": pa.large_string(),
    "float64": pa.float64(),
    "Int64": pa.int64(),
    "datetime64[s]": pa.timestamp("s"),
}


@dataclass(frozen=True)
class Settlement:
    """Typed cells of a column with gaps.

    Attributes
    ----------
    typed
        pandas array of the type of the column; missing where the cell is or where it
        is left over.
    rest
        Positions of the rows left to the exact readers, ascending.
    """

    typed: Any
    rest: NDArray[np.int64]


def settle(cells: pd.Series, rules: Rules, dtype: str) -> Settlement | None:
    """Type the cells of a column that are written as usual.

    Parameters
    ----------
    cells
        Cells in Arrow memory, floats, or objects.
    dtype
        Type of the column in pandas.

    Returns
    -------
    settlement
        None where no cell of such a column can be settled.
    """
    read = usual_reader(rules)
    if read is None or not _may_hold(cells, rules):
        return None
    chunks, others = _texts(cells)
    found = [read(chunk, rules) for chunk in chunks]
    values = _values([value for value, _ in found], dtype)
    settled = _marks([plain for _, plain in found])
    if others is not None:
        settled &= ~others
        if rules.field.type in {"number", "integer"}:
            _add_numbers(cells, rules, values, settled)
    return Settlement(values, np.flatnonzero(~settled))


def _may_hold(cells: pd.Series, rules: Rules) -> bool:
    """Return whether cells of a type of their own may be usual for such a column."""
    if is_arrow(cells) or not in_arrow(cells):
        return True
    return cells.dtype.kind == "i" and rules.field.type in {"number", "integer"}


def _texts(cells: pd.Series) -> tuple[list[pa.Array], NDArray[np.bool_] | None]:
    """Return the texts of a column, and where it holds anything else but nothing."""
    if is_arrow(cells):
        return arrow_cells(cells).chunks, None
    if cells.dtype == "float64" or in_arrow(cells):
        nothing = pa.nulls(len(cells), pa.large_string())
        return list(_pieces(nothing)), cells.notna().to_numpy()
    objects = cells.to_numpy(dtype=object)
    if str in set(map(type, objects)):
        texts = [v if type(v) is str else None for v in objects]
        array = pa.array(texts, pa.large_string())
    else:
        array = pa.nulls(len(objects), pa.large_string())
    others = array.is_null().to_numpy(zero_copy_only=False) & pd.notna(objects)
    return list(_pieces(array)), others


def _pieces(array: pa.Array) -> Iterator[pa.Array]:
    return (array.slice(at, _STEP) for at in range(0, len(array), _STEP))


def _values(chunks: list[pa.Array], dtype: str) -> Any:  # noqa: ANN401 - pandas arrays
    whole = pa.chunked_array(chunks, _ARROW[dtype])
    if dtype == "Int64":
        missing = np.array(whole.is_null().to_numpy(), dtype=bool)
        return pd.arrays.IntegerArray(np.array(whole.fill_null(0).to_numpy()), missing)
    if dtype == "string":
        return pd.array(whole, dtype=dtype)
    # a copy, because what Arrow hands over may be read-only
    return pd.array(np.array(whole.to_numpy()), dtype=dtype)  # type: ignore[call-overload]


def _marks(chunks: list[pa.Array]) -> NDArray[np.bool_]:
    return np.array(pa.chunked_array(chunks, pa.bool_()).to_numpy(), dtype=bool)


def _add_numbers(
    cells: pd.Series,
    rules: Rules,
    values: Any,  # noqa: ANN401 - pandas arrays
    settled: NDArray[np.bool_],
) -> None:
    """Fill in the number cells: those that stay as they are, and plain decimals.

    A number is read as the shortest decimal that stands for it, so as a text.
    """
    reals = _reals(cells)
    plain = settle_floats(reals, rules)
    values[plain] = reals[plain]
    settled |= plain
    left = np.flatnonzero(np.isfinite(reals) & ~settled)
    read = usual_reader(rules)
    if read is None or not len(left):
        return
    found, good = read(pc.cast(pa.array(reals[left]), pa.large_string()), rules)
    taken = np.asarray(good.to_numpy(zero_copy_only=False), dtype=bool)
    values[left[taken]] = found.filter(good).to_numpy(zero_copy_only=False)
    settled[left[taken]] = True


def _reals(column: pd.Series) -> NDArray[np.float64]:
    if column.dtype == "float64":
        return column.to_numpy()
    if in_arrow(column):
        return np.asarray(pc.cast(arrow_cells(column), pa.float64()).to_numpy())
    cells = column.to_numpy(dtype=object)
    if set(map(type, cells)) <= {float, type(None)}:
        return cells.astype(np.float64)
    return np.array([_real(cell) for cell in cells], dtype=np.float64)


def _real(value: object) -> float:
    """Return a number cell that a float holds exactly, NaN for all others."""
    if type(value) is float:
        return value
    return float(value) if type(value) is int and abs(value) < _EXACT else np.nan
