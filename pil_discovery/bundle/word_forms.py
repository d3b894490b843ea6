# ruff: noqa: ANN401, SLF001 — python-docx has no types and no public way to these parts
"""The two tables that stand inside a letter: the form and the numbered table."""

from __future__ import annotations

from typing import Any

from docx.oxml import OxmlElement
from docx.shared import Mm

from pil_discovery.bundle.word_parts import frame, line, whole

_FORM = (34, 122)
_NUMBERED = (12, 50, 56, 38)
"""Widths in millimetres of a form and of a numbered table."""


def draw_form(document: Any) -> None:
    """Draw the form: label on the left, sentences and empty lines on the right."""
    table = _bare_table(document, "section.form", _FORM)
    label, texts = (cell.paragraphs[0] for cell in table.rows[1].cells)
    line(label, "{{ row.label }}", style="表格表头")
    cell = table.rows[1].cells[1]
    line(texts, "{%p for text in row.texts %}", style="表格文字")
    line(cell.add_paragraph(), "{{ text }}", style="表格文字")
    line(cell.add_paragraph(), "{%p endfor %}", style="表格文字")
    line(cell.add_paragraph(), "{%p for blank in row.blanks %}", style="表格文字")
    line(cell.add_paragraph(), "{{ blank }}", style="表格文字")
    line(cell.add_paragraph(), "{%p endfor %}", style="表格文字")


def draw_numbered(document: Any) -> None:
    """Draw the table of four columns; its heading stands on every page."""
    table = _bare_table(document, "section.rows", _NUMBERED, head=True)
    for n, cell in enumerate(table.rows[0].cells):
        text = f"{{{{ section.columns[{n}] }}}}"
        line(cell.paragraphs[0], text, style="表格表头")
    fields = ("row.number", *(f"row.cells[{n}]" for n in range(3)))
    for field, cell in zip(fields, table.rows[2].cells, strict=True):
        line(cell.paragraphs[0], f"{{{{ {field} }}}}", style="表格文字")


def _bare_table(
    document: Any, rows: str, widths: tuple[int, ...], *, head: bool = False
) -> Any:
    """Add a table that repeats one line; its texts are the caller's."""
    table = document.add_table(rows=4 if head else 3, cols=len(widths))
    table.style = "Table Grid"
    table.autofit = False
    frame(table)
    first = 1 if head else 0
    opening = table.rows[first].cells[0].paragraphs[0]
    opening.add_run(f"{{%tr for row in {rows} %}}")
    table.rows[-1].cells[0].paragraphs[0].add_run("{%tr endfor %}")
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        whole(row, list(widths))
    if head:
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    return table
