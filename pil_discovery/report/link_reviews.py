"""The workbook in which people decide about pairs, without the model's score."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import xlsxwriter

from pil_discovery.report.workbook import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

CHOICES = {"同一主体": "same", "不同主体": "different"}
ANSWERS = ("判断", "理由", "核对人", "核对日期")
PAIR = "配对编号"
_MADE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def write_link_reviews(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Write one pair a line: both rows side by side, then empty cells for the answer.

    Neither probability nor reason of the model is shown, so that people judge for
    themselves. Two writes give equal bytes.

    Parameters
    ----------
    rows
        `配对编号`, then the columns of the left and of the right row.
    """
    with xlsxwriter.Workbook(path, SETTINGS) as book:
        book.set_properties({"created": _MADE})
        sheet = book.add_worksheet("待核对")
        bold = book.add_format({"bold": True})
        titles = [*(rows[0] if rows else [PAIR]), *ANSWERS]
        sheet.write_row(0, 0, titles, bold)
        for line, row in enumerate(rows, start=1):
            _write_line(sheet, line, row)
        sheet.set_column(0, len(titles), 24)
        sheet.freeze_panes(1, 0)
        choice = {"validate": "list", "source": list(CHOICES)}
        place = titles.index("判断")
        sheet.data_validation(1, place, max(len(rows), 1), place, choice)


def _write_line(
    sheet: Any,  # noqa: ANN401 - xlsxwriter is untyped
    line: int,
    row: Mapping[str, str],
) -> None:
    for column, text in enumerate(row.values()):
        sheet.write_string(line, column, text)
