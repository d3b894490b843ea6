"""Text of a table → records with their lines, block by block.

A block whose records are plainly one line each goes through Arrow, some ten times as
fast as Python; any other through the csv module, which decides what is right.
"""

from __future__ import annotations

import csv
import io
from array import array
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from pil_discovery.errors import Problem, ReadError
from pil_discovery.records.block_rows import TEXTS, Block, BlockRows, OddRows
from pil_discovery.text.mapped import LARGE, Spool, has_room

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

LONGEST_FIELD = 2**24
_LEAST_ROWS = 64
"""Fewer rows than this are kept as they are: a block of its own costs more."""

_QUOTE, _NEWLINE, _RETURN, _SPACE = b'"\n\r '
_BOM = b"\xef\xbb\xbf"


def read_blocks(
    chunks: Iterable[bytes], delimiter: str, file: str
) -> tuple[BlockRows, Sequence[int]]:
    """Return the records of a text and the line on which each begins.

    Parameters
    ----------
    chunks
        The text in UTF-8, cut anywhere.

    Raises
    ------
    ReadError
        When quotes do not pair, or a field is longer than 16 MiB.
    """
    csv.field_size_limit(LONGEST_FIELD)
    blocks = whole_lines(chunks)
    with ExitStack() as stack:
        found = _Found(stack)
        for block in blocks:
            even = _even(block, delimiter)
            if even is not None:
                found.add_block(even)
            else:
                _by_record(_Lines(block, blocks), delimiter, found=found, file=file)
        return found.rows(), found.lines()


def whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the text again, each block but the last ending with a line.

    A lone return ends a line as well, but only where there are no newlines: else it
    may be half of one.
    """
    parts: list[bytes | memoryview] = []
    for chunk in chunks:
        cut = chunk.rfind(b"\n") + 1 or chunk.rfind(b"\r", 0, -1) + 1
        view = memoryview(chunk)
        if cut:
            yield b"".join((*parts, view[:cut]))
            parts = []
        parts.append(view[cut:])
    rest = b"".join(parts)
    if rest:
        yield rest


class _Found:
    """The rows as they come in; what `stack` closes holds those of a large text."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._blocks: list[Block | OddRows | None] = []
        self._spool: Spool | None = None
        self._held = 0
        self._lines: list[NDArray[np.int64] | range] = []
        self.next_line = 1

    def add_block(self, block: Block) -> None:
        """Add records of one line each."""
        lines = range(self.next_line, self.next_line + len(block))
        self._blocks.append(None if self._put_away(block) else block)
        self._lines.append(lines)
        self.next_line = lines.stop

    def _put_away(self, block: Block) -> bool:
        """Tell whether a block went into the file, as those of a large text do.

        All blocks in it have the same columns; others are held.
        """
        names = list(map(str, range(len(block.columns))))
        rows = pa.table(list(block.columns), names=names)
        size = rows.nbytes
        if self._held + size < LARGE or not has_room(size):
            self._held += size
            return False
        if self._spool is None:
            self._spool = self._stack.enter_context(Spool(rows.schema))
        if not rows.schema.equals(self._spool.schema):
            return False
        self._spool.add(rows)
        return True

    def add_rows(
        self, rows: list[tuple[str, ...]], lines: list[int], next_line: int
    ) -> None:
        """Add records of any shape."""
        self._blocks += _gathered(rows)
        self._lines.append(np.array(lines, dtype=np.int64))
        self.next_line = next_line

    def rows(self) -> BlockRows:
        """Return the rows, those in the file in their places."""
        batches = [] if self._spool is None else self._spool.table().to_batches()
        spooled = (Block(tuple(batch.columns)) for batch in batches)
        return BlockRows(
            next(spooled) if block is None else block for block in self._blocks
        )

    def lines(self) -> Sequence[int]:
        """Return the first line of each record."""
        if all(isinstance(lines, range) for lines in self._lines):
            return range(1, self.next_line)
        whole = array("q")
        for lines in self._lines:
            whole.frombytes(np.asarray(lines, dtype=np.int64).tobytes())
        return whole


def _gathered(rows: list[tuple[str, ...]]) -> Iterator[Block | OddRows]:
    """Yield long runs of rows with as many fields as blocks, the rest as they are."""
    odd: list[tuple[str, ...]] = []
    for width, group in groupby(rows, key=len):
        run = list(group)
        if width and len(run) >= _LEAST_ROWS:
            yield tuple(odd)
            odd = []
            columns = zip(*run, strict=True)
            yield Block(tuple(pa.array(cells, TEXTS) for cells in columns))
        else:
            odd += run
    yield tuple(odd)


