"""Features of a layer that cannot be used, each with its place, reason and remedy."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from pil_discovery.geo import safety
from pil_discovery.text.quarantine import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pil_discovery.geo.repair import Repairs
    from pil_discovery.types.sources import ReasonClass

KINDS = {0: "点", 1: "线", 2: "面"}
"""Dimension of a shape → what it is called."""
WANTED = {"point": 0, "polygon": 2}
"""Kind that a data set asks for → dimension of its shapes."""
_BY_HAND = "在 GIS 软件（如 QGIS）中检查并修正该要素后重新导出"
_FIX = f"{_BY_HAND}，不自动修复"


@dataclass(frozen=True)
class Place:
    """Where the features of a layer stand: file, layer, and place of each from 1."""

    file: str
    layer: str
    rows: NDArray[np.int64]

    def refuse(
        self, at: int, reason_class: ReasonClass, words: tuple[str, str]
    ) -> Entry:
        """Say why a feature leaves; `words` are reason and remedy."""
        return self._entry(at, ("geometry", None), ("row", reason_class), words)

    def blank(
        self,
        at: int,
        cell: tuple[str, str | None],
        reason_class: ReasonClass,
        words: tuple[str, str],
    ) -> Entry:
        """Say what is wrong with a cell, (column, value); the feature stays."""
        return self._entry(at, cell, ("cell", reason_class), words)

    def _entry(
        self,
        at: int,
        cell: tuple[str, str | None],
        kind: tuple[Literal["row", "cell"], ReasonClass],
        words: tuple[str, str],
    ) -> Entry:
        return Entry(self.file, self.layer, int(self.rows[at]), *cell, *kind, *words)


def unusable_entries(
    geometries: NDArray[np.object_],
    broken: NDArray[np.bool_],
    wanted: str | None,
    place: Place,
) -> dict[int, Entry]:
    """Find the geometries that are missing, cannot be parsed, or of another kind.

    Parameters
    ----------
    geometries
        Two-dimensional, None where missing.
    broken
        Where the file holds a geometry that could not be parsed.
    wanted
        `point` or `polygon` where the data set asks for that kind.
    place
        Where they stand.

    Returns
    -------
    dict
        Position from 0 → entry.
    """
    empty = safety.missing(geometries) & ~broken
    kinds = shapely.get_dimensions(geometries)
    other = np.zeros(len(geometries), dtype=bool)
    if wanted in WANTED:
        other = (kinds != WANTED[wanted]) & ~empty & ~broken
    entries = {}
    for at in np.flatnonzero(empty).tolist():
        words = ("没有图形", "补画图形后重新导出")
        entries[at] = place.refuse(at, "geometry_empty", words)
    for at in np.flatnonzero(broken).tolist():
        entries[at] = invalid_entry(place, at, "图形数据无法解析（如环未闭合）")
    for at in np.flatnonzero(other).tolist():
        found, right = KINDS.get(int(kinds[at]), "未知"), KINDS[WANTED[str(wanted)]]
        words = (f"图形应为{right}，实为{found}", _FIX)
        entries[at] = place.refuse(at, "geometry_invalid", words)
    return entries


def invalid_entry(place: Place, at: int, why: str) -> Entry:
    """Say that a geometry is invalid and its feature leaves."""
    return place.refuse(at, "geometry_invalid", (f"图形无效：{why}", _FIX))


def repair_entries(
    repairs: Repairs, positions: Sequence[int], whys: Sequence[str], place: Place
) -> list[Entry]:
    """Say of each repaired geometry what it was and is; of the others why they leave.

    Parameters
    ----------
    repairs
        One result per position.
    positions, whys
        Place of each geometry in the layer from 0, and why it was invalid.
    place
        Where they stand.
    """
    entries = []
    for i, (at, why) in enumerate(zip(positions, whys, strict=True)):
        change = _change(float(repairs.before[i]), float(repairs.after[i]))
        if repairs.refused[i] is None:
            text = f"图形已按要求修复：原因是{why}；{change}"
            words = (text, "核对修复后的图形；不认可的，请在 GIS 软件中改正后重新导出")
            cell = ("geometry", None)
            entries.append(place.blank(at, cell, "geometry_invalid", words))
        else:
            tail = f"；{change}" if change else ""
            text = f"图形无效：{why}；未修复：{repairs.refused[i]}{tail}"
            entries.append(place.refuse(at, "geometry_invalid", (text, _BY_HAND)))
    return entries


def _change(before: float, after: float) -> str:
    if not isfinite(before):
        return ""
    more = after - before
    return f"修复前面积 {before:.2f} m²，修复后 {after:.2f} m²，相差 {more:+.2f} m²"


def outside_entries(
    outside: NDArray[np.bool_], system: str, place: Place
) -> dict[int, Entry]:
    """Say which features lie where their system does not reach."""
    words = (f"位置在坐标系 {system} 的适用范围或中国范围之外", "核对该要素的坐标")
    return {
        at: place.refuse(at, "outside_area", words)
        for at in np.flatnonzero(outside).tolist()
    }
