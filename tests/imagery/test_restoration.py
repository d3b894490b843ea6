"""The follow-up check: how much came back, how sure, and when nothing is told."""

import json
import os
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pil_discovery as pil
from pil_discovery.errors import ArgumentError
from pil_discovery.imagery.observed import CHUNK
from pil_discovery.imagery.restoration import RESTORATION_COLUMNS

SLOVENIA = Path(os.environ.get("PIL_SHARED_DATA", "../shared/data")) / "s2_slovenia"
RULE = pil.RestorationRule(
    restored_share=0.8,
    partly_share=0.3,
    relapse_share=0.3,
    min_loss=0.15,
    noise=0.02,
    drift=0.05,
)
DAYS = np.arange("2021-01-05", "2026-01-01", 16, dtype="datetime64[D]")
YEARS = (DAYS - DAYS[0]).astype(float) / 365.25
INTACT, DAMAGED, CLAIMED = (
    np.datetime64(d) for d in ("2022-12-31", "2023-07-20", "2024-06-30")
)
BARE = 0.15
WHOLE = 0.55 + 0.2 * np.sin(2 * np.pi * (YEARS - 0.25))


def series(share, *, sd=0.0, rows=1, seed=0, fall=None, fall_on="2025-03-01"):
    """Whole until 2022, bare until the claim, then a share of what was lost."""
    recovered = np.full(len(DAYS), float(share))
    if fall is not None:
        recovered[np.datetime64(fall_on) <= DAYS] -= fall
    values = np.where(DAYS <= INTACT, WHOLE, BARE)
    values = np.where(DAYS > CLAIMED, BARE + recovered * (WHOLE - BARE), values)
    noise = np.random.default_rng(seed).normal(0, sd, (rows, len(DAYS)))
    return values + noise


def around(rows=1, *, differs=0.0, sd=0.0, seed=9, spread=0.05):
    noise = np.random.default_rng(seed).normal(0, sd, (rows, len(DAYS)))
    return pil.Reference(WHOLE + differs + noise, spread)


def phases(rows=1, **changed):
    days = {"damaged_by": DAMAGED, "intact_until": INTACT, "claimed_on": CLAIMED}
    return pd.DataFrame({k: [v] * rows for k, v in {**days, **changed}.items()})


def judged(values, *, when=None, **more):
    rows = len(np.atleast_2d(values))
    marks = phases(rows) if when is None else when
    return pil.judge_restoration(values, DAYS, marks, **{"rule": RULE, **more})


def only(frame):
    (row,) = frame.itertuples(index=False)
    return row


@pytest.mark.parametrize(
    ("share", "state"),
    [
        (1.0, "restored"),
        (0.84, "restored"),
        (0.76, "partly_restored"),
        (0.32, "partly_restored"),
        (0.28, "not_restored"),
        (0.0, "not_restored"),
    ],
)
@pytest.mark.parametrize("reference", [None, around()])
def test_recovery_is_the_share_of_what_was_lost(share, state, reference):
    row = only(judged(series(share), reference=reference))
    assert row.state == state
    exact = 0.03 if reference is None else 1e-6  # means of fifty days of a season
    assert row.recovery == pytest.approx(share, abs=exact)
    assert row.recovery_low < share < row.recovery_high
    assert 0.3 < row.loss < 0.6
    assert row.reference == ("history" if reference is None else "both")
    assert row.confirmed


def test_ground_that_differed_from_its_surroundings_is_measured_by_its_own_past():
    rich = around(differs=0.3)
    row = only(judged(series(1.0), reference=rich))
    assert (row.state, row.reference) == ("restored", "both")
    unknown_past = phases(intact_until=np.datetime64("NaT"))
    row = only(judged(series(1.0), when=unknown_past, reference=rich))
    assert (row.state, row.reference) == ("partly_restored", "ring")


def test_the_season_is_no_recovery_and_no_relapse():
    """Half of the loss is regained in summer and in winter, whatever the date."""
    values = series(0.5)
    for end in ("2025-02-01", "2025-05-20", "2025-08-10", "2025-11-01"):
        early = np.datetime64(end) >= DAYS
        frame = pil.judge_restoration(
            values[:, early], DAYS[early], phases(), rule=RULE
        )
        assert only(frame).state == "partly_restored"
        assert only(frame).recovery == pytest.approx(0.5, abs=0.03)