# ---- one line, one record ----


def _even(block: bytes, delimiter: str) -> Block | None:
    """Return the records of a block in which each line is one, all alike; else None."""
    mark = ord(delimiter)
    if not _is_plain(block, mark):
        return None
    first = block[: block.find(b"\n") + 1 or None].decode()
    names = list(map(str, range(len(next(csv.reader([first], delimiter=delimiter))))))
    try:
        table = pacsv.read_csv(
            pa.BufferReader(block),
            read_options=pacsv.ReadOptions(
                column_names=names, block_size=len(block) + 1, use_threads=False
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=delimiter, quote_char='"' if b'"' in block else False
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, TEXTS), check_utf8=False
            ),
        )
    except pa.ArrowInvalid:  # the lines differ in their number of fields
        return None
    return Block(tuple(column.combine_chunks() for column in table.columns))


def _is_plain(block: bytes, mark: int) -> bool:
    """Return whether Arrow reads the block as the csv module does.

    Not so with blank lines, lone returns, quotes inside fields, line breaks inside
    quotes, and a byte order mark, which Arrow would take off.
    """
    if len(block) > LONGEST_FIELD or block.startswith((b"\n", b"\r", _BOM)):
        return False
    codes = np.frombuffer(block, dtype=np.uint8)
    breaks = codes[:-1] == _NEWLINE
    if (breaks & (codes[1:] == _NEWLINE)).any():
        return False
    if b"\r" in block:
        returns = codes == _RETURN
        if (breaks & returns[1:]).any() or returns[-1]:
            return False
        if (returns[:-1] & (codes[1:] != _NEWLINE)).any():
            return False
    return b'"' not in block or _is_well_quoted(block, mark)


def _next(codes: NDArray[np.uint8], positions: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the characters behind these positions, a blank behind the last one."""
    behind = codes[np.minimum(positions + 1, len(codes) - 1)]
    if len(positions) and positions[-1] == len(codes) - 1:
        behind[-1] = _SPACE
    return behind


def _is_well_quoted(block: bytes, mark: int) -> bool:
    """Return whether quotes only enclose whole fields of one line, or stand doubled."""
    codes = np.frombuffer(block, dtype=np.uint8)
    breaks = np.flatnonzero(codes == _NEWLINE)
    quotes = np.flatnonzero(codes == _QUOTE)
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    doubled = opening[1:] == closing[:-1] + 1
    opens = np.isin(codes[opening - 1], (mark, _NEWLINE)) | (opening == 0)
    closes = np.isin(_next(codes, closing), (mark, _NEWLINE, _RETURN))
    closes |= closing == len(codes) - 1
    opens[1:] |= doubled
    closes[:-1] |= doubled
    inside = np.searchsorted(quotes, breaks) % 2
    return bool(opens.all() and closes.all() and not inside.any())


# ---- the csv module ----


class _Lines(Iterator[str]):
    """The lines of a block, and of the next ones while a record still goes on."""

    def __init__(self, block: bytes, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self.waiting = deque(_split(block))

    def __next__(self) -> str:
        if not self.waiting:
            self.waiting.extend(_split(next(self._blocks)))
        return self.waiting.popleft()

    def drain(self) -> None:
        """Read on to the end: bytes that cannot be decoded are the graver fault."""
        self.waiting.clear()
        for _ in self._blocks:
            pass


def _split(block: bytes) -> Iterator[str]:
    return io.StringIO(block.decode(), newline="")


def _by_record(lines: _Lines, delimiter: str, *, found: _Found, file: str) -> None:
    """Add the records that begin in a block; the last may end in a later one."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    rows: list[tuple[str, ...]] = []
    starts: list[int] = []
    start = found.next_line
    try:
        while lines.waiting:
            rows.append(tuple(next(reader)))
            starts.append(start)
            start = found.next_line + reader.line_num
    except csv.Error as error:
        lines.drain()
        what = f"从这一行起引号不配对或字段过长（{error}）"
        problem = Problem(file, f"第{start}行", what, "改正引号后重新导入")
        raise ReadError(problem) from None
    found.add_rows(rows, starts, start)
