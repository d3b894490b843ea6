"""Units that other columns contradict: found, never converted on their own.

A relation of the data set (成交价 = 面积 × 单价) that fails in most rows, and holds in
most once a column is read in another usual unit, shows that a unit is wrong. Then

- the columns of the relation whose unit neither header nor workspace declares become
  missing, each cell listed; cells that carry their own unit («35万元») stay;
- where every unit is declared, the values stay as declared: nothing here knows better
  than the agency's header and the prosecutor's word. The contradiction is asked.

A median far from where that of such a column lies is a weaker sign: it only asks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.text.cells import CellProblem, TypedFrame
from pil_discovery.text.numbers import read_number
from pil_discovery.text.units import conversion, find_unit
from pil_discovery.types.sources import Inference, Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from pil_discovery.types.datasets import Dataset, Field, Relation

    Floats = NDArray[np.float64]

MOST = 0.8
"""Share of rows that must agree with a reading."""
FEW = 0.2
"""Share of rows that may agree with the reading that is contradicted."""
_EXACT = 1.1
"""A band whose ends differ by less is an equation, told from few rows."""
_LEAST_ROWS = {True: 2, False: 5}
_USUAL_UNITS = {
    "money": ("元", "万元", "千元", "百万元", "亿元"),
    "area": ("平方米", "亩", "公顷", "平方公里"),
    "mass": ("吨", "千克", "克", "万吨"),
    "volume": ("立方米", "升", "万立方米"),
    "energy": ("千瓦时", "兆瓦时", "万千瓦时"),
    "length": ("米", "千米", "厘米", "毫米"),
    "ratio": ("1", "%", "‰"),
    "ratio/day": ("%/日", "‰/日", "‱/日"),
    "density": ("毫克/升", "微克/升", "克/升"),
    "money/area": ("元/平方米", "元/亩", "万元/亩", "万元/平方米"),
    "money/year": ("元/年", "万元/年"),
    "money/month": ("元/月", "万元/月"),
    "mass/year": ("吨/年", "千克/年", "万吨/年"),
}
"""Units that agencies use for such a quantity, the likelier first."""

Reading = tuple[tuple[str, str], ...]
"""Columns with the units in which they would have to be read."""


@dataclass(frozen=True)
class Contradiction:
    """A relation that most rows break, and the readings that would mend it.

    Attributes
    ----------
    undeclared
        Columns of the relation whose unit nobody declared.
    readings
        Units that make most rows agree, the simpler readings only.
    rows, wrong
        Rows that can be tested, and those that break the relation.
    """

    relation: Relation
    undeclared: tuple[str, ...]
    readings: tuple[Reading, ...]
    rows: int
    wrong: int


def judge_units(
    typed: TypedFrame, raw: pd.DataFrame, dataset: Dataset, units: Mapping[str, str]
) -> TypedFrame:
    """Blank the columns whose unit other columns contradict, and ask for it.

    Parameters
    ----------
    typed
        Typed cells in canonical units.
    raw
        The cells as in the file, same index and columns.
    units
        Canonical column → unit that a header or the workspace declares.

    Returns
    -------
    TypedFrame
        With contradicted cells missing and listed (`unit`), and a suggestion for every
        unit to be settled.
    """
    contradictions = find_contradictions(typed.frame, dataset, units)
    frame = typed.frame.copy() if contradictions else typed.frame
    problems, notes, asked = list(typed.problems), [], list(typed.suggestions)
    for found in contradictions:
        for name in found.undeclared:
            problems += blank_cells(frame, raw[name], _reason(found, dataset))
        notes.append(_note(found, dataset))
        asked += _questions(found, dataset, units)
    asked += unusual_medians(frame, raw, dataset, units)
    problems.sort(key=lambda p: p.row)
    return replace(
        typed,
        frame=frame,
        problems=tuple(problems),
        inferences=(*typed.inferences, *notes),
        suggestions=tuple(_distinct(asked)),
    )


def find_contradictions(
    frame: pd.DataFrame, dataset: Dataset, units: Mapping[str, str]
) -> list[Contradiction]:
    """Return the relations that a wrong unit breaks in most rows, in file order."""
    found = []
    for relation in dataset.relations:
        if all(name in frame.columns for name in relation.columns):
            verdict = _contradiction(frame, dataset, relation, units)
            found += [] if verdict is None else [verdict]
    return found


def _contradiction(
    frame: pd.DataFrame, dataset: Dataset, relation: Relation, units: Mapping[str, str]
) -> Contradiction | None:
    ratio = _ratio(frame, relation)
    if len(ratio) < _LEAST_ROWS[_is_exact(relation)]:
        return None
    if _agreeing(ratio, relation) > FEW:
        return None
    undeclared = tuple(n for n in relation.columns if n not in units)
    readings: list[Reading] = []
    for columns in (undeclared, relation.columns):
        steps = _steps(dataset, units, columns)
        readings = readings or _mending(ratio, relation, steps)
    if not readings:
        return None
    wrong = round(len(ratio) * (1 - _agreeing(ratio, relation)))
    return Contradiction(relation, undeclared, tuple(readings), len(ratio), wrong)


def _ratio(frame: pd.DataFrame, relation: Relation) -> Floats:
    """Total over the product of its factors, where all of them are positive."""
    total = _floats(frame[relation.total])
    parts = np.prod([_floats(frame[n]) for n in relation.factors], axis=0)
    usable = (total > 0) & (parts > 0)
    ratio: Floats = total[usable] / parts[usable]
    return ratio


def _floats(column: pd.Series) -> Floats:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _is_exact(relation: Relation) -> bool:
    return relation.high / relation.low < _EXACT


def _agreeing(ratio: Floats, relation: Relation, factor: float = 1.0) -> float:
    read = ratio * factor
    return float(((read >= relation.low) & (read <= relation.high)).mean())


_Step = tuple[str, str, float]
"""Column, unit, and by how much its values grow when they are read in that unit."""


def _steps(
    dataset: Dataset, units: Mapping[str, str], columns: Sequence[str]
) -> list[_Step]:
    return [
        (field.name, unit, size)
        for field in dataset.fields
        if field.name in columns
        for unit, size in other_units(field, units.get(field.name))
    ]


def other_units(field: Field, declared: str | None) -> Iterator[tuple[str, float]]:
    """Yield usual units of other size than the one by which a column was read.

    The number is by how much values grow when they are read in that unit.
    """
    canonical = field.unit or ""
    size = conversion(declared or field.source_unit or canonical, canonical)
    seen = {size}
    for unit in _units_of(canonical):
        factor = conversion(unit, canonical)
        if size is not None and factor is not None and factor not in seen:
            seen.add(factor)
            yield unit, float(factor / size)


def _units_of(canonical: str) -> tuple[str, ...]:
    found = find_unit(canonical)
    return () if found is None else _USUAL_UNITS.get(found.dimension, ())


def _mending(
    ratio: Floats, relation: Relation, steps: Sequence[_Step]
) -> list[Reading]:
    """Return the readings of one column, else of two, with which most rows agree."""
    single = [(step,) for step in steps]
    pairs = [
        (a, b)
        for a, b in combinations(steps, 2)
        if a[0] != b[0] and _is_exact(relation)  # two steps fit almost any wide band
    ]
    for tried in (single, pairs):
        found = [
            tuple((name, unit) for name, unit, _ in reading)
            for reading in tried
            if _agreeing(ratio, relation, _effect(relation, reading)) >= MOST
        ]
        if found:
            return found
    return []


def _effect(relation: Relation, steps: Sequence[_Step]) -> float:
    """By how much the ratio changes with these units."""
    effect = 1.0
    for name, _, size in steps:
        effect *= size if name == relation.total else 1 / size
    return effect


# ---- what is said ----


def blank_cells(frame: pd.DataFrame, raw: pd.Series, reason: str) -> list[CellProblem]:
    """Empty the cells of a column that carry no unit of their own, and list them."""
    name = str(raw.name)
    rows = [
        row
        for row in np.flatnonzero(frame[name].notna()).tolist()
        if read_number(raw.iloc[row]).unit is None
    ]
    frame.iloc[rows, frame.columns.get_loc(name)] = None  # type: ignore[index]
    remedy = f"在 pil.yaml 的该文件写 units: {{{name}: 单位}}，pil check 有建议"
    return [
        CellProblem(row, name, str(raw.iloc[row]), "unit", reason, remedy)
        for row in rows
    ]


def _reason(found: Contradiction, dataset: Dataset) -> str:
    names = "、".join(dataset.words(n) for n in found.undeclared)
    return f"{_what(found)}；{names} 没有写明单位，不换算"


def _what(found: Contradiction) -> str:
    return (
        f"单位与其他列矛盾：{found.relation.why}，"
        f"可核对的 {found.rows} 行中有 {found.wrong} 行不符"
    )


def _mended(found: Contradiction, dataset: Dataset) -> str:
    readings = [
        "、".join(f"{dataset.words(name)} 按{unit}读" for name, unit in reading)
        for reading in found.readings[:3]
    ]
    return f"若{'，或'.join(readings)}，则相符"


def _note(found: Contradiction, dataset: Dataset) -> Inference:
    kept = "各列单位均已写明，数值按写明的单位保留，请核对"
    gone = "、".join(dataset.words(n) for n in found.undeclared)
    value = f"{gone} 按缺失处理" if gone else kept
    return Inference(what=_what(found), value=value, why=_mended(found, dataset))


def _questions(
    found: Contradiction, dataset: Dataset, units: Mapping[str, str]
) -> list[Suggestion]:
    """Ask for the unit of every column in doubt, those that seem right included."""
    why = f"{_what(found)}；{_mended(found, dataset)}"
    doubtful = found.undeclared or tuple(
        dict.fromkeys(name for reading in found.readings for name, _ in reading)
    )
    return [
        Suggestion(
            key="units",
            name=name,
            value=_either(_named(found, name) or [_read_as(dataset, name, units)]),
            why=why,
            asks=True,
        )
        for name in doubtful
    ]


def _named(found: Contradiction, name: str) -> list[str]:
    units = [unit for reading in found.readings for n, unit in reading if n == name]
    return list(dict.fromkeys(units))


def _either(units: Sequence[str]) -> str:
    return " 或 ".join(units[:3]) if units else "?"


def _read_as(dataset: Dataset, name: str, units: Mapping[str, str]) -> str:
    """Return the usual name of the unit by which a column was read."""
    field = dataset.field(name)
    canonical = "" if field is None or field.unit is None else field.unit
    told = units.get(name) or (field.source_unit if field is not None else None)
    if told is not None:
        return told
    same = [u for u in _units_of(canonical) if conversion(u, canonical) == 1]
    return same[0] if same else canonical


# ---- medians ----


def unusual_medians(
    frame: pd.DataFrame,
    raw: pd.DataFrame,
    dataset: Dataset,
    units: Mapping[str, str],
) -> list[Suggestion]:
    """Ask for undeclared units of columns whose median is out of their usual range."""
    asked = []
    for field in dataset.fields:
        if field.usual is None or field.name in units or field.name not in frame:
            continue
        values = _floats(frame[field.name])
        values = values[values > 0]
        middle = float(np.median(values)) if len(values) else field.usual.low
        if field.usual.low <= middle <= field.usual.high:
            continue
        if not _carry_units(raw[field.name]):
            asked.append(_unusual(field, middle))
    return asked


def _carry_units(cells: pd.Series) -> bool:
    """Return whether most cells name their unit themselves."""
    sample = cells.dropna().head(50)
    told = sum(read_number(cell).unit is not None for cell in sample)
    return told > len(sample) / 2


def _unusual(field: Field, middle: float) -> Suggestion:
    assert field.usual is not None  # noqa: S101 - asked only where there is one
    low, high = field.usual.low, field.usual.high
    fitting = [u for u, s in other_units(field, None) if low <= middle * s <= high]
    read = field.source_unit or field.unit or ""
    what = f"没有写单位，按 {read} 读取的中位数是 {middle:.6g}，{field.usual.why}"
    return Suggestion(
        key="units", name=field.name, value=_either(fitting), why=what, asks=True
    )


def _distinct(asked: Sequence[Suggestion]) -> list[Suggestion]:
    """Keep the first suggestion for each column: one question, one answer."""
    first: dict[tuple[str, str], Suggestion] = {}
    for suggestion in asked:
        first.setdefault((suggestion.key, suggestion.name), suggestion)
    return list(first.values())
