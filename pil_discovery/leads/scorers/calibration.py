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
    slope, start = 1.0, _level(1.0, score, truth).start
    for _ in range(_ROUNDS):
        chance = expit(slope * score + start)
        weight = chance * (1 - chance)
        pull = np.array(
            [
                score @ (chance - truth) + HELD * (slope - 1),
                (chance - truth).sum(),
            ]
        )
        cross = float(score @ weight)
        bend = np.array(
            [[float(score**2 @ weight) + HELD, cross], [cross, float(weight.sum())]]
        )
        step = np.linalg.solve(bend, pull)
        slope, start = slope - float(step[0]), start - float(step[1])
        if np.abs(step).max() < _EXACT:
            break
    if slope < LEAST_SLOPE:
        return _level(LEAST_SLOPE, score, truth)
    return Calibration(slope, start, len(score))


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
