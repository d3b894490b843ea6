"""Facts of an XLS file, from its records ([MS-XLS] 2.4)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from pil_discovery.records.workbook_facts import (
    PERCENT_FORMATS,
    WIDTH,
    SheetFacts,
    WorkbookFacts,
    is_percent,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BOF, _EOF, _SHEET, _FILEPASS = 0x0809, 0x000A, 0x0085, 0x002F
_DATEMODE, _ROW, _FORMULA, _BOOLERR = 0x0022, 0x0208, 0x0006, 0x0205
_FORMAT, _STYLE = 0x041E, 0x00E0
_NUMBER, _SMALL_NUMBER, _SMALL_NUMBERS = 0x0203, 0x027E, 0x00BD
_WIDE_TEXT = 0x01
_HIDDEN = 0x20
ERROR_VALUES = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
"""Number of an error in XLS and XLSB files → what the cell shows."""


def xls_facts(stream: bytes) -> WorkbookFacts:
    """Return the facts of the workbook stream of an XLS file; none if encrypted."""
    starts: dict[int, SheetFacts] = {}
    sheets: dict[str, SheetFacts] = {}
    here: SheetFacts | None = None
    styles = _Styles()
    from_1904, depth = False, 0
    for at, kind, body in _records(stream):
        if kind == _FILEPASS:
            return WorkbookFacts({})
        if kind == _BOF:
            depth += 1
            here = starts.get(at, here)
        elif kind == _EOF:
            depth -= 1
            here = here if depth else None
        elif kind == _SHEET:
            start, name = _sheet(body)
            sheets[name] = starts[start] = SheetFacts()
        elif kind == _DATEMODE:
            from_1904 = body[:1] == b"\x01"
        elif here is not None and depth == 1:
            _note(kind, body, here)
            here.percents.extend(styles.percents(kind, body))
        else:
            styles.note(kind, body)
    return WorkbookFacts(sheets, from_1904)


class _Styles:
    """The cell styles that show percentages (2.4.126, 2.4.353)."""

    def __init__(self) -> None:
        self._formats = set(PERCENT_FORMATS)
        self._percent: list[bool] = []

    def note(self, kind: int, body: bytes) -> None:
        """Take in a record in front of the sheets."""
        if kind == _FORMAT and len(body) > 2:
            # Wide or not, and with a length of one byte or two: a percent sign shows.
            words = body[2:].replace(b"\x00", b"").decode("latin-1")
            if is_percent(words):
                self._formats.add(int.from_bytes(body[:2], "little"))
        elif kind == _STYLE and len(body) >= 4:
            self._percent.append(int.from_bytes(body[2:4], "little") in self._formats)

    def percents(self, kind: int, body: bytes) -> Iterable[int]:
        """Return the places of the percentages in a record of a sheet."""
        return self._percents(kind, body) if True in self._percent else ()

    def _percents(self, kind: int, body: bytes) -> Iterator[int]:
        if kind in {_NUMBER, _SMALL_NUMBER, _FORMULA} and len(body) >= 6:
            row, column, style = struct.unpack_from("<HHH", body)
            yield from [row * WIDTH + column] if self._shows(style) else []
        elif kind == _SMALL_NUMBERS and len(body) >= 6:
            row, first = struct.unpack_from("<HH", body)
            for number, at in enumerate(range(4, len(body) - 7, 6)):
                if self._shows(int.from_bytes(body[at : at + 2], "little")):
                    yield row * WIDTH + first + number

    def _shows(self, style: int) -> bool:
        return style < len(self._percent) and self._percent[style]


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _sheet(body: bytes) -> tuple[int, str]:
    """Return where the records of a sheet begin, and its name."""
    start = int.from_bytes(body[:4], "little")
    count, flags = body[6], body[7]
    if flags & _WIDE_TEXT:
        return start, body[8 : 8 + 2 * count].decode("utf-16-le", "replace")
    return start, body[8 : 8 + count].decode("latin-1")


def _note(kind: int, body: bytes, facts: SheetFacts) -> None:
    if kind == _ROW and len(body) >= 16 and body[12] & _HIDDEN:
        facts.hidden_rows.append(int.from_bytes(body[:2], "little") + 1)
        return
    error = _error(kind, body)
    if error:
        row, column = struct.unpack_from("<HH", body)
        facts.errors[row, column] = error


def _error(kind: int, body: bytes) -> str:
    """Return the error that a cell shows; empty when it shows none."""
    if kind == _BOOLERR and len(body) >= 8 and body[7] == 1:
        return ERROR_VALUES.get(body[6], "#VALUE!")
    told = kind == _FORMULA and len(body) >= 14
    if told and body[12:14] == b"\xff\xff" and body[6] == 2:
        return ERROR_VALUES.get(body[8], "#VALUE!")
    return ""
