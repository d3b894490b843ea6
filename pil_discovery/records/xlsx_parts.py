"""The parts of an XLSX file (ECMA-376 part 1, 18.2–18.8): sheets, formats, rows."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pil_discovery.records.markup import walk_xml
from pil_discovery.records.workbook_facts import PERCENT_FORMATS, is_date, is_percent

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterable, Iterator, Mapping

WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STYLES = "xl/styles.xml"
_TRUE = frozenset({"1", "true"})
_LONGEST_ROW = 1 << 25
_PLAIN_FORMATS = frozenset({*range(9), 11, 12, 13, *range(37, 45), 48, 49})
"""Numbers of formats that no file defines and that show numbers or texts."""
_DATE_FORMATS = frozenset({14, 15, 16, 17, 22})


@dataclass(frozen=True)
class Sheet:
    """A sheet as the workbook lists it.

    `part` is empty where there is none; `is_table` is false of charts and macros.
    """

    name: str
    part: str
    is_visible: bool
    is_table: bool


@dataclass(frozen=True)
class Contents:
    """What a workbook lists, and whether its days run from 1904.

    `recalculates` tells that its formulas are calculated anew wherever it is opened:
    the program that wrote it calculated none.
    """

    sheets: tuple[Sheet, ...]
    counts_from_1904: bool
    recalculates: bool = False


@dataclass
class CellFormats:
    """The number formats of the cell styles (18.8.10, 18.8.30), in their order.

    Each is `plain`, `percent`, `date`, or `other` where it has to be looked at closer.
    """

    kinds: list[str] = field(default_factory=list)

    def percents(self) -> list[int]:
        """Return the numbers of the styles that show percentages."""
        return [n for n, kind in enumerate(self.kinds) if kind == "percent"]


def read_contents(archive: zipfile.ZipFile) -> Contents:
    """Return what a workbook lists.

    Raises
    ------
    KeyError, ValueError
        When a part is missing or no XML.
    """
    listed: list[dict[str, str]] = []
    properties: dict[str, str] = {}

    def book(element: str, attributes: dict[str, str]) -> None:
        if element == "sheet":
            listed.append(attributes)
        elif element in {"workbookPr", "calcPr"}:
            properties.update(attributes)

    walk_xml(archive.read(WORKBOOK), start=book)
    targets = relations(archive, _RELATIONS)
    members = set(archive.namelist())
    sheets = tuple(_sheet(found, targets, members) for found in listed)
    return Contents(
        sheets,
        counts_from_1904=properties.get("date1904", "0") in _TRUE,
        recalculates=properties.get("fullCalcOnLoad", "0") in _TRUE,
    )


def _sheet(
    found: Mapping[str, str],
    targets: Mapping[str, tuple[str, str]],
    members: Iterable[str],
) -> Sheet:
    kind, part = targets.get(found.get("id", ""), ("", ""))
    return Sheet(
        name=found.get("name", ""),
        part=part if part in members else "",
        is_visible=found.get("state", "visible") == "visible",
        is_table=posixpath.basename(kind) == "worksheet",
    )


def relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return identifier → kind and part of what a part of relations names."""
    found: dict[str, tuple[str, str]] = {}

    def relation(element: str, attributes: dict[str, str]) -> None:
        if element == "Relationship":
            target = _part(attributes.get("Target", ""))
            found[attributes.get("Id", "")] = (attributes.get("Type", ""), target)

    walk_xml(archive.read(part), start=relation)
    return found


def _part(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def read_formats(archive: zipfile.ZipFile) -> CellFormats:
    """Return the number formats of the cell styles; none where the file has none."""
    if _STYLES not in archive.namelist():
        return CellFormats()
    styles = _Styles()
    walk_xml(archive.read(_STYLES), start=styles.start, end=styles.end)
    return CellFormats(styles.kinds)


class _Styles:
    def __init__(self) -> None:
        self.kinds: list[str] = []
        self._known = {
            **{str(n): "plain" for n in _PLAIN_FORMATS},
            **{str(n): "percent" for n in PERCENT_FORMATS},
            **{str(n): "date" for n in _DATE_FORMATS},
        }
        self._inside = False

    def start(self, element: str, attributes: dict[str, str]) -> None:
        form = attributes.get("numFmtId", "")
        if element == "numFmt":
            self._known[form] = _kind(attributes.get("formatCode", ""))
        elif element == "cellXfs":
            self._inside = True
        elif element == "xf" and self._inside:
            self.kinds.append(self._known.get(form, "other" if form else "plain"))

    def end(self, element: str) -> None:
        if element == "cellXfs":
            self._inside = False


def _kind(form: str) -> str:
    if is_percent(form):
        return "percent"
    return {True: "date", False: "plain", None: "other"}[is_date(form)]


def rows_of(
    archive: zipfile.ZipFile, part: str, sizes: Iterable[int]
) -> Iterator[bytes]:
    """Yield the text of a sheet in pieces of these sizes that end with a row."""
    with archive.open(part) as stream:
        rest = b""
        for size in sizes:
            block = stream.read(size)
            if not block:
                break
            text = rest + block
            cut = text.rfind(b"row>") + 4
            if cut < 4 and len(text) < _LONGEST_ROW:
                rest = text
                continue
            cut = cut if cut >= 4 else len(text)
            yield text[:cut]
            rest = text[cut:]
        yield rest
