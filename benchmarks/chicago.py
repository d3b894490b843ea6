"""Scores on Chicago's food inspections, beside the figures of the published model.

Chicago validates the machinery, not Chinese law or data. Everything was chosen on
quarters of `dev_train.parquet`; `dev_peer_test.parquet` is only read here. The
published model knows who inspected and the weather; ours may know neither.
Needs $PIL_SHARED_DATA/chicago_food. Run: `python benchmarks/chicago.py [--labels]`;
`--labels` also fits every rung to 48–723 confirmed checks, five times each, and judges
them on four later periods.

What decided the settings: mean AUC of the six full quarters (lists drawn up daily), and
AUC and days earlier of one list for two months, mean of twelve windows, all within the
training period; first with every column, then without `outcomes`.

    90 and 30 days, prior 20 checks (before)       .6701 .6576 7.76   .6636 .6478 7.29
    the same, also earlier counts of the target    .6708 .6583 7.79   .6645 .6488 7.33
    the same, prior 10 checks                      .6716 .6589 7.81   .6654 .6495 7.37
    the same, 14, 30, 90 and 365 days (taken)      .6730 .6601 7.88   .6667 .6509 7.43

Not taken: prior 3, 5 or 40; memory .3, .4, .65; penalties .002–.1; only 60 or 90 days,
30/60/120, 45/180, five or six windows; half-lives of 180–730 days (worse or equal);
regression and boosting mixed 30–70 % (worse: .6560 against .6589 at one half); rates as
logits (+.002 daily, −.001 in one list); rates of place and kind together (+.001; not
worth a feature); warm-up of 0 or 180 days (+.001, within noise).
"""

import os
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

import pil_discovery as pil
from pil_discovery.leads.scorers.choice import RUNGS
from pil_discovery.leads.scorers.intervals import auc_interval
from pil_discovery.leads.scorers.metrics import (
    calibration_error,
    precision_at,
    ranked,
    replay,
)
from pil_discovery.leads.scorers.register import days_of

DATA = Path(os.environ.get("PIL_SHARED_DATA", "../shared/data")) / "chicago_food"
FLAGS = (
    *("consumption_on_premises_incidental_activity", "tobacco", "package_goods"),
    *("outdoor_patio", "public_place_of_amusement", "limited_business_license"),
    *("tavern", "filling_station", "caterers_liquor_license", "mobile_food_license"),
)
SPEC = pil.ScorerSpec(
    target="criticalCount",
    time="Inspection_Date",
    entity="License",
    place=("Zip",),
    category=("Facility_Type", "Risk"),
    numeric=(
        *("ageAtInspection", "heat_burglary", "heat_garbageCarts"),
        "heat_sanitationComplaints",
        *FLAGS,
    ),
    outcomes=("seriousCount", "minorCount"),
)
PLAIN = SPEC.model_copy(update={"outcomes": ()})
NOT_SCORED_BY_PEER = (
    *(1372664, 1447463, 1453520, 1480382),
    *(1496594, 1496651, 1496915, 1497934),
)
PEER = {
    "published, with inspector": (0.6747, 0.3166, 7.59, 0.684, 0.039),
    "published features, no inspector": (0.5715, 0.204, 2.22, 0.567, 0.027),
}
GAP = ("2014-04-15", "2014-09-02")
COUNTS = (48, 120, 241, 723)
HELD_OUT = (
    ("2013-07-01", "2013-10-01"),
    ("2014-01-01", "2014-04-01"),
    ("2014-04-01", "2014-07-01"),
)
SEEDS = range(5)


def frames():
    """Return the training and the test period."""
    return [
        pd.read_parquet(DATA / f"{name}.parquet")
        for name in ("dev_train", "dev_peer_test")
    ]


def truth_of(frame):
    """Return whether each inspection found a critical violation."""
    return (frame["criticalCount"] > 0).to_numpy(dtype=float)


def test_line(name, scorer, train, test):
    """Print one list, drawn up on the first day of the test period."""
    chance = scorer.predict(train, test, as_of=test["Inspection_Date"].min())
    truth, day = truth_of(test), days_of(test["Inspection_Date"])
    auc, real = auc_interval(truth, chance), replay(chance, truth, day)
    honest = calibration_error(chance, truth)
    ap = ranked(chance, truth).average_precision()
    tops = [f"{precision_at(chance, truth, k).mean:.2f}" for k in (50, 100)]
    print(
        f"{name:34} {scorer.rung:8} {auc.value:.4f} [{auc.low:.3f},{auc.high:.3f}] "
        f"{ap:.3f} {' '.join(tops)} {real.days_earlier:6.2f} {real.first_half:.3f} "
        f"{honest.ece:.3f} ({honest.floor:.3f})"
    )


