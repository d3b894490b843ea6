"""What was known of an entity, its place and its kind on the day a list is drawn up.

Everything here is computed from checks strictly before that day. The rates of places
and kinds are those of the day of the list for all its rows: an outcome from inside the
listed period can never reach a feature.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MEMORY = 0.5
"""Weight of the latest check in the running rate of an entity; older ones halve."""
RECENT_DAY = (14, 30, 90, 365)
"""Days that recent rates look back."""
LASTING_DAY = 1461
"""Days that lasting rates look back, and the most after a gap in the feed."""
PRIOR_CHECKS = 10
"""Checks that the rate of the training period counts for in every rate."""
COVERED = 0.75
"""Share of the usual number of checks that a window must hold."""
_SHIFT = 20
"""Bits of a day within a key; days since 1970 stay below 2²⁰ for 2,800 years."""


@dataclass(frozen=True)
class Checks:
    """Past checks with a known outcome, in order of day.

    Attributes
    ----------
    day
        Days since 1970-01-01, ascending.
    outcome
        1 confirmed, 0 refuted.
    entity
        Number of the entity, −1 where it is not named.
    groups
        Column → number of its value, −1 where it is missing.
    outcomes
        Column → logarithm of one plus what the check brought out, NaN where unknown.
    """

    day: Ints
    outcome: Floats
    entity: Ints
    groups: dict[str, Ints]
    outcomes: dict[str, Floats]


@dataclass(frozen=True)
class Asked:
    """Rows for which features are wanted; numbers of values as in `Checks`.

    Attributes
    ----------
    as_of
        Day of the list of each row: only earlier checks count.
    entity, groups
        As in `Checks`.
    """

    as_of: Ints
    entity: Ints
    groups: dict[str, Ints]


@dataclass(frozen=True)
class Usual:
    """What the training period says of the feed.

    Attributes
    ----------
    rate
        Share of confirmed checks: the prior of every rate.
    checks_per_day
        Checks with an outcome on an average day.
    outcomes
        Column → mean, the prior of its running mean.
    """

    rate: float
    checks_per_day: float
    outcomes: dict[str, float]


def usual(checks: Checks) -> Usual:
    """Describe the feed of a training period that holds at least one check."""
    span = int(checks.day[-1] - checks.day[0]) + 1
    means = {c: _mean(values) for c, values in checks.outcomes.items()}
    return Usual(float(checks.outcome.mean()), len(checks.day) / span, means)


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0


def history_features(checks: Checks, asked: Asked, norm: Usual) -> dict[str, Floats]:
    """Compute the history of each row as it stood on the day of its list.

    Returns
    -------
    dict
        `own_rate`: running rate of the entity, the latest check counting half and the
        rate of the training period standing before the first; `own_checks`: earlier
        days with a check; `days_since`: days since the latest, NaN without one;
        `own:<column>`: running mean of a further outcome; and for each place and kind
        `rate<days>:<column>`, its smoothed rate over recent days, and
        `rate:<column>`, over four years.
    """
    found = _own(checks, asked, norm)
    for column, start in norm.outcomes.items():
        values = checks.outcomes[column]
        found[f"own:{column}"] = _own_mean(checks, values, asked, start)
    spans = {f"{d}": window_days(checks, asked.as_of, norm, d) for d in RECENT_DAY}
    spans[""] = np.full(len(asked.as_of), LASTING_DAY)
    for column, codes in asked.groups.items():
        rates = _Rates(checks.groups[column], checks)
        for name, span in spans.items():
            found[f"rate{name}:{column}"] = rates.at(codes, asked.as_of, span, norm)
    return found


def window_days(checks: Checks, as_of: Ints, norm: Usual, wanted: int) -> Ints:
    """Choose how far recent rates look back from each day.

    The wanted days, doubled until they hold three quarters of the checks that are usual
    for them, less two standard errors: after a gap in the feed a longer window, at most
    four years.
    """
    expected = COVERED * norm.checks_per_day * wanted
    needed = max(1.0, expected - 2 * math.sqrt(expected))
    days, where = np.unique(as_of, return_inverse=True)
    before = np.searchsorted(checks.day, days)
    chosen = np.full(len(days), LASTING_DAY)
    for window in reversed(_doubled(wanted)):
        held = before - np.searchsorted(checks.day, days - window)
        chosen[held >= needed] = window
    result: Ints = chosen[where]
    return result


def _doubled(days: int) -> list[int]:
    windows = []
    while days < LASTING_DAY:
        windows.append(days)
        days *= 2
    return windows


class _Rates:
    """Running sums of checks and confirmations for each value of a column."""

    def __init__(self, codes: Ints, checks: Checks) -> None:
        order = np.argsort(codes, kind="stable")  # within a value still by day
        self._keys = _key(codes[order], checks.day[order])
        self._hits = np.concatenate([[0.0], np.cumsum(checks.outcome[order])])

    def at(self, codes: Ints, as_of: Ints, spans: Ints, norm: Usual) -> Floats:
        """Return the smoothed rate of each value; NaN for a missing one."""
        last = np.searchsorted(self._keys, _key(codes, as_of))
        first = np.searchsorted(self._keys, _key(codes, as_of - spans))
        hits = self._hits[last] - self._hits[first]
        rate = (hits + PRIOR_CHECKS * norm.rate) / (last - first + PRIOR_CHECKS)
        return np.where(codes < 0, np.nan, rate)


@dataclass(frozen=True)
class _Visits:
    """Days on which an entity was checked, and the running mean after each."""

    keys: Ints
    means: Floats
    numbers: Floats


def _own(checks: Checks, asked: Asked, norm: Usual) -> dict[str, Floats]:
    visits = _visits(_key(checks.entity, checks.day), checks.outcome, norm.rate)
    known, last = _latest(visits, asked)
    since = asked.as_of - (visits.keys[last] & ((1 << _SHIFT) - 1))
    return {
        "own_rate": np.where(known, visits.means[last], norm.rate),
        "own_checks": np.where(known, visits.numbers[last], 0.0),
        "days_since": np.where(known, since, np.nan),
    }


def _own_mean(checks: Checks, values: Floats, asked: Asked, start: float) -> Floats:
    told = np.flatnonzero(~np.isnan(values))
    keys = _key(checks.entity[told], checks.day[told])
    if not len(keys):
        return np.full(len(asked.entity), start)
    visits = _visits(keys, values[told], start)
    known, last = _latest(visits, asked)
    return np.where(known, visits.means[last], start)


def _latest(visits: _Visits, asked: Asked) -> tuple[NDArray[np.bool_], Ints]:
    """Return whether each entity was checked before, and its latest visit."""
    last = np.searchsorted(visits.keys, _key(asked.entity, asked.as_of)) - 1
    there = np.maximum(last, 0)
    same = (last >= 0) & (visits.keys[there] >> _SHIFT == asked.entity)
    return same & (asked.entity >= 0), there


def _visits(keys: Ints, values: Floats, start: float) -> _Visits:
    """Follow each entity through its days.

    Several checks of an entity on one day count as one with their mean outcome: their
    order within the day is not known.
    """
    days, where = np.unique(keys, return_inverse=True)
    size = np.bincount(where, minlength=len(days))
    value = np.bincount(where, values, minlength=len(days)) / size
    entity = days >> _SHIFT
    number = np.arange(len(days)) - np.searchsorted(entity, entity)
    means = np.full(len(days), start)
    turns = np.argsort(number, kind="stable")
    ends = np.cumsum(np.bincount(number))
    for turn, at in enumerate(np.split(turns, ends[:-1])):
        before = means[at - 1] if turn else start
        means[at] = MEMORY * value[at] + (1 - MEMORY) * before
    return _Visits(days, means, (number + 1).astype(float))


def _key(codes: Ints, days: Ints) -> Ints:
    """Join a value and a day into one number that sorts by value, then day."""
    return (codes.astype(np.int64) << _SHIFT) + days
