import json

import numpy as np
import pandas as pd
import pytest

from pil_discovery.errors import ArgumentError
from pil_discovery.leads.scorers.backtesting import backtest
from pil_discovery.leads.scorers.drift import ALARM_PSI, Before, judge_drift, psi
from pil_discovery.leads.scorers.periods import unit_of
from pil_discovery.leads.scorers.training import fit_scorer
from tests.leads.scorers.builders import SPEC, register


@pytest.fixture(scope="module")
def history():
    """Three years; two inspectors, one of whom finds nearly everything."""
    history = register(2400, days=1095)
    draw = np.random.default_rng(1)
    strict = draw.random(len(history)) < np.where(history["属实"], 0.8, 0.3)
    return history.assign(检查人=np.where(strict, "甲", "乙"))


@pytest.fixture(scope="module")
def found(history):
    spec = SPEC.model_copy(update={"process": ("检查人",)})
    return backtest(history, spec, previous=fit_scorer(history[:800], spec))


def test_the_last_eight_quarters_are_judged(found):
    assert found.unit == "quarter"
    assert found.folds["period"].tolist()[0] == "2025Q1"
    assert found.folds["period"].tolist()[-1] == "2026Q4"
    assert len(found.folds) == 8
    assert (found.folds["auc_low"] <= found.folds["auc"]).all()
    assert found.folds["auc"].mean() > 0.6


def test_all_baselines_are_compared_with_intervals(found):
    table = found.baselines.set_index("baseline")
    assert list(table.index) == ["random", "rule", "points", "process", "previous"]
    assert table.loc["random", "auc"] == 0.5
    assert table.loc["random", "auc_gain_low"] > 0
    assert table.loc["process", "auc"] > 0.65  # who inspects tells more than the case


def test_the_process_column_moves_no_score(history, found):
    plain = backtest(history, SPEC)
    assert plain.folds["auc"].equals(found.folds["auc"])
    assert "process" not in plain.baselines["baseline"].tolist()


def test_the_audit_counts_every_row_and_doubts_small_groups(found):
    towns = found.audit[found.audit["column"] == "乡镇"]
    assert towns["n"].sum() == found.folds["checks"].sum()
    assert towns["confirmed"].sum() == found.folds["confirmed"].sum()
    assert towns["listed"].sum() == found.folds["listed"].sum()
    few = found.audit["confirmed"] < 30
    assert (found.audit.loc[few, "verdict"] == "证据不足").all()
    assert (found.audit.loc[~few, "verdict"] == "可供参考").all()


def test_everything_is_plain_json(found):
    told = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert told["leaks"] == []
    assert len(told["folds"]) == 8
    assert len(told["reliability"]) == 10


def test_the_order_of_the_register_does_not_matter(history):
    one = backtest(history, SPEC, folds=2).as_dict()
    shuffled = history.sample(frac=1, random_state=2)
    assert backtest(shuffled, SPEC, folds=2).as_dict() == one


@pytest.mark.parametrize(
    ("days", "unit"), [(1095, "quarter"), (400, "month"), (90, "week")]
)
def test_short_registers_are_cut_finer(days, unit):
    assert unit_of(np.arange(20_000, 20_000 + days), 8) == unit


@pytest.mark.parametrize("days", [1, 5])
def test_too_short_a_register_is_refused(days):
    with pytest.raises(ArgumentError, match=r"不能回测|没有一个时段可以回测"):
        backtest(register(60, days=days), SPEC)


# === Drift ===


def alarms(shift, seed, n=300, periods=8):
    """Judge periods of equal or, from the middle on, of shifted base rate."""
    draw = np.random.default_rng(seed)
    hits, fired = [40.0] * 4, 0
    for period in range(periods):
        score = draw.beta(2, 8, n)
        odds = score / (1 - score) * (shift if period >= periods // 2 else 1)
        truth = (draw.random(n) < odds / (1 + odds)).astype(float)
        before = Before(
            np.array([60.0] * 4 + hits[4:]),
            np.full(len(hits), float(n)),
            1500,
            draw.beta(2, 8, 2000),
            {"x": draw.normal(size=2000)},
        )
        drift = judge_drift(before, {"x": draw.normal(size=n)}, score, truth)
        fired += bool(drift.reasons)
        hits.append(truth.sum())
    return fired


def test_no_shift_hardly_ever_fires():
    assert sum(alarms(1.0, seed) > 0 for seed in range(100)) <= 5


def test_a_shift_of_the_base_rate_fires():
    assert sum(alarms(2.5, seed) > 0 for seed in range(20)) == 20


def test_a_planted_shift_fires_in_a_backtest():
    history = register(1500, seed=3, days=1095)
    draw = np.random.default_rng(0)
    late = history["检查日期"] >= "2026-04-01"
    more = history["属实"] | (late & (draw.random(len(history)) < 0.25))
    quiet = backtest(history, SPEC, folds=4).drift
    assert not quiet["alarm"].any()
    told = backtest(history.assign(属实=more), SPEC, folds=4).drift
    assert told["alarm"].any()
    assert "属实率明显" in told.loc[told["alarm"], "zh"].iloc[0]
    assert {"base_rate", "mean_score", "psi"} <= set(told.columns)


def test_the_stability_index_knows_equal_from_moved():
    draw = np.random.default_rng(0)
    first, second = draw.normal(size=5000), draw.normal(size=5000)
    assert psi(first, second) < 0.02
    assert psi(first, second + 1) > ALARM_PSI
    gone = np.where(draw.random(5000) < 0.5, np.nan, second)
    assert psi(first, gone) > ALARM_PSI


def test_a_previous_scorer_for_other_columns_is_refused(history):
    old = fit_scorer(history, SPEC.model_copy(update={"category": ()}), rung="points")
    with pytest.raises(ArgumentError, match="旧模型"):
        backtest(history, SPEC, previous=old)


def test_a_group_seen_only_once_is_no_trouble(history):
    lonely = pd.concat(
        [history, history.tail(1).assign(乡镇="孤镇")], ignore_index=True
    )
    audit = backtest(lonely, SPEC, folds=1).audit.set_index("value")
    assert audit.loc["孤镇", "verdict"] == "证据不足"


def test_outcomes_of_one_kind_give_numbers_or_nothing(history):
    found = backtest(history.assign(属实=False), SPEC, folds=2)
    told = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert told["folds"][0]["auc"] is None
    assert told["baselines"][0]["auc_gain"] is None
    assert not found.drift["alarm"].any()
