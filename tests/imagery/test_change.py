from dataclasses import replace

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.windows import Window

from pil_discovery.errors import ArgumentError, ImageError
from pil_discovery.geo.area import area_m2
from pil_discovery.imagery.change import detect_change
from tests.imagery.scenes import FIELD, scene, stripped


def test_stripped_field_is_one_patch_with_its_area_and_kind(picture):
    before = picture(scene(1), "2024-05-10")
    after = picture(stripped(scene(2), slice(40, 60), slice(50, 80)), "2025-05-12")
    confirm = picture(stripped(scene(3), slice(40, 60), slice(50, 80)), "2025-07-12")
    change = detect_change(before, after, confirm=confirm)
    (patch,) = change.patches.itertuples()
    assert patch.pixels == 600
    assert patch.area_m2 == pytest.approx(60000, rel=2e-3)
    assert patch.direction in {"vegetation_lost", "bare_gained"}
    assert patch.confirmed
    assert patch.confirmed_share > 0.99
    assert change.patches.crs == "EPSG:4490"
    assert change.quality["season"]["verdict"] == "ok"


def test_change_that_did_not_last_is_not_confirmed(picture):
    before = picture(scene(1), "2024-05-10")
    after = picture(stripped(scene(2), slice(40, 60), slice(50, 80)), "2025-05-12")
    confirm = picture(scene(3), "2025-07-12")
    change = detect_change(before, after, confirm=confirm)
    assert list(change.patches["confirmed"]) == [False]


def test_nothing_but_noise_is_no_change(picture):
    before, after = picture(scene(1), "2024-05-10"), picture(scene(2), "2025-05-12")
    change = detect_change(before, after)
    assert not change.mask.any()
    assert change.patches.empty


def test_the_same_picture_twice_is_no_change(picture):
    values = scene(1)
    change = detect_change(picture(values, "2024-05-10"), picture(values, "2025-05-12"))
    assert not change.mask.any()


def test_flat_pictures_still_show_a_block(picture):
    flat = np.broadcast_to(FIELD[:, None, None], (6, 40, 40))
    after = stripped(flat, slice(10, 20), slice(10, 20))
    change = detect_change(picture(flat, "2024-05-10"), picture(after, "2025-05-12"))
    assert change.mask.sum() == 100
    assert change.mask[10:20, 10:20].all()
    assert change.quality["shift"]["gate"] == "not_assessed"
    assert change.quality["shift"]["verdict"] == "flag"


@pytest.mark.parametrize("window", [13, 64, 1000])
def test_result_does_not_depend_on_windows_or_threads(picture, window):
    before = picture(scene(1), "2024-05-10")
    after = picture(stripped(scene(2), slice(40, 60), slice(50, 80)), "2025-05-12")
    whole = detect_change(before, after)
    cut = detect_change(before, after, window=window, workers=2)
    assert np.array_equal(whole.magnitude, cut.magnitude, equal_nan=True)
    assert np.array_equal(whole.marks.flags, cut.marks.flags)
    assert whole.patches.equals(cut.patches)


def test_smaller_patches_than_asked_for_are_dropped(picture):
    before = picture(scene(1), "2024-05-10")
    changed = stripped(scene(2), slice(40, 60), slice(50, 80))
    changed = stripped(changed, slice(100, 105), slice(100, 105))
    change = detect_change(before, picture(changed, "2025-05-12"), min_area_m2=5000)
    assert len(change.patches) == 1
    assert change.mask.sum() == 600


def test_corner_patches_make_one_valid_geometry(picture):
    before = picture(scene(1), "2024-05-10")
    changed = stripped(scene(2), slice(40, 50), slice(50, 60))
    changed = stripped(changed, slice(50, 60), slice(60, 70))
    change = detect_change(before, picture(changed, "2025-05-12"))
    assert len(change.patches) == 1
    assert shapely.is_valid(change.patches.geometry.array).all()
    assert change.patches["area_m2"].to_numpy() == pytest.approx(
        area_m2(change.patches.geometry)
    )


def test_whole_pixel_offsets_need_no_resampling(picture):
    values = stripped(scene(2), slice(40, 60), slice(50, 80))
    before = picture(scene(1), "2024-05-10")
    after = picture(
        values[:, 16:, 8:], "2025-05-12", origin=(500080.0, 3100000.0 - 160.0)
    )
    change = detect_change(before, after)
    assert change.grid.shape == (96, 104)
    assert change.patches["pixels"].tolist() == [600]
    assert change.quality["grid"]["roles"] == []


