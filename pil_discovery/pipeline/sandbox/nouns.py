"""Tables, layers and pictures as plain values and Arrow blocks, and back."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

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
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from pil_discovery.types import Dataset

_GEOMETRY, _CELLS, _SAME, _PLAIN = "geometry", "cells", "same", "plain"
_DTYPES: dict[str, Literal["string", "str"]] = {
    f"{_SAME} string": "string",
    f"{_SAME} str": "str",
}
_PLAIN_KINDS = "fiubmM"
_ALIGNED = 64
_MASKED: dict[str, tuple[type[np.generic], int, Any]] = {
    "Int64": (np.int64, 0, pd.arrays.IntegerArray),
    "Float64": (np.float64, 0, pd.arrays.FloatingArray),
    "boolean": (np.bool_, False, pd.arrays.BooleanArray),
}
"""Columns of numbers beside which stands what is missing."""
_CGCS2000 = "EPSG:4490"
_ENCODER = json.JSONEncoder(default=str)


_Listed = tuple[str, str, str | None]
"""Name of a column, how to restore it, and the text that all its rows say."""


class Columns:
    """The cells of a frame: columns of numbers as their bytes, then an Arrow stream.

    They are written without a copy of them; each column of numbers begins at a place
    that can be divided by 64, so that it can be used where it arrives.
    """

    def __init__(
        self,
        plain: list[NDArray[np.uint8]],
        other: list[pa.Array | pa.ChunkedArray],
    ) -> None:
        self._plain = plain
        self._other = pa.table(other, names=[str(n) for n in range(len(other))])
        size = pa.MockOutputStream()
        self._write_other(size)
        self._size = sum(map(_padded, map(len, plain))) + int(size.size())

    def __len__(self) -> int:
        return self._size

    def write(self, stream: BinaryIO) -> None:
        """Write the numbers and the Arrow stream."""
        for cells in self._plain:
            if len(cells):
                stream.write(cells.data)
                stream.write(bytes(_padded(len(cells)) - len(cells)))
        self._write_other(pa.PythonFile(stream, mode="w"))

    def _write_other(self, sink: pa.NativeFile) -> None:
        with pa.ipc.new_stream(sink, self._other.schema) as writer:
            writer.write_table(self._other)


def _padded(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED


class _Arrived:
    """The same cells where they arrived."""

    def __init__(self, block: memoryview, rows: int) -> None:
        self._block = block
        self._rows = rows
        self._at = 0

    def next(self, kind: str | type[np.generic]) -> NDArray[Any]:
        """Return the next column of numbers."""
        values = np.frombuffer(self._block, kind, self._rows, self._at)
        self._at += _padded(values.nbytes)
        return values

    def others(self) -> Iterator[pa.ChunkedArray]:
        """Yield the columns behind the numbers, once these were taken."""
        stream = pa.py_buffer(self._block[self._at :])
        yield from pa.ipc.open_stream(stream).read_all().columns


def table_message(table: Table) -> Message:
    """Return a table as a message."""
    return _rows_message(table, "table", {})


def layer_message(layer: Layer) -> Message:
    """Return a layer as a message."""
    provenance = layer.provenance.model_dump(mode="json")
    return _rows_message(layer, "layer", {"provenance": provenance})


def _rows_message(rows: Table | Layer, kind: str, more: Mapping[str, Any]) -> Message:
    frame, cells = _packed(pd.DataFrame(rows.frame))
    quarantine, others = _packed(rows.quarantine)
    head = {
        "kind": kind,
        "dataset": None if rows.dataset is None else rows.dataset.id,
        "frame": frame,
        "quarantine": quarantine,
        "report": rows.report.model_dump(mode="json"),
        "sources": [s.model_dump(mode="json") for s in rows.sources],
        **more,
    }
    return Message(head, (cells, others))


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
    head, (cells, others) = message.head, message.blocks
    return {
        "dataset": None if head["dataset"] is None else datasets[head["dataset"]],
        "frame": _unpacked(head["frame"], cells),
        "quarantine": _unpacked(head["quarantine"], others),
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


def _packed(frame: pd.DataFrame) -> tuple[dict[str, Any], Columns]:
    """Return rows and columns of a frame as plain values, and its cells.

    A column that says the same in every row, such as the name of the file, is that one
    text and has no cells.
    """
    listed: list[_Listed] = []
    plain: list[NDArray[np.uint8]] = []
    other: list[pa.Array | pa.ChunkedArray] = []
    for at, name in enumerate(map(str, frame.columns)):
        cells = frame.iloc[:, at]
        kind = str(cells.dtype)
        if says_the_same(cells):
            text = cells.iloc[0]
            said = None if pd.isna(text) else str(text)
            listed.append((name, f"{_SAME} {kind}", said))
        elif kind in _MASKED:
            plain += [_bytes(part) for part in _masked(cells)]
            listed.append((name, kind, None))
        elif isinstance(cells.dtype, np.dtype) and cells.dtype.kind in _PLAIN_KINDS:
            plain.append(_bytes(cells.to_numpy()))
            listed.append((name, f"{_PLAIN} {kind}", None))
        else:
            how, values = _column(cells)
            other.append(values)
            listed.append((name, how, None))
    return {"rows": len(frame), "columns": listed}, Columns(plain, other)


def _masked(cells: pd.Series[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the numbers of such a column, and which of them are missing."""
    held, nothing, _ = _MASKED[str(cells.dtype)]
    return cells.fillna(nothing).to_numpy(held), cells.isna().to_numpy()


