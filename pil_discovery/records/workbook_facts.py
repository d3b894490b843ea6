"""What a workbook states that its reader (calamine) does not hand on.

The reader gives an empty cell for an error value (`#REF!`) and for a formula that was
never calculated, no word of hidden or filtered rows, none of the date system or of
percentages, and no merged cells of ODS files. A value lost that way would look like one
never entered, and a share shown as 5% like 0.05 per cent.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTH = 1 << 14
"""Columns of the widest sheet."""


def column_of(letters: bytes) -> int:
    """Return the position of a column, counted from 0, by its letters (`AB` is 27)."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass
class SheetFacts:
    """Facts of one sheet.

    Attributes
    ----------
    errors
        (row, column), counted from 0 → error value that the cell shows.
    hidden_rows
        Numbers of the rows that are hidden by hand or by a filter, as Excel counts.
    merged
        Merged ranges, positions from 0; only where the reader cannot tell them.
    percents
        Cells formatted as percentages: row × `WIDTH` + column, counted from 0.
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)
    percents: array[int] = field(default_factory=lambda: array("q"))


@dataclass(frozen=True)
class WorkbookFacts:
    """Facts of a workbook: name of the sheet → facts, and its date system.

    `counts_from_1904` tells that day number 0 is 1904-01-01 (workbooks of old Macs).
    """

    sheets: Mapping[str, SheetFacts]
    counts_from_1904: bool = False


PERCENT_FORMATS = frozenset({9, 10})
"""Numbers of the formats `0%` and `0.00%`, which no file defines."""
_LITERAL = re.compile(r"""\"[^"]*"|\\.|\[[^\]]*\]""")
_ELAPSED = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_SPACE = re.compile(r"[_*].")
_NUMBER = re.compile(r"general|e[-+]")
_LETTER = re.compile(r"[a-z]")


def is_percent(form: str) -> bool:
    """Tell whether a number format shows a hundred times the value, with a sign."""
    return "%" in _LITERAL.sub("", form)


def is_date(form: str) -> bool | None:
    """Tell whether a number format shows days; None where that is not certain."""
    if _ELAPSED.search(form):
        return None
    left = _SPACE.sub("", _LITERAL.sub("", form)).lower()
    if "y" in left:
        return True
    return None if _LETTER.search(_NUMBER.sub("", left)) else False
