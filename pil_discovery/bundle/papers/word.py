# ruff: noqa: ANN401, SLF001 — python-docx has no types and no public way to these parts
"""The editable paper: a Word file in the figures of the letters, boxes to click."""

from __future__ import annotations

import copy
import datetime as dt
import io
import re
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as PLACE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from pil_discovery.bundle.docx_files import canonical_zip
from pil_discovery.bundle.papers.nouns import (
    BOX,
    FIGURES,
    LABEL_MM,
    LINE_MM,
    Block,
    Chart,
    Form,
    Heading,
    Paper,
    Part,
    Picture,
    Sentence,
    Slots,
    Table,
    box_lines,
    figure_lines,
    fitted,
    is_long,
    is_tall,
)
from pil_discovery.bundle.templates import draw_letter
from pil_discovery.bundle.word_parts import put_in_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDE_MM = (28.0, 26.0, 30.0, 30.0)
"""Top, bottom, left and right margin of a turned sheet."""
CHART_MM = 150.0
SLOT_MM = 12.0
"""Height of a place to sign."""
GAP_PT = 9
_BODY, _LEVEL, _TITLE = "公文正文", "公文层次", "公文标题"
_CELL, _HEAD, _SMALL = "表格文字", "表格表头", "表格校验值"
_AMBIGUOUS = re.compile("[“”‘’—…·×÷±°□]")
"""Signs that are Chinese here, not Latin. Numbers are left alone: with the hint their
digits would be torn apart at the end of a line."""
_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_TICK = (
    f'<w:sdt {nsdecls("w")} xmlns:w14="{_W14}"><w:sdtPr><w14:checkbox>'
    '<w14:checked w14:val="0"/><w14:checkedState w14:val="2611" w14:font="MS Gothic"/>'
    '<w14:uncheckedState w14:val="25A1" w14:font="宋体"/></w14:checkbox></w:sdtPr>'
    "<w:sdtContent/></w:sdt>"
)


def render_word(paper: Paper, pictures: Sequence[bytes]) -> bytes:
    """Lay out a paper as a Word file that Word, WPS and LibreOffice open.

    Page, styles, header and page numbers are those of the letters.

    Parameters
    ----------
    pictures
        PNG of each chart and picture, in order.
    """
    document = _empty(paper)
    _turned(document.sections[0], wide=paper.parts[0].wide)
    _front(document, paper)
    drawn = iter(pictures)
    for number, part in enumerate(paper.parts):
        _turn(document, paper.parts, number)
        for block in part.blocks:
            _write(document, block, drawn, part.width_mm)
    _close(document)
    put_in_order(document.element)
    core = document.core_properties
    core.created = core.modified = dt.datetime.combine(paper.as_of, dt.time())
    core.title = f"{paper.office}{paper.title}"
    core.author = core.last_modified_by = paper.office
    core.comments = ""
    core.revision = 1
    raw = io.BytesIO()
    document.save(raw)
    return canonical_zip(raw.getvalue())


def _close(document: Any) -> None:
    """Let the last gap take no room: it would begin a page of its own."""
    last = document.paragraphs[-1]
    if not last.text:
        _thin(last)


def _thin(paragraph: Any) -> None:
    """Give a paragraph without words no height: on a full page it would begin one."""
    paragraph.paragraph_format.line_spacing = Pt(1)


def _empty(paper: Paper) -> Any:
    """Return the letter's sheet without its content, marked as this paper is."""
    document = Document(io.BytesIO(draw_letter()))
    body = document.element.body
    for child in list(body):
        if child.tag != qn("w:sectPr"):
            body.remove(child)
    section = document.sections[0]
    for header in (section.header, section.even_page_header):
        header.paragraphs[0].runs[0].text = paper.mark
    return document


def _front(document: Any, paper: Paper) -> None:
    if paper.office:
        _add(document, paper.office, _TITLE)
    _add(document, paper.title, _TITLE)
    if paper.subtitle:
        _kept(_add(document, paper.subtitle)).alignment = ALIGN.CENTER
    _kept(_add(document, ""))


def _turn(document: Any, parts: Sequence[Part], number: int) -> None:
    """Begin a new page where the part wants one, turned where it is wide."""
    part = parts[number]
    if number and part.wide != parts[number - 1].wide:
        section = document.add_section(WD_SECTION.NEW_PAGE)
        _thin(document.paragraphs[-1])
        _turned(section, wide=part.wide)
    elif part.new_page and number:
        _thin(document.add_page_break())


def _turned(section: Any, *, wide: bool) -> None:
    long, short = Mm(297), Mm(210)
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if wide else (short, long)
    margins = WIDE_MM if wide else (37.0, 35.0, 28.0, 26.0)
    section.top_margin, section.bottom_margin = Mm(margins[0]), Mm(margins[1])
    section.left_margin, section.right_margin = Mm(margins[2]), Mm(margins[3])
    distance = Mm(15 if wide else 23)
    section.header_distance = section.footer_distance = distance


def _write(document: Any, block: Block, drawn: Iterator[bytes], width: float) -> None:
    if isinstance(block, Heading):
        _kept(_add(document, block.text, _LEVEL if block.level == 1 else _BODY))
    elif isinstance(block, Sentence):
        paragraph = _add(document, block.text, _BODY)
        paragraph.paragraph_format.keep_with_next = block.keeps or None
    elif isinstance(block, Table):
        _table(document, block, width)
    elif isinstance(block, Chart | Picture):
        _drawn(document, block, next(drawn))
    elif isinstance(block, Form):
        _form(document, block, width)
    else:
        _slots(document, block, width)


