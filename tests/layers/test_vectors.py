import datetime as dt
import hashlib
from contextlib import nullcontext

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pil_discovery.errors import CrsError, ReadError
from pil_discovery.geo.gcj import wgs84_to_gcj02
from pil_discovery.layers import read_vector, survey_vector
from tests.layers.making import (
    BOW_TIE,
    DATASETS,
    SHARED,
    balanced,
    features,
    geojson,
    metres,
    polygon,
    reasons,
    shapefile,
    square,
    write,
)


def read(path, **options):
    return balanced(read_vector(path, DATASETS, **{"wanted": "patch", **options}))


def corner(found):
    return tuple(float(round(v, 4)) for v in found.frame.total_bounds[:2])


def test_a_layer_says_where_everything_comes_from(tmp_path):
    rows = features([square(), square(121)], 面积=[1.5, None], 备注=["", ""])
    found = read(
        write(tmp_path / "a.gpkg", rows),
        issuer="示例区局",
        valid_from=dt.date(2021, 11, 1),
        scale=10000,
        expected=(5.0, "某规程"),
        units={"area_m2": "亩"},
    )
    frame = found.frame
    assert frame.crs.to_epsg() == 4490
    assert frame["no"].tolist() == ["甲1", "甲2"]
    assert frame["area_m2"].iloc[0] == pytest.approx(1000)
    assert frame["_row"].tolist() == [1, 2]
    assert set(frame["_sheet"]) == {"a"}
    assert set(frame["_source"]) == {"a.gpkg"}
    assert set(frame["_sigma_m"]) == {5.0}
    assert frame["_valid_from"].iloc[0] == pd.Timestamp("2021-11-01")
    assert frame["_valid_to"].isna().all()
    assert found.provenance.sigma_source == "某规程"
    assert found.provenance.driver == "GPKG"
    assert found.provenance.crs_in == "EPSG:4490"
    (source,) = found.sources
    assert (
        source.sha256 == hashlib.sha256((tmp_path / "a.gpkg").read_bytes()).hexdigest()
    )
    assert ("未使用的列", "备注") in {
        (i.what, i.value) for i in found.report.inferences
    }


def test_a_gbk_shapefile_without_cpg_is_read_as_gbk(tmp_path):
    path = shapefile(tmp_path / "林地.shp", features([square()]), "GB18030")
    found = read(path)
    assert found.frame["no"].tolist() == ["甲1"]
    assert found.sources[0].encoding == "gb18030"
    assert "GB18030" in found.report.inferences[0].why


def test_a_utf8_shapefile_is_read_though_its_header_is_cut(tmp_path):
    path = shapefile(tmp_path / "a.shp", features([square()]), "UTF-8", cpg="UTF-8")
    assert "图斑编号".encode()[:10] in path.with_suffix(".dbf").read_bytes()
    found = read(path)
    assert found.sources[0].encoding == "utf-8"
    assert found.frame["no"].tolist() == ["甲1"]


@pytest.mark.parametrize(
    ("written", "cpg"), [("UTF-8", "GBK"), ("UTF-8", "936"), ("GB18030", "UTF-8")]
)
def test_a_cpg_that_the_bytes_contradict_is_refused(tmp_path, written, cpg):
    path = shapefile(tmp_path / "a.shp", features([square()]), written, cpg=cpg)
    with pytest.raises(ReadError, match="encoding: UTF-8 或 encoding: GB18030"):
        read(path)
    assert read(path, encoding=written).frame["no"].tolist() == ["甲1"]


def test_a_latin_cpg_on_chinese_bytes_is_not_believed(tmp_path):
    path = shapefile(tmp_path / "a.shp", features([square()]), "GB18030", "ISO-8859-1")
    found = read(path)
    assert found.frame["no"].tolist() == ["甲1"]
    assert "ISO-8859-1 不是中文编码" in found.report.inferences[0].why


@pytest.mark.parametrize("encoding", ["big5hkscs-nonsense", "ascii"])
def test_an_encoding_that_does_not_fit_is_refused(tmp_path, encoding):
    path = shapefile(tmp_path / "a.shp", features([square()]), "UTF-8")
    with pytest.raises(ReadError, match="改写 encoding"):
        read(path, encoding=encoding)


