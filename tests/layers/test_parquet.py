import datetime as dt
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import CRS

from pil_discovery.errors import CrsError, ReadError
from pil_discovery.layers import parquet, read_vector
from pil_discovery.layers.parquet import read_geoparquet
from tests.layers.making import (
    BOW_TIE,
    DATASETS,
    balanced,
    features,
    metres,
    reasons,
    square,
)


def read(path, **options):
    return balanced(read_vector(path, DATASETS, **{"wanted": "patch", **options}))


def table(path, *shapes, meta="geo", **column):
    wkb = [None if s is None else s if isinstance(s, bytes) else s.wkb for s in shapes]
    numbers = [f"甲{i}" for i in range(1, len(shapes) + 1)]
    stated = {"encoding": "WKB", "geometry_types": [], **column}
    geo = {"version": "1.1.0", "primary_column": "geometry"}
    geo["columns"] = {"geometry": stated}
    schema = pa.schema(
        [("图斑编号", pa.string()), ("geometry", pa.binary())],
        metadata={meta: json.dumps(geo)},
    )
    pq.write_table(pa.table([numbers, wkb], schema=schema), path)
    return path


def test_what_geopandas_writes_is_read(tmp_path):
    rows = features(
        [metres(), metres(501_000), BOW_TIE, None],
        4549,
        面积=[1.5, np.nan, 3.0, 4.0],
        发现日期=[dt.date(2024, 3, 1), None, None, None],
    )
    rows.to_parquet(tmp_path / "a.parquet", write_covering_bbox=True)
    found = read(tmp_path / "a.parquet")
    assert found.frame["no"].tolist() == ["甲1", "甲2"]
    assert found.frame["area_m2"].isna().tolist() == [False, True]
    assert found.frame["found"].iloc[0] == pd.Timestamp("2024-03-01")
    assert found.provenance.crs_in == "EPSG:4549"
    assert found.provenance.driver == "GeoParquet"
    assert reasons(found) == ["geometry_invalid", "geometry_empty"]


@pytest.mark.parametrize(
    "shapes",
    [
        [square(), square(121)],
        [shapely.Point(120, 28), None],
        [shapely.LineString([(120, 28), (121, 28)])],
        [shapely.MultiPolygon([square(), square(121)])],
        [shapely.MultiPoint([(120, 28)]), shapely.MultiPoint([(121, 28)])],
        [shapely.MultiLineString([[(120, 28), (121, 28)]])],
    ],
)
def test_the_native_encodings_are_read(tmp_path, shapes):
    frame = features(shapes)
    frame.to_parquet(tmp_path / "a.parquet", geometry_encoding="geoarrow")
    found = read_geoparquet(tmp_path / "a.parquet", "a.parquet")
    assert list(found.geometries) == list(frame.geometry)
    assert not found.broken.any()


def test_without_a_system_it_is_wgs84(tmp_path):
    found = read(table(tmp_path / "a.parquet", square()))
    assert found.provenance.crs_in == "EPSG:4326"
    assert tuple(found.frame.total_bounds[:2].round(4)) == (120.0, 28.0)


def test_a_system_that_is_said_to_be_unknown_is_asked_for(tmp_path):
    path = table(tmp_path / "a.parquet", square(), crs=None)
    with pytest.raises(CrsError, match="没有坐标系"):
        read(path)
    assert read(path, crs="EPSG:4490").provenance.crs_in == "EPSG:4490"


@pytest.mark.parametrize(("code", "right"), [(4490, "EPSG:4490"), (4610, None)])
def test_the_system_of_the_metadata_counts(tmp_path, code, right):
    projjson = CRS(code).to_json_dict()
    path = table(tmp_path / "a.parquet", square(), crs=projjson)
    if right is None:
        with pytest.raises(CrsError, match="西安80"):
            read(path)
    else:
        assert read(path).provenance.crs_in == right


def test_spherical_edges_are_noted(tmp_path):
    found = read(table(tmp_path / "a.parquet", square(), edges="spherical"))
    assert any(i.what == "边的形状" for i in found.report.inferences)


def test_a_plain_table_is_no_layer(tmp_path):
    path = table(tmp_path / "a.parquet", square(), meta="other")
    with pytest.raises(ReadError, match=r"不带图形的 Parquet 表格.*records"):
        read(path)


@pytest.mark.parametrize(
    ("geo", "words"),
    [
        ("{", "元数据"),
        ("[]", "元数据"),
        ("{}", "元数据"),
        ('{"primary_column": "x", "columns": {}}', "元数据"),
        (
            '{"primary_column": "x", "columns": {"x": {"encoding": "WKB"}}}',
            "“x”不存在",
        ),
        (
            '{"primary_column": "n", "columns": {"n": {"encoding": "WKB"}}}',
            "不是 WKB 编码",
        ),
        (
            '{"primary_column": "n", "columns": {"n": {"encoding": "polygon"}}}',
            "不是 polygon 编码",
        ),
        (
            '{"primary_column": "n", "columns": {"n": {"encoding": "MP3"}}}',
            "不认识的图形编码",
        ),
    ],
)
def test_metadata_that_fit_no_column_are_refused(tmp_path, geo, words):
    schema = pa.schema([("n", pa.int64())], metadata={"geo": geo})
    pq.write_table(pa.table([[1]], schema=schema), tmp_path / "a.parquet")
    with pytest.raises(ReadError, match=words):
        read(tmp_path / "a.parquet")


def test_bytes_that_are_no_geometry_leave_their_feature_only(tmp_path):
    found = read(table(tmp_path / "a.parquet", square(), b"\1\2\3", None))
    assert found.frame["no"].tolist() == ["甲1"]
    assert reasons(found) == ["geometry_invalid", "geometry_empty"]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_cut_file_is_refused(tmp_path, share):
    path = table(tmp_path / "a.parquet", *[square(x) for x in range(100, 120)])
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(ReadError) as caught:
        read(path)
    assert str(tmp_path) not in str(caught.value)


def test_a_table_beyond_the_bound_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "MOST_PARQUET_BYTES", 10)
    with pytest.raises(ReadError, match="4 GiB"):
        read(table(tmp_path / "a.parquet", square()))


def test_equal_column_names_are_both_kept(tmp_path):
    schema = pa.schema([("n", pa.int64()), ("n", pa.int64()), ("g", pa.binary())])
    geo = {"primary_column": "g", "columns": {"g": {"encoding": "WKB"}}}
    rows = pa.table([[1], [2], [square().wkb]], schema=schema)
    rows = rows.replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(rows, tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet", wanted=None)
    assert sorted(found.frame[["n", "n_2"]].iloc[0]) == [1, 2]