def _bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(values).view(np.uint8)


def _column(values: pd.Series) -> tuple[str, pa.Array]:
    if str(values.dtype) == "geometry" or _holds_shapes(values):
        import shapely

        how = f"{_GEOMETRY} {values.dtype}"
        return how, pa.array(shapely.to_wkb(values.to_numpy(dtype=object)), pa.binary())
    if values.dtype == object:
        cells = [None if v is None else _ENCODER.encode(v) for v in values]
        return _CELLS, pa.array(cells, pa.large_string())
    return str(values.dtype), pa.array(values, from_pandas=True)


def _holds_shapes(values: pd.Series) -> bool:
    """Tell the places of a coordinate table, which are objects, from other objects."""
    if values.dtype != object or values.name != "geometry":
        return False
    import shapely

    filled = values[values.notna()]
    return bool(len(filled)) and isinstance(filled.iloc[0], shapely.Geometry)


def _unpacked(told: Mapping[str, Any], block: memoryview) -> pd.DataFrame:
    rows, listed = int(told["rows"]), told["columns"]
    arrived = _Arrived(block, rows)
    columns = {
        at: _plain(how, arrived)
        for at, (_, how, _) in enumerate(listed)
        if how in _MASKED or how.startswith(_PLAIN)
    }
    others = arrived.others()
    for at, (_, how, text) in enumerate(listed):
        if how in _DTYPES:
            columns[at] = repeated(text, rows, _DTYPES[how]).array
        elif at not in columns:
            columns[at] = _restored(next(others), how)
    ordered = dict(sorted(columns.items()))
    frame = pd.DataFrame(ordered, index=range(rows), copy=False)
    return frame.set_axis([name for name, _, _ in listed], axis="columns")


def _plain(how: str, arrived: _Arrived) -> Any:  # noqa: ANN401 - any array
    """Return a column of numbers or days in the memory where it arrived."""
    if how not in _MASKED:
        return arrived.next(how.removeprefix(f"{_PLAIN} "))
    held, _, made = _MASKED[how]
    return made(arrived.next(held), arrived.next(np.bool_))


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
    return column.to_pandas().astype(how).array


def _list(column: pa.ChunkedArray) -> list[Any]:
    cells: list[Any] = column.to_pylist()
    return cells


def _objects(cells: list[Any]) -> NDArray[Any]:
    values = np.empty(len(cells), dtype=object)
    values[:] = cells
    return values
