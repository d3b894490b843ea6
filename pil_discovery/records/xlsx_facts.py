"""Facts of an XLSX file, from its parts (ECMA-376 part 1, 18.2–18.3)."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from pil_discovery.records.markup import walk_xml
from pil_discovery.records.workbook_facts import (
    PERCENT_FORMATS,
    WIDTH,
    SheetFacts,
    WorkbookFacts,
    is_percent,
)
from pil_discovery.text.numbers import NOT_CALCULATED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_BLOCK = 1 << 20
_LONGEST_ROW = 1 << 25
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
_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
_HIDDEN_ROW = re.compile(
    rb"""<(?:\w+:)?row\s(?=[^>]*\shidden\s*=\s*["'](?:1|true)["'])"""
    rb"""(?:[^>]*?\s)?r\s*=\s*["'](\d{1,7})["']"""
)


def xlsx_facts(content: bytes) -> WorkbookFacts:
    """Return the facts of an XLSX or XLSM file whose container is sound."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        identifiers, from_1904 = _book(archive)
        parts = sheet_parts(archive, identifiers, "xl/_rels/workbook.xml.rels")
        percents = _percent_cells(archive)
        sheets = {n: _sheet_facts(archive, p, percents) for n, p in parts.items()}
    return WorkbookFacts(sheets, from_1904)


def _percent_cells(archive: zipfile.ZipFile) -> re.Pattern[bytes] | None:
    """Return what finds the cells formatted as percentages; None where no style is."""
    if "xl/styles.xml" not in archive.namelist():
        return None
    styles = _Styles()
    walk_xml(archive.read("xl/styles.xml"), start=styles.start, end=styles.end)
    if not styles.percents:
        return None
    numbers = b"|".join(b"%d" % number for number in styles.percents)
    return re.compile(
        rb"""<(?:\w+:)?c\s(?=[^>]*?\bs\s*=\s*["'](?:%s)["'])"""
        rb"""[^>]*?\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""" % numbers
    )


class _Styles:
    """The numbers of the cell styles that show percentages (18.8.10, 18.8.30)."""

    def __init__(self) -> None:
        self.percents: list[int] = []
        self._formats = {str(number) for number in PERCENT_FORMATS}
        self._next: int | None = None

    def start(self, element: str, attributes: dict[str, str]) -> None:
        form = attributes.get("numFmtId", "")
        if element == "numFmt" and is_percent(attributes.get("formatCode", "")):
            self._formats.add(form)
        elif element == "cellXfs":
            self._next = 0
        elif element == "xf" and self._next is not None:
            self.percents += [self._next] if form in self._formats else []
            self._next += 1

    def end(self, element: str) -> None:
        if element == "cellXfs":
            self._next = None


def _book(archive: zipfile.ZipFile) -> tuple[dict[str, str], bool]:
    """Return sheet → identifier of its part, and whether days run from 1904."""
    identifiers: dict[str, str] = {}
    properties: dict[str, str] = {}

    def book(element: str, attributes: dict[str, str]) -> None:
        if element == "sheet":
            identifiers[attributes.get("name", "")] = attributes.get("id", "")
        elif element == "workbookPr":
            properties.update(attributes)

    walk_xml(archive.read("xl/workbook.xml"), start=book)
    return identifiers, properties.get("date1904", "0") in {"1", "true"}


def sheet_parts(
    archive: zipfile.ZipFile, identifiers: Mapping[str, str], relations: str
) -> dict[str, str]:
    """Return sheet → name of the part that holds it, of parts that are there.

    Parameters
    ----------
    identifiers
        Sheet → identifier by which the workbook refers to its part.
    relations
        The part that says what identifiers mean.
    """
    targets: dict[str, str] = {}

    def relation(element: str, attributes: dict[str, str]) -> None:
        if element == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    walk_xml(archive.read(relations), start=relation)
    members = set(archive.namelist())
    parts = {name: _part(targets.get(i, "")) for name, i in identifiers.items()}
    return {name: part for name, part in parts.items() if part in members}


def _part(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _sheet_facts(
    archive: zipfile.ZipFile, part: str, percents: re.Pattern[bytes] | None
) -> SheetFacts:
    facts = SheetFacts()
    for text in _rows_of(archive, part):
        if _may_show_errors(text):
            facts.errors.update(_errors(text))
        if b"hidden" in text:
            facts.hidden_rows += map(int, _HIDDEN_ROW.findall(text))
        if percents is not None:
            for column, row in percents.findall(text):
                facts.percents.append((int(row) - 1) * WIDTH + _column(column))
    return facts


def _may_show_errors(text: bytes) -> bool:
    """Tell whether any cell may; the quick looks first pass over most sheets."""
    typed = b'"e"' in text or b"'e'" in text
    formulas = b"<f" in text or b":f" in text
    return bool(
        (typed and _ERROR.search(text)) or (formulas and _UNCALCULATED.search(text))
    )


def _rows_of(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield the text of a sheet in pieces that end with the end of a row."""
    with archive.open(part) as stream:
        rest = b""
        while block := stream.read(_BLOCK):
            text = rest + block
            cut = text.rfind(b"row>") + 4
            if cut < 4 and len(text) < _LONGEST_ROW:
                rest = text
                continue
            cut = cut if cut >= 4 else len(text)
            yield text[:cut]
            rest = text[cut:]
        yield rest


def _errors(text: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the place and the words of every cell that shows an error."""
    for attributes, inside in _CELL.findall(text):
        found, place = _KIND.search(attributes), _PLACE.search(attributes)
        kind = found[1] if found else b""
        value = _VALUE.search(inside)
        if place is None:
            continue
        at = int(place[2]) - 1, _column(place[1])
        if kind == b"e":
            yield at, value[1].decode("utf-8", "replace") if value else "#VALUE!"
        elif kind != b"str" and value is None and _FORMULA.search(inside):
            yield at, NOT_CALCULATED


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1
