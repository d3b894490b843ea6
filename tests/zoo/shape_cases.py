"""Layers: geometries that cannot be used, files that are no layers."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from tests.zoo.cases import Case, cell, row
from tests.zoo.layer_cases import (
    LAT,
    LON,
    NAMED,
    TWO,
    at,
    changed,
    feature,
    geojson,
    layer,
    parcels,
    polygon,
    ring,
    squares,
    written,
)
from tests.zoo.making import archive, content

_ONE = [feature(1, polygon(ring()))]
_BOW_TIE = shapely.Polygon(
    [(LON, LAT), (LON + 0.01, LAT + 0.01), (LON + 0.01, LAT), (LON, LAT + 0.01)]
)
with np.errstate(invalid="ignore"):
    _NAN = shapely.Polygon(
        [(LON, LAT), (LON + 0.01, float("nan")), (LON + 0.01, LAT), (LON, LAT)]
    )
_HOLE = shapely.Polygon(ring(), [ring(LON + 1, LAT + 1)])
_BAD = {
    "bow-tie": (_BOW_TIE, "geometry_invalid"),
    "nan": (_NAN, "geometry_invalid"),
    "hole-outside": (_HOLE, "geometry_invalid"),
    "missing": (None, "geometry_empty"),
    "empty": (shapely.Polygon(), "geometry_empty"),
    "point": (shapely.Point(LON, LAT), "geometry_invalid"),
    "line": (shapely.LineString([(LON, LAT), (LON + 1, LAT)]), "geometry_invalid"),
    "far-away": (shapely.box(10, 50, 10.1, 50.1), "outside_area"),
    "at-zero": (shapely.box(0, 0, 0.1, 0.1), "outside_area"),
}


def _with(shape):
    frame = parcels([*squares(2), shape])
    return {
        end: written(frame, f"a{end}", geometry_type="Unknown")
        for end in (".gpkg", ".fgb")
    }


_GEOMETRIES = [
    *(
        layer(f"geometry-{name}{end}", make, rows=2, out=[row(3, reason)])
        for name, (shape, reason) in _BAD.items()
        for end, make in _with(shape).items()
        if (name, end) not in {("nan", ".fgb"), ("missing", ".fgb"), ("empty", ".fgb")}
    ),
    layer(
        "geometry-open-ring",
        geojson([*_ONE, feature(2, polygon(ring()[:-1]))]),
        rows=1,
        out=[row(2, "geometry_invalid")],
    ),
    layer(
        "geometry-two-points",
        geojson([*_ONE, feature(2, polygon(ring()[:2]))]),
        rows=1,
        out=[row(2, "geometry_invalid")],
    ),
    layer(
        "geometry-no-coordinates",
        geojson([*_ONE, feature(2, {"type": "Polygon"})]),
        rows=1,
        out=[row(2, "geometry_invalid")],
    ),
    layer(
        "geometry-unknown-type",
        geojson([*_ONE, feature(2, {"type": "Circle", "radius": 2})]),
        rows=1,
        out=[row(2, "geometry_invalid")],
    ),
    layer(
        "geometry-null",
        geojson([*_ONE, feature(2, None)]),
        rows=1,
        out=[row(2, "geometry_empty")],
    ),
    layer(
        "geometry-all-unusable",
        geojson([feature(1, None)]),
        rows=0,
        out=[row(1, "geometry_empty")],
    ),
    layer(
        "geometry-point-for-farm",
        written(
            gpd.GeoDataFrame(
                {"备案号": ["F1", "F2"]},
                geometry=[shapely.Point(LON, LAT), squares(1)[0]],
                crs=4490,
            ),
            "a.gpkg",
            geometry_type="Unknown",
        ),
        options={"dataset": "farm"},
        rows=1,
        out=[row(2, "geometry_invalid")],
    ),
]

# ---- what must be refused ----


def _foreign(name, data, *says, reason="unsupported"):
    return layer(f"foreign-{name}", content(data, name), refused=reason, says=says)


_FOREIGN = [
    _foreign("a.dxf", b"0\nSECTION\n", "不支持", "CAD"),
    _foreign("a.dwg", b"AC1015", "不支持", "CAD"),
    _foreign("a.wp", b"WMAP", "MapGIS"),
    _foreign("a.tab", b"!table", "MapInfo"),
    _foreign("a.gml", b"<gml/>", "GML"),
    _foreign("a.vrt", b"<OGRVRTDataSource/>", "虚拟数据源", reason="forbidden_driver"),
    _foreign("a.mdb", b"\x00\x01", "个人地理数据库"),
    _foreign("a.gpkg", b"PK\x03\x04", "内容却不是 GPKG"),
    _foreign("b.gpkg", b"", "空的", reason="empty"),
    _foreign("a.fgb", b"fgb\x03fgb\x00" + b"\x00" * 20, "a.fgb", reason="truncated"),
    _foreign("a", b"{}", "不支持的图层格式"),
    layer(
        "foreign-missing",
        lambda folder: folder / "没有.gpkg",
        refused="forbidden_path",
        says=("不存在",),
    ),
    layer(
        "fgb-cut",
        changed(written(TWO, "a.fgb"), ".fgb", lambda d: d[:-40]),
        refused="truncated",
        says=("a.fgb",),
    ),
    layer(
        "gpkg-cut",
        changed(written(TWO, "a.gpkg"), ".gpkg", lambda d: d[:40_000]),
        refused="truncated",
        says=("a.gpkg",),
    ),
]

# ---- what other branches bring ----

KML = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
    "<name>宗1</name><ExtendedData>"
    '<Data name="宗地编号"><value>宗1</value></Data></ExtendedData>'
    "<Polygon><outerBoundaryIs><LinearRing><coordinates>"
    + " ".join(f"{x},{y},0" for x, y in ring())
    + "</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    "</Placemark></Document></kml>"
).encode()


def _kmz(folder):
    return content(archive({"doc.kml": KML}), "a.kmz")(folder)


def _gdb(folder):
    pyogrio.write_dataframe(TWO, folder / "a.gdb", driver="OpenFileGDB", layer="宗地")
    return folder / "a.gdb"


def _geoparquet(folder):
    TWO.to_parquet(folder / "a.parquet")
    return folder / "a.parquet"


def _repairing(folder):
    return written(parcels([*squares(1), _BOW_TIE]), "a.gpkg")(folder)


_REPAIR = {"kind": "layers", "dataset": "parcel", "repair": "true"}
_WHOLE = [
    layer(
        "layer.kml",
        content(KML, "a.kml"),
        rows=1,
        cells={1: {"parcel_no": "宗1"}},
        also=at(),
    ),
    layer("layer.kmz", _kmz, rows=1, also=at()),
    layer("layer.gdb", _gdb, rows=2, cells=NAMED, also=at()),
    layer("layer.parquet", _geoparquet, rows=2, cells=NAMED, also=at()),
    Case(
        "geometry-repaired",
        _repairing,
        read="workspace",
        options=_REPAIR,
        rows=2,
        out=[cell(2, "geometry", "geometry_invalid")],
        notes=("修复",),
    ),
]
CASES = [*_GEOMETRIES, *_FOREIGN, *_WHOLE]
