"""A sheet or text file as rows of cells, each row with its number in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Cell = object
Row = Sequence[Cell]


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet or text file.

    Attributes
    ----------
    sheet
        Name of the sheet; None for text files.
    rows, lines
        Cells, and for each row its number in the file, counted from 1.
    merged
        Merged cell ranges as ((row, column), (row, column)), positions from 0.
    ragged
        Rows have the length that their line in the text file gave them.
    """

    sheet: str | None
    rows: Sequence[Row]
    lines: Sequence[int]
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    ragged: bool = False


@dataclass(frozen=True)
class NamedGrid(Grid):
    """Rows of a format that names its columns itself, so that no row is a header.

    `headers` are the names, one per cell of a row.
    """

    headers: tuple[str, ...] = ()


def is_blank(cell: Cell) -> bool:
    """Return whether a cell shows nothing."""
    if isinstance(cell, str):
        return not cell or cell.isspace()
    return cell is None


def is_blank_row(row: Row) -> bool:
    """Return whether no cell of a row shows anything."""
    return all(map(is_blank, row))
