"""Facts of an ODS file, from its content (ODF 1.3 part 3, 9.1)."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from pil_discovery.records.markup import demand_xml, walk_xml
from pil_discovery.records.workbook_facts import WIDTH, SheetFacts, WorkbookFacts

if TYPE_CHECKING:
    from pil_discovery.records.markup import Attributes

_TOLD_BY = (
    b'value-type="error"',
    b'value-type="percentage"',
    b"-spanned=",
    b":visibility=",
    b"<!DOCTYPE",
)
_MOST_ROWS = 1 << 20


def ods_fault(content: bytes) -> str:
    """Return what is wrong with the XML of an ODS file; empty if nothing is.

    The reader (calamine) waits for ever for the end of a table that has none.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "content.xml" not in archive.namelist():
            return ""
        text = archive.read("content.xml")
    try:
        demand_xml(text)
    except ValueError as error:
        return f"content.xml 不完整或已损坏（{error}）"
    return ""


def ods_facts(content: bytes) -> WorkbookFacts:
    """Return the facts of an ODS file whose container is sound."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("content.xml")
    if not any(sign in text for sign in _TOLD_BY):
        return WorkbookFacts({})
    walk = _Walk()
    walk_xml(text, start=walk.start, end=walk.end, text=walk.text)
    return WorkbookFacts(walk.sheets)


class _Walk:
    """The place in the document: row and column of the cell being read."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetFacts] = {}
        self._facts = SheetFacts()
        self._row = self._column = 0
        self._rows = self._columns = 1
        self._words: list[str] | None = None
        self._percents: list[int] = []

    def start(self, element: str, attributes: Attributes) -> None:
        if element == "table":
            self._facts = self.sheets[attributes.get("name", "")] = SheetFacts()
            self._row = 0
        elif element == "table-row":
            self._rows = _count(attributes, "number-rows-repeated")
            self._column = 0
            self._percents = []
            if attributes.get("visibility") in {"collapse", "filter"}:
                last = self._row + min(self._rows, _MOST_ROWS)
                self._facts.hidden_rows += range(self._row + 1, last + 1)
        elif element in {"table-cell", "covered-table-cell"}:
            self._cell(attributes)

    def _cell(self, attributes: Attributes) -> None:
        self._columns = _count(attributes, "number-columns-repeated")
        wide = _count(attributes, "number-columns-spanned")
        high = _count(attributes, "number-rows-spanned")
        if wide > 1 or high > 1:
            top_left = self._row, self._column
            bottom_right = self._row + high - 1, self._column + wide - 1
            self._facts.merged.append((top_left, bottom_right))
        if attributes.get("office:value-type") == "percentage":
            last = min(self._column + self._columns, WIDTH)
            self._percents += range(self._column, last)
        # LibreOffice writes two kinds of value, and only its own one says «error».
        if attributes.get("calcext:value-type") == "error":
            self._words = []

    def text(self, words: str) -> None:
        if self._words is not None:
            self._words.append(words)

    def end(self, element: str) -> None:
        if element == "table-row":
            if self._percents:
                self._note_percents()
            self._row += self._rows
        elif element in {"table-cell", "covered-table-cell"}:
            if self._words is not None:
                shown = "".join(self._words).strip() or "#VALUE!"
                self._facts.errors[self._row, self._column] = shown
            self._words = None
            self._column += self._columns

    def _note_percents(self) -> None:
        last = self._row + min(self._rows, _MOST_ROWS)
        for row in range(self._row, last):
            self._facts.percents.extend(row * WIDTH + c for c in self._percents)


def _count(attributes: Attributes, name: str) -> int:
    told = attributes.get(name, "1")
    return max(1, int(told)) if told.isdecimal() else 1
