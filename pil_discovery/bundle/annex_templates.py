# ruff: noqa: ANN401, SLF001 — python-docx has no types and no public way to these parts
"""The annexes in the Word template: their tables, drawn once for clerks to edit."""

from __future__ import annotations

from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.shared import Mm, Pt

from pil_discovery.bundle.annex_tables import COLUMNS
from pil_discovery.bundle.word_parts import add, frame, kept, line, whole

Column = tuple[str, str, int]
_EXHIBITS: tuple[Column, ...] = (
    ("序号", "number", 12),
    ("证据名称", "title", 42),
    ("来源", "origin", 34),
    ("取得时间", "obtained", 28),
    ("SHA-256（节选）", "digest", 40),
)
_BELOW = {"title": ("{%p if row.covers %}", "{{ row.covers }}", "{%p endif %}")}
"""Field → what stands below it in the same cell, in smaller type."""
_LAWS: tuple[Column, ...] = (
    ("序号", "number", 12),
    ("法律依据", "citation", 52),
    ("版本起止", "validity", 34),
    ("内容概要（非原文）", "summary", 58),
)
_AREAS: tuple[Column, ...] = (
    ("量算方法", "name", 46),
    ("平方米", "m2", 28),
    ("亩", "mu", 24),
    ("公顷", "ha", 24),
    ("与椭球面积之差", "difference", 34),
)
_POINTS: tuple[Column, ...] = (
    ("点号", "label", 14),
    ("圈", "ring", 12),
    ("X（北）/m", "north", 28),
    ("Y（东）/m", "east", 26),
    ("经度", "lon", 29),
    ("纬度", "lat", 27),
    ("边长/m", "side", 20),
)


def add_annexes(document: Any) -> None:
    """Add every annex that a document may have."""
    add(document, "{%p for annex in letter.annexes %}")
    add(
        document, "{{ annex.label }}", "附件号"
    ).paragraph_format.page_break_before = True
    add(document, "{{ annex.title }}", "公文标题")
    add(document, "{%p if annex.kind == 'exhibits' %}")
    _table(document, "letter.exhibits", _EXHIBITS)
    add(document, "{%p elif annex.kind == 'plate' %}")
    _plate(add(document, "{{ plate }}", "表格文字"))
    add(document, "{{ letter.plate_caption }}", "表格文字").alignment = ALIGN.CENTER
    add(document, "{%p elif annex.kind == 'site' %}")
    _site(document)
    add(document, "{%p elif annex.kind == 'laws' %}")
    _table(document, "letter.laws", _LAWS)
    add(document, "{%p endif %}")
    _tables(document)
    add(document, "{%p endfor %}")


def _tables(document: Any) -> None:
    add(document, "{%p for table in annex.tables %}")
    title = kept(add(document, "{{ table.title }}", "表格表头"))
    title.paragraph_format.space_before = Pt(8)
    add(document, "{%p for note in table.before %}")
    kept(add(document, "{{ note }}", "表格校验值"))
    add(document, "{%p endfor %}")
    add(document, "{%p if table.rows %}")
    for n, (kind, columns) in enumerate(COLUMNS.items()):
        word = "elif" if n else "if"
        add(document, f"{{%p {word} table.kind == '{kind}' %}}")
        fields = [(c.title, f"cells[{i}]", c.width_mm) for i, c in enumerate(columns)]
        table = _table(document, "table.rows", tuple(fields), small=True)
        if kind == "signatures":
            _joined(table.rows[2])
    add(document, "{%p endif %}")
    add(document, "{%p endif %}")
    add(document, "{%p for note in table.after %}")
    add(document, "{{ note }}", "表格校验值")
    add(document, "{%p endfor %}")
    add(document, "{%p endfor %}")


def _site(document: Any) -> None:
    add(document, "{{ letter.site_note }}", "表格校验值")
    add(document, "{%p for shape in letter.site %}")
    kept(add(document, "{{ shape.title }}", "表格表头"))
    add(document, "{%p if shape.areas %}")
    _table(document, "shape.areas", _AREAS, small=True)
    add(document, "{%p endif %}")
    add(document, "{%p for note in shape.notes %}")
    add(document, "{{ note }}", "表格校验值")
    add(document, "{%p endfor %}")
    _table(document, "shape.points", _POINTS, small=True)
    add(document, "{%p if shape.rest %}")
    add(document, "{{ shape.rest }}", "表格校验值")
    add(document, "{%p endif %}")
    add(document, "{%p if shape.strip %}")
    _plate(add(document, "{{ strips[shape.strip.item] }}", "表格文字"))
    add(document, "{%p endif %}")
    add(document, "{%p endfor %}")


def _plate(paragraph: Any) -> None:
    # An exact line height would cut the picture to one line.
    paragraph.alignment = ALIGN.CENTER
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    paragraph.paragraph_format.line_spacing = 1.0


def _table(
    document: Any, rows: str, columns: tuple[Column, ...], *, small: bool = False
) -> Any:
    table = document.add_table(rows=4, cols=len(columns), style="Table Grid")
    table.autofit = False
    frame(table)
    table.rows[1].cells[0].paragraphs[0].add_run(f"{{%tr for row in {rows} %}}")
    table.rows[3].cells[0].paragraphs[0].add_run("{%tr endfor %}")
    for n, (name, field, width) in enumerate(columns):
        style = "表格校验值" if small or field == "digest" else "表格文字"
        line(table.rows[0].cells[n].paragraphs[0], name, style="表格表头")
        text = f"{{{{ row.{field} }}}}"
        line(table.rows[2].cells[n].paragraphs[0], text, style=style)
        for more in _BELOW.get(field, ()):
            line(table.rows[2].cells[n].add_paragraph(), more, style="表格校验值")
        table.columns[n].width = Mm(width)
    for row in table.rows:
        whole(row, [width for _, _, width in columns])
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    _joined(table.rows[0])
    return table


def _joined(row: Any) -> None:
    """Keep a row on the page of the next one."""
    for cell in row.cells:
        for paragraph in cell.paragraphs:
            kept(paragraph)