def test_bare_surroundings_prove_nothing():
    """After the harvest hard ground equals the fields around it: not restored."""
    bare = np.where(DAYS > CLAIMED, BARE + 0.02, WHOLE)
    row = only(judged(series(0.0), reference=pil.Reference(bare[None], 0.03)))
    assert row.state == "cannot_tell"
    assert "当季参照与损害状态差别不足" in row.reason


def test_another_season_is_not_compared():
    summer = (DAYS.astype("datetime64[M]").astype(int) % 12 >= 5) & (
        DAYS.astype("datetime64[M]").astype(int) % 12 <= 8
    )
    follow = (DAYS > CLAIMED) & ~summer
    kept = (DAYS <= CLAIMED) & summer | follow
    autumn = np.datetime64("2025-11-20") <= DAYS
    narrow = kept & ((DAYS <= CLAIMED) | autumn)
    values = series(1.0)[:, narrow]
    frame = pil.judge_restoration(values, DAYS[narrow], phases(), rule=RULE)
    assert only(frame).state == "cannot_tell"
    assert "不同季节" in only(frame).reason


def test_a_relapse_is_dated():
    row = only(judged(series(1.0, fall=0.6)))
    assert row.state == "relapsed"
    assert row.recovery == pytest.approx(0.4, abs=0.01)
    assert row.since_earliest < pd.Timestamp("2025-03-01") <= row.since_latest
    assert (row.since_latest - row.since_earliest).days == 16
    assert "减退发生在" in row.reason


@pytest.mark.parametrize(
    ("fall", "state"), [(0.28, "partly_restored"), (0.32, "relapsed")]
)
def test_a_fall_is_a_relapse_from_its_threshold_on(fall, state):
    assert only(judged(series(0.75, fall=fall), reference=around())).state == state


def test_what_never_rose_did_not_relapse():
    assert only(judged(series(0.25, fall=0.35))).state == "not_restored"


def test_one_hazy_date_is_no_relapse_and_no_recovery():
    values = series(1.0)
    values[0, -8] = BARE
    assert only(judged(values)).state == "restored"
    values = series(0.0)
    values[0, -8] = WHOLE[-8]
    assert only(judged(values)).state == "not_restored"


def test_a_state_seen_once_is_not_confirmed():
    values = series(1.0)
    values[0, -1] = BARE
    row = only(judged(values))
    assert row.state == "relapsed"
    assert not row.confirmed
    assert "未经确认" in row.reason


def test_restoration_is_dated_between_two_observations():
    values = series(0.2)
    late = np.datetime64("2025-04-10") <= DAYS
    values[0, late] = WHOLE[late]
    row = only(judged(values))
    assert row.state == "restored"
    assert row.since_earliest < pd.Timestamp("2025-04-10") <= row.since_latest


@pytest.mark.parametrize(
    ("when", "more", "why"),
    [
        (phases(damaged_by=np.datetime64("NaT")), {}, "没有载明损害存续"),
        (
            phases(damaged_by=np.datetime64("2020-01-01")),
            {},
            "损害存续期间没有可用影像",
        ),
        (phases(intact_until=np.datetime64("NaT")), {}, "也没有可用的周边参照"),
        (phases(claimed_on=np.datetime64("2026-01-01")), {}, "以后没有可用影像"),
        (phases(), {"shares": np.zeros((1, len(DAYS)))}, "没有可用观测"),
        (phases(), {"shares": np.full((1, len(DAYS)), 0.79)}, "没有可用观测"),
    ],
)
def test_what_cannot_be_told_is_said(when, more, why):
    row = only(judged(series(0.0), when=when, **more))
    assert row.state == "cannot_tell"
    assert why in row.reason
    assert np.isnan(row.recovery)
    assert pd.isna(row.confirmed)


def test_a_missing_band_tells_nothing():
    row = only(judged(np.full((1, len(DAYS)), np.nan)))
    assert row.state == "cannot_tell"
    assert "缺少波段" in row.reason


def test_damage_that_no_picture_shows_is_not_judged():
    faint = np.where(DAYS > INTACT, WHOLE - 0.1, WHOLE)
    row = only(judged(faint))
    assert row.state == "cannot_tell"
    assert "不明显" in row.reason
    assert row.loss == pytest.approx(0.1, abs=0.02)


