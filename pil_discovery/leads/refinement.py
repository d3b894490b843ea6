"""Certainty learned from checked leads: a logistic regression that can only agree.

Three variables, none of which may count against a lead: the certainty of the points
card (its logit), what can be proved, and inaction. Learned only from 200 checked leads,
50 of them true and 50 not (ten events for each variable and more), on the earlier ones,
calibrated on later ones, judged on the latest; kept only if it is better there than the
points card, with an interval above zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.leads.formula import rounded
from pil_discovery.leads.quality import latest
from pil_discovery.leads.scorers.calibration import calibrate
from pil_discovery.leads.scorers.terms import expit
from pil_discovery.types import Refinement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from pil_discovery.types import Parts, Verdict

    Floats = NDArray[np.float64]

LEAST_CHECKED, LEAST_OF_EACH = 200, 50
FIT, CALIBRATED = 0.6, 0.8
"""Shares of the checks, by day, up to which is fitted and calibrated."""
PENALTY = 1.0
"""Of the slopes of standardised variables."""
DRAWS = 1000
_ROUNDS = 100
_EXACT = 1e-10
_FOURTH = Decimal("0.0001")
_LEAST = 1e-4


@dataclass(frozen=True)
class Refused:
    """Why nothing was learned, in Chinese."""

    zh: str


def refined(parts: Parts, by: Refinement) -> Parts:
    """Return parts whose certainty is the one that was learned.

    Logit = start + a · logit(certainty) + b · V + c · I; `parts` hold the verifiability
    of the administrative route.
    """
    logit = float(by.certainty) * _variables(parts)[0] + _rest(parts, by)
    return parts.model_copy(update={"certainty": rounded(_share(logit))})


def plain(parts: Parts, by: Refinement) -> Parts:
    """Return parts with the certainty of the points card: `refined` turned round."""
    logit = (_variables(parts)[0] - _rest(parts, by)) / float(by.certainty)
    return parts.model_copy(update={"certainty": rounded(_share(logit))})


def _rest(parts: Parts, by: Refinement) -> float:
    _, verifiability, inaction = _variables(parts)
    learned = float(by.verifiability) * verifiability + float(by.inaction) * inaction
    return float(by.start) + learned


def _share(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def learn(verdicts: Iterable[Verdict], sha256: str) -> Refinement | Refused:
    """Learn from the checked leads whose parts are on record.

    Parameters
    ----------
    verdicts
        In file order.
    sha256
        Hash of their file.
    """
    told = sorted(
        (
            v
            for v in latest(verdicts).values()
            if v.outcome != "unclear" and v.parts is not None
        ),
        key=lambda v: (v.on, v.lead_id),
    )
    truth = np.array([v.outcome == "confirmed" for v in told], dtype=float)
    hits = int(truth.sum())
    if len(told) < LEAST_CHECKED or min(hits, len(told) - hits) < LEAST_OF_EACH:
        return Refused(
            f"记有评分的核查 {len(told)} 件、属实 {hits} 件；"
            f"至少要 {LEAST_CHECKED} 件，属实、不属实各 {LEAST_OF_EACH} 件"
        )
    matrix = np.array([_variables(v.parts) for v in told if v.parts is not None])
    first, second = (int(share * len(told)) for share in (FIT, CALIBRATED))
    slopes, start = _fitted(matrix[:first], truth[:first])
    if slopes[0] <= 0:
        return Refused("学得的结果与原来的确定性无关，不予采用")
    calibration = calibrate(
        (matrix @ slopes + start)[first:second], truth[first:second]
    )
    slopes, start = slopes * calibration.slope, start * calibration.slope
    numbers = [_decimal(x) for x in (start + calibration.start, *slopes)]
    gain, low, high = _gain(matrix[second:], truth[second:], numbers)
    if low <= 0:
        return Refused(
            f"在最近的 {len(told) - second} 件上没有比原来的确定性更准（对数损失"
            f"相差 {gain:+.4f}，95% 区间 {low:+.4f} 至 {high:+.4f}），不予采用"
        )
    return Refinement(
        start=numbers[0],
        certainty=numbers[1],
        verifiability=numbers[2],
        inaction=numbers[3],
        checked=len(told),
        confirmed=hits,
        until=told[-1].on,
        gain=tuple(_decimal(x) for x in (gain, low, high)),
        verdicts_sha256=sha256,
    )


def _variables(parts: Parts) -> tuple[float, float, float]:
    return (
        _logit(float(parts.certainty)),
        float(parts.verifiability),
        float(parts.inaction),
    )


def _logit(share: float) -> float:
    kept = min(max(share, _LEAST), 1 - _LEAST)
    return math.log(kept / (1 - kept))


def _fitted(matrix: Floats, truth: Floats) -> tuple[Floats, float]:
    """Fit slopes that are not negative; one that pulls down is left out."""
    mean, spread = matrix.mean(axis=0), matrix.std(axis=0)
    used = spread > _EXACT
    while True:
        ready = (matrix[:, used] - mean[used]) / spread[used]
        found = _newton(ready, truth)
        if not (found[1:] < 0).any():
            break
        used[np.flatnonzero(used)[int(found[1:].argmin())]] = False
    slopes = np.zeros(matrix.shape[1])
    slopes[used] = found[1:] / spread[used]
    return slopes, float(found[0] - slopes @ mean)


def _newton(ready: Floats, truth: Floats) -> Floats:
    table = np.column_stack([np.ones(len(ready)), ready])
    held = np.diag([0.0, *[PENALTY] * ready.shape[1]])
    at = np.zeros(table.shape[1])
    for _ in range(_ROUNDS):
        chance = expit(table @ at)
        pull = table.T @ (chance - truth) + held @ at
        bend = (table * (chance * (1 - chance) + _EXACT)[:, None]).T @ table + held
        step = np.linalg.solve(bend, pull)
        at = at - step
        if np.abs(step).max() < _EXACT:
            break
    return at


def _gain(
    matrix: Floats, truth: Floats, numbers: Sequence[Decimal]
) -> tuple[float, float, float]:
    """Return by how much the log loss is smaller, with its 95 % bootstrap interval."""
    start, *slopes = map(float, numbers)
    losses = [
        np.logaddexp(0.0, logit) - truth * logit
        for logit in (matrix[:, 0], matrix @ np.array(slopes) + start)
    ]
    gained = losses[0] - losses[1]
    draw = np.random.default_rng(0)
    means = gained[draw.integers(0, len(gained), (DRAWS, len(gained)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975]).tolist()
    return float(gained.mean()), low, high


def _decimal(value: float) -> Decimal:
    return Decimal(repr(float(value))).quantize(_FOURTH, ROUND_HALF_UP)
