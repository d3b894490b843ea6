"""A ruler for documents: margins, pitch, fonts, headings (GB/T 9704—2012)."""

from __future__ import annotations

import io
import re

import docx
import pypdf
from docx.oxml.ns import qn
from docx.table import Table

from pil_discovery.bundle.word_parts import SEQUENCES
from tests.bundle import factory

MARGINS_MM = {"top": 37, "right": 26, "bottom": 35, "left": 28}
PITCH_PT = 28.95
BODY, TITLE, HEI = "仿宋_GB2312", "方正小标宋简体", "黑体"
FONTS = {
    "公文标题": (TITLE, 22),
    "公文正文": (BODY, 16),
    "公文层次": (HEI, 16),
    "附件号": (HEI, 16),
    "表格文字": (BODY, 12),
    "表格表头": (HEI, 12),
    "表格校验值": (BODY, 10.5),
    "Normal": (BODY, 16),
}


def margins_of(template, name):
    """The margins in mm that a page layout of `models/` gives a kind of sheet."""
    text = (factory.TEMPLATES / template).read_text("utf-8")
    told = re.search(rf"#let {name} = \((.*)\)", text)[1]
    return {k: int(v) for k, v in re.findall(r"(\w+): (\d+)mm", told)}


def faults_of(data, turned=None):
    """What in a Word document is not as the standard has it, in words.

    `turned`: the margins of sheets that lie on their side; without them none may.
    """
    document = docx.Document(io.BytesIO(data))
    return [
        *_page_faults(document, turned),
        *_edge_faults(document),
        *_order_faults(document),
        *(f"no style {name}" for name in FONTS if name not in document.styles),
        *(f for style in document.styles for f in _style_faults(style)),
        *(f for p in document.paragraphs for f in _paragraph_faults(p)),
        *(f for t, wide in _tables(document) for f in _table_faults(t, wide)),
    ]


def _tables(document):
    """Each table with the width that its sheet has for it."""
    found, sections = [], iter(document.sections)
    room = _room(next(sections))
    for child in document.element.body.iterchildren():
        if child.tag == qn("w:tbl"):
            found.append((Table(child, document), room))
        elif child.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None:
            room = _room(next(sections))
    return found


def _room(section):
    return (section.page_width - section.left_margin - section.right_margin) / 36000


def _page_faults(document, turned):
    for number, section in enumerate(document.sections):
        wide = turned is not None and section.page_width > section.page_height
        for side, wanted in (turned if wide else MARGINS_MM).items():
            found = getattr(section, f"{side}_margin").mm
            if round(found) != wanted:
                yield f"section {number}: {side} margin {found:.1f} mm"
        size = (round(section.page_width.mm), round(section.page_height.mm))
        if size != ((297, 210) if wide else (210, 297)):
            yield f"section {number}: not A4"
        grid = section._sectPr.find(qn("w:docGrid"))
        told = (
            None
            if grid is None
            else (grid.get(qn("w:type")), grid.get(qn("w:linePitch")))
        )
        if told != ("lines", "579"):
            yield f"section {number}: grid {told}"
        for footer, side in ((section.footer, 2), (section.even_page_footer, 0)):
            line = footer.paragraphs[0]
            xml = footer._element.xml
            if line.alignment != side or "PAGE" not in xml or line.text != "—  —":
                yield f"section {number}: page number {line.text!r} {line.alignment}"
    if not document.settings.odd_and_even_pages_header_footer:
        yield "odd and even pages alike"


def _edge_faults(document):
    """What is wrong with the mark above and the page number below."""
    section = document.sections[0]
    heads = (section.header, section.even_page_header)
    feet = (section.footer, section.even_page_footer)
    for edge in (*heads, *feet):
        for run in edge.paragraphs[0].runs:
            if (run.font.name, run.font.size and run.font.size.pt) != ("宋体", 14):
                yield f"«{run.text}»: {run.font.name} {run.font.size} at the edge"
    for head in heads:
        if head.paragraphs[0].alignment != 2:
            yield "the mark does not stand at the right"
    wanted = 15 if section.page_width > section.page_height else 23
    for side in ("header", "footer"):
        if round(getattr(section, f"{side}_distance").mm) != wanted:
            yield f"{side} at another distance"


def _order_faults(document):
    """Properties that Word may take for damage, as they stand in another order."""
    parts = [document.element, document.styles.element]
    parts += [
        edge._element
        for section in document.sections
        for edge in (section.header, section.footer)
    ]
    for part in parts:
        for parent, names in SEQUENCES.items():
            for found in part.iter(parent):
                places = [names.index(c.tag) for c in found if c.tag in names]
                if places != sorted(places):
                    yield f"{parent.rpartition('}')[2]} out of order"


PITCHES = {"公文标题": 34, "表格文字": 18, "表格表头": 18, "表格校验值": 18}


