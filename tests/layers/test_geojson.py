import json

import pytest

from pil_discovery.errors import CrsError, ReadError
from pil_discovery.layers import read_vector
from tests.layers.making import DATASETS, geojson, polygon, reasons


def read(path, **options):
    return read_vector(path, DATASETS, wanted="patch", **options)


def test_without_crs_it_is_wgs84(tmp_path):
    found = read(geojson(tmp_path / "a.geojson", polygon()))
    assert found.provenance.crs_in == "EPSG:4326"
    assert found.frame["_sheet"].tolist() == ["a"]


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("urn:ogc:def:crs:EPSG::4490", "EPSG:4490"),
        ("EPSG:4490", "EPSG:4490"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
    ],
)
def test_the_old_crs_member_is_heard(tmp_path, name, system):
    crs = {"type": "name", "properties": {"name": name}}
    found = read(geojson(tmp_path / "a.geojson", polygon(), crs=crs, name="批准"))
    assert found.provenance.crs_in == system
    assert found.provenance.layer == "批准"


@pytest.mark.parametrize("crs", [None, {"type": "link"}, "火星", 7, {"properties": []}])
def test_a_crs_that_says_nothing_is_asked_for(tmp_path, crs):
    path = geojson(tmp_path / "a.geojson", polygon(), crs=crs)
    with pytest.raises(CrsError, match=r"写 crs|请写 EPSG 代码"):
        read(path)
    assert len(read(path, crs="EPSG:4490")) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"type": "FeatureCollection", "features": 1}', "features 列表"),
        ('{"type": "FeatureCollection"}', "features 列表"),
        ('{"type": "FeatureCollection", "features": [1, {}]}', "第 1、2 个要素"),
        ('{"type": "Polygon", "coordinates": []}', "不是 FeatureCollection"),
        ('{"a": NaN}', "NaN"),
        ('{"type": ', "不是合法的 JSON"),
        ('{"type": "Feature"}\n{"type": "Feature"}', "每行一个要素"),
        ('{"geometryType": "esriGeometryPoint", "features": []}', "Esri JSON"),
        ('{"a": ' * 100000, "不是合法的 JSON"),
    ],
)
def test_what_is_no_collection_is_refused(tmp_path, text, words):
    (tmp_path / "a.geojson").write_text(text)
    with pytest.raises(ReadError, match=words):
        read(tmp_path / "a.geojson")


def test_gbk_bytes_are_refused(tmp_path):
    (tmp_path / "a.geojson").write_bytes('{"type": "图斑"}'.encode("gb18030"))
    with pytest.raises(ReadError, match="不是 UTF-8"):
        read(tmp_path / "a.geojson")


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "Polygon", "coordinates": [["a", "b"]]},
        {"type": "Polygon"},
        {"type": "Circle", "coordinates": [120, 28]},
        {"type": "FeatureCollection", "features": []},
        {"coordinates": [120, 28]},
        {"type": "Polygon", "coordinates": [[[120], [121], [120]]]},
    ],
)
def test_a_shape_that_is_none_leaves_alone(tmp_path, shape):
    found = read(geojson(tmp_path / "a.geojson", shape, polygon()))
    assert reasons(found) == ["geometry_invalid"]
    assert found.frame["no"].tolist() == ["甲2"]


def test_a_single_feature_and_nested_values(tmp_path):
    feature = {
        "type": "Feature",
        "properties": {"图斑编号": "甲", "附件": ["照片"]},
        "geometry": polygon(),
    }
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(feature).encode())
    found = read_vector(path, {}, wanted=None)
    assert found.frame["附件"].tolist() == ['["照片"]']
