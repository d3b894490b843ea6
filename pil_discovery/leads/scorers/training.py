"""Fitting a score: choose the rung, fit it on every check, calibrate on later ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pil_discovery.errors import ArgumentError, Problem
from pil_discovery.leads.scorers.choice import (
    LEAST_CONFIRMED,
    RUNGS,
    candidates,
    choose,
    fit_rung,
    gain_over_chance,
    later_calibration,
    try_out,
)
from pil_discovery.leads.scorers.intervals import Interval
from pil_discovery.leads.scorers.lessons import lessons_of, norm_of
from pil_discovery.leads.scorers.metrics import brier, calibration_error, ranked
from pil_discovery.leads.scorers.register import iso, read_register
from pil_discovery.leads.scorers.scorer import Scorer
from pil_discovery.leads.scorers.terms import expit

if TYPE_CHECKING:
    import pandas as pd

    from pil_discovery.leads.scorers.calibration import Calibration
    from pil_discovery.leads.scorers.choice import Rung, Trial
    from pil_discovery.leads.scorers.lessons import Lessons
    from pil_discovery.leads.scorers.register import Register
    from pil_discovery.leads.scorers.spec import ScorerSpec


def fit_scorer(
    history: pd.DataFrame, spec: ScorerSpec, *, rung: Rung | None = None
) -> Scorer:
    """Learn from checked leads which of the unchecked ones to look at first.

    Three rungs: a points card that needs no labels, a ridge regression, and additive
    monotone boosting. The rung is chosen by the number of confirmed checks and by a
    paired comparison on later checks.

    Parameters
    ----------
    history
        Register of checks, one row each, in any order.
    spec
        Which column plays which part.
    rung
        Fit this rung, whatever the choice would be.

    Returns
    -------
    Scorer
        The same for the same rows, in whatever order they come.

    Raises
    ------
    ArgumentError
        Columns that are missing, unreadable, personal, or of the process; no check
        with an outcome; a rung that outcomes of one kind alone cannot be fitted to.
    """
    return fit_register(read_register(history, spec), spec, rung=rung)


def fit_register(
    register: Register, spec: ScorerSpec, *, rung: Rung | None = None
) -> Scorer:
    """Fit a score to a register that has been read; see `fit_scorer`."""
    demand_checks(register, spec)
    hits = int(register.outcome.sum())
    allowed = candidates(hits, len(register) - hits)
    _demand_rung(rung, hits, len(register) - hits)
    tried: tuple[Rung, ...] = tuple(
        r for r in RUNGS if r == rung or (rung is None and r in allowed)
    )
    trial = try_out(register, spec, tried)
    chosen: Rung = rung or choose(allowed, trial)
    norm = norm_of(register, spec)
    lessons = lessons_of(register, spec, norm)
    calibration = later_calibration(chosen, trial)
    curves = fit_rung(chosen, lessons).scaled(calibration.slope, calibration.start)
    fitted = Fitted(register, lessons, trial, calibration, chosen, rung is not None)
    return Scorer(spec, chosen, norm, curves, fitted.facts())


def demand_checks(register: Register, spec: ScorerSpec) -> None:
    """Refuse a register without any outcome.

    Raises
    ------
    ArgumentError
        In Chinese.
    """
    if not len(register):
        what = f"“{spec.target}”全是空的，没有一次检查有结果"
        raise ArgumentError(Problem("", "", what, "请先登记核查结果，再来学习"))


def _demand_rung(rung: Rung | None, hits: int, misses: int) -> None:
    if rung is not None and rung not in RUNGS:
        raise ArgumentError(f"没有“{rung}”这一级，可用：{'、'.join(RUNGS)}")
    if rung in {"ridge", "additive"} and min(hits, misses) == 0:
        what = f"属实 {hits} 次、不属实 {misses} 次，只有一种结果，无法学习"
        raise ArgumentError(Problem("", "", what, "可先用积分卡（points）"))


@dataclass(frozen=True)
class Fitted:
    """Everything that is known of a fit, for the record."""

    register: Register
    lessons: Lessons
    trial: Trial
    calibration: Calibration
    rung: Rung
    told: bool

    def facts(self) -> dict[str, Any]:
        """Return plain values for the JSON and the model card."""
        days, hits = self.register.day, int(self.register.outcome.sum())
        return {
            "training": {
                "checks": len(self.register),
                "confirmed": hits,
                "first": iso(int(days.min())),
                "last": iso(int(days.max())),
                "learned_from": len(self.lessons.truth),
                "sha256": self.lessons.sha256(),
            },
            "calibration": {
                "slope": self.calibration.slope,
                "start": self.calibration.start,
                "checks": self.calibration.checks,
            },
            "choice": self._choice(),
            "later": self._later(),
        }

    def _later(self) -> dict[str, Any] | None:
        """Measure the rung on the later checks that it was tried on."""
        periods = self.trial.periods
        if not periods:
            return None
        score = np.concatenate([p.scores[self.rung] for p in periods])
        truth = np.concatenate([p.truth for p in periods])
        chance = expit(self.calibration.slope * score + self.calibration.start)
        honest = calibration_error(chance, truth)
        over = self.trial.over_chance.get(self.rung) or gain_over_chance(
            periods, self.rung
        )
        auc = Interval(0.5 + over.value, 0.5 + over.low, 0.5 + over.high)
        return {
            "checks": len(truth),
            "confirmed": int(truth.sum()),
            "auc": _rounded(auc),
            "brier": round(brier(chance, truth), 4),
            "ece": round(honest.ece, 4),
            "ece_floor": round(honest.floor, 4),
        }

    def _choice(self) -> dict[str, Any]:
        return {
            "told": self.told,
            "least_confirmed": dict(LEAST_CONFIRMED),
            "folds": [
                {
                    "checks": len(p.truth),
                    "confirmed": int(p.truth.sum()),
                    "auc": {
                        r: round(ranked(s, p.truth).auc(), 4)
                        for r, s in p.scores.items()
                    },
                }
                for p in self.trial.periods
            ],
            "over_chance_auc": {
                rung: _rounded(found) for rung, found in self.trial.over_chance.items()
            },
            "additive_over_ridge_auc": _rounded(self.trial.gain),
        }


def _rounded(found: Interval | None) -> list[float] | None:
    if found is None or np.isnan(found.value):
        return None
    return [round(value, 4) for value in (found.value, found.low, found.high)]
