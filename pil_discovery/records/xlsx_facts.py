"""Facts of an XLSX file, from its parts (ECMA-376 part 1, 18.2–18.3)."""

from __future__ import annotations

import io
import re
import zipfile
from itertools import repeat
from typing import TYPE_CHECKING

from pil_discovery.records.workbook_facts import (
    WIDTH,
    SheetFacts,
    WorkbookFacts,
    column_of,
)
from pil_discovery.records.xlsx_parts import read_contents, read_formats, rows_of
from pil_discovery.text.numbers import NOT_CALCULATED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pil_discovery.records.xlsx_parts import CellFormats

_BLOCK = 1 << 20
_CELL = re.compile(
    rb"""<(?:\w+:)?c\s([^>]*?)(?<!/)>(.*?)</(?:\w+:)?c>""",
    re.DOTALL,
)
_PLACE = re.compile(rb"""(?:^|\s)r\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
_KIND = re.compile(rb"""(?:^|\s)t\s*=\s*["'](\w+)["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]+)<")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_UNCALCULATED = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f[^>]*/>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ZERO_RESULT = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f[^>]*/>)\s*<(?:\w+:)?v>\s*0\s*</"
)
"""What programs leave behind a formula that they did not calculate (XlsxWriter)."""
_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
_HIDDEN_ROW = re.compile(
    rb"""<(?:\w+:)?row\s(?=[^>]*\shidden\s*=\s*["'](?:1|true)["'])"""
    rb"""(?:[^>]*?\s)?r\s*=\s*["'](\d{1,7})["']"""
)


def xlsx_facts(content: bytes) -> WorkbookFacts:
    """Return the facts of an XLSX or XLSM file whose container is sound."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        contents = read_contents(archive)
        percents = _percent_cells(read_formats(archive))
        sheets = {
            sheet.name: _sheet_facts(
                archive, sheet.part, percents, stale=contents.recalculates
            )
            for sheet in contents.sheets
            if sheet.part
        }
    return WorkbookFacts(sheets, contents.counts_from_1904)


def _percent_cells(formats: CellFormats) -> re.Pattern[bytes] | None:
    """Return what finds the cells formatted as percentages; None where no style is."""
    styles = formats.percents()
    if not styles:
        return None
    numbers = b"|".join(b"%d" % number for number in styles)
    return re.compile(
        rb"""<(?:\w+:)?c\s(?=[^>]*?\bs\s*=\s*["'](?:%s)["'])"""
        rb"""[^>]*?\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""" % numbers
    )


def _sheet_facts(
    archive: zipfile.ZipFile,
    part: str,
    percents: re.Pattern[bytes] | None,
    *,
    stale: bool,
) -> SheetFacts:
    """Return the facts of a sheet; where formulas are `stale`, a zero is no result."""
    facts = SheetFacts()
    for text in rows_of(archive, part, repeat(_BLOCK)):
        if _may_show_errors(text) or (stale and _ZERO_RESULT.search(text)):
            facts.errors.update(_errors(text, stale=stale))
        if b"hidden" in text:
            facts.hidden_rows += map(int, _HIDDEN_ROW.findall(text))
        if percents is not None:
            for column, row in percents.findall(text):
                facts.percents.append((int(row) - 1) * WIDTH + column_of(column))
    return facts


def _may_show_errors(text: bytes) -> bool:
    """Tell whether any cell may; the quick looks first pass over most sheets."""
    typed = b'"e"' in text or b"'e'" in text
    formulas = b"<f" in text or b":f" in text
    return bool(
        (typed and _ERROR.search(text)) or (formulas and _UNCALCULATED.search(text))
    )


def _errors(text: bytes, *, stale: bool) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the place and the words of every cell that shows an error."""
    for attributes, inside in _CELL.findall(text):
        found, place = _KIND.search(attributes), _PLACE.search(attributes)
        kind = found[1] if found else b""
        value = _VALUE.search(inside)
        if place is None:
            continue
        at = int(place[2]) - 1, column_of(place[1])
        if kind == b"e":
            yield at, value[1].decode("utf-8", "replace") if value else "#VALUE!"
        elif kind != b"str" and _FORMULA.search(inside):
            result = b"" if value is None else value[1].strip()
            if result == b"" or (stale and result == b"0"):
                yield at, NOT_CALCULATED
