"""Parquet files: columns with types of their own → rows with named columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from pil_discovery.errors import Problem, ReadError
from pil_discovery.records.block_rows import TEXTS, Block, BlockRows
from pil_discovery.records.containers import MOST_CELLS
from pil_discovery.records.grids import NamedGrid
from pil_discovery.text.mapped import BLOCK_ROWS, CELL_BYTES, mapped_table
from pil_discovery.types.sources import Inference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyarrow.parquet import ParquetFile

    Column: TypeAlias = pa.ChunkedArray | tuple[Any, ...]

_MOST_BYTES = 2 * 2**30
_LARGE = 10**15
_BEIJING = "+08:00"
_DAMAGED = (pa.ArrowException, ValueError, OSError, OverflowError, MemoryError)
"""What Arrow raises at a damaged file; texts that are no UTF-8 are a ValueError."""


def read_parquet(
    content: bytes | memoryview, file: str
) -> tuple[NamedGrid, list[Inference]]:
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
        names = source.schema_arrow.names
        columns = _columns(source)
    except _DAMAGED as error:
        what = f"Parquet 文件打不开，可能已损坏或加密（{error}）"
        problem = Problem(file, "", what, "请重新导出，或改为导出 CSV")
        raise ReadError(problem) from None
    pa.default_memory_pool().release_unused()  # Arrow keeps what it unpacked with
    used = {n: c for n, c in enumerate(columns) if c is not None}
    headers = tuple(names[n] for n in used)
    total = source.metadata.num_rows if used else 0
    rows = BlockRows(_blocks(list(used.values()), total))
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


def _columns(source: ParquetFile) -> list[Column | None]:
    """Return the cells of each column; None for one that has no plain cells.

    The file is unpacked in batches into another one, so that it need not be held.
    """
    kinds = [_cell_type(field.type) for field in source.schema_arrow]
    readers = {at: read for at, kind in enumerate(kinds) if (read := _reader_of(kind))}
    names, count = list(map(str, readers)), source.metadata.num_rows
    parts = source.iter_batches(BLOCK_ROWS) if count else [source.read()]
    tables = (
        pa.table([pc.cast(part.column(at), kinds[at]) for at in readers], names=names)
        for part in parts
    )
    table = mapped_table(tables, count * len(kinds) * CELL_BYTES)
    cells = {
        at: read(column)
        for (at, read), column in zip(readers.items(), table.columns, strict=True)
    }
    return [cells.get(at) for at in range(len(kinds))]


def _cell_type(kind: pa.DataType) -> pa.DataType:
    """Return the type of the cells of a column, however they are packed."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return TEXTS if _is_text(kind) else kind


def _reader_of(kind: pa.DataType) -> Callable[[pa.ChunkedArray], Any] | None:
    return next((read for fits, read in _READERS if fits(kind)), None)


def _blocks(columns: Sequence[Column], rows: int) -> Iterator[Block]:
    for start in range(0, rows, BLOCK_ROWS):
        yield Block(tuple(_piece(column, start) for column in columns))


def _piece(column: Column, start: int) -> pa.Array | tuple[Any, ...]:
    if isinstance(column, tuple):
        return column[start : start + BLOCK_ROWS]
    piece = column.slice(start, BLOCK_ROWS)
    return piece.chunk(0) if piece.num_chunks == 1 else piece.combine_chunks()


def _as_text(column: pa.ChunkedArray) -> Column:
    texts = pc.cast(column, TEXTS)
    texts.validate(full=True)  # a damaged file may call bytes a text that are none
    return texts


def _days(column: pa.ChunkedArray) -> Column:
    return _in_python(pc.cast(column, pa.date32()))


def _truths(column: pa.ChunkedArray) -> Column:
    yes, no = pa.scalar("TRUE", TEXTS), pa.scalar("FALSE", TEXTS)
    return pc.if_else(column, yes, no)


def _whole(column: pa.ChunkedArray) -> Column:
    """Return whole numbers; a column with codes among them keeps those as texts."""
    ends = pc.min_max(column).as_py()
    if ends["min"] is None or -_LARGE < ends["min"] <= ends["max"] < _LARGE:
        return pc.cast(column, pa.int64())
    return tuple(
        str(cell) if cell is not None and abs(cell) >= _LARGE else cell
        for cell in column.to_pylist()
    )


def _real(column: pa.ChunkedArray) -> Column:
    """Return floats; short ones by their text, which is what was meant (3.14)."""
    if column.type != pa.float64():
        column = pc.cast(pc.cast(column, pa.string()), pa.float64())
    return pc.if_else(pc.is_nan(column), pa.scalar(None, pa.float64()), column)


def _moments(column: pa.ChunkedArray) -> Column:
    zone = column.type.tz
    exact = pc.cast(column, pa.timestamp("us", tz=zone), safe=False)
    if zone:
        exact = pc.local_timestamp(pc.cast(exact, pa.timestamp("us", tz=_BEIJING)))
    return _in_python(exact) or _as_text(column)


def _in_python(column: pa.ChunkedArray) -> Column | None:
    """Return the column if its ends are days that Python knows, years 1 to 9999."""
    try:
        pc.min_max(column).as_py()
    except (OverflowError, ValueError):
        return None
    return column


def _binary(column: pa.ChunkedArray) -> Column | None:
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
    (_is_text, _as_text),
    (pa.types.is_null, _as_text),
    (pa.types.is_boolean, _truths),
    (pa.types.is_integer, _whole),
    (pa.types.is_floating, _real),
    (pa.types.is_decimal, _as_text),
    (pa.types.is_timestamp, _moments),
    (pa.types.is_date, _days),
    (pa.types.is_time, _as_text),
    (_is_binary, _binary),
)
