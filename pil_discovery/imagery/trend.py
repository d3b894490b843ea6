"""Slow change of a series: Theil–Sen slope with interval, and Mann–Kendall's test.

Both rest on the signs and slopes of all pairs of observations, so outliers hardly count
(Sen 1968, Journal of the American Statistical Association 63; Kendall 1975). The season
is taken out first: harmonics fitted together with a straight line, of which only the
harmonics are subtracted. The test assumes that what remains is not correlated in time;
where it is, the p-value is too small: a trend is a reason to look, not a proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

MIN_OBSERVATIONS = 10
"""Below this the normal approximation of Mann–Kendall's S does not hold."""
LEVEL = 0.95
_PAIRS = 4_000_000
"""Pairs of observations in memory at a time; the result does not depend on it."""


@dataclass(frozen=True)
class Trends:
    """Trend of each series, shape (series,); NaN below 10 observations.

    Attributes
    ----------
    slope
        Median slope of all pairs, units of the index per year.
    low, high
        Its 95 % interval, from the variance of Mann–Kendall's S (Sen 1968).
    p
        Two-sided p-value of Mann–Kendall's test, corrected for ties and continuity.
    """

    slope: Floats
    low: Floats
    high: Floats
    p: Floats


def fit_trends(values: Floats, known: Bools, years: Floats) -> Trends:
    """Fit the trend of many series, all pairs of observations at once.

    Parameters
    ----------
    values
        Shape (series, dates), without season; anything where not known.
    known
        Shape of `values`: observed.
    years
        Time of each date in years, ascending, no two alike.
    """
    columns = np.full((4, len(values)), np.nan)
    count = known.sum(axis=1)
    usable = np.flatnonzero(count >= MIN_OBSERVATIONS)
    # series of like length lie together, so that none drags many empty pairs along
    order = usable[np.argsort(count[usable], kind="stable")]
    step = max(1, 2 * _PAIRS // max(len(years), 1) ** 2)
    for start in range(0, len(order), step):
        rows = order[start : start + step]
        packed = pack(values[rows], known[rows])
        times = pack(np.broadcast_to(years, (len(rows), len(years))), known[rows])
        columns[:, rows] = _trend(packed, times)
    return Trends(*columns)


def pack(values: Floats, known: Bools) -> Floats:
    """Return the known values of each series side by side, NaN behind them.

    Shape (series, greatest number of known values).
    """
    width = int(known.sum(axis=1).max(initial=0))
    order = np.argsort(~known, axis=1, kind="stable")[:, :width]
    packed = np.take_along_axis(values, order, axis=1)
    packed[~np.take_along_axis(known, order, axis=1)] = np.nan
    return packed


def without_season(
    values: Floats, known: Bools, years: Floats, harmonics: int
) -> Floats:
    """Return series less their harmonics, which are fitted beside a straight line.

    Parameters
    ----------
    values, known, years
        As for `fit_trends`.
    harmonics
        Waves per year.
    """
    waves = season_waves(years, harmonics)
    line = years - years.mean() if len(years) else years
    design = np.column_stack([np.ones(len(years)), line, waves])
    coefficients = least_squares(design, values, known)
    season: Floats = np.einsum("si,ti->st", coefficients[:, 2:], waves)
    return values - season


def season_waves(years: Floats, harmonics: int) -> Floats:
    """Return cosines and sines of the year, shape (dates, 2 · harmonics)."""
    waves = [
        wave(2.0 * np.pi * k * years)
        for k in range(1, harmonics + 1)
        for wave in (np.cos, np.sin)
    ]
    return np.column_stack(waves) if waves else np.empty((len(years), 0))


def least_squares(design: Floats, values: Floats, known: Bools) -> Floats:
    """Return coefficients of each series, shape (series, columns of the design).

    Sums run in a fixed order, series by series, so cutting the table changes nothing.
    """
    weight = known.astype(float)
    normal = np.einsum("st,ti,tj->sij", weight, design, design)
    normal += 1e-9 * np.eye(design.shape[1])
    right = np.einsum("st,st,ti->si", weight, values, design)
    solved: Floats = np.linalg.solve(normal, right[..., None])[..., 0]
    return solved


def _trend(values: Floats, times: Floats) -> Floats:
    """Return slope, low, high and p as rows; values and years packed, NaN behind."""
    slopes = np.sort(_slopes(values, times), axis=1)
    rising, falling = (slopes > 0).sum(axis=1), (slopes < 0).sum(axis=1)
    count = np.isfinite(values).sum(axis=1)
    pairs = count * (count - 1) // 2
    sd = np.sqrt(_variance(values, count))
    total = np.maximum(np.abs(rising - falling) - 1, 0)
    p = np.where(sd > 0, 2.0 * ndtr(-total / np.where(sd > 0, sd, 1.0)), 1.0)
    reach = ndtri(0.5 + LEVEL / 2) * sd
    ranks = (pairs - 1) / 2.0, (pairs - reach) / 2.0 - 1.0, (pairs + reach) / 2.0
    return np.stack([*(_ranked(slopes, rank, pairs) for rank in ranks), p])


def _slopes(values: Floats, times: Floats) -> Floats:
    """Return the slopes between all pairs, shape (series, pairs)."""
    size = values.shape[1]
    slopes = np.empty((len(values), size * (size - 1) // 2))
    place = 0
    for lag in range(1, size):
        part = slopes[:, place : place + size - lag]
        np.subtract(values[:, lag:], values[:, :-lag], out=part)
        part /= times[:, lag:] - times[:, :-lag]
        place += size - lag
    return slopes


def _ranked(ordered: Floats, rank: Floats, count: NDArray[np.int_]) -> Floats:
    """Return the value at a rank from 0 of each row, between two ranks their mean.

    Ranks outside the row are its ends.
    """
    last = (count - 1).astype(float)
    down = np.clip(np.floor(rank), 0.0, last).astype(int)
    up = np.clip(np.ceil(rank), 0.0, last).astype(int)
    row = np.arange(len(ordered))
    return np.asarray((ordered[row, down] + ordered[row, up]) / 2.0)


def _variance(values: Floats, count: NDArray[np.int_]) -> Floats:
    """Return the variance of Mann–Kendall's S with the correction for ties."""
    ordered = np.sort(values, axis=1)
    fresh = np.ones(ordered.shape, dtype=bool)
    fresh[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    # each NaN differs from the next one and makes a group of its own, without ties
    size = np.bincount(np.cumsum(fresh.ravel()) - 1).astype(float)
    owner = np.flatnonzero(fresh.ravel()) // ordered.shape[1]
    ties = size * (size - 1.0) * (2.0 * size + 5.0)
    tied = np.bincount(owner, ties, minlength=len(values))
    n = count.astype(float)
    return np.asarray((n * (n - 1.0) * (2.0 * n + 5.0) - tied) / 18.0)