def test_other_resolution_is_resampled_once_and_said(picture):
    values = stripped(scene(2), slice(40, 60), slice(48, 80))
    coarse = values.reshape(6, 56, 2, 56, 2).mean(axis=(2, 4))
    before = picture(scene(1), "2024-05-10")
    change = detect_change(before, picture(coarse, "2025-05-12", size=20.0))
    assert change.quality["grid"]["roles"] == ["after"]
    assert "重采样" in change.quality["grid"]["reason"]
    assert change.mask[42:58, 50:78].all()


def test_other_crs_is_resampled(picture):
    values = np.repeat(np.repeat(scene(2), 1, 1), 1, 2)
    before = picture(scene(1), "2024-05-10", origin=(600000.0, 3100000.0))
    after = picture(
        values, "2025-05-12", crs="EPSG:4528", origin=(40600000.0, 3100000.0)
    )
    change = detect_change(before, after)
    assert change.quality["grid"]["roles"] == ["after"]
    assert not change.mask.any()


def test_pictures_of_other_ground_are_refused(picture):
    far = picture(scene(2), "2025-05-12", origin=(900000.0, 3100000.0))
    with pytest.raises(ImageError, match="没有重叠范围"):
        detect_change(picture(scene(1), "2024-05-10"), far)


def test_pictures_not_orthorectified_claim_no_area(picture):
    before = picture(scene(1), "2024-05-10")
    raw = picture(stripped(scene(2), slice(40, 60), slice(50, 80)), "2025-05-12")
    told = raw.provenance.model_copy(update={"orthorectified": False})
    change = detect_change(before, replace(raw, provenance=told))
    assert change.quality["rectified"]["verdict"] == "refuse"
    assert change.quality["rectified"]["reason"] == "后时相未正射，不得据以主张面积"
    assert len(change.patches) > 0
    assert change.patches["area_m2"].isna().all()
    known = detect_change(before, raw)
    assert known.quality["rectified"]["verdict"] == "ok"
    assert known.patches["area_m2"].notna().all()


def test_visible_light_alone_abstains_and_claims_no_area(picture):
    rgb = ("blue", "green", "red")
    before = picture(scene(1)[:3], "2024-05-10", bands=rgb)
    changed = stripped(scene(2), slice(40, 60), slice(50, 80))[:3]
    change = detect_change(before, picture(changed, "2025-05-12", bands=rgb))
    assert change.quality["abstain"]["value"] is True
    assert change.quality["abstain"]["verdict"] == "refuse"
    assert change.patches["area_m2"].isna().all()
    with pytest.raises(ImageError, match="波段不足"):
        change.select(["built_gained"])


def test_season_and_missing_cloud_mask_are_flagged(picture):
    change = detect_change(
        picture(scene(1), "2024-01-10"), picture(scene(2), "2025-05-12")
    )
    assert change.quality["season"]["verdict"] == "flag"
    assert "跨季节" in change.quality["season"]["reason"]
    assert change.quality["cloud"]["verdict"] == "flag"


def test_clouds_are_unknown_and_refuse_below_four_fifths(picture):
    cloud = np.zeros((112, 112))
    cloud[:, :60] = 1
    clear = np.zeros((112, 112))
    changed = stripped(scene(2), slice(40, 60), slice(50, 80))
    change = detect_change(
        picture(scene(1), "2024-05-10", cloud=clear),
        picture(changed, "2025-05-12", cloud=cloud),
    )
    assert not change.mask[:, :60].any()
    assert change.mask[40:60, 60:80].all()
    assert change.quality["cloud"]["verdict"] == "refuse"
    assert change.quality["cloud"]["after"] == pytest.approx(52 / 112)


def test_displaced_pictures_are_refused(picture):
    values = np.random.default_rng(3).normal(0.2, 0.05, (6, 220, 220))
    after = np.roll(values, 2, axis=2)
    change = detect_change(picture(values, "2024-05-10"), picture(after, "2025-05-12"))
    assert change.quality["shift"]["verdict"] == "refuse"
    assert change.quality["shift"]["dx_px"] == pytest.approx(2, abs=0.05)


def test_half_pixel_displacement_is_resampled_and_rechecked(picture):
    rough = np.random.default_rng(3).normal(0.2, 0.05, (6, 230, 230))
    smooth = sum(rough[:, i : i + 220, j : j + 221] for i in range(3) for j in range(3))
    after = 0.25 * smooth[:, :, 1:] + 0.75 * smooth[:, :, :-1]
    change = detect_change(
        picture(smooth[:, :, 1:], "2024-05-10"), picture(after, "2025-05-12")
    )
    shift = change.quality["shift"]
    assert (shift["gate"], shift["resampled"]) == ("resample", True)
    assert shift["remaining_px"] < 0.25


