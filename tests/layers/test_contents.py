"""Odd geometries, columns and systems inside files of sound format."""

import sqlite3
import struct

import numpy as np
import pyarrow as pa
import pytest
import shapely

from pil_discovery.errors import CrsError, ReadError
from pil_discovery.geo.area import area_m2
from pil_discovery.layers import read_vector
from pil_discovery.layers.contents import demand_sound
from tests.layers.making import (
    BOW_TIE,
    DATASETS,
    PATCH,
    balanced,
    features,
    field,
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


def header(code, *points):
    body = b"".join(struct.pack("<dd", *p) for p in points)
    return struct.pack("<BII", 1, code, len(points)) + body


CIRCLE = [(120, 28), (120.01, 28.01), (120.02, 28), (120.01, 27.99), (120, 28)]


def curved(path, *shapes):
    """Write a GeoPackage whose first features hold raw geometries."""
    write(path, features([square()] * 3), layer="a")
    base = sqlite3.connect(path)
    base.create_function("ST_IsEmpty", 1, lambda _: 0)
    for name in ("MinX", "MaxX", "MinY", "MaxY"):
        base.create_function(f"ST_{name}", 1, lambda _: 120.0)
    for i, shape in enumerate(shapes, 1):
        blob = b"GP\x00\x01" + struct.pack("<i", 4490) + shape
        base.execute("update a set geom = ? where fid = ?", (blob, i))
    base.commit()
    base.close()
    return path


def test_arcs_are_drawn_as_short_lines_and_noted(tmp_path):
    arc = struct.pack("<BII", 1, 10, 1) + header(8, *CIRCLE)
    found = read(curved(tmp_path / "a.gpkg", square().wkb, arc))
    assert found.frame["no"].tolist() == ["甲1", "甲2", "甲3"]
    shape = found.frame.geometry[1]
    assert shape.geom_type == "Polygon"
    assert shape.area == pytest.approx(np.pi * 0.01**2, rel=1e-3)
    assert ("圆弧", "1 个图形的圆弧改为折线") in {
        (i.what, i.value) for i in found.report.inferences
    }


def test_bytes_that_are_no_geometry_leave_their_feature_only(tmp_path):
    found = read(curved(tmp_path / "a.gpkg", b"\1\3\0\0\0\xff\xff\xff\0"))
    assert found.frame["no"].tolist() == ["甲2", "甲3"]
    assert reasons(found) in (["geometry_invalid"], ["geometry_empty"])


def test_heights_and_measures_are_dropped_and_noted(tmp_path):
    high = shapely.force_3d(square(), 7.0)
    for path in (
        write(tmp_path / "a.gpkg", features([high])),
        geojson(tmp_path / "a.geojson", shapely.geometry.mapping(high)),
        shapefile(tmp_path / "a.shp", features([high]), "UTF-8"),
    ):
        found = read(path)
        assert not found.frame.geometry.has_z.any()
        assert "高程和测量值" in {i.what for i in found.report.inferences}


def test_web_mercator_is_read_with_a_warning_and_the_official_area(tmp_path):
    plain = read(write(tmp_path / "a.gpkg", features([square(size=0.1)], 4326)))
    shape = features([square(size=0.1)], 4326).to_crs(3857)
    found = read(write(tmp_path / "b.gpkg", shape))
    assert any("网络墨卡托" in i.value for i in found.report.inferences)
    assert not any("墨卡托" in i.value for i in plain.report.inferences)
    right = area_m2(plain.frame)[0]
    assert area_m2(found.frame)[0] == pytest.approx(right, rel=1e-9)
    assert shape.area.iloc[0] > 1.25 * right


def test_a_layer_wholly_abroad_is_noted(tmp_path):
    found = read(write(tmp_path / "a.gpkg", features([square(15, 46)], 4326)))
    assert "全部位置在中国之外" in {i.value for i in found.report.inferences}


def test_each_layer_of_a_file_has_its_own_axes(tmp_path):
    path = tmp_path / "a.gpkg"
    write(path, features([metres()], 4549, 面积=[1.0]), layer="甲")
    rows = features([metres(3_100_000, 40_500_000)], 4528, 图斑编号=["乙"], 面积=[1.0])
    write(path, rows, layer="乙", append=True)
    found = read(path)
    corners = found.frame.geometry.bounds[["minx", "miny"]].to_numpy()
    assert corners[0] == pytest.approx(corners[1], abs=1e-9)
    said = [i.value for i in found.report.inferences if i.what == "坐标读法"]
    assert len(said) == 1
    assert "已对调" in said[0]


def test_kinds_may_be_mixed_where_the_data_set_asks_for_none(tmp_path):
    shapes = [
        {"type": "Point", "coordinates": [120, 28]},
        polygon(),
        {"type": "GeometryCollection", "geometries": [polygon()]},
        {"type": "GeometryCollection", "geometries": []},
    ]
    path = geojson(tmp_path / "a.geojson", *shapes)
    path.write_text(path.read_text("utf-8").replace("图斑编号", "备注"), "utf-8")
    found = read(path, wanted=None)
    assert found.frame.geometry.geom_type.tolist() == [
        "Point",
        "Polygon",
        "GeometryCollection",
    ]
    assert reasons(found) == ["geometry_empty"]


@pytest.mark.parametrize("end", ["gpkg", "fgb", "shp"])
def test_a_layer_without_features_is_no_error(tmp_path, end):
    path = tmp_path / f"a.{end}"
    none = features([square()]).iloc[:0]
    options = {"encoding": "GB18030"} if end == "shp" else {}
    write(path, none, geometry_type="Polygon", **options)
    assert len(read(path)) == 0


def test_a_name_cut_to_ten_bytes_is_known_in_gbk(tmp_path):
    rows = features([square()], 面积=[1.0]).rename(columns={"图斑编号": "编号一二三四"})
    path = shapefile(tmp_path / "a.shp", rows, "GB18030")
    names = {"图斑编号的全称": "no"}
    with pytest.raises(ReadError, match=r"没有列“图斑编号的全称”.*编号一二三"):
        read(path, columns=names)
    assert read(path, columns={"编号一二三": "no"}).frame["no"].tolist() == ["甲1"]
    long = PATCH.model_copy(
        update={"fields": (field("no", "编号一二三四"), *PATCH.fields[1:])}
    )
    found = read_vector(path, {"patch": long}, wanted="patch")
    assert found.frame["no"].tolist() == ["甲1"]


def test_a_gbk_text_cut_inside_a_character_is_missing_and_listed(tmp_path):
    path = shapefile(tmp_path / "a.shp", features([square()]), "GB18030")
    table = path.with_suffix(".dbf")
    cut = b"x" + ("甲" * 40).encode("gb18030")[:79]
    old = "甲1".encode("gb18030").ljust(80)
    assert old in table.read_bytes()
    table.write_bytes(table.read_bytes().replace(old, cut))
    assert reasons(read(path)) == ["key_missing", "truncated"]


def test_texts_that_fill_their_field_are_noted_but_codes_are_not(tmp_path):
    texts, codes = ["溪" * 5, "溪边", "山" * 5], ["A1", "B2", "C3"]
    path = tmp_path / "a.shp"
    rows = features([square()] * 3, 备注=texts, 编码=codes)
    shapefile(path, rows, "GB18030")
    found = read(narrowed(path, {"备注": 11, "编码": 2}))
    told = {i.what: i.value for i in found.report.inferences if "截断" in i.what}
    assert told == {"列 备注：文字可能被截断": "2 格"}
    assert "truncated" not in reasons(found)


def narrowed(path, widths):
    """Rewrite the table of a shapefile with narrower fields, as other software does."""
    table = path.with_suffix(".dbf")
    data = table.read_bytes()
    count, size, length = struct.unpack("<IHH", data[4:12])
    head, fields = data[:32], [data[at : at + 32] for at in range(32, size - 1, 32)]
    starts = [1 + sum(f[16] for f in fields[:i]) for i in range(len(fields))]
    new = []
    for field_ in fields:
        name = field_[:11].split(b"\x00")[0].decode("gb18030", "ignore")
        new.append(widths.get(name, field_[16]))
    records = [data[size + i * length : size + (i + 1) * length] for i in range(count)]
    body = b"".join(
        r[:1] + b"".join(r[s : s + w] for s, w in zip(starts, new, strict=True))
        for r in records
    )
    fields = [f[:16] + bytes([w]) + f[17:] for f, w in zip(fields, new, strict=True)]
    head = head[:10] + struct.pack("<H", 1 + sum(new)) + head[12:]
    table.write_bytes(head + b"".join(fields) + b"\r" + body + b"\x1a")
    return path


def test_two_names_cut_to_the_same_bytes_are_both_kept(tmp_path):
    rows = features([square()], 备注=["一"], 说明=["二"]).drop(columns="图斑编号")
    path = shapefile(tmp_path / "a.shp", rows, "GB18030")
    table = path.with_suffix(".dbf")
    one, two = ("备注".encode("gb18030"), "说明".encode("gb18030"))
    table.write_bytes(table.read_bytes().replace(two, one))
    found = read(path, wanted=None)
    assert found.frame[["备注", "备注_2"]].iloc[0].tolist() == ["一", "二"]


def test_fields_without_any_name_are_read_by_their_place(tmp_path):
    rows = features([square()], 备注=["一"], 说明=["二"])
    path = shapefile(tmp_path / "a.shp", rows, "GB18030")
    table = path.with_suffix(".dbf")
    data = table.read_bytes()
    for name in ("备注", "说明"):
        data = data.replace(name.encode("gb18030").ljust(11, b"\x00"), b"\x00" * 11)
    table.write_bytes(data)
    assert read(path).frame["no"].tolist() == ["甲1"]


@pytest.mark.parametrize(
    ("offsets", "texts", "words"),
    [
        ((0, 9, 3), b"abc", "内部结构已损坏"),
        ((0, 1, 3), b"a\xff\xff", "不是合法的 UTF-8"),
    ],
)
def test_texts_that_lie_nowhere_or_are_none_are_refused(offsets, texts, words):
    places = pa.py_buffer(struct.pack("<3i", *offsets))
    column = pa.StringArray.from_buffers(2, places, pa.py_buffer(texts))
    with pytest.raises(ReadError, match=words):
        demand_sound(pa.table({"a": column}), "a.fgb")


def test_many_invalid_features_are_sorted_out_quickly(tmp_path):
    rows = features([square(), BOW_TIE] * 2000)
    found = read(write(tmp_path / "a.gpkg", rows))
    assert len(found) == 2000
    assert reasons(found) == ["geometry_invalid"] * 2000


CHINESE = (
    'GEOGCS["GCS_{0}",DATUM["D_{0}",SPHEROID["CGCS2000",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
ZONE_40 = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_40",{base},PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",40500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
ESRI = ZONE_40.format(base=CHINESE.format("China_Geodetic_Coordinate_System_2000"))
OLD = ZONE_40.format(base=CHINESE.format("Xian_1980"))
WAY = (
    "+proj=pipeline +step +inv +proj=tmerc +lon_0=120 +x_0=40500000 +ellps=GRS80 "
    "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
)


def with_prj(path, shape, text):
    shapefile(path, features([shape], 4549), "GB18030")
    path.with_suffix(".prj").write_text(text)
    return path


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (metres(40_500_000), ""),
        (metres(500_000), "不带带号"),
        (metres(3_100_000, 40_500_000), "已对调"),
        (metres(3_100_000, 500_000), "已对调"),
    ],
)
def test_a_prj_of_desktop_software_is_known_and_its_deviations_noted(
    tmp_path, shape, words
):
    found = read(with_prj(tmp_path / "a.shp", shape, ESRI))
    assert found.provenance.crs_in == "EPSG:4528"
    said = [i.value for i in found.report.inferences if i.what == "坐标读法"]
    assert (words in "".join(said)) if words else not said
    assert found.frame.total_bounds[:2].round(4).tolist() == [120.0, 28.0141]


@pytest.mark.parametrize(
    ("shape", "text", "words"),
    [
        (square(), ESRI, "坐标值是经纬度"),
        (metres(39_500_000), ESRI, "带号 39"),
        (metres(40_500_000), OLD, "西安80"),
    ],
)
def test_a_prj_that_the_numbers_or_the_law_forbid_is_refused(
    tmp_path, shape, text, words
):
    with pytest.raises(CrsError, match=words):
        read(with_prj(tmp_path / "a.shp", shape, text))


def test_an_old_system_is_read_with_parameters_that_the_user_answers_for(tmp_path):
    path = with_prj(tmp_path / "a.shp", metres(40_500_000), OLD)
    found = read(path, crs=WAY)
    assert "使用者提供的转换参数" in found.provenance.transformation
    assert found.frame.total_bounds[:2].round(4).tolist() == [120.0, 28.0141]
