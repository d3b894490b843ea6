"""Headers of tables below that no data set knows: what follows is no record."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from pil_discovery.records.grids import is_blank, is_blank_row
from pil_discovery.records.titles import title_start
from pil_discovery.text.characters import is_placeholder, squeeze
from pil_discovery.text.numbers import read_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.records.grids import Cell, Row

_FIRST_ROWS = 20
"""So many rows below a header tell which columns hold numbers."""


def is_strange(rows: Sequence[Row], position: int, header: int) -> bool:
    """Tell whether a row is the header of an unknown table.

    It stands after a gap, and has words without a digit where the table above has
    numbers. Without a title of its own it may be a record whose numbers are still to
    come (待定), and a record must not be lost; so its columns must be others, too.

    Parameters
    ----------
    rows
        Of the sheet.
    position, header
        Of the row, and of the last row of the header above it.
    """
    cells = {p: c for p, c in enumerate(rows[position]) if not is_blank(c)}
    wordy = all(isinstance(c, str) and not _has_digit(c) for c in cells.values())
    if len(cells) < 2 or not wordy:
        return False
    titled = _is_titled(rows, position)
    if not titled and not _stands_apart(rows, position):
        return False
    numeric = _numeric(rows[header + 1 : min(position, header + 1 + _FIRST_ROWS)])
    against = {p for p in cells if p in numeric and not is_placeholder(str(cells[p]))}
    if titled or not against:
        return bool(against)
    return len(against) == len(numeric) > 1 or _is_narrow(rows, position, header)


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _is_titled(rows: Sequence[Row], position: int) -> bool:
    """Tell whether a title stands directly above a row, with an empty row above it."""
    start = title_start(rows, position, 0)
    return 0 < start < position and is_blank_row(rows[start - 1])


def _stands_apart(rows: Sequence[Row], position: int) -> bool:
    """Tell whether a row behind an empty one names what stands below it."""
    words = [squeeze(str(c)) for c in rows[position] if not is_blank(c)]
    below = rows[position + 1 : position + 2]
    return (
        is_blank_row(rows[position - 1])
        and len(set(words)) == len(words)
        and any(not is_blank_row(row) for row in below)
    )


def _is_narrow(rows: Sequence[Row], position: int, header: int) -> bool:
    """Tell whether the rows that follow leave the same columns of the table empty."""
    columns = _columns(rows[position])
    if columns >= _columns(rows[header]):
        return False
    below = takewhile(lambda row: not is_blank_row(row), rows[position + 1 :])
    return all(_columns(row) <= columns for row in below)


def _columns(row: Row) -> set[int]:
    return {p for p, cell in enumerate(row) if not is_blank(cell)}


def _numeric(rows: Sequence[Row]) -> set[int]:
    """Return the columns that hold nothing but numbers."""
    seen: dict[int, bool] = {}
    for row in rows:
        for column, cell in enumerate(row):
            if not is_blank(cell):
                seen[column] = seen.get(column, True) and _is_number(cell)
    return {column for column, numbers in seen.items() if numbers}


def _is_number(cell: Cell) -> bool:
    reading = read_number(cell)
    return reading.value is not None
