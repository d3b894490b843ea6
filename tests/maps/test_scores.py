"""The chart of a backtest."""

import io
import math

import numpy as np
from PIL import Image

from pil_discovery.maps.scores import BOXES, HEIGHT, WIDTH, Period, draw_scores

GROUPS = [(0.05 * n, 0.05 * n) for n in range(1, 11)]


def period(name="2026Q1", auc=0.7, rate=0.2, alarm=False):
    return Period(name, auc, auc - 0.05, auc + 0.05, rate, 0.2, alarm)


def sheet(periods):
    png = draw_scores(periods, GROUPS, "评分回测：示例")
    return np.asarray(Image.open(io.BytesIO(png)).convert("L"))


def ink(picture, box):
    left, top, right, bottom = box
    return int((picture[top + 4 : bottom - 4, left + 4 : right - 4] < 128).sum())


def test_the_sheet_is_the_same_each_time():
    periods = [period("2026Q1"), period("2026Q2", 0.6)]
    assert draw_scores(periods, GROUPS, "甲") == draw_scores(periods, GROUPS, "甲")
    assert sheet(periods).shape == (HEIGHT, WIDTH)


def test_a_period_without_order_is_left_out_of_the_first_chart_only():
    whole = sheet([period("2026Q1"), period("2026Q2")])
    half = sheet([period("2026Q1"), period("2026Q2", math.nan)])
    assert ink(half, BOXES[0]) < ink(whole, BOXES[0])
    assert ink(half, BOXES[2]) == ink(whole, BOXES[2])


def test_an_alarm_is_written_beside_its_period():
    quiet = sheet([period(), period("2026Q2", rate=0.1)])
    loud = sheet([period(), period("2026Q2", rate=0.1, alarm=True)])
    assert ink(loud, BOXES[2]) > ink(quiet, BOXES[2])


def test_one_period_and_many_find_room():
    for count in (1, 40):
        assert ink(sheet([period(f"2026-{n:02}") for n in range(count)]), BOXES[0])
