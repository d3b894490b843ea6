import ast
import hashlib
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest
import rasterio
import rasterio.control
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import Affine, from_origin

from pil_discovery.errors import CrsError, ImageError, ReadError
from pil_discovery.layers import read_raster
from tests.layers.making import SHARED

NOWHERE = {"crs": None, "transform": Affine.identity()}
PIXELS = np.arange(120, dtype="uint16").reshape(2, 6, 10)


def tiff(path, pixels=PIXELS, **more):
    profile = {
        "driver": "GTiff",
        "crs": "EPSG:4549",
        "transform": from_origin(5e5, 3.1e6, 10, 10),
        **more,
    }
    count, height, width = pixels.shape
    size = {"count": count, "height": height, "width": width}
    with rasterio.open(path, "w", dtype=pixels.dtype, **size, **profile) as out:
        out.write(pixels)
    return path


def read(path, **options):
    told = {
        "acquired": "2025-05-12T10:41:00+08:00",
        "sensor": "Sentinel-2 L2A",
        "bands": {"red": 1, "nir": 2},
    }
    return read_raster(path, **{**told, **options})


def test_a_picture_says_where_it_comes_from(tmp_path):
    path = tiff(tmp_path / "a.tif", nodata=0)
    image = read(path, sigma_m=5.0)
    said = image.provenance
    assert said.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    bands = [hashlib.sha256(b.astype("<u2").tobytes()).digest() for b in PIXELS]
    assert said.pixel_sha256 == hashlib.sha256(b"".join(bands)).hexdigest()
    assert said.acquired_utc == "2025-05-12T02:41:00+00:00"
    assert said.acquired_beijing == "2025-05-12T10:41:00+08:00"
    assert (said.gsd_x_m, said.gsd_y_m) == (10.0, 10.0)
    assert (said.crs, said.dtype, said.nodata) == ("EPSG:4549", "uint16", 0.0)
    assert "云掩膜" in said.missing
    assert "使用许可" in said.missing
    assert not {"绝对定位精度", "无数据值"} & set(said.missing)
    assert said.transform == (10.0, 0.0, 5e5, 0.0, -10.0, 3.1e6)
    assert (said.bits, said.platform, said.orthorectified) == (16, None, None)
    assert image.shape == (6, 10)
    assert np.isnan(image.read()[0, 0, 0])


def test_the_pixel_hash_does_not_depend_on_the_storage(tmp_path):
    plain = read(tiff(tmp_path / "a.tif")).provenance
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "deflate"}
    packed = read(tiff(tmp_path / "b.tif", interleave="pixel", **tiles)).provenance
    other = read(tiff(tmp_path / "c.tif", PIXELS + 1)).provenance
    assert plain.sha256 != packed.sha256
    assert plain.pixel_sha256 == packed.pixel_sha256 != other.pixel_sha256


def test_files_beside_a_picture_change_nothing(tmp_path):
    path = tiff(tmp_path / "a.tif")
    alone = read(path)
    (tmp_path / "a.tif.aux.xml").write_text(
        '<PAMDataset><PAMRasterBand band="1"><NoDataValue>7</NoDataValue>'
        "<Scale>100</Scale></PAMRasterBand></PAMDataset>"
    )
    (tmp_path / "a.tfw").write_text("1\n0\n0\n-1\n0\n0\n")
    mask = {"crs": None, "transform": None}
    with pytest.warns(NotGeoreferencedWarning):
        tiff(tmp_path / "a.tif.msk", np.zeros((2, 6, 10), "uint8"), **mask)
    beside = read(path)
    assert np.array_equal(alone.read(), beside.read())
    assert beside.valid().all()
    assert beside.nodata is None
    assert beside.provenance.notes == ("旁附文件未使用：a.tif.aux.xml、a.tif.msk",)


