import json
import socket

import numpy as np
import pytest
from rasterio.transform import from_origin

from pil_discovery.errors import ImageError, ReadError
from pil_discovery.layers import read_raster
from tests.layers.test_pictures import tiff

PIXELS = np.arange(1, 145, dtype="uint16").reshape(1, 12, 12)
NAME = "S2B_MSIL2A_20250512T024531_N0511_R132_T50RQU_20250512T051532"
PROPERTIES = {
    "datetime": "2025-05-12T02:48:11.024Z",
    "platform": "sentinel-2b",
    "instruments": ["msi"],
    "processing:level": "L2A",
    "eo:cloud_cover": 12.5,
    "view:sun_elevation": 66.2,
    "proj:code": "EPSG:32650",
    "s2:processing_baseline": "05.11",
    "license": "proprietary",
}


def asset(href, common, **more):
    return {
        "href": href,
        "bands": [{"eo:common_name": common}],
        "roles": ["data"],
        **more,
    }


def item(folder, assets, *, version="1.1.0", name="item.json", **more):
    content = {
        "type": "Feature",
        "stac_version": version,
        "id": NAME,
        "geometry": None,
        "properties": PROPERTIES,
        "links": [{"rel": "self", "href": "https://example.com/item.json"}],
        "assets": assets,
        "stac_extensions": ["https://stac-extensions.github.io/eo/v2.0.0/schema.json"],
        **more,
    }
    (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder / name


def band(path, pixels=PIXELS, size=10, **more):
    place = {"crs": "EPSG:32650", "transform": from_origin(5e5, 3.1e6, size, size)}
    return tiff(path, pixels, **{**place, **more})


@pytest.fixture
def assets(tmp_path):
    """A red and an infrared band at 10 m, a shortwave one and classes at 20 m."""
    band(tmp_path / "B04.tif")
    band(tmp_path / "B08.tif", PIXELS + 1000)
    coarse = np.arange(1, 37, dtype="uint16").reshape(1, 6, 6)
    band(tmp_path / "B11.tif", coarse, size=20)
    classes = np.full((1, 6, 6), 4, "uint8")
    classes[0, 0, 0] = 9
    classes[0, 0, 1] = 5
    band(tmp_path / "SCL.tif", classes, size=20)
    return {
        "red": asset("B04.tif", "red"),
        "nir": asset("./B08.tif", "nir"),
        "swir16": asset("B11.tif", "swir16"),
        "scl": {"href": "SCL.tif", "roles": ["data"]},
        "thumbnail": {"href": "https://example.com/t.jpg", "roles": ["thumbnail"]},
        "visual": {
            "href": "https://example.com/TCI.tif",
            "roles": ["visual"],
            "bands": [{"eo:common_name": c} for c in ("red", "green", "blue")],
        },
    }


def test_an_item_is_a_picture_of_several_files(tmp_path, assets, monkeypatch):
    def refuse(*_):
        pytest.fail("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    image = read_raster(item(tmp_path, assets))
    assert list(image.bands) == ["red", "nir", "swir1"]
    assert image.shape == (12, 12)
    red, nir, swir = image.read()
    assert np.array_equal(red, PIXELS[0])
    assert np.array_equal(nir, PIXELS[0] + 1000.0)
    assert swir[:2, :4].tolist() == [[1, 1, 2, 2], [1, 1, 2, 2]]
    assert np.argwhere(~image.valid()).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert image.acquired.isoformat() == "2025-05-12T02:48:11.024000+00:00"
    assert image.sensor == "sentinel-2b MSI L2A"
    said = image.provenance
    assert said.file == "item.json"
    assert [p.file for p in said.parts] == ["B04.tif", "B08.tif", "B11.tif", "SCL.tif"]
    assert (said.product_id, said.orbit, said.place) == (NAME, "R132", "50RQU")
    assert (said.sun_elevation_deg, said.scene_cloud_percent) == (66.2, 12.5)
    assert (said.licence, said.mask_kind) == ("proprietary", "s2_scl")
    assert said.orthorectified is True
    assert said.sigma_m is None
    assert said.sigma_relative_m == 2.4
    assert any("swir1 的像元按 2 倍重复" in note for note in said.notes)
    assert not any("并存" in note for note in said.notes)


def test_no_code_of_other_packages_is_looked_for(tmp_path, assets, monkeypatch):
    from importlib import metadata

    def refuse(**_):
        pytest.fail("extensions of pystac were looked for")

    monkeypatch.setattr(metadata, "entry_points", refuse)
    assert list(read_raster(item(tmp_path, assets)).bands) == ["red", "nir", "swir1"]


def test_the_older_form_says_the_same(tmp_path, assets):
    new = read_raster(item(tmp_path, assets))
    for key in ("red", "nir", "swir16"):
        (only,) = assets[key].pop("bands")
        assets[key]["eo:bands"] = [{"common_name": only["eo:common_name"]}]
    old = read_raster(item(tmp_path, assets, version="1.0.0", name="old.json"))
    assert old.bands == new.bands
    assert old.provenance.pixel_sha256 == new.provenance.pixel_sha256
    assert np.array_equal(old.read(), new.read())


def test_values_are_scaled_as_the_item_says_where_the_file_is_silent(tmp_path):
    details = {"eo:common_name": "red", "eo:center_wavelength": 0.665, "nodata": 1}
    scaled = {**details, "raster:scale": 0.0001, "raster:offset": -0.1}
    band(tmp_path / "B04.tif")
    path = item(tmp_path, {"red": {"href": "B04.tif", "bands": [scaled]}})
    image = read_raster(path)
    values = image.read()[0]
    assert np.isnan(values[0, 0])
    assert values[0, 1] == pytest.approx(2 * 0.0001 - 0.1)
    said = image.provenance
    assert (said.nodata, said.scales, said.offsets) == (1.0, (0.0001,), (-0.1,))
    assert said.wavelengths_nm == (665.0,)
    assert any("取自STAC 条目" in note for note in said.notes)
    stated = read_raster(path, scale=0.001, offset=0.0, nodata=2)
    assert stated.read()[0, 0, 0] == pytest.approx(0.001)
    assert np.isnan(stated.read()[0, 0, 1])


def test_what_the_file_declares_wins_and_is_noted(tmp_path):
    path = band(tmp_path / "B04.tif", nodata=5, crs="EPSG:32651")
    details = {"eo:common_name": "red", "nodata": 1}
    image = read_raster(
        item(tmp_path, {"red": {"href": path.name, "bands": [details]}})
    )
    assert np.isnan(image.read()[0, 0, 4])
    assert not np.isnan(image.read()[0, 0, 0])
    notes = "；".join(image.provenance.notes)
    assert "无数据值：STAC 条目写 1.0，文件声明 5.0，以文件为准" in notes
    assert "坐标系：另写明 EPSG:32650，文件为 EPSG:32651" in notes


def test_a_system_is_taken_from_the_item_where_the_file_has_none(tmp_path):
    band(tmp_path / "B04.tif", crs=None)
    image = read_raster(item(tmp_path, {"red": asset("B04.tif", "red")}))
    assert image.provenance.crs == "EPSG:32650"


@pytest.mark.parametrize(
    "href",
    [
        "https://example.com/B04.tif",
        "s3://bucket/B04.tif",
        "file:///etc/passwd",
        "/vsicurl/https://example.com/B04.tif",
        "/etc/passwd",
        "\\\\server\\B04.tif",
        "C:\\B04.tif",
        "../B04.tif",
        "a/../../B04.tif",
        "%2e%2e/B04.tif",
        "CSV:B04.tif",
    ],
)
def test_no_asset_leads_out_of_the_folder(tmp_path, href):
    folder = tmp_path / "in"
    folder.mkdir()
    band(tmp_path / "B04.tif")
    with pytest.raises(ImageError, match=r"assets\.red\.href：.*(不是相对路径|之外)"):
        read_raster(item(folder, {"red": asset(href, "red")}), root=tmp_path)


def test_no_asset_is_read_through_a_link(tmp_path):
    outside = band(tmp_path / "B04.tif")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "B04.tif").symlink_to(outside)
    with pytest.raises(ReadError, match="链接"):
        read_raster(item(folder, {"red": asset("B04.tif", "red")}), root=folder)


def test_bands_on_another_grid_are_refused(tmp_path, assets):
    band(tmp_path / "B11.tif", np.ones((1, 5, 5), "uint16"), size=20)
    with pytest.raises(ImageError, match=r"波段 swir1 的格网与 B04\.tif 不同"):
        read_raster(item(tmp_path, assets))


def test_a_panchromatic_band_askew_is_left_out(tmp_path, assets):
    band(tmp_path / "B8.tif", np.ones((1, 23, 23), "uint16"), size=5)
    assets["pan"] = asset("B8.tif", "pan")
    image = read_raster(item(tmp_path, assets))
    assert "pan" not in image.bands
    assert any("pan 的格网与其他波段不同" in n for n in image.provenance.notes)


def test_files_that_are_not_there_and_doubles_are_noted(tmp_path, assets):
    assets["blue"] = asset("B02.tif", "blue")
    assets["red2"] = asset("B04.tif", "red")
    image = read_raster(item(tmp_path, assets))
    assert list(image.bands) == ["nir", "swir1"]
    notes = "；".join(image.provenance.notes)
    assert "波段 blue：条目所列文件不在工作区" in notes
    assert "波段 red：有几个 asset（red、red2）" in notes


def test_the_nearer_infrared_name_counts(tmp_path, assets):
    band(tmp_path / "B8A.tif", np.ones((1, 6, 6), "uint16"), size=20)
    assets["nir08"] = asset("B8A.tif", "nir08")
    assert read_raster(item(tmp_path, assets)).read()[1].max() == 1144


def test_an_item_without_a_date_needs_one(tmp_path, assets):
    span = {
        "start_datetime": "2025-05-01T00:00:00Z",
        "end_datetime": "2025-05-31T00:00:00Z",
    }
    mosaic = {**PROPERTIES, **span, "datetime": None}
    path = item(tmp_path, assets, id="mosaic", properties=mosaic)
    with pytest.raises(ImageError, match="acquired：没有写明成像时间"):
        read_raster(path)
    stated = read_raster(path, acquired="2025-05-12T10:41:00+08:00")
    assert stated.provenance.product_id is None


def test_contradictions_stand_side_by_side(tmp_path, assets):
    other = {**PROPERTIES, "platform": "sentinel-2a"}
    path = item(tmp_path, assets, properties=other)
    image = read_raster(
        path, acquired="2025-05-14T10:41:00+08:00", sensor="高分一号 PMS"
    )
    notes = "；".join(image.provenance.notes)
    assert "成像日期：工作区写“2025-05-14”" in notes
    assert "卫星：STAC 条目写“sentinel-2a”，产品名写“Sentinel-2B”" in notes
    assert "传感器：工作区写“高分一号 PMS”，STAC 条目写“sentinel-2a”" in notes
    assert image.provenance.platform == "sentinel-2a"


def test_bands_of_an_item_are_not_numbered(tmp_path, assets):
    with pytest.raises(ImageError, match="STAC 条目自带波段"):
        read_raster(item(tmp_path, assets), bands={"red": 1})


def test_a_mask_of_unknown_coding_is_not_used(tmp_path, assets):
    assets.pop("scl")
    assets["mask"] = {"href": "SCL.tif", "roles": ["cloud"]}
    image = read_raster(item(tmp_path, assets))
    assert image.cloud_mask is None
    assert any("云掩膜 mask：不知其编码" in n for n in image.provenance.notes)
    stated = read_raster(
        item(tmp_path, assets), cloud_mask=tmp_path / "SCL.tif", mask_kind="s2_scl"
    )
    assert (~stated.valid()).sum() == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[1]", "不是 STAC 条目"),
        ("{", "不是合法的 JSON"),
        ("[" * 100_000, "不是合法的 JSON"),
        ('{"type": "FeatureCollection", "features": []}', "type 应为 Feature"),
        ('{"type": "Feature"}', "stac_version：没有写"),
        ('{"type": "Feature", "stac_version": "0.9.0"}', "stac_version：0.9.0"),
        ('{"type": "Feature", "stac_version": "1.0.0"}', "内容有误"),
    ],
)
def test_what_is_no_item_is_refused(tmp_path, content, words):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(ReadError, match=words):
        read_raster(tmp_path / "a.json")


