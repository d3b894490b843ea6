"""XLSX, XLSB, XLS and ODS workbooks: values, never formulas or macros.

Sheets of XLSX files that are written as usual are read by columns, all others through
calamine.

The extension says nothing: an ET file of WPS is one of these inside.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from pil_discovery.errors import Problem, ReadError, near_names
from pil_discovery.records.block_rows import BlockRows, gather
from pil_discovery.records.containers import (
    MOST_CELLS,
    is_locked,
    ole_fault,
    ole_workbook,
    sheet_fault,
)
from pil_discovery.records.grids import Grid
from pil_discovery.records.ods_facts import ods_facts, ods_fault
from pil_discovery.records.workbook_facts import WIDTH, SheetFacts, WorkbookFacts
from pil_discovery.records.xls_facts import xls_facts
from pil_discovery.records.xlsb import is_xlsb, xlsb_facts, xlsb_fault
from pil_discovery.records.xlsx_facts import xlsx_facts
from pil_discovery.records.xlsx_regular import read_regular
from pil_discovery.types.sources import Inference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pil_discovery.records.files import Blob
    from pil_discovery.records.xlsx_columns import RegularSheet

_STEP = 2**16
_LOCKED = "设有打开密码，或整个工作簿加了保护"
_UNLOCK = "用 Excel 或 WPS 打开，去掉密码和工作簿保护，另存为 .xlsx"
_TRIM = "用 Excel 或 WPS 打开，删去数据区以外的单元格和格式，另存为 .xlsx"

_GIVEN_UP = (
    CalamineError,
    ValueError,
    OSError,
    OverflowError,
    MemoryError,
    LookupError,
    EOFError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
)
"""What the reader, or a look at the facts, raises at a damaged file."""


@dataclass(frozen=True)
class Book:
    """The sheets of a workbook, what was concluded, and its date system."""

    grids: list[Grid]
    inferences: list[Inference]
    counts_from_1904: bool = False


def read_workbook(
    blob: Blob,
    *,
    sheet: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Book:
    """Return the visible sheets of a workbook that hold anything.

    A sheet written as usual goes into columns piece by piece; the library holds any
    other whole first. Reading a table to its typed rows took at most 0.8 GiB for a
    sheet of one million rows in 8 columns (67 MB), and 1.1 GiB through the library; see
    `benchmarks/large_tables.py`.

    Parameters
    ----------
    sheet
        Name of the only sheet to read; it may then be a hidden one.
    progress
        Called every 65 536 rows of a sheet, and after its last one, with the rows done
        and all its rows.

    Returns
    -------
    book
        Row numbers are those that Excel shows. Hidden sheets are not read, but listed.
        Hidden and filtered rows are read, and listed where the format tells them. A
        hidden column is read like any other.

    Raises
    ------
    ReadError
        When the workbook cannot be opened, has a password, lacks the named sheet, or
        all its visible sheets are empty.
    """
    regular = read_regular(blob.content, sheet=sheet, progress=progress)
    if regular is not None:
        grids = [_regular_grid(name, found) for name, found in regular.sheets.items()]
        facts = WorkbookFacts(
            {name: _regular_facts(found) for name, found in regular.sheets.items()}
        )
        return _book(blob, grids, facts, hidden=set(regular.hidden - {sheet}))
    return _irregular(blob, sheet, progress)


def _regular_grid(name: str, sheet: RegularSheet) -> Grid:
    rows = sheet.rows()
    return Grid(name, rows, range(1, len(rows) + 1), merged=tuple(sheet.merged))


def _regular_facts(sheet: RegularSheet) -> SheetFacts:
    return SheetFacts(hidden_rows=sheet.hidden_rows)


def _irregular(
    blob: Blob, sheet: str | None, progress: Callable[[int, int], None] | None
) -> Book:
    """Return a workbook as the library reader gives it."""
    _demand_sound(blob)
    with _refusing(blob):
        book = CalamineWorkbook.from_filelike(io.BytesIO(blob.content))
        facts = _facts(blob.content)
    hidden = _hidden(book)
    names = _wanted(book, blob.file, sheet) or [
        n for n in _tables(book) if n not in hidden
    ]
    with _refusing(blob):
        grids = [_grid(book, name, facts.sheets.get(name), progress) for name in names]
    return _book(blob, grids, facts, hidden=hidden - set(names))


def _book(
    blob: Blob, grids: Sequence[Grid], facts: WorkbookFacts, *, hidden: set[str]
) -> Book:
    filled = [grid for grid in grids if grid.rows]
    if not filled:
        names = "、".join(str(grid.sheet) for grid in grids)
        what = f"工作表都是空的：{names}" if names else "没有可见的工作表"
        raise ReadError(Problem(blob.file, "", what, "请重新导出"))
    found = list_unread(hidden, [g.sheet for g in grids if not g.rows])
    found += [*_hidden_rows(filled, facts), *_percents(filled, facts)]
    return Book(filled, found, facts.counts_from_1904)


def _facts(content: bytes) -> WorkbookFacts:
    if not content.startswith(b"PK"):
        return xls_facts(ole_workbook(content))
    names = _members(content)
    if is_xlsb(names):
        return xlsb_facts(content)
    if "xl/workbook.xml" in names:
        return xlsx_facts(content)
    return ods_facts(content) if "content.xml" in names else WorkbookFacts({})


def _demand_sound(blob: Blob) -> None:
    """Raise where the reader would take more memory than any machine has."""
    try:
        fault = _fault(blob.content)
        remedy = _UNLOCK if fault == _LOCKED else _TRIM
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError):
        fault, remedy = "压缩内容已损坏", "请重新导出或重新复制"
    except (NotImplementedError, RuntimeError):
        fault, remedy = "工作簿有密码或压缩方式不受支持", _UNLOCK
    if fault:
        raise ReadError(Problem(blob.file, "", f"工作簿打不开：{fault}", remedy))


def _fault(content: bytes) -> str:
    if not content.startswith(b"PK"):
        return ole_fault(content) or (_LOCKED if is_locked(content) else "")
    if is_locked(content):
        return _LOCKED
    if is_xlsb(_members(content)):
        return xlsb_fault(content, MOST_CELLS)
    return sheet_fault(content) or ods_fault(content)


def _members(content: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return set(archive.namelist())


@contextmanager
def _refusing(blob: Blob) -> Iterator[None]:
    """Turn what the reader cannot cope with into a ReadError."""
    what, remedy = f"工作簿打不开：{_LOCKED}", _UNLOCK
    try:
        yield
    except PasswordError:
        pass
    except BaseException as error:
        if not _is_refusal(error):
            raise
        what = f"工作簿打不开，可能已损坏或不是 Excel 文件（{error}）"
        remedy = "用 Excel 或 WPS 打开后另存为 .xlsx"
    else:
        return
    raise ReadError(Problem(blob.file, "", what, remedy))


def _is_refusal(error: BaseException) -> bool:
    """Tell whether the reader gave up, be it in disorder.

    A panic of its Rust code arrives as an exception that cannot be imported and is not
    derived from Exception.
    """
    return isinstance(error, _GIVEN_UP) or type(error).__name__ == "PanicException"


def _tables(book: CalamineWorkbook) -> list[str]:
    return [m.name for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]


def _hidden(book: CalamineWorkbook) -> set[str]:
    shown = SheetVisibleEnum.Visible
    return {m.name for m in book.sheets_metadata if m.visible != shown}


def _wanted(book: CalamineWorkbook, file: str, sheet: str | None) -> list[str]:
    if sheet is None:
        return []
    if sheet in book.sheet_names:
        return [sheet]
    names = "、".join(book.sheet_names)
    hint = near_names(sheet, book.sheet_names)
    raise ReadError(
        Problem(file, "sheet", f"没有工作表“{sheet}”", f"{hint}现有：{names}")
    )


def _grid(
    book: CalamineWorkbook,
    name: str,
    facts: SheetFacts | None,
    progress: Callable[[int, int], None] | None,
) -> Grid:
    sheet = book.get_sheet_by_name(name)
    filled = _Filled()
    listed = _rows(sheet, _errors(facts), progress)
    if facts is not None and facts.percents:
        listed = _with_percents(listed, np.unique(facts.percents).tolist())
    blocks = list(gather(filled.watch(listed)))
    # A used range often ends in thousands of formatted but empty rows.
    rows = BlockRows(blocks)[: filled.rows]
    merged = sheet.merged_cell_ranges or (facts.merged if facts is not None else ())
    return Grid(name, rows, range(1, len(rows) + 1), merged=tuple(merged))


def _with_percents(
    rows: Iterable[list[object]], places: Iterable[int]
) -> Iterator[list[object]]:
    """Yield rows in which a share is what the sheet shows: `5%` in place of 0.05."""
    following = iter(places)
    place = next(following, -1)
    for number, row in enumerate(rows):
        while place // WIDTH == number:
            column = place % WIDTH
            if column < len(row):
                row[column] = _percent(row[column])
            place = next(following, -1)
        yield row


def _percent(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return f"{(Decimal(repr(value)) * 100).normalize():f}%"


def _errors(facts: SheetFacts | None) -> dict[int, list[tuple[int, str]]]:
    """Return row → (column, error value) where the reader leaves a blank or a zero."""
    found: dict[int, list[tuple[int, str]]] = {}
    for (row, column), error in (facts.errors if facts else {}).items():
        found.setdefault(row, []).append((column, error))
    return found


def _hidden_rows(grids: Sequence[Grid], facts: WorkbookFacts) -> list[Inference]:
    found = []
    for grid in grids:
        sheet = facts.sheets.get(grid.sheet or "")
        rows = [r for r in sheet.hidden_rows if r <= len(grid.rows)] if sheet else []
        if rows:
            shown = "、".join(map(str, rows[:20])) + ("等" if len(rows) > 20 else "")
            why = f"工作表“{grid.sheet}”第{shown}行在表格软件里看不见，可能被筛选掉"
            what = "隐藏的行也已读取"
            found.append(Inference(what=what, value=f"{len(rows)} 行", why=why))
    return found


def _percents(grids: Sequence[Grid], facts: WorkbookFacts) -> Iterator[Inference]:
    """Say where cells are read as the percentages that they show."""
    for grid in grids:
        sheet = facts.sheets.get(grid.sheet or "")
        if sheet is not None and sheet.percents:
            why = f"工作表“{grid.sheet}”的这些单元格设为百分比格式，显示的 5% 即 0.05"
            value = f"{len(sheet.percents)} 格"
            yield Inference(what="按显示的百分数读取", value=value, why=why)


class _Filled:
    """How many rows a sheet has down to the last one that shows anything."""

    rows = 0

    def watch(self, rows: Iterable[list[object]]) -> Iterator[list[object]]:
        for number, row in enumerate(rows, start=1):
            if any(row) or any(cell != "" for cell in row):
                self.rows = number
            yield row


def _rows(
    sheet: CalamineSheet,
    errors: Mapping[int, list[tuple[int, str]]],
    progress: Callable[[int, int], None] | None,
) -> Iterator[list[object]]:
    """Yield the rows of a sheet from A1 on, with the errors that Excel shows."""
    height = sheet.end[0] + 1 if sheet.end else 0
    left: list[object] = [""] * (sheet.start[1] if sheet.start else 0)
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells: list[Any] = [*left, *row] if left else row
        for column, error in errors.get(number - 1, ()):
            if column < len(cells):
                cells[column] = error
        yield cells
        if progress is not None and (number % _STEP == 0 or number == height):
            progress(number, height)


def list_unread(hidden: set[str], empty: Sequence[str | None]) -> list[Inference]:
    """Return the notes that name the sheets passed over."""
    found = []
    if hidden:
        names = "、".join(sorted(hidden))
        found.append(Inference(what="隐藏的工作表未读取", value=names, why="隐藏"))
    if empty:
        names = "、".join(str(e) for e in empty)
        found.append(Inference(what="空的工作表未读取", value=names, why="没有内容"))
    return found
