"""Lines of title directly above a header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pil_discovery.records.grids import is_blank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.records.grids import Row


def title_start(rows: Sequence[Row], header: int, lowest: int) -> int:
    """Return the position of the first title line directly above a header.

    A title is one text alone in its row; an empty row ends the titles. Without a title
    it is the header itself. Rows before `lowest` are not looked at.
    """
    start = header
    while start > lowest and _is_title(rows[start - 1]):
        start -= 1
    return start


def _is_title(row: Row) -> bool:
    filled = [c for c in row if not is_blank(c)]
    return len(filled) == 1 and isinstance(filled[0], str)
