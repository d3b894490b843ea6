"""What lists would have been worth: every period ranked by what was known before it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pil_discovery.errors import ArgumentError, Problem
from pil_discovery.leads.scorers.audit import audit_table
from pil_discovery.leads.scorers.baselines import baseline_table
from pil_discovery.leads.scorers.drift import drift_table
from pil_discovery.leads.scorers.fold import CAPACITY, fold_row, judge_fold
from pil_discovery.leads.scorers.intervals import Scored
from pil_discovery.leads.scorers.leaks import Leak, find_leaks
from pil_discovery.leads.scorers.metrics import calibration_error
from pil_discovery.leads.scorers.periods import period_numbers, unit_of
from pil_discovery.leads.scorers.register import read_register
from pil_discovery.leads.scorers.training import demand_checks

if TYPE_CHECKING:
    from pil_discovery.leads.scorers.metrics import Calibrated
    from pil_discovery.leads.scorers.periods import Unit
    from pil_discovery.leads.scorers.register import Register
    from pil_discovery.leads.scorers.scorer import Scorer
    from pil_discovery.leads.scorers.spec import ScorerSpec

LEAST_BEFORE = 20
"""Checks that must lie before the first judged period."""


@dataclass(frozen=True)
class Backtest:
    """Rolling origin over calendar periods: learn from all before, rank the next.

    Within a period the list is drawn up anew each day, from checks before that day; the
    model stays that of the first day.

    Attributes
    ----------
    spec
        The columns.
    unit
        `quarter`, `month` or `week`.
    folds
        One row a period: `period`, `first`, `last`, `checks`, `confirmed`,
        `base_rate`, `mean_score`, `rung`, `auc` with `_low` and `_high` (95 %,
        bootstrap), `auc_frozen` (one list for the whole period), `average_precision`;
        of the first fifth `listed`, `expected` and `found` (confirmed), `precision`,
        `recall`, `lift`; `precision_50`, `precision_100` with `_best` and `_worst` over
        ties; `days_earlier`, `first_half`, `first_half_before`, `brier`, `ece`,
        `ece_floor`; `window_14`, `window_30`, `window_90`, `window_365` (days taken for
        them).
    baselines
        One row a baseline, see `baselines.baseline_table`.
    audit
        One row a value of a place or kind, see `audit.audit_table`.
    drift
        One row a period, see `drift.drift_table`.
    reliability
        Ten groups of equal size over all periods: `checks`, `mean_score`, `observed`.
    calibration
        `ece`, `ece_floor`, `ece_floor_high` over all periods.
    leaks
        Columns that seem to know what could not yet be known.
    """

    spec: ScorerSpec
    unit: Unit
    folds: pd.DataFrame
    baselines: pd.DataFrame
    audit: pd.DataFrame
    drift: pd.DataFrame
    reliability: pd.DataFrame
    calibration: dict[str, float]
    leaks: tuple[Leak, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values; numbers that do not exist are None."""
        tables = ("folds", "baselines", "audit", "drift", "reliability")
        return {
            "spec": self.spec.model_dump(mode="json"),
            "unit": self.unit,
            **{name: _records(getattr(self, name)) for name in tables},
            "calibration": dict(self.calibration),
            "leaks": [leak.as_dict() for leak in self.leaks],
        }


def backtest(
    history: pd.DataFrame,
    spec: ScorerSpec,
    *,
    folds: int = 8,
    previous: Scorer | None = None,
) -> Backtest:
    """Judge scores the way they would have been used.

    Parameters
    ----------
    history
        Register of checks, one row each, in any order.
    spec
        Which column plays which part.
    folds
        How many of the last calendar periods to judge.
    previous
        An older scorer for the same columns, to compare with.

    Raises
    ------
    ArgumentError
        As `fit_scorer`; also a register too short, or a previous scorer for other
        columns.
    """
    register = read_register(history, spec)
    demand_checks(register, spec)
    if previous is not None and previous.spec != spec:
        raise ArgumentError("旧模型所用的列与评分说明不同，不能逐行比较")
    unit = unit_of(register.day, folds)
    judged = [
        judge_fold(register, number, unit, spec=spec, previous=previous)
        for number in _periods(register, unit, folds)
    ]
    chance = np.concatenate([fold.scores["score"] for fold in judged])
    truth = np.concatenate([fold.rows.outcome for fold in judged])
    overall = calibration_error(chance, truth)
    compared = [
        Scored(f.rows.outcome, {n: s for n, s in f.scores.items() if n != "frozen"})
        for f in judged
    ]
    return Backtest(
        spec=spec,
        unit=unit,
        folds=pd.DataFrame([fold_row(fold) for fold in judged]),
        baselines=baseline_table(compared, CAPACITY),
        audit=audit_table(
            [(f.rows, f.scores["score"]) for f in judged], spec, CAPACITY
        ),
        drift=drift_table((f.name, f.drift) for f in judged),
        reliability=_reliability(overall),
        calibration={
            "ece": overall.ece,
            "ece_floor": overall.floor,
            "ece_floor_high": overall.floor_high,
        },
        leaks=find_leaks(history, register, spec),
    )


def _periods(register: Register, unit: Unit, folds: int) -> list[int]:
    """Return the last periods that have enough checks before them."""
    numbers = period_numbers(register.day, unit)
    wanted = np.unique(numbers)[-folds:].tolist()
    ready = [n for n in wanted if (numbers < n).sum() >= LEAST_BEFORE]
    if not ready:
        what = f"此前的核查不足 {LEAST_BEFORE} 次，没有一个时段可以回测"
        raise ArgumentError(Problem("", "", what, "请给更长的历史，或减少 folds"))
    return ready


def _reliability(found: Calibrated) -> pd.DataFrame:
    return pd.DataFrame(found.table, columns=["checks", "mean_score", "observed"])


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in table.to_dict(orient="records")
    ]


def _plain(value: Any) -> Any:  # noqa: ANN401 -- a cell of a table
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