def test_an_item_without_a_time_says_so_in_chinese(tmp_path):
    path = item(
        tmp_path,
        {"red": asset("B04.tif", "red")},
        properties={**PROPERTIES, "datetime": None},
    )
    with pytest.raises(ReadError, match="没有写成像时间（datetime）"):
        read_raster(path)


@pytest.mark.parametrize(
    "broken",
    [
        {"assets": []},
        {"assets": {"red": 1}},
        {"assets": {"red": {}}},
        {"assets": {"red": {"href": 5, "bands": [{"eo:common_name": "red"}]}}},
        {"assets": {"red": {"href": "a", "bands": "x", "roles": [[1]]}}},
        {"assets": {"red": {"href": "a" * 5000, "bands": [3, {"name": {}}]}}},
        {"assets": {"red": {"href": "\x00", "eo:bands": [{"common_name": "red"}]}}},
        {"properties": None},
        {"properties": {"datetime": "gestern"}},
        {"properties": {"datetime": 7}},
        {"properties": {**PROPERTIES, "proj:epsg": 10**400, "instruments": 3}},
        {"id": None},
        {"bbox": "x"},
    ],
)
def test_broken_items_get_a_sentence(tmp_path, broken):
    path = item(tmp_path, **{"assets": {"red": asset("B04.tif", "red")}, **broken})
    with pytest.raises((ReadError, ImageError)) as caught:
        read_raster(path)
    assert all(p.file == "item.json" for p in caught.value.problems)
