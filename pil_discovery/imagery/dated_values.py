"""Series as callers hand them in: a table of values, and a day for each column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.errors import ArgumentError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Days = NDArray[np.datetime64]


def dated_values(
    values: NDArray[np.floating], dates: Sequence[dt.date] | Days
) -> tuple[Floats, Days]:
    """Return a table (series, dates) and its days, as they are given.

    Parameters
    ----------
    values
        Shape (series, dates), or (dates,) for one series.
    dates
        Days in any order.

    Raises
    ------
    ArgumentError
        Shapes that do not agree, values that are no numbers, dates that are no days.
    """
    try:
        table = np.atleast_2d(np.asarray(values, dtype=np.float64))
    except ValueError as error:
        what = "序列应当是数值，形状为（序列，日期）；没有观测写 NaN"
        raise ArgumentError(what) from error
    try:
        days = np.asarray(dates, dtype="datetime64[D]")
    except ValueError as error:
        raise ArgumentError(f"日期无法识别（{error}）；请写成 2026-09-30") from error
    if table.shape[1:] != days.shape:
        what = f"每个序列有 {table.shape[-1]} 个数值，日期有 {days.size} 个，应当相等"
        raise ArgumentError(what)
    return table, days
