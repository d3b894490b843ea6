"""What a score is a sum of: one function of one feature, in whole grid units.

Every contribution is a whole multiple of 2⁻⁴⁴ (6 · 10⁻¹⁴). Sums of such numbers below
2⁹ need no rounding in double precision: contributions add up to the score exactly, in
any order, on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

GRID = 2.0**44


def on_grid(value: Any) -> Any:  # noqa: ANN401 -- a number or an array of numbers
    """Round to the nearest multiple of 2⁻⁴⁴."""
    return np.round(np.multiply(value, GRID)) / GRID


@dataclass(frozen=True)
class Steps:
    """A step function: `values[i]` holds up to and including `edges[i]`.

    Attributes
    ----------
    feature
        Name of the feature.
    edges
        Ascending, one fewer than `values`.
    values
        Contribution of each interval, logit.
    missing
        Contribution of a missing value.
    """

    feature: str
    edges: tuple[float, ...]
    values: tuple[float, ...]
    missing: float

    def at(self, x: Floats) -> Floats:
        """Return the contribution of each value."""
        values = np.array(self.values)
        found = values[
            np.searchsorted(self.edges, x, side="left").clip(0, len(values) - 1)
        ]
        return np.where(np.isnan(x), self.missing, found)

    def scaled(self, by: float) -> Steps:
        """Return the term times a number, on the grid."""
        values = tuple(on_grid(np.array(self.values) * by).tolist())
        return Steps(
            self.feature, self.edges, values, float(on_grid(self.missing * by))
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "kind": "steps",
            "feature": self.feature,
            "edges": list(self.edges),
            "values": list(self.values),
            "missing": self.missing,
        }


@dataclass(frozen=True)
class Line:
    """A straight line between two bounds: slope · (clip(x, low, high) − centre).

    Attributes
    ----------
    feature
        Name of the feature.
    slope
        Logit per unit of the feature.
    centre
        Mean of the training period, where the contribution is zero.
    low, high
        Beyond them the contribution stays as it is.
    missing
        Contribution of a missing value.
    """

    feature: str
    slope: float
    centre: float
    low: float
    high: float
    missing: float

    def at(self, x: Floats) -> Floats:
        """Return the contribution of each value."""
        found = on_grid(self.slope * (np.clip(x, self.low, self.high) - self.centre))
        return np.where(np.isnan(x), self.missing, found)

    def scaled(self, by: float) -> Line:
        """Return the term times a number."""
        missing = float(on_grid(self.missing * by))
        return Line(
            self.feature, self.slope * by, self.centre, self.low, self.high, missing
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "kind": "line",
            "feature": self.feature,
            "slope": self.slope,
            "centre": self.centre,
            "low": self.low,
            "high": self.high,
            "missing": self.missing,
        }


Term = Steps | Line


@dataclass(frozen=True)
class Curves:
    """A score: a start and one or more terms for each feature, on the logit."""

    start: float
    terms: tuple[Term, ...]

    def logit(self, values: Mapping[str, Floats]) -> Floats:
        """Add the terms up, row for row."""
        total: Any = self.start
        for term in self.terms:
            total = total + term.at(values[term.feature])
        return np.asarray(total, dtype=float)

    def scaled(self, slope: float, start: float) -> Curves:
        """Return slope · score + start."""
        begin = float(on_grid(self.start * slope + start))
        return Curves(begin, tuple(term.scaled(slope) for term in self.terms))


def term_of(told: Mapping[str, Any]) -> Term:
    """Read a term from plain values."""
    parts = {key: value for key, value in told.items() if key != "kind"}
    if told["kind"] == "line":
        return Line(**parts)
    return Steps(
        parts["feature"],
        tuple(parts["edges"]),
        tuple(parts["values"]),
        parts["missing"],
    )


def mixed(first: Curves, second: Curves, share: float) -> Curves:
    """Return share · first + (1 − share) · second."""
    one, other = first.scaled(share, 0.0), second.scaled(1 - share, 0.0)
    start = float(on_grid(one.start + other.start))
    return Curves(start, (*one.terms, *other.terms))


def expit(logit: Floats) -> Floats:
    """Return probabilities; exp of −|x| never overflows."""
    small = np.exp(-np.abs(logit))
    return np.where(logit >= 0, 1.0, small) / (1.0 + small)
