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

    from pil_discovery.geo.borders import Borders
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


def touching(
    left: Geometries, right: Geometries, borders: Borders | None = None
) -> Pairs:
    """Find the pairs that share at least one point.

    Parameters
    ----------
    left, right
        shapely geometries in one plane; missing and empty ones meet nothing. The right
        side is prepared in place.
    borders
        Where the borders of the right side run; without them every pair is asked of
        GEOS. They change the time it takes, never the answer.
    """
    swap = borders is None and _mean_points(left) > _mean_points(right)
    small, big = (right, shapely.force_2d(left)) if swap else (left, right)
    shapely.prepare(big)
    asking, found = shapely.STRtree(small).query(big)  # bounding boxes only
    open_pairs = np.ones(len(asking), dtype=bool)
    hit, within = open_pairs.copy(), np.zeros(len(asking), dtype=bool)
    if borders is not None:
        open_pairs = borders.cross(asking, shapely.bounds(small)[found])
        at = np.flatnonzero(~open_pairs)
        hit[at] = within[at] = _first_point_inside(big, small, (asking[at], found[at]))
    at = np.flatnonzero(open_pairs)
    hit[at] = shapely.intersects(big[asking[at]], small[found[at]])
    at = at[hit[at]]
    within[at] = shapely.contains_properly(big[asking[at]], small[found[at]])
    asking, found, within = asking[hit], found[hit], within[hit]
    holds = _holding(small, big, (found, asking))
    if swap:
        return _sorted(asking, found, (holds, within))
    return _sorted(found, asking, (within, holds))


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


def in_order(left: Places, right: Places) -> Places:
    """Return the order by left, then right position; −1 comes first.

    One number a pair: where whole parts are in order already, as mostly, that takes a
    tenth of the time of two columns.
    """
    width = 2 + int(right.max(initial=0))
    result: Places = np.argsort(left * width + right, kind="stable")
    return result


def _first_point_inside(
    big: Geometries, small: Geometries, pairs: tuple[Places, Places]
) -> NDArray[np.bool_]:
    asking, found = pairs
    points = shapely.get_num_coordinates(small)
    first = (np.cumsum(points) - points)[found]
    x, y = shapely.get_coordinates(small)[first].T
    result: NDArray[np.bool_] = shapely.intersects_xy(big[asking], x, y)
    return result


def _holding(
    small: Geometries, big: Geometries, pairs: tuple[Places, Places]
) -> NDArray[np.bool_]:
    """Tell which complex features lie properly inside the simple one: a rare case."""
    outer, inner = shapely.bounds(small)[pairs[0]], shapely.bounds(big)[pairs[1]]
    around = np.column_stack([outer[:, :2] < inner[:, :2], outer[:, 2:] > inner[:, 2:]])
    result: NDArray[np.bool_] = np.logical_and.reduce(around, axis=1)
    at = np.flatnonzero(result)
    result[at] = shapely.contains_properly(small[pairs[0][at]], big[pairs[1][at]])
    return result


def _mean_points(geometries: Geometries) -> float:
    counts = shapely.get_num_coordinates(geometries)
    return float(counts.mean()) if len(counts) else 0.0


def _sorted(
    left: Places, right: Places, flags: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> Pairs:
    order = in_order(left, right)
    return Pairs(left[order], right[order], flags[0][order], flags[1][order])
