"""Plain coordinates in tables: which column is easting and which is northing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from pil_discovery.text.cells import CellProblem
from pil_discovery.text.characters import fold, is_placeholder, squeeze
from pil_discovery.text.numbers import read_number
from pil_discovery.types.sources import Inference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Axis = Literal["east", "north", "x", "y"]

_SPELLINGS: Mapping[Axis, str] = {
    "east": "经度 中心经度 中心点经度 东经 lon lng longitude 东坐标 横坐标 easting",
    "north": "纬度 中心纬度 中心点纬度 北纬 lat latitude 北坐标 纵坐标 n坐标 northing",
    "x": "x坐标 x 坐标x x轴 中心点x坐标",
    "y": "y坐标 y 坐标y y轴 中心点y坐标",
}
_NAMES = {name: axis for axis, names in _SPELLINGS.items() for name in names.split()}
_GROUP = re.compile(r"^(?:地理|点位|中心点?|位置|平面|空间)*(?:坐标|位置|经纬度)(?=.)")
"""What a header above both axes says, joined in front of each; 起点, 终点 mean more."""
_DEGREES = re.compile(
    r"(?:东经|北纬|[EN])?\s*(\d{1,3})\s*[°度]\s*(?:(\d{1,2})\s*['′分]\s*)?"
    r"(?:(\d{1,2}(?:\.\d+)?)\s*(?:\"|''|″|′′|秒)?)?\s*[EN]?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Places:
    """Coordinates of the rows: `x` east or longitude, `y` north or latitude."""

    x: pd.Series[float]
    y: pd.Series[float]
    problems: list[CellProblem]
    inferences: list[Inference]


def find_axes(headers: Sequence[str]) -> dict[Axis, int]:
    """Return which axis stands at which position; brackets and units are ignored."""
    axes: dict[Axis, int] = {}
    for position, header in enumerate(headers):
        name = re.sub(r"[(\[].*?[)\]]", "", squeeze(header)).replace("_", "")
        axis = _NAMES.get(name) or _NAMES.get(_GROUP.sub("", name))
        if axis is not None:
            axes.setdefault(axis, position)
    return axes


def read_places(first: pd.Series, second: pd.Series, *, named: bool) -> Places | None:
    """Read two columns of coordinates.

    Parameters
    ----------
    first, second
        Columns called east and north when `named`, else X and Y. In Chinese survey
        practice X points north, so the values decide which is which.

    Returns
    -------
    places
        None when X and Y cannot be told apart by their values.
    """
    a, bad_a = _column(first)
    b, bad_b = _column(second)
    problems = bad_a + bad_b
    if named or (_looks_east(a) and _looks_north(b)):
        return Places(a, b, problems, [])
    if _looks_east(b) and _looks_north(a):
        what = "坐标列按数值交换：X 为北（纵）坐标，Y 为东（横）坐标"
        note = Inference(what=what, value=f"{first.name}/{second.name}", why="测绘习惯")
        return Places(b, a, problems, [note])
    return None


def _column(cells: pd.Series) -> tuple[pd.Series[float], list[CellProblem]]:
    values, problems = [], []
    for position, (cell, empty) in enumerate(zip(cells, cells.isna(), strict=True)):
        value = None if empty else read_coordinate(cell)
        values.append(value)
        if value is None and not (empty or is_placeholder(str(cell))):
            problems.append(_unreadable(position, str(cells.name), str(cell)))
    return pd.Series(values, dtype="float64"), problems


def _unreadable(row: int, column: str, value: str) -> CellProblem:
    reason = "不是可读的坐标"
    return CellProblem(row, column, value, "type", reason, "核对原始资料后改正该格")


def read_coordinate(cell: object) -> float | None:
    """Read a number or degrees, minutes and seconds; None when it is neither."""
    match = _DEGREES.fullmatch(fold(cell)) if isinstance(cell, str) else None
    if match is not None:
        degrees, minutes, seconds = (float(g or 0) for g in match.groups())
        return degrees + minutes / 60 + seconds / 3600
    value = read_number(cell).value
    return None if value is None else float(value)


def _looks_east(values: pd.Series[float]) -> bool:
    """Longitude of China, easting of six digits, or with a zone number in front."""
    ranges = ((73, 136), (1e5, 9e5), (1.3e7, 4.6e7))
    return _within(values, ranges)


def _looks_north(values: pd.Series[float]) -> bool:
    """Latitude of China, or northing between 1.9 and 6 million metres."""
    return _within(values, ((3, 54), (1.9e6, 6e6)))


def _within(values: pd.Series[float], ranges: Sequence[tuple[float, float]]) -> bool:
    known = values.dropna().to_numpy()
    if not len(known):
        return True
    middle = float(np.median(known))
    return any(low <= middle <= high for low, high in ranges)
