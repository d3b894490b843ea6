"""The three rungs as plain numbers: equal to what was fitted, and additive exactly."""

import math
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.errors import ArgumentError
from pil_discovery.leads.scorers.additive import fit_boosted
from pil_discovery.leads.scorers.lessons import lessons_of, norm_of
from pil_discovery.leads.scorers.points import POINT, points_card
from pil_discovery.leads.scorers.register import read_register
from pil_discovery.leads.scorers.ridge import fit_ridge
from pil_discovery.leads.scorers.scorer import Scorer
from pil_discovery.leads.scorers.terms import Steps, expit, mixed
from pil_discovery.leads.scorers.training import fit_scorer
from tests.leads.scorers.builders import SPEC, register


@pytest.fixture(scope="module")
def history():
    return register(3000, seed=1)


@pytest.fixture(scope="module")
def lessons(history):
    read = read_register(history, SPEC)
    return lessons_of(read, SPEC, norm_of(read, SPEC))


@pytest.fixture(scope="module")
def scorers(history):
    return {
        r: fit_scorer(history, SPEC, rung=r) for r in ("points", "ridge", "additive")
    }


def strange(lessons):
    """Rows to try: those learned from, far outside, and with every value missing."""
    matrix = lessons.matrix
    far = np.concatenate([matrix * 10 + 1, -matrix, np.full_like(matrix[:1], np.nan)])
    holes = np.where(
        np.random.default_rng(0).random(matrix.shape) < 0.3, np.nan, matrix
    )
    rows = np.concatenate([matrix, far, holes])
    return rows, dict(zip(lessons.columns, rows.T, strict=True))


def test_boosted_steps_equal_scikit_learn(lessons):
    fit = fit_boosted(lessons)
    rows, columns = strange(lessons)
    wanted = fit.model.predict_proba(rows)[:, 1]
    assert np.abs(expit(fit.curves.logit(columns)) - wanted).max() < 1e-12


def test_ridge_lines_equal_scikit_learn(lessons):
    fit = fit_ridge(lessons)
    rows, columns = strange(lessons)
    wanted = fit.model.predict_proba(fit.scale.apply(rows)[:, fit.kept])[:, 1]
    assert np.abs(expit(fit.curves.logit(columns)) - wanted).max() < 1e-12


def test_a_calibrated_mean_of_both_equals_scikit_learn(lessons):
    ridge, boosted = fit_ridge(lessons), fit_boosted(lessons)
    rows, columns = strange(lessons)
    logit = ridge.model.decision_function(ridge.scale.apply(rows)[:, ridge.kept])
    raw = (logit + boosted.model.decision_function(rows)) / 2
    curves = mixed(ridge.curves, boosted.curves, 0.5).scaled(0.83, -0.21)
    wanted = expit(0.83 * raw - 0.21)
    assert np.abs(expit(curves.logit(columns)) - wanted).max() < 1e-12


@pytest.mark.parametrize("fit", [fit_ridge, fit_boosted])
def test_more_of_what_may_only_raise_never_lowers_the_score(lessons, fit):
    curves = fit(lessons).curves
    grid = np.linspace(-1, 12, 200)
    for term in curves.terms:
        if lessons.directions[term.feature] == 1:
            assert (np.diff(term.at(grid)) >= -1e-12).all()


@pytest.mark.parametrize("rung", ["points", "ridge", "additive"])
def test_explanations_add_up_exactly_in_any_order(scorers, history, rung):
    scorer = scorers[rung]
    features = scorer.features(history, history.tail(200), as_of="2025-06-01")
    chance = scorer.score(features)
    draw = np.random.default_rng(0)
    for number, (_, row) in enumerate(features.iterrows()):
        told = scorer.explain(row)
        amounts = [told.start, *(c.amount for c in told.contributions)]
        assert sum(amounts) == told.logit
        assert sum(draw.permutation(amounts).tolist()) == told.logit
        assert math.fsum(amounts) == told.logit
        assert told.probability == chance[number]


