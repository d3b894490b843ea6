"""Typed rows of a data set as Arrow columns of exact types, made once for all models.

Beside the columns of the data set a table holds `<column>_last` where dates are only
known to their month or year, the columns of a place, where each row comes from, and
where registers were linked who its parties are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from pil_discovery.findings.name_links import party_column
from pil_discovery.text.columns import is_arrow
from pil_discovery.text.mapped import BLOCK_ROWS, CELL_BYTES, mapped_table
from pil_discovery.types.sources import ORIGIN_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pil_discovery.types import Dataset, Field

    Column: TypeAlias = pa.Array | pa.ChunkedArray

PLACE_COLUMNS = ("_sigma_m", "_valid_from", "_valid_to")
"""Columns that rows with a place carry besides their geometry."""
PLACE_TYPES = {
    "_sigma_m": pa.float64(),
    "_valid_from": pa.date32(),
    "_valid_to": pa.date32(),
}

OPEN_END = np.datetime64("9999-12-31", "s")
"""How an open end (长期) enters a comparison: later than any date."""

_MONEY = pa.decimal128(18, 2)
_TYPES = {
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "number": pa.float64(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "geometry": pa.binary(),
}
_EXACT_CENTS = 2.0**42
_NEAR_HALF = 0.001
"""Below so many cents a product with 100 is off by less than half of this."""


def arrow_rows(frame: pd.DataFrame, dataset: Dataset) -> pa.Table:
    """Turn typed rows into Arrow with exact types.

    Money becomes DECIMAL(18,2), geometry WKB, an open end the date 9999-12-31. A date
    known to its month or year stands for its first possible day; the last one is in
    `<column>_last`, which is there only where some date is partial. Texts are those of
    the frame, not copies; what is made of the others is mapped where it is large.

    Parameters
    ----------
    frame
        Canonical columns, `_source`, `_sheet`, `_row`; with a place also `geometry`
        (shapely, EPSG:4490), `_sigma_m`, `_valid_from`, `_valid_to`. Other columns
        are left out.
    dataset
        Its description.
    """
    partial = _partial_dates(frame, dataset)
    whole = {name for name in frame.columns if is_arrow(frame[name])}
    made = frame[[name for name in frame.columns if name not in whole]]
    parts = (
        pa.table(_columns(made.iloc[start : start + BLOCK_ROWS], dataset, partial))
        for start in range(0, max(len(made), 1), BLOCK_ROWS)
    )
    turned = mapped_table(parts, made.size * CELL_BYTES)
    texts = _columns(frame[[*whole]], dataset, partial)
    columns = {name: turned[name] for name in turned.column_names} | texts
    # a table without columns would forget how many rows it has
    return pa.table(columns or {"_row": pa.nulls(len(frame), pa.int64())})


def _partial_dates(frame: pd.DataFrame, dataset: Dataset) -> frozenset[str]:
    """Return the columns of dates of which some are only known to month or year."""
    return frozenset(
        spec.name
        for spec in dataset.fields
        if f"{spec.name}_last" in frame.columns
        and bool(frame[f"{spec.name}_last"].notna().any())
    )


def _columns(
    frame: pd.DataFrame, dataset: Dataset, partial: frozenset[str]
) -> dict[str, Column]:
    arrays = dict(_canonical(frame, dataset, partial))
    for name in (n for n in PLACE_COLUMNS if n in frame.columns):
        arrays[name] = _of_place(frame[name], PLACE_TYPES[name])
    for name in (n for n in ORIGIN_COLUMNS if n in frame.columns):
        arrays[name] = _origin(frame[name])
    for name in (n for n in map(party_column, dataset.parties) if n in frame.columns):
        arrays[name] = pa.array(frame[name].to_numpy(np.int64))
    return arrays


def _canonical(
    frame: pd.DataFrame, dataset: Dataset, partial: frozenset[str]
) -> Iterator[tuple[str, Column]]:
    for spec in (*dataset.fields, *dataset.identities):
        if spec.name not in frame.columns:
            continue
        yield spec.name, _array(_closed(frame, spec.name, spec), spec)
        if spec.name in partial:
            last = f"{spec.name}_last"
            yield last, _array(_closed(frame, last, spec), spec)


def type_of(spec: Field) -> pa.DataType:
    """Return the Arrow type of a column."""
    if spec.type == "number" and spec.unit == "CNY":
        return _MONEY
    return _TYPES.get(spec.type, pa.string())


def _closed(frame: pd.DataFrame, name: str, spec: Field) -> pd.Series[Any]:
    """Return a column; of dates the given end, whole, with open ends as a far day."""
    values = frame[name]
    if spec.type not in ("date", "datetime"):
        return values
    if name != spec.name:
        values = values.where(values.notna(), frame[spec.name])
    is_open = f"{spec.name}_open"
    if is_open in frame.columns:
        endless = frame[is_open].fillna(value=False).astype(bool)
        values = values.astype("datetime64[s]").mask(endless, OPEN_END)
    return values


def _array(values: pd.Series[Any], spec: Field) -> Column:
    if spec.type == "geometry":
        return _wkb(values)
    if spec.type == "number":
        return _number(values, money=spec.unit == "CNY")
    if spec.type == "datetime":
        # of a data set that is not there the column is an empty one of no type
        return pa.array(values.astype("datetime64[us]").to_numpy())
    if spec.type == "date":
        return _days(values)
    return _cells(values, type_of(spec))


def _cells(values: pd.Series[Any], kind: pa.DataType) -> Column:
    """Return texts, whole numbers or truths; pandas holds most as Arrow does."""
    if isinstance(values.dtype, (pd.StringDtype, pd.Int64Dtype, pd.BooleanDtype)):
        array = pa.array(values.array, from_pandas=True)
        large = pa.types.is_large_string(array.type) and pa.types.is_string(kind)
        return array if large else array.cast(kind)
    return pa.array([None if pd.isna(v) else v for v in values], type=kind)


def _number(values: pd.Series[Any], *, money: bool) -> pa.Array:
    plain = _floats(values)
    gaps = np.isnan(plain)
    return _cents(plain, gaps) if money else pa.array(plain, mask=gaps)


def _floats(values: pd.Series[Any]) -> NDArray[np.float64]:
    if values.dtype == np.float64:
        return np.asarray(values, dtype=np.float64)
    floats = pd.to_numeric(values).astype("Float64")
    return np.asarray(floats.to_numpy(dtype=float, na_value=np.nan))


def _cents(plain: NDArray[np.float64], gaps: NDArray[np.bool_]) -> pa.Array:
    """Round to the cent as the exact value of each float asks, not a product of it."""
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = plain * 100
        whole = np.rint(scaled)
        beside_half = np.abs(np.abs(scaled - whole) - 0.5) > _NEAR_HALF
        sure = beside_half & (np.abs(scaled) < _EXACT_CENTS)
    cents = np.where(sure, whole, 0).astype(np.int64)
    rest = ~(sure | gaps)
    cents[rest] = [int(f"{v:.2f}".replace(".", "")) for v in plain[rest]]
    halves = np.empty((len(plain), 2), dtype="<i8")
    halves[:, 0] = cents
    halves[:, 1] = cents >> 63  # the sign fills the upper half
    bits = np.packbits(~gaps, bitorder="little")
    buffers = [pa.py_buffer(bits), pa.py_buffer(halves)]
    return pa.Array.from_buffers(_MONEY, len(plain), buffers)


def _of_place(values: pd.Series[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_date(kind):
        return _days(values)
    plain = pd.to_numeric(values).to_numpy(dtype=float, na_value=np.nan)
    return pa.array(plain, mask=np.isnan(plain))


def _days(values: pd.Series[Any]) -> pa.Array:
    days = values.astype("datetime64[s]").to_numpy().astype("datetime64[D]")
    return pa.array(days)


def _wkb(values: pd.Series[Any]) -> pa.Array:
    shapes = np.asarray([None if _is_gap(v) else v for v in values], dtype=object)
    return pa.array(shapely.to_wkb(shapes), type=pa.binary(), from_pandas=True)


def _is_gap(value: object) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


def _origin(values: pd.Series[Any]) -> Column:
    """Return where rows come from; a file or sheet that is not a text is none."""
    if values.name == "_row":
        return pa.array(values.to_numpy(dtype=np.int64))
    if isinstance(values.dtype, pd.StringDtype):
        return _cells(values, pa.string())
    return pa.array([v if isinstance(v, str) else None for v in values], pa.string())
