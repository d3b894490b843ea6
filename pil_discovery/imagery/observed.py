"""Series of an index as they were observed, in order of days, with what lies around."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pil_discovery.errors import ArgumentError
from pil_discovery.imagery.dated_values import dated_values
from pil_discovery.imagery.quality import USABLE_SHARE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Days = NDArray[np.datetime64]

CHUNK = 4096
"""Series that are judged together: what is reckoned per date stays small."""


@dataclass(frozen=True)
class Observed:
    """Series in order of days; a weight of 0 means that nothing was seen.

    Attributes
    ----------
    days
        Shape (days,).
    value, weight
        Shape (series, days): index value, share of the polygon that was seen.
    around, spread
        The same for the reference ground: value (NaN: not known), its spread in space.
    """

    days: Days
    value: Floats
    weight: Floats
    around: Floats
    spread: Floats


@dataclass(frozen=True)
class Reference:
    """Ground nearby that was not damaged.

    Attributes
    ----------
    values
        Shape (series, dates): index value; NaN where it was not seen.
    sd
        Its spread in space, same shape or one number: how far the polygon may have
        differed from it, where the series does not reach back before the damage.
    """

    values: NDArray[np.floating]
    sd: NDArray[np.floating] | float


def observe(
    values: NDArray[np.floating],
    dates: Sequence[dt.date] | Days,
    shares: NDArray[np.floating] | None,
    reference: Reference | None,
) -> Observed:
    """Put series in order of days, one column a day.

    Parameters
    ----------
    values, shares
        Shape (series, dates), or (dates,) for one series; see `judge_restoration`.
    dates
        Days in any order; what was taken on one day is averaged.
    reference
        Ground nearby, or None.

    Raises
    ------
    ArgumentError
        Shapes that do not agree, values that are no numbers, dates that are no days.
    """
    table, days = dated_values(values, dates)
    weights = _weights(table, shares)
    layers = (np.nan_to_num(table), weights, *_around(reference, table.shape))
    return _in_order(days, layers)


def chunks(seen: Observed) -> Iterator[tuple[slice, Observed]]:
    """Yield series in parts of at most `CHUNK`, and where they stand."""
    for start in range(0, len(seen.value), CHUNK):
        rows = slice(start, start + CHUNK)
        value = np.nan_to_num(seen.value[rows])
        rest = (seen.weight[rows], seen.around[rows], seen.spread[rows])
        yield rows, Observed(seen.days, value, *rest)


def weighted_mean(values: Floats, weights: Floats) -> Floats:
    """Return the mean along the days; NaN where all weights are 0."""
    total = weights.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: Floats = (np.where(weights > 0, values, 0.0) * weights).sum(axis=1)
        return np.where(total > 0, mean / total, np.nan)


def _same_shape(values: Any, shape: tuple[int, ...], name: str) -> Floats:  # noqa: ANN401 -- array or number
    table = np.asarray(values, dtype=np.float64)
    if table.ndim == 0:
        return np.full(shape, float(table))
    table = np.atleast_2d(table)
    if table.shape != shape:
        raise ArgumentError(f"{name} 的形状 {table.shape} 与数值的形状 {shape} 不同")
    return table


def _weights(table: Floats, shares: NDArray[np.floating] | None) -> Floats:
    seen = np.isfinite(table)
    if shares is None:
        return seen.astype(float)
    share = _same_shape(shares, table.shape, "shares")
    return np.where(seen & (share >= USABLE_SHARE), share, 0.0)


def _around(
    reference: Reference | None, shape: tuple[int, ...]
) -> tuple[Floats, Floats]:
    if reference is None:
        return np.full(shape, np.nan), np.full(shape, np.nan)
    values = _same_shape(reference.values, shape, "reference.values")
    return values, _same_shape(reference.sd, shape, "reference.sd")


def _in_order(days: Days, layers: tuple[Floats, Floats, Floats, Floats]) -> Observed:
    """Put the days in order and average what was taken on one day."""
    unique, place = np.unique(days, return_inverse=True)
    if len(unique) == len(days):
        order = np.argsort(days, kind="stable")
        return Observed(unique, *(layer[:, order] for layer in layers))
    value, weight, around, spread = layers
    joined = [np.full((len(value), len(unique)), np.nan) for _ in range(4)]
    ringed = np.isfinite(around) & (weight > 0)
    for day in range(len(unique)):
        here = place == day
        joined[0][:, day] = weighted_mean(value[:, here], weight[:, here])
        joined[1][:, day] = weight[:, here].max(axis=1)
        for number, layer in ((2, around), (3, spread)):
            known = ringed[:, here].astype(float)
            joined[number][:, day] = weighted_mean(layer[:, here], known)
    return Observed(unique, *joined)
