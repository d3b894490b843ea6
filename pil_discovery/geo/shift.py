"""Does a layer lie where GCJ-02 or BD-09 would put it? A suspicion, never a correction.

The same features, drawn once in each of two layers, are looked for. If they do not lie
on each other as given, but do after the layer is moved back by the model of a web map,
the layer was probably taken from that map. Layers that show different things share no
features; then there is no answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import shapely
from scipy.spatial import cKDTree

from pil_discovery.geo.gcj import bd09_to_wgs84, gcj02_to_wgs84

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pil_discovery.geo.safety import Geometries

    Floats: TypeAlias = NDArray[np.float64]

System: TypeAlias = Literal["GCJ-02", "BD-09"]

LEAST_MATCHES = 8
"""Fewest common features from which anything is said."""
LEAST_SHARE = 0.2
"""Least share of the smaller layer that the common features must be."""
NEAR_M = 15.0
"""How far apart two drawings of one feature may lie, metres."""
ALIKE = 0.1
"""How much their extents and areas may differ, as a share."""
MOST_FEATURES = 20_000
"""Features of the layer that are looked at, evenly chosen."""
_AHEAD = 3.0  # times as many matches as without a shift, or with a wrong one
_METRES_PER_DEGREE = 111_320.0
_QUARTERS = ((0.0, -1.0, 1.0, 0.0), (-1.0, 0.0, 0.0, -1.0), (0.0, 1.0, -1.0, 0.0))
_MODELS: dict[System, Callable[[Floats, Floats], tuple[Floats, Floats]]] = {
    "GCJ-02": gcj02_to_wgs84,
    "BD-09": bd09_to_wgs84,
}


@dataclass(frozen=True)
class ShiftSuspicion:
    """A layer that lies where a web map would put it.

    Attributes
    ----------
    system
        `GCJ-02` or `BD-09`.
    matches
        How many features of the layer lie on one of the reference once moved back.
    east_m, north_m
        Median offset of the layer from the reference as given, metres.
    residual_m
        Median distance that is left after moving back, metres.
    """

    system: System
    matches: int
    east_m: float
    north_m: float
    residual_m: float


@dataclass(frozen=True)
class Features:
    """The features of a layer as they are compared.

    Attributes
    ----------
    centres
        Middles of their boxes in degrees, shape (n, 2).
    sizes
        Width, height and area in metres, shape (n, 3).
    """

    centres: Floats
    sizes: Floats

    @classmethod
    def of(cls, geometries: Geometries) -> Features:
        """Measure geometries in EPSG:4490 degrees; those without a box are left out."""
        shapes = np.asarray(geometries, dtype=object)
        box = shapely.bounds(shapes)
        known = np.isfinite(box).all(axis=1)
        box = box[known]
        centres = (box[:, :2] + box[:, 2:]) / 2
        scale = _scale(centres[:, 1])
        extent = (box[:, 2:] - box[:, :2]) * scale
        area = shapely.area(shapes[known]) * scale.prod(axis=1)
        return cls(centres, np.column_stack([extent, area]))

    def __len__(self) -> int:
        return len(self.centres)

    @cached_property
    def moved(self) -> dict[System, Floats]:
        """Centres moved back by each web map."""
        lon, lat = self.centres.T
        return {name: np.column_stack(back(lon, lat)) for name, back in _MODELS.items()}

    def at(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Features:
        """Return some of the features; what was moved before is not moved again."""
        part = Features(self.centres[chosen], self.sizes[chosen])
        if "moved" in self.__dict__:
            part.__dict__["moved"] = {n: m[chosen] for n, m in self.moved.items()}
        return part


@dataclass(frozen=True)
class _Matches:
    """Positions in both layers, and what is left between their centres in metres."""

    mine: NDArray[np.intp]
    theirs: NDArray[np.intp]
    left_m: Floats


def detect_gcj_shift(layer: Geometries, reference: Geometries) -> ShiftSuspicion | None:
    """Tell whether a layer seems to be drawn in GCJ-02 or BD-09.

    Parameters
    ----------
    layer
        Geometries in EPSG:4490 degrees, as the declared system gives them.
    reference
        Geometries that are taken as right, in EPSG:4490 degrees.

    Returns
    -------
    ShiftSuspicion or None
        None where the layers agree, where another shift fits as well, or where fewer
        than `LEAST_MATCHES` features are common to both. It suggests; apply nothing on
        its word alone.
    """
    return compare_features(Features.of(layer), Features.of(reference))


def compare_features(layer: Features, theirs: Features) -> ShiftSuspicion | None:
    """Tell the same of features that were measured before (see `detect_gcj_shift`)."""
    mine = _thinned(layer)
    fewest = min(len(mine), len(theirs))
    if fewest < LEAST_MATCHES:
        return None
    tree = cKDTree(_plane(theirs.centres, _origin(theirs)))
    as_given = len(_matched(mine, theirs, tree, moved=mine.centres).mine)
    least = max(LEAST_MATCHES, LEAST_SHARE * fewest, _AHEAD * as_given)
    if least > fewest:
        return None
    found = []
    for system, moved in mine.moved.items():
        right = _matched(mine, theirs, tree, moved=moved)
        if len(right.mine) < least:
            continue
        wrong = max(
            len(_matched(mine, theirs, tree, moved=m).mine)
            for m in _elsewhere(mine.centres, moved)
        )
        if len(right.mine) >= _AHEAD * wrong:
            found.append(_suspicion(system, right, mine, theirs))
    return max(found, key=lambda s: s.matches, default=None)


def _scale(lat: Floats) -> Floats:
    """Metres per degree of longitude and latitude, shape (n, 2)."""
    return _METRES_PER_DEGREE * np.column_stack(
        [np.cos(np.radians(lat)), np.ones(len(lat))]
    )


def _thinned(features: Features) -> Features:
    count = len(features)
    if count <= MOST_FEATURES:
        return features
    return features.at(np.linspace(0, count - 1, MOST_FEATURES).astype(np.intp))


def _origin(features: Features) -> Floats:
    middle: Floats = np.median(features.centres, axis=0)
    return middle


def _plane(centres: Floats, origin: Floats) -> Floats:
    """Metres around an origin; exact enough for nearness within some tens of metres."""
    metres: Floats = (centres - origin) * _scale(origin[1:])
    return metres


def _matched(
    mine: Features, theirs: Features, tree: cKDTree, *, moved: Floats
) -> _Matches:
    """Find features near one of the same size; each of theirs counts once."""
    places = _plane(moved, _origin(theirs))
    apart, near = tree.query(places, distance_upper_bound=NEAR_M)
    at = np.flatnonzero(np.isfinite(apart))
    alike = _alike(mine.sizes[at], theirs.sizes[near[at]])
    at = at[alike]
    order = at[np.argsort(apart[at], kind="stable")]
    _, first = np.unique(near[order], return_index=True)
    kept = order[first]
    return _Matches(kept, near[kept], apart[kept])


def _alike(one: Floats, other: Floats) -> NDArray[np.bool_]:
    """Tell which sizes agree: extents within a share or a metre, areas within it."""
    room = ALIKE * np.maximum(one, other) + np.array([1.0, 1.0, 1.0])
    result: NDArray[np.bool_] = (np.abs(one - other) <= room).all(axis=1)
    return result


def _elsewhere(given: Floats, moved: Floats) -> list[Floats]:
    """Move as far in three other directions: what matches there is chance."""
    scale = _scale(given[:, 1])
    step = (moved - given) * scale
    turned = [np.array(q).reshape(2, 2) for q in _QUARTERS]
    return [given + (step @ turn.T) / scale for turn in turned]


def _suspicion(
    system: System,
    right: _Matches,
    mine: Features,
    theirs: Features,
) -> ShiftSuspicion:
    given, true = mine.centres[right.mine], theirs.centres[right.theirs]
    east, north = np.median((given - true) * _scale(true[:, 1]), axis=0)
    left = float(np.median(right.left_m))
    return ShiftSuspicion(system, len(right.mine), float(east), float(north), left)