def test_a_reference_too_uncertain_decides_nothing():
    blind = phases(intact_until=np.datetime64("NaT"))
    vague = around(spread=0.35)
    row = only(judged(series(0.55), when=blind, reference=vague))
    assert row.state == "cannot_tell"
    assert "区间过宽" in row.reason
    assert row.recovery_low < RULE.partly_share
    assert row.recovery_high >= RULE.restored_share


def test_clouds_count_by_what_they_leave():
    full = np.ones((1, len(DAYS)))
    clear = only(judged(series(0.0), shares=full, reference=around()))
    hazy = only(judged(series(0.0), shares=full * 0.8, reference=around()))
    bare = only(judged(series(0.0), reference=around()))
    width = clear.recovery_high - clear.recovery_low
    assert hazy.recovery_high - hazy.recovery_low > 1.05 * width
    assert "没有云掩膜" in bare.reason
    assert "没有云掩膜" not in clear.reason


@pytest.mark.parametrize("truth", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("ringed", [True, False])
def test_the_interval_holds_the_truth_nine_times_in_ten(truth, ringed):
    rows = 1500
    values = series(truth, sd=0.025, rows=rows, seed=4)
    reference = around(rows, differs=0.05, sd=0.01) if ringed else None
    shares = np.where(np.random.default_rng(3).random(values.shape) < 0.6, 1.0, 0.2)
    frame = judged(values, reference=reference, shares=shares)
    held = frame["recovery_low"].le(truth) & frame["recovery_high"].ge(truth)
    assert held.mean() >= 0.87
    assert frame["recovery"].mean() == pytest.approx(truth, abs=0.02)
    right = {0.0: "not_restored", 0.5: "partly_restored", 1.0: "restored"}[truth]
    assert (frame["state"] == right).mean() > 0.96


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 5), st.booleans())
def test_cutting_the_table_changes_nothing(seed, cut, ringed):
    values = series(0.5, sd=0.03, rows=6, seed=seed)
    ring = np.asarray(around(6, sd=0.02, seed=seed).values)

    def part(rows):
        here = pil.Reference(ring[rows], 0.05) if ringed else None
        return judged(values[rows], reference=here)

    parts = [part(slice(0, cut)), part(slice(cut, 6))]
    joined = pd.concat(parts, ignore_index=True)
    pd.testing.assert_frame_equal(part(slice(0, 6)), joined)


def test_order_of_dates_and_copies_of_a_day_change_nothing():
    values = series(0.6, sd=0.02, seed=5)
    mixed = np.random.default_rng(0).permutation(len(DAYS))
    first = judged(values)
    again = pil.judge_restoration(values[:, mixed], DAYS[mixed], phases(), rule=RULE)
    pd.testing.assert_frame_equal(first, again)
    twice = pil.judge_restoration(
        np.repeat(values, 2, axis=1), np.repeat(DAYS, 2), phases(), rule=RULE
    )
    assert only(twice).recovery == pytest.approx(only(first).recovery)
    assert only(twice).recovery_high == pytest.approx(only(first).recovery_high)


def test_many_series_are_quick_and_none_is_lost():
    rows = 3 * CHUNK + 1
    values = np.broadcast_to(series(0.5), (rows, len(DAYS)))
    begin = time.process_time()
    frame = judged(values)
    assert time.process_time() - begin < 10
    assert len(frame) == rows
    assert (frame["state"] == "partly_restored").all()


def test_no_series_give_no_rows():
    frame = judged(np.zeros((0, len(DAYS))), when=phases(0))
    assert tuple(frame.columns) == RESTORATION_COLUMNS
    assert frame.empty
    assert frame["latest_last"].dtype.kind == "M"
    (row,) = pil.judge_restoration(
        np.zeros((1, 0)), [], phases(), rule=RULE
    ).itertuples()
    assert row.state == "cannot_tell"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"dates": DAYS[1:]}, "应当相等"),
        ({"dates": ["某日"] * len(DAYS)}, "日期无法识别"),
        ({"phases": phases(2)}, "每个序列一行"),
        ({"phases": pd.DataFrame({"claimed_on": [CLAIMED]})}, "damaged_by"),
        ({"shares": np.ones((2, 3))}, "shares 的形状"),
        ({"reference": pil.Reference(np.ones(3), 0.1)}, "reference.values 的形状"),
        ({"values": [["高"] * len(DAYS)]}, "序列应当是数值"),
    ],
)
def test_misuse_is_a_sentence(change, why):
    given = {"values": series(1.0), "dates": DAYS, "phases": phases(), **change}
    with pytest.raises(ArgumentError, match=why):
        pil.judge_restoration(**given, rule=RULE)


