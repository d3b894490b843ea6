"""A mask made elsewhere is treated as our own maps are, and its origin is said."""

import sys
import warnings
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pil_discovery.errors import ArgumentError, ImageError
from pil_discovery.imagery.change import detect_change
from pil_discovery.imagery.sampling import estimate_area, plan_samples
from tests.imagery.scenes import scene, stripped

SIDE = 112


@pytest.fixture
def pair(picture):
    before = picture(scene(1), "2024-05-10")
    changed = stripped(scene(2), slice(40, 60), slice(50, 80))
    return before, picture(changed, "2025-05-12")


@pytest.fixture
def drawn(picture):
    """Return a function: array → mask picture of one band."""

    def make(values, **more):
        values = np.asarray(values, dtype=float)[None]
        return picture(values, "2025-05-12", bands=("changed",), **more)

    return make


def block(rows=slice(40, 60), columns=slice(50, 80), value=1.0):
    values = np.zeros((SIDE, SIDE))
    values[rows, columns] = value
    return values


def outline(left, top, right, bottom):
    """Return a rectangle between pixel edges, on the ground."""
    x, y = 500000.0, 3100000.0
    shape = shapely.box(x + 10 * left, y - 10 * bottom, x + 10 * right, y - 10 * top)
    return gpd.GeoDataFrame(geometry=[shape], crs="EPSG:4549")


def test_a_raster_mask_decides_and_gets_areas_kinds_gates_and_origin(pair, drawn):
    mask = drawn(block(value=255.0))
    change = detect_change(*pair, mask=mask)
    assert np.array_equal(change.mask, block() == 1)
    (patch,) = change.patches.itertuples()
    assert patch.area_m2 == pytest.approx(60000, rel=2e-3)
    assert patch.direction in {"vegetation_lost", "bare_gained"}
    gate = change.quality["mask"]
    assert gate["file"] == mask.provenance.file
    assert gate["sha256"] == mask.provenance.sha256
    assert gate["maker"] is None
    assert gate["verdict"] == "flag"
    assert "来源信息缺失：没有写明制作者和方法" in gate["reason"]
    assert change.quality["season"]["verdict"] == "ok"


def test_a_mask_of_a_known_maker_over_the_whole_scene_passes(pair, drawn):
    mask = drawn(block())
    told = mask.provenance.model_copy(update={"issuer": "示例测绘院"})
    gate = detect_change(*pair, mask=replace(mask, provenance=told)).quality["mask"]
    assert (gate["verdict"], gate["maker"]) == ("ok", "示例测绘院")


def test_polygons_decide_by_pixel_centres(pair):
    change = detect_change(*pair, mask=outline(50, 40, 80, 60))
    assert np.array_equal(change.mask, block() == 1)
    gate = change.quality["mask"]
    assert (gate["form"], gate["file"]) == ("polygons", None)
    assert len(gate["sha256"]) == 64
    other = detect_change(*pair, mask=outline(50, 40, 80, 61)).quality["mask"]
    assert other["sha256"] != gate["sha256"]


def test_no_polygons_mean_no_change(pair):
    change = detect_change(*pair, mask=outline(50, 40, 80, 60).iloc[:0])
    assert not change.mask.any()


def test_a_coarser_mask_is_carried_to_the_nearest_pixel(pair, drawn):
    coarse = np.zeros((56, 56))
    coarse[20:30, 25:40] = 1
    change = detect_change(*pair, mask=drawn(coarse, size=20.0))
    assert np.array_equal(change.mask, block() == 1)


def test_what_a_mask_does_not_tell_stays_unknown(pair, drawn):
    half = detect_change(*pair, mask=drawn(block()[:, :90]))
    assert not half.valid[:, 90:].any()
    assert half.valid[:, :90].all()
    assert half.quality["mask"]["covered"] == pytest.approx(90 / SIDE)
    assert "其余不作判断" in half.quality["mask"]["reason"]
    gaps = block()
    gaps[:10] = np.nan
    assert not detect_change(*pair, mask=drawn(gaps)).valid[:10].any()


