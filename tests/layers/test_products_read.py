"""Pictures under the names of their products: what the name supplies is not asked."""

import numpy as np
import pytest
from rasterio.transform import from_origin

from pil_discovery.errors import CrsError, ImageError
from pil_discovery.layers import read_raster, report_of
from tests.layers.making import SHARED
from tests.layers.test_pictures import PIXELS, read, tiff

TIME = "2018-07-10T15:40:00Z"
BAND = np.arange(1, 61, dtype="uint16").reshape(1, 6, 10)
C2 = "LC09_L2SP_118040_20240105_20240107_02_T1"
S2 = "S2A_MSIL2A_20250512T024531_N0511_R132_T50RQU_20250512T051532.SAFE"
GF1 = "GF1_PMS1_E120.5_N28.1_20250512_L1A0006543210"


def only(path, **told):
    return read_raster(path, **told)


def test_a_sentinel_2_band_needs_nothing_said(tmp_path):
    folder = tmp_path / S2 / "GRANULE" / "L2A_X" / "IMG_DATA" / "R10m"
    folder.mkdir(parents=True)
    jp2 = {"driver": "JP2OpenJPEG", "QUALITY": "100", "REVERSIBLE": "YES"}
    path = tiff(folder / "T50RQU_20250512T024531_B04_10m.jp2", BAND, **jp2)
    image = only(path, root=tmp_path)
    assert image.bands == {"red": 1}
    assert image.acquired.isoformat() == "2025-05-12T02:45:31+00:00"
    assert image.sensor == "Sentinel-2A MSI L2A"
    assert np.array_equal(image.read(), BAND)
    said = image.provenance
    assert said.acquired_beijing == "2025-05-12T10:45:31+08:00"
    assert (said.product_level, said.collection, said.orbit) == ("L2A", "0511", "R132")
    assert said.product_id == S2.removesuffix(".SAFE")
    assert (said.nodata, said.wavelengths_nm) == (0.0, (665.0,))
    notes = "；".join(said.notes)
    assert "无数据值 0 取自产品规格" in notes
    assert "−1000 偏移" in notes


def test_a_declared_scale_is_applied_and_no_more_noted(tmp_path):
    path = tiff(tmp_path / f"{C2}_SR_B4.TIF", BAND)
    bare = only(path, acquired=TIME)
    assert "0.0000275" in "；".join(bare.provenance.notes)
    assert bare.read()[0, 0, 1] == 2
    told = only(path, acquired=TIME, scale=0.0000275, offset=-0.2)
    assert told.read()[0, 0, 1] == pytest.approx(2 * 0.0000275 - 0.2)
    assert told.provenance.scales == (0.0000275,)
    notes = "；".join(told.provenance.notes)
    assert "换算系数 2.75e-05、-0.2 取自工作区" in notes
    assert "未作换算" not in notes


def test_a_landsat_name_has_no_time_and_says_so(tmp_path):
    path = tiff(tmp_path / f"{C2}_SR_B4.TIF", BAND)
    with pytest.raises(ImageError) as caught:
        only(path)
    (problem,) = caught.value.problems
    assert problem.where == "acquired"
    assert "产品名只有日期 2024-01-05（UTC时间）" in problem.what
    other = only(path, acquired="2024-01-07T02:40:00Z")
    assert "成像日期：工作区写“2024-01-07”，产品名写“2024-01-05”" in "；".join(
        other.provenance.notes
    )


def test_several_files_are_one_picture(tmp_path):
    paths = {n: tiff(tmp_path / f"{C2}_SR_B{n}.TIF", BAND + n) for n in (4, 5, 6)}
    image = only(paths[4], acquired=TIME, files={"nir": paths[5], "swir1": paths[6]})
    assert image.bands == {"red": 1, "nir": 1, "swir1": 1}
    assert np.array_equal(image.read(), np.concatenate([BAND + n for n in (4, 5, 6)]))
    names = [p.file for p in image.provenance.parts]
    assert names == [f"{C2}_SR_B5.TIF", f"{C2}_SR_B6.TIF"]
    with pytest.raises(ImageError, match=r"files\.red：波段 red 写了两处"):
        only(paths[4], acquired=TIME, files={"red": paths[5]})


