"""What a score must beat: chance, the plain rule, the points card, who inspects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pil_discovery.leads.scorers.choice import fit_rung
from pil_discovery.leads.scorers.intervals import paired_gain
from pil_discovery.leads.scorers.lessons import row_features
from pil_discovery.leads.scorers.metrics import Ranked, ranked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.leads.scorers.history import Usual
    from pil_discovery.leads.scorers.intervals import Scored
    from pil_discovery.leads.scorers.lessons import Floats, Lessons
    from pil_discovery.leads.scorers.register import Register
    from pil_discovery.leads.scorers.spec import ScorerSpec

BASELINES_ZH = {
    "random": "随机抽查",
    "rule": "只看该对象以往属实率",
    "points": "积分卡",
    "process": "只看谁检查、谁经办（只作对照，不得用于排序）",
    "previous": "旧模型",
}


def baseline_scores(
    values: dict[str, Floats], lessons: Lessons, process: Floats | None
) -> dict[str, Floats]:
    """Return the scores of one period under each baseline.

    Parameters
    ----------
    values
        Features of its rows.
    lessons
        What lies before it.
    process
        See `process_score`; None without process columns.
    """
    rule = values["own_rate"]
    points = fit_rung("points", lessons).logit(values) + np.zeros(len(rule))
    found = {"random": np.zeros(len(rule)), "rule": rule, "points": points}
    return found if process is None else found | {"process": process}


def process_score(
    register: Register, rows: Register, spec: ScorerSpec, norm: Usual
) -> Floats | None:
    """Return the mean past rate of whoever inspected or reported, None without."""
    if not spec.process:
        return None
    only = spec.model_copy(
        update={"place": spec.process, "category": (), "numeric": (), "outcomes": ()}
    )
    values = row_features(
        register, rows.names, {}, spec=only, as_of=rows.day, norm=norm
    )
    rates = [values[f"rate:{column}"] for column in spec.process]
    mean: Floats = np.mean(np.nan_to_num(rates, nan=norm.rate), axis=0)
    return mean


def baseline_table(periods: Sequence[Scored], capacity: float) -> pd.DataFrame:
    """Compare the score with each baseline, period by period.

    Returns
    -------
    DataFrame
        `baseline`, `zh`, `auc`, `precision` (means over periods; at capacity), and
        `auc_gain`, `precision_gain` of the score over it, each with `_low` and `_high`.
    """

    def precision(order: Ranked, weight: Floats | None) -> float:
        return order.found(capacity, weight)

    rows = []
    for name in periods[0].scores:
        if name == "score":
            continue
        orders = [ranked(p.scores[name], p.truth) for p in periods]
        row = {
            "baseline": name,
            "zh": BASELINES_ZH[name],
            "auc": _mean([o.auc() for o in orders]),
            "precision": float(np.mean([o.found(capacity) for o in orders])),
        }
        for what, measure in (("auc", Ranked.auc), ("precision", precision)):
            gain = paired_gain(periods, name="score", over=name, measure=measure)
            row |= {
                f"{what}_gain": gain.value,
                f"{what}_gain_low": gain.low,
                f"{what}_gain_high": gain.high,
            }
        rows.append(row)
    return pd.DataFrame(rows)


def _mean(values: Sequence[float]) -> float:
    """Return the mean of what is defined, NaN where nothing is."""
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")
