import datetime as dt
import json
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pil_discovery.errors import ArgumentError
from pil_discovery.imagery.series import BREAK_COLUMNS, find_breaks

SLOVENIA = Path(os.environ.get("PIL_SHARED_DATA", "../shared/data")) / "s2_slovenia"
DAYS = np.arange("2022-01-05", "2025-01-01", 12, dtype="datetime64[D]")
YEARS = (DAYS - DAYS[0]).astype(float) / 365.25
START = dt.date(2024, 1, 1)


def series(seed, *, drop=0.0, on="2024-05-01", sd=0.03, rows=1):
    noise = np.random.default_rng(seed).normal(0, sd, (rows, len(DAYS)))
    values = 0.5 + 0.25 * np.sin(2 * np.pi * YEARS) + noise
    values[:, np.datetime64(on) <= DAYS] -= drop
    return values


def test_a_felled_parcel_is_dated():
    found = find_breaks(series(1, drop=0.35, rows=50), DAYS, start=START)
    frame = found.frame
    assert tuple(frame.columns) == BREAK_COLUMNS
    assert (frame["state"] == "broken").all()
    assert (frame["earliest"] < "2024-05-01").mean() >= 0.95
    assert (frame["latest"] >= "2024-05-01").all()
    assert (frame["latest"] <= "2024-06-01").all()
    assert frame["size"].mean() == pytest.approx(-0.35, abs=0.03)
    assert (frame["z"] < -3).all()


def test_quiet_series_are_stable_and_say_what_they_cannot_show():
    frame = find_breaks(series(2, rows=200), DAYS, start=START).frame
    assert (frame["state"] == "stable").mean() >= 0.99
    quiet = frame[frame["state"] == "stable"]
    assert quiet["latest"].isna().all()
    assert quiet["reason"].str.contains("不可检出").all()
    assert quiet["floor"].between(0.05, 0.15).all()


def test_two_low_dates_are_not_a_break():
    values = series(3)
    values[0, 80:82] -= 0.4
    assert find_breaks(values, DAYS, start=START).frame["state"].tolist() == ["stable"]


def test_acquisitions_of_one_day_count_once():
    values = series(3)
    late = np.flatnonzero(np.datetime64("2024-05-01") <= DAYS)[0]
    values[0, late] -= 0.5
    days = np.concatenate([DAYS, np.repeat(DAYS[late], 4)])
    repeated = np.concatenate([values, np.repeat(values[:, [late]], 4, axis=1)], axis=1)
    one = find_breaks(values, DAYS, start=START).frame
    many = find_breaks(repeated, days, start=START).frame
    assert one["state"].tolist() == ["stable"]
    assert many.equals(one)


def test_short_history_and_short_watch_are_unknown():
    values = series(1, drop=0.35)
    valid = np.ones_like(values, dtype=bool)
    valid[:, 5:60] = False
    found = find_breaks(values, DAYS, valid, start=START).frame
    assert found["state"].tolist() == ["unknown"]
    assert "历史期" in found["reason"][0]
    valid = np.ones_like(values, dtype=bool)
    valid[:, 64:] = False
    found = find_breaks(values, DAYS, valid, start=START).frame
    assert "监测期" in found["reason"][0]
    assert found["latest"].isna().all()


def test_clouds_without_a_mask_are_unknown_never_stable():
    values = series(4, rows=30)
    cloudy = np.random.default_rng(5).random(values.shape) < 0.35
    values = np.where(cloudy, 0.05, values)
    bare = find_breaks(values, DAYS, start=START).frame
    assert (bare["state"] == "unknown").all()
    masked = find_breaks(values, DAYS, ~cloudy, start=START).frame
    assert (masked["state"] == "stable").mean() > 0.9


def test_one_series_order_of_dates_and_default_start():
    values = series(1, drop=0.35)[0]
    shuffled = np.random.default_rng(0).permutation(len(DAYS))
    first = find_breaks(values, DAYS)
    again = find_breaks(values[shuffled], DAYS[shuffled])
    assert first.frame.equals(again.frame)
    assert first.start == (DAYS[0] + (DAYS[-1] - DAYS[0]) // 2).item()


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="每个序列有 2 个数值，日期有 3 个"):
        find_breaks(np.zeros((1, 2)), DAYS[:3])


def test_no_series_and_no_dates():
    assert find_breaks(np.zeros((0, 5)), DAYS[:5]).frame.empty
    assert find_breaks(np.zeros((1, 0)), []).frame["state"].tolist() == ["unknown"]


