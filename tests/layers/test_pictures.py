import hashlib

import numpy as np
import pytest
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import Affine, from_origin

from pil_discovery.errors import CrsError, ImageError, ReadError
from pil_discovery.layers import read_raster
from tests.layers.making import SHARED

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
