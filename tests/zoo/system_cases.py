"""Layers: which coordinate system holds, and how the numbers are written."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import shapely

import pil_discovery as pil
from tests.zoo.cases import row
from tests.zoo.layer_cases import (
    LON,
    PARCEL,
    TWO,
    at,
    feature,
    geojson,
    layer,
    parcels,
    polygon,
    ring,
    squares,
    written,
)
from tests.zoo.making import content

# ---- coordinate systems ----


def _in(code, lon=LON, **how):
    return written(parcels(squares(lon=lon)).to_crs(code), "a.gpkg", **how)


def _metres(code, *, swap=False, prefix=0.0):
    """Return a maker of a shapefile that declares a system and holds other numbers."""
    shapes = gpd.GeoSeries(squares(), crs=4490).to_crs(code).to_numpy()
    moved = shapely.transform(np.asarray(shapes), lambda xy: np.add(xy, (prefix, 0)))
    turned = shapely.transform(moved, lambda xy: xy[:, ::-1]) if swap else moved
    return written(parcels(list(turned), code), "a.gpkg")


def _as(function):
    moved = shapely.transform(
        np.asarray(squares()), lambda xy: np.column_stack(function(xy[:, 0], xy[:, 1]))
    )
    return written(parcels(list(moved), None), "a.gpkg")


def _bd09(lon, lat):
    return pil.gcj02_to_bd09(*pil.wgs84_to_gcj02(lon, lat))


def _told(crs):
    return {**PARCEL, "crs": crs}


_CENTRES = {
    4491: 75,
    4497: 111,
    4502: 75,
    4508: 111,
    4513: 75,
    4526: 114,
    4528: 120,
    4533: 135,
    4534: 75,
    4547: 114,
    4549: 120,
    4554: 135,
}
_SEVEN = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
    " +step +proj=push +v_3"
    " +step +proj=cart +ellps=krass +step +proj=helmert +x=10"
    " +step +inv +proj=cart +ellps=GRS80 +step +proj=pop +v_3"
    " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
)
_SWAPPED = parcels(
    list(shapely.transform(np.asarray(squares()), lambda xy: xy[:, ::-1]))
)
_SYSTEMS = [
    *(
        layer(
            f"crs-{code}",
            _in(code, lon=centre - 0.3),
            rows=2,
            notes=(f"坐标系 EPSG:{code}",),
            also=at(centre - 0.3),
        )
        for code, centre in _CENTRES.items()
    ),
    layer("crs-4326", _in(4326), rows=2, notes=("坐标系 EPSG:4326",), also=at()),
    layer("crs-4490", _in(4490), rows=2, notes=("坐标系 EPSG:4490",), also=at()),
    layer("crs-32651", _in(32651, lon=121.3), rows=2, also=at(121.3)),
    *(
        layer(
            f"crs-{code}",
            written(TWO.set_crs(code, allow_override=True), "a.gpkg"),
            refused="crs",
            says=("西安80", "不自动换算"),
        )
        for code in (4610, 4214)
    ),
    *(
        layer(
            f"crs-{code}",
            written(
                parcels(
                    list(
                        shapely.transform(
                            np.asarray(squares(lon=0.5, lat=0.3)), lambda xy: xy * 1e6
                        )
                    ),
                    code,
                ),
                "a.gpkg",
            ),
            refused="crs",
            says=("西安80",),
        )
        for code in (2385, 2437)
    ),
    layer(
        "crs-old-with-parameters",
        written(TWO.set_crs(4214, allow_override=True), "a.gpkg"),
        options=_told(_SEVEN),
        rows=2,
        notes=("proj=pipeline",),
        also=at(within=0.01),
    ),
    layer(
        "crs-parameters-of-a-file",
        _in(4490),
        options=_told("+proj=pipeline +step +proj=hgridshift +grids=a.gsb"),
        refused="forbidden_path",
        says=("不得引用外部文件",),
    ),
    layer(
        "crs-none",
        written(TWO.set_crs(None, allow_override=True), "a.gpkg"),
        refused="crs",
        says=("没有坐标系", "EPSG:4490", "GCJ-02"),
    ),
    layer(
        "crs-none-of-metres",
        written(
            parcels(squares()).to_crs(4549).set_crs(None, allow_override=True), "a.gpkg"
        ),
        refused="crs",
        says=("没有坐标系", "高斯坐标"),
    ),
    layer(
        "crs-none-with-zone",
        written(
            parcels(squares()).to_crs(4528).set_crs(None, allow_override=True), "a.gpkg"
        ),
        refused="crs",
        says=("3 度带第 40 带", "EPSG:4528"),
    ),
    layer(
        "crs-gcj-02",
        _as(pil.wgs84_to_gcj02),
        options=_told("GCJ-02"),
        rows=2,
        notes=("坐标系 GCJ-02",),
        also=at(within=2e-8),
    ),
    layer(
        "crs-bd-09",
        _as(_bd09),
        options=_told("BD-09"),
        rows=2,
        notes=("坐标系 BD-09",),
        also=at(within=2e-8),
    ),
    layer(
        "crs-in-words",
        written(TWO.set_crs(None, allow_override=True), "a.gpkg"),
        options=_told("2000国家大地坐标系"),
        rows=2,
        also=at(),
    ),
    layer(
        "crs-unknown",
        _in(4490),
        options=_told("EPSG:999999"),
        refused="crs",
        says=("不能识别",),
    ),
    layer(
        "crs-swapped-degrees",
        written(_SWAPPED, "a.gpkg"),
        rows=2,
        notes=("已对调",),
        also=at(),
    ),
    layer(
        "crs-swapped-metres",
        _metres(4549, swap=True),
        rows=2,
        notes=("已对调",),
        also=at(),
    ),
    layer(
        "crs-zone-in-front-of-4549",
        _metres(4549, prefix=40e6),
        rows=2,
        notes=("东坐标带带号 40",),
        also=at(),
    ),
    layer(
        "crs-no-zone-for-4528",
        _metres(4528, prefix=-40e6),
        rows=2,
        notes=("东坐标不带带号",),
        also=at(),
    ),
    layer(
        "crs-wrong-zone",
        _metres(4549, prefix=39e6),
        refused="crs",
        says=("带号 39", "矛盾"),
    ),
    layer(
        "crs-degrees-said-metres",
        written(TWO.set_crs(4549, allow_override=True), "a.gpkg"),
        refused="crs",
        says=("坐标值是经纬度",),
    ),
    layer(
        "crs-metres-said-degrees",
        written(
            parcels(squares()).to_crs(4549).set_crs(4490, allow_override=True), "a.gpkg"
        ),
        refused="crs",
        says=("不是经纬度",),
    ),
    layer(
        "crs-of-workspace-wins",
        _in(4326),
        options=_told("EPSG:4490"),
        rows=2,
        notes=("不采用文件写的",),
    ),
]


def _crs(name):
    return {"crs": {"type": "name", "properties": {"name": name}}}


_ONE = [feature(1, polygon(ring()))]
_GEOJSON = [
    layer(
        "geojson-crs-none-is-wgs84",
        geojson(_ONE),
        rows=1,
        notes=("EPSG:4326",),
        also=at(),
    ),
    *(
        layer(
            f"geojson-crs-{name}",
            geojson(_ONE, **_crs(name)),
            rows=1,
            notes=(told,),
            also=at(),
        )
        for name, told in {
            "urn:ogc:def:crs:OGC:1.3:CRS84": "EPSG:4326",
            "urn:ogc:def:crs:EPSG::4490": "EPSG:4490",
            "EPSG:4490": "EPSG:4490",
            "EPSG:4326": "EPSG:4326",
        }.items()
    ),
    layer(
        "geojson-crs-4549",
        geojson(
            [feature(1, polygon(ring(529_000, 3_120_000, 100)))],
            **_crs("urn:ogc:def:crs:EPSG::4549"),
        ),
        rows=1,
        notes=("EPSG:4549",),
    ),
    layer(
        "geojson-crs-null", geojson(_ONE, crs=None), refused="crs", says=("没有坐标系",)
    ),
    layer(
        "geojson-crs-link",
        geojson(
            _ONE,
            crs={"type": "link", "properties": {"href": "http://example.invalid/crs"}},
        ),
        refused="crs",
        says=("坐标系",),
    ),
    layer(
        "geojson-crs-nonsense",
        geojson(_ONE, **_crs("本地坐标")),
        refused="crs",
        says=("不能识别",),
    ),
    layer(
        "geojson-xian80",
        geojson(_ONE, **_crs("EPSG:4610")),
        refused="crs",
        says=("西安80",),
    ),
    layer(
        "geojson-gbk",
        content(
            json.dumps(
                {"type": "FeatureCollection", "features": _ONE}, ensure_ascii=False
            ).encode("gbk"),
            "a.geojson",
        ),
        refused="encoding",
        says=("不是 UTF-8",),
    ),
    layer(
        "geojson-cut",
        content(
            json.dumps({"type": "FeatureCollection", "features": _ONE}).encode()[:-9],
            "a.geojson",
        ),
        refused="truncated",
        says=("不是合法的 JSON",),
    ),
    layer(
        "geojson-nan",
        content(
            json.dumps(
                {
                    "type": "FeatureCollection",
                    "features": [feature(1, polygon([[float("nan"), 1]]))],
                }
            ).encode(),
            "a.geojson",
        ),
        refused="geometry_invalid",
        says=("NaN",),
    ),
    layer(
        "geojson-topology",
        content(b'{"type": "Topology", "objects": {}}', "a.geojson"),
        refused="unsupported",
        says=("Topology",),
    ),
    layer(
        "geojson-list",
        content(b'[{"type": "Feature"}]', "a.geojson"),
        refused="unsupported",
        says=("内容却不是 GeoJSON",),
    ),
    layer(
        "geojson-nested-deep",
        content(b'{"a":' * 100_000, "a.geojson"),
        refused="too_large",
        says=("不是合法的 JSON",),
    ),
    layer(
        "geojson-properties-null",
        geojson(
            [
                {"type": "Feature", "properties": None, "geometry": polygon(ring())},
                *_ONE,
            ]
        ),
        rows=1,
        out=[row(1, "key_missing")],
    ),
]

_MERCATOR = [
    layer("crs-3857-is-warned-of", _in(3857), rows=2, notes=("网络墨卡托",), also=at()),
]
CASES = [*_SYSTEMS, *_GEOJSON, *_MERCATOR]
