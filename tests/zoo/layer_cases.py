"""Layers: formats, several layers in a file, shapefiles and their encodings."""

from __future__ import annotations

import json
import struct
import warnings

import geopandas as gpd
import pyogrio
import shapely

from tests.zoo.cases import Case, cell, row
from tests.zoo.making import content

PARCEL = {"dataset": "parcel"}
LON, LAT = 120.3, 28.2
DRIVERS = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".fgb": "FlatGeobuf"}


def squares(count=2, *, lon=LON, lat=LAT, size=0.001):
    return [
        shapely.box(lon + i * 0.01, lat, lon + i * 0.01 + size, lat + size)
        for i in range(count)
    ]


def parcels(shapes, crs="EPSG:4490", **columns):
    numbers = [f"宗{i}" for i in range(1, len(shapes) + 1)]
    return gpd.GeoDataFrame(
        {"宗地编号": numbers, **columns}, geometry=list(shapes), crs=crs
    )


def written(frame, name, *, encoding=None, cpg=None, without=(), **options):
    """Return a maker of a layer file, of a shapefile without some of its parts."""

    def make(folder):
        path = folder / name
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL cuts long names, and says so
            driver = DRIVERS[path.suffix.lower()]
            if driver == "FlatGeobuf":
                options["SPATIAL_INDEX"] = "NO"  # it would sort the features
            pyogrio.write_dataframe(
                frame, path, encoding=encoding, driver=driver, **options
            )
        if path.suffix == ".shp":
            path.with_suffix(".cpg").unlink(missing_ok=True)
            if cpg is not None:
                path.with_suffix(".cpg").write_text(cpg)
            for end in without:
                path.with_suffix(end).unlink()
        return path

    return make


def geojson(features, name="宗地.geojson", **members):
    text = {"type": "FeatureCollection", **members, "features": features}
    return content(json.dumps(text, ensure_ascii=False).encode(), name)


def feature(number, geometry):
    return {
        "type": "Feature",
        "properties": {"宗地编号": f"宗{number}"},
        "geometry": geometry,
    }


def polygon(ring):
    return {"type": "Polygon", "coordinates": [ring]}


def ring(x=LON, y=LAT, size=0.001):
    return [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]


def at(lon=LON, lat=LAT, within=1e-6):
    """Return a check that the first square stands where it was put."""

    def check(found):
        west, south, _, _ = found.frame.geometry.iloc[0].bounds
        assert abs(west - lon) < within, west
        assert abs(south - lat) < within, south
        assert found.frame.crs.to_epsg() == 4490

    return check


def layer(name, make, /, **expected):
    expected.setdefault("options", PARCEL)
    return Case(name, make, read="layer", **expected)


NAMED = {1: {"parcel_no": "宗1"}, 2: {"parcel_no": "宗2"}}
TWO = parcels(squares())

# ---- formats ----

