# ruff: noqa: ANN401, SLF001 — python-docx has no types and no public way to these parts
"""The Word template of a letter, drawn once from the figures of GB/T 9704—2012.

`models/procedure/documents/*.docx` are edited by clerks in Word or WPS; this module
draws the first version and lets a test say what a sound template must hold.
"""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from pil_discovery.bundle.annex_templates import add_annexes
from pil_discovery.bundle.docx_files import canonical_zip
from pil_discovery.bundle.word_forms import draw_form, draw_numbered
from pil_discovery.bundle.word_parts import add as _add
from pil_discovery.bundle.word_parts import font as _font
from pil_discovery.bundle.word_parts import kept as _kept
from pil_discovery.bundle.word_parts import line as _line
from pil_discovery.bundle.word_parts import put_in_order
from pil_discovery.bundle.word_parts import space as _space

FANG, TITLE, HEI, SONG = "仿宋_GB2312", "方正小标宋简体", "黑体", "宋体"
_HEADER = (
    "{{ letter.mark }}{% if letter.mark and letter.copy_mark %}　{% endif %}"
    "{{ letter.copy_mark }}"
)
_PITCH = 28.95  # pt: 22 lines on 225 mm


def draw_letter() -> bytes:
    """Return the Word template of a letter with annexes.

    A4, margins 37/26/35/28 mm, body 16 pt on a 28.95 pt pitch with run spacing
    −0.25 pt (28 characters a line); the docGrid has type `lines`, because a negative
    `charSpace` is doubled by LibreOffice.
    """
    document = Document()
    _page(document)
    _styles(document)
    _letter(document)
    add_annexes(document)
    for part in (document.element, document.styles.element, *_edges(document)):
        put_in_order(part)
    core = document.core_properties
    core.created = core.modified = dt.datetime(2026, 1, 1)  # noqa: DTZ001
    core.author = core.last_modified_by = core.comments = ""
    raw = io.BytesIO()
    document.save(raw)
    return canonical_zip(raw.getvalue())


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(23), Mm(23)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), "579")
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    section._sectPr.append(grid)
    document.settings.odd_and_even_pages_header_footer = True
    for header in (section.header, section.even_page_header):
        _line(header.paragraphs[0], _HEADER, style="")
        header.paragraphs[0].alignment = ALIGN.RIGHT
        _font(header.paragraphs[0].runs[0], SONG, 14)
    _footer(section.footer.paragraphs[0], ALIGN.RIGHT)
    _footer(section.even_page_footer.paragraphs[0], ALIGN.LEFT)


def _edges(document: Any) -> list[Any]:
    one = document.sections[0]
    edges = (one.header, one.even_page_header, one.footer, one.even_page_footer)
    return [edge._element for edge in edges]


def _footer(paragraph: Any, side: Any) -> None:
    paragraph.alignment = side
    indent = paragraph.paragraph_format
    indent.left_indent = indent.right_indent = Pt(14)
    for text in ("— ", "PAGE", " —"):
        run = paragraph.add_run("" if text == "PAGE" else text)
        _font(run, SONG, 14)
        if text == "PAGE":
            _field(run, text)


def _field(run: Any, code: str) -> None:
    for kind in ("begin", "code", "end"):
        if kind == "code":
            part = OxmlElement("w:instrText")
            part.text = code
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)


def _styles(document: Any) -> None:
    normal = document.styles["Normal"]
    _font(normal, FANG, 16)
    _space(normal, _PITCH)
    normal.paragraph_format.widow_control = False
    for name, font, size, pitch in (
        ("公文标题", TITLE, 22, 34),
        ("公文正文", FANG, 16, _PITCH),
        ("公文层次", HEI, 16, _PITCH),
        ("附件号", HEI, 16, _PITCH),
        ("表格文字", FANG, 12, 18),
        ("表格表头", HEI, 12, 18),
        ("表格校验值", FANG, 10.5, 18),
    ):
        style = document.styles.add_style(name, 1)
        style.base_style = normal
        _font(style, font, size)
        _space(style, pitch)
    document.styles["公文标题"].paragraph_format.alignment = ALIGN.CENTER
    for name in ("公文正文", "公文层次"):
        _body(document.styles[name])
    document.styles["公文层次"].paragraph_format.keep_with_next = True


def _body(style: Any) -> None:
    style.paragraph_format.alignment = ALIGN.JUSTIFY
    indent = OxmlElement("w:ind")
    indent.set(qn("w:firstLineChars"), "200")
    indent.set(qn("w:firstLine"), "640")
    style.element.get_or_add_pPr().append(indent)
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), "-5")
    style.element.get_or_add_rPr().append(spacing)


def _letter(document: Any) -> None:
    _add(document, "{{ letter.office }}", "公文标题")
    _add(document, "{{ letter.title }}", "公文标题")
    _add(document, "{%p if letter.number %}")
    _add(document, "{{ letter.number }}").alignment = ALIGN.RIGHT
    _add(document, "{%p endif %}")
    _add(document, "")
    _add(document, "{%p if letter.addressee %}")
    _add(document, "{{ letter.addressee }}：")
    _add(document, "{%p endif %}")
    _add(document, "{%p for section in letter.sections %}")
    _add(document, "{%p if section.heading %}")
    _add(document, "{{ section.heading }}", "公文层次")
    _add(document, "{%p endif %}")
    _sentences(document)
    _add(document, "{%p if section.form %}")
    draw_form(document)
    _add(document, "{%p endif %}")
    _add(document, "{%p if section.rows %}")
    draw_numbered(document)
    _add(document, "{%p endif %}")
    _add(document, "{%p endfor %}")
    _ending(document)


def _sentences(document: Any) -> None:
    _add(document, "{%p for one in section.paragraphs %}")
    _add(document, "{%p if one.keeps %}")
    _kept(_add(document, "{{ one.text }}", "公文正文"))
    _add(document, "{%p else %}")
    _add(document, "{{ one.text }}", "公文正文")
    _add(document, "{%p endif %}")
    _add(document, "{%p endfor %}")


def _ending(document: Any) -> None:
    _add(document, "{%p if letter.attachments %}")
    _kept(_add(document, ""))
    _add(document, "{%p for one in letter.attachments %}")
    mark = "{% if loop.first %}附件：{% else %}　　　{% endif %}"
    _kept(_add(document, mark + "{{ one }}", "公文正文"))
    _add(document, "{%p endfor %}")
    _add(document, "{%p endif %}")
    _add(document, "{%p if letter.closing %}")
    for _ in range(2):
        _kept(_add(document, ""))
    _signed(_kept(_add(document, "{{ letter.office }}")), 32)
    _signed(_add(document, "{{ letter.date }}"), 64)
    _add(document, "{%p endif %}")


def _signed(paragraph: Any, indent: float) -> None:
    paragraph.alignment = ALIGN.RIGHT
    paragraph.paragraph_format.right_indent = Pt(indent)