def test_a_cloud_mask_is_hashed_and_heard(tmp_path):
    cloud = np.zeros((1, 6, 10), "uint8")
    cloud[0, 0, 0] = 3
    mask = tiff(tmp_path / "cloud.tif", cloud)
    image = read(tiff(tmp_path / "a.tif"), cloud_mask=mask)
    assert not image.valid()[0, 0]
    assert image.valid().sum() == 59
    (part,) = image.provenance.parts
    assert part.sha256 == hashlib.sha256(mask.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    "more",
    [
        {"crs": "EPSG:32651"},
        {"transform": from_origin(5e5 + 5, 3.1e6, 10, 10)},
        {"pixels": np.zeros((1, 6, 9), "uint8")},
    ],
)
def test_a_mask_on_another_grid_is_refused(tmp_path, more):
    mask = tiff(tmp_path / "m.tif", **{"pixels": np.zeros((1, 6, 10), "uint8"), **more})
    with pytest.raises(ImageError, match=r"m\.tif：cloud_mask：云掩膜与影像的格网不同"):
        read(tiff(tmp_path / "a.tif"), cloud_mask=mask)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"acquired": "2025-05-12T10:41:00"}, "没有时区"),
        ({"acquired": "去年"}, "无法识别"),
        ({"bands": {}}, "没有写明波段"),
        ({"bands": {"red": 3}}, r"bands.red：没有第 3 波段（共 2 个）"),
        ({"bands": {"red": 0}}, "没有第 0 波段"),
        ({"bands": {"red": 1, "nir": 1}}, "第 1 波段写了几个名称"),
        ({"sigma_m": -3.0}, "位置误差 -3"),
        ({"sigma_m": float("nan")}, "位置误差"),
        ({"sensor": " "}, "传感器"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, told, words):
    with pytest.raises(ImageError, match=words):
        read(tiff(tmp_path / "a.tif"), **told)


def test_all_mistakes_are_told_at_once(tmp_path):
    with pytest.raises(ImageError) as caught:
        read(tiff(tmp_path / "a.tif"), acquired="x", bands={"red": 9}, sigma_m=0.0)
    assert len(caught.value.problems) == 3


def test_a_missing_system_is_told_with_all_else(tmp_path):
    path = tiff(tmp_path / "a.tif", crs=None)
    with pytest.raises(ImageError) as caught:
        read(path, acquired=None)
    words = "；".join(p.what for p in caught.value.problems)
    assert "成像时间" in words
    assert "没有坐标系" in words


def test_a_world_file_is_named_and_not_used(tmp_path):
    with pytest.warns(NotGeoreferencedWarning):
        path = tiff(tmp_path / "a.tif", transform=Affine.identity())
    (tmp_path / "A.TFW").write_text("10\n0\n0\n-10\n300000\n3120000\n")
    with pytest.raises(ImageError, match=r"旁附的 A\.TFW 不采用"):
        read(path)


def test_a_picture_without_place_or_system_is_refused(tmp_path):
    with pytest.warns(NotGeoreferencedWarning):
        path = tiff(tmp_path / "a.tif", transform=Affine.identity())
    with pytest.raises(ImageError, match="没有地理定位"):
        read(path)
    with pytest.raises(CrsError, match="没有坐标系"):
        read(tiff(tmp_path / "b.tif", crs=None))
    with pytest.raises(CrsError, match="北京54"):
        read(tiff(tmp_path / "c.tif", crs="EPSG:2437"))
    with pytest.raises(ImageError, match="复数"):
        read(tiff(tmp_path / "d.tif", PIXELS.astype("complex64")))


def test_degrees_have_ground_pixels_in_metres(tmp_path):
    place = {"crs": "EPSG:4490", "transform": from_origin(120, 28, 1e-4, 1e-4)}
    said = read(tiff(tmp_path / "a.tif", **place)).provenance
    assert said.gsd_x_m == pytest.approx(9.836, abs=2e-3)
    assert said.gsd_y_m == pytest.approx(11.081, abs=2e-3)


def test_web_mercator_metres_are_no_metres(tmp_path):
    place = {"crs": "EPSG:3857", "transform": from_origin(13358339, 3248973, 10, 10)}
    said = read(tiff(tmp_path / "a.tif", **place)).provenance
    assert said.gsd_x_m == pytest.approx(10 * np.cos(np.radians(28)), rel=5e-3)
    assert said.gsd_y_m == pytest.approx(said.gsd_x_m, rel=1e-2)