_FORMATS = [
    *(
        layer(f"layer{end}", written(TWO, f"宗地{end}"), rows=2, cells=NAMED, also=at())
        for end in DRIVERS
    ),
    layer(
        "layer.geojson",
        geojson([feature(i, polygon(ring(LON + i / 100))) for i in (1, 2)]),
        rows=2,
        cells=NAMED,
        also=at(LON + 0.01),
    ),
    layer(
        "layer.json",
        geojson([feature(1, polygon(ring()))], "宗地.json"),
        rows=1,
        also=at(),
    ),
    layer(
        "layer-single-feature",
        content(json.dumps(feature(1, polygon(ring()))).encode(), "a.geojson"),
        rows=1,
    ),
    layer(
        "layer-with-byte-order-mark",
        content(
            b"\xef\xbb\xbf"
            + json.dumps(
                {"type": "FeatureCollection", "features": [feature(1, polygon(ring()))]}
            ).encode(),
            "a.geojson",
        ),
        rows=1,
    ),
    layer("layer-capital-ending", written(TWO, "宗地.GPKG"), rows=2),
    layer("layer-no-feature", geojson([]), rows=0),
    layer("layer-recognised", written(TWO, "a.gpkg"), options={}, rows=2, cells=NAMED),
    layer(
        "layer-unrecognised-kept",
        written(TWO.rename(columns={"宗地编号": "杂项"}), "a.gpkg"),
        options={},
        rows=2,
        notes=("不属于任何已知数据集",),
    ),
    layer(
        "layer-unknown-data-set",
        written(TWO, "a.gpkg"),
        options={"dataset": "parcels"},
        refused="header",
        says=("没有数据集“parcels”", "parcel"),
    ),
    layer(
        "layer-unused-column",
        written(parcels(squares(), 经办="一科"), "a.gpkg"),
        rows=2,
        notes=("未使用的列 经办",),
    ),
    layer(
        "layer-name-beside-code",
        written(TWO.rename(columns={"宗地编号": "宗地编号 ZDBH"}), "a.gpkg"),
        rows=2,
        cells=NAMED,
    ),
    layer(
        "layer-three-dimensional",
        written(parcels(list(shapely.force_3d(squares(), 7.0))), "a.gpkg"),
        rows=2,
        also=at(),
    ),
    layer(
        "layer-multi-part",
        written(parcels([shapely.MultiPolygon(squares())]), "a.gpkg"),
        rows=1,
        also=at(),
    ),
]


def _gpkg(*layers):
    def make(folder):
        for number, (name, frame) in enumerate(layers):
            if isinstance(frame, gpd.GeoDataFrame):
                pyogrio.write_dataframe(
                    frame, folder / "a.gpkg", layer=name, append=number > 0
                )
            else:
                pyogrio.write_dataframe(
                    frame, folder / "a.gpkg", layer=name, append=number > 0
                )
        return folder / "a.gpkg"

    return make


_MORE = parcels(squares(1, lon=121.0)).assign(宗地编号=["宗9"])
_HERITAGE = gpd.GeoDataFrame(
    {"文物保护单位": ["古桥"], "级别": ["省级"], "区划类型": ["保护范围"]},
    geometry=squares(1),
    crs=4490,
)
_PLAIN = TWO.drop(columns="geometry")
_LAYERS = [
    layer("gpkg-two-layers", _gpkg(("东片", TWO), ("西片", _MORE)), rows=3),
    layer(
        "gpkg-other-layer",
        _gpkg(("宗地", TWO), ("文保", _HERITAGE)),
        rows=2,
        notes=("未读取的图层 文保",),
    ),
    layer("gpkg-plain-table-beside", _gpkg(("宗地", TWO), ("附表", _PLAIN)), rows=2),
    layer(
        "gpkg-layer-told",
        _gpkg(("东片", TWO), ("西片", _MORE)),
        options={**PARCEL, "layer": "西片"},
        rows=1,
        cells={1: {"parcel_no": "宗9"}},
    ),
    layer(
        "gpkg-layer-unknown",
        _gpkg(("东片", TWO)),
        options={**PARCEL, "layer": "南片"},
        refused="header",
        says=("没有图层“南片”", "东片"),
    ),
    layer(
        "gpkg-two-data-sets",
        _gpkg(("宗地", TWO), ("文保", _HERITAGE)),
        options={},
        refused="unsupported",
        says=("宗地", "文保", "heritage_zone"),
    ),
    layer(
        "gpkg-no-geometry",
        _gpkg(("附表", _PLAIN)),
        refused="unsupported",
        says=("没有带图形的图层",),
    ),
    layer(
        "gpkg-key-missing",
        written(TWO.assign(宗地编号=["宗1", None]), "a.gpkg"),
        rows=1,
        out=[row(2, "key_missing")],
    ),
    layer(
        "gpkg-duplicate",
        written(parcels([squares(1)[0]] * 2).assign(宗地编号="宗1"), "a.gpkg"),
        rows=1,
        out=[row(2, "duplicate")],
    ),
    layer(
        "gpkg-key-conflict",
        written(TWO.assign(宗地编号="宗1"), "a.gpkg"),
        rows=0,
        out=[row(1, "key_conflict"), row(2, "key_conflict")],
    ),
    layer(
        "gpkg-value-of-no-list",
        written(_HERITAGE.assign(区划类型="核心区"), "a.gpkg"),
        options={"dataset": "heritage_zone"},
        rows=0,
        out=[cell(1, "zone_kind", "range"), row(1, "key_missing")],
    ),
]

