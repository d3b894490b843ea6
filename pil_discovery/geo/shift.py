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

from pil_discovery.geo.gcj import (
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_gcj02,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from scipy.spatial import cKDTree

    from pil_discovery.geo.safety import Geometries

    Floats: TypeAlias = NDArray[np.float64]
    Moves: TypeAlias = dict["System", Callable[[Floats, Floats], tuple[Floats, Floats]]]

System: TypeAlias = Literal["GCJ-02", "BD-09"]

LEAST_MATCHES = 8
"""Fewest common features from which anything is said."""
LEAST_SHARE = 0.2
"""Least share of the smaller layer that the common features must be."""
NEAR_M = 15.0
"""How far apart two drawings of one feature may lie, metres."""
ALIKE = 0.1
"""How much their extents and areas may differ, as a share."""
SAMPLE = 1_000
"""Features that are looked for in the other layer, evenly chosen."""
_FARTHEST_DEG = 0.02  # more than BD-09 moves anything
_AHEAD = 3.0  # times as many matches as without a shift, or with a wrong one
_METRES_PER_DEGREE = 111_320.0
_QUARTERS = ((0.0, -1.0, 1.0, 0.0), (-1.0, 0.0, 0.0, -1.0), (0.0, 1.0, -1.0, 0.0))


def _wgs84_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


_BACK: Moves = {"GCJ-02": gcj02_to_wgs84, "BD-09": bd09_to_wgs84}
_FORTH: Moves = {"GCJ-02": wgs84_to_gcj02, "BD-09": _wgs84_to_bd09}


@dataclass(frozen=True)
class ShiftSuspicion:
    """A layer that lies where a web map would put it.

    Attributes
    ----------
    system
        `GCJ-02` or `BD-09`.
    matches
        How many features of the layer lie on one of the reference once moved back.
    looked_for
        Of how many features that was asked.
    east_m, north_m
        Median offset of the layer from the reference as given, metres.
    residual_m
        Median distance that is left after moving back, metres.
    """

    system: System
    matches: int
    looked_for: int
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
    def origin(self) -> Floats:
        """The median of the centres."""
        middle: Floats = np.median(self.centres, axis=0)
        return middle

    @cached_property
    def extent(self) -> tuple[Floats, Floats]:
        """The lowest and the highest of the centres."""
        return self.centres.min(axis=0), self.centres.max(axis=0)

    @cached_property
    def tree(self) -> cKDTree:
        """The centres in metres around the origin."""
        from scipy.spatial import cKDTree  # slow to import, and seldom needed

        return cKDTree(self.plane(self.centres))

    def plane(self, centres: Floats) -> Floats:
        """Metres around the origin; exact enough for nearness within some metres."""
        metres: Floats = (centres - self.origin) * _scale(self.origin[1:])
        return metres

    @cached_property
    def back(self) -> dict[System, Floats]:
        """The centres moved back by each web map."""
        return {s: np.column_stack(move(*self.centres.T)) for s, move in _BACK.items()}

    @cached_property
    def forth(self) -> dict[System, Floats]:
        """The centres where each web map would put them."""
        return {s: np.column_stack(move(*self.centres.T)) for s, move in _FORTH.items()}

    @cached_property
    def sample(self) -> Features:
        """Up to `SAMPLE` of the features, evenly chosen."""
        if len(self) <= SAMPLE:
            return self
        chosen = np.linspace(0, len(self) - 1, SAMPLE).astype(np.intp)
        return Features(self.centres[chosen], self.sizes[chosen])

    def around(self, other: Features) -> Features:
        """Return the features that lie where the other's do."""
        low, high = other.extent[0] - _FARTHEST_DEG, other.extent[1] + _FARTHEST_DEG
        if (self.extent[0] >= low).all() and (self.extent[1] <= high).all():
            return self
        inside = ((self.centres >= low) & (self.centres <= high)).all(axis=1)
        return Features(self.centres[inside], self.sizes[inside])


@dataclass(frozen=True)
class _Matches:
    """Positions in the sample and in the layer, and the metres between the centres."""

    sample: NDArray[np.intp]
    layer: NDArray[np.intp]
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
    """Tell the same of features that were measured before (see `detect_gcj_shift`).

    A sample of the layer that has fewer features on the common ground is looked for in
    the other one: of `layer` moved back, or of the reference moved as a web map would.
    """
    if not (len(layer) and len(theirs)):
        return None
    mine, other = layer.around(theirs), theirs.around(layer)
    back = len(mine) <= len(other)
    sample, whole = (mine.sample, theirs) if back else (other.sample, layer)
    as_given = _matched(sample, whole, moved=sample.centres)
    least = max(LEAST_MATCHES, LEAST_SHARE * len(sample), _AHEAD * len(as_given.sample))
    if least > len(sample):
        return None
    found = []
    for system, moved in (sample.back if back else sample.forth).items():
        right = _matched(sample, whole, moved=moved)
        if len(right.sample) < least:
            continue
        wrong = max(
            len(_matched(sample, whole, moved=m).sample)
            for m in _elsewhere(sample.centres, moved)
        )
        if len(right.sample) >= _AHEAD * wrong:
            east, north = _offset_m(right, sample, whole) * (1 if back else -1)
            left = float(np.median(right.left_m))
            counts = (len(right.sample), len(sample))
            found.append(
                ShiftSuspicion(system, *counts, float(east), float(north), left)
            )
    return max(found, key=lambda s: s.matches, default=None)


def _scale(lat: Floats) -> Floats:
    """Metres per degree of longitude and latitude, shape (n, 2)."""
    return _METRES_PER_DEGREE * np.column_stack(
        [np.cos(np.radians(lat)), np.ones(len(lat))]
    )


def _matched(sample: Features, layer: Features, *, moved: Floats) -> _Matches:
    """Find features near one of the same size; each of the layer counts once."""
    apart, near = layer.tree.query(layer.plane(moved), distance_upper_bound=NEAR_M)
    at = np.flatnonzero(np.isfinite(apart))
    at = at[_alike(sample.sizes[at], layer.sizes[near[at]])]
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


def _offset_m(matches: _Matches, sample: Features, layer: Features) -> Floats:
    """Return how far the sample lies from the layer as given: east, north."""
    one, other = sample.centres[matches.sample], layer.centres[matches.layer]
    apart: Floats = np.median((one - other) * _scale(other[:, 1]), axis=0)
    return apart