@pytest.mark.parametrize("wrong", [{"restored_share": 0.2}, {"noise": 0}])
def test_thresholds_must_make_sense(wrong):
    numbers = {
        "restored_share": 0.8,
        "partly_share": 0.3,
        "relapse_share": 0.3,
        "min_loss": 0.15,
        "noise": 0.02,
        "drift": 0.05,
    }
    with pytest.raises(ArgumentError, match="阈值不合理"):
        pil.RestorationRule(**{**numbers, **wrong})


def blocks(values):
    """Means of 5 × 5 pixels, and the median and sd of the eight blocks around each."""
    cells = values.reshape(len(values), 20, 5, 20, 5)
    count = np.isfinite(cells).sum(axis=(2, 4))
    total = np.nansum(cells, axis=(2, 4))
    mean = np.where(count >= 20, total / np.maximum(count, 1), np.nan)
    wide = np.pad(mean, ((0, 0), (1, 1), (1, 1)), constant_values=np.nan)
    moves = [(i, j) for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    near = np.stack([wide[:, i : i + 20, j : j + 20] for i, j in moves])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a date may be all cloud
        ring, spread = np.nanmedian(near, axis=0), np.nanstd(near, axis=0)
    return [a.reshape(len(values), -1).T for a in (mean, count / 25, ring, spread)]


@pytest.mark.parametrize(
    ("truth", "right"),
    [(0.0, "not_restored"), (0.5, "partly_restored"), (1.0, "restored")],
)
@pytest.mark.parametrize("known_past", [True, False])
def test_planted_damage_in_real_fields(truth, right, known_past):
    """Damage and recovery are planted, clouds, seasons and neighbours are real."""
    if not SLOVENIA.exists():
        pytest.skip(f"no real data in {SLOVENIA}")
    ndvi = np.load(SLOVENIA / "NDVI.npy")[..., 0].astype(float)
    clear = np.load(SLOVENIA / "IS_VALID.npy")[..., 0].astype(bool)
    clear &= np.load(SLOVENIA / "CLM.npy")[..., 0] == 0
    days = np.array(
        json.loads((SLOVENIA / "timestamps.json").read_text()), dtype="datetime64[D]"
    )
    real, shares, ring, spread = blocks(np.where(clear, ndvi, np.nan)[:, :100, :100])
    bare = BARE + np.random.default_rng(1).normal(0, 0.02, real.shape)
    begin, end = np.datetime64("2016-08-31"), np.datetime64("2017-03-31")
    planted = np.where(days <= begin, real, bare)
    planted = np.where(days > end, BARE + truth * (real - BARE), planted)
    planted[np.isnan(real)] = np.nan
    past = begin if known_past else np.datetime64("NaT")
    when = pd.DataFrame({"damaged_by": [end], "intact_until": [past]})
    frame = pil.judge_restoration(
        planted,
        days,
        when.loc[when.index.repeat(len(planted))],
        rule=RULE,
        shares=shares,
        reference=pil.Reference(ring, spread),
    )
    told = frame[frame["state"] != "cannot_tell"]
    assert len(told) > 0.5 * len(frame)
    assert (told["state"] == right).mean() > 0.95
    held = told["recovery_low"].le(truth) & told["recovery_high"].ge(truth)
    assert held.mean() > 0.9


def test_the_past_of_a_field_alone_rarely_decides():
    """A year of history does not foretell the next: rather nothing than a relapse."""
    rows = 400
    moved = np.random.default_rng(2).normal(0, 0.15, (rows, 6))
    year = (DAYS.astype("datetime64[Y]").astype(int) - 51).clip(0, 5)
    values = series(1.0, sd=0.02, rows=rows) + moved[:, year] * (WHOLE > 0.5)
    frame = judged(values)
    assert (frame["state"] == "relapsed").mean() < 0.02
    assert (frame["state"] == "not_restored").mean() < 0.02