def test_a_usual_order_is_only_proposed(tmp_path):
    pixels = np.ones((4, 6, 10), "uint16")
    path = tiff(tmp_path / f"{GF1}-MSS1.tiff", pixels)
    with pytest.raises(ImageError) as caught:
        only(path, acquired="2025-05-12T10:41:00+08:00")
    (problem,) = caught.value.problems
    assert problem.what == "没有写明波段"
    assert "bands: {blue: 1、green: 2、red: 3、nir: 4}" in problem.remedy


def test_a_raw_chinese_picture_is_marked(tmp_path):
    path = tiff(tmp_path / f"{GF1}-MSS1.tiff")
    raw = read(path, sensor=None)
    assert raw.sensor == "GF-1 PMS1 L1A"
    assert raw.provenance.orthorectified is False
    assert any("未正射" in note for note in raw.provenance.notes)
    stated = read(path, orthorectified=True).provenance
    assert stated.orthorectified is True
    assert not any("未正射" in note for note in stated.notes)
    processed = read(tiff(tmp_path / f"{GF1}-MSS1_ortho.tif")).provenance
    assert processed.orthorectified is None
    assert "是否正射" in processed.missing


def test_another_sensor_than_the_name_says_is_noted(tmp_path):
    path = tiff(tmp_path / f"{GF1}-MSS1.tiff")
    for sensor, noted in (
        ("Landsat 8 OLI", True),
        ("高分二号 PMS", True),
        ("高分一号 PMS", False),
        ("GF1-PMS1", False),
    ):
        notes = "；".join(read(path, sensor=sensor).provenance.notes)
        assert ("传感器：" in notes) == noted, sensor


def test_a_tile_proposes_its_system(tmp_path):
    path = tiff(tmp_path / "T50RQU_20250512T024531_B04_10m.tif", BAND, crs=None)
    with pytest.raises(CrsError, match="crs: EPSG:32650"):
        only(path, sensor="Sentinel-2")
    image = only(path, sensor="Sentinel-2", crs="EPSG:32650")
    assert image.provenance.crs == "EPSG:32650"
    assert any("EPSG:32650 为另外写明" in n for n in image.provenance.notes)
    with pytest.raises(CrsError, match="不能写「GCJ-02」"):
        only(path, sensor="Sentinel-2", crs="GCJ-02")


def test_a_landsat_mask_is_decoded_by_its_collection(tmp_path):
    picture = tiff(tmp_path / f"{C2}_SR_B4.TIF", BAND)
    bits = np.full((1, 6, 10), 1 << 6, "uint16")
    bits[0, 0, :6] = [1 << b for b in range(6)]
    mask = tiff(tmp_path / f"{C2}_QA_PIXEL.TIF", bits)
    image = only(picture, acquired=TIME, cloud_mask=mask)
    assert image.provenance.mask_kind == "landsat_c2_qa"
    assert np.argwhere(~image.valid()).tolist() == [[0, b] for b in range(6)]
    stated = only(picture, acquired=TIME, cloud_mask=mask, mask_kind="landsat_c1_bqa")
    assert np.argwhere(~stated.valid()).tolist() == [[0, 0], [0, 4]]


def test_a_quality_band_without_a_collection_is_refused(tmp_path):
    picture = tiff(tmp_path / f"{C2}_SR_B4.TIF", BAND)
    mask = tiff(tmp_path / "LC09_L2SP_118040_20240105_QA_PIXEL.TIF", BAND)
    with pytest.raises(ImageError, match="mask_kind：云掩膜是产品的质量波段"):
        only(picture, acquired=TIME, cloud_mask=mask)
    floats = tiff(tmp_path / "f.tif", BAND.astype("float32"))
    with pytest.raises(ImageError, match="应为整数编码，文件却是 float32"):
        only(picture, acquired=TIME, cloud_mask=floats, mask_kind="s2_scl")


