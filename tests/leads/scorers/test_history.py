import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pil_discovery.leads.scorers.history import (
    PRIOR_CHECKS,
    Asked,
    Checks,
    Usual,
    history_features,
    window_days,
)
from pil_discovery.leads.scorers.training import fit_scorer
from tests.leads.scorers.builders import SPEC, register

NORM = Usual(rate=0.2, checks_per_day=1.0, outcomes={})


def checks(day, outcome, entity=None, group=None):
    n = len(day)
    order = np.argsort(day, kind="stable")
    entity = np.zeros(n, int) if entity is None else np.array(entity)
    group = np.zeros(n, int) if group is None else np.array(group)
    return Checks(
        np.array(day)[order],
        np.array(outcome, float)[order],
        entity[order],
        {"镇": group[order]},
        {},
    )


def asked(as_of, entity=0, group=0):
    return Asked(np.array([as_of]), np.array([entity]), {"镇": np.array([group])})


def test_the_latest_check_counts_half_and_older_ones_halve():
    found = history_features(checks([10, 20], [1, 0]), asked(30), NORM)
    after_first = 0.5 * 1 + 0.5 * 0.2
    assert found["own_rate"][0] == 0.5 * 0 + 0.5 * after_first
    assert found["own_checks"][0] == 2
    assert found["days_since"][0] == 10


def test_checks_on_the_day_of_the_list_do_not_count():
    found = history_features(checks([10, 30], [0, 1]), asked(30), NORM)
    assert found["own_checks"][0] == 1
    assert found["own_rate"][0] == 0.1
    assert found["rate90:镇"][0] == pytest.approx(
        (0 + PRIOR_CHECKS * 0.2) / (1 + PRIOR_CHECKS)
    )


def test_two_checks_on_one_day_count_as_one_with_their_mean():
    one = history_features(checks([10, 10], [1, 0]), asked(30), NORM)
    other = history_features(checks([10, 10], [0, 1]), asked(30), NORM)
    assert one["own_rate"][0] == other["own_rate"][0] == 0.5 * 0.5 + 0.5 * 0.2
    assert one["own_checks"][0] == 1


def test_an_entity_without_history_has_the_usual_rate_and_no_recency():
    found = history_features(checks([10], [1]), asked(30, entity=7), NORM)
    assert found["own_rate"][0] == 0.2
    assert np.isnan(found["days_since"][0])


def test_an_entity_or_place_without_a_name_shares_nothing_with_others():
    past = checks([10, 12], [1, 1], entity=[-1, -1], group=[-1, -1])
    found = history_features(past, asked(30, entity=-1, group=-1), NORM)
    assert found["own_checks"][0] == 0
    assert np.isnan(found["rate30:镇"][0])


def test_a_gap_in_the_feed_widens_the_windows():
    days = [*range(200), *range(330, 340)]
    past = checks(days, [0] * len(days))
    at = np.array([200, 330])
    assert window_days(past, at, NORM, 90).tolist() == [90, 360]
    assert window_days(past, at, NORM, 30).tolist() == [30, 240]


def test_the_window_is_said_in_words():
    history = register(900)
    scorer = fit_scorer(history, SPEC, rung="points")
    assert not scorer.window(history, as_of="2026-01-01").widened
    late = scorer.window(history, as_of="2026-06-01")
    assert late.widened
    assert "因数据中断改看近" in late.zh


@settings(max_examples=20)
@given(st.integers(0, 10_000), st.integers(400, 700))
def test_what_comes_after_the_list_changes_no_feature(seed, cut):
    history = register(300, seed=seed % 50)
    as_of = pd.Timestamp("2024-01-01") + pd.Timedelta(cut, unit="D")
    scorer = fit_scorer(history, SPEC, rung="points")
    new = history[history["检查日期"] >= as_of]
    later = history.assign(
        属实=history["属实"].where(history["检查日期"] < as_of, other=seed % 2 == 0)
    )
    past = history[history["检查日期"] < as_of]
    told = scorer.features(past, new, as_of=as_of)
    pd.testing.assert_frame_equal(scorer.features(history, new, as_of=as_of), told)
    pd.testing.assert_frame_equal(scorer.features(later, new, as_of=as_of), told)


def test_without_a_day_the_list_is_of_the_first_day_of_the_rows():
    history = register(600)
    new = history[history["检查日期"] >= "2025-10-01"]
    scorer = fit_scorer(history, SPEC, rung="points")
    first = new["检查日期"].min()
    pd.testing.assert_frame_equal(
        scorer.features(history, new), scorer.features(history, new, as_of=first)
    )
