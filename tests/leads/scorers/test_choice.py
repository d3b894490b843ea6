import numpy as np
import pytest

from pil_discovery.errors import ArgumentError
from pil_discovery.leads.scorers.choice import Trial, candidates, choose
from pil_discovery.leads.scorers.intervals import Interval, Scored
from pil_discovery.leads.scorers.metrics import ranked
from pil_discovery.leads.scorers.training import fit_scorer
from tests.leads.scorers.builders import SPEC, register

BETTER, EQUAL = Interval(0.1, 0.05, 0.15), Interval(0.0, -0.01, 0.01)


@pytest.mark.parametrize(
    ("hits", "misses", "last"),
    [
        (0, 900, "points"),
        (29, 900, "points"),
        (30, 900, "ridge"),
        (900, 29, "points"),
        (699, 900, "ridge"),
        (700, 900, "additive"),
    ],
)
def test_the_number_of_checks_on_either_side_limits_the_rung(hits, misses, last):
    assert candidates(hits, misses)[-1] == last


@pytest.mark.parametrize(
    ("over", "gain", "rung"),
    [
        (BETTER, BETTER, "additive"),
        (BETTER, EQUAL, "ridge"),
        (BETTER, None, "ridge"),
        (EQUAL, BETTER, "points"),
    ],
)
def test_a_rung_is_taken_only_when_later_checks_speak_for_it(over, gain, rung):
    periods = (Scored(np.ones(100), {}),)
    trial = Trial(periods, {"ridge": over, "points": over}, gain)
    assert choose(("points", "ridge", "additive"), trial) == rung


def test_without_later_checks_the_points_card_stays():
    assert choose(("points", "ridge"), Trial(())) == "points"


def test_shuffled_outcomes_teach_nothing():
    told = []
    for seed in range(3):
        history = register(3000, seed=seed)
        dealt = np.random.default_rng(seed).permutation(len(history))
        mixed = history.assign(属实=history["属实"].to_numpy()[dealt])
        before, after = mixed[:2400], history[2400:]
        chance = fit_scorer(before, SPEC).predict(before, after)
        told.append(ranked(chance, after["属实"].to_numpy(dtype=float)).auc())
    assert np.mean(told) == pytest.approx(0.5, abs=0.03)


def test_real_outcomes_teach_something():
    history = register(3000, seed=2)
    before, after = history[:2400], history[2400:]
    scorer = fit_scorer(before, SPEC)
    assert scorer.rung == "ridge"
    chance = scorer.predict(before, after)
    truth = after["属实"].to_numpy(dtype=float)
    assert ranked(chance, truth).auc() > 0.62
    assert chance.mean() == pytest.approx(truth.mean(), abs=0.04)


@pytest.mark.parametrize("confirmed", [48, 120])
def test_with_few_labels_the_choice_is_about_as_good_as_the_best_rung(confirmed):
    behind = []
    for seed in range(5):
        history = register(4000, seed=seed)
        later = history[3000:]
        truth = later["属实"].to_numpy(dtype=float)
        hits = np.cumsum(history["属实"][:3000].to_numpy(dtype=float)[::-1])
        before = history[3000 - int(np.searchsorted(hits, confirmed)) - 1 : 3000]
        aucs = {
            rung: ranked(
                fit_scorer(before, SPEC, rung=rung).predict(before, later), truth
            ).auc()
            for rung in (None, "points", "ridge")
        }
        behind.append(aucs[None] - max(aucs["points"], aucs["ridge"]))
    assert np.mean(behind) >= -0.01


def test_a_rung_can_be_told_but_not_out_of_nothing():
    history = register(300)
    assert fit_scorer(history, SPEC, rung="ridge").facts["choice"]["told"]
    with pytest.raises(ArgumentError, match="只有一种结果"):
        fit_scorer(history.assign(属实=0), SPEC, rung="ridge")
    with pytest.raises(ArgumentError, match="没有“forest”这一级"):
        fit_scorer(history, SPEC, rung="forest")


def test_few_later_checks_never_call_a_rung_worthless():
    trial = Trial((Scored(np.ones(99), {}),), {"ridge": EQUAL})
    assert choose(("points", "ridge"), trial) == "ridge"
