"""Plain day numbers in date columns of workbooks that count from 1904."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pil_discovery.types.sources import Inference

if TYPE_CHECKING:
    from pil_discovery.records.grids import Cell
    from pil_discovery.records.pages import Page
    from pil_discovery.types.datasets import Dataset

DAYS_APART = 1462
"""Day 0 of the one system is day 1462 of the other (1904-01-01 and 1899-12-31)."""

_SERIAL = re.compile(r"\d{5}(\.\d+)?")


def count_from_1900(page: Page, dataset: Dataset) -> tuple[Page, list[Inference]]:
    """Return a page of a 1904 workbook with the day numbers that all readers expect.

    Cells formatted as dates arrive as dates and are right already; a number without
    format, or written as text, is shifted where its column is one of dates.
    """
    columns = [p for p, name in page.match.mapping.items() if _is_date(dataset, name)]
    rows, shifted = list(page.grid.rows), 0
    for at in page.body.records if columns else ():
        found = {c: _shifted(rows[at][c]) for c in columns if _is_serial(rows[at][c])}
        if found:
            shifted += len(found)
            rows[at] = [found.get(c, cell) for c, cell in enumerate(rows[at])]
    if not shifted:
        return page, []
    note = Inference(
        what="日期序号按1904年日期系统读取",
        value=f"{shifted} 格",
        why="该工作簿设定从1904年1月1日起计日",
    )
    return replace(page, grid=replace(page.grid, rows=rows)), [note]


def _is_date(dataset: Dataset, name: str) -> bool:
    known = dataset.field(name)
    return known is not None and known.type in {"date", "datetime"}


def _is_serial(cell: Cell) -> bool:
    """Tell day numbers from years (2024), months (202403) and days (20240301)."""
    if isinstance(cell, str):
        return _SERIAL.fullmatch(cell.strip()) is not None
    number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return number and 9999 < cell < 99999  # type: ignore[operator]


def _shifted(cell: Cell) -> Cell:
    number = float(cell) + DAYS_APART  # type: ignore[arg-type]
    return int(number) if number.is_integer() else number
