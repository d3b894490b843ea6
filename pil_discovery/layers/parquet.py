"""GeoParquet: a table with places, by its own statement in the `geo` metadata."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from pil_discovery.errors import Problem, ReadError
from pil_discovery.layers.cells import plain_cell
from pil_discovery.layers.collection import Collection
from pil_discovery.types.sources import Inference

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MOST_PARQUET_BYTES = 2**32
"""Largest table, unpacked, bytes."""
_NATIVE = frozenset(
    {
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
    }
)
_ANEW = "请在原软件中重新导出为 GeoParquet、.gpkg 或 .geojson"


@dataclass(frozen=True)
class _Statement:
    """What the metadata say of the column of places."""

    column: str
    encoding: str
    crs: str | None
    edges: str


def read_geoparquet(path: Path, file: str) -> Collection:
    """Read a GeoParquet file, geometry as WKB or in the native (GeoArrow) encodings.

    Parameters
    ----------
    path
        The file.
    file
        Its name in messages.

    Returns
    -------
    Collection
        `crs` as the metadata say it; where they name none, WGS 84 longitude and
        latitude (OGC:CRS84, GeoParquet 1.1, section «crs»); None where they say that it
        is not known. Longitude or easting always comes first.

    Raises
    ------
    ReadError
        Broken, too large, a plain table, or metadata that fit no column.
    """
    try:
        with pq.ParquetFile(path) as opened:
            _demand_size(opened.metadata, file)
            told = _stated(opened.schema_arrow, file)
            table = opened.read()
    except (pa.ArrowException, OSError, ValueError) as error:
        said = str(error).replace(f"{path.parent}/", "").split("\n")[0]
        what = f"无法读取（{said}）"
        raise ReadError(Problem(file, "", what, "文件可能损坏，请重新导出")) from error
    geometries, broken = _geometries(table, told, file)
    names = dict(enumerate(table.column_names))
    others = [i for i, n in names.items() if n not in (told.column, "bbox")]
    return Collection(
        path.stem,
        [names[i] for i in others],
        [[plain_cell(v) for v in table.column(i).to_pylist()] for i in others],
        geometries,
        broken,
        told.crs,
        tuple(_notes(told)),
    )


def _demand_size(metadata: pq.FileMetaData, file: str) -> None:
    groups = (metadata.row_group(i) for i in range(metadata.num_row_groups))
    if sum(g.total_byte_size for g in groups) > MOST_PARQUET_BYTES:
        raise ReadError(Problem(file, "", "数据解开后超过 4 GiB", "请按区域拆分"))


def _stated(schema: pa.Schema, file: str) -> _Statement:
    raw = (schema.metadata or {}).get(b"geo")
    if raw is None:
        what = "这是不带图形的 Parquet 表格（没有 geo 元数据）"
        remedy = "在 pil.yaml 中写到 records 下；若应有图形，请导出为 GeoParquet"
        raise ReadError(Problem(file, "", what, remedy))
    try:
        geo = json.loads(raw)
        name = str(geo["primary_column"])
        column = geo["columns"][name]
        told = _Statement(
            name,
            str(column["encoding"]),
            _crs(column),
            str(column.get("edges", "planar")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        what = "geo 元数据不完整或不是合法的 JSON"
        raise ReadError(Problem(file, "", what, _ANEW)) from error
    if schema.names.count(name) != 1:
        what = f"geo 元数据所说的图形列“{name}”不存在或有多个"
        raise ReadError(Problem(file, "", what, _ANEW))
    return told


def _crs(column: dict[str, Any]) -> str | None:
    """Return the system as text; `null` says that it is not known."""
    crs = column.get("crs", "EPSG:4326")
    if crs is None or isinstance(crs, str):
        return crs
    return json.dumps(crs, ensure_ascii=False)


def _geometries(
    table: pa.Table, told: _Statement, file: str
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    column = table.column(told.column)
    given = np.asarray(column.is_valid(), dtype=bool)
    try:
        if told.encoding.upper() == "WKB":
            raw = np.empty(len(column), dtype=object)
            raw[:] = column.to_pylist()
            read = shapely.from_wkb(raw, on_invalid="ignore")
        elif told.encoding.lower() in _NATIVE:
            read = _native(column, told)
        else:
            what = f"不认识的图形编码 {told.encoding[:40]}"
            raise ReadError(Problem(file, told.column, what, _ANEW))
    # geopandas looks for the parts of a native encoding without asking
    except (pa.ArrowException, TypeError, ValueError, AttributeError) as error:
        what = f"图形列不是 {told.encoding} 编码"
        raise ReadError(Problem(file, told.column, what, _ANEW)) from error
    geometries = np.asarray(read, dtype=object)
    return geometries, given & shapely.is_missing(geometries)


def _native(column: pa.ChunkedArray, told: _Statement) -> NDArray[np.object_]:
    tag = {"ARROW:extension:name": f"geoarrow.{told.encoding.lower()}"}
    field = pa.field(told.column, column.type, metadata=tag)
    tagged = pa.table([column.combine_chunks()], schema=pa.schema([field]))
    frame = gpd.GeoDataFrame.from_arrow(tagged, geometry=told.column)
    return np.asarray(frame.geometry.array, dtype=object)


def _notes(told: _Statement) -> list[Inference]:
    if told.edges == "planar":
        return []
    why = "面积按图斑椭球面积公式计算，边按经纬度直线"
    return [Inference(what="边的形状", value=f"文件写明 {told.edges[:20]}", why=why)]
