"""Rung 1: whole points that need no labels and that a prosecutor can add up by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.leads.scorers.terms import Curves, Steps, on_grid

if TYPE_CHECKING:
    from pil_discovery.leads.scorers.lessons import Floats, Lessons

POINT = math.log(2) / 2
"""Logit of one point: two points double the odds."""
OWN = ((0.5, 1.5, 3.0), (-1, 0, 2, 3))
"""Own rate in multiples of the usual rate → points."""
RATE = ((0.75, 1.25, 1.75), (-1, 0, 1, 2))
"""Rate of the place or kind in multiples of the usual rate → points."""
LONG_AGO_DAY = 365
PRIOR = (1, 2)
"""Confirmed and refuted checks that stand before any: a third of leads is confirmed."""


def points_card(lessons: Lessons, rate: float) -> Curves:
    """Give points for known histories; nothing here is fitted to outcomes.

    Parameters
    ----------
    lessons
        Rows whose features set the thresholds of numeric columns with a direction: the
        highest third has a point more, the lowest third a point less.
    rate
        Usual rate of the training period, strictly between 0 and 1.
    """
    terms = [
        term
        for name in lessons.columns
        if (term := _term(name, lessons, rate)) is not None
    ]
    mean = sum(float(term.at(lessons.columns[term.feature]).mean()) for term in terms)
    odds = math.log(rate / (1 - rate))
    return Curves(float(on_grid(odds - mean)), tuple(terms))


def posterior_rate(lessons: Lessons) -> float:
    """Return the share of confirmed checks, with the national prior of one in three."""
    alpha, beta = PRIOR
    return (alpha + lessons.positives) / (alpha + beta + len(lessons.truth))


def _term(name: str, lessons: Lessons, rate: float) -> Steps | None:
    if name == "own_rate":
        return _steps(name, [rate * lift for lift in OWN[0]], OWN[1])
    if name.startswith(("rate90:", "rate:")):
        return _steps(name, [rate * lift for lift in RATE[0]], RATE[1])
    if name == "days_since":
        return _steps(name, [LONG_AGO_DAY], (0, 1))
    way = lessons.directions[name]
    return (
        _thirds(name, lessons.columns[name], way) if way and ":" not in name else None
    )


def _thirds(name: str, values: Floats, way: int) -> Steps | None:
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    low, high = (float(q) for q in np.quantile(known, [1 / 3, 2 / 3], method="lower"))
    return _steps(name, [low, high], (-way, 0, way)) if low < high else None


def _steps(name: str, edges: list[float], points: tuple[int, ...]) -> Steps:
    values = tuple(float(on_grid(p * POINT)) for p in points)
    return Steps(name, tuple(edges), values, 0.0)
