"""GeoJSON, read without GDAL.

GDAL recognises JSON and text files by words anywhere in them, so that a well-formed
feature collection can also be a pipeline or a virtual data source that reads other
files. A file that is parsed here starts nothing.
"""

from __future__ import annotations

import codecs
import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import shapely

from pil_discovery.errors import Problem, ReadError
from pil_discovery.layers.collection import Collection

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MOST_JSON_BYTES = 2**29
"""Largest GeoJSON, which is parsed whole, bytes."""
_LONG_NUMBER = re.compile(rb"(?<![.\d])\d{19}")
_GEOMETRIES = frozenset(
    {
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
    }
)


def read_geojson(path: Path, file: str) -> Collection:
    """Parse a feature collection or a single feature.

    Parameters
    ----------
    path
        The file, UTF-8 with or without mark.
    file
        Its name in messages.

    Raises
    ------
    ReadError
        Not UTF-8, not JSON, no features, or too large.
    """
    data = _parsed(path, file)
    single = data.get("type") == "Feature"
    features = [data] if single else data.get("features")
    fault = _fault(data, features)
    if fault or not isinstance(features, list):
        raise ReadError(Problem(file, "", fault, "请重新导出为标准 GeoJSON（UTF-8）"))
    shapes = [f.get("geometry") for f in features]
    geometries = _geometries(shapes)
    given = np.array([g is not None for g in shapes], dtype=bool)
    rows = [f.get("properties") or {} for f in features]
    headers = list(dict.fromkeys(name for row in rows for name in row))
    name = data.get("name")
    return Collection(
        name if isinstance(name, str) and name else path.stem,
        headers,
        [[_cell(row.get(h)) for row in rows] for h in headers],
        geometries,
        given & shapely.is_missing(geometries),
        _declared(data),
    )


def _parsed(path: Path, file: str) -> dict[str, Any]:
    if path.stat().st_size > MOST_JSON_BYTES:
        what = "GeoJSON 超过 512 MiB"
        raise ReadError(Problem(file, "", what, "请转换为 GeoPackage"))
    try:
        data = _loaded(path.read_bytes())
    except UnicodeDecodeError as error:
        what = f"不是 UTF-8 编码（第 {error.start} 字节起）"
    except (ValueError, RecursionError) as error:
        what = f"不是合法的 JSON（{error}）"
        if str(error).startswith("Extra data"):
            what = "一个 JSON 对象之后还有内容，像是每行一个要素（GeoJSONL）"
    else:
        if isinstance(data, dict):
            return data
        what = "JSON 的最外层不是对象"
    raise ReadError(Problem(file, "", what, "请重新导出为标准 GeoJSON（UTF-8）"))


def _loaded(content: bytes) -> object:
    """Parse JSON; what the fast parser refuses or could round is left to the exact one.

    Whole numbers of 19 digits may not fit into 64 bits.
    """
    content = content.removeprefix(codecs.BOM_UTF8)
    if not _LONG_NUMBER.search(content):
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(content)
    return json.loads(content.decode(), parse_constant=_refuse_constant)


def _refuse_constant(word: str) -> float:
    msg = f"数值不能是 {word}"
    raise ValueError(msg)


def _fault(data: dict[str, Any], features: object) -> str:
    if str(data.get("geometryType", "")).startswith("esri"):
        return "这是 ArcGIS 的 JSON（Esri JSON），不是 GeoJSON"
    if data.get("type") not in ("FeatureCollection", "Feature"):
        return f"type 是 {str(data.get('type'))[:40]}，不是 FeatureCollection"
    if not isinstance(features, list):
        return "FeatureCollection 缺少 features 列表"
    bad = [str(i) for i, f in enumerate(features, 1) if not _is_feature(f)]
    more = f" 等 {len(bad)}" if len(bad) > 10 else ""
    return f"第 {'、'.join(bad[:10])}{more} 个要素不是 Feature" if bad else ""


def _is_feature(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.get("type") == "Feature"
        and isinstance(value.get("properties"), dict | None)
        and isinstance(value.get("geometry"), dict | None)
    )


def _geometries(shapes: list[dict[str, Any] | None]) -> NDArray[np.object_]:
    texts = np.full(len(shapes), None, dtype=object)
    for i, shape in enumerate(shapes):
        if shape is not None and shape.get("type") in _GEOMETRIES:
            texts[i] = _dumped(shape)
    return np.asarray(shapely.from_geojson(texts, on_invalid="ignore"), dtype=object)


def _dumped(shape: dict[str, Any]) -> str:
    try:
        return orjson.dumps(shape).decode()
    except TypeError:  # a number that no coordinate has
        return json.dumps(shape)


def _cell(value: object) -> object:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value


def _declared(data: dict[str, Any]) -> str | None:
    """Return the system: RFC 7946 knows WGS 84 alone, its forerunner of 2008 `crs`."""
    if "crs" not in data:
        return "EPSG:4326"
    crs = data["crs"]
    if crs is None:
        return None  # 2008: no system may be assumed
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    text = str(name if name is not None else crs)
    return "EPSG:4326" if text.upper().endswith("CRS84") else text