def test_a_mask_whose_zero_is_declared_no_data_is_unchanged_there(
    pair, tmp_path, image_file
):
    import rasterio

    path = tmp_path / "mask.tif"
    grid = {"crs": "EPSG:4549", "transform": pair[0].transform}
    size = {"height": SIDE, "width": SIDE, "count": 1, "dtype": "uint8", "nodata": 0}
    with rasterio.open(path, "w", driver="GTiff", **size, **grid) as out:
        out.write(block().astype("uint8"), 1)
    change = detect_change(*pair, mask=image_file(path, ("changed",), "2025-05-12"))
    assert change.valid.all()
    assert change.mask.sum() == 600


def test_clouds_of_the_pair_count_for_a_mask_too(picture, drawn):
    cloud = np.zeros((SIDE, SIDE))
    cloud[:, :60] = 1
    before = picture(scene(1), "2024-05-10", cloud=np.zeros((SIDE, SIDE)))
    after = picture(scene(2), "2025-05-12", cloud=cloud)
    change = detect_change(before, after, mask=drawn(block()))
    assert change.quality["cloud"]["verdict"] == "refuse"
    assert not change.mask[:, :60].any()
    assert change.mask[40:60, 60:80].all()


def test_visible_light_does_not_abstain_under_a_mask(picture, drawn):
    rgb = ("blue", "green", "red")
    before = picture(scene(1)[:3], "2024-05-10", bands=rgb)
    after = picture(scene(2)[:3], "2025-05-12", bands=rgb)
    change = detect_change(before, after, mask=drawn(block()))
    assert change.quality["abstain"]["value"] is False
    assert change.patches["area_m2"].notna().all()


def test_displaced_pictures_refuse_area_under_a_mask_too(picture, drawn):
    values = np.random.default_rng(3).normal(0.2, 0.05, (6, 220, 220))
    before = picture(values, "2024-05-10")
    after = picture(np.roll(values, 2, axis=2), "2025-05-12")
    mask = np.zeros((220, 220))
    mask[40:60, 50:80] = 1
    change = detect_change(before, after, mask=drawn(mask))
    assert change.quality["shift"]["verdict"] == "refuse"
    assert change.patches["area_m2"].isna().all()


def test_area_of_a_mask_can_be_estimated_by_sampling(pair, drawn):
    change = detect_change(*pair, mask=drawn(block(columns=slice(50, 70))))
    samples = plan_samples(change, per_stratum=200)
    truth = detect_change(*pair).mask
    from pil_discovery.imagery.labels import pixels_under

    rows, columns, _ = pixels_under(samples, change.grid)
    area = estimate_area(change, samples.assign(changed=truth[rows, columns]))
    assert area.mapped_m2 == pytest.approx(40000, rel=2e-3)
    assert area.low_m2 <= 60000 <= area.high_m2


@pytest.mark.parametrize("window", [13, 64])
def test_windows_and_threads_change_nothing(pair, drawn, window):
    for mask in (drawn(block()), outline(50.3, 40.2, 79.7, 61.1)):
        whole = detect_change(*pair, mask=mask)
        cut = detect_change(*pair, mask=mask, window=window, workers=2)
        assert np.array_equal(whole.marks.flags, cut.marks.flags)
        assert whole.patches.equals(cut.patches)


def test_threads_leave_the_warning_filters_as_they_were(pair):
    mask = outline(50.3, 40.2, 79.7, 61.1)
    pace = sys.getswitchinterval()
    before = list(warnings.filters)
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(5):
            detect_change(*pair, mask=mask, window=7, workers=4)
    finally:
        sys.setswitchinterval(pace)
    assert warnings.filters == before


def test_masks_that_are_none_are_refused_in_words(pair, drawn, picture):
    classes = block()
    classes[:5] = 3
    with pytest.raises(ImageError, match="只能有两种值（0 为未变化），现有：0、1、3"):
        detect_change(*pair, mask=drawn(classes))
    with pytest.raises(ImageError, match="掩膜应为单波段，现有 6 个"):
        detect_change(*pair, mask=pair[1])
    with pytest.raises(ImageError, match="没有重叠范围"):
        detect_change(*pair, mask=drawn(block(), origin=(900000.0, 3100000.0)))
    with pytest.raises(ImageError, match="没有重叠范围"):
        detect_change(*pair, mask=outline(5000, 5000, 5010, 5010))
    lines = outline(50, 40, 80, 60)
    with pytest.raises(ArgumentError, match="不是面的要素"):
        detect_change(*pair, mask=lines.set_geometry(lines.boundary))
    with pytest.raises(TypeError, match="expected an Image or polygons, not str"):
        detect_change(*pair, mask="mask.tif")
