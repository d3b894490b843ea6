"""The court copy: PDF/A-2b by typst, the data as JSON, never as code."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import typst

from pil_discovery.bundle.annex_tables import COLUMNS
from pil_discovery.bundle.documents import Letter, printed_strings
from pil_discovery.bundle.fonts import Faces, check_glyphs
from pil_discovery.errors import BundleError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping


def render_pdf(
    letter: Letter,
    template: Path,
    *,
    faces: Faces,
    plate: bytes | None = None,
    strips: Mapping[str, bytes] | None = None,
) -> bytes:
    """Lay out a letter as PDF/A-2b (as produced by typst; not validated further).

    The document date is the date of the scan, so the same letter gives the same bytes.

    Raises
    ------
    BundleError
        When a character has no glyph, or the template does not compile.
    """
    check_glyphs(printed_strings(letter), faces)
    with tempfile.TemporaryDirectory() as folder:
        # The folder is typst's root: the template can read nothing outside it.
        main = Path(folder) / "letter.typ"
        main.write_bytes(template.read_bytes())
        for shared in sorted(template.parent.glob("*.typ")):
            if shared != template:
                (Path(folder) / shared.name).write_bytes(shared.read_bytes())
        if plate is not None:
            (Path(folder) / "plate.png").write_bytes(plate)
        for mark in letter.strips:
            strip = (strips or {})[mark.item]
            (Path(folder) / f"{mark.item}.png").write_bytes(strip)
        return _compile(main, letter, faces)


def _compile(main: Path, letter: Letter, faces: Faces) -> bytes:
    stamp = dt.datetime.combine(letter.as_of, dt.time(), dt.UTC)
    compiler = typst.Compiler(
        str(main),
        root=str(main.parent),
        font_paths=faces.fonts,
        sys_inputs={
            "letter": letter.model_dump_json(),
            "fonts": _fonts(faces),
            "columns": json.dumps(COLUMNS),
        },
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


def _fonts(faces: Faces) -> str:
    return json.dumps({**faces.roles, "title_weight": faces.title_weight})