def _setting_faults(style):
    """Indent, tracking and side of the body; nothing between paragraphs."""
    layout, is_body = style.paragraph_format, style.name in ("公文正文", "公文层次")
    if layout.space_before or layout.space_after:
        yield f"style {style.name}: room between paragraphs"
    pitch = PITCHES.get(style.name, PITCH_PT)
    if (
        abs((layout.line_spacing or 0) / 12700 - pitch) > 0.03
        or layout.line_spacing_rule != 4
    ):
        yield f"style {style.name}: pitch {layout.line_spacing}"
    if is_body and layout.alignment != 3:
        yield f"style {style.name}: not justified"
    if style.name == "公文标题" and layout.alignment != 1:
        yield "the title is not centred"
    indent = style.element.find(f"{qn('w:pPr')}/{qn('w:ind')}")
    first = None if indent is None else indent.get(qn("w:firstLineChars"))
    if first != ("200" if is_body else None):
        yield f"style {style.name}: first line {first}"
    tracking = style.element.find(f"{qn('w:rPr')}/{qn('w:spacing')}")
    closer = None if tracking is None else tracking.get(qn("w:val"))
    if closer != ("-5" if is_body else None):
        yield f"style {style.name}: tracking {closer}"


def _style_faults(style):
    if style.name not in FONTS:
        return
    yield from _setting_faults(style)
    font, size = FONTS[style.name]
    fonts = style.element.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
    names = {fonts.get(qn(f"w:{k}")) for k in ("ascii", "hAnsi", "eastAsia")}
    if names != {font} or style.font.size.pt != size or style.font.bold:
        yield f"style {style.name}: {names} {style.font.size.pt}"
    if style.name == "公文层次" and not style.paragraph_format.keep_with_next:
        yield "headings do not stay with what follows"


def _paragraph_faults(paragraph):
    if not paragraph.text.strip():
        return
    where = f"«{paragraph.text[:12]}»"
    if paragraph.style.name not in FONTS:
        yield f"{where}: style {paragraph.style.name}"
    pictures = paragraph._p.findall(f".//{qn('w:drawing')}")
    spacing = paragraph.paragraph_format.line_spacing
    if spacing is not None and not pictures:
        yield f"{where}: pitch {spacing} of its own"
    if any(_is_own(run) for run in paragraph.runs):
        yield f"{where}: font of its own"
    if not paragraph.style.name.startswith("公文"):
        return
    own = paragraph.paragraph_format
    if own.left_indent or own.first_line_indent or own.space_after:
        yield f"{where}: place of its own"
    if own.alignment is not None or own.right_indent:
        yield f"{where}: side of its own"


def _is_own(run):
    """Whether a run looks otherwise than its style says."""
    font = run.font
    looks = (font.size, font.name, font.bold, font.italic, font.underline)
    return any(looks) or font.color.rgb is not None


def _table_faults(table, room):
    widths = [
        int(c.get(qn("w:w"))) / 1440 * 25.4
        for c in table._tbl.tblGrid.findall(qn("w:gridCol"))
    ]
    if sum(widths) > room + 0.5:
        yield f"table «{_first(table)}»: {sum(widths):.1f} mm wide"
    for number, row in enumerate(table.rows):
        whole = row._tr.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}")
        if whole is None and not _is_high(row, widths):
            yield f"table «{_first(table)}»: row {number} may break"
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                if not paragraph.text.strip():
                    continue
                if paragraph.style.name not in FONTS:
                    yield f"table «{_first(table)}»: style {paragraph.style.name}"
                yield from _paragraph_faults(paragraph)

    head = table.rows[0]
    names = {c.paragraphs[0].style.name for c in head.cells}
    repeats = head._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
    if names == {"表格表头"} and not repeats:
        yield f"table «{_first(table)}»: its header is not repeated"


def _is_high(row, widths):
    """Whether a row would leave half a page empty: it may break."""
    return any(
        12 * len(cell.text) / 72 * 25.4 / (width - 2) > 12
        for cell, width in zip(row.cells, widths, strict=True)
    )


def _first(table):
    return table.rows[0].cells[0].text


def strays_of(data, margins, turned=None):
    """Texts of a PDF that reach over the left or right margin: (page, text)."""
    strays = []
    for number, page in enumerate(pypdf.PdfReader(io.BytesIO(data)).pages, 1):
        width, height = (float(n) for n in page.mediabox[2:])
        sides = turned if turned is not None and width > height else margins
        left = sides["left"] * 72 / 25.4
        right = width - sides["right"] * 72 / 25.4

        def take(text, cm, tm, _font, size, n=number, left=left, right=right):
            x, size = tm[4] * cm[0] + cm[4], abs(size * tm[0] * cm[0])
            ems = sum(map(_ems, text))
            if text.strip() and (x < left - 1 or x + ems * size > right + size):
                strays.append((n, text))

        page.extract_text(visitor_text=take)
    return strays


def _ems(sign):
    """The least width of a sign: blanks and punctuation give way in a full line."""
    if sign.isspace():
        return 0
    return 0.45 if ord(sign) < 0x2E80 or sign in "，。；：、（）《》“”！？" else 1


def lines_of(data):
    """The lines of each page of a PDF: (distance from the foot in pt, size, text)."""
    return [_page_lines(page) for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def _page_lines(page):
    lines = {}

    def take(text, cm, tm, _font, size):
        if text.strip():
            y = round(tm[5] * cm[3] + cm[5], 1)
            lines.setdefault(y, []).append((abs(round(size * tm[3] * cm[3], 1)), text))

    page.extract_text(visitor_text=take)
    return [
        (y, max(s for s, _ in parts), "".join(t for _, t in parts).strip())
        for y, parts in sorted(lines.items(), reverse=True)
    ]
