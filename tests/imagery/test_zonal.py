import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from pyproj import CRS

from pil_discovery.errors import ImageError
from pil_discovery.imagery import blocks as module
from pil_discovery.imagery.coverage import STATS, weigh_plainly
from pil_discovery.imagery.exact_coverage import weigh_exactly
from pil_discovery.imagery.grids import Grid
from pil_discovery.imagery.zonal import valid_shares, zonal


def zones(*shapes, crs="EPSG:4549"):
    index = [f"Z{n}" for n in range(len(shapes))]
    return gpd.GeoDataFrame(index=index, geometry=list(shapes), crs=crs)


def test_both_ways_of_weighing_agree():
    random = np.random.default_rng(4)
    values = random.normal(size=(30, 40))
    values[5:9, 5:9] = np.nan
    grid = Grid(CRS("EPSG:4549"), Affine(10, 0, 1000, 0, -10, 2000), (30, 40))
    circles = [
        shapely.Point(x, y).buffer(r)
        for x, y, r in zip(
            random.uniform(990, 1410, 40),
            random.uniform(1690, 2010, 40),
            random.uniform(1, 90, 40),
            strict=True,
        )
    ]
    shapes = np.array([*circles, shapely.box(1050, 1910, 1090, 1950)], dtype=object)
    exact = weigh_exactly(shapes, values, grid, stats=STATS)
    plain = weigh_plainly(shapes, values, grid, stats=STATS)
    assert np.allclose(exact, plain, rtol=1e-6, atol=1e-6, equal_nan=True)


def test_rim_pixels_count_by_their_share(picture):
    values = np.arange(16.0).reshape(1, 4, 4)
    image = picture(values, "2025-05-12", bands=("nir",))
    half = shapely.box(500000, 3099990, 500015, 3100000)
    (row,) = zonal(zones(half), image, band="nir", stats=STATS).itertuples()
    assert row.count == pytest.approx(1.5)
    assert row.mean == pytest.approx((0 * 1 + 1 * 0.5) / 1.5)
    assert row.valid_share == pytest.approx(1)
    assert (row.zone_id, row.reason) == ("Z0", "")


def test_no_zone_is_left_without_number_or_reason(picture):
    cloud = np.zeros((20, 20))
    cloud[:10] = 1
    image = picture(np.full((6, 20, 20), 0.2), "2025-05-12", cloud=cloud)
    frame = zones(
        shapely.box(500000, 3099810, 500100, 3099890),
        shapely.box(500010, 3099910, 500050, 3099950),
        shapely.box(600000, 3099810, 600100, 3099890),
        shapely.Point(500050, 3099850),
        None,
        shapely.box(500000, 3099850, 500040, 3099950),
    )
    result = zonal(frame, image, index="ndvi", stats=("mean", "count"))
    assert list(result.columns) == ["zone_id", "count", "valid_share", "mean", "reason"]
    assert list(result["zone_id"]) == list(frame.index)
    assert result["reason"].tolist()[0] == ""
    assert "云" in result["reason"][1]
    assert "不在影像范围" in result["reason"][2]
    assert "几何" in result["reason"][3]
    assert "几何" in result["reason"][4]
    assert result["valid_share"][5] == pytest.approx(0.5)
    shares = valid_shares(frame, [image, image])
    assert shares.shape == (6, 2)
    assert shares[:, 0] == pytest.approx([1, 0, 0, 0, 0, 0.5])
    assert (shares[:, 0] == shares[:, 1]).all()
    assert valid_shares(frame, []).shape == (6, 0)


def test_zones_in_degrees_are_carried_to_the_picture(picture):
    image = picture(np.full((6, 20, 20), 0.2), "2025-05-12")
    frame = zones(shapely.box(500050, 3099850, 500150, 3099950)).to_crs(4490)
    result = zonal(frame, image, band="nir")
    assert result["count"][0] == pytest.approx(100, abs=1e-4)
    assert result["mean"][0] == pytest.approx(0.2)