def _drawn(document: Any, chart: Chart | Picture, png: bytes) -> None:
    width = chart.width_mm if isinstance(chart, Picture) else CHART_MM
    paragraph = _kept(_add(document, "", _CELL))
    paragraph.alignment = ALIGN.CENTER
    # An exact line height would cut the picture to one line.
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    paragraph.paragraph_format.line_spacing = 1.0
    shape = paragraph.add_run().add_picture(io.BytesIO(png), width=Mm(width))
    shape._inline.docPr.set("descr", chart.caption)
    _add(document, chart.caption, _CELL).alignment = ALIGN.CENTER


def _table(document: Any, table: Table, width: float) -> None:
    if not table.printed:
        return
    if table.caption:
        _kept(_add(document, table.caption, _HEAD)).alignment = ALIGN.CENTER
    widths = fitted([c.width_mm for c in table.columns], width)
    drawn = _grid(document, 1 + len(table.rows), widths)
    for column, cell in zip(table.columns, drawn.rows[0].cells, strict=True):
        _kept(_line(cell.paragraphs[0], column.name, _HEAD)).alignment = ALIGN.CENTER
    drawn.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for values, row in zip(table.rows, list(drawn.rows)[1:], strict=True):
        _row(row, table, values, widths)
    if table.is_short:
        _keep_rows(drawn)
    if not table.note:
        _gap(document)
        return
    note = _add(document, table.note, _SMALL)
    note.paragraph_format.space_after = Pt(GAP_PT)


def _row(
    row: Any, table: Table, values: Sequence[str], widths: Sequence[float]
) -> None:
    for column, value, width, cell in zip(
        table.columns, values, widths, row.cells, strict=True
    ):
        if column.kind not in FIGURES:
            _lines(cell, value)
            continue
        style = _SMALL if is_long(value, width) else _CELL
        lines = "\n".join(figure_lines(value, width))
        _line(cell.paragraphs[0], lines, style).alignment = ALIGN.RIGHT
    if table.room_mm:
        _at_least(row, table.room_mm)
    if is_tall(values, widths):
        _tear(row)


def _tear(row: Any) -> None:
    """Let a row break that no page can hold."""
    marks = row._tr.get_or_add_trPr()
    marks.remove(marks.find(qn("w:cantSplit")))


def _form(document: Any, form: Form, width: float) -> None:
    drawn = _grid(document, len(form.blanks), [LABEL_MM, width - LABEL_MM])
    for blank, row in zip(form.blanks, drawn.rows, strict=True):
        _line(row.cells[0].paragraphs[0], blank.label, _HEAD)
        _lines(row.cells[1], blank.value)
        _at_least(row, LINE_MM * blank.lines)
        if is_tall([blank.value], [width - LABEL_MM]):
            _tear(row)
    _gap(document)


def _slots(document: Any, slots: Slots, width: float) -> None:
    widths = [60.0, width - 110.0, 50.0]
    drawn = _grid(document, len(slots.names), widths, framed=False)
    for name, row in zip(slots.names, drawn.rows, strict=True):
        _at_least(row, SLOT_MM)
        for cell, text in zip(row.cells, (name, "", slots.date), strict=True):
            cell.vertical_alignment = PLACE.BOTTOM
            _line(cell.paragraphs[0], text, _CELL)
        row.cells[2].paragraphs[0].alignment = ALIGN.RIGHT
        _underline(row.cells[1])
    _keep_rows(drawn)
    _gap(document)


def _keep_rows(drawn: Any) -> None:
    """Hold the rows of a table together on one page."""
    for row in list(drawn.rows)[:-1]:
        for cell in row.cells:
            _kept(cell.paragraphs[0])


def _grid(
    document: Any, rows: int, widths: Sequence[float], *, framed: bool = True
) -> Any:
    table = document.add_table(rows=rows, cols=len(widths))
    if framed:
        table.style = "Table Grid"
    table.autofit = False
    margins = "".join(
        f'<w:{side} w:w="{w}" w:type="dxa"/>'
        for side, w in (("top", 40), ("left", 57), ("bottom", 40), ("right", 57))
    )
    table._tbl.tblPr.append(
        parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>")
    )
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
            cell.vertical_alignment = PLACE.CENTER
    return table


def _at_least(row: Any, height_mm: float) -> None:
    row.height = Mm(height_mm)


def _underline(cell: Any) -> None:
    line = '<w:bottom w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    borders = f"<w:tcBorders {nsdecls('w')}>{line}</w:tcBorders>"
    cell._tc.get_or_add_tcPr().append(parse_xml(borders))


def _gap(document: Any) -> None:
    # Two tables without a paragraph between them would become one.
    gap = _add(document, "", _CELL)
    gap.paragraph_format.line_spacing = Pt(GAP_PT)


def _add(document: Any, text: str, style: str = "Normal") -> Any:
    return _line(document.add_paragraph(), text, style)


def _line(paragraph: Any, text: str, style: str) -> Any:
    """Write a text, each of its boxes as one that can be clicked."""
    paragraph.style = style
    for piece in re.split(f"({BOX})", text):
        if not piece:
            continue
        run = paragraph.add_run(piece)
        if _AMBIGUOUS.search(piece):
            run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")
        if piece == BOX:
            _make_box(run._r)
    return paragraph


def _lines(cell: Any, text: str) -> Any:
    """Write a cell; several boxes stand below one another, each before its words."""
    first = cell.paragraphs[0]
    for n, piece in enumerate(box_lines(text)):
        _line(first if n == 0 else cell.add_paragraph(), piece, _CELL)
    return first


def _make_box(run: Any) -> None:
    box = parse_xml(_TICK)
    run.addprevious(box)
    box.find(qn("w:sdtContent")).append(copy.copy(run))
    run.getparent().remove(run)


def _kept(paragraph: Any) -> Any:
    paragraph.paragraph_format.keep_with_next = True
    return paragraph
