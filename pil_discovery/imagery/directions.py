"""What kind of change a changed pixel is, from differences of indices.

Each kind is one bit, because one event may be several things: a parcel that is built
over loses vegetation and gains built surface. Differences are counted against the drift
of unchanged ground (season, haze), and must exceed `STEP`. Bare and built ground look
alike to indices: both bits are often set, and neither word is more than a suspicion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.imagery.indices import compute_index, missing_bands

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STEP = 0.1
VEGETATED = 0.2
"""NDVI of reflectance above which ground counts as vegetated (Sobrino et al. 2004)."""


@dataclass(frozen=True)
class Direction:
    """One kind of change: sign × (after − before − drift) of an index > `STEP`.

    `before_above` is the least value of the index before, where the word presupposes
    one: only water can be filled, only vegetation can be lost.
    """

    name: str
    zh: str
    bit: int
    indices: tuple[str, ...]
    sign: int
    before_above: float | None = None


DIRECTIONS = (
    Direction("vegetation_lost", "植被减少", 1, ("ndvi",), -1, VEGETATED),
    Direction("water_filled", "水面减少", 2, ("mndwi", "ndwi"), -1, 0.0),
    Direction("bare_gained", "裸地增加", 4, ("bsi",), 1),
    Direction("built_gained", "建设增加", 8, ("ndbi",), 1),
)
"""In order of precedence where two kinds are equally strong."""


def usable_index(direction: Direction, bands: Collection[str]) -> str | None:
    """Return the first index of a direction that the bands allow."""
    return next((i for i in direction.indices if not missing_bands(i, bands)), None)


def missing_directions(names: Iterable[str], bands: Collection[str]) -> tuple[str, ...]:
    """Return the wanted directions that the bands cannot show."""
    known = {d.name: d for d in DIRECTIONS}
    return tuple(n for n in names if usable_index(known[n], bands) is None)


def direction_bits(names: Iterable[str]) -> int:
    """Return the bit mask of direction names."""
    known = {d.name: d.bit for d in DIRECTIONS}
    return sum(known[name] for name in set(names))


def fit_drift(
    before: Mapping[str, Floats], after: Mapping[str, Floats], stable: NDArray[np.bool_]
) -> dict[str, float]:
    """Return the median difference of each usable index over unchanged ground.

    Parameters
    ----------
    before, after
        Band name → values, shape (pixels,).
    stable
        boolean, shape (pixels,): unchanged.
    """
    drift = {}
    for direction in DIRECTIONS:
        name = usable_index(direction, before)
        if name is not None:
            step = _difference(name, before, after)[stable]
            known = step[np.isfinite(step)]
            drift[name] = float(np.median(known)) if len(known) else 0.0
    return drift


def label_directions(
    before: Mapping[str, Floats],
    after: Mapping[str, Floats],
    drift: Mapping[str, float],
) -> NDArray[np.uint8]:
    """Return the kinds of change of each pixel as bits, shape of the bands."""
    shape = next(iter(before.values())).shape
    bits = np.zeros(shape, dtype=np.uint8)
    for direction in DIRECTIONS:
        name = usable_index(direction, before)
        if name is None:
            continue
        step = direction.sign * (_difference(name, before, after) - drift[name])
        with np.errstate(invalid="ignore"):
            fits = step > STEP
            if direction.before_above is not None:
                fits &= _index(name, before) > direction.before_above
        bits[fits] |= direction.bit
    return bits


def _difference(
    name: str, before: Mapping[str, Floats], after: Mapping[str, Floats]
) -> Floats:
    return _index(name, after) - _index(name, before)


def _index(name: str, bands: Mapping[str, Floats]) -> Floats:
    values = compute_index(name, bands)
    if values is None:
        raise KeyError(name)
    return values
