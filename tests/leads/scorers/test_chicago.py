"""Chicago's food inspections, if they are there: the machinery on real data."""

import os
from pathlib import Path

import pandas as pd
import pytest

from pil_discovery.leads.scorers.leaks import find_leaks
from pil_discovery.leads.scorers.metrics import calibration_error, ranked, replay
from pil_discovery.leads.scorers.register import days_of, read_register
from pil_discovery.leads.scorers.spec import ScorerSpec
from pil_discovery.leads.scorers.training import fit_scorer

DATA = Path(os.environ.get("PIL_SHARED_DATA", "../shared/data")) / "chicago_food"
SPEC = ScorerSpec(
    target="criticalCount",
    time="Inspection_Date",
    entity="License",
    place="Zip",
    category=("Facility_Type", "Risk"),
    numeric=(
        "ageAtInspection",
        "heat_burglary",
        "heat_sanitationComplaints",
        "tobacco",
    ),
    outcomes=("seriousCount", "minorCount"),
)

pytestmark = [
    pytest.mark.skipif(not DATA.is_dir(), reason="没有 chicago_food 数据"),
    pytest.mark.xdist_group("chicago"),
]


@pytest.fixture(scope="module")
def train():
    return pd.read_parquet(DATA / "dev_train.parquet")


@pytest.fixture(scope="module")
def later():
    return pd.read_parquet(DATA / "dev_peer_test.parquet")


def test_a_gap_in_the_feed_widens_the_windows_and_costs_little(train, later):
    day = later["Inspection_Date"].min()
    gap = train[train["Inspection_Date"] < "2014-04-15"]
    scorer = fit_scorer(gap, SPEC)
    chance = scorer.predict(gap, later, as_of=day)
    truth = (later["criticalCount"] > 0).to_numpy(dtype=float)
    assert ranked(chance, truth).auc() >= 0.625
    window = scorer.window(gap, as_of=day)
    assert window.widened
    assert "因数据中断改看" in window.zh


@pytest.mark.parametrize("outcomes", [SPEC.outcomes, ()])
def test_a_list_for_two_months_is_worth_its_days(train, later, outcomes):
    spec = SPEC.model_copy(update={"outcomes": outcomes})
    chance = fit_scorer(train, spec).predict(train, later)
    truth = (later["criticalCount"] > 0).to_numpy(dtype=float)
    assert ranked(chance, truth).auc() >= 0.65
    assert replay(chance, truth, days_of(later["Inspection_Date"])).days_earlier >= 6.4
    assert calibration_error(chance, truth).ece <= 0.035


def test_what_the_inspection_itself_found_is_a_leak(train):
    spec = SPEC.model_copy(update={"category": ("Facility_Type", "Results")})
    assert not find_leaks(train, read_register(train, SPEC), SPEC)
    (leak,) = find_leaks(train, read_register(train, spec), spec)
    assert leak.column == "Results"
