"""The same quantity in two columns, 面积(亩) beside 面积(平方米): compared, not merged.

One of the two is read. Where most rows differ by the factor of a usual unit, a unit is
wrong: the column that is read becomes missing unless its own header declares its unit.
Where rows differ otherwise, or both headers declare their units, nothing is changed and
the prosecutor is asked which column counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pil_discovery.text.cells import type_frame
from pil_discovery.text.plausibility import MOST, blank_cells, other_units
from pil_discovery.types.sources import Inference, Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pil_discovery.text.cells import TypedFrame
    from pil_discovery.types.datasets import Dataset, Field

ROUNDED = 0.01
"""How much two figures of one quantity may differ, as a share of the larger."""


@dataclass(frozen=True)
class Double:
    """A column that says again what another one is read for.

    Attributes
    ----------
    field
        The canonical column that both mean.
    used, header
        The header that is read, and the other one.
    cells
        What stands below the other one.
    unit
        The unit that the other header declares.
    """

    field: Field
    used: str
    header: str
    cells: pd.Series
    unit: str | None


def compare_doubles(
    typed: TypedFrame,
    raw: pd.DataFrame,
    doubles: Sequence[Double],
    *,
    dataset: Dataset,
    units: Mapping[str, str],
) -> TypedFrame:
    """Ask where two columns of one quantity contradict each other.

    Parameters
    ----------
    typed
        Typed cells in canonical units.
    raw
        The cells that were read, same index and columns.
    doubles
        Only those of a number are compared.
    units
        Canonical column → unit that a header or the workspace declares.

    Returns
    -------
    TypedFrame
        With a note and a suggestion for every contradiction, and with cells missing
        (`unit`) where a unit is wrong and not declared.
    """
    for double in doubles:
        if double.field.type in {"number", "integer"}:
            typed = _compared(typed, raw, double, dataset=dataset, units=units)
    return typed


def _compared(
    typed: TypedFrame,
    raw: pd.DataFrame,
    double: Double,
    *,
    dataset: Dataset,
    units: Mapping[str, str],
) -> TypedFrame:
    name = double.field.name
    told = {} if double.unit is None else {name: double.unit}
    again = type_frame(pd.DataFrame({name: double.cells}), dataset, units=told)
    one, other = (_floats(frame[name]) for frame in (typed.frame, again.frame))
    both = np.isfinite(one) & np.isfinite(other)
    apart = both & ~_close(one, other)
    if not apart.any():
        return typed
    where = int(np.flatnonzero(apart)[0])
    what = (
        f"同一数量“{dataset.words(name)}”写在两列，可核对的 {int(both.sum())} 行中有 "
        f"{int(apart.sum())} 行不符（如“{double.used}”{raw[name].iloc[where]}，"
        f"“{double.header}”{double.cells.iloc[where]}）"
    )
    factor = _unit_between(one[both], other[both], double.field)
    undeclared = factor is not None and name not in units
    why = f"{what}；相差的倍数像是单位不同（{factor}）" if factor else what
    kept = "按缺失处理" if undeclared else f"仍采用“{double.used}”"
    note = Inference(what=what, value=kept, why="两列单位或数值有一处写错，请核对")
    frame, problems = typed.frame, list(typed.problems)
    if undeclared:
        frame = frame.copy()
        problems += blank_cells(frame, raw[name], f"{why}；没有写明单位，不换算")
        problems.sort(key=lambda p: p.row)
    return replace(
        typed,
        frame=frame,
        problems=tuple(problems),
        inferences=(*typed.inferences, note),
        suggestions=(*typed.suggestions, *_questions(double, why, undeclared)),
    )


def _questions(double: Double, why: str, undeclared: bool) -> list[Suggestion]:
    """Ask which column counts, or the unit of the one that is read."""
    name = double.field.name
    if undeclared:
        return [Suggestion(key="units", name=name, value="?", why=why, asks=True)]
    return [
        Suggestion(key="columns", name=header, value=name, why=why, asks=True)
        for header in (double.used, double.header)
    ]


def _floats(column: pd.Series) -> NDArray[np.float64]:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _close(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.bool_]:
    larger = np.maximum(np.abs(one), np.abs(other))
    near: NDArray[np.bool_] = np.abs(one - other) <= ROUNDED * larger
    return near


def _unit_between(
    one: NDArray[np.float64], other: NDArray[np.float64], field: Field
) -> str | None:
    """Return the unit in which most rows of one column would be those of the other."""
    for unit, size in other_units(field, None):
        if _close(one * size, other).mean() >= MOST:
            return unit
        if _close(one, other * size).mean() >= MOST:
            return unit
    return None
