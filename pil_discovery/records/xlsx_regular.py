"""XLSX files all of whose wanted sheets are written as programs write them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pil_discovery.records.block_rows import TEXTS
from pil_discovery.records.xlsx_columns import RegularSheet, read_sheet
from pil_discovery.records.xlsx_parts import WORKBOOK, read_contents, read_formats
from pil_discovery.records.xlsx_texts import UnusualError, shared_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pil_discovery.records.xlsx_parts import CellFormats, Contents

    Watch = Callable[[int, int], None]

_TEXTS = "xl/sharedStrings.xml"
_STEP = 2**16
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError),
    *(KeyError, ValueError, NotImplementedError, RuntimeError),
)
"""What a damaged or encrypted file raises; the usual way says what is wrong."""


@dataclass(frozen=True)
class RegularBook:
    """The wanted sheets of a workbook, by name, and the names of the hidden ones."""

    sheets: Mapping[str, RegularSheet]
    hidden: frozenset[str]


def read_regular(
    content: bytes, *, sheet: str | None = None, progress: Watch | None = None
) -> RegularBook | None:
    """Return the sheets of an XLSX file, all the visible ones or the named one.

    Values, rows and merged ranges are those that the library reader gives; a sheet that
    is written in an unusual way, and any damage, are left to it.

    Parameters
    ----------
    progress
        Called every 65 536 rows of a sheet, and after its last one, with the rows done
        and all its rows as far as the sheet states them.

    Returns
    -------
    book
        None where anything is unusual.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if WORKBOOK not in archive.namelist():
                return None
            return _read(archive, sheet, progress)
    except (UnusualError, *_DAMAGED):
        return None


def _read(
    archive: zipfile.ZipFile, wanted: str | None, progress: Watch | None
) -> RegularBook:
    contents = read_contents(archive)
    parts = _parts(contents, wanted)
    formats, texts = read_formats(archive), _shared(archive)
    sheets = {
        name: _sheet(archive, part, (texts, formats), progress)
        for name, part in parts.items()
    }
    hidden = frozenset(s.name for s in contents.sheets if not s.is_visible)
    return RegularBook(sheets, hidden)


def _parts(contents: Contents, wanted: str | None) -> dict[str, str]:
    """Return the sheets to read and their parts."""
    names = [s.name for s in contents.sheets]
    if contents.counts_from_1904 or len(set(names)) < len(names):
        raise UnusualError
    if wanted is None:
        chosen = [s for s in contents.sheets if s.is_visible]
    else:
        chosen = [s for s in contents.sheets if s.name == wanted]
    if not chosen or not all(s.part and s.is_table for s in contents.sheets):
        raise UnusualError
    return {s.name: s.part for s in chosen}


def _shared(archive: zipfile.ZipFile) -> pa.Array:
    """Return the shared texts, null where one is empty."""
    if _TEXTS not in archive.namelist():
        return pa.array([], TEXTS)
    texts = shared_texts(archive.read(_TEXTS))
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, TEXTS), texts)


def _sheet(
    archive: zipfile.ZipFile,
    part: str,
    how: tuple[pa.Array, CellFormats],
    progress: Watch | None,
) -> RegularSheet:
    told, sheet = 0, RegularSheet()
    for sheet in read_sheet(archive, part, *how):
        if progress is not None and sheet.height - told >= _STEP:
            told = sheet.height
            progress(told, max(told, sheet.stated))
    if progress is not None and sheet.height:
        progress(sheet.height, sheet.height)
    return sheet