def test_directions_select_pixels(picture):
    before = picture(scene(1), "2024-05-10")
    after = picture(stripped(scene(2), slice(40, 60), slice(50, 80)), "2025-05-12")
    change = detect_change(before, after)
    assert change.select(["vegetation_lost"]).mask.sum() == pytest.approx(600, abs=20)
    assert not change.select(["water_filled"]).mask.any()


def test_written_files_hold_what_was_found(picture, tmp_path):
    before = picture(scene(1), "2024-05-10")
    after = picture(stripped(scene(2), slice(40, 60), slice(50, 80)), "2025-05-12")
    change = detect_change(before, after)
    change.write(tmp_path / "change.tif")
    change.write(tmp_path / "change.geojson")
    with rasterio.open(tmp_path / "change.tif") as src:
        assert np.array_equal(src.read(2) == 1, change.mask)
        assert src.tags()["before_date"] == "2024-05-10"
    with pytest.raises(ImageError, match="不支持的输出格式"):
        change.write(tmp_path / "change.xlsx")


def f1(mask, changed, unchanged):
    hits, false = (mask & changed).sum(), (mask & unchanged).sum()
    return 2 * hits / (2 * hits + false + (~mask & changed).sum())


def test_taizhou_reaches_the_published_figure(taizhou):
    before, after, *masks = taizhou
    change = detect_change(before, after)
    assert f1(change.mask, *masks) >= 0.945
    assert change.quality["season"]["verdict"] == "flag"
    assert change.quality["shift"]["verdict"] == "ok"


def test_pictures_the_wrong_way_round_are_refused(picture):
    before, after = picture(scene(1), "2024-05-10"), picture(scene(2), "2025-05-12")
    with pytest.raises(ImageError, match="后时相早于前时相；请对调两期影像"):
        detect_change(after, before)
    with pytest.raises(ImageError, match="确认影像早于后时相"):
        detect_change(before, after, confirm=before)
    with pytest.raises(TypeError, match="expected an Image, not NoneType"):
        detect_change(before, None)
    for wrong in ({"window": 0}, {"min_area_m2": -1}):
        with pytest.raises(ArgumentError, match="window 须为正整数"):
            detect_change(before, after, **wrong)


def test_haze_on_the_later_picture_makes_no_kind_of_change(picture):
    """Haze lowers NDVI of a meadow more than of soil: no one drift fits both."""
    dark = np.kron(np.random.default_rng(7).random((14, 14)) < 0.5, np.ones((8, 8)))
    ground = [np.where(dark == 1, v * [[[0.7]]], v) for v in (scene(1), scene(2))]
    built = np.array([0.2, 0.2, 0.2, 0.22, 0.24, 0.25])[:, None, None]
    soil = np.kron(np.random.default_rng(8).random((14, 14)) < 0.3, np.ones((8, 8))) > 0
    bright = built - FIELD[:, None, None]
    ground = [v + soil * bright for v in ground]
    later = ground[1].copy()
    later[:, 40:56, 40:56] += (~soil * bright)[:, 40:56, 40:56]
    haze = np.array([0.06, 0.045, 0.035, 0.015, 0.005, 0.0])[:, None, None]
    clear = detect_change(
        picture(ground[0], "2024-05-10"), picture(later, "2025-05-12")
    )
    hazy = detect_change(
        picture(ground[0], "2024-05-10"), picture(later * 0.9 + haze, "2025-05-12")
    )
    lines = hazy.quality["normalisation"]["bands"]
    assert lines["blue"]["slope"] == pytest.approx(1 / 0.9, rel=0.05)
    assert lines["blue"]["intercept"] == pytest.approx(-0.06 / 0.9, abs=0.01)
    assert lines["nir"]["r2"] > 0.9
    assert hazy.quality["normalisation"]["verdict"] == "ok"
    kinds = [m.detector.measure(Window(0, 0, 112, 112)).kinds for m in (clear, hazy)]
    assert clear.mask.sum() > 50
    assert (kinds[0] == kinds[1]).mean() > 0.98


def test_a_band_without_relation_between_the_dates_is_flagged(picture):
    before = scene(1)
    after = scene(2)
    after[2] = np.random.default_rng(9).normal(0.1, 0.02, (112, 112))
    change = detect_change(picture(before, "2024-05-10"), picture(after, "2025-05-12"))
    gate = change.quality["normalisation"]
    assert gate["verdict"] == "flag"
    assert "red" in gate["reason"]
    assert gate["bands"]["red"]["slope"] == 1.0
    assert gate["bands"]["nir"]["r2"] > 0.5
