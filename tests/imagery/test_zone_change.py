import datetime as dt
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pil_discovery.imagery.zone_change import ZONE_COLUMNS, change_in_zones

FIELD = np.array([0.05, 0.08, 0.06, 0.40, 0.20, 0.12])
BARE = np.array([0.12, 0.16, 0.22, 0.28, 0.38, 0.34])
AS_OF = dt.date(2025, 9, 30)
BLOCK = (slice(40, 60), slice(50, 80))


def scene(seed, *blocks, side=120):
    noise = np.random.default_rng(seed).normal(0, 0.01, (6, side, side))
    values = FIELD[:, None, None] + noise
    for block in blocks:
        values[:, *block] += (BARE - FIELD)[:, None, None]
    return values


def box(top, left, bottom, right):
    """Return pixel rows and columns as a box on the ground."""
    return shapely.box(
        500000 + 10 * left,
        3100000 - 10 * bottom,
        500000 + 10 * right,
        3100000 - 10 * top,
    )


def zones(*shapes):
    frame = gpd.GeoDataFrame(
        index=[f"P{n}" for n in range(len(shapes))], geometry=list(shapes), crs=4549
    )
    return frame.to_crs(4490)


def three(picture, *confirm, **more):
    return [
        picture(scene(1), "2024-07-01", **more),
        picture(scene(2, BLOCK), "2025-07-10", **more),
        picture(scene(3, *confirm), "2025-08-20", **more),
    ]


def verdicts(found, place=0):
    """Gate → verdict of one polygon."""
    return {name: verdict for name, verdict, _ in found["quality"][place]}


def test_changed_and_stable_polygons(picture):
    frame = zones(box(35, 45, 65, 85), box(50, 60, 70, 90), box(90, 0, 110, 20))
    found = change_in_zones(
        frame,
        three(picture, BLOCK, sigma_m=3.0),
        as_of=AS_OF,
        direction=("vegetation_lost", "bare_gained"),
    )
    assert tuple(found.columns) == ZONE_COLUMNS
    assert found["zone_id"].tolist() == ["P0", "P1", "P2"]
    assert found["state"].tolist() == ["changed", "changed", "stable"]
    assert found["area_m2"].tolist() == pytest.approx([60000, 20000, 0], rel=5e-3)
    assert found["confirmed"].tolist()[:2] == [True, True]
    assert found["confirm_date"][0] == pd.Timestamp("2025-08-20")
    assert found["sigma_m"][0] == pytest.approx(3.0 * 2**0.5)
    assert found["valid_share"].tolist() == pytest.approx([1, 1, 1])
    assert found.geometry[2] is None
    assert found.crs == "EPSG:4490"


def test_what_was_gone_on_the_confirming_day_is_not_confirmed(picture):
    frame = zones(box(35, 45, 65, 85))
    found = change_in_zones(frame, three(picture), as_of=AS_OF)
    assert found["state"].tolist() == ["changed"]
    assert found["confirmed"].tolist() == [False]


def test_two_pictures_leave_it_unconfirmed(picture):
    frame = zones(box(35, 45, 65, 85))
    found = change_in_zones(frame, three(picture)[:2], as_of=AS_OF)
    assert found["confirmed"].isna().all()
    assert verdicts(found)["pictures"] == "flag"
    assert np.isnan(found["sigma_m"][0])
    assert found["confirm_date"].isna().all()


def test_margin_follows_a_patch_that_touches_the_polygon(picture):
    frame = zones(box(40, 75, 60, 95), box(40, 83, 60, 103))
    images = three(picture, BLOCK)
    without = change_in_zones(frame, images, as_of=AS_OF)
    within = change_in_zones(frame, images, as_of=AS_OF, margin_m=50.0)
    assert without["state"].tolist() == ["changed", "stable"]
    assert within["state"].tolist() == ["changed", "stable"]
    assert without["area_m2"][0] == pytest.approx(10000, rel=2e-2)
    assert within["area_m2"][0] == pytest.approx(20000, rel=2e-2)


def test_what_lies_in_the_margin_does_not_decide_whether_a_change_lasted(picture):
    kept, gone = (slice(40, 50), slice(50, 60)), (slice(40, 60), slice(63, 83))
    pictures = [
        picture(scene(1), "2024-07-01"),
        picture(scene(2, kept, gone), "2025-07-10"),
        picture(scene(3, kept), "2025-08-20"),
    ]
    frame = zones(box(38, 48, 52, 64))
    found = change_in_zones(frame, pictures, as_of=AS_OF, margin_m=200.0)
    assert found["area_m2"].tolist() == pytest.approx([50000], rel=0.02)
    assert found["confirmed"].tolist() == [True]


