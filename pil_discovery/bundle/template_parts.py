# ruff: noqa: ANN401, SLF001 — python-docx has no types and no public way to these parts
"""Paragraphs of a Word template."""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn


def add(document: Any, text: str, style: str = "Normal") -> Any:
    """Add a paragraph of a style and return it."""
    return line(document.add_paragraph(), text, style=style)


def line(paragraph: Any, text: str, *, style: str) -> Any:
    """Write text into a paragraph and return it."""
    if style:
        paragraph.style = style
    if text:
        _hint(paragraph.add_run(text))
    return paragraph


def _hint(run: Any) -> None:
    # Quotation marks and dashes are Chinese here, not Latin.
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")


def kept(paragraph: Any) -> Any:
    """Hold a paragraph on the page of the next one and return it."""
    paragraph.paragraph_format.keep_with_next = True
    return paragraph
