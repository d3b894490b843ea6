"""Rung 2: ridge logistic regression, exported as one straight line for each feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.leads.scorers.terms import Curves, Line, on_grid

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.linear_model import LogisticRegression

    from pil_discovery.leads.scorers.lessons import Lessons

    Floats = NDArray[np.float64]

PENALTY = 0.01
"""Inverse strength of the penalty on standardised features."""
TAILS = (0.005, 0.995)
"""Quantiles beyond which a feature counts as the quantile."""


@dataclass(frozen=True)
class RidgeFit:
    """A fitted regression, how its inputs are prepared, and the same as lines."""

    model: LogisticRegression
    scale: Scale
    kept: NDArray[np.bool_]
    curves: Curves


@dataclass(frozen=True)
class Scale:
    """How a feature is prepared: bounds, what stands for a gap, mean and spread."""

    low: Floats
    high: Floats
    gap: Floats
    mean: Floats
    spread: Floats

    def apply(self, matrix: Floats) -> Floats:
        """Return standardised features without gaps."""
        filled = np.where(np.isnan(matrix), self.gap, matrix)
        clipped = np.clip(filled, self.low, self.high)
        return (clipped - self.mean) / self.spread


def fit_ridge(lessons: Lessons) -> RidgeFit:
    """Fit the regression; a feature that pulls against its direction is left out.

    Leaving out is repeated until none does, the one that pulls hardest first.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    matrix = lessons.matrix
    scale = _scale(matrix)
    ready = scale.apply(matrix)
    way = np.array([lessons.directions[name] for name in lessons.columns])
    kept = scale.spread < np.inf
    while True:
        model = LogisticRegression(C=PENALTY, solver="newton-cholesky", tol=1e-10)
        with threadpool_limits(limits=1):
            model.fit(ready[:, kept], lessons.truth)
        against = np.zeros(len(way))
        against[kept] = model.coef_[0] * way[kept]
        if not (against < 0).any():
            break
        kept = kept & (np.arange(len(way)) != int(against.argmin()))
    curves = _curves(list(lessons.columns), model, scale, kept)
    return RidgeFit(model, scale, kept, curves)


def _scale(matrix: Floats) -> Scale:
    """Measure each feature; one that never varies gets an infinite spread."""
    empty = np.isnan(matrix).all(axis=0)
    known = np.where(empty, 0.0, matrix)
    low, high = np.nanquantile(known, TAILS, axis=0)
    gap = np.clip(np.nanmedian(known, axis=0), low, high)
    clipped = np.clip(np.where(np.isnan(known), gap, known), low, high)
    spread = clipped.std(axis=0)
    same = spread <= 1e-12 * (1 + np.abs(clipped.mean(axis=0)))
    return Scale(low, high, gap, clipped.mean(axis=0), np.where(same, np.inf, spread))


def _curves(
    names: list[str], model: LogisticRegression, scale: Scale, kept: NDArray[np.bool_]
) -> Curves:
    lines = []
    for weight, at in zip(model.coef_[0], np.flatnonzero(kept), strict=True):
        slope = float(weight / scale.spread[at])
        mean, gap = float(scale.mean[at]), float(scale.gap[at])
        bounds = (float(scale.low[at]), float(scale.high[at]))
        missing = float(on_grid(slope * (gap - mean)))
        lines.append(Line(names[at], slope, mean, *bounds, missing))
    return Curves(float(on_grid(model.intercept_[0])), tuple(lines))
