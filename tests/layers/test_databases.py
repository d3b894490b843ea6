import os

import geopandas as gpd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from pil_discovery.errors import CrsError, ReadError
from pil_discovery.layers import layer_of, read_vector
from pil_discovery.records import ask
from pil_discovery.text.databases import read_database
from pil_discovery.types import LayerSource
from tests.layers.making import (
    BOW_TIE,
    DATASETS,
    balanced,
    features,
    metres,
    reasons,
    square,
    write,
)


def fill(server, *shapes, srid=4490, kind="geometry", extra=""):
    """Make the table `patch` with these shapes, numbered 甲1, 甲2, …; None is NULL."""
    rows = []
    for number, shape in enumerate(shapes, 1):
        text = shape if isinstance(shape, str) else shapely.to_wkt(shape)
        place = "NULL" if shape is None else f"ST_GeomFromText('{text}', {srid})"
        rows.append(f"('甲{number}', {number * 10.5}, '2024-01-05', {place}::{kind})")
    server.run(
        "DROP TABLE IF EXISTS patch",
        f"CREATE TABLE patch (no text, area_m2 numeric, found date, geom {kind})",
        *([f"INSERT INTO patch VALUES {', '.join(rows)}"] if rows else []),
        "GRANT SELECT ON patch TO reader",
    )


def read(server, query="SELECT * FROM patch", expected=None, **more):
    entry = LayerSource(dataset="patch", database=server.url(), query=query, **more)
    answer = ask(read_database(server.url(), os.environ), query, name="database:试")
    return balanced(layer_of(answer, DATASETS, entry, expected=expected))


def test_a_layer_is_read_as_a_file_with_the_same_features(server, tmp_path):
    shapes = [square(), square(x=120.1)]
    fill(server, *shapes)
    frame = features(shapes, area_m2=[10.5, 21.0], found=["2024-01-05"] * 2)
    file = read_vector(write(tmp_path / "a.gpkg", frame), DATASETS, wanted="patch")
    layer = read(server)
    own = ["_source", "_sheet", "_row"]
    assert_geodataframe_equal(
        layer.frame.sort_values("no", ignore_index=True).drop(columns=own),
        file.frame.drop(columns=own),
    )
    assert layer.frame["_sheet"].unique().tolist() == ["geom"]
    assert sorted(layer.frame["_row"]) == [1, 2]


def test_what_the_workspace_tells_goes_along(server):
    fill(server, square())
    told = {"issuer": "示例局", "scale": 10_000, "valid_from": "2024-01-01"}
    layer = read(server, expected=(5.0, "某规程"), **told)
    assert layer.provenance.issuer == "示例局"
    assert layer.provenance.driver == "PostgreSQL"
    assert layer.provenance.sigma_m == layer.frame["_sigma_m"].iloc[0] == 5.0
    assert layer.provenance.sigma_source == "某规程"
    (source,) = layer.sources
    assert (source.crs, source.rows_read, source.dataset) == ("EPSG:4490", 1, "patch")
    assert "SELECT * FROM patch" in [n.value for n in layer.report.inferences]


def test_projected_coordinates_are_brought_to_degrees(server):
    fill(server, metres(), srid=4549)
    layer = read(server)
    assert layer.provenance.crs_in == "EPSG:4549"
    x, y = layer.frame.geometry.iloc[0].centroid.coords[0]
    assert (x, y) == pytest.approx((120.0, 28.0), abs=0.1)


def test_a_geography_is_wgs84(server):
    fill(server, square(), srid=4326, kind="geography")
    assert read(server).provenance.crs_in == "EPSG:4326"


def test_heights_and_measures_are_left_out(server):
    ring = "((120 28 1 2, 120.1 28 1 2, 120.1 28.1 1 2, 120 28 1 2))"
    fill(server, f"POLYGON ZM {ring}")
    assert not read(server).frame.geometry.has_z.any()