def test_an_explanation_speaks_chinese_and_names_what_is_missing(scorers, history):
    told = scorers["ridge"].explain({"own_rate": 0.6, "投诉数": pd.NA})
    lines = "\n".join(told.lines())
    assert "该对象历次检查属实率（近的一次占一半） 0.6000（全体" in lines
    assert "“投诉数”：没有" in lines
    assert "待核查" in lines
    assert "违法" not in lines


@pytest.mark.parametrize("rung", ["points", "ridge", "additive"])
def test_json_gives_the_same_scorer_back(scorers, history, rung):
    text = scorers[rung].to_json()
    back = Scorer.from_json(text)
    assert back.to_json() == text
    new = history.tail(300).assign(经营年数=np.nan)
    wanted = scorers[rung].predict(history, new, as_of="2025-07-01")
    assert (back.predict(history, new, as_of="2025-07-01") == wanted).all()


@pytest.mark.parametrize("rung", ["ridge", "additive"])
def test_the_order_of_the_register_does_not_matter(scorers, history, rung):
    shuffled = history.sample(frac=1, random_state=3)
    assert fit_scorer(shuffled, SPEC, rung=rung).to_json() == scorers[rung].to_json()
    as_of, new = "2025-07-01", history.tail(50)
    one = scorers[rung].predict(history, new, as_of=as_of)
    other = scorers[rung].predict(shuffled, new[::-1], as_of=as_of)
    assert (one[::-1] == other).all()


@pytest.mark.parametrize(
    "text", ["", "{}", '{"format": "pil-scorer/0"}', "[1]", "null"]
)
def test_another_text_is_no_scorer(text):
    with pytest.raises(ArgumentError, match="不是评分模型文件"):
        Scorer.from_json(text)


def test_prediction_needs_no_scikit_learn_and_is_fast(scorers, history, tmp_path):
    scorer = scorers["additive"]
    path = tmp_path / "scorer.json"
    path.write_text(scorer.to_json(), encoding="utf-8")
    frame = scorer.features(history, history, as_of="2025-07-01")
    frame.to_parquet(tmp_path / "rows.parquet")
    code = (
        "import sys, pandas as pd, pil_discovery as pil;"
        f"s = pil.Scorer.from_json(open({str(path)!r}, encoding='utf-8').read());"
        f"s.score(pd.read_parquet({str(tmp_path / 'rows.parquet')!r}));"
        "assert 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    many = pd.concat([history] * 70, ignore_index=True)
    began = time.process_time()
    chance = scorer.predict(history, many, as_of="2025-07-01")
    assert len(chance) / (time.process_time() - began) > 200_000


def test_points_are_whole_and_need_no_labels(history):
    blank = history.assign(属实=False)
    read = read_register(blank, SPEC)
    found = lessons_of(read, SPEC, norm_of(read, SPEC))
    card = points_card(found, 0.2)
    points = {v / POINT for t in card.terms for v in t.as_dict()["values"]}
    assert all(abs(p - round(p)) < 1e-9 for p in points)
    assert {t.feature for t in card.terms} >= {"own_rate", "rate:乡镇", "投诉数"}
    assert fit_scorer(blank, SPEC).rung == "points"


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8, unique=True))
def test_a_step_holds_up_to_and_including_its_edge(edges):
    edges = sorted(edges)
    steps = Steps("x", tuple(edges), tuple(map(float, range(len(edges) + 1))), -1.0)
    found = steps.at(np.array([*edges, np.inf, -np.inf, np.nan]))
    assert found.tolist() == [*range(len(edges)), len(edges), 0, -1]


def test_the_card_names_data_choice_and_limits(scorers):
    card = scorers["ridge"].card
    for words in ("SHA-256", "由使用者指定", "不说“违法”", "从什么学来", "斜率"):
        assert words in card
    for words in ("在较晚的核查上", "95% 区间", "PU", "标签是核查、立案的记录"):
        assert words in card
