"""Tables of a bundle as a workbook; the same tables give the same bytes."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import xlsxwriter

from pil_discovery.bundle.docx_files import canonical_zip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Sheet = tuple[Sequence[str], Sequence[Sequence[str]]]

_SETTINGS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_WIDEST, _NARROWEST = 40, 8


def table_workbook(sheets: Mapping[str, Sheet], day: dt.date) -> bytes:
    """Write tables of texts, one a sheet.

    Parameters
    ----------
    sheets
        Name of the sheet → headings and rows. Texts that are plain numbers are written
        as numbers with the decimals they have.
    day
        Creation date in the properties.
    """
    raw = io.BytesIO()
    with xlsxwriter.Workbook(raw, _SETTINGS) as book:
        book.set_properties({"created": dt.datetime.combine(day, dt.time(), dt.UTC)})
        formats: dict[int, Any] = {}
        head = book.add_format({"bold": True, "bg_color": "#D9E2EC"})
        for name, (columns, lines) in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, columns, head)
            for number, line in enumerate(lines, 1):
                for column, text in enumerate(line):
                    _write(sheet, (number, column), text, (book, formats))
            for column, title in enumerate(columns):
                widest = max((len(line[column]) for line in lines), default=0)
                wide = min(max(widest, 2 * len(title), _NARROWEST), _WIDEST)
                sheet.set_column(column, column, wide)
    return canonical_zip(raw.getvalue())


def _write(
    sheet: Any,  # noqa: ANN401 - xlsxwriter is untyped
    place: tuple[int, int],
    text: str,
    context: tuple[Any, dict[int, Any]],
) -> None:
    book, formats = context
    whole, point, part = text.partition(".")
    if not (whole.isascii() and whole.isdigit() and (part.isdigit() or not point)):
        sheet.write_string(*place, text)
        return
    places = len(part)
    if places not in formats:
        pattern = "0." + "0" * places if places else "0"
        formats[places] = book.add_format({"num_format": pattern})
    sheet.write_number(*place, float(text), formats[places])