def test_blocks_change_nothing(picture, monkeypatch):
    values = np.random.default_rng(2).normal(0.3, 0.1, (6, 90, 110))
    image = picture(values, "2025-05-12")
    random = np.random.default_rng(5)
    frame = zones(
        *(
            shapely.Point(500000 + x, 3100000 - y).buffer(r)
            for x, y, r in random.uniform(5, 900, (60, 3)) * [1, 1, 0.1]
        )
    )
    whole = zonal(frame, image, index="ndvi", stats=STATS)
    monkeypatch.setattr(module, "SIDE", 16)
    cut = zonal(frame, image, index="ndvi", stats=STATS)
    assert np.allclose(
        whole.drop(columns=["zone_id", "reason"]),
        cut.drop(columns=["zone_id", "reason"]),
        rtol=1e-9,
    )
    monkeypatch.setattr(module, "LARGE", 1)
    shared = zonal(frame, image, index="ndvi", stats=STATS, workers=2)
    pd.testing.assert_frame_equal(cut, shared, check_exact=True)


def test_only_the_bands_of_the_index_decide_what_is_seen(picture):
    values = np.full((6, 20, 20), 0.2)
    values[0] = np.nan
    image = picture(values, "2025-05-12", cloud=np.zeros((20, 20)))
    field = zones(shapely.box(500050, 3099850, 500150, 3099950))
    (row,) = zonal(field, image, index="ndvi").itertuples()
    assert (row.valid_share, row.reason) == (pytest.approx(1), "")
    (row,) = zonal(field, image, index="bsi").itertuples()
    assert (row.valid_share, row.reason != "") == (0, True)


def test_a_missing_band_is_a_reason_not_a_number(picture):
    image = picture(np.full((3, 20, 20), 0.2), "2025-05-12")
    result = zonal(
        zones(shapely.box(500050, 3099850, 500150, 3099950)), image, index="ndvi"
    )
    assert result["mean"].isna().all()
    assert result["valid_share"].tolist() == [0]
    assert "缺少波段nir" in result["reason"][0]


def test_wrong_questions_are_refused(picture):
    image = picture(np.full((6, 20, 20), 0.2), "2025-05-12")
    frame = zones(shapely.box(500050, 3099850, 500150, 3099950))
    with pytest.raises(ImageError, match="只能给出一个"):
        zonal(frame, image)
    with pytest.raises(ImageError, match="没有这个统计量"):
        zonal(frame, image, band="nir", stats=("mode",))
    with pytest.raises(ImageError, match="没有这个光谱指数"):
        zonal(frame, image, index="nvdi")


def test_no_zones_give_an_empty_table(picture):
    image = picture(np.full((6, 20, 20), 0.2), "2025-05-12")
    assert zonal(zones(), image, band="nir").empty


def test_what_is_no_picture_or_no_layer_is_misuse(picture):
    image = picture(np.ones((1, 8, 8)), "2025-05-12")
    for wrong in ((None, image), (zones(), None), ("a", "b")):
        with pytest.raises(TypeError, match="expected a GeoDataFrame and an Image"):
            zonal(*wrong, band="blue")


def test_a_mixed_zone_counts_by_its_polygons(picture):
    image = picture(np.full((1, 20, 20), 0.2), "2025-05-12", bands=("nir",))
    field = shapely.box(500010, 3099810, 500090, 3099890)
    mark = shapely.Point(500020, 3099820)
    mixed = shapely.GeometryCollection([field, mark])
    only_mark = shapely.GeometryCollection([mark])
    rows = zonal(zones(field, mixed, only_mark), image, band="nir", stats=("count",))
    assert rows["count"].tolist() == pytest.approx([64, 64, 0])
    assert rows["valid_share"].tolist() == pytest.approx([1, 1, 0])
    assert "没有面积" in rows["reason"].iloc[2]