def test_the_second_opinion_agrees_with_a_step_and_not_with_a_dip_before_it():
    step = find_breaks(series(6, drop=0.3, rows=40), DAYS, start=START).frame
    assert step["second_agrees"].mean() > 0.95
    lag = (step["second"] - pd.Timestamp("2024-05-01")).dt.days
    assert lag.median() <= 12
    values = series(7, drop=0.3, on="2024-08-01", rows=40)
    dip = np.flatnonzero(np.datetime64(START) <= DAYS)[:3]
    values[:, dip] -= 0.15
    frame = find_breaks(values, DAYS, start=START).frame
    doubtful = frame[frame["latest"] < "2024-03-01"]
    assert len(doubtful) > 20
    assert doubtful["second_agrees"].mean() < 0.2
    assert (doubtful["second"] > "2024-06-01").mean() > 0.8


def test_only_a_broken_series_has_a_second_opinion():
    frame = find_breaks(series(2, rows=50), DAYS, start=START).frame
    quiet = frame[frame["state"] == "stable"]
    assert quiet["second"].isna().all()
    assert quiet["second_agrees"].isna().all()


def test_a_slow_loss_shows_as_a_trend():
    values = series(8, rows=60) - 0.03 * YEARS
    frame = find_breaks(values, DAYS, start=START).frame
    assert frame["trend"].mean() == pytest.approx(-0.03, abs=0.005)
    holds = (frame["trend_low"] <= -0.03) & (frame["trend_high"] >= -0.03)
    assert holds.mean() > 0.85
    assert (frame["trend_p"] < 0.05).mean() > 0.9
    level = find_breaks(series(9, rows=200), DAYS, start=START).frame
    assert (level["trend_p"] < 0.05).mean() < 0.15


def test_less_than_two_years_have_no_trend():
    short = np.datetime64("2023-12-01") > DAYS
    frame = find_breaks(series(1)[:, short], DAYS[short]).frame
    assert frame[["trend", "trend_low", "trend_high", "trend_p"]].isna().all().all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.floats(0, 0.5), st.integers(1, 5))
def test_cutting_the_table_changes_nothing(seed, drop, cut):
    values = series(seed, drop=drop, rows=6)
    whole = find_breaks(values, DAYS, start=START).frame
    parts = [find_breaks(values[:cut], DAYS, start=START).frame]
    parts += [find_breaks(values[cut:], DAYS, start=START).frame]
    for name in ("state", "earliest", "latest", "second", "trend"):
        assert whole[name].tolist() == [v for p in parts for v in p[name].tolist()]


@pytest.mark.parametrize(
    ("drop", "start", "on", "least"),
    [
        (0.35, "2017-01-01", "2017-04-01", 0.98),
        (0.35, "2017-03-01", "2017-03-01", 0.98),
        (0.35, "2016-12-01", "2017-06-15", 0.98),
        (0.20, "2017-01-01", "2017-04-01", 0.78),
        (0.20, "2016-12-01", "2017-06-15", 0.78),
    ],
)
def test_injected_drops_in_real_series(drop, start, on, least):
    if not SLOVENIA.exists():
        pytest.skip(f"no real data in {SLOVENIA}")
    ndvi = np.load(SLOVENIA / "NDVI.npy")[..., 0].reshape(68, -1).T.astype(float)
    clear = np.load(SLOVENIA / "IS_VALID.npy")[..., 0].reshape(68, -1).T
    clear &= np.load(SLOVENIA / "CLM.npy")[..., 0].reshape(68, -1).T == 0
    days = np.array(
        json.loads((SLOVENIA / "timestamps.json").read_text()), dtype="datetime64[D]"
    )
    felled = np.random.default_rng(0).random(len(ndvi)) < 0.5
    day = np.datetime64(on)
    ndvi[np.ix_(felled, days >= day)] -= drop
    begin = time.perf_counter()
    frame = find_breaks(ndvi, days, clear, start=dt.date.fromisoformat(start)).frame
    assert time.perf_counter() - begin < 5
    broken = (frame["state"] == "broken").to_numpy()
    hits = (broken & felled).sum()
    assert 2 * hits / (broken.sum() + felled.sum()) >= least
    assert (broken & ~felled).sum() / (~felled).sum() <= 0.01
    known = frame[broken & felled & (frame["latest"] >= day).to_numpy()]
    assert (known["earliest"] < day).mean() >= 0.95


def test_real_clouds_without_a_mask_are_unknown():
    if not SLOVENIA.exists():
        pytest.skip(f"no real data in {SLOVENIA}")
    ndvi = np.load(SLOVENIA / "NDVI.npy")[..., 0].reshape(68, -1).T.astype(float)[::9]
    days = np.array(
        json.loads((SLOVENIA / "timestamps.json").read_text()), dtype="datetime64[D]"
    )
    frame = find_breaks(ndvi, days, start=dt.date(2017, 1, 1)).frame
    assert not (frame["state"] == "stable").any()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("x", DAYS), "序列应当是数值"),
        ((series(1), ["x"] * len(DAYS)), "日期无法识别"),
        ((series(1), DAYS[:-1]), "应当相等"),
        ((series(1), DAYS, [[True]]), "valid 的形状"),
    ],
)
def test_misuse_is_a_sentence(arguments, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        find_breaks(*arguments)