# ---- shapefiles ----

_SHP = "宗地.shp"
_BAN = gpd.GeoDataFrame(
    {"名称": ["示例禁养区"], "生效日期": ["2020-01-01"]}, geometry=squares(1), crs=4490
)


def changed(make, end, change):
    def changed(folder):
        path = make(folder)
        part = path.with_suffix(end)
        part.write_bytes(change(part.read_bytes()))
        return path

    return changed


def _doubled(end):
    def make(folder):
        path = written(TWO, _SHP, encoding="UTF-8")(folder)
        other = path.with_suffix(end.upper())
        other.write_bytes(path.with_suffix(end).read_bytes())
        return path

    return make


def _upper(folder):
    path = written(TWO, _SHP, encoding="GBK")(folder)
    for part in sorted(folder.glob("宗地.*")):
        part.rename(part.with_suffix(part.suffix.upper()))
    return path.with_suffix(".SHP")


def _deleted(data):
    start = struct.unpack_from("<H", data, 8)[0]
    return data[:start] + b"*" + data[start + 1 :]


def _overfull(data):
    """Fill the first field to its last byte, which is half a character."""
    start, width = struct.unpack_from("<H", data, 8)[0] + 1, data[32 + 16]
    filled = b"x" + "示".encode("gbk") * width
    return data[:start] + filled[:width] + data[start + width :]


