"""Every gate: a scene that deserves its flag or refusal, and one that does not."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from pil_discovery.imagery.change import detect_change
from pil_discovery.imagery.quality import (
    AREA_GATES,
    abstain_gate,
    cloud_gate,
    combined_sigma_m,
    overall,
    rectified_gate,
    regrid_gate,
    season_gate,
    shift_gate,
)
from pil_discovery.imagery.registration import register_shift
from tests.imagery.scenes import scene

CLEAR = np.zeros((220, 220))


def textured(seed=3):
    """Fields of 4 pixels, in six bands."""
    rough = np.random.default_rng(seed).normal(0.3, 0.1, (6, 55, 55))
    return np.kron(rough, np.ones((1, 4, 4)))


def moved(values, by):
    """Ground displaced by a part of a pixel, as a resampled picture shows it."""
    return (1 - by) * values + by * np.roll(values, 1, axis=1)


def test_a_clear_pair_of_one_season_passes_every_gate(picture):
    noise = np.random.default_rng(1).normal(0, 0.002, (6, 220, 220))
    change = detect_change(
        picture(textured(), "2024-05-10", cloud=CLEAR),
        picture(textured() + noise, "2025-05-12", cloud=CLEAR),
    )
    names = {"shift", "season", "cloud", "rectified", "grid", "normalisation"}
    assert set(change.quality) == {*names, "abstain"}
    assert set(AREA_GATES) <= set(change.quality)
    assert {g["verdict"] for g in change.quality.values()} == {"ok"}
    assert change.verdict == "ok"


@pytest.mark.parametrize(
    ("by", "verdict"), [(0.0, "ok"), (0.35, "flag"), (0.7, "refuse")]
)
def test_displacement_passes_flags_and_refuses(by, verdict):
    shift = register_shift(textured(), moved(textured(), by))
    assert shift_gate(shift, shift)["verdict"] == verdict


def test_what_cannot_be_registered_is_flagged_never_passed():
    flat = np.ones((6, 220, 220))
    shift = register_shift(flat, flat)
    gate = shift_gate(shift, shift)
    assert (gate["verdict"], gate["gate"]) == ("flag", "not_assessed")


def test_after_resampling_what_remains_decides():
    first = register_shift(textured(), moved(textured(), 0.7))
    rest = register_shift(textured(), textured())
    gate = shift_gate(rest, first)
    assert (gate["verdict"], gate["resampled"]) == ("ok", True)
    assert "重采样" in gate["reason"]


@pytest.mark.parametrize(
    ("days", "verdict"),
    [(0, "ok"), (25, "ok"), (26, "flag"), (339, "flag"), (341, "ok")],
)
def test_season_is_a_distance_on_the_circle_of_the_year(days, verdict):
    first = dt.date(2024, 1, 10)
    assert season_gate(first, first + dt.timedelta(days))["verdict"] == verdict


@pytest.mark.parametrize(
    ("after", "masked", "verdict"),
    [(0.8, True, "ok"), (0.79, True, "refuse"), (1.0, False, "flag")],
)
def test_clouds_over_more_than_a_fifth_refuse_and_no_mask_flags(after, masked, verdict):
    gate = cloud_gate(
        {"before": 1.0, "after": after}, {"before": True, "after": masked}
    )
    assert gate["verdict"] == verdict


@pytest.mark.parametrize(
    ("bands", "judged_by", "verdict"),
    [
        (("red", "green", "blue"), "", "refuse"),
        (("red", "green", "blue", "nir"), "", "ok"),
        (("red", "green", "blue"), "外部变化检测成果", "ok"),
    ],
)
def test_visible_light_alone_abstains(bands, judged_by, verdict):
    assert abstain_gate(bands, judged_by=judged_by)["verdict"] == verdict


@pytest.mark.parametrize(
    ("orthorectified", "verdict"), [(False, "refuse"), (True, "ok"), (None, "ok")]
)
def test_only_a_picture_known_to_be_raw_claims_no_area(
    picture, orthorectified, verdict
):
    image = picture(scene(1), "2025-05-12")
    told = image.provenance.model_copy(update={"orthorectified": orthorectified})
    gate = rectified_gate({"after": replace(image, provenance=told)})
    assert gate["verdict"] == verdict


def test_a_band_that_the_ground_does_not_carry_over_is_flagged(picture):
    before, after = textured(), textured()
    after[2] = textured(seed=8)[2]
    change = detect_change(picture(before, "2024-05-10"), picture(after, "2025-05-12"))
    assert change.quality["normalisation"]["verdict"] == "flag"


def test_resampling_is_told_but_flags_nothing():
    assert "一致" in regrid_gate([])["reason"]
    gate = regrid_gate(["after"])
    assert (gate["verdict"], gate["roles"]) == ("ok", ["after"])
    assert "重采样" in gate["reason"]


def test_the_worst_verdict_speaks_for_all():
    gates = {name: {"verdict": name, "reason": ""} for name in ("ok", "flag", "refuse")}
    assert overall({}) == "ok"
    assert overall({"a": gates["ok"], "b": gates["flag"]}) == "flag"
    assert overall(gates) == "refuse"


def test_an_unknown_error_of_one_picture_leaves_that_of_the_pair_unknown(picture):
    known = picture(scene(1), "2024-05-10", sigma_m=3.0)
    other = picture(scene(2), "2025-05-12", sigma_m=4.0)
    assert combined_sigma_m(known, other) == pytest.approx(5.0)
    assert np.isnan(combined_sigma_m(known, picture(scene(2), "2025-05-12")))
