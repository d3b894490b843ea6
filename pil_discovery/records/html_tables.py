"""HTML tables: what many systems export under the name of an XLS file.

Only words and spans are read. Nothing that the page names is fetched, no script runs,
and a cell that begins with `=` is a text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem, ReadError
from pil_discovery.records.containers import MOST_CELLS
from pil_discovery.records.grids import Grid
from pil_discovery.text.numbers import read_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.records.workbook_facts import Range

_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_MOST_SPAN = 1000
_MOST_DEPTH = 50
_UNSEEN = frozenset({"script", "style", "title", "template", "noscript", "select"})
_BREAKS = frozenset({"br", "p", "div", "li"})
_REMEDY = "用 Excel 或 WPS 打开后另存为 .xlsx 再导入"


def declared_charset(content: bytes) -> str | None:
    """Return the encoding that an HTML page names for itself, or None."""
    found = _CHARSET.search(content[:4096])
    return found[1].decode("ascii") if found else None


def read_html(text: str, file: str) -> list[Grid]:
    """Return the tables of a page that hold anything.

    Row numbers count the `<tr>` of each table from 1, as Excel shows them when it opens
    a page that is one table. Cells that span several rows or columns are merged ranges.
    Tables that only arrange other tables are left out.

    Raises
    ------
    ReadError
        When the page has no table, or one is too large.
    """
    parser = _Parser()
    try:
        parser.feed(text)
        parser.close()
        grids = _grids([t for t in parser.tables if any(map(any, t.rows))])
    except (OverflowError, RecursionError) as error:
        problem = Problem(file, "", f"网页表格打不开：{error}", _REMEDY)
        raise ReadError(problem) from None
    if not grids:
        what = "内容是网页，其中没有表格（可能是登录页或框架页）"
        raise ReadError(Problem(file, "", what, f"重新登录系统后导出，或{_REMEDY}"))
    return grids


def _grids(tables: Sequence[_Table]) -> list[Grid]:
    """Return the grids; of several tables each has its number on the page as name."""
    alone = len(tables) == 1
    return [t.grid(None if alone else f"表格{t.number}") for t in tables]


@dataclass
class _Table:
    """A table while its cells come in; `covered` are places that a span holds."""

    number: int
    rows: list[list[str | None]] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)
    _covered: dict[int, set[int]] = field(default_factory=dict)
    _cells: int = 0

    def open_row(self) -> None:
        self._covered.pop(len(self.rows) - 1, None)
        self.rows.append([])

    def add(self, words: str, *, high: int, wide: int) -> None:
        if not self.rows:
            self.open_row()
        row, top = self.rows[-1], len(self.rows) - 1
        covered = self._covered.get(top, set())
        while len(row) in covered:
            row.append(None)
        left = len(row)
        row += [words or None, *[None] * (wide - 1)]
        for below in range(top + 1, top + high):
            self._covered.setdefault(below, set()).update(range(left, left + wide))
        if high > 1 or wide > 1:
            self.merged.append(((top, left), (top + high - 1, left + wide - 1)))
        self._cells += wide
        if self._cells > MOST_CELLS:
            raise OverflowError("单元格过多")

    def grid(self, name: str | None) -> Grid:
        """Return the table with rows of one length."""
        width = max(map(len, self.rows))
        if width * len(self.rows) > MOST_CELLS:
            raise OverflowError("单元格过多")
        rows = [[*row, *[None] * (width - len(row))] for row in self.rows]
        last = len(rows) - 1
        merged = tuple((a, (min(b[0], last), b[1])) for a, b in self.merged)
        return Grid(name, rows, range(1, len(rows) + 1), merged=merged)


@dataclass
class _Cell:
    """A cell while its words come in."""

    high: int
    wide: int
    exact: str
    words: list[str] = field(default_factory=list)

    def shown(self) -> str:
        """Return the words; the exact number that Excel states beside a rounded one."""
        words = "".join(self.words).replace("\xa0", " ").strip()
        rounded = self.exact and not read_number(words).fault
        return self.exact if rounded and words else words


class _Parser(HTMLParser):
    """Collects tables; the innermost open one takes the cells."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self._open: list[tuple[_Table, _Cell | None]] = []
        self._cell: _Cell | None = None
        self._unseen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen:
            return
        if tag in _UNSEEN:
            self._unseen = tag
        elif tag == "table":
            self._open_table()
        elif tag == "tr" and self._open:
            self._close_cell()
            self._open[-1][0].open_row()
        elif tag in {"td", "th"} and self._open:
            self._close_cell()
            told = {name: value or "" for name, value in attrs}
            high, wide = _span(told.get("rowspan")), _span(told.get("colspan"))
            self._cell = _Cell(high, wide, told.get("x:num", ""))
        elif tag in _BREAKS and self._cell is not None and self._cell.words:
            self._cell.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            self._unseen = "" if tag == self._unseen else self._unseen
        elif tag == "table" and self._open:
            self._close_cell()
            _, self._cell = self._open.pop()
        elif tag in {"td", "th", "tr"}:
            self._close_cell()

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._unseen:
            self._cell.words.append(data)

    def close(self) -> None:
        super().close()
        while self._open:
            self._close_cell()
            _, self._cell = self._open.pop()

    def _open_table(self) -> None:
        if len(self._open) >= _MOST_DEPTH:
            raise OverflowError("表格嵌套过深")
        table = _Table(len(self.tables) + 1)
        self.tables.append(table)
        self._open.append((table, self._cell))
        self._cell = None

    def _close_cell(self) -> None:
        if self._cell is not None and self._open:
            cell = self._cell
            self._open[-1][0].add(cell.shown(), high=cell.high, wide=cell.wide)
        self._cell = None


def _span(told: str | None) -> int:
    """Return how many rows or columns a cell spans."""
    text = (told or "").strip()
    return min(max(1, int(text[:9])), _MOST_SPAN) if text[:9].isdecimal() else 1
