"""The workbook in which people decide about pairs: out without a score, and back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from pil_discovery.errors import Problem, ReadError
from pil_discovery.report.workbook import SETTINGS
from pil_discovery.types.linking import Review

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
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


def read_link_reviews(path: Path) -> list[Review]:
    """Read the answers of a workbook; lines without one are still open.

    Raises
    ------
    ReadError
        With every line whose answer is no choice, or names no person or day; or when
        the file is no such workbook.
    """
    titles, *lines = _rows(path) or [[]]
    missing = [name for name in (PAIR, *ANSWERS) if name not in titles]
    if missing:
        what = f"缺少列：{'、'.join(missing)}"
        raise ReadError(Problem(path.name, "", what, "请用导出的核对表填写"))
    given = [
        (n, dict(zip(titles, line, strict=True))) for n, line in enumerate(lines, 2)
    ]
    answered = [(number, row) for number, row in given if row["判断"]]
    problems = [p for n, row in answered for p in _faults(path.name, n, row)]
    if problems:
        raise ReadError(problems)
    return [_review(row) for _, row in answered]


def _review(row: Mapping[str, str]) -> Review:
    return Review(
        pair=row[PAIR],
        decision="same" if CHOICES[row["判断"]] == "same" else "different",
        by=row["核对人"],
        on=row["核对日期"],
        why=row["理由"],
    )


def _rows(path: Path) -> list[list[str]]:
    try:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    except (CalamineError, OSError) as error:
        fault = Problem(path.name, "", "不能作为工作簿打开", "请用导出的核对表填写")
        raise ReadError(fault) from error
    return [[_cell(value) for value in row] for row in sheet.to_python()]


def _cell(value: object) -> str:
    if isinstance(value, dt.datetime):
        value = value.date()
    return value.isoformat() if isinstance(value, dt.date) else str(value).strip()


def _faults(file: str, number: int, row: Mapping[str, str]) -> Iterator[Problem]:
    where = f"第{number}行"
    if row["判断"] not in CHOICES:
        yield Problem(file, where, f"判断应为{'或'.join(CHOICES)}")
    if not row["核对人"]:
        yield Problem(file, where, "没有填写核对人", "请补填")
    if not _is_day(row["核对日期"]):
        yield Problem(file, where, "核对日期应写成2026-01-02的样子", "请补填")


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
