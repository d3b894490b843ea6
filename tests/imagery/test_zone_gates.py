import numpy as np
import pytest

from pil_discovery.imagery.zone_gates import (
    dates_gate,
    series_gates,
    sight_gate,
    sight_gates,
    told,
    without_pair,
)

CLEAR = np.zeros((4, 4))


@pytest.fixture
def image(picture):
    """Return a function (date, with a cloud mask?) → Image of flat ground."""

    def make(day, *, masked=True):
        return picture(np.ones((6, 4, 4)), day, cloud=CLEAR if masked else None)

    return make


def verdicts(gates):
    return {name: verdict for name, verdict, _ in gates}


def test_a_pair_without_a_later_picture_is_flagged(image):
    pair = {"before": image("2024-07-01"), "after": image("2025-07-10")}
    gate = dates_gate(pair)
    assert gate["verdict"] == "flag"
    assert "前时相2024-07-01，后时相2025-07-10" in gate["reason"]
    three = dates_gate({**pair, "confirm": image("2025-08-20")})
    assert three["verdict"] == "ok"
    assert "复核时相2025-08-20" in three["reason"]


@pytest.mark.parametrize(
    ("shares", "bare", "verdict"),
    [
        ({"前时相": 1.0, "后时相": 0.8}, [], "ok"),
        ({"前时相": 1.0, "后时相": 0.79}, [], "refuse"),
        ({"前时相": 1.0, "后时相": 1.0}, ["后时相"], "flag"),
        ({"前时相": 0.5, "后时相": 1.0}, ["后时相"], "refuse"),
    ],
)
def test_clouds_are_judged_inside_the_polygon(shares, bare, verdict):
    gate = sight_gate(shares, bare)
    assert gate["verdict"] == verdict
    assert ("缺少云掩膜：后时相" in gate["reason"]) == bool(bare)
    assert f"前时相有效面积{shares['前时相']:.1%}" in gate["reason"]


def test_one_picture_tells_of_each_polygon_its_own(image):
    seen, outside = sight_gates(
        [0.95, 0.0], ["", "地块不在影像范围内"], image("2025-07-10")
    )
    assert seen == (("cloud", "ok", "地块内2025-07-10影像有效面积95.0%"),)
    assert outside == (("cloud", "refuse", "2025-07-10：地块不在影像范围内"),)
    (bare,) = sight_gates([1.0], [""], image("2025-07-10", masked=False))
    assert bare[0][1] == "flag"


def test_a_series_that_tells_nothing_is_refused_and_one_look_is_flagged(image):
    images = [image("2025-07-10"), image("2025-08-10")]
    reasons = ["已恢复", "不能判断", "未恢复；只有一期影像"]
    found = series_gates(reasons, [True, False, True], images, [True, True, False])
    assert [verdicts(one)["series"] for one in found] == [
        *("ok", "refuse", "flag"),
    ]
    assert {verdicts(one)["cloud"] for one in found} == {"ok"}
    mixed = series_gates(
        ["稳定"], [True], [images[0], image("2025-09-01", masked=False)]
    )
    assert mixed[0][1][:2] == ("cloud", "flag")
    assert "2期影像中1期没有云掩膜" in mixed[0][1][2]


def test_gates_keep_their_order_and_lose_their_numbers():
    gates = {"b": {"verdict": "ok", "reason": "甲", "days": 3.0}}
    assert told(gates) == (("b", "ok", "甲"),)


def test_without_a_pair_clouds_are_told_apart_from_missing_dates():
    none = {n: (v, r) for n, v, r in without_pair("没有可用影像", np.zeros(3))}
    assert none["pictures"] == ("refuse", "没有可用影像")
    assert none["cloud"] == (
        "refuse",
        "3期影像中3期在地块内的有效面积不足80%，不能使用",
    )
    clear = without_pair("只有一期可用影像", np.ones(1))
    assert [v for _, v, _ in clear] == ["refuse", "ok"]