_GBK = written(TWO, _SHP, encoding="GBK")
_UTF8 = written(TWO, _SHP, encoding="UTF-8", cpg="UTF-8")
_SHAPEFILES = [
    layer(
        "shp-gbk-without-cpg", _GBK, rows=2, cells=NAMED, notes=("gb18030 没有 .cpg",)
    ),
    *(
        layer(
            f"shp-gbk-cpg-{word}",
            written(TWO, _SHP, encoding="GBK", cpg=word),
            rows=2,
            cells=NAMED,
            notes=(f".cpg 写明 {word}",),
        )
        for word in ("GBK", "936", "GB2312", "gb18030", "ANSI 936")
    ),
    layer(
        "shp-utf-8-without-cpg",
        written(TWO, _SHP, encoding="UTF-8"),
        rows=2,
        cells=NAMED,
        notes=("utf-8 没有 .cpg",),
    ),
    layer("shp-utf-8-cpg", _UTF8, rows=2, cells=NAMED, notes=(".cpg 写明 UTF-8",)),
    layer(
        "shp-latin-cpg",
        written(TWO, _SHP, encoding="GBK", cpg="ISO-8859-1"),
        rows=2,
        cells=NAMED,
        notes=("不是中文编码",),
    ),
    layer(
        "shp-gbk-said-utf-8",
        written(TWO, _SHP, encoding="GBK", cpg="UTF-8"),
        refused="encoding",
        says=("UTF-8", "解不开", "encoding: GB18030"),
    ),
    layer(
        "shp-utf-8-said-gbk",
        written(TWO, _SHP, encoding="UTF-8", cpg="GBK"),
        refused="encoding",
        says=("GB18030 解不开", "encoding: UTF-8"),
    ),
    layer(
        "shp-utf-8-said-gbk-and-both-fit",
        written(
            TWO.rename(columns={"宗地编号": "ZDBH"}).assign(ZDBH=["宗地", "红线"]),
            _SHP,
            encoding="UTF-8",
            cpg="GBK",
        ),
        refused="encoding",
        says=("矛盾",),
    ),
    layer(
        "shp-encoding-told",
        written(TWO, _SHP, encoding="GBK", cpg="UTF-8"),
        options={**PARCEL, "encoding": "GBK"},
        rows=2,
        cells=NAMED,
        notes=("使用者指定",),
    ),
    layer(
        "shp-encoding-told-wrongly",
        _GBK,
        options={**PARCEL, "encoding": "UTF-8"},
        refused="encoding",
        says=("不能按 encoding 写的 UTF-8",),
    ),
    layer("shp-capital-endings", _upper, rows=2, cells=NAMED),
    *(
        layer(
            f"shp-without{end}",
            written(TWO, _SHP, encoding="GBK", without=(end,)),
            refused="unsupported",
            says=(f"缺少同名的 {end}",),
        )
        for end in (".dbf", ".shx")
    ),
    layer(
        "shp-without-prj",
        written(TWO, _SHP, encoding="GBK", without=(".prj",)),
        refused="crs",
        says=("没有坐标系", "EPSG:4490"),
    ),
    layer(
        "shp-crs-told",
        written(TWO, _SHP, encoding="GBK", without=(".prj",)),
        options={**PARCEL, "crs": "EPSG:4490"},
        rows=2,
        notes=("工作区写明",),
        also=at(),
    ),
    layer(
        "shp-broken-prj",
        changed(_GBK, ".prj", lambda _: b"no system"),
        refused="crs",
        says=("坐标系",),
    ),
    layer("shp-two-dbf", _doubled(".dbf"), refused="unsupported", says=("只差大小写",)),
    layer(
        "shp-deleted-record",
        changed(_GBK, ".dbf", _deleted),
        rows=1,
        cells={2: {"parcel_no": "宗2"}},
        notes=("已删除的记录未读取 1 条",),
    ),
    layer(
        "shp-dbf-cut",
        changed(_GBK, ".dbf", lambda d: d[:-20]),
        refused="truncated",
        says=(".dbf", "截断"),
    ),
    layer(
        "shp-dbf-empty",
        changed(_GBK, ".dbf", lambda _: b""),
        refused="truncated",
        says=(".dbf",),
    ),
    layer(
        "shp-shp-cut",
        changed(_GBK, ".shp", lambda d: d[:-60]),
        refused="truncated",
        says=("不完整",),
    ),
    layer(
        "shp-shx-of-another-file",
        changed(_GBK, ".shx", lambda d: d + d[-8:]),
        refused="truncated",
        says=("宗地.shp",),
    ),
    layer(
        "shp-field-names-cut",
        written(_HERITAGE, "文保.shp", encoding="GBK"),
        options={"dataset": "heritage_zone"},
        rows=1,
        cells={1: {"heritage_unit": "古桥", "zone_kind": "保护范围"}},
    ),
    layer(
        "shp-field-names-cut-utf-8",
        written(_HERITAGE, "文保.shp", encoding="UTF-8"),
        options={"dataset": "heritage_zone"},
        rows=1,
        cells={1: {"level": "省级", "zone_kind": "保护范围"}},
    ),
    layer(
        "shp-code-of-18-digits",
        written(
            TWO.assign(宗地编号=["990302202400000018", "990302202400000019"]),
            _SHP,
            encoding="GBK",
        ),
        rows=2,
        cells={1: {"parcel_no": "990302202400000018"}},
    ),
    layer(
        "shp-date-column",
        written(_BAN, "a.shp", encoding="GBK"),
        options={"dataset": "ban_zone"},
        rows=1,
        cells={1: {"effective_date": "2020-01-01"}},
    ),
    layer(
        "shp-text-cut-in-a-character",
        changed(written(_BAN, "a.shp", encoding="GBK"), ".dbf", _overfull),
        options={"dataset": "ban_zone"},
        rows=0,
        out=[cell(1, "zone_name", "truncated"), row(1, "key_missing")],
    ),
    layer(
        "shp-polygon-without-records",
        changed(_GBK, ".shp", lambda d: d[:99]),
        refused="truncated",
        says=("宗地.shp",),
    ),
]

CASES = [*_FORMATS, *_LAYERS, *_SHAPEFILES]
