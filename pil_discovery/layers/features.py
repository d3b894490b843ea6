"""Features of a layer that cannot be used, each with its place, reason and remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from pil_discovery.geo import safety
from pil_discovery.text.quarantine import Entry

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pil_discovery.types.sources import ReasonClass

_KINDS = {0: "点", 1: "线", 2: "面"}
_WANTED = {"point": 0, "polygon": 2}


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
        """Say why a cell, (column, value), is missing; the feature stays."""
        return self._entry(at, cell, ("cell", reason_class), words)

    def _entry(
        self,
        at: int,
        cell: tuple[str, str | None],
        kind: tuple[Literal["row", "cell"], ReasonClass],
        words: tuple[str, str],
    ) -> Entry:
        return Entry(self.file, self.layer, int(self.rows[at]), *cell, *kind, *words)


def geometry_entries(
    geometries: NDArray[np.object_],
    broken: NDArray[np.bool_],
    wanted: str | None,
    place: Place,
) -> dict[int, Entry]:
    """Find the geometries that cannot be used; none is repaired.

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
    fix = "在 GIS 软件（如 QGIS）中检查并修正该要素后重新导出，不自动修复"
    empty = safety.missing(geometries) & ~broken
    why = safety.reasons(geometries)
    why[broken] = "图形数据无法解析（如环未闭合）"
    kinds = shapely.get_dimensions(geometries)
    entries = {}
    for at in range(len(geometries)):
        if empty[at]:
            words = ("没有图形", "补画图形后重新导出")
            entries[at] = place.refuse(at, "geometry_empty", words)
        elif why[at] is not None:
            words = (f"图形无效：{why[at]}", fix)
            entries[at] = place.refuse(at, "geometry_invalid", words)
        elif wanted in _WANTED and kinds[at] != _WANTED[wanted]:
            found, right = _KINDS.get(int(kinds[at]), "未知"), _KINDS[_WANTED[wanted]]
            words = (f"图形应为{right}，实为{found}", fix)
            entries[at] = place.refuse(at, "geometry_invalid", words)
    return entries


def outside_entries(
    outside: NDArray[np.bool_], system: str, place: Place
) -> dict[int, Entry]:
    """Say which features lie where their system does not reach."""
    words = (f"位置在坐标系 {system} 的适用范围或中国范围之外", "核对该要素的坐标")
    return {
        at: place.refuse(at, "outside_area", words)
        for at in np.flatnonzero(outside).tolist()
    }
