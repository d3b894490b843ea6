"""SpreadsheetML 2003: workbooks as one XML file, mostly under the name of an XLS file.

Source: Microsoft, «XML Spreadsheet Reference» (Office 2003).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from pil_discovery.errors import Problem, ReadError, near_names
from pil_discovery.records.containers import MOST_CELLS
from pil_discovery.records.grids import Grid
from pil_discovery.records.markup import walk_xml
from pil_discovery.records.workbooks import Book, list_unread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.records.markup import Attributes
    from pil_discovery.records.workbook_facts import Range

_LAST_ROW, _LAST_COLUMN = 1 << 20, 1 << 14
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([\w-]+)""")
_WHOLE = re.compile(r"-?\d{1,18}")


def declared_encoding(content: bytes) -> str | None:
    """Return the encoding that an XML declaration names, or None."""
    found = _DECLARED.match(content[:200].removeprefix(b"\xef\xbb\xbf"))
    return found[1].decode("ascii") if found else None


def read_spreadsheetml(text: str, file: str, *, sheet: str | None = None) -> Book:
    """Return the visible sheets that hold anything; formulas give their stored value.

    Raises
    ------
    ReadError
        When the XML is not well formed, declares a document type, states cells too far
        out, lacks the named sheet, or all its visible sheets are empty.
    """
    walk = _Walk()
    try:
        walk_xml(text, start=walk.start, end=walk.end, text=walk.text)
        grids = [s.grid() for s in _wanted(walk.sheets, file, sheet)]
    except ValueError as error:
        remedy = "用 Excel 或 WPS 打开后另存为 .xlsx 再导入"
        problem = Problem(file, "", f"XML 工作簿打不开：{error}", remedy)
        raise ReadError(problem) from None
    filled = [g for g in grids if g.rows]
    if not filled:
        raise ReadError(Problem(file, "", "工作表都是空的", "请重新导出"))
    hidden = {s.name for s in walk.sheets if s.hidden and s.name != sheet}
    empty = [g.sheet for g in grids if not g.rows]
    return Book(filled, list_unread(hidden, empty), walk.counts_from_1904)


class _Sheet:
    """A sheet while its cells come in."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.hidden = False
        self.rows: dict[int, dict[int, object]] = {}
        self.merged: list[Range] = []

    def grid(self) -> Grid:
        height = max(self.rows, default=-1) + 1
        width = max((max(r) for r in self.rows.values() if r), default=-1) + 1
        if height * width > MOST_CELLS:
            raise ValueError(f"工作表“{self.name}”的单元格过多")
        rows = [
            [self.rows.get(r, {}).get(c) for c in range(width)] for r in range(height)
        ]
        return Grid(self.name, rows, range(1, height + 1), merged=tuple(self.merged))


def _wanted(sheets: Sequence[_Sheet], file: str, name: str | None) -> list[_Sheet]:
    if name is None:
        return [s for s in sheets if not s.hidden]
    found = [s for s in sheets if s.name == name]
    if found:
        return found
    known = [s.name for s in sheets]
    hint = f"{near_names(name, known)}现有：{'、'.join(known)}"
    raise ReadError(Problem(file, "sheet", f"没有工作表“{name}”", hint))


class _Walk:
    """The place in the document: sheet, row and column of the cell being read."""

    def __init__(self) -> None:
        self.sheets: list[_Sheet] = []
        self.counts_from_1904 = False
        self._row = self._column = -1
        self._across = self._down = 0
        self._aside = False
        self._kind = ""
        self._words: list[str] | None = None

    def start(self, element: str, attributes: Attributes) -> None:
        if element == "Worksheet":
            self.sheets.append(_Sheet(attributes.get("Name", "")))
            self._row, self._down = -1, 0
        elif element == "Comment":
            self._aside = True
        elif element == "Date1904":
            self.counts_from_1904 = True
        elif element == "Row":
            self._row = _place(attributes, self._row + 1 + self._down, _LAST_ROW)
            self._down = _count(attributes, "Span")
            self._column, self._across = -1, 0
        elif element == "Cell":
            self._open_cell(attributes)
        elif element == "Data" and not self._aside:
            self._kind, self._words = attributes.get("Type", "String"), []
        elif element == "Visible":
            self._words = []

    def _open_cell(self, attributes: Attributes) -> None:
        following = self._column + 1 + self._across
        self._column = _place(attributes, following, _LAST_COLUMN)
        self._across = _count(attributes, "MergeAcross")
        down = _count(attributes, "MergeDown")
        if self.sheets and (self._across or down):
            top_left = self._row, self._column
            bottom_right = self._row + down, self._column + self._across
            self.sheets[-1].merged.append((top_left, bottom_right))

    def text(self, words: str) -> None:
        if self._words is not None:
            self._words.append(words)

    def end(self, element: str) -> None:
        if element == "Comment":
            self._aside = False
        if element not in {"Data", "Visible"} or self._words is None:
            return
        words, self._words = "".join(self._words), None
        if not self.sheets:
            return
        if element == "Visible":
            self.sheets[-1].hidden = words.strip() != "SheetVisible"
        elif words:
            row = self.sheets[-1].rows.setdefault(self._row, {})
            row[self._column] = _value(self._kind, words)


def _place(attributes: Attributes, following: int, last: int) -> int:
    """Return the position of a row or cell, which names it only where some are left."""
    told = attributes.get("Index", "")
    at = int(told) - 1 if told.isdecimal() and len(told) < 9 else following
    if not 0 <= at < last:
        raise ValueError(f"单元格的位置超出范围（{at + 1}）")
    return at


def _count(attributes: Attributes, name: str) -> int:
    told = attributes.get(name, "0")
    return min(int(told), _LAST_COLUMN) if told.isdecimal() and len(told) < 9 else 0


def _value(kind: str, words: str) -> object:
    """Return the value of a cell; what does not fit its kind stays a text."""
    try:
        if kind == "Number":
            return int(words) if _WHOLE.fullmatch(words) else float(words)
        if kind == "DateTime":
            return dt.datetime.fromisoformat(words)
    except ValueError:
        return words
    if kind == "Boolean":
        return "TRUE" if words == "1" else "FALSE"
    return words
