"""The vector formats: which may be read, how each begins, and the way out of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SHAPEFILE, GEOJSON, GEODATABASE = "ESRI Shapefile", "GeoJSON", "OpenFileGDB"
KML, KMZ, PARQUET = "KML", "KMZ", "GeoParquet"
VECTOR_DRIVERS = {
    ".gpkg": "GPKG",
    ".shp": SHAPEFILE,
    ".gdb": GEODATABASE,
    ".geojson": GEOJSON,
    ".json": GEOJSON,
    ".fgb": "FlatGeobuf",
    ".kml": KML,
    ".kmz": KMZ,
    ".parquet": PARQUET,
    ".geoparquet": PARQUET,
}
"""Extension → the only format that a layer of that name may have."""
OWN_READERS = frozenset({GEOJSON, KML, KMZ, PARQUET})
"""Formats that are read here, without GDAL."""

_DRAWING = (
    "CAD 图形没有坐标系和属性表",
    "请在 CAD 或 GIS 软件中把各层转为面，并写明坐标系",
)
_MAPGIS = ("这是 MapGIS 图形", "请在 MapGIS 中用“文件转换”输出")
_MAPINFO = ("这是 MapInfo 图层", "请在 QGIS 或 MapInfo 中打开后输出")
_MARKUP = ("GML 可以引用别处的数据", "请在 QGIS 中打开后输出")
_ZIPPED = ("这是压缩包", "请先解压，提供其中的图层")
_STYLE = ("这是图层样式文件，里面没有数据", "请提供它所显示的数据")
_PROJECT = ("这是地图文档，里面没有数据", "请提供它所显示的数据")
_FOREIGN = {
    ".mdb": (
        "这是个人地理数据库",
        "请在 ArcGIS 中打开后输出，或转为 .gdb",
    ),
    ".accdb": ("这是 Access 数据库", "请在 ArcGIS 中打开后输出"),
    ".gml": _MARKUP,
    ".xml": _MARKUP,
    ".dxf": _DRAWING,
    ".dwg": _DRAWING,
    ".dgn": _DRAWING,
    ".zip": _ZIPPED,
    ".rar": _ZIPPED,
    ".7z": _ZIPPED,
    ".wp": _MAPGIS,
    ".wl": _MAPGIS,
    ".wt": _MAPGIS,
    ".tab": _MAPINFO,
    ".mif": _MAPINFO,
    ".mid": _MAPINFO,
    ".vrt": ("这是指向其他文件的虚拟数据源", "请提供它所指的数据"),
    ".lyr": _STYLE,
    ".lyrx": _STYLE,
    ".qml": _STYLE,
    ".mxd": _PROJECT,
    ".aprx": _PROJECT,
    ".qgs": _PROJECT,
    ".qgz": _PROJECT,
}
FOREIGN_ENDINGS = frozenset(_FOREIGN)
"""Endings of maps and drawings that are told apart, but not read."""
_EXPORT = "图层请导出为 .gpkg、.shp 或 .geojson"


def refusal(path: Path) -> tuple[str, str]:
    """Say what a file of no supported format is, and how to get one.

    Returns
    -------
    what, remedy
        In Chinese.
    """
    ending = path.suffix.lower()
    found = f"不支持的图层格式 {path.suffix or '（无扩展名）'}"
    if ending in _FOREIGN:
        what, way = _FOREIGN[ending]
        return f"{found}（{what}）", f"{way}；{_EXPORT}"
    return found, f"核对文件名；{_EXPORT}"


def begins_rightly(head: bytes, driver: str) -> bool:
    """Tell whether the first 100 bytes of a file are those of a format.

    GDAL looks for foreign words up to the first NUL; each of the heads that are left
    to GDAL has one soon.
    """
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return {
        "GPKG": head[:16] == b"SQLite format 3\x00"
        and head[68:72] in (b"GPKG", b"GP10", b"GP11"),
        SHAPEFILE: head[:4] == b"\x00\x00\x27\x0a",
        "FlatGeobuf": head[:3] == b"fgb" and head[4:7] == b"fgb" and 0 in head[:12],
        GEOJSON: text.startswith(b"{"),
        KML: text.startswith(b"<") or head[:2] in (b"\xff\xfe", b"\xfe\xff"),
        KMZ: head[:4] == b"PK\x03\x04",
        PARQUET: head[:4] == b"PAR1",
    }[driver]
