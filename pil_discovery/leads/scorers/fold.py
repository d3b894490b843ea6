"""One judged period: what was learned before it, and how its rows were ranked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pil_discovery.leads.scorers.baselines import baseline_scores, process_score
from pil_discovery.leads.scorers.drift import judge_drift, year_before
from pil_discovery.leads.scorers.history import RECENT_DAY, window_days
from pil_discovery.leads.scorers.intervals import auc_interval
from pil_discovery.leads.scorers.lessons import lessons_of, row_features
from pil_discovery.leads.scorers.metrics import (
    brier,
    calibration_error,
    precision_at,
    ranked,
    replay,
)
from pil_discovery.leads.scorers.periods import first_day, period_name, period_numbers
from pil_discovery.leads.scorers.register import checks_of, iso
from pil_discovery.leads.scorers.training import fit_register

if TYPE_CHECKING:
    from pil_discovery.leads.scorers.drift import Drift
    from pil_discovery.leads.scorers.lessons import Floats, Ints
    from pil_discovery.leads.scorers.periods import Unit
    from pil_discovery.leads.scorers.register import Register
    from pil_discovery.leads.scorers.scorer import Scorer
    from pil_discovery.leads.scorers.spec import ScorerSpec

CAPACITY = 0.2
"""Share of a period that can be checked: precision, recall and the audit rest on it."""
TOPS = (50, 100)


@dataclass(frozen=True)
class Fold:
    """One judged period.

    Attributes
    ----------
    name
        2014Q3, 2014-09 or the Monday of a week.
    scorer
        Fitted to everything before it.
    rows
        Its checks.
    scores
        Probabilities under `score` (a list drawn up anew each day) and `frozen` (one
        list for the whole period), and the scores of the baselines.
    drift
        Against what lay before.
    windows
        Days that recent rates look back on its first day.
    """

    name: str
    scorer: Scorer
    rows: Register
    scores: dict[str, Floats]
    drift: Drift
    windows: tuple[int, ...]


def judge_fold(
    register: Register,
    number: int,
    unit: Unit,
    *,
    spec: ScorerSpec,
    previous: Scorer | None,
) -> Fold:
    """Learn from everything before a period and rank its rows.

    Parameters
    ----------
    register
        All checks.
    number, unit
        The period, see `periods`.
    spec
        The columns.
    previous
        An older scorer for the same columns.
    """
    numbers = period_numbers(register.day, unit)
    before, rows = register.part(numbers < number), register.part(numbers == number)
    scorer = fit_register(before, spec)
    start = np.full(len(rows), first_day(number, unit))
    daily = _values(scorer, register, rows, rows.day)
    frozen = _values(scorer, before, rows, start)
    lessons = lessons_of(before, spec, scorer.norm)
    process = process_score(register, rows, spec, scorer.norm)
    scores = {
        "score": scorer.score(pd.DataFrame(daily)),
        "frozen": scorer.score(pd.DataFrame(frozen)),
        **baseline_scores(daily, lessons, process),
    }
    if previous is not None:
        old = _values(previous, register, rows, rows.day)
        scores["previous"] = previous.score(pd.DataFrame(old))
    past = year_before(lessons, scorer, *_tallies(before, numbers[numbers < number]))
    drift = judge_drift(past, daily, scores["score"], rows.outcome)
    windows = _windows(before, int(start[0]), scorer)
    return Fold(period_name(number, unit), scorer, rows, scores, drift, windows)


def _values(
    scorer: Scorer, past: Register, rows: Register, as_of: Ints
) -> dict[str, Floats]:
    return row_features(
        past, rows.names, rows.numbers, spec=scorer.spec, as_of=as_of, norm=scorer.norm
    )


def _tallies(before: Register, numbers: Ints) -> tuple[Floats, Floats]:
    """Return confirmed and all checks of each earlier period."""
    _, where = np.unique(numbers, return_inverse=True)
    confirmed = np.bincount(where, before.outcome).astype(float)
    return confirmed, np.bincount(where).astype(float)


def _windows(before: Register, day: int, scorer: Scorer) -> tuple[int, ...]:
    checks, _ = checks_of(before, before.names, scorer.spec, before.day)
    at = np.array([day], dtype=np.int64)
    return tuple(int(window_days(checks, at, scorer.norm, d)[0]) for d in RECENT_DAY)


def fold_row(fold: Fold) -> dict[str, Any]:
    """Measure one period; the columns are those of `Backtest.folds`."""
    truth, chance, day = fold.rows.outcome, fold.scores["score"], fold.rows.day
    order = ranked(chance, truth)
    auc = auc_interval(truth, chance)
    calibrated = calibration_error(chance, truth)
    real = replay(chance, truth, day)
    return {
        "period": fold.name,
        "first": iso(int(day.min())),
        "last": iso(int(day.max())),
        "checks": len(truth),
        "confirmed": int(truth.sum()),
        "base_rate": float(truth.mean()),
        "mean_score": float(chance.mean()),
        "rung": fold.scorer.rung,
        "auc": auc.value,
        "auc_low": auc.low,
        "auc_high": auc.high,
        "auc_frozen": ranked(fold.scores["frozen"], truth).auc(),
        "average_precision": order.average_precision(),
        **_at_capacity(chance, truth),
        **_at_tops(chance, truth),
        "days_earlier": real.days_earlier,
        "first_half": real.first_half,
        "first_half_before": real.first_half_before,
        "brier": brier(chance, truth),
        "ece": calibrated.ece,
        "ece_floor": calibrated.floor,
        **{f"window_{d}": w for d, w in zip(RECENT_DAY, fold.windows, strict=True)},
    }


def _at_capacity(chance: Floats, truth: Floats) -> dict[str, float]:
    """Measure the first fifth: how many were expected there, and found."""
    k = max(1, round(CAPACITY * len(truth)))
    precision, hits = precision_at(chance, truth, k).mean, float(truth.sum())
    return {
        "listed": k,
        "expected": float(np.sort(chance)[-k:].sum()),
        "found": precision * k,
        "precision": precision,
        "recall": precision * k / hits if hits else np.nan,
        "lift": precision / truth.mean() if hits else np.nan,
    }


def _at_tops(chance: Floats, truth: Floats) -> dict[str, float]:
    found: dict[str, float] = {}
    for k in TOPS:
        top = precision_at(chance, truth, k)
        found |= {
            f"precision_{k}": top.mean,
            f"precision_{k}_best": top.best,
            f"precision_{k}_worst": top.worst,
        }
    return found
