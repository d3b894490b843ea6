import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from pil_discovery.leads.scorers.calibration import calibrate
from pil_discovery.leads.scorers.intervals import Scored, paired_gain, wilson
from pil_discovery.leads.scorers.metrics import (
    Ranked,
    calibration_error,
    precision_at,
    ranked,
    replay,
)
from pil_discovery.leads.scorers.terms import expit

rows = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40)


@given(rows.filter(lambda r: 0 < sum(y for _, y in r) < len(r)))
def test_auc_and_average_precision_equal_scikit_learn_with_ties(pairs):
    score, truth = np.array(pairs, dtype=float).T
    order = ranked(score, truth)
    assert order.auc() == pytest.approx(roc_auc_score(truth, score), abs=1e-12)
    wanted = average_precision_score(truth, score)
    assert order.average_precision() == pytest.approx(wanted, abs=1e-12)


@given(rows)
def test_a_weight_of_two_is_a_row_twice(pairs):
    score, truth = np.array(pairs, dtype=float).T
    twice = ranked(np.append(score, score[0]), np.append(truth, truth[0]))
    weight = np.ones(len(score))
    weight[0] = 2
    order = ranked(score, truth)
    assert order.auc(weight) == pytest.approx(twice.auc(), nan_ok=True)
    assert order.found(0.2, weight) == pytest.approx(twice.found(0.2))


def test_precision_names_what_ties_leave_open():
    score = np.array([0.9, 0.5, 0.5, 0.5, 0.1])
    truth = np.array([1, 1, 0, 0, 1.0])
    top = precision_at(score, truth, 3)
    assert (top.best, top.worst) == (2 / 3, 1 / 3)
    assert top.mean == pytest.approx((1 + 2 / 3) / 3)


def test_checking_in_the_right_order_wins_days():
    day = np.array([1, 1, 2, 2, 3, 3, 4, 4])
    truth = np.array([0, 0, 0, 0, 0, 0, 1, 1.0])
    found = replay(truth, truth, day)
    assert found.days_earlier == 3
    assert (found.first_half, found.first_half_before) == (1, 0)
    even = replay(np.zeros(8), truth, day)
    assert even.days_earlier == 4 - 2.5  # equal scores share the mean day


def test_a_calibrated_score_is_not_told_from_its_floor():
    draw = np.random.default_rng(0)
    chance = draw.beta(2, 8, 4000)
    truth = (draw.random(4000) < chance).astype(float)
    found = calibration_error(chance, truth)
    assert found.ece <= found.floor_high
    assert calibration_error(chance * 0.5, truth).ece > 3 * found.floor


def test_the_sigmoid_finds_slope_and_start_again():
    draw = np.random.default_rng(0)
    score = draw.normal(0, 1.5, 20_000)
    truth = (draw.random(20_000) < expit(0.6 * score - 1)).astype(float)
    found = calibrate(score, truth)
    assert found.slope == pytest.approx(0.6, abs=0.04)
    assert found.start == pytest.approx(-1, abs=0.05)
    assert expit(found.slope * score + found.start).mean() == pytest.approx(
        truth.mean()
    )


def test_a_sigmoid_never_turns_the_order_round():
    score = np.linspace(-20, 20, 400)
    assert calibrate(score, (score < 0).astype(float)).slope > 0


def test_wilson_of_none_and_of_few():
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0, 1)
    found = wilson(3, 10)  # Newcombe 1998
    assert (round(found.low, 3), round(found.high, 3)) == (0.108, 0.603)


def test_a_paired_gain_tells_better_from_equal():
    draw = np.random.default_rng(0)
    truth = (draw.random(800) < 0.3).astype(float)
    good = truth + draw.normal(0, 1.5, 800)
    scores = {"good": good, "noise": draw.normal(0, 1, 800), "same": good}
    periods = [Scored(truth, scores)]
    better = paired_gain(periods, name="good", over="noise", measure=Ranked.auc)
    assert better.low > 0.05
    equal = paired_gain(periods, name="good", over="same", measure=Ranked.auc)
    assert (equal.value, equal.low, equal.high) == (0, 0, 0)