def test_a_coarser_mask_lies_on_whole_pixels_or_is_refused(tmp_path):
    picture = tiff(tmp_path / "a.tif")
    classes = np.full((1, 3, 5), 4, "uint8")
    classes[0, 1, 2] = 8
    coarse = {"transform": from_origin(5e5, 3.1e6, 20, 20)}
    mask = tiff(tmp_path / "scl.tif", classes, **coarse)
    image = read(picture, cloud_mask=mask, mask_kind="s2_scl")
    assert np.argwhere(~image.valid()).tolist() == [[2, 4], [2, 5], [3, 4], [3, 5]]
    shifted = {"transform": from_origin(5e5 + 10, 3.1e6, 20, 20)}
    moved = tiff(tmp_path / "b.tif", classes, **shifted)
    with pytest.raises(ImageError, match="格网不同"):
        read(picture, cloud_mask=moved, mask_kind="s2_scl")


def test_what_is_missing_is_said_as_a_reading(tmp_path):
    report = report_of(read(tiff(tmp_path / "a.tif")).provenance)
    first = report.inferences[0]
    assert first.what == "来源信息缺失"
    assert "绝对定位精度" in first.value
    assert report.rows_read == report.rows_used + report.rows_quarantined


def test_what_is_stated_is_not_missing(tmp_path):
    said = read(
        tiff(tmp_path / "a.tif"),
        licence="内部使用",
        issuer="示例区自然资源局",
        obtained="2025-06-01",
        obtained_by="示例区检察院",
    ).provenance
    assert not {"使用许可", "提供单位", "取得时间", "取得人"} & set(said.missing)
    assert said.issuer == "示例区自然资源局"


@pytest.mark.parametrize(
    "scene",
    [
        "LC08_L1TP_013032_20180710_20180717_01_T1",
        "LC08_L1TP_014031_20180530_20180614_01_T1",
        "LC08_L1TP_014032_20180903_20180912_01_T1",
    ],
)
def test_real_landsat_scenes_read(scene):
    folder = SHARED / "landsat8_ny" / scene
    if not folder.exists():
        pytest.skip("no shared data")
    stem = "_".join(scene.split("_")[:4])
    files = {n: folder / f"{stem}_{n}.TIF" for n in ("B3", "B4", "B5", "B8", "BQA")}
    told = {"acquired": TIME, "cloud_mask": files["BQA"], "root": folder.parent}
    further = {"green": files["B3"], "nir": files["B5"], "pan": files["B8"]}
    image = only(files["B4"], files=further, **told)
    said = image.provenance
    assert list(image.bands) == ["red", "green", "nir"]
    assert (said.product_id, said.collection) == (scene, "01")
    assert said.mask_kind == "landsat_c1_bqa"
    assert said.gsd_x_m != said.gsd_y_m
    assert any("pan 的格网" in note for note in said.notes)
    import rasterio

    with rasterio.open(files["BQA"]) as src:
        bits = src.read(1)
    valid, values = image.valid(), image.read()
    assert 0 < valid.mean() < 1
    assert not valid[(bits & 0b10001) != 0].any()
    assert valid.sum() == (np.isfinite(values).all(0) & ((bits & 0b10001) == 0)).sum()


def test_numbers_of_bands_are_not_taken_from_a_one_band_name(tmp_path):
    path = tiff(tmp_path / f"{C2}_SR_B4.TIF", PIXELS)
    with pytest.raises(ImageError, match=r"bands.*一个波段"):
        only(path, acquired=TIME)
    assert only(path, acquired=TIME, bands={"red": 2}).bands == {"red": 2}
