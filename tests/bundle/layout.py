"""A ruler for documents: margins, pitch, fonts, headings (GB/T 9704—2012)."""

from __future__ import annotations

import io

import docx
import pypdf
from docx.oxml.ns import qn

MARGINS_MM = {"top": 37, "right": 26, "bottom": 35, "left": 28}
PITCH_PT, WIDTH_MM = 28.95, 156
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


def faults_of(data):
    """What in a Word document is not as the standard has it, in words."""
    document = docx.Document(io.BytesIO(data))
    return [
        *_page_faults(document),
        *(f for style in document.styles for f in _style_faults(style)),
        *(f for p in document.paragraphs for f in _paragraph_faults(p)),
        *(f for t in document.tables for f in _table_faults(t)),
    ]


def _page_faults(document):
    for number, section in enumerate(document.sections):
        for side, wanted in MARGINS_MM.items():
            found = getattr(section, f"{side}_margin").mm
            if round(found) != wanted:
                yield f"section {number}: {side} margin {found:.1f} mm"
        if (round(section.page_width.mm), round(section.page_height.mm)) != (210, 297):
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


def _style_faults(style):
    if style.name not in FONTS:
        return
    font, size = FONTS[style.name]
    fonts = style.element.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
    names = {fonts.get(qn(f"w:{k}")) for k in ("ascii", "hAnsi", "eastAsia")}
    if names != {font} or style.font.size.pt != size or style.font.bold:
        yield f"style {style.name}: {names} {style.font.size.pt}"
    pitch = style.paragraph_format.line_spacing
    if size == 16 and (pitch is None or abs(pitch.pt - PITCH_PT) > 0.03):
        yield f"style {style.name}: pitch {pitch}"
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
    for run in paragraph.runs:
        if run.font.size is not None or run.font.name is not None or run.font.bold:
            yield f"{where}: font of its own"
    if (
        paragraph.style.name == "公文正文"
        and paragraph.paragraph_format.alignment is None
    ):
        style = paragraph.style.paragraph_format
        if style.alignment != 3:
            yield f"{where}: not justified"


def _table_faults(table):
    widths = [
        int(c.get(qn("w:w"))) / 1440 * 25.4
        for c in table._tbl.tblGrid.findall(qn("w:gridCol"))
    ]
    if sum(widths) > WIDTH_MM + 0.5:
        yield f"table «{_first(table)}»: {sum(widths):.1f} mm wide"
    for number, row in enumerate(table.rows):
        whole = row._tr.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}")
        if whole is None:
            yield f"table «{_first(table)}»: row {number} may break"
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                if paragraph.text.strip() and paragraph.style.name not in FONTS:
                    yield f"table «{_first(table)}»: style {paragraph.style.name}"


def _first(table):
    return table.rows[0].cells[0].text


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
