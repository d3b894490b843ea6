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
    path: Path, *, rows: int, layer: str | None = None, first: int = 0
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
    first
        Number of the first feature.

    Yields
    ------
    GeoDataFrame
        All columns, in the order of the file; the index counts features. A file
        without features gives one empty part.

    Raises
    ------
    ReadError
        No such file, or of another kind.
    """
    read = _of_parquet if _is_parquet(path) else _of_gpkg
    start = first
    for part in read(path, rows, layer):
        part.index = pd.RangeIndex(start, start + len(part))
        start += len(part)
        yield part


def count_features(path: Path, *, layer: str | None = None) -> int:
    """Return how many features a file has that `read_parts` reads.

    Raises
    ------
    ReadError
        No such file, or of another kind.
    """
    if _is_parquet(path):
        return int(pq.read_metadata(path).num_rows)
    info = pyogrio.read_info(path, layer=layer, force_feature_count=True)
    return int(info["features"])


def _is_parquet(path: Path) -> bool:
    """Tell the two kinds of files apart that are read in parts."""
    kind = path.suffix.lower()
    known = kind in (".parquet", ".geoparquet", ".gpkg")
    if not known or not path.is_file():
        what = (
            "没有这个文件" if known else "只能分块读取 .parquet、.geoparquet 和 .gpkg"
        )
        raise ReadError(Problem(path.name, "", what))
    return kind != ".gpkg"


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
    for start in range(0, max(count_features(path, layer=layer), 1), rows):
        yield pyogrio.read_dataframe(
            path, layer=layer, skip_features=start, max_features=rows
        )
