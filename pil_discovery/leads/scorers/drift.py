"""Whether the world has moved away from what the score has learned.

Two alarms need outcomes: the confirmed share against that of all checks before, and
against what the score expected. Both allow for how much shares differed between earlier
periods. One needs none: the scores of the period against those of the last year.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pil_discovery.leads.scorers.explanation import feature_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from pil_discovery.leads.scorers.lessons import Floats, Lessons
    from pil_discovery.leads.scorers.scorer import Scorer

    Ints = NDArray[np.int64]

ALARM_Z = 3.5
"""Standard errors: two alarms in eight periods by chance once in 130 registers."""
ALARM_PSI = 0.25
"""The usual limit of the population stability index, on top of what chance gives."""
LEAST_PERIODS = 4
"""Earlier periods from which their scatter is measured."""
LEAST_CHECKS = 30
"""Checks that a period needs before anything is said of it."""
BINS = 10
YEAR_DAY = 365


@dataclass(frozen=True)
class Before:
    """What lay before a period.

    Attributes
    ----------
    confirmed, checks
        Of each earlier period, in order.
    calibrated_on
        Checks that the sigmoid was fitted to, 0 without.
    score
        Scores of the last year before it.
    features
        Feature → values in that year.
    """

    confirmed: Floats
    checks: Floats
    calibrated_on: int
    score: Floats
    features: Mapping[str, Floats]


@dataclass(frozen=True)
class Drift:
    """How one period differs from what lay before it.

    Attributes
    ----------
    base_rate, mean_score
        Confirmed share, and mean probability.
    rate_z, score_z
        Standard errors from the share before, and from the mean probability.
    psi
        Population stability index of the scores.
    psi_feature, feature
        The largest one of a feature, and its name.
    """

    base_rate: float
    mean_score: float
    rate_z: float
    score_z: float
    psi: float
    psi_feature: float
    feature: str
    reasons: tuple[str, ...]


def year_before(
    lessons: Lessons, scorer: Scorer, confirmed: Floats, checks: Floats
) -> Before:
    """Collect what a period is compared with."""
    late = lessons.day > lessons.day[-1] - YEAR_DAY
    features = {name: column[late] for name, column in lessons.columns.items()}
    score = scorer.score(pd.DataFrame(features))
    calibrated = int(scorer.facts["calibration"]["checks"])
    return Before(confirmed, checks, calibrated, score, features)


def judge_drift(
    before: Before, features: Mapping[str, Floats], score: Floats, truth: Floats
) -> Drift:
    """Compare a period with what lay before it."""
    scatter = _scatter(before)
    rate_z = _rate_z(before, truth, scatter)
    score_z = _score_z(before, score, truth, scatter)
    moved = psi(before.score, score)
    # rates of places and kinds are the same for many rows and always move a little
    by_feature = {
        name: psi(before.features[name], values)
        for name, values in features.items()
        if not name.startswith("rate")
    }
    most = max(by_feature, key=lambda name: (by_feature[name], name))
    reasons = []
    if len(truth) >= LEAST_CHECKS:
        reasons = list(_reasons(rate_z, score_z))
        if moved > ALARM_PSI + _chance_psi(len(before.score), len(score)):
            reasons.append(f"得分的分布与前一年明显不同（PSI {moved:.2f}）")
    return Drift(
        base_rate=float(truth.mean()),
        mean_score=float(score.mean()),
        rate_z=rate_z,
        score_z=score_z,
        psi=moved,
        psi_feature=by_feature[most],
        feature=most,
        reasons=tuple(reasons),
    )


def drift_table(named: Iterable[tuple[str, Drift]]) -> pd.DataFrame:
    """Lay periods out.

    Returns
    -------
    DataFrame
        `period`, `base_rate`, `mean_score`, `rate_z`, `score_z`, `psi`, `psi_feature`,
        `feature`, `feature_zh`, `alarm` (truth value), `zh` (why, empty without alarm).
    """
    rows = []
    for period, drift in named:
        told = {k: v for k, v in vars(drift).items() if k != "reasons"}
        words = {
            "feature_zh": feature_words(drift.feature),
            "alarm": bool(drift.reasons),
            "zh": "；".join(drift.reasons),
        }
        rows.append({"period": period} | told | words)
    return pd.DataFrame(rows)


def psi(before: Floats, now: Floats) -> float:
    """Return the population stability index over tenths of what lay before.

    Missing values are a group of their own; half a row is added to every group, so
    that an empty one gives no infinite index.
    """
    known = before[~np.isnan(before)]
    edges = np.unique(
        np.quantile(known, np.arange(1, BINS) / BINS) if len(known) else known
    )
    shares = []
    for values in (before, now):
        group = np.where(
            np.isnan(values), len(edges) + 1, np.searchsorted(edges, values)
        )
        count = np.bincount(group.astype(int), minlength=len(edges) + 2) + 0.5
        shares.append(count / count.sum())
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def _chance_psi(first: int, second: int) -> float:
    """Return a high quantile of the index of equal distributions (χ² with 10 bins)."""
    return (BINS + 3 * math.sqrt(2 * BINS)) * (1 / max(first, 1) + 1 / max(second, 1))


def _scatter(before: Before) -> float:
    """Return how much wider shares of earlier periods differ than by chance, ≥ 1."""
    told = before.checks >= LEAST_CHECKS
    hits, checks = before.confirmed[told], before.checks[told]
    if len(checks) < LEAST_PERIODS:
        return 1.0
    rate = hits.sum() / checks.sum()
    if not 0 < rate < 1:
        return 1.0
    excess = ((hits - checks * rate) ** 2 / (checks * rate * (1 - rate))).sum()
    return max(1.0, float(excess) / (len(checks) - 1))


def _rate_z(before: Before, truth: Floats, scatter: float) -> float:
    n = len(truth)
    total = before.checks.sum()
    rate = (before.confirmed.sum() + 0.5) / (total + 1)
    spread = rate * (1 - rate) * (1 / n + 1 / total) * scatter
    return float((truth.mean() - rate) / math.sqrt(spread))


def _score_z(before: Before, score: Floats, truth: Floats, scatter: float) -> float:
    """Return standard errors between outcomes and what was expected of them.

    The expectation is itself known only as well as the sigmoid's checks allow.
    """
    n, base = len(score), max(before.calibrated_on, 1)
    own = float((score * (1 - score)).sum())
    learned = own * n / base
    return float((truth.sum() - score.sum()) / math.sqrt((own + learned) * scatter))


def _reasons(rate_z: float, score_z: float) -> Iterable[str]:
    if abs(rate_z) > ALARM_Z:
        way = "高" if rate_z > 0 else "低"
        yield f"属实率明显{way}于此前（{abs(rate_z):.1f} 个标准误）"
    if abs(score_z) > ALARM_Z:
        way = "低" if score_z > 0 else "高"
        yield f"预期属实率明显偏{way}（{abs(score_z):.1f} 个标准误），请重新校准"
