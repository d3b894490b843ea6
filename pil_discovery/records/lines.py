"""Which rows below the header are records, and which are not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pil_discovery.records.block_rows import TEXTS, Block, BlockRows
from pil_discovery.records.grids import Cell, Grid, Row, is_blank, is_blank_row
from pil_discovery.text.characters import squeeze
from pil_discovery.text.numbers import read_number
from pil_discovery.types.sources import Skipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pil_discovery.records.headings import Heading

_TOTAL = re.compile(
    r"(合计|总计|小计|累计|本页合计|本页小计|本年合计|共计|总和)(:.*|\(.*\)|数|金额|\d+[户笔条宗件个]?)?"
    r"|(平均|均值|平均值|平均数|最大值|最小值|最高值|最低值)(:.*)?"
)
_SIGNED = re.compile(
    r"(制表人?|填表人?|填报人|经办人?|审核人?|复核人?|审批人?|负责人|单位负责人|联系人|联系电话|填报单位|制表单位"
    r"|填表单位|填报日期|制表日期|填表日期|打印日期|打印时间|导出时间|数据来源|备注|注|说明):.*|第\d+页.*|共\d+页.*"
)
_INITIALS = frozenset("合总小累本共平均最制填经审复负单联打导数备注说第")
_SUSPECT = _INITIALS | {"", " ", "\t", "\n", "\r", "\xa0", "\u3000"}
_WORD = r"^[-0-9A-Za-z\x{4e00}-\x{9fa5}]+$"
"""What squeezing leaves as it is but for its case."""
_FOOTER_START = f"^[{''.join(sorted(_INITIALS))}]"
_SUSPECT_START = f"^(?:[{''.join(sorted(_SUSPECT))}]|$)"


@dataclass(frozen=True)
class Body:
    """The records of a grid: positions of their rows, and the rows passed over.

    `misfits` are the positions whose number of fields differs from the header's.
    """

    records: NDArray[np.int64]
    misfits: list[int]
    skipped: list[Skipped]


def split_body(grid: Grid, heading: Heading) -> Body:
    """Tell records from titles, headers, units, footers and blank lines."""
    skipped = _above(grid, heading)
    misfits = []
    headers = [_plain(grid.rows[p]) for p in range(heading.first, heading.last + 1)]
    starts = {_first(grid.rows[p]) for p in range(heading.first, heading.last + 1)}
    width = len(heading.headers)
    sure = _sure_records(grid, headers, starts, width=width)
    sure[: heading.last + 1] = False
    doubtful = ~sure
    doubtful[: heading.last + 1] = False
    for position in np.flatnonzero(doubtful).tolist():
        row = grid.rows[position]
        reason = "" if _ordinary(row, starts) else _no_record(row, headers)
        if reason:
            skipped.append(_skip(grid, position, reason))
        elif grid.ragged and len(row) != width and not _padded(row, width):
            misfits.append(position)
        else:
            sure[position] = True
    return Body(np.flatnonzero(sure), misfits, skipped)


def _sure_records(
    grid: Grid, headers: Sequence[list[str]], starts: set[Cell], *, width: int
) -> NDArray[np.bool_]:
    """Mark rows that are records for certain, as far as whole blocks tell it."""
    sure = np.zeros(len(grid.rows), dtype=bool)
    if isinstance(grid.rows, BlockRows):
        for start, block in grid.rows.placed():
            if isinstance(block, Block) and len(block.columns) >= width:
                marks = _sure_starts(block.columns[0], headers, starts)
                marks |= _sure_behind_gap(block, headers)
                if grid.ragged:
                    marks &= _empty_behind(block, width)
                sure[start : start + len(block)] = marks
    return sure


def _sure_starts(
    first: pa.Array | Sequence[Cell], headers: Sequence[list[str]], starts: set[Cell]
) -> NDArray[np.bool_]:
    """Mark the rows that their first cell alone proves to be records.

    Parameters
    ----------
    headers, starts
        The squeezed texts of each header row, and its first text as it is.
    """
    if not isinstance(first, pa.Array):
        return np.array([c is not None and not isinstance(c, str) for c in first])
    if first.type != TEXTS:
        return np.asarray(first.is_valid(), dtype=bool)
    known = pa.array([s for s in starts if isinstance(s, str)], TEXTS)
    doubtful = pc.or_(
        pc.match_substring_regex(first, _SUSPECT_START), pc.is_in(first, known)
    )
    texts = pc.unique(first.filter(doubtful)).to_pylist()
    harmful = [text for text in texts if _may_be_none(text, headers)]
    sure = pc.invert(pc.is_in(first, pa.array(harmful, TEXTS)))
    return np.asarray(pc.and_(sure, first.is_valid()), dtype=bool)


def _sure_behind_gap(block: Block, headers: Sequence[list[str]]) -> NDArray[np.bool_]:
    """Mark the rows whose first cell is empty, and the first text behind it plain."""
    gap = np.zeros(len(block), dtype=bool)
    if any(not isinstance(c, pa.Array) or c.type != TEXTS for c in block.columns):
        return gap
    shown, empty = block.columns[0], _is_empty(block.columns[0])
    gap |= np.asarray(empty, dtype=bool)
    if not gap.any():
        return gap
    for column in block.columns[1:]:
        shown = pc.if_else(empty, column, shown)
        empty = _is_empty(shown)
    shown = pc.fill_null(shown, "")
    heads = pa.array([row[0] for row in headers if row], TEXTS)
    plain = pc.match_substring_regex(shown, _WORD)
    plain = pc.and_not(plain, pc.match_substring_regex(shown, _FOOTER_START))
    plain = pc.and_not(plain, pc.is_in(pc.ascii_lower(shown), heads))
    gap &= np.asarray(plain, dtype=bool)
    return gap


def _is_empty(cells: pa.Array) -> pa.Array:
    return pc.fill_null(pc.equal(cells, ""), fill_value=True)


def _empty_behind(block: Block, width: int) -> NDArray[np.bool_]:
    """Mark the rows with nothing at all behind the columns of the header."""
    empty = np.ones(len(block), dtype=bool)
    for column in block.columns[width:]:
        empty &= np.asarray(pc.equal(column, ""), dtype=bool)
    return empty


def _may_be_none(first: str, headers: Sequence[list[str]]) -> bool:
    """Return whether a row that begins so may be blank, a header or a footer."""
    start = squeeze(first)
    if is_blank(first) or start in {row[0] for row in headers if row}:
        return True
    return bool(_SIGNED.fullmatch(start) or _TOTAL.fullmatch(start))


def _above(grid: Grid, heading: Heading) -> list[Skipped]:
    skipped = []
    for position in range(heading.last + 1):
        if position < heading.first:
            blank = is_blank_row(grid.rows[position])
            reason = "空行" if blank else "表头以上的标题或说明"
        elif position == heading.last and heading.units:
            reason = "单位行"
        else:
            reason = "表头"
        skipped.append(_skip(grid, position, reason))
    return skipped


def _skip(grid: Grid, position: int, reason: str) -> Skipped:
    return Skipped(row=grid.lines[position], reason=reason, sheet=grid.sheet)


def _ordinary(row: Row, starts: set[Cell]) -> bool:
    """Return whether the first cell alone proves a record, as it does nearly always."""
    first = row[0] if row else ""
    if not isinstance(first, str):
        return first is not None
    return first[:1] not in _SUSPECT and first not in starts


def _no_record(row: Row, headers: Sequence[list[str]]) -> str:
    """Return why a row is no record; empty for a record."""
    first = _first(row)
    if first is None:
        return "空行"
    if _plain(row) in headers:
        return "重复的表头"
    return _footer(row, first)


def _first(row: Row) -> Cell:
    """Return the first cell that shows anything, or None."""
    return next((cell for cell in row if not is_blank(cell)), None)


def _plain(row: Row) -> list[str]:
    return [squeeze(str(c)) for c in row if not is_blank(c)]


def _footer(row: Row, first: Cell) -> str:
    """Return why a row is a footer; empty for a record, as nearly all rows are."""
    if not isinstance(first, str) or first.lstrip()[:1] not in _INITIALS:
        return ""
    start = squeeze(first)
    if _SIGNED.fullmatch(start):
        return "表尾（制表、审核、说明）"
    others = [c for c in row if not is_blank(c)][1:]
    if _TOTAL.fullmatch(start) and all(map(_may_stand_in_total, others)):
        return "合计或小计行"
    return ""


def _may_stand_in_total(cell: object) -> bool:
    if isinstance(cell, str) and _TOTAL.fullmatch(squeeze(cell)):
        return True
    return not read_number(cell).fault


def _padded(row: Row, width: int) -> bool:
    """Return whether a row is longer only by empty fields behind."""
    return len(row) > width and all(map(is_blank, row[width:]))
