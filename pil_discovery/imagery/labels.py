"""Points that somebody has judged: changed or not, and the pixels they lie on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rasterio.windows import Window

from pil_discovery.errors import ArgumentError, Problem
from pil_discovery.geo.crs import safe_transform

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

    from pil_discovery.imagery.grids import Grid

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


MIN_LABELS = 30
MIN_CLASS = 5
"""Labelled pixels needed in all, and of each class."""
SHOWN = 10
"""Points that a sentence names by number before it only counts them."""


@dataclass(frozen=True)
class LabelledPixels:
    """Pixels that somebody has judged, each once.

    Attributes
    ----------
    place
        Rows and columns on the grid, shape (2, pixels).
    truth
        Whether each is changed, shape (pixels,).
    unlabelled
        Points without a judgement, left out.
    """

    place: Ints
    truth: Bools
    unlabelled: int


def place_labels(
    points: gpd.GeoDataFrame, grid: Grid, clear: Callable[[Window], Bools]
) -> LabelledPixels:
    """Place labelled points on the pixels of a grid.

    Parameters
    ----------
    points
        Points with the column `changed`, see `read_labels`.
    grid
        Grid of the pictures.
    clear
        Tells which pixels of a window the pictures show.

    Raises
    ------
    ArgumentError
        Points that are none, or lie off the pictures or on cloud, labels of one pixel
        that contradict each other, too few labels, or only one class: all at once.
    CrsError
        Unsafe or missing CRS.
    """
    truth = read_labels(points)
    number = np.flatnonzero(np.isfinite(truth))
    judged = points.iloc[number]
    if not (judged.geometry.geom_type == "Point").all():
        wrong = number[(judged.geometry.geom_type != "Point").to_numpy()]
        raise ArgumentError([_refused(wrong, "不是点", "请把标注改为点要素")])
    rows, columns, inside = pixels_under(judged, grid)
    seen = inside.copy()
    for i in np.flatnonzero(inside):
        seen[i] = clear(Window(int(columns[i]), int(rows[i]), 1, 1))[0, 0]
    place = np.stack([rows, columns])[:, seen]
    kept, first, twin = np.unique(place, axis=1, return_index=True, return_inverse=True)
    changed = truth[number][seen] == 1
    shares = np.bincount(twin.ravel(), changed) / np.bincount(twin.ravel())
    apart = (shares * (1.0 - shares) > 0)[twin.ravel()]
    problems = [
        *_listed(number[~inside], "不在两期影像的共同范围内", "请核对坐标系和位置"),
        *_listed(number[inside & ~seen], "落在云或者无数据处", "请删去或者移到晴空处"),
        *_listed(number[seen][apart], "与同一像元的其他标注矛盾", "请只留一个"),
        *_too_few(changed[first]),
    ]
    if problems:
        raise ArgumentError(problems)
    return LabelledPixels(kept, changed[first], len(points) - len(number))


def _listed(at: Ints, what: str, fix: str) -> list[Problem]:
    return [_refused(at, what, fix)] if len(at) else []


def _refused(at: Ints, what: str, fix: str) -> Problem:
    """Count points and name the first of them, by number from 1."""
    names = "、".join(str(i + 1) for i in at[:SHOWN])
    more = "等" if len(at) > SHOWN else ""
    sentence = f"{len(at)} 个标注点{what}（第 {names} 个{more}）"
    return Problem("", "labels", sentence, fix)


def _too_few(truth: Bools) -> list[Problem]:
    many, few = int(truth.sum()), int((~truth).sum())
    if many + few >= MIN_LABELS and min(many, few) >= MIN_CLASS:
        return []
    what = (
        f"可用的标注像元 {many + few} 个（变化 {many} 个、未变化 {few} 个），"
        f"至少需要 {MIN_LABELS} 个，每类至少 {MIN_CLASS} 个"
    )
    return [Problem("", "labels", what, "请补充标注，建议 50 至 200 个，两类都要有")]


def read_labels(points: gpd.GeoDataFrame) -> Floats:
    """Return 1 for changed, 0 for not, NaN for not judged.

    Raises
    ------
    ArgumentError
        No column `changed`, or values in it that are no truth values.
    """
    if "changed" not in points:
        raise ArgumentError("样点没有 changed 列（真值：是否变化）")
    values = points["changed"]
    known = values.notna().to_numpy()
    wrong = [str(v) for v in values[known] if not _is_truth(v)]
    if wrong:
        shown = "、".join(dict.fromkeys(wrong))
        raise ArgumentError(f"changed 列只能是 true 或 false，不能是：{shown}")
    result = np.full(len(values), np.nan)
    result[known] = values[known].astype(float)
    return result


def pixels_under(points: gpd.GeoDataFrame, grid: Grid) -> tuple[Ints, Ints, Bools]:
    """Return the row and column that each point lies on, and whether the grid has it.

    Raises
    ------
    CrsError
        Unsafe or missing CRS.
    """
    placed = safe_transform(points.geometry, target=grid.crs)
    inverse = ~grid.transform
    x, y = placed.x.to_numpy(), placed.y.to_numpy()
    columns = np.floor(inverse.a * x + inverse.b * y + inverse.c)
    rows = np.floor(inverse.d * x + inverse.e * y + inverse.f)
    height, width = grid.shape
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    here = [np.where(inside, at, 0).astype(np.int64) for at in (rows, columns)]
    return here[0], here[1], inside


def _is_truth(value: object) -> bool:
    """Tell a truth value, also as the numbers that some formats keep it in."""
    return isinstance(value, bool | np.bool_ | int | float) and value in (0, 1)
