"""Several tables on one sheet → one grid each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pil_discovery.records.block_rows import TEXTS, Block, BlockRows, blanks
from pil_discovery.records.grids import Grid, NamedGrid, Row, is_blank, is_blank_row
from pil_discovery.records.headings import best_heading, possible_headings, recognise
from pil_discovery.records.strange_headers import is_strange
from pil_discovery.records.titles import title_start
from pil_discovery.text.characters import squeeze
from pil_discovery.text.headers import field_names, match_headers, read_header

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pil_discovery.records.block_rows import OddRows
    from pil_discovery.records.grids import Cell
    from pil_discovery.types.datasets import Dataset

_SAMPLE = 200
"""Rows looked at for empty columns before all rows are."""

_HEADER_ROWS = 3


def split_grid(grid: Grid, datasets: Mapping[str, Dataset]) -> list[Grid]:
    """Return the tables of a sheet, each with its title, header and true row numbers.

    Tables stand below each other, each with a header of its own, or side by side with
    an empty column between. A header that comes again (page break) starts no table. A
    sheet with one table comes back as it is, and so does one without known headers.

    Parameters
    ----------
    datasets
        The catalogue; its names of columns tell headers from records.
    """
    if isinstance(grid, NamedGrid):
        return [grid]
    names = _Names(datasets)
    return [
        block for part in _beside(grid, names) for block in _below(part, names)
    ] or [grid]


class _Names:
    """What the catalogue calls its columns."""

    def __init__(self, datasets: Mapping[str, Dataset]) -> None:
        self.datasets = datasets
        self.known = _names_in(tuple(datasets.values()))

    def fields(self, headers: Sequence[str]) -> tuple[str, dict[str, int]]:
        """Return the data set that the headers most look like, and field → position."""
        ranked = recognise(headers, self.datasets)
        if not ranked:
            return "", {}
        dataset = ranked[0].dataset
        return dataset, self.of(dataset, headers)

    def of(self, dataset: str, headers: Sequence[str]) -> dict[str, int]:
        """Return the fields of one data set that the headers name."""
        match = match_headers(headers, self.datasets[dataset], cut_bytes=0)
        return {name: position for position, name in match.mapping.items()}

    def heads(self, row: Row) -> bool:
        """Tell whether a row is a header: words, of which half or more are known."""
        cells = [c for c in row if not is_blank(c)]
        if len(cells) < 2 or not all(isinstance(c, str) for c in cells):
            return False
        return self.names_half(cells) and len(self.fields(_texts(row))[1]) >= 2

    def names_half(self, cells: Sequence[Cell]) -> bool:
        """Tell whether half or more of the cells are known names."""
        return 2 * sum(_is_known(str(c), self.known) for c in cells) >= len(cells)


@lru_cache(maxsize=8)
def _names_in(datasets: tuple[Dataset, ...]) -> frozenset[str]:
    return frozenset(n for d in datasets for n in field_names(d))


_NUMBERS = re.compile(r"[-0-9\s.:,/+]*")
_LAST = "一-亨亪-兂兄-籲籴-顶顸-龥"
"""The Chinese characters without the units."""
_ONE_WORD = re.compile(r"[0-9A-Za-z一-龥]+(?<![元米顷亩])")
_SIMPLE_WORD = rf"^[0-9A-Za-z一-龥]*[0-9A-Za-z{_LAST}]$"
"""Texts without any name, and texts that are one name or none."""


@lru_cache(maxsize=65536)
def _is_known(text: str, known: frozenset[str]) -> bool:
    if _NUMBERS.fullmatch(text):
        return False
    if text.lower() not in known and _ONE_WORD.fullmatch(text):
        return False  # settles nearly every cell of a record
    return any(name in known for name in read_header(text).names)


def _texts(row: Row) -> list[str]:
    return ["" if is_blank(c) else " ".join(str(c).split()) for c in row]


# ---- below each other ----


def _below(grid: Grid, names: _Names) -> list[Grid]:
    starts = _starts(grid, names)
    if not starts:
        return [grid]
    cuts = [0, *starts, len(grid.rows)]
    return [_rows_between(grid, a, b) for a, b in pairwise(cuts) if b > a]


@dataclass
class _Head:
    """The header in force: its last row and the words of each row."""

    last: int
    words: list[list[str]]


def _starts(grid: Grid, names: _Names) -> list[int]:
    """Return where a table with another header begins, its title included."""
    starts: list[int] = []
    head: _Head | None = None
    for position in _possible_starts(grid, names):
        row = grid.rows[position]
        known = names.heads(row)
        if head is not None and position <= head.last + 1 and known:
            head.last, head.words = position, [*head.words, _words(row)]
        elif head is None:
            head = _Head(position, [_words(row)]) if known else None
        elif _is_other(grid, position, head, known=known):
            starts.append(title_start(grid.rows, position, head.last + 1))
            head = _Head(position, [_words(row)])
    return starts


def _is_other(grid: Grid, position: int, head: _Head, *, known: bool) -> bool:
    if known:
        return _words(grid.rows[position]) not in head.words
    return is_strange(grid.rows, position, head.last)


def _possible_starts(grid: Grid, names: _Names) -> list[int]:
    """Return the rows that hold a known name or follow an empty row.

    Behind an empty row a title may stand before the header. Nearly every row is a
    record, and looked at no further.
    """
    found: list[int] = []
    for start in _telling_rows(grid.rows, names):
        if found and start <= found[-1]:
            continue
        for position in range(start, len(grid.rows)):
            found.append(position)
            if _filled(grid.rows[position]) != 1:
                break
    return found


def _telling_rows(rows: Sequence[Row], names: _Names) -> list[int]:
    """Return the first row, those behind an empty one, and those with known names.

    A record may hold the name of a column as a value; no header has so few names, but
    a title has one alone.
    """
    if isinstance(rows, BlockRows):
        named, gaps = _promising(rows, names.known), rows.blank_in_front()
    else:
        named = [p for p, row in enumerate(rows) if not names.known.isdisjoint(row)]
        gaps = [p for p, row in enumerate(rows) if not row or is_blank(row[0])]
    telling = [
        p for p, row in zip(named, _at(rows, named), strict=True) if _tells(row, names)
    ]
    empty = [
        p for p, row in zip(gaps, _at(rows, gaps), strict=True) if is_blank_row(row)
    ]
    return sorted({0, *telling, *(p + 1 for p in empty)} - {len(rows)})


def _promising(rows: BlockRows, known: frozenset[str]) -> list[int]:
    """Return the rows that hold a known name and as many other cells at most.

    Whether a cell is one is told exactly later; here none is passed over.
    """
    named = rows.holding(known)
    lists = rows.at(named)
    values = pa.array(sorted(known), TEXTS)
    marks = [_may_tell(block, values) for _, block in lists.placed()]
    return np.array(named)[np.concatenate(marks)].tolist() if marks else []


def _may_tell(block: Block | OddRows, known: pa.Array) -> NDArray[np.bool_]:
    if not isinstance(block, Block):
        return np.ones(len(block), dtype=bool)
    filled, possible = np.zeros(len(block), int), np.zeros(len(block), int)
    for position, column in enumerate(block.columns):
        shown = ~blanks(block, position)
        filled += shown
        if isinstance(column, tuple):
            possible += shown
        elif column.type == TEXTS:
            possible += shown & _may_be_names(column, known)
    marks: NDArray[np.bool_] = (filled == 1) | (2 * possible >= filled)
    return marks


def _may_be_names(texts: pa.Array, known: pa.Array) -> NDArray[np.bool_]:
    """Mark the texts that `_is_known` may hold for a name."""
    number = pc.match_substring_regex(texts, f"^{_NUMBERS.pattern}$")
    word = pc.match_substring_regex(texts, _SIMPLE_WORD)
    found = pc.is_in(pc.utf8_lower(texts), value_set=known)
    possible = pc.and_(pc.invert(number), pc.or_(found, pc.invert(word)))
    return np.asarray(possible.fill_null(fill_value=False), dtype=bool)


def _at(rows: Sequence[Row], positions: list[int]) -> Sequence[Row]:
    if isinstance(rows, BlockRows):
        return rows.take(positions)
    return [rows[position] for position in positions]


def _tells(row: Row, names: _Names) -> bool:
    cells = [c for c in row if not is_blank(c)]
    return len(cells) == 1 or names.names_half(cells)


def _filled(row: Row) -> int:
    return sum(not is_blank(c) for c in row)


def _words(row: Row) -> list[str]:
    return [squeeze(str(c)) for c in row if not is_blank(c)]


def _rows_between(grid: Grid, start: int, stop: int) -> Grid:
    merged = tuple(
        ((top - start, left), (bottom - start, right))
        for (top, left), (bottom, right) in grid.merged
        if start <= top and bottom < stop
    )
    rows, lines = grid.rows[start:stop], grid.lines[start:stop]
    return replace(grid, rows=rows, lines=lines, merged=merged)


# ---- side by side ----


def _beside(grid: Grid, names: _Names) -> list[Grid]:
    """Return the tables between empty columns, as far as each has its own header."""
    if grid.ragged:
        return [grid]
    for column in _empty_columns(grid):
        left, right = _columns_between(grid, 0, column), _columns_between(grid, column)
        if _are_two(left, right, names):
            return [left, *_beside(right, names)]
    return [grid]


def _empty_columns(grid: Grid) -> list[int]:
    """Return the inner columns in which no row has anything."""
    head = list(grid.rows[:_SAMPLE])
    inner = [c for c in range(1, _width(grid.rows) - 1) if _is_empty(head, c)]
    return [c for c in inner if _is_empty(grid.rows, c)]


def _width(rows: Sequence[Row]) -> int:
    if isinstance(rows, BlockRows):
        return rows.width()
    return max(map(len, rows), default=0)


def _is_empty(rows: Sequence[Row], column: int) -> bool:
    if isinstance(rows, BlockRows):
        return rows.is_empty(column)
    return all(column >= len(row) or is_blank(row[column]) for row in rows)


def _are_two(left: Grid, right: Grid, names: _Names) -> bool:
    """Tell two tables from one with an empty column in it.

    Two tables either name some column twice, once on each side, or are of two data
    sets neither of which has a column on the other side.
    """
    one, other = _header(left, names), _header(right, names)
    if one is None or other is None:
        return False
    (first, ours), (second, theirs) = names.fields(one), names.fields(other)
    if not ours or not theirs:
        return False
    if {squeeze(one[p]) for p in ours.values()} & {
        squeeze(other[p]) for p in theirs.values()
    }:
        return True
    whole = [*one, *other]
    return (
        first != second
        and len(names.of(first, whole)) == len(ours)
        and len(names.of(second, whole)) == len(theirs)
    )


def _header(grid: Grid, names: _Names) -> tuple[str, ...] | None:
    possible = possible_headings(grid)
    found = [best_heading(possible, d, {}) for d in names.datasets.values()]
    fields = [(len(names.fields(h.headers)[1]), h) for h in found if h is not None]
    return max(fields, key=lambda f: f[0])[1].headers if fields else None


def _columns_between(grid: Grid, start: int, stop: int | None = None) -> Grid:
    """Return some columns; the others stay as empty cells, so that places hold."""
    end = max(map(len, grid.rows), default=0) if stop is None else stop
    rows = [
        [None] * start + list(row[start:end]) if start else list(row[:end])
        for row in grid.rows
    ]
    merged = tuple(m for m in grid.merged if start <= m[0][1] and m[1][1] < end)
    return replace(grid, rows=rows, merged=merged)
