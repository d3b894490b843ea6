"""Planted leaks are caught; honest columns, however good, are not."""

import numpy as np
import pandas as pd
import pytest

from pil_discovery.leads.scorers.leaks import find_leaks
from pil_discovery.leads.scorers.register import read_register
from tests.leads.scorers.builders import SPEC, register


def leaks(history, **change):
    spec = SPEC.model_copy(update={"monotone": {}, **change})
    return {
        k.column: k for k in find_leaks(history, read_register(history, spec), spec)
    }


def planted(history, values, name="列"):
    return leaks(history.assign(**{name: values}), numeric=(*SPEC.numeric, name))


@pytest.fixture(scope="module")
def history():
    return register(3000, seed=5, days=1095)


@pytest.mark.parametrize("seed", range(6))
def test_an_honest_register_has_no_leak(seed):
    assert leaks(register(2000, seed=seed, strength=1.5)) == {}


def test_a_column_that_only_says_good_things_ahead_is_honest(history):
    known = history.groupby("许可证号")["属实"].transform(
        lambda s: s.shift(fill_value=False).cumsum()
    )
    assert planted(history, known) == {}


def test_the_outcome_with_noise_is_caught(history):
    noise = np.random.default_rng(0).normal(0, 0.5, len(history))
    found = planted(history, history["属实"] + noise)
    assert found["列"].kind == "same_as_outcome"
    assert "核对" in found["列"].zh


def test_the_next_outcome_of_the_entity_is_caught(history):
    found = planted(
        history, history.groupby("许可证号")["属实"].shift(-1).astype(float)
    )
    assert found["列"].kind in {"ahead_of_entity", "same_as_outcome"}


def test_the_coming_rate_of_the_place_is_caught(history):
    town = register(6000, seed=6, days=1095)
    draw = np.random.default_rng(0)
    # a place moves from month to month, and the column knows the month to come
    month = (town["检查日期"] - town["检查日期"].min()).dt.days // 30
    rate = draw.uniform(0.02, 0.6, (8, 40))
    at = town["乡镇"].str[-1].astype(int).to_numpy()
    town = town.assign(属实=draw.random(len(town)) < rate[at, month])
    found = planted(town, rate[at, month + 1])
    assert found["列"].kind == "ahead_of_group"
    past = planted(town, rate[at, np.maximum(month - 1, 0)])
    assert past == {}


def test_a_column_filled_at_the_check_is_caught(history):
    checked = np.arange(len(history)) < 2500
    history = history.assign(属实=history["属实"].astype("boolean").where(checked))
    values = pd.Series(np.where(checked, 1.0, np.nan)).mask(
        np.random.default_rng(0).random(len(history)) < 0.02
    )
    assert planted(history, values)["列"].kind == "filled_after"


def test_a_result_in_words_is_caught(history):
    words = np.where(history["属实"], "责令改正", "合格")
    found = leaks(history.assign(处理=words), category=("行业", "处理"))
    assert found["处理"].kind == "same_as_outcome"