def test_small_change_is_stable(picture):
    frame = zones(box(50, 60, 70, 90))
    found = change_in_zones(frame, three(picture, BLOCK), as_of=AS_OF, min_area_m2=3e4)
    assert found["state"].tolist() == ["stable"]


def test_clouds_over_one_polygon_leave_only_that_one_unknown(picture):
    cloud = np.zeros((120, 120))
    cloud[:, 40:90] = 1
    images = [
        picture(scene(1), "2024-07-01"),
        picture(scene(2, BLOCK), "2025-07-10", cloud=cloud),
    ]
    frame = zones(box(35, 45, 65, 85), box(90, 0, 110, 20))
    found = change_in_zones(frame, images, as_of=AS_OF)
    assert found["state"].tolist() == ["unknown", "stable"]
    assert "一期可用影像" in found["reason"][0]
    assert verdicts(found) == {"pictures": "refuse", "cloud": "refuse"}
    assert verdicts(found, 1)["cloud"] == "flag"  # the first came without a mask
    assert np.isnan(found["area_m2"][0])


def test_visible_light_and_missing_bands_are_unknown(picture):
    rgb = [
        picture(scene(1)[:3], "2024-07-01"),
        picture(scene(2, BLOCK)[:3], "2025-07-10"),
    ]
    frame = zones(box(35, 45, 65, 85))
    found = change_in_zones(frame, rgb, as_of=AS_OF)
    assert found["state"].tolist() == ["unknown"]
    assert "可见光" in found["reason"][0]
    assert verdicts(found)["abstain"] == "refuse"
    four = [
        picture(scene(1)[:4], "2024-07-01"),
        picture(scene(2, BLOCK)[:4], "2025-07-10"),
    ]
    found = change_in_zones(frame, four, as_of=AS_OF, direction=("built_gained",))
    assert "波段不足" in found["reason"][0]
    assert verdicts(found)["bands"] == "refuse"


def test_a_raw_picture_leaves_it_unknown(picture):
    before, after = three(picture, BLOCK)[:2]
    told = after.provenance.model_copy(update={"orthorectified": False})
    images = [before, replace(after, provenance=told)]
    found = change_in_zones(zones(box(35, 45, 65, 85)), images, as_of=AS_OF)
    assert found["state"].tolist() == ["unknown"]
    assert "未正射" in found["reason"][0]
    assert verdicts(found)["rectified"] == "refuse"


def test_anchor_decides_before(picture):
    images = three(picture, BLOCK)
    frame = zones(box(35, 45, 65, 85), box(35, 45, 65, 85), box(35, 45, 65, 85))
    anchors = pd.Series(
        pd.to_datetime(["2025-01-01", "2025-07-20", None]), index=frame.index
    )
    found = change_in_zones(frame, images, as_of=AS_OF, anchors=anchors)
    assert found["state"].tolist() == ["changed", "stable", "unknown"]
    assert found["before_date"][1] == pd.Timestamp("2025-07-10")


def test_no_pictures_and_no_polygons(picture):
    frame = zones(box(35, 45, 65, 85))
    assert change_in_zones(frame, [], as_of=AS_OF)["state"].tolist() == ["unknown"]
    assert change_in_zones(zones(), three(picture), as_of=AS_OF).empty


def test_a_pair_of_pictures_that_pass_every_gate(picture):
    clear = {"cloud": np.zeros((120, 120))}
    found = change_in_zones(
        zones(box(35, 45, 65, 85)), three(picture, BLOCK, **clear), as_of=AS_OF
    )
    told = verdicts(found)
    assert {"pictures", "season", "cloud", "rectified", "grid", "abstain"} <= set(told)
    flat = {"shift", "normalisation"}  # one kind of ground shows neither
    assert {told[name] for name in told.keys() - flat} == {"ok"}


def test_another_season_is_flagged(picture):
    images = [
        picture(scene(1), "2024-03-01"),
        picture(scene(2, BLOCK), "2025-07-10"),
    ]
    found = change_in_zones(zones(box(35, 45, 65, 85)), images, as_of=AS_OF)
    assert found["state"].tolist() == ["changed"]
    assert verdicts(found)["season"] == "flag"
    assert "跨季节" in found["reason"][0]