def test_a_text_cut_inside_a_character_is_missing_and_listed(tmp_path):
    path = shapefile(tmp_path / "a.shp", features([square()]), "UTF-8")
    table = path.with_suffix(".dbf")
    cut = ("甲" * 30).encode()[:80]
    table.write_bytes(table.read_bytes().replace("甲1".encode().ljust(80), cut))
    found = read(path)
    assert reasons(found) == ["key_missing", "truncated"]


def test_every_part_of_a_shapefile_is_hashed(tmp_path):
    path = shapefile(tmp_path / "a.shp", features([square()]), "UTF-8", cpg="UTF-8")
    (source,) = read(path).sources
    files = {p.file: p.sha256 for p in source.parts}
    assert sorted(files) == ["a.cpg", "a.dbf", "a.prj", "a.shx"]
    for name, digest in files.items():
        data = (tmp_path / name).read_bytes()
        assert digest == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("part", [".dbf", ".shx"])
def test_a_shapefile_without_a_part_is_refused(tmp_path, part):
    path = shapefile(tmp_path / "a.shp", features([square()]), "UTF-8")
    path.with_suffix(part).unlink()
    with pytest.raises(ReadError, match=f"缺少同名的 {part}"):
        read(path)


def test_layers_of_the_data_set_are_read_together(tmp_path):
    path = tmp_path / "a.gpkg"
    write(path, features([square()], 面积=[1.0]), layer="东区")
    more = features([square(121)], 图斑编号=["乙1"], 面积=[2.0])
    write(path, more, layer="西区", append=True)
    other = features([square(122)], 面积=[3.0])
    other = other.rename(columns={"图斑编号": "保护区编号", "面积": "级别"})
    write(path, other.assign(所在乡镇="甲乡"), layer="保护区", append=True)
    found = read(path)
    assert found.frame["_sheet"].tolist() == ["东区", "西区"]
    assert ("未读取的图层", "保护区") in {
        (i.what, i.value) for i in found.report.inferences
    }
    assert read(path, layer="西区").frame["no"].tolist() == ["乙1"]
    with pytest.raises(ReadError, match=r"不能确定是哪个数据集.*保护区"):
        read(path, wanted=None)
    with pytest.raises(ReadError, match="没有图层“南区”，现有：东区、西区、保护区"):
        read(path, layer="南区")


def test_unknown_names_are_named(tmp_path):
    path = write(tmp_path / "a.gpkg", features([square()]))
    with pytest.raises(ReadError, match=r"没有数据集“patsh”；是不是「patch」"):
        read(path, wanted="patsh")
    with pytest.raises(ReadError, match="图层里没有列“编号”"):
        read(path, columns={"编号": "no"})
    with pytest.raises(ReadError, match="numbr"):
        read(path, columns={"图斑编号": "numbr"})
    with pytest.raises(ReadError, match="sigma_m：位置误差 -3"):
        read(path, sigma_m=-3.0)
    with pytest.raises(ReadError, match=r"a\.gpkg"):
        read(path, units={"area_m2": "斤"})


def test_a_layer_of_no_known_data_set_keeps_its_columns(tmp_path):
    frame = gpd.GeoDataFrame({"fclass": ["park"]}, geometry=[square()], crs=4326)
    found = read(write(tmp_path / "a.gpkg", frame), wanted=None)
    assert found.dataset is None
    assert found.frame["fclass"].tolist() == ["park"]


@pytest.mark.parametrize(
    ("shape", "crs", "words"),
    [
        (metres(40_500_000), 4549, "带号 40"),
        (metres(500_000), 4528, "不带带号"),
        (metres(3_100_000, 500_000), 4549, "已对调"),
    ],
)
def test_zone_numbers_and_swapped_axes_are_recognised(tmp_path, shape, crs, words):
    found = read(write(tmp_path / "a.gpkg", features([shape], crs)))
    assert corner(found) == (120.0, 28.0141)
    assert any(words in i.value for i in found.report.inferences)


