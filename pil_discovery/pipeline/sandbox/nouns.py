"""Tables, layers and pictures as plain values and Arrow blocks, and back."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from pil_discovery.pipeline.archives import Unpacked
from pil_discovery.pipeline.sandbox.wire import Message
from pil_discovery.text.columns import repeated, says_the_same
from pil_discovery.types import (
    Archive,
    Image,
    ImageProvenance,
    Layer,
    LayerProvenance,
    ReadReport,
    Source,
    Table,
)
from pil_discovery.types.pixels import BandSource, MaskRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pil_discovery.types import Dataset

_GEOMETRY, _CELLS, _SAME = "geometry", "cells", "same"
_DTYPES: dict[str, Literal["string", "str"]] = {
    f"{_SAME} string": "string",
    f"{_SAME} str": "str",
}
_CGCS2000 = "EPSG:4490"
_ENCODER = json.JSONEncoder(default=str)


_Listed = tuple[str, str, str | None]
"""Name of a column, how to restore it, and the text that all its rows say."""


def table_message(table: Table) -> Message:
    """Return a table as a message."""
    return _rows_message(table, "table", {})


def layer_message(layer: Layer) -> Message:
    """Return a layer as a message."""
    provenance = layer.provenance.model_dump(mode="json")
    return _rows_message(layer, "layer", {"provenance": provenance})


def _rows_message(rows: Table | Layer, kind: str, more: Mapping[str, Any]) -> Message:
    columns, block = _packed(pd.DataFrame(rows.frame))
    listed, other = _packed(rows.quarantine)
    head = {
        "kind": kind,
        "dataset": None if rows.dataset is None else rows.dataset.id,
        "columns": columns,
        "quarantine": listed,
        "report": rows.report.model_dump(mode="json"),
        "sources": [s.model_dump(mode="json") for s in rows.sources],
        **more,
    }
    return Message(head, (block, other))


def table_of(message: Message, datasets: Mapping[str, Dataset]) -> Table:
    """Return the table of a message."""
    return Table(**_rows_of(message, datasets))


def layer_of(message: Message, datasets: Mapping[str, Dataset]) -> Layer:
    """Return the layer of a message."""
    import geopandas as gpd

    told = _rows_of(message, datasets)
    told["frame"] = gpd.GeoDataFrame(told["frame"], geometry="geometry", crs=_CGCS2000)
    provenance = LayerProvenance.model_validate(message.head["provenance"])
    return Layer(**told, provenance=provenance)


def _rows_of(message: Message, datasets: Mapping[str, Dataset]) -> dict[str, Any]:
    head, (block, other) = message.head, message.blocks
    return {
        "dataset": None if head["dataset"] is None else datasets[head["dataset"]],
        "frame": _unpacked(head["columns"], block),
        "quarantine": _unpacked(head["quarantine"], other),
        "report": ReadReport.model_validate(head["report"]),
        "sources": tuple(Source.model_validate(s) for s in head["sources"]),
    }


def image_message(image: Image) -> Message:
    """Return a picture as a message; it holds no pixels."""
    head = {
        "kind": "image",
        "path": str(image.path),
        "bands": image.bands,
        "crs": image.crs.to_wkt(),
        "transform": list(image.transform)[:6],
        "shape": image.shape,
        "nodata": image.nodata,
        "acquired": image.acquired.isoformat(),
        "sensor": image.sensor,
        "cloud_mask": None if image.cloud_mask is None else str(image.cloud_mask),
        "provenance": image.provenance.model_dump(mode="json"),
        "sources": [s.model_dump(mode="json") for s in image.sources],
        "mask": image.mask.model_dump(mode="json"),
    }
    return Message(head)


def image_of(message: Message) -> Image:
    """Return the picture of a message."""
    from affine import Affine
    from pyproj import CRS

    told = dict(message.head)
    mask = told["cloud_mask"]
    return Image(
        path=Path(told["path"]),
        bands=told["bands"],
        crs=CRS.from_wkt(told["crs"]),
        transform=Affine(*told["transform"]),
        shape=(told["shape"][0], told["shape"][1]),
        nodata=told["nodata"],
        acquired=dt.datetime.fromisoformat(told["acquired"]),
        sensor=told["sensor"],
        cloud_mask=None if mask is None else Path(mask),
        provenance=ImageProvenance.model_validate(told["provenance"]),
        sources=tuple(BandSource.model_validate(s) for s in told["sources"]),
        mask=MaskRule.model_validate(told["mask"]),
    )


def unpacked_message(unpacked: Unpacked) -> Message:
    """Return what came out of an archive as a message."""
    return Message({"kind": "unpacked", **unpacked.as_dict()})


def unpacked_of(message: Message) -> Unpacked:
    """Return what came out of an archive."""
    told = message.head
    return Unpacked(
        archive=Archive.model_validate(told["archive"]),
        folder=told["folder"],
        files=tuple(told["files"]),
        packed=tuple(told["packed"]),
        nested=tuple(told["nested"]),
    )


def _packed(frame: pd.DataFrame) -> tuple[list[_Listed], Any]:
    """Return (name, how to restore, text) of each column, and the columns as Arrow.

    A column that says the same in every row, such as the name of the file, is sent as
    that one text, unless there is no other column that tells the number of rows.
    """
    columns = [frame.iloc[:, at] for at in range(frame.shape[1])]
    same = [says_the_same(cells) for cells in columns]
    listed: list[_Listed] = []
    sent = []
    for name, cells, one in zip(map(str, frame.columns), columns, same, strict=True):
        if one and not all(same):
            text = cells.iloc[0]
            said = None if pd.isna(text) else str(text)
            listed.append((name, f"{_SAME} {cells.dtype}", said))
        else:
            how, values = _column(cells)
            listed.append((name, how, None))
            sent.append(values)
    table = pa.table(sent, names=[str(n) for n in range(len(sent))])
    size = pa.MockOutputStream()
    _write(table, size)
    block = pa.allocate_buffer(size.size())
    _write(table, pa.FixedSizeBufferWriter(block))
    return listed, block


def _write(table: pa.Table, sink: pa.NativeFile) -> None:
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


def _column(values: pd.Series) -> tuple[str, pa.Array]:
    if str(values.dtype) == "geometry" or _holds_shapes(values):
        import shapely

        how = f"{_GEOMETRY} {values.dtype}"
        return how, pa.array(shapely.to_wkb(values.to_numpy(dtype=object)), pa.binary())
    if values.dtype == object:
        cells = [None if v is None else _ENCODER.encode(v) for v in values]
        return _CELLS, pa.array(cells, pa.large_string())
    if values.dtype.kind in "fiub":  # NaN stays NaN instead of becoming null
        return str(values.dtype), pa.array(values.to_numpy(), from_pandas=False)
    return str(values.dtype), pa.array(values, from_pandas=True)


def _holds_shapes(values: pd.Series) -> bool:
    """Tell the places of a coordinate table, which are objects, from other objects."""
    if values.dtype != object or values.name != "geometry":
        return False
    import shapely

    filled = values[values.notna()]
    return bool(len(filled)) and isinstance(filled.iloc[0], shapely.Geometry)


def _unpacked(listed: list[_Listed], block: memoryview) -> pd.DataFrame:
    table = pa.ipc.open_stream(pa.py_buffer(block)).read_all()
    rows = table.num_rows
    sent = iter(table.columns)
    series = [
        repeated(text, rows, _DTYPES[how])
        if how in _DTYPES
        else _restored(next(sent), how)
        for _, how, text in listed
    ]
    frame = pd.DataFrame(dict(enumerate(series)), index=range(rows))
    return frame.set_axis([name for name, _, _ in listed], axis="columns")


def _restored(column: pa.ChunkedArray, how: str) -> Any:  # noqa: ANN401 - any array
    if how == _CELLS:
        cells = [None if c is None else json.loads(c) for c in _list(column)]
        return pd.Series(_objects(cells), dtype=object)
    if how.startswith(_GEOMETRY):
        import shapely

        shapes = shapely.from_wkb(_objects(_list(column)))
        return np.asarray(shapes, dtype=object)
    if how in ("string", "str"):
        return pd.array(column, dtype=how)
    return column.to_pandas(types_mapper=_EXTENDED.get).astype(how)


_EXTENDED = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


def _list(column: pa.ChunkedArray) -> list[Any]:
    cells: list[Any] = column.to_pylist()
    return cells


def _objects(cells: list[Any]) -> np.ndarray[Any, Any]:
    values = np.empty(len(cells), dtype=object)
    values[:] = cells
    return values
