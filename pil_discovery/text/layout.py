"""Text in a terminal or a comment: a Chinese character is two columns wide."""

from __future__ import annotations

import re
import unicodedata

_PIECES = re.compile(r"[“（《「【]*(?:[\x21-\x7e]+|.)[，。；：、）】》」”？！]*")


def width_of(text: str) -> int:
    """Return the columns that a text takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def cut(text: str, width: int) -> str:
    """Return a text that is at most so wide; what is left out is a «…»."""
    if width_of(text) <= width:
        return text
    kept = ""
    for letter in text:
        if width_of(kept + letter) > width - 1:
            break
        kept += letter
    return f"{kept}…"


def cut_start(text: str, width: int) -> str:
    """Return the end of a text that is too wide: a path says most at its end."""
    if width_of(text) <= width:
        return text
    return "…" + cut(text[::-1], width).removesuffix("…")[::-1]


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most that width.

    Words and numbers stay whole where they fit, and no line begins with a closing mark.
    """
    lines, line = [], ""
    for piece in _PIECES.findall(text):
        for part in _parts(piece, width):
            if line and width_of(line + part.rstrip()) > width:
                lines.append(line.rstrip())
                line = part.lstrip()
            else:
                line += part
    return [*lines, line.rstrip()]


def _parts(piece: str, width: int) -> list[str]:
    """Split a piece that is wider than a line."""
    if width_of(piece) <= width:
        return [piece]
    return list(piece)
