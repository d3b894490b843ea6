import json

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from pil_discovery.pipeline.checking import check_workspace
from pil_discovery.pipeline.reading import open_workspace
from pil_discovery.pipeline.scenes import draft_pictures

TILE = "T50RQU_20250512T024541"
SAFE = "影像/S2A_MSIL2A_20250512T024541_N0511_R132_T50RQU_20250512T061219.SAFE"
LANDSAT = "LC08_L2SP_121039_20250510_20250518_02_T1"


def raster(path, metres=10, side=12, **more):
    path.parent.mkdir(parents=True, exist_ok=True)
    count = side * 10 // metres
    profile = {
        "driver": "GTiff",
        "crs": "EPSG:32650",
        "transform": from_origin(5e5, 3.1e6, metres, metres),
        "width": count,
        "height": count,
        "count": 1,
        "dtype": "uint16",
        **more,
    }
    with rasterio.open(path, "w", **profile) as out:
        out.write(np.ones((profile["count"], count, count), "uint16"))
    return path


def sentinel(folder):
    for band, metres in (("B04", 10), ("B08", 10), ("B11", 20), ("SCL", 20)):
        raster(folder / f"{SAFE}/IMG/{TILE}_{band}_{metres}m.tif", metres)
    raster(folder / f"{SAFE}/IMG/{TILE}_B04_60m.tif", 60)
    (folder / SAFE / "MTD_MSIL2A.xml").write_text("<x/>")
    (folder / SAFE / "HTML.html").write_text("<p>x</p>")


def states(found):
    return {f["file"].rpartition("/")[2]: f["state"] for f in found.files}


def test_the_bands_of_a_product_are_one_picture_that_needs_no_words(tmp_path):
    sentinel(tmp_path)
    found = check_workspace(tmp_path)
    (entry,) = open_workspace(tmp_path).images
    assert entry.file.endswith("B04_10m.tif")
    assert set(entry.files) == {"nir", "swir1"}
    assert entry.cloud_mask.endswith("SCL_20m.tif")
    assert states(found) == {
        f"{TILE}_B04_10m.tif": "used",
        f"{TILE}_B04_60m.tif": "part",
        f"{TILE}_B08_10m.tif": "part",
        f"{TILE}_B11_20m.tif": "part",
        f"{TILE}_SCL_20m.tif": "part",
    }
    told = {i["what"]: i["value"] for r in found.readings for i in r["inferences"]}
    assert "提供单位" in told["来源信息缺失"]
    again = check_workspace(tmp_path)
    assert again.problems == found.problems == []
    assert again.written[0].name == "检查结果.xlsx"


def test_what_a_name_leaves_open_is_asked_with_what_it_tells(tmp_path):
    raster(tmp_path / f"{LANDSAT}_SR_B4.TIF")
    raster(tmp_path / f"{LANDSAT}_SR_B5.TIF")
    raster(tmp_path / f"{LANDSAT}_QA_PIXEL.TIF")
    (tmp_path / f"{LANDSAT}_MTL.txt").write_text("GROUP = X\n  A = 1\n")
    found = check_workspace(tmp_path)
    assert open_workspace(tmp_path).images == ()
    text = (tmp_path / "pil.yaml").read_text("utf-8")
    assert '  #   acquired: "2025-05-10T时:分:秒+08:00"' in text
    assert f'  #   files: {{nir: "{LANDSAT}_SR_B5.TIF"}}' in text
    assert f'  #   cloud_mask: "{LANDSAT}_QA_PIXEL.TIF"' in text
    assert "sensor" not in text.split("images: []")[1]
    (problem,) = found.problems
    assert "产品名只有日期 2025-05-10" in problem.what
    assert set(states(found).values()) == {"picture", "part"}
    answered = text.replace("images: []", "images:").replace("  # - file", "  - file")
    answered = answered.replace("  #   ", "    ").replace("T时:分:秒", "T10:41:00")
    (tmp_path / "pil.yaml").write_text(answered, encoding="utf-8")
    settled = check_workspace(tmp_path)
    assert settled.problems == []
    assert set(states(settled).values()) == {"used", "part"}


def test_a_stac_item_counts_its_assets_as_known(tmp_path):
    raster(tmp_path / "影像" / "红.tif")
    raster(tmp_path / "影像" / "近红.tif")
    item = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "一景",
        "geometry": None,
        "properties": {
            "datetime": "2025-05-12T02:45:41Z",
            "platform": "sentinel-2a",
            "instruments": ["msi"],
        },
        "assets": {
            "a": {"href": "红.tif", "eo:bands": [{"common_name": "red"}]},
            "b": {"href": "近红.tif", "eo:bands": [{"common_name": "nir"}]},
        },
        "links": [],
    }
    (tmp_path / "影像" / "一景.json").write_text(json.dumps(item), encoding="utf-8")
    found = check_workspace(tmp_path)
    expected = {"一景.json": "used", "红.tif": "part", "近红.tif": "part"}
    assert states(found) == expected
    assert [i.file for i in open_workspace(tmp_path).images] == ["影像/一景.json"]
    assert states(check_workspace(tmp_path)) == expected


def test_a_picture_that_lacks_more_than_words_says_so(tmp_path):
    path = raster(tmp_path / "航片.tif", crs=None, count=4)
    path.with_name("航片_cloud.tif").write_bytes(path.read_bytes())
    found = check_workspace(tmp_path)
    assert states(found) == {"航片.tif": "picture", "航片_cloud.tif": "part"}
    assert [problem.what for problem in found.problems] == [
        "影像还不能使用：没有写明成像时间；没有写明传感器；没有写明波段",
        "影像没有坐标系",
    ]


@pytest.mark.parametrize("names", [["b.tif", "a_云.tif", "a.tif"], ["a.tif"]])
def test_every_file_is_covered_once(tmp_path, names):
    drafts = draft_pictures(names, tmp_path)
    covered = [file for draft in drafts for file in draft.covers]
    assert sorted(covered) == sorted(names)
