import datetime as dt

import numpy as np
import pytest

from pil_discovery.imagery.roles import choose_roles

AS_OF = dt.date(2025, 9, 30)


def roles(picture, days, shares=None, **more):
    images = [picture(np.zeros((1, 2, 2)), day) for day in days]
    table = np.ones((1, len(days))) if shares is None else np.atleast_2d(shares)
    frame = choose_roles(images, table, AS_OF, **more)
    dated = [
        (*(days[i] if i >= 0 else None for i in row[:3]), row[3])
        for row in frame.itertuples(index=False)
    ]
    return dated if len(dated) > 1 else dated[0]


def test_house_rule(picture):
    days = ["2025-08-20", "2024-07-01", "2023-07-01", "2025-07-10", "2025-10-02"]
    assert roles(picture, days) == ("2024-07-01", "2025-07-10", "2025-08-20", "")


def test_before_is_of_the_same_season_and_300_days_away(picture):
    days = ["2022-07-05", "2024-01-01", "2024-12-20", "2025-07-10", "2025-08-20"]
    assert roles(picture, days)[0] == "2022-07-05"


def test_season_goes_round_the_turn_of_the_year(picture):
    days = ["2023-12-25", "2025-01-05", "2025-03-01"]
    assert roles(picture, days) == ("2023-12-25", "2025-01-05", "2025-03-01", "")


def test_two_pictures_give_an_unconfirmed_pair(picture):
    assert roles(picture, ["2025-05-01", "2024-01-01"]) == (
        "2024-01-01",
        "2025-05-01",
        None,
        "",
    )


def test_clouds_are_judged_inside_each_polygon(picture):
    days = ["2024-07-01", "2025-07-10", "2025-08-20"]
    found = roles(picture, days, [[1, 1, 1], [1, 1, 0.5], [1, 0.79, 0.1], [0, 0, 0]])
    assert found[0] == ("2024-07-01", "2025-07-10", "2025-08-20", "")
    assert found[1] == ("2024-07-01", "2025-07-10", None, "")
    assert found[2][3] == "只有一期可用影像"
    assert "没有可用影像" in found[3][3]


def test_without_a_confirming_gap_the_latest_is_after(picture):
    days = ["2023-08-20", "2024-08-18", "2025-08-20"]
    assert roles(picture, days) == ("2024-08-18", "2025-08-20", None, "")


def test_no_same_season_is_said(picture):
    days = ["2025-01-01", "2025-07-10", "2025-08-20"]
    assert "同季节" in roles(picture, days)[3]


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        (dt.date(2024, 12, 31), ("2024-07-01", "2025-07-10", "2025-08-20", "")),
        (dt.date(2025, 7, 20), ("2025-07-10", "2025-08-20", None, "")),
        (dt.date(2020, 1, 1), (None, None, None, "2020-01-01之前没有可用影像")),
        (dt.date(2025, 8, 25), (None, None, None, "2025-08-25之后没有可用影像")),
        (None, (None, None, None, "缺少确定前时相的日期")),
    ],
)
def test_anchor_fixes_before(picture, anchor, expected):
    days = ["2023-01-01", "2024-07-01", "2025-07-10", "2025-08-20"]
    assert roles(picture, days, anchors=[anchor]) == expected
