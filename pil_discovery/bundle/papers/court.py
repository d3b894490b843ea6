"""The copy to print and keep: PDF/A-2b by typst, the data as JSON, never as code."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst

from pil_discovery.bundle.fonts import Faces, check_glyphs
from pil_discovery.bundle.papers.nouns import (
    FIGURES,
    LABEL_MM,
    Paper,
    Table,
    box_lines,
    figure_lines,
    fitted,
    is_long,
    is_tall,
    printed_texts,
)
from pil_discovery.errors import BundleError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

_PAGE_NUMBER = "— 0123456789"


def render_pdf(
    paper: Paper, template: Path, pictures: Sequence[bytes], *, faces: Faces
) -> bytes:
    """Lay out a paper as PDF/A-2b (as produced by typst; not validated further).

    Parameters
    ----------
    template
        `paper.typ`; it reads nothing outside a folder of its own.
    pictures
        PNG of each chart and picture, in order.

    Raises
    ------
    BundleError
        When a character has no glyph, or the template does not compile.
    """
    check_glyphs([*printed_texts(paper), paper.mark, _PAGE_NUMBER], faces)
    told = _told(paper)
    with tempfile.TemporaryDirectory() as folder:
        main = Path(folder) / template.name
        main.write_bytes(template.read_bytes())
        blocks = [b for p in told["parts"] for b in p["blocks"]]
        charts = [b for b in blocks if b["block"] in {"chart", "picture"}]
        for number, (chart, png) in enumerate(zip(charts, pictures, strict=True)):
            chart["file"] = f"{number}.png"
            (Path(folder) / chart["file"]).write_bytes(png)
        return _compile(main, told, faces, paper.as_of)


def _told(paper: Paper) -> dict[str, Any]:
    """Return the paper for the template: boxes of a cell on lines of their own."""
    told = paper.model_dump(mode="json")
    for part, given in zip(told["parts"], paper.parts, strict=True):
        for block, noun in zip(part["blocks"], given.blocks, strict=True):
            for blank in block.get("blanks", ()):
                blank["torn"] = is_tall([blank["value"]], [given.width_mm - LABEL_MM])
                blank["value"] = "\n".join(box_lines(blank["value"]))
            if isinstance(noun, Table):
                block["room_mm"] = noun.room_mm
                block["rows"] = _rows(noun, given.width_mm)
                block["short"] = noun.is_short and not _is_torn(block)
    return told | {"label_mm": LABEL_MM}


def _rows(table: Table, room: float) -> list[dict[str, Any]]:
    widths = fitted([c.width_mm for c in table.columns], room)
    return [
        {
            "torn": is_tall(row, widths),
            "cells": [
                _cell(cell, width, is_figure=column.kind in FIGURES)
                for column, width, cell in zip(table.columns, widths, row, strict=True)
            ],
        }
        for row in table.rows
    ]


def _is_torn(block: dict[str, Any]) -> bool:
    return any(row["torn"] for row in block["rows"])


def _cell(text: str, width: float, *, is_figure: bool) -> dict[str, Any]:
    lines = figure_lines(text, width) if is_figure else box_lines(text)
    return {"text": "\n".join(lines), "small": is_figure and is_long(text, width)}


def _compile(main: Path, told: dict[str, Any], faces: Faces, day: dt.date) -> bytes:
    stamp = dt.datetime.combine(day, dt.time(), dt.UTC)
    fonts = json.dumps({**faces.roles, "title_weight": faces.title_weight})
    compiler = typst.Compiler(
        str(main),
        root=str(main.parent),
        font_paths=faces.fonts,
        sys_inputs={"paper": json.dumps(told, ensure_ascii=False), "fonts": fonts},
    )
    try:
        pdf = compiler.compile(
            format="pdf", pdf_standards="a-2b", timestamp=int(stamp.timestamp())
        )
    except typst.TypstError as error:
        raise BundleError(
            Problem(main.name, "", f"不能排版：{error.message}")
        ) from error
    return pdf if isinstance(pdf, bytes) else b""
