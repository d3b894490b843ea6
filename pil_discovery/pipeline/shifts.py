"""Layers that seem to be drawn on a web map: suggested to the user, never corrected."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import shapely

from pil_discovery.errors import Problem
from pil_discovery.geo.shift import SAMPLE, Features, compare_features

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.geo.shift import ShiftSuspicion
    from pil_discovery.types import Layer

_MAPS = {"GCJ-02": "高德、腾讯等地图", "BD-09": "百度地图"}


def suspect_shifts(layers: Sequence[Layer]) -> list[Problem]:
    """Say which layers of a workspace seem to be in GCJ-02 or BD-09 without saying so.

    Every layer is compared with every other one of the same kind of places that lies on
    the same ground. Nothing is moved; the user decides and writes `crs`.

    Parameters
    ----------
    layers
        Layers as read, in EPSG:4490, in any order.

    Returns
    -------
    list of Problem
        At most one for each layer, with the reference that shares most features with
        it, in the order of `layers`. Where that reference itself is declared GCJ-02 or
        BD-09, it may just as well be the one that is wrong, and the words say so.
        Empty where layers agree or share too few features.
    """
    outlines = [_Outline.of(layer) for layer in layers]
    best: dict[int, tuple[ShiftSuspicion, Layer]] = {}
    for i, j in permutations(range(len(layers)), 2):
        mine, theirs = outlines[i], outlines[j]
        if mine.dimension != theirs.dimension:
            continue
        found = compare_features(mine.features, theirs.features)
        if found and (i not in best or found.matches > best[i][0].matches):
            best[i] = (found, layers[j])
    return [_problem(layers[i], *best[i]) for i in sorted(best)]


@dataclass(frozen=True)
class _Outline:
    """What of a layer is compared: its features, and the kind of most of them.

    `dimension` is 0 for points, 1 for lines, 2 for polygons.
    """

    features: Features
    dimension: int

    @classmethod
    def of(cls, layer: Layer) -> _Outline:
        shapes = np.asarray(layer.frame.geometry.array, dtype=object)
        kinds = shapely.get_dimensions(shapes[~shapely.is_empty(shapes)])
        counts = np.bincount(np.maximum(kinds, 0))
        most = int(counts.argmax()) if len(counts) else -1
        return cls(Features.of(shapes), most)


def _problem(layer: Layer, found: ShiftSuspicion, reference: Layer) -> Problem:
    way = f"{_toward(found.east_m, '东', '西')}、{_toward(found.north_m, '北', '南')}"
    other = _name(reference)
    common = f"共有的 {found.matches} 个要素"
    if found.looked_for == SAMPLE:
        common = f"抽查的 {found.looked_for} 个要素中共有的 {found.matches} 个"
    what = (
        f"与“{other}”{common}整体偏离（{way}），正好是 "
        f"{found.system} 的偏移，按其反算后相差 {found.residual_m:.1f} m"
    )
    remedy = (
        f"若该图层采自{_MAPS[found.system]}，请在 pil.yaml 的该图层写明 "
        f"crs: {found.system}；程序不自行换算"
    )
    if reference.provenance.crs_in in _MAPS:
        remedy = (
            f"“{other}”写明 {reference.provenance.crs_in}，也可能是它写错、"
            f"多换算了一次，请先核对；{remedy}"
        )
    return Problem(_file(layer), _place(layer), what, remedy)


def _toward(metres: float, ahead: str, behind: str) -> str:
    return f"向{ahead if metres >= 0 else behind} {abs(metres):.0f} m"


def _file(layer: Layer) -> str:
    return layer.sources[0].file if layer.sources else ""


def _place(layer: Layer) -> str:
    return f"图层 {layer.provenance.layer}" if layer.provenance.layer else "crs"


def _name(layer: Layer) -> str:
    return _file(layer) or _place(layer)
