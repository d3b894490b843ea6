"""What a workbook states that its reader (calamine) does not hand on.

The reader gives an empty cell for an error value (`#REF!`) and for a formula that was
never calculated, no word of hidden or filtered rows, none of the date system, and no
merged cells of ODS files. A value lost that way would look like one never entered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)


@dataclass(frozen=True)
class WorkbookFacts:
    """Facts of a workbook: name of the sheet → facts, and its date system.

    `counts_from_1904` tells that day number 0 is 1904-01-01 (workbooks of old Macs).
    """

    sheets: Mapping[str, SheetFacts]
    counts_from_1904: bool = False