def test_period(train, test):
    """Print the lines of the test period."""
    heading = f"{'':34} {'':8} AUC {'':14} AP  p@50 p@100 days half ECE (floor)"
    print(f"test period, {len(test)} inspections\n{heading}")
    for name, (auc, ap, days, half, ece) in PEER.items():
        print(f"{name:43} {auc:.4f} {'':14}{ap:.3f} {days:14.2f} {half:.3f} {ece:.3f}")
    scorer = pil.fit_scorer(train, SPEC)
    test_line("chosen rung", scorer, train, test)
    peers = test[~test["Inspection_ID"].isin(NOT_SCORED_BY_PEER)]
    test_line("the same, rows of the published", scorer, train, peers)
    for rung in RUNGS:
        fixed = pil.fit_scorer(train, SPEC, rung=rung)
        test_line(f"fixed: {rung}", fixed, train, test)
    test_line(
        "only its own earlier criticals", pil.fit_scorer(train, PLAIN), train, test
    )
    gap = train[~train["Inspection_Date"].between(*GAP, inclusive="left")]
    lame = pil.fit_scorer(gap, SPEC)
    test_line("4.5 months missing", lame, gap, test)
    print("  ", lame.window(gap, as_of=test["Inspection_Date"].min()).zh)


def rolling(train):
    """Print eight quarters, each learned from all before."""
    print("\nrolling quarters of the training period")
    for name, spec in (("", SPEC), (" only earlier criticals", PLAIN)):
        found = pil.backtest(train, spec)
        folds = found.folds
        shown = ["period", "rung", "checks", "auc", "auc_frozen", "ece", "precision"]
        if not name:
            print(folds[shown].round(3).to_string(index=False))
            print(found.baselines.drop(columns="zh").round(3).to_string(index=False))
        worst = folds["auc"].min()
        print(
            f"mean AUC{name}: {folds['auc'].mean():.4f} of {len(folds)}, "
            f"{folds['auc'][:6].mean():.4f} of the six full, worst {worst:.3f}; "
            f"ECE {found.calibration['ece']:.3f} ({found.calibration['ece_floor']:.3f})"
            f"; alarms {int(found.drift['alarm'].sum())}; leaks {len(found.leaks)}"
        )


def shuffled(train, test):
    """Print what is learned when outcomes are dealt out at random."""
    aucs = []
    for seed in SEEDS:
        dealt = np.random.default_rng(seed).permutation(len(train))
        mixed = train.assign(criticalCount=train["criticalCount"].to_numpy()[dealt])
        chance = pil.fit_scorer(mixed, PLAIN).predict(mixed, test)
        aucs.append(ranked(chance, truth_of(test)).auc())
    print(f"\nshuffled labels: AUC {np.round(aucs, 3).tolist()}, {np.mean(aucs):.3f}")


def few_labels(train, test):
    """Print every rung and the chosen one for few confirmed checks, on later periods.

    `checked`: so few inspections were made. `known`: all were made, but so few of the
    critical ones are known as such; the rest counts as passed.
    """
    print(
        f"\nfew labels: mean AUC of {len(SEEDS)} draws on {len(HELD_OUT) + 1} periods"
    )
    periods = [(train, test), *(parted(train, *days) for days in HELD_OUT)]
    for how in (checked, known):
        for count in COUNTS:
            found = {name: [] for name in (*RUNGS, "chosen")}
            for past, later in periods:
                for seed in SEEDS:
                    drawn = how(past, count, seed)
                    for name, aucs in found.items():
                        aucs.append(auc_of(drawn, later, name))
            means = {name: float(np.mean(aucs)) for name, aucs in found.items()}
            behind = means["chosen"] - max(means[rung] for rung in RUNGS)
            told = "  ".join(f"{name} {auc:.3f}" for name, auc in means.items())
            line = f"{how.__name__:8}{count:5} confirmed: {told}"
            print(f"{line}  behind the best {behind:+.4f}", flush=True)


def auc_of(drawn, later, name):
    """Return the AUC of one list, drawn up on the first day of a period."""
    scorer = pil.fit_scorer(drawn, SPEC, rung=None if name == "chosen" else name)
    chance = scorer.predict(drawn, later, as_of=later["Inspection_Date"].min())
    return ranked(chance, truth_of(later)).auc()


def parted(train, first, after):
    """Return what lies before a period, and the period."""
    day = train["Inspection_Date"]
    return train[day < first], train[(day >= first) & (day < after)]


def checked(train, count, seed):
    """Draw inspections at random until so many are confirmed."""
    order = np.random.default_rng(seed).permutation(len(train))
    hits = np.cumsum(truth_of(train)[order])
    return train.iloc[np.sort(order[: int(np.searchsorted(hits, count)) + 1])]


def known(train, count, seed):
    """Keep so many confirmed inspections, at random; the others count as passed."""
    hits = np.flatnonzero(truth_of(train))
    kept = np.random.default_rng(seed).permutation(hits)[:count]
    counts = np.zeros(len(train))
    counts[kept] = train["criticalCount"].to_numpy()[kept]
    return train.assign(criticalCount=counts)


def speed(train, test):
    """Print rows per second, features included."""
    scorer = pil.fit_scorer(train, SPEC)
    many = pd.concat([test] * 200, ignore_index=True)
    began = time.process_time()
    scorer.predict(train, many)
    spent = time.process_time() - began
    print(f"\n{len(many) / spent:,.0f} rows per second of one core, features included")


if __name__ == "__main__":
    if not DATA.is_dir():
        sys.exit(f"no data in {DATA}; set PIL_SHARED_DATA")
    train, test = frames()
    test_period(train, test)
    rolling(train)
    shuffled(train, test)
    speed(train, test)
    if "--labels" in sys.argv:
        few_labels(train, test)
