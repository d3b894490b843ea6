"""Cells of a file → typed columns of a data set, with every cell that cannot be read.

Each column is typed over its distinct values and mapped back to the rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from pil_discovery.errors import Problem, ReadError
from pil_discovery.text.columns import arrow_cells, in_arrow
from pil_discovery.text.masking import mask_identifier
from pil_discovery.text.numbers import EUROPEAN, may_be_thousands
from pil_discovery.text.readings import Reading, reader_of
from pil_discovery.text.rules import Rules, rules_of
from pil_discovery.text.settling import Settlement, settle
from pil_discovery.text.units import conversion, unit_fault
from pil_discovery.types.sources import Inference, ReasonClass, Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pil_discovery.types.datasets import Dataset, Field

_DTYPES: dict[str, str] = {
    "text": "string",
    "enum": "string",
    "geometry": "string",
    "number": "float64",
    "integer": "Int64",
    "boolean": "boolean",
    "date": "datetime64[s]",
    "datetime": "datetime64[s]",
}


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One cell that is missing because it cannot be read, or a code that is listed.

    `row` is the position in the frame, from 0.
    """

    row: int
    column: str
    value: str
    reason_class: ReasonClass
    reason: str
    remedy: str


@dataclass(frozen=True)
class TypedFrame:
    """A typed frame, its unreadable cells, and what was concluded."""

    frame: pd.DataFrame
    problems: tuple[CellProblem, ...] = ()
    inferences: tuple[Inference, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()


@dataclass
class _Column:
    """One typed column while it is being put together."""

    columns: dict[str, pd.Series]
    problems: list[CellProblem] = field(default_factory=list)
    inferences: list[Inference] = field(default_factory=list)


def type_frame(
    raw: pd.DataFrame,
    dataset: Dataset,
    *,
    units: Mapping[str, str],
    centuries: Mapping[str, int] | None = None,
) -> TypedFrame:
    """Type the cells of a table.

    Parameters
    ----------
    raw
        Object cells (text, numbers, dates, None); columns are canonical names of the
        data set; other columns pass through untouched.
    units
        Canonical name → unit that the header or the workspace declares. Without one
        the `source_unit` of the field holds, then its canonical unit.
    centuries
        Canonical name → 1900 or 2000 for years of two digits.

    Returns
    -------
    typed
        `frame` with the index of `raw`: text and enum `string`, number `float64` in the
        canonical unit (money rounded to the cent), integer `Int64`, boolean `boolean`,
        dates naive `datetime64[s]`, with `<column>_last` where a cell names a month,
        quarter or year, and `<column>_open` where one says 长期.

    Raises
    ------
    ReadError
        With every declared unit that is unknown or measures something else.
    """
    check_units(dataset, units)
    pieces: dict[str, pd.Series] = {}
    problems: list[CellProblem] = []
    inferences: list[Inference] = []
    for name in raw.columns:
        known = dataset.field(name)
        if known is None:
            pieces[name] = raw[name]
            continue
        century = (centuries or {}).get(name)
        rules = rules_of(dataset, known, unit=units.get(name), century=century)
        column = _type_column(raw[name], known, rules)
        pieces |= column.columns
        problems += column.problems
        inferences += column.inferences
    frame = pd.DataFrame(pieces, index=raw.index, copy=False)
    for low, high in dataset.ordered:
        problems += _reversed_pair(frame, raw, low=low, high=high)
    problems.sort(key=lambda p: p.row)
    return TypedFrame(frame, tuple(problems), tuple(inferences))


def _reversed_pair(
    frame: pd.DataFrame, raw: pd.DataFrame, *, low: str, high: str
) -> list[CellProblem]:
    """Blank both cells where the lower limit exceeds the upper one, and list them."""
    if low not in frame.columns or high not in frame.columns:
        return []
    wrong = (frame[low] > frame[high]).fillna(value=False).to_numpy(dtype=bool)
    problems = [
        CellProblem(
            row,
            name,
            str(raw[name].iloc[row]),
            "range",
            f"下限大于上限（{low} 与 {high}）",
            "上下限疑似颠倒，按原始合同核对后改正",
        )
        for row in np.flatnonzero(wrong).tolist()
        for name in (low, high)
    ]
    frame.loc[wrong, [low, high]] = None
    return problems


def check_units(dataset: Dataset, units: Mapping[str, str]) -> None:
    """Refuse units that are unknown, or measure something else than their column.

    Raises
    ------
    ReadError
        With every such unit at once.
    """
    problems = []
    for name, unit in units.items():
        known = dataset.field(name)
        if known is None:
            problems.append(Problem("", f"units.{name}", f"没有规范列“{name}”"))
        elif known.unit is not None and conversion(unit, known.unit) is None:
            fault = unit_fault(unit, known.unit)
            remedy = f"在 units 里写明 {name} 的单位（应与 {known.unit} 同类）"
            problems.append(Problem("", f"units.{name}", fault, remedy))
    if problems:
        raise ReadError(problems)


def _type_column(cells: pd.Series, known: Field, rules: Rules) -> _Column:
    if bool(cells.isna().all()):
        nothing = pd.Series(index=cells.index, dtype=_DTYPES[known.type])
        return _Column({known.name: nothing})
    settled = settle(cells, rules, _DTYPES[known.type])
    if settled is not None and not len(settled.rest):
        column = _Column({known.name: pd.Series(settled.typed, index=cells.index)})
        column.inferences += rules.inferences(bool(cells.notna().any()))
        return column
    left = cells if settled is None else cells.iloc[settled.rest]
    codes, cells_read = _distinct(left)
    readings = reader_of(known.type)(cells_read, rules)
    told = dict(enumerate(readings))
    values = [reading.value for reading in readings]
    spread = _Spread(codes, cells.index, settled)
    column = _Column({known.name: spread.take(values, _DTYPES[known.type])})
    column.columns |= _date_companions(told, values, spread=spread, name=known.name)
    shown = {
        at: _shown(cells_read[at], known)
        for at, reading in told.items()
        if reading.note or reading.reason_class is not None
    }
    column.problems = _faults(told, shown, spread=spread, name=known.name)
    if any(p.reason == EUROPEAN for p in column.problems):
        _doubt_thousands(column, cells, known.name)
    column.inferences = _notes(told, shown, codes=codes, name=known.name)
    filled = bool(cells_read) or bool(cells.notna().any())
    column.inferences += rules.inferences(filled)
    return column


def _doubt_thousands(column: _Column, cells: pd.Series, name: str) -> None:
    """Blank 1.000 where as many cells of the column write 1,5: it may be a thousand.

    A single comma among many such cells is a slip of the pen.
    """
    rows = [row for row, cell in enumerate(cells) if may_be_thousands(cell)]
    if len(rows) > sum(p.reason == EUROPEAN for p in column.problems):
        return
    column.columns[name].iloc[rows] = None
    remedy = "核对原始资料后改正该格"
    column.problems += [
        CellProblem(row, name, str(cells.iloc[row]), "type", EUROPEAN, remedy)
        for row in rows
    ]


@dataclass(frozen=True)
class _Spread:
    """The way from distinct cells back to the rows that are not settled.

    `codes` has an element for each of these rows; -1 is a missing cell.
    """

    codes: np.ndarray
    index: pd.Index
    settled: Settlement | None

    def take(
        self, values: Sequence[object], dtype: str, *, elsewhere: object = None
    ) -> pd.Series:
        """Return the column; `elsewhere` is a value for all settled rows."""
        distinct: Any = pd.array([*values, None], dtype=cast("Any", dtype))
        taken = distinct.take(self.codes)
        if self.settled is None:
            return pd.Series(taken, index=self.index)
        whole = self.settled.typed.copy()
        if elsewhere is not None:
            whole = pd.array([elsewhere], dtype=cast("Any", dtype)).repeat(len(whole))
        if len(self.settled.rest):
            whole[self.settled.rest] = taken
        return pd.Series(whole, index=self.index)

    def rows(self, wanted: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows with one of these distinct cells, and which one each has."""
        found = np.flatnonzero(np.isin(self.codes, wanted))
        rows = found if self.settled is None else self.settled.rest[found]
        return rows, self.codes[found]


def _distinct(cells: pd.Series) -> tuple[np.ndarray, list[object]]:
    """Return for each cell the position of its value, and the values in order."""
    if in_arrow(cells):
        coded = arrow_cells(cells).combine_chunks().dictionary_encode()
        codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return codes, coded.dictionary.to_pylist()
    codes, distinct = pd.factorize(_plain(cells), use_na_sentinel=True)
    return codes, [_python(v) for v in distinct]


def _plain(cells: pd.Series) -> pd.Series:
    """Return object cells in which True is not equal to 1."""
    plain = cells.astype(object)
    if pd.api.types.infer_dtype(plain, skipna=True) in {"string", "empty"}:
        return plain
    return plain.map(
        lambda v: str(v).upper() if isinstance(v, bool | np.bool_) else v,
        na_action="ignore",
    )


def _python(value: object) -> object:
    """Return the plain Python value of a numpy scalar."""
    return value.item() if isinstance(value, np.generic) else value


def _shown(value: object, known: Field) -> str:
    """Return the cell as it may be printed: identifiers of persons are masked."""
    return mask_identifier(str(value)) if known.pii == "identifier" else str(value)


def _date_companions(
    told: Mapping[int, Reading],
    values: Sequence[object],
    *,
    spread: _Spread,
    name: str,
) -> dict[str, pd.Series]:
    """Return `_last` and `_open` columns, only where a cell asks for them."""
    extra = {}
    lasts = {at: r.last for at, r in told.items() if r.last is not None}
    if lasts:
        last = [lasts.get(at, value) for at, value in enumerate(values)]
        extra[f"{name}_last"] = spread.take(last, "datetime64[s]")
    opens = {at for at, r in told.items() if r.open}
    if opens:
        is_open = [at in opens for at in range(len(values))]
        column = spread.take(is_open, "boolean", elsewhere=False)
        extra[f"{name}_open"] = column.fillna(value=False)
    return extra


def _faults(
    told: Mapping[int, Reading],
    shown: Mapping[int, str],
    *,
    spread: _Spread,
    name: str,
) -> list[CellProblem]:
    bad = [at for at in shown if told[at].reason_class is not None]
    rows, codes = spread.rows(bad)
    problems = []
    for row, code in zip(rows.tolist(), codes.tolist(), strict=True):
        reading, value = told[code], shown[code]
        assert reading.reason_class is not None  # noqa: S101 - for the type checker
        problems.append(
            CellProblem(
                row,
                name,
                value,
                reading.reason_class,
                reading.reason,
                reading.remedy,
            )
        )
    return problems


def _notes(
    told: Mapping[int, Reading],
    shown: Mapping[int, str],
    *,
    codes: np.ndarray,
    name: str,
) -> list[Inference]:
    """Return one inference per kind of repair: how many cells, and which spellings."""
    if not shown:
        return []
    rows = np.bincount(codes[codes >= 0], minlength=max(shown) + 1)
    counts: dict[str, int] = {}
    samples: dict[str, list[str]] = {}
    for at, value in shown.items():
        note = told[at].note
        if note:
            counts[note] = counts.get(note, 0) + int(rows[at])
            samples.setdefault(note, []).append(value)
    return [
        Inference(
            what=f"列 {name}：{note}", value=f"{count} 格", why=_sample(samples[note])
        )
        for note, count in counts.items()
    ]


def _sample(values: Sequence[str]) -> str:
    shown = "、".join(f"“{v}”" for v in values[:3])
    return f"例如 {shown}" if len(values) <= 3 else f"例如 {shown} 等"
