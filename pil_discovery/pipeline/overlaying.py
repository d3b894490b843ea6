"""Overlay of layers that stay in their files: part by part, memory bounded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pil_discovery.geo.overlay import overlay_parts
from pil_discovery.layers.feature_parts import read_parts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PART_ROWS = 50_000
"""Features of the left layer in memory at once."""


def overlay_files(
    left: Path,
    right: Path,
    out: Path,
    *,
    part_rows: int = PART_ROWS,
    **asked: Any,  # noqa: ANN401 - the keywords of `overlay`
) -> int:
    """Overlay two vector files and write the rows to a third, part by part.

    Parameters
    ----------
    left, right
        GeoParquet or GeoPackage (its only layer). The left file may be larger than
        memory; the right one, the protection zones, is held whole.
    out
        GeoParquet file to write: the rows of `overlay`, in the same order; `left_id`
        and `right_id` count the features of the files from 0.
    part_rows
        Features of the left layer in memory at once; it changes no row.
    **asked
        As for `overlay`; a σ is one number for all features of a layer.

    Returns
    -------
    int
        Number of rows written.

    Raises
    ------
    ReadError
        A file is missing or of another kind.
    CrsError, GeometryError
        As `overlay`; `out` is not complete then and is removed.
    """
    zones = pd.concat(read_parts(right, rows=part_rows))
    lefts = read_parts(left, rows=part_rows)
    try:
        return _write(overlay_parts(lefts, gpd.GeoDataFrame(zones), **asked), out)
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def _write(parts: Iterator[gpd.GeoDataFrame], out: Path) -> int:
    first = _table(next(parts))
    schema = _schema(first)
    total = len(first)
    with pq.ParquetWriter(out, schema) as file:
        file.write_table(first.cast(schema))
        for part in parts:
            file.write_table(_table(part).cast(schema))
            total += len(part)
    return total


def _table(part: gpd.GeoDataFrame) -> pa.Table:
    """Return a part as GeoParquet has it."""
    file = pa.BufferOutputStream()
    part.to_parquet(file, index=False)
    return pq.read_table(pa.BufferReader(file.getvalue()))


def _schema(table: pa.Table) -> pa.Schema:
    """Return the columns of a part, without what its metadata say of it alone."""
    facts = json.loads(table.schema.metadata[b"geo"])
    for column in facts["columns"].values():
        column.pop("bbox", None)
        column["geometry_types"] = []  # not stated, as the format allows
    return table.schema.with_metadata({b"geo": json.dumps(facts).encode()})
