"""Vector files too large for memory, read some features at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio

from pil_discovery.errors import Problem, ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def read_parts(
    path: Path, *, rows: int, layer: str | None = None
) -> Iterator[gpd.GeoDataFrame]:
    """Read a GeoParquet file or a layer of a GeoPackage part by part.

    Parameters
    ----------
    path
        `.parquet`, `.geoparquet` or `.gpkg`, with a coordinate system of its own.
    rows
        Largest number of features in a part.
    layer
        Layer of a GeoPackage; None takes the only one.

    Yields
    ------
    GeoDataFrame
        All columns, in the order of the file; the index counts features from 0. A file
        without features gives one empty part.

    Raises
    ------
    ReadError
        No such file, or of another kind.
    """
    reader = {".parquet": _of_parquet, ".geoparquet": _of_parquet, ".gpkg": _of_gpkg}
    read = reader.get(path.suffix.lower())
    if read is None or not path.is_file():
        what = "没有这个文件" if read else "只能分块读取 .parquet、.geoparquet 和 .gpkg"
        raise ReadError(Problem(path.name, "", what))
    start = 0
    for part in read(path, rows, layer):
        part.index = pd.RangeIndex(start, start + len(part))
        start += len(part)
        yield part


def _of_parquet(path: Path, rows: int, layer: str | None) -> Iterator[gpd.GeoDataFrame]:
    del layer  # a table has no layers
    with pq.ParquetFile(path) as file:
        if file.metadata.num_rows == 0:
            yield gpd.read_parquet(path)
        for batch in file.iter_batches(batch_size=rows):
            if not len(batch):
                continue
            part = pa.BufferOutputStream()  # geopandas reads whole files only
            pq.write_table(pa.Table.from_batches([batch], file.schema_arrow), part)
            yield gpd.read_parquet(pa.BufferReader(part.getvalue()))


def _of_gpkg(path: Path, rows: int, layer: str | None) -> Iterator[gpd.GeoDataFrame]:
    total = pyogrio.read_info(path, layer=layer, force_feature_count=True)["features"]
    for start in range(0, max(total, 1), rows):
        yield pyogrio.read_dataframe(
            path, layer=layer, skip_features=start, max_features=rows
        )