def test_a_disguised_or_broken_picture_is_refused(tmp_path):
    (tmp_path / "a.tif").write_text('<VRTDataset rasterXSize="1" rasterYSize="1"/>')
    with pytest.raises(ReadError, match="不是 GeoTIFF"):
        read(tmp_path / "a.tif")
    path = tiff(tmp_path / "b.tif")
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(ReadError, match=r"影像无法读取|内容被识别") as caught:
        read(path)
    assert str(tmp_path) not in str(caught.value)


def test_an_envi_picture_names_its_header(tmp_path):
    place = {"driver": "ENVI"}
    path = tiff(tmp_path / "a", **place)
    image = read(path)
    assert image.provenance.parts[0].file == "a.hdr"
    assert np.array_equal(image.read(), PIXELS)
    (tmp_path / "a.msk").write_bytes(b"x")
    with pytest.raises(ReadError, match=r"旁附的 a.msk"):
        read(path)


def test_taizhou_reads():
    path = SHARED / "landsat_taizhou/2000TM"
    if not path.exists():
        pytest.skip("no shared data")
    image = read(path, bands={"blue": 1, "red": 3}, sensor="Landsat 7 ETM+")
    said = image.provenance
    assert (said.crs, said.gsd_x_m) == ("EPSG:32651", 30.0)
    assert image.shape == (400, 400)
    assert [p.file for p in said.parts] == ["2000TM.HDR"]
    assert image.read().shape == (2, 400, 400)
    assert said.notes == (
        "传感器：工作区写明“Landsat 7 ETM+”，文件头写“Landsat ETM”，并存，未作取舍",
    )


def test_jpeg_2000_is_read_with_its_own_place_alone(tmp_path):
    jp2 = {"driver": "JP2OpenJPEG", "QUALITY": "100", "REVERSIBLE": "YES"}
    path = tiff(tmp_path / "a.jp2", **jp2)
    image = read(path)
    assert np.array_equal(image.read(), PIXELS)
    assert (
        image.provenance.pixel_sha256
        == read(tiff(tmp_path / "a.tif")).provenance.pixel_sha256
    )
    with pytest.warns(NotGeoreferencedWarning):
        bare = tiff(tmp_path / "b.jp2", **NOWHERE, **jp2)
    (tmp_path / "b.j2w").write_text("10\n0\n0\n-10\n500000\n3100000\n")
    (tmp_path / "b.wld").write_text("10\n0\n0\n-10\n500000\n3100000\n")
    with pytest.raises(ImageError, match="没有地理定位"):
        read(bare)


def test_a_library_without_jpeg_2000_says_so(tmp_path):
    jp2 = {"driver": "JP2OpenJPEG", "QUALITY": "100", "REVERSIBLE": "YES"}
    path = tiff(tmp_path / "a.jp2", **jp2)
    code = (
        "from pil_discovery.layers import read_raster\n"
        "from pil_discovery.errors import ReadError\n"
        f"try: read_raster({str(path)!r})\n"
        "except ReadError as error: print(ascii(str(error)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "GDAL_SKIP": "JP2OpenJPEG"},
        capture_output=True,
        text=True,
        check=True,
    )
    said = ast.literal_eval(run.stdout)
    assert said == "a.jp2：本机的影像库不支持 JPEG 2000；请转换为 GeoTIFF 后导入"


def test_metadata_need_not_be_text(tmp_path):
    path = tiff(tmp_path / "a", driver="ENVI")
    header = path.with_suffix(".hdr")
    header.write_bytes(header.read_bytes().replace(b'PROJCS["', b'PROJCS["\x80\xc5'))
    with pytest.raises(ReadError, match="影像无法读取") as caught:
        read(path)
    assert caught.value.problems[0].file == "a"


def test_a_bare_codestream_is_no_picture(tmp_path):
    (tmp_path / "a.jp2").write_bytes(b"\xff\x4f\xff\x51" + bytes(100))
    with pytest.raises(ReadError, match="JPEG 2000"):
        read(tmp_path / "a.jp2")


