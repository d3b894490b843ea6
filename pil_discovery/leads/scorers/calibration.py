"""Turning scores into probabilities by checks later than those learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.leads.scorers.terms import expit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HELD = 10.0
"""How firmly the slope is held at 1: the information of about 80 checks."""
LEAST_SLOPE = 0.05
"""Calibrating never turns the order round."""
_ROUNDS = 100
_EXACT = 1e-12


@dataclass(frozen=True)
class Calibration:
    """Probability = expit(slope · score + start), from `checks` later checks."""

    slope: float = 1.0
    start: float = 0.0
    checks: int = 0


def calibrate(score: Floats, truth: Floats) -> Calibration:
    """Fit a sigmoid to later checks by Newton's method.

    Parameters
    ----------
    score
        Logits of a model that has not seen these checks.
    truth
        1 confirmed, 0 refuted.

    Returns
    -------
    Calibration
        Unchanged scores when the checks are all of one kind.
    """
    if len(score) == 0 or truth.min() == truth.max():
        return Calibration()
    at = np.array([1.0, _level(1.0, score, truth).start])
    for _ in range(_ROUNDS):
        pull, bend = _downhill(at, score, truth)
        step = np.linalg.solve(bend, pull)
        size = 1.0
        while _loss(at - size * step, score, truth) > _loss(at, score, truth) + _EXACT:
            size /= 2
        at = at - size * step
        if np.abs(size * step).max() < _EXACT:
            break
    slope, start = at.tolist()
    if slope < LEAST_SLOPE:
        return _level(LEAST_SLOPE, score, truth)
    return Calibration(slope, start, len(score))


def _loss(at: Floats, score: Floats, truth: Floats) -> float:
    """Return −log of the likelihood, and what holds the slope at 1."""
    logit = at[0] * score + at[1]
    unlikely = np.logaddexp(0.0, logit) - truth * logit
    return float(unlikely.sum() + HELD / 2 * (at[0] - 1) ** 2)


def _downhill(at: Floats, score: Floats, truth: Floats) -> tuple[Floats, Floats]:
    """Return gradient and curvature of the loss; even a sure model bends a little."""
    chance = expit(at[0] * score + at[1])
    weight = chance * (1 - chance) + _EXACT
    missed = chance - truth
    pull = np.array([score @ missed + HELD * (at[0] - 1), missed.sum()])
    cross = float(score @ weight)
    bend = np.array([[float(score**2 @ weight) + HELD, cross], [cross, weight.sum()]])
    return pull, bend


def level(truth: Floats) -> Calibration:
    """Give every row the observed share, with half a check added on either side."""
    odds = (truth.sum() + 0.5) / (len(truth) - truth.sum() + 0.5)
    return Calibration(0.0, float(np.log(odds)), len(truth))


def _level(slope: float, score: Floats, truth: Floats) -> Calibration:
    """Fit the start alone, by halving: the mean probability rises with it."""
    low, high = -60.0, 60.0
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        if expit(slope * score + middle).mean() < truth.mean():
            low = middle
        else:
            high = middle
    return Calibration(slope, (low + high) / 2, len(score))