def test_swapped_degrees_are_recognised(tmp_path):
    found = read(write(tmp_path / "a.gpkg", features([square(28, 120)])))
    assert corner(found) == (120.0, 28.0)


@pytest.mark.parametrize(
    ("shape", "crs", "words"),
    [
        (metres(), 4490, "坐标值不是经纬度"),
        (square(), 4549, "坐标值是经纬度"),
        (metres(39_500_000), 4549, "带号 39.*EPSG:4527"),
        (metres(900_000), 4549, "适用范围之外"),
        (metres(), None, "没有坐标系.*EPSG:4549"),
        (metres(40_500_000), None, "EPSG:4528"),
        (square(), None, "EPSG:4490.*GCJ-02"),
        (metres(20_500_000), 21460, "北京54"),
        (metres(), 2364, "西安80"),
    ],
)
def test_systems_that_cannot_be_right_are_refused(tmp_path, shape, crs, words):
    frame = features([shape], crs)
    path = tmp_path / "a.gpkg"
    with pytest.warns(UserWarning, match="crs") if crs is None else nullcontext():
        write(path, frame)
    with pytest.raises(CrsError, match=rf"(?s){words}"):
        read(path)


@pytest.mark.parametrize(
    ("crs", "value"), [(2364, "?"), (4610, "?"), (None, "EPSG:4490")]
)
def test_no_guess_overrules_a_system_that_is_refused(tmp_path, crs, value):
    path = tmp_path / "a.gpkg"
    shape = square() if crs != 2364 else metres()
    with pytest.warns(UserWarning, match="crs") if crs is None else nullcontext():
        write(path, features([shape], crs))
    (asked,) = survey_vector(path, DATASETS).report.suggestions
    assert asked.key == "crs"
    assert asked.asks
    assert asked.value.split(" 或 ")[0] == value
    assert ("西安80" in asked.why) is (crs is not None)


def test_the_workspace_may_say_gcj02(tmp_path):
    lon, lat = wgs84_to_gcj02(np.array([120.0]), np.array([28.0]))
    path = write(
        tmp_path / "a.gpkg", features([square(float(lon[0]), float(lat[0]))], 4326)
    )
    found = read(path, crs="GCJ-02", sigma_m=4.0)
    assert corner(found) == (120.0, 28.0)
    assert set(found.frame["_sigma_m"]) == {5.0}
    assert "反算" in found.provenance.transformation
    assert any("工作区写明" in i.why for i in found.report.inferences)


def test_wgs84_is_taken_as_cgcs2000_with_half_a_metre(tmp_path):
    path = write(tmp_path / "a.gpkg", features([square()], 4326))
    assert set(read(path, sigma_m=1.2).frame["_sigma_m"]) == {1.3}
    assert read(path).frame["_sigma_m"].isna().all()


def test_features_that_cannot_be_used_leave(tmp_path):
    shapes = [
        square(),
        None,
        shapely.Polygon(),
        BOW_TIE,
        shapely.LineString([(120, 28), (121, 29)]),
        square(0, 0),
        shapely.Point(120, 28),
    ]
    found = read(write(tmp_path / "a.gpkg", features(shapes)))
    assert found.frame["no"].tolist() == ["甲1"]
    assert dict(zip(found.quarantine["row"], reasons(found), strict=True)) == {
        2: "geometry_empty",
        3: "geometry_empty",
        4: "geometry_invalid",
        5: "geometry_invalid",
        6: "outside_area",
        7: "geometry_invalid",
    }
    assert found.quarantine["remedy"].str.len().min() > 4


def test_one_feature_far_from_its_zone_leaves(tmp_path):
    found = read(
        write(tmp_path / "a.gpkg", features([metres(), metres(900_000)], 4549))
    )
    assert reasons(found) == ["outside_area"]


def test_a_place_never_filled_in_does_not_hide_the_zone_number(tmp_path):
    rows = features([metres(40_500_000), metres(0, 0, 0.5)], 4549)
    found = read(write(tmp_path / "a.gpkg", rows))
    assert corner(found) == (120.0, 28.0141)
    assert reasons(found) == ["outside_area"]


