"""XLSB files: whether they may be opened, and their facts ([MS-XLSB] 2.1, 2.4).

Such a file holds records in place of XML. As with other workbooks, the reader believes
the sizes that the file states, so they are looked at first.
"""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING

from pil_discovery.records.workbook_facts import (
    PERCENT_FORMATS,
    WIDTH,
    SheetFacts,
    WorkbookFacts,
    is_percent,
)
from pil_discovery.records.xls_facts import ERROR_VALUES
from pil_discovery.records.xlsx_parts import relations

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOOK, _RELATIONS = "xl/workbook.bin", "xl/_rels/workbook.bin.rels"
_ROW, _ERROR, _FORMULA_ERROR = 0, 3, 11
_CELLS = range(1, 12)
_SIZE, _PROPERTIES, _SHEET = 148, 153, 156
_TEXTS, _MERGED = 159, 176
_NUMBERS = frozenset({2, 5, 9})
_FORMAT, _STYLE, _STYLES, _END_OF_STYLES = 44, 47, 617, 618
_HIDDEN = 0x10
_LAST_ROW, _LAST_COLUMN = 1 << 20, 1 << 14


def is_xlsb(names: set[str]) -> bool:
    """Tell an XLSB file by the names of its parts."""
    return _BOOK in names


def xlsb_fault(content: bytes, most_cells: int) -> str:
    """Return why an XLSB file may not be handed to the reader; empty if it may."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            name = member.filename.lower()
            if not name.endswith(".bin") or not name.startswith("xl/"):
                continue
            if name.startswith("xl/worksheets/") or name == "xl/sharedstrings.bin":
                fault = _fault(archive.read(member), most_cells)
                if fault:
                    return f"{member.filename} {fault}"
    return ""


def _fault(part: bytes, most_cells: int) -> str:
    far = wide = 0
    try:
        for kind, body in _records(part):
            if kind == _TEXTS and struct.unpack_from("<I", body, 4)[0] > len(part):
                return "写明的文字条数超过文件本身"
            if kind == _SIZE:
                _, bottom, _, right = struct.unpack_from("<4I", body)
                far, wide = max(far, bottom), max(wide, right)
            elif kind == _ROW:
                far = max(far, struct.unpack_from("<I", body)[0])
            elif kind in _CELLS:
                wide = max(wide, struct.unpack_from("<I", body)[0])
    except (struct.error, IndexError):
        return "内部结构已损坏"
    outside = far >= _LAST_ROW or wide >= _LAST_COLUMN
    if outside or (far + 1) * (wide + 1) > most_cells:
        return f"的单元格远至第 {far + 1} 行、第 {wide + 1} 列"
    return ""


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and body of each record; both numbers have seven bits a byte.

    Raises
    ------
    IndexError
        When the part ends within a record.
    """
    at = 0
    while at < len(part):
        kind, at = part[at], at + 1
        if kind & 0x80:
            kind, at = kind & 0x7F | part[at] << 7, at + 1
        length = shift = 0
        more = True
        while more:
            length |= (part[at] & 0x7F) << shift
            more = bool(part[at] & 0x80) and shift < 21
            at, shift = at + 1, shift + 7
        if at + length > len(part):
            raise IndexError(length)
        yield kind, part[at : at + length]
        at += length


def xlsb_facts(content: bytes) -> WorkbookFacts:
    """Return the facts of an XLSB file in which `xlsb_fault` finds nothing."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        identifiers, from_1904 = _sheets(archive.read(_BOOK))
        targets = relations(archive, _RELATIONS)
        members = set(archive.namelist())
        parts = {n: targets.get(i, ("", ""))[1] for n, i in identifiers.items()}
        percents = _percent_styles(archive)
        sheets = {
            name: _facts(archive.read(part), percents)
            for name, part in parts.items()
            if part in members
        }
    return WorkbookFacts(sheets, from_1904)


def _sheets(book: bytes) -> tuple[dict[str, str], bool]:
    identifiers, from_1904 = {}, False
    for kind, body in _records(book):
        if kind == _PROPERTIES:
            from_1904 = bool(body[0] & 1)
        elif kind == _SHEET:
            identifier, behind = _text(body, 8)
            name, _ = _text(body, behind)
            identifiers[name] = identifier
    return identifiers, from_1904


def _text(body: bytes, at: int) -> tuple[str, int]:
    """Return the text that begins here, and where it ends."""
    end = at + 4 + 2 * struct.unpack_from("<I", body, at)[0]
    return body[at + 4 : end].decode("utf-16-le", "replace"), end


def _percent_styles(archive: zipfile.ZipFile) -> set[int]:
    """Return the numbers of the cell styles that show percentages."""
    if "xl/styles.bin" not in archive.namelist():
        return set()
    formats, styles, count = set(PERCENT_FORMATS), set(), -1
    for kind, body in _records(archive.read("xl/styles.bin")):
        if kind == _FORMAT and is_percent(_text(body, 2)[0]):
            formats.add(int.from_bytes(body[:2], "little"))
        elif kind in {_STYLES, _END_OF_STYLES}:
            count = 0 if kind == _STYLES else -1
        elif kind == _STYLE and count >= 0:
            styles |= (
                {count} if int.from_bytes(body[2:4], "little") in formats else set()
            )
            count += 1
    return styles


def _facts(part: bytes, percents: set[int]) -> SheetFacts:
    facts, row = SheetFacts(), 0
    for kind, body in _records(part):
        if kind == _ROW:
            row = struct.unpack_from("<I", body)[0]
            facts.hidden_rows += [row + 1] if body[11] & _HIDDEN else []
        elif kind in {_ERROR, _FORMULA_ERROR}:
            column = struct.unpack_from("<I", body)[0]
            facts.errors[row, column] = ERROR_VALUES.get(body[8], "#VALUE!")
        elif kind in _NUMBERS and int.from_bytes(body[4:7], "little") in percents:
            facts.percents.append(row * WIDTH + int.from_bytes(body[:4], "little"))
        elif kind == _MERGED:
            top, bottom, left, right = struct.unpack_from("<4I", body)
            facts.merged.append(((top, left), (bottom, right)))
    return facts
