"""The paper as a workbook: its words, then one sheet a table; no formulas."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from typing import Any

import xlsxwriter

from pil_discovery.bundle.docx_files import canonical_zip
from pil_discovery.bundle.papers.nouns import (
    Form,
    Paper,
    Slots,
    Table,
    block_texts,
)

_SETTINGS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_WORDS = "正文"
_MM_PER_CHARACTER = 2.1
_WIDE, _ROW_PT, _HIGHEST_PT, _LATIN = 90, 15.0, 409.0, 0x2E80
"""Characters of the first column, height of a line and of the highest row in points,
where wide characters begin."""
_NUMBER = re.compile(r"[-−+]?[0-9]{1,15}(\.[0-9]{1,6})?")
_MOST_DIGITS = 15
"""Digits that a number of a workbook keeps; a longer one is written as text."""
_MOST_UNITS, _MORE = 32_000, "……（过长，全文见 Word 文件）"
"""A cell of a workbook holds 32,767 units of UTF-16, and nothing of a longer text."""
_FIGURES = frozenset({"number"})


def render_book(paper: Paper) -> bytes:
    """Write the tables of a paper, one a sheet, and its other words on the first.

    Columns of kind `number` are numbers where they hold one; everything else is text,
    so that codes keep their digits and nothing becomes a formula.
    """
    raw = io.BytesIO()
    with xlsxwriter.Workbook(raw, _SETTINGS) as book:
        created = dt.datetime.combine(paper.as_of, dt.time(), dt.UTC)
        title = f"{paper.office}{paper.title}"
        book.set_properties(
            {"created": created, "title": title, "author": paper.office}
        )
        styles = _Styles(book)
        _words(book.add_worksheet(_WORDS), paper, styles)
        for table in paper.tables():
            _sheet(book.add_worksheet(table.sheet), table, styles)
    return canonical_zip(raw.getvalue())


class _Styles:
    def __init__(self, book: Any) -> None:  # noqa: ANN401 - xlsxwriter is untyped
        self._book = book
        self._numbers: dict[str, Any] = {}
        self.head = book.add_format(
            {"bold": True, "bg_color": "#D9E2EC", "border": 1, "text_wrap": True}
        )
        self.text = book.add_format({"text_wrap": True, "valign": "top"})

    def number(self, text: str) -> Any:  # noqa: ANN401 - xlsxwriter is untyped
        """Return the format that shows a number as it is printed."""
        places = len(text.partition(".")[2])
        plain = "0." + "0" * places if places else "0"
        grouped = plain.replace("0", "#,##0", 1) if "," in text else plain
        signed = f"+{grouped};−{grouped};{grouped}"
        pattern = signed if text[0] in "+−" else grouped
        if pattern not in self._numbers:
            self._numbers[pattern] = self._book.add_format(
                {"num_format": pattern, "valign": "top"}
            )
        return self._numbers[pattern]


def _words(sheet: Any, paper: Paper, styles: _Styles) -> None:  # noqa: ANN401
    """Write what is not a table, line by line; a table is named with its sheet."""
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, _WIDE)
    sheet.set_column(1, 1, _WIDE // 2)
    for row, line in enumerate(_lines(paper)):
        longest = max(
            sum(2 if ord(c) > _LATIN else 1 for c in text) / room
            for text, room in zip(line, (_WIDE, _WIDE // 2), strict=False)
        )
        sheet.set_row(row, min(_ROW_PT * max(math.ceil(longest), 1), _HIGHEST_PT))
        for column, text in enumerate(line):
            sheet.write_string(row, column, _held(text), styles.text)


def _held(text: str) -> str:
    """Return what a cell holds of a text; what is missing is said."""
    told = text.encode("utf-16-le")
    if len(told) <= 2 * _MOST_UNITS:
        return text
    return told[: 2 * _MOST_UNITS].decode("utf-16-le", "ignore") + _MORE


def _is_number(text: str) -> bool:
    digits = sum(c.isdigit() for c in text)
    return digits <= _MOST_DIGITS and _NUMBER.fullmatch(text) is not None


def _lines(paper: Paper) -> list[tuple[str, ...]]:
    lines: list[tuple[str, ...]] = [(paper.office,), (paper.title,), (paper.subtitle,)]
    for block in paper.blocks():
        if isinstance(block, Table):
            lines.append((block.caption, f"见“{block.sheet}”表"))
        elif isinstance(block, Form):
            lines += [(b.label, b.value) for b in block.blanks]
        elif isinstance(block, Slots):
            lines += [(name, block.date) for name in block.names]
        else:
            lines.append(tuple(block_texts(block)))
    return [line for line in lines if any(line)]


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
            if column.kind in _FIGURES and _is_number(plain):
                value = float(plain.replace("−", "-"))
                sheet.write_number(row, number, value, styles.number(text))
            else:
                sheet.write_string(row, number, _held(text), styles.text)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    if table.note:
        sheet.write_string(len(table.rows) + 2, 0, table.note)
