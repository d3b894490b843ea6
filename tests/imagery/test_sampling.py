"""Points are drawn by stratum, and labels give an area with an honest interval."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pil_discovery.errors import ArgumentError, ImageError
from pil_discovery.geo.area import area_m2
from pil_discovery.imagery.change import detect_change
from pil_discovery.imagery.sampling import (
    STRATA,
    estimate_area,
    plan_samples,
    sample_size,
    stratified_area,
    stratum_areas,
)
from tests.imagery.scenes import scene, stripped


@pytest.fixture
def change(picture):
    """A field of 20 × 30 pixels of 10 m stripped, on 112 × 112."""
    before = picture(scene(1), "2024-05-10")
    after = picture(stripped(scene(2), slice(40, 60), slice(50, 80)), "2025-05-12")
    return detect_change(before, after)


def labelled(samples, *, missed=()):
    """Label as the map says; some points of the unchanged stratum are change, too."""
    truth = samples["stratum"] == "changed"
    truth[samples["sample_id"].isin(missed)] = True
    return samples.assign(changed=truth)


def test_points_are_pixels_of_their_stratum_in_an_order_that_tells_nothing(change):
    samples = plan_samples(change, per_stratum=60)
    assert samples["stratum"].value_counts().to_dict() == {
        "changed": 60,
        "unchanged": 60,
    }
    assert samples.crs == "EPSG:4490"
    assert samples["changed"].isna().all()
    assert samples.geometry.is_unique
    runs = (samples["stratum"] != samples["stratum"].shift()).sum()
    assert 40 < runs < 80
    assert estimate_area(change, labelled(samples)).n == 120  # each on its stratum
    assert plan_samples(change, per_stratum=60).equals(samples)
    assert not plan_samples(change, per_stratum=60, seed=1).equals(samples)


def test_a_small_stratum_is_taken_whole(change):
    samples = plan_samples(change, per_stratum={"changed": 5000, "unchanged": 10})
    assert (samples["stratum"] == "changed").sum() == change.mask.sum()


def test_strata_are_measured_as_official_areas(change):
    areas = stratum_areas(change)
    assert areas["changed"] == pytest.approx(change.patches["area_m2"].sum(), rel=1e-6)
    frame = gpd.GeoSeries([shapely.box(*change.grid.bounds)], crs=change.grid.crs)
    assert sum(areas.values()) == pytest.approx(area_m2(frame)[0], rel=1e-6)


def test_labels_correct_what_the_map_misses(change):
    samples = plan_samples(change, per_stratum=100)
    areas = stratum_areas(change)
    quiet = samples.loc[samples["stratum"] == "unchanged", "sample_id"]
    found = estimate_area(change, labelled(samples, missed=set(quiet[:4])))
    assert found.mapped_m2 == areas["changed"]
    assert found.adjusted_m2 == pytest.approx(
        areas["changed"] + 0.04 * areas["unchanged"]
    )
    assert found.low_m2 < found.adjusted_m2 < found.high_m2
    assert found.se_m2 == pytest.approx(
        areas["unchanged"] * np.sqrt(0.04 * 0.96 / 99), rel=1e-9
    )
    assert found.users == 1.0
    assert found.producers == pytest.approx(areas["changed"] / found.adjusted_m2)
    assert found.strata["unchanged"] == {
        "area_m2": areas["unchanged"],
        "changed": 4,
        "n": 100,
    }
    assert found.notes == ()
    assert estimate_area(change, labelled(samples, missed=set(quiet[:4]))) == found


def test_order_of_points_changes_nothing(change):
    samples = labelled(plan_samples(change))
    assert estimate_area(change, samples[::-1]) == estimate_area(change, samples)


def test_what_weakens_the_estimate_is_said(change):
    samples = labelled(plan_samples(change, per_stratum=30))
    open_ones = samples.assign(changed=samples["changed"].astype("boolean"))
    open_ones.loc[open_ones.index[:3], "changed"] = None
    notes = estimate_area(change, open_ones).notes
    assert "变化层只有" in notes[0]
    assert notes[-1] == "3 个样点没有判读，未计入"


def test_labels_come_back_from_a_file(change, tmp_path):
    samples = labelled(plan_samples(change))
    samples.to_file(tmp_path / "样点.gpkg")
    back = gpd.read_file(tmp_path / "样点.gpkg")
    assert estimate_area(change, back) == estimate_area(change, samples)
    numbers = samples.assign(changed=samples["changed"].astype(float))
    assert estimate_area(change, numbers) == estimate_area(change, samples)


def test_points_of_another_map_are_refused(change):
    samples = labelled(plan_samples(change))
    away = samples.set_geometry(samples.translate(1.0))
    with pytest.raises(ArgumentError, match="第 1 个样点不在两期影像都有效的范围内"):
        estimate_area(change, away)
    swapped = samples.assign(
        stratum=samples["stratum"].map(dict(zip(STRATA, STRATA[::-1], strict=True)))
    )
    with pytest.raises(ArgumentError, match="第 200 个样点的分层与变化图不符"):
        estimate_area(change, swapped)
    unnamed = samples.drop(columns="stratum")
    assert estimate_area(change, unnamed) == estimate_area(change, samples)


def test_labels_that_are_none_are_refused(change):
    samples = plan_samples(change)
    with pytest.raises(
        ArgumentError, match="changed 列只能是 true 或 false，不能是：是的"
    ):
        estimate_area(change, samples.assign(changed="是的"))
    with pytest.raises(ArgumentError, match="没有 changed 列"):
        estimate_area(change, samples.drop(columns="changed"))
    half = labelled(samples[samples["stratum"] == "changed"])
    with pytest.raises(ImageError, match="没有已判读的样点：未变化层"):
        estimate_area(change, half)


@pytest.mark.parametrize("n", [(50, 50), (100, 100)], ids=str)
def test_intervals_hold_the_truth_as_often_as_they_say(n):
    """Twenty populations: shares of change 2 % to 40 %, commission and omission."""
    draw = np.random.default_rng(11)
    held = []
    for _ in range(20):
        mapped = draw.uniform(0.02, 0.4)
        users, missed = draw.uniform(0.7, 0.98), draw.uniform(0.004, 0.06)
        areas = {"changed": mapped * 1e6, "unchanged": (1 - mapped) * 1e6}
        truth = areas["changed"] * users + areas["unchanged"] * missed
        for run in range(60):
            counts = {
                "changed": (draw.binomial(n[0], users), n[0]),
                "unchanged": (draw.binomial(n[1], missed), n[1]),
            }
            found = stratified_area(areas, counts, seed=run)
            held.append(found["low_m2"] <= truth <= found["high_m2"])
    assert 0.93 <= np.mean(held) <= 0.98


def test_size_of_a_sample():
    shares, rates = (
        {"changed": 0.1, "unchanged": 0.9},
        {
            "changed": 0.8,
            "unchanged": 0.02,
        },
    )
    n = sample_size(shares, rates, se_share=0.01)
    assert n == np.ceil(((0.1 * 0.4 + 0.9 * np.sqrt(0.0196)) / 0.01) ** 2)
    with pytest.raises(ArgumentError, match="se_share"):
        sample_size(shares, rates, se_share=0)
    with pytest.raises(ArgumentError, match="shares 和 rates"):
        sample_size(shares, {"changed": 2.0}, se_share=0.1)
