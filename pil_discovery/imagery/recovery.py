"""How much of a lost index value came back, and how sure that is.

The relative recovery is (value now − value when damaged) / (reference now − value when
damaged), the recovery indicator of Kennedy et al. (2012) with a reference that follows
the season. The reference is ground around the polygon on the same dates, shifted by
what the polygon differed from it before the damage (before-after-control-impact,
Meroni et al. 2017); without such ground, the polygon's own values before the damage
within 25 days of the same day of the year. Its interval is that of a ratio of two
means (Fieller 1954).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from pil_discovery.imagery.observed import weighted_mean
from pil_discovery.imagery.quality import SEASON_DAYS, YEAR_DAYS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pil_discovery.imagery.observed import Observed

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Days = NDArray[np.datetime64]

CONFIDENCE = 0.90
"""Share of the interval, two-sided, as in all intervals of the product but areas."""
FEWEST = 3
"""Degrees of freedom from which the scatter is reckoned instead of assumed."""


@dataclass(frozen=True)
class Expected:
    """What whole ground would have shown, shape (series, days), and how sure.

    Attributes
    ----------
    value
        NaN where there is no reference.
    variance
        Of the reference as such. It does not shrink with more dates: what a polygon
        differs from its surroundings by, or from its past, changes with the season.
    wander
        Shape (series,): sd by which the reference moves from year to year.
    scatter, freedom
        Shape (series,): sd of one observation, and the degrees of freedom behind it
        (infinite where it is assumed).
    """

    value: Floats
    variance: Floats
    wander: Floats
    scatter: Floats
    freedom: Floats


@dataclass(frozen=True)
class Ratio:
    """Shape (series,): relative recovery, its interval, and the value once lost."""

    share: Floats
    low: Floats
    high: Floats
    lost: Floats


def expect(
    seen: Observed, before: Bools, damaged: Bools, least: tuple[float, float]
) -> Expected:
    """Reckon what whole ground would have shown on each day.

    Parameters
    ----------
    seen
        The series.
    before, damaged
        Shape (series, days): observations of the ground while it was whole, and while
        the damage stood.
    least
        Least sd of one observation, also taken where the series is too short to tell;
        sd of one season between years, for ground whose own past is the reference.
    """
    past = np.where(before, seen.weight, 0.0)
    both = np.where(np.isfinite(seen.around), past, 0.0)
    gap = np.nan_to_num(seen.value - seen.around)
    offset = weighted_mean(gap, both)
    known = np.isfinite(offset)
    season, missed = _seasonal(seen, past)
    paired = np.where(both > 0, gap - offset[:, None], np.nan)
    low = weighted_mean(seen.value, np.where(damaged, seen.weight, 0.0))
    bare = np.where(damaged, seen.value - low[:, None], np.nan)
    own_past = np.where(known[:, None], paired, missed)
    scatter, freedom = _scatter((own_past, bare), least[0])
    error = scatter[:, None] ** 2
    ringed = np.isfinite(seen.around)
    ring = np.where(known[:, None], error, seen.spread**2)
    around = seen.around + np.where(known, offset, 0.0)[:, None]
    return Expected(
        value=np.where(ringed, around, season),
        variance=np.where(ringed, ring, error + least[1] ** 2),
        wander=np.where(ringed.any(axis=1), 0.0, least[1]),
        scatter=scatter,
        freedom=freedom,
    )


def recovery(
    seen: Observed, expected: Expected, damaged: Floats, latest: Floats
) -> Ratio:
    """Compare the latest observations with the damaged ones and with whole ground.

    Parameters
    ----------
    seen, expected
        The series and its reference.
    damaged, latest
        Shape (series, days): weights of the observations of either state, 0 elsewhere.
    """
    low = weighted_mean(seen.value, damaged)
    gained = weighted_mean(seen.value, latest) - low
    lost = weighted_mean(np.nan_to_num(expected.value), latest) - low
    error = expected.scatter**2
    with np.errstate(divide="ignore", invalid="ignore"):
        now, then = error / latest.sum(axis=1), error / damaged.sum(axis=1)
        whole = weighted_mean(np.nan_to_num(expected.variance), latest)
        ends = _fieller((gained, lost), (now + then, whole + then, then), expected)
        return Ratio(gained / lost, *ends, lost)


def near_season(days: Days) -> Bools:
    """Tell which days lie within 25 days of each other on the circle of the year."""
    year = (days - days.astype("datetime64[Y]")).astype(int) + 1
    apart = np.abs(year[:, None] - year[None, :])
    near: Bools = np.minimum(apart, YEAR_DAYS - apart) <= SEASON_DAYS
    return near


def quantile(freedom: Floats) -> Floats:
    """Return the one-sided quantile of Student's t that gives `CONFIDENCE`."""
    found: Floats = stdtrit(freedom, (1.0 + CONFIDENCE) / 2.0)
    return found


def _seasonal(seen: Observed, past: Floats) -> tuple[Floats, Floats]:
    """Return the mean of the same season before, and what it misses by.

    What it misses by: each value before less the mean of the others of its season,
    scaled to the sd of a single value; NaN where there is no other.
    """
    near = near_season(seen.days)
    shape = seen.value.shape
    mean, missed = np.full(shape, np.nan), np.full(shape, np.nan)
    for day in range(shape[1]):
        same, values = past[:, near[day]], seen.value[:, near[day]]
        mean[:, day] = weighted_mean(values, same)
        here = np.flatnonzero(near[day]) == day
        others = np.where(here, 0.0, same)
        count = np.count_nonzero(others, axis=1)
        gap = seen.value[:, day] - weighted_mean(values, others)
        own = (past[:, day] > 0) & (count > 0)
        scale = np.sqrt(count / (count + 1.0))
        missed[:, day] = np.where(own, gap * scale, np.nan)
    return mean, missed


def _scatter(residuals: tuple[Floats, Floats], noise: float) -> tuple[Floats, Floats]:
    """Return the pooled sd of two phases and its degrees of freedom, at least noise."""
    squares, freedom = np.zeros(len(residuals[0])), np.zeros(len(residuals[0]))
    for part in residuals:
        count = np.isfinite(part).sum(axis=1)
        squares += np.where(count > 1, np.nansum(part**2, axis=1), 0.0)
        freedom += np.maximum(count - 1, 0)
    enough = freedom >= FEWEST
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.maximum(np.sqrt(squares / freedom), noise)
    return np.where(enough, found, noise), np.where(enough, freedom, np.inf)


def _fieller(
    means: tuple[Floats, Floats],
    variances: tuple[Floats, Floats, Floats],
    expected: Expected,
) -> tuple[Floats, Floats]:
    """Return the interval of a ratio; infinite where the lost value may be none.

    Parameters
    ----------
    means
        Numerator and denominator.
    variances
        Of the numerator, of the denominator, and their covariance.
    """
    top, bottom = means
    square = quantile(expected.freedom) ** 2
    first = bottom**2 - square * variances[1]
    middle = top * bottom - square * variances[2]
    last = top**2 - square * variances[0]
    reach = np.sqrt(np.maximum(middle**2 - first * last, 0.0))
    sound = (first > 0) & (bottom > 0)
    void = np.isnan(first)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(sound, (middle - reach) / first, -np.inf)
        high = np.where(sound, (middle + reach) / first, np.inf)
    return np.where(void, np.nan, low), np.where(void, np.nan, high)
