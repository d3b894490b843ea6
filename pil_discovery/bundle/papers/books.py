"""The paper as a workbook: its words, then one sheet a table; no formulas."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import TYPE_CHECKING, Any

import xlsxwriter

from pil_discovery.bundle.docx_files import canonical_zip
from pil_discovery.bundle.papers.nouns import Paper, Table, printed_texts

if TYPE_CHECKING:
    from collections.abc import Iterable

_SETTINGS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_WORDS = "正文"
_MM_PER_CHARACTER = 2.1
_NUMBER = re.compile(r"[-−]?[0-9]{1,15}(\.[0-9]{1,6})?")
_FIGURES = frozenset({"number"})


def render_book(paper: Paper) -> bytes:
    """Write the tables of a paper, one a sheet, and all its words on the first.

    Columns of kind `number` are numbers where they hold one; everything else is text,
    so that codes keep their digits and nothing becomes a formula.
    """
    raw = io.BytesIO()
    with xlsxwriter.Workbook(raw, _SETTINGS) as book:
        created = dt.datetime.combine(paper.as_of, dt.time(), dt.UTC)
        title = f"{paper.office}{paper.title}"
        book.set_properties({"created": created, "title": title})
        styles = _Styles(book)
        _words(book.add_worksheet(_WORDS), printed_texts(paper), styles)
        for table in paper.tables():
            _sheet(book.add_worksheet(table.sheet), table, styles)
    return canonical_zip(raw.getvalue())


class _Styles:
    def __init__(self, book: Any) -> None:  # noqa: ANN401 - xlsxwriter is untyped
        self._book = book
        self._numbers: dict[int, Any] = {}
        self.head = book.add_format(
            {"bold": True, "bg_color": "#D9E2EC", "border": 1, "text_wrap": True}
        )
        self.text = book.add_format({"text_wrap": True, "valign": "top"})

    def number(self, places: int) -> Any:  # noqa: ANN401 - xlsxwriter is untyped
        if places not in self._numbers:
            pattern = "0." + "0" * places if places else "0"
            self._numbers[places] = self._book.add_format(
                {"num_format": pattern, "valign": "top"}
            )
        return self._numbers[places]


def _words(sheet: Any, texts: Iterable[str], styles: _Styles) -> None:  # noqa: ANN401
    sheet.set_column(0, 0, 100)
    for row, text in enumerate(texts):
        sheet.write_string(row, 0, text, styles.text)


def _sheet(sheet: Any, table: Table, styles: _Styles) -> None:  # noqa: ANN401
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for number, column in enumerate(table.columns):
        sheet.set_column(number, number, max(column.width_mm / _MM_PER_CHARACTER, 8))
        sheet.write_string(0, number, column.name, styles.head)
    for row, values in enumerate(table.rows, 1):
        for number, (column, text) in enumerate(
            zip(table.columns, values, strict=True)
        ):
            plain = text.replace(",", "")
            if column.kind in _FIGURES and _NUMBER.fullmatch(plain):
                places = len(plain.partition(".")[2])
                value = float(plain.replace("−", "-"))
                sheet.write_number(row, number, value, styles.number(places))
            else:
                sheet.write_string(row, number, text, styles.text)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    if table.note:
        sheet.write_string(len(table.rows) + 2, 0, table.note)