def test_control_points_and_rational_functions_are_no_place(tmp_path):
    points = [
        rasterio.control.GroundControlPoint(r, c, 120 + c / 1e4, 28 - r / 1e4)
        for r, c in ((0, 0), (0, 9), (5, 0), (5, 9))
    ]
    with pytest.warns(NotGeoreferencedWarning):
        path = tiff(tmp_path / "a.tif", **NOWHERE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "r+") as out:
            out.gcps = (points, rasterio.crs.CRS.from_epsg(4326))
    with pytest.raises(ImageError, match="只有控制点 GCP"):
        read(path)
    with pytest.warns(NotGeoreferencedWarning):
        raw = tiff(tmp_path / "b.tiff", **NOWHERE)
    (tmp_path / "b.rpb").write_text("satId = GF1;")
    with pytest.raises(ImageError, match="有理函数参数 RPC，未正射"):
        read(raw)


def test_a_screenshot_is_called_one(tmp_path):
    pixels = np.zeros((3, 6, 10), "uint8")
    path = tiff(tmp_path / "a.tif", pixels, crs=None)
    with pytest.raises(CrsError, match="可能是截图或普通照片"):
        read(path)


def test_alpha_is_no_band_and_hides_pixels(tmp_path):
    pixels = np.full((4, 6, 10), 9, "uint8")
    pixels[3, 0, 0] = 0
    path = tiff(tmp_path / "a.tif", pixels, photometric="RGB", alpha="yes")
    image = read(path)
    assert np.argwhere(~image.valid()).tolist() == [[0, 0]]
    with pytest.raises(ImageError, match="第 4 波段是透明度"):
        read(path, bands={"nir": 4})


def test_a_palette_is_no_spectral_band(tmp_path):
    path = tiff(tmp_path / "a.tif", PIXELS[:1].astype("uint8"))
    with rasterio.open(path, "r+") as out:
        out.write_colormap(1, {0: (255, 0, 0, 255)})
    with pytest.raises(ImageError, match="第 1 波段是调色板颜色编号"):
        read(path, bands={"red": 1})
    mask = read(tiff(tmp_path / "b.tif"), cloud_mask=path)
    assert mask.valid().sum() == 1


def test_signed_values_and_declared_scales_are_kept(tmp_path):
    path = tiff(tmp_path / "a.tif", PIXELS.astype("int16") - 60, nodata=-60)
    with rasterio.open(path, "r+") as out:
        out.scales, out.offsets = (0.5, 2.0), (0.0, 1.0)
    image = read(path, scale=3.0)
    red, nir = image.read()
    assert np.isnan(red[0, 0])
    assert (red[0, 1], nir[0, 1]) == (-29.5, 2 * 1 + 1)
    said = image.provenance
    assert (said.scales, said.offsets, said.bits) == ((0.5, 2.0), (0.0, 1.0), 16)
    assert any("换算系数：工作区写 (3.0, 0.0)" in note for note in said.notes)


def test_a_rotated_picture_has_its_true_pixel(tmp_path):
    turned = Affine.translation(5e5, 3.1e6) @ Affine.rotation(30) @ Affine.scale(10, -5)
    said = read(tiff(tmp_path / "a.tif", transform=turned)).provenance
    assert (said.gsd_x_m, said.gsd_y_m) == (10.0, 5.0)
    flat = tiff(tmp_path / "b.tif", transform=Affine(0, 0, 5e5, 0, 0, 3.1e6))
    with pytest.raises(ImageError, match="仿射变换无效"):
        read(flat)


def test_a_huge_picture_is_refused_by_its_header(tmp_path):
    path = tmp_path / "a.tif"
    size = {"height": 70_000, "width": 70_000, "count": 1, "dtype": "uint8"}
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        crs="EPSG:4549",
        transform=from_origin(5e5, 3.1e6, 1, 1),
        sparse_ok=True,
        tiled=True,
        bigtiff="yes",
        **size,
    ):
        pass
    with pytest.raises(ImageError, match="影像过大"):
        read(path, bands={"red": 1})


def test_pixels_of_the_same_bytes_are_hashed_once(tmp_path):
    from pil_discovery.layers.headers import _band_hashes

    path = tiff(tmp_path / "a.tif")
    _band_hashes.cache_clear()
    first = read(path).provenance.pixel_sha256
    assert read(path).provenance.pixel_sha256 == first
    assert (_band_hashes.cache_info().hits, _band_hashes.cache_info().misses) == (1, 1)
    tiff(path, PIXELS + 1)
    assert read(path).provenance.pixel_sha256 != first
