# ruff: noqa: ANN401, SLF001 — python-docx has no types and no public way to these parts
"""Small strokes with which Word templates are drawn: lines, fonts, rows."""

from __future__ import annotations

from typing import Any

from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

_ORDER = {
    "w:pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr "
    "suppressLineNumbers pBdr shd tabs suppressAutoHyphens kinsoku wordWrap "
    "overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid "
    "spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection "
    "textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "w:rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow "
    "emboss imprint noProof snapToGrid vanish webHidden color spacing w kern position "
    "sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang "
    "eastAsianLayout specVanish oMath",
    "w:tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize "
    "tblStyleColBandSize tblW jc tblCellSpacing tblInd tblBorders shd tblLayout "
    "tblCellMar tblLook tblCaption tblDescription tblPrChange",
    "w:tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar "
    "textDirection tcFitText vAlign hideMark",
}
SEQUENCES = {
    qn(parent): tuple(qn(f"w:{name}") for name in names.split())
    for parent, names in _ORDER.items()
}
"""Properties → the order of their children; Word takes others for damage.

Source: ISO/IEC 29500-1, annex A.
"""


def put_in_order(part: Any) -> None:
    """Put all properties below an element into the order of the standard."""
    for parent, names in SEQUENCES.items():
        places = {name: n for n, name in enumerate(names)}
        for found in part.iter(parent):
            found[:] = sorted(found, key=lambda c: places.get(c.tag, len(places)))


def frame(table: Any) -> None:
    """Give a table the inner margins of its cells."""
    margins = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>'
        for side, width in (("top", 40), ("left", 57), ("bottom", 40), ("right", 57))
    )
    properties = table._tbl.tblPr
    properties.append(
        parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>")
    )


def whole(row: Any, widths: list[int]) -> None:
    """Set the widths of a row and keep it on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for cell, width in zip(row.cells, widths, strict=True):
        cell.width = Mm(width)
        cell.vertical_alignment = 1


def add(document: Any, text: str, style: str = "Normal") -> Any:
    """Add a paragraph."""
    return line(document.add_paragraph(), text, style=style)


def line(paragraph: Any, text: str, *, style: str) -> Any:
    """Write a line into a paragraph."""
    if style:
        paragraph.style = style
    if text:
        hint(paragraph.add_run(text))
    return paragraph


def hint(run: Any) -> None:
    """Mark a run as Chinese."""
    # Quotation marks and dashes are Chinese here, not Latin.
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")


def font(target: Any, name: str, size: float) -> None:
    """Set face and size of a style or run."""
    # One face for Chinese and Latin: digits of another font stand out in «附件1».
    target.font.name = name
    target.font.size = Pt(size)
    fonts = target.element if hasattr(target, "element") else target._r
    properties = fonts.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), name)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    properties.append(language)


def space(style: Any, pitch: float) -> None:
    """Set an exact line pitch."""
    layout = style.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    layout.line_spacing = Pt(pitch)
    # The exact pitch is the grid; snapping on top of it would double short lines.
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    style.element.get_or_add_pPr().append(snap)


def kept(paragraph: Any) -> Any:
    """Keep a paragraph on the page of the next one."""
    paragraph.paragraph_format.keep_with_next = True
    return paragraph
