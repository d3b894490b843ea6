"""A second opinion on the day of a break: where the cumulative sum turns.

The cumulative sum of the deviations from their mean runs away from zero up to the break
and back after it (Page 1954, Biometrika 41). It looks at the whole series and knows
neither runs nor thresholds, so it errs in other ways than the rule of runs does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]


def turning_columns(deviation: Floats, known: Bools) -> NDArray[np.int_]:
    """Return the column of the first observation behind the turn of each series.

    Parameters
    ----------
    deviation
        Departure from the expected value, shape (series, dates), in order of dates;
        anything where not known.
    known
        Shape of `deviation`: observed.

    Returns
    -------
    array
        Shape (series,); −1 where fewer than two observations are known.
    """
    if not deviation.shape[1]:
        return np.full(len(deviation), -1)
    count = known.sum(axis=1)
    total = np.where(known, deviation, 0.0).sum(axis=1)
    mean = total / np.maximum(count, 1)
    steps = np.where(known, deviation - mean[:, None], 0.0)
    away = np.abs(np.cumsum(steps, axis=1))
    column = np.arange(deviation.shape[1])
    last = np.where(known, column, -1).max(axis=1)
    # behind the last observation the sum is back at zero: no turn can lie there
    turn = np.where(known & (column < last[:, None]), away, -1.0).argmax(axis=1)
    behind = known & (column > turn[:, None])
    return np.where(count >= 2, behind.argmax(axis=1), -1)
