"""Repair of invalid polygons, measured before and after, refused where in doubt.

An invalid polygon can be read in more than one way. Three readings are compared: the
one that respects which ring is outer and which a hole (`structure`), the one that looks
at lines alone (`linework`), and the sum of all rings, each repaired by itself, outer
ones plus, holes minus. Where they disagree, or are smaller than the rings measure as
drawn (a ring that covers ground twice, shells that overlap, a hole outside its shell),
nobody but the surveyor knows what was meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from pil_discovery.geo.area import ellipsoidal
from pil_discovery.geo.safety import finite
from pil_discovery.geo.space import polygons_only

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pil_discovery.geo.area import Areas
    from pil_discovery.geo.safety import Geometries

MOST_DOUBT = 0.01
"""Largest share of the repaired area by which the readings may disagree."""
_POLYGONS = (3, 6)


@dataclass(frozen=True)
class Repairs:
    """Repaired polygons, one entry per geometry that was given.

    Attributes
    ----------
    geometries
        Valid polygons and multipolygons; None where the repair is refused.
    before, after
        Official areas in m². The first is that of the rings as drawn: 0 for a bow-tie
        whose halves are equal. NaN where there is nothing to measure.
    refused
        In Chinese why a geometry is not repaired; None where it is.
    """

    geometries: Geometries
    before: Areas
    after: Areas
    refused: NDArray[np.object_]


def repair(degrees: Geometries) -> Repairs:
    """Repair invalid polygons in EPSG:4490.

    Parameters
    ----------
    degrees
        Invalid geometries, none missing.

    Returns
    -------
    Repairs
        Only polygons with finite coordinates are repaired, to polygons alone, and only
        where the readings agree within 1 % of the area.
    """
    refused = np.full(len(degrees), None, dtype=object)
    flat = np.isin(shapely.get_type_id(degrees), _POLYGONS)
    sound = finite(degrees)
    refused[~flat] = "不是面，不修复"
    refused[~sound] = "坐标不是有效数值，不能修复"
    at = np.flatnonzero(flat & sound)
    before, after = np.full(len(degrees), np.nan), np.full(len(degrees), np.nan)
    result = np.full(len(degrees), None, dtype=object)
    mended, doubt = _mended(degrees[at])
    before[at], after[at] = ellipsoidal(degrees[at]), ellipsoidal(mended)
    gone = after[at] <= 0
    # rings that cover ground twice measure more than the ground
    twice = before[at] > after[at] * (1 + MOST_DOUBT)
    unsure = ~gone & (twice | (doubt > MOST_DOUBT))
    refused[at[gone]] = "修复后没有面积"
    refused[at[unsure]] = "不同的修复方法所得图形不一致"
    kept = ~gone & ~unsure
    result[at[kept]] = mended[kept]
    return Repairs(result, before, after, refused)


def _mended(polygons: Geometries) -> tuple[Geometries, Areas]:
    """Return the repaired polygons and the share by which the readings disagree."""
    drawn = shapely.make_valid(polygons, method="structure", keep_collapsed=False)
    mended = polygons_only(np.asarray(drawn, dtype=object))
    lines = shapely.make_valid(polygons, method="linework")
    other = polygons_only(np.asarray(lines, dtype=object))
    spoiled = ~shapely.is_valid(mended)  # GEOS leaves neighbours with a common edge
    mended[spoiled] = other[spoiled]
    whole = shapely.area(mended)
    apart = shapely.area(shapely.symmetric_difference(mended, other))
    apart = np.maximum(apart, np.abs(_by_rings(polygons) - whole))
    share = np.divide(apart, whole, out=np.full(len(whole), np.inf), where=whole > 0)
    return mended, share


def _by_rings(polygons: Geometries) -> Areas:
    """Sum the areas of all rings, each repaired alone; holes count negative."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    alone = shapely.make_valid(shapely.polygons(rings), method="structure")
    hole = np.zeros(len(rings), dtype=bool)
    hole[1:] = part[1:] == part[:-1]
    signed = np.where(hole, -1.0, 1.0) * shapely.area(alone)
    return np.bincount(owner[part], signed, minlength=len(polygons)).astype(float)
