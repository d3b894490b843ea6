"""Calendar periods: quarters where a register is long enough, else months or weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from pil_discovery.errors import ArgumentError, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

Unit = Literal["quarter", "month", "week"]
_FREQUENCY: dict[Unit, str] = {"quarter": "Q", "month": "M", "week": "W"}
UNITS_ZH: dict[Unit, str] = {"quarter": "季度", "month": "月", "week": "周"}


def unit_of(day: Ints, folds: int) -> Unit:
    """Return the longest unit of which a register holds one and a half times `folds`.

    The periods that are not judged are there to learn from.

    Raises
    ------
    ArgumentError
        A register that does not span two weeks, or fewer than one fold.
    """
    if folds < 1:
        raise ArgumentError(f"folds 须是正整数，现为 {folds}")
    for unit in ("quarter", "month", "week"):
        if len(np.unique(period_numbers(day, unit))) >= 1.5 * folds:
            return unit
    if len(np.unique(period_numbers(day, "week"))) < 2:
        what = "历史数据不足两周，不能回测"
        raise ArgumentError(Problem("", "", what, "请积累更多核查结果，或给更长的历史"))
    return "week"


def period_numbers(day: Ints, unit: Unit) -> Ints:
    """Return the number of the period of each day; later periods are greater."""
    dates = pd.DatetimeIndex(day.astype("datetime64[D]"))
    return dates.to_period(_FREQUENCY[unit]).asi8


def period_name(number: int, unit: Unit) -> str:
    """Return 2014Q3, 2014-09, or the Monday of a week."""
    period = pd.Period(ordinal=number, freq=_FREQUENCY[unit])
    return str(period.start_time.date()) if unit == "week" else str(period)


def first_day(number: int, unit: Unit) -> int:
    """Return the first day of a period, days since 1970-01-01."""
    start = pd.Period(ordinal=number, freq=_FREQUENCY[unit]).start_time
    return int(start.to_datetime64().astype("datetime64[D]").astype(np.int64))
