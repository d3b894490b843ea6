"""Overlay of layers that stay in their files: part by part, memory bounded."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pil_discovery.errors import ReadError
from pil_discovery.geo.overlay import overlay_parts
from pil_discovery.layers.feature_parts import count_features, read_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pil_discovery.pipeline.cluster import Cluster

PART_ROWS = 50_000
"""Features of the left layer in memory at once."""


@dataclass(frozen=True)
class Tile:
    """One file of the left layer, and what it is to be laid over.

    Attributes
    ----------
    left, right
        The files.
    first
        Number of the first feature of `left` in the whole layer.
    part_rows
        Features in memory at once.
    asked
        The keywords of `overlay`.
    """

    left: Path
    right: Path
    first: int
    part_rows: int
    asked: Mapping[str, Any]


def overlay_files(
    left: Path | Sequence[Path],
    right: Path,
    out: Path,
    *,
    part_rows: int = PART_ROWS,
    cluster: Cluster | None = None,
    **asked: Any,  # noqa: ANN401 - the keywords of `overlay`
) -> int:
    """Overlay vector files and write the rows to another one, part by part.

    Parameters
    ----------
    left, right
        GeoParquet or GeoPackage (its only layer). The left layer may be larger than
        memory and may come in several files, one for each county or tile, with no
        feature in two of them; the right one, the protection zones, is held whole.
    out
        GeoParquet file to write: the rows of `overlay`, in the same order; `left_id`
        and `right_id` count the features of a layer from 0, in the order of its files.
    part_rows
        Features of the left layer in memory at once; it changes no row.
    cluster
        Whose processes solve one left file each; the bytes of `out` stay the same.
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
    files = [left] if isinstance(left, Path) else list(left)
    if not files:
        raise ReadError("没有给出左侧图层的文件")
    count_features(right)  # refuses a wrong file before any work
    tiles = list(tiles_of(files, right, part_rows, asked))
    solve = chain.from_iterable(map(_solved, tiles))
    tables = solve if cluster is None else _by_cluster(tiles, cluster)
    try:
        return write_tables(tables, out)
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def tiles_of(
    files: Sequence[Path], right: Path, part_rows: int, asked: Mapping[str, Any]
) -> Iterator[Tile]:
    """Yield what is to be solved for each file of the left layer, numbered through."""
    first = 0
    for file in files:
        yield Tile(file.resolve(), right.resolve(), first, part_rows, asked)
        first += count_features(file)


def _solved(tile: Tile) -> Iterator[pa.Table]:
    """Yield the rows of a tile, a table for each part of its file."""
    zones = _zones(tile.right, tile.right.stat().st_mtime_ns)
    lefts = read_parts(tile.left, rows=tile.part_rows, first=tile.first)
    yield from map(_table, overlay_parts(lefts, zones, **tile.asked))


@lru_cache(maxsize=1)
def _zones(path: Path, written_ns: int) -> gpd.GeoDataFrame:
    """Read the right layer: once a process, for all the tiles that it solves."""
    del written_ns  # another time of writing, another layer
    return gpd.GeoDataFrame(pd.concat(read_parts(path, rows=PART_ROWS)))


def _by_cluster(tiles: Sequence[Tile], cluster: Cluster) -> Iterator[pa.Table]:
    """Yield the same tables from pieces that other processes leave for us."""
    pieces = [cluster.folder / f"{number}.parquet" for number in range(len(tiles))]
    begun = [
        cluster.submit(keep_piece, (tile, piece))
        for tile, piece in zip(tiles, pieces, strict=True)
    ]
    for done, piece in zip(begun, pieces, strict=True):
        done.result()
        yield from take_piece(piece)


def keep_piece(job: tuple[Tile, Path]) -> None:
    """Write the rows of a tile to a file that is there whole or not at all."""
    tile, piece = job
    # a worker that was taken for dead may still be at the same tile
    own, name = tempfile.mkstemp(dir=piece.parent, suffix=".part")
    os.close(own)
    write_tables(_solved(tile), Path(name))
    Path(name).replace(piece)


def take_piece(piece: Path) -> Iterator[pa.Table]:
    """Yield the rows of a piece as its tile gave them, then drop it."""
    with pq.ParquetFile(piece) as file:
        yield file.schema_arrow.empty_table()  # there may be no row at all
        for part in range(file.num_row_groups):
            yield file.read_row_group(part)
    piece.unlink()


def write_tables(tables: Iterable[pa.Table], out: Path) -> int:
    """Write tables of rows to one GeoParquet file; return the number of rows."""
    several = iter(tables)
    first = next(several)
    schema = _schema(first)
    total = 0
    with pq.ParquetWriter(out, schema) as file:
        for table in chain((first,), several):
            if len(table):
                file.write_table(table.cast(schema))
            total += len(table)
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
