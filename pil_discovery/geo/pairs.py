"""Which features of two layers meet.

The many small features carry the tree; the fewer and more complex ones are prepared and
ask, sorted so that one prepared geometry answers all its pairs together. Turning the
tree around costs 8–11 times as much. Never called from threads: prepared geometries
shared between threads crash GEOS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from pil_discovery.geo.safety import Geometries

    Places: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True)
class Pairs:
    """Pairs of positions, ordered by left, then right.

    `inside` marks pairs whose left feature lies properly inside the right one;
    `around` those whose right feature lies properly inside the left one.
    """

    left: Places
    right: Places
    inside: NDArray[np.bool_]
    around: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.left)


def touching(left: Geometries, right: Geometries) -> Pairs:
    """Find the pairs that share at least one point.

    Parameters
    ----------
    left, right
        shapely geometries in one plane; missing and empty ones meet nothing. The
        complex side is prepared in place, so hand over copies.
    """
    swap = _mean_points(left) > _mean_points(right)
    small, big = (right, left) if swap else (left, right)
    shapely.prepare(big)
    asking, found = shapely.STRtree(small).query(big)  # bounding boxes only
    hit = shapely.intersects(big[asking], small[found])
    asking, found = asking[hit], found[hit]
    within = shapely.contains_properly(big[asking], small[found])
    no = np.zeros(len(within), dtype=bool)
    if swap:
        return _sorted(asking, found, (no, within))
    return _sorted(found, asking, (within, no))


def nearby(left: Geometries, right: Geometries, reach: float) -> Pairs:
    """Find the pairs at most `reach` coordinate units apart (`inside` stays False).

    Parameters
    ----------
    left, right
        shapely geometries in one plane; the right side is prepared in place.
    reach
        Distance in coordinate units.
    """
    shapely.prepare(right)
    asking, found = shapely.STRtree(left).query(
        right, predicate="dwithin", distance=reach
    )
    no = np.zeros(len(found), dtype=bool)
    return _sorted(found, asking, (no, no))


def select(pairs: Pairs, keep: NDArray[np.bool_]) -> Pairs:
    """Return the pairs marked in a boolean array."""
    return Pairs(
        pairs.left[keep], pairs.right[keep], pairs.inside[keep], pairs.around[keep]
    )


def without(pairs: Pairs, known: Pairs) -> Pairs:
    """Return the pairs that are not among the known ones."""
    width = 1 + max((int(p.right.max()) for p in (pairs, known) if len(p)), default=0)
    seen = np.isin(pairs.left * width + pairs.right, known.left * width + known.right)
    return select(pairs, ~seen)


def _mean_points(geometries: Geometries) -> float:
    counts = shapely.get_num_coordinates(geometries)
    return float(counts.mean()) if len(counts) else 0.0


def _sorted(
    left: Places, right: Places, flags: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> Pairs:
    order = np.lexsort((right, left))
    return Pairs(left[order], right[order], flags[0][order], flags[1][order])