def test_repeated_keys_leave(tmp_path):
    shapes = [square(), square(), square(121), square(122), square(123)]
    rows = features(shapes, 图斑编号=["a", "a", "b", "b", None])
    found = read(write(tmp_path / "a.gpkg", rows))
    assert found.frame["no"].tolist() == ["a"]
    assert reasons(found) == [
        "duplicate",
        "key_conflict",
        "key_conflict",
        "key_missing",
    ]


def test_an_unclosed_ring_leaves_its_feature_only(tmp_path):
    open_ring = polygon([120, 28], [120.1, 28], [120.1, 28.1], [120, 28.1])
    found = read(geojson(tmp_path / "a.geojson", open_ring, polygon(), None))
    assert found.frame["no"].tolist() == ["甲2"]
    assert reasons(found) == ["geometry_invalid", "geometry_empty"]


def test_an_empty_layer_is_no_error(tmp_path):
    found = read(geojson(tmp_path / "a.geojson"))
    assert len(found) == 0
    assert found.frame.crs.to_epsg() == 4490


def test_long_numbers_and_dates_are_exact(tmp_path):
    rows = features(
        [square(), square(121)],
        图斑编号=pd.array([330302199001011235, None], dtype="Int64"),
        发现日期=pd.to_datetime(["2024-03-01", None]).astype("datetime64[ms]"),
    )
    found = read(write(tmp_path / "a.gpkg", rows))
    assert found.frame["no"].tolist() == ["330302199001011235"]
    assert found.frame["found"].tolist() == [pd.Timestamp("2024-03-01")]


def test_height_is_dropped_and_flatgeobuf_is_read(tmp_path):
    high = shapely.force_3d(square(), 7.0)
    path = write(tmp_path / "a.fgb", features([high]), driver="FlatGeobuf")
    found = read(path)
    assert not found.frame.geometry.has_z.any()
    assert found.provenance.driver == "FlatGeobuf"


def test_two_readings_are_equal_and_the_file_stays_as_it_is(tmp_path):
    path = write(tmp_path / "a.gpkg", features([square(), BOW_TIE]))
    before = path.read_bytes()
    one, two = read(path), read(path)
    pd.testing.assert_frame_equal(pd.DataFrame(one.frame), pd.DataFrame(two.frame))
    pd.testing.assert_frame_equal(one.quarantine, two.quarantine)
    assert one.report == two.report
    assert path.read_bytes() == before


GOOD = st.builds(square, st.floats(118, 122), st.floats(27, 30))
EVERY = st.one_of(st.none(), GOOD, st.just(BOW_TIE), st.just(square(0, 0)))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    rows=st.lists(st.tuples(EVERY, st.sampled_from(["a", "b", "c", None])), max_size=8)
)
def test_no_feature_is_lost(tmp_path, rows):
    shapes = [
        None if g is None else {"type": "Polygon", **_coordinates(g)} for g, _ in rows
    ]
    path = geojson(tmp_path / "a.geojson", *shapes)
    if {g for g, _ in rows} & {square(0, 0)} and not any(_good(g) for g, _ in rows):
        with pytest.raises(CrsError, match="适用范围之外"):
            read(path)
        return
    found = read(path)
    assert found.report.rows_read == len(rows)
    left = found.quarantine[found.quarantine["scope"] == "row"]["row"].tolist()
    assert sorted([*found.frame["_row"], *left]) == list(range(1, len(rows) + 1))


def _good(shape):
    return shape is not None and shape.is_valid and shape != square(0, 0)


def _coordinates(shape):
    return {"coordinates": [[list(p) for p in shape.exterior.coords]]}


def test_hangzhou_reads():
    path = SHARED / "hangzhou_osm/hangzhou.gpkg"
    if not path.exists():
        pytest.skip("no shared data")
    found = balanced(read_vector(path, DATASETS, layer="water"))
    total = pyogrio.read_info(path, layer="water")["features"]
    assert found.report.rows_read == total
    assert found.provenance.crs_in == "EPSG:4326"
    assert "视同 CGCS2000" in found.provenance.transformation
    west, south, east, north = found.frame.total_bounds
    assert 118 < west < east < 121
    assert 29 < south < north < 31