def test_what_cannot_be_used_is_in_quarantine(server):
    fill(
        server, square(), None, "POLYGON EMPTY", BOW_TIE, "POINT(120 28)", square(x=10)
    )
    layer = read(server)
    assert layer.frame["no"].tolist() == ["甲1"]
    assert sorted(reasons(layer)) == [
        *["geometry_empty"] * 2,
        *["geometry_invalid"] * 2,
        "outside_area",
    ]


def test_curves_are_told_and_can_be_made_straight(server):
    ring = "CIRCULARSTRING(120 28, 120.1 28, 120.1 28.1, 120 28.1, 120 28)"
    fill(server, square(), f"CURVEPOLYGON({ring})")
    layer = read(server)
    assert layer.frame["no"].tolist() == ["甲1"]
    assert reasons(layer) == ["geometry_invalid"]
    notes = {n.what: (n.value, n.why) for n in layer.report.inferences}
    assert notes["图形无法解析的要素"][0] == "1 个"
    assert "ST_CurveToLine" in notes["图形无法解析的要素"][1]
    straight = read(server, "SELECT no, ST_CurveToLine(geom) AS geom FROM patch")
    assert len(straight) == 2


def test_systems_follow_the_same_rules_as_in_files(server):
    fill(server, square(), srid=4214)
    with pytest.raises(CrsError, match="北京54或西安80"):
        read(server)
    fill(server, square(), srid=0)
    with pytest.raises(CrsError, match="没有坐标系"):
        read(server)
    assert read(server, crs="EPSG:4490").provenance.crs_in == "EPSG:4490"
    fill(server, metres(), srid=4490)
    with pytest.raises(CrsError):
        read(server)


def test_a_system_of_the_database_alone(server):
    definition = gpd.GeoSeries([], crs=4549).crs.to_wkt("WKT1_GDAL").replace("'", "''")
    server.run(
        "DELETE FROM spatial_ref_sys WHERE srid IN (990001, 990002)",
        "INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text) "
        f"VALUES (990001, '示例', 1, '{definition}', '')",
    )
    fill(server, metres(), srid=990001)
    layer = read(server)
    assert layer.provenance.crs_in == "EPSG:4549"
    assert layer.frame.geometry.iloc[0].centroid.x == pytest.approx(120.0, abs=0.1)
    server.run("DELETE FROM spatial_ref_sys WHERE srid = 990001")
    with pytest.raises(CrsError, match=r"SRID 990001 不在库的 spatial_ref_sys 里"):
        read(server)


def test_several_systems_in_one_column_are_refused(server):
    query = (
        "SELECT '甲1' AS no, ST_GeomFromText('POINT(1 1)', 4490) AS g "
        "UNION ALL SELECT '甲2', ST_GeomFromText('POINT(1 1)', 4549)"
    )
    with pytest.raises(CrsError, match="SRID 4490、4549"):
        read(server, query)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT no FROM patch", "没有图形列"),
        ("SELECT no, ST_AsText(geom) AS geom FROM patch", "没有图形列"),
        ("SELECT no, geom, geom AS other FROM patch", "几个图形列：geom、other"),
    ],
)
def test_one_geometry_column_is_needed(server, query, words):
    fill(server, square())
    with pytest.raises(ReadError, match=words):
        read(server, query)


def test_postgis_may_live_in_a_schema_of_its_own(server):
    server.run(
        "DROP DATABASE IF EXISTS apart", "CREATE DATABASE apart", name="postgres"
    )
    server.run(
        'CREATE SCHEMA "地理"',
        'CREATE EXTENSION postgis SCHEMA "地理"',
        'GRANT USAGE ON SCHEMA "地理" TO reader',
        'CREATE TABLE patch (no text, geom "地理".geometry)',
        "INSERT INTO patch VALUES ('甲1', \"地理\".ST_GeomFromText("
        f"'{square().wkt}', 4490))",
        "GRANT SELECT ON patch TO reader",
        name="apart",
    )
    url, query = server.url(name="apart"), "SELECT * FROM patch"
    answer = ask(read_database(url, os.environ), query, name="database:试")
    assert answer.systems == {4490: "EPSG:4490"}
