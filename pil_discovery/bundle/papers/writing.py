"""A paper → its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.bundle.fonts import choose_faces
from pil_discovery.bundle.papers.books import render_book
from pil_discovery.bundle.papers.court import render_pdf
from pil_discovery.bundle.papers.nouns import Chart
from pil_discovery.bundle.papers.page import render_page
from pil_discovery.bundle.papers.word import render_word
from pil_discovery.maps.bars import Stick, draw_bars, draw_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pil_discovery.bundle.papers.nouns import Paper

FORMATS = ("docx", "pdf", "html", "xlsx")
"""Endings of the files of a paper: to edit, to keep, to look at, to count again."""
TEMPLATE = "paper.typ"


def write_papers(
    papers: Iterable[Paper],
    folder: Path,
    *,
    templates: Path,
    fonts: tuple[Path, ...] = (),
) -> list[Path]:
    """Write the files of papers into a folder and return them in order.

    The same papers give the same bytes.

    Parameters
    ----------
    templates
        Folder with `paper.typ`.
    fonts
        Folders with the user's own fonts, looked at first.

    Raises
    ------
    BundleError
        When a character has no glyph; nothing is written then.
    """
    laid = {
        f"{p.stem}.{ending}": data
        for p in papers
        for ending, data in lay_out(p, templates=templates, fonts=fonts).items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in laid.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in laid]


def lay_out(
    paper: Paper,
    *,
    templates: Path,
    fonts: tuple[Path, ...] = (),
    pictures: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """Return the bytes of a paper by ending; see `write_papers`.

    `pictures` are the PNG of the items of evidence that the paper shows.
    """
    given = pictures or {}
    drawn = [_draw(b) if isinstance(b, Chart) else given[b.item] for b in paper.drawn()]
    found: dict[str, bytes] = {}
    for ending in (e for e in FORMATS if e in paper.formats):
        if ending == "docx":
            found[ending] = render_word(paper, drawn)
        elif ending == "pdf":
            faces = choose_faces(fonts)
            found[ending] = render_pdf(paper, templates / TEMPLATE, drawn, faces=faces)
        elif ending == "html":
            found[ending] = render_page(paper, drawn).encode()
        else:
            found[ending] = render_book(paper)
    return found


def _draw(chart: Chart) -> bytes:
    sticks = [
        Stick(label=b.label, length=b.length, words=b.words, faint=b.faint)
        for b in chart.bars
    ]
    draw = draw_bars if chart.shape == "bars" else draw_columns
    return draw(sticks, longest=chart.longest)
