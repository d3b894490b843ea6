"""Parquet files: columns with types of their own → rows with named columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from pil_discovery.errors import Problem, ReadError
from pil_discovery.records.containers import MOST_CELLS
from pil_discovery.records.grids import NamedGrid
from pil_discovery.types import BEIJING
from pil_discovery.types.sources import Inference

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from pyarrow.parquet import ParquetFile

_MOST_BYTES = 2 * 2**30
_LARGE = 10**15
_DAMAGED = (pa.ArrowException, ValueError, OSError, OverflowError, MemoryError)
"""What Arrow raises at a damaged file; texts that are no UTF-8 are a ValueError."""


def read_parquet(content: bytes, file: str) -> tuple[NamedGrid, list[Inference]]:
    """Return the rows of a Parquet file, counted from 1.

    Decimals, times of day and whole numbers of 16 digits and more (codes) become texts;
    times with a zone become Beijing time. Nested and binary columns are left out and
    listed.

    Raises
    ------
    ReadError
        When the file is damaged, encrypted, too large, or holds geometries.
    """
    from pyarrow.parquet import ParquetFile

    try:
        source = ParquetFile(pa.BufferReader(content))
        _demand_rows(source, file)
        table = source.read()
        columns = [_cells(column) for column in table.columns]
        names = table.column_names
    except _DAMAGED as error:
        what = f"Parquet 文件打不开，可能已损坏或加密（{error}）"
        problem = Problem(file, "", what, "请重新导出，或改为导出 CSV")
        raise ReadError(problem) from None
    used = {n: c for n, c in enumerate(columns) if c is not None}
    headers = tuple(names[n] for n in used)
    rows = list(zip(*used.values(), strict=True))
    lost = [n for at, n in enumerate(names) if at not in used]
    why = "一格里不止一个值或是二进制内容，请导出方展开为普通列"
    note = Inference(what="嵌套或二进制的列未读取", value="、".join(lost), why=why)
    grid = NamedGrid(None, rows, range(1, len(rows) + 1), headers=headers)
    return grid, [note] if lost else []


def _demand_rows(source: ParquetFile, file: str) -> None:
    facts = source.metadata
    if b"geo" in (facts.metadata or {}):
        remedy = "写在工作区的 layers 之下，或用 read_layer 读取"
        raise ReadError(Problem(file, "", "内容是 GeoParquet 图层，不是表格", remedy))
    groups = (facts.row_group(n) for n in range(facts.num_row_groups))
    size = sum(group.total_byte_size for group in groups)
    if facts.num_rows * facts.num_columns > MOST_CELLS or size > _MOST_BYTES:
        what = f"解开后有 {facts.num_rows} 行、{size} 字节，放不进内存"
        raise ReadError(Problem(file, "", what, "按年度或地区拆分后导入"))


def _cells(column: pa.ChunkedArray) -> list[Any] | None:
    """Return the cells of a column; None for a column that has no plain cells."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = pc.cast(column, kind.value_type)
        kind = column.type
    reader = next((read for fits, read in _READERS if fits(kind)), None)
    return None if reader is None else reader(column)


def _plain(column: pa.ChunkedArray) -> list[Any]:
    return list(column.to_pylist())


def _as_text(column: pa.ChunkedArray) -> list[Any]:
    return list(pc.cast(column, pa.string()).to_pylist())


def _truths(column: pa.ChunkedArray) -> list[Any]:
    words = {True: "TRUE", False: "FALSE", None: None}
    return [words[cell] for cell in column.to_pylist()]


def _whole(column: pa.ChunkedArray) -> list[Any]:
    return [
        str(cell) if cell is not None and abs(cell) >= _LARGE else cell
        for cell in column.to_pylist()
    ]


def _real(column: pa.ChunkedArray) -> list[Any]:
    """Return floats; short ones by their text, which is what was meant (3.14)."""
    if column.type != pa.float64():
        texts = pc.cast(column, pa.string()).to_pylist()
        cells = [None if text is None else float(text) for text in texts]
    else:
        cells = column.to_pylist()
    return [None if cell != cell else cell for cell in cells]  # noqa: PLR0124 - NaN


def _moments(column: pa.ChunkedArray) -> list[Any]:
    zone = column.type.tz
    texts = pc.cast(column, pa.timestamp("us", tz=zone), safe=False)
    try:
        cells = texts.to_pylist()
    except (OverflowError, ValueError):
        return _as_text(column)
    return [_local(cell) if zone and cell is not None else cell for cell in cells]


def _local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(BEIJING).replace(tzinfo=None)


def _binary(column: pa.ChunkedArray) -> list[Any] | None:
    """Return texts that an old writer did not mark as such, None for other bytes."""
    try:
        return _as_text(column)
    except pa.ArrowInvalid:
        return None


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _is_text(kind: pa.DataType) -> bool:
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    return any(bool(test(kind)) for test in tests)


_READERS: tuple[
    tuple[Callable[[pa.DataType], bool], Callable[[pa.ChunkedArray], Any]], ...
] = (
    (_is_text, _plain),
    (pa.types.is_null, _plain),
    (pa.types.is_boolean, _truths),
    (pa.types.is_integer, _whole),
    (pa.types.is_floating, _real),
    (pa.types.is_decimal, _as_text),
    (pa.types.is_timestamp, _moments),
    (pa.types.is_date, _plain),
    (pa.types.is_time, _as_text),
    (_is_binary, _binary),
)
