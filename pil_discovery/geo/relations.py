"""The four relations of an overlay, as drawn: rows of positions, pieces and areas."""

from __future__ import annotations

import operator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from pil_discovery.geo.pairs import Pairs, nearby, select, touching
from pil_discovery.geo.space import GRID_M, Space, metres, polygons_only, robust

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from pil_discovery.geo.borders import Borders
    from pil_discovery.geo.pairs import Places
    from pil_discovery.geo.safety import Geometries
    from pil_discovery.geo.space import Floats

    Flags: TypeAlias = NDArray[np.bool_]

_EMPTY = shapely.Polygon()


@dataclass(frozen=True)
class Rows:
    """What was found.

    Attributes
    ----------
    left, right
        Positions of the features; `right` is −1 where a row stands for all of them.
    geometry
        The common part, the remainder, or (within, near) the left feature.
    area
        m²; 0 for points and lines.
    distance
        Metres, only for `near`, else NaN.
    deep
        No shift within reach changes this row; False until `judging` has looked.
    """

    left: Places
    right: Places
    geometry: Geometries
    area: Floats
    distance: Floats
    deep: Flags

    def __len__(self) -> int:
        return len(self.left)


def keep(rows: Rows, mask: Flags) -> Rows:
    """Return the rows marked in a boolean array."""
    return Rows(
        rows.left[mask],
        rows.right[mask],
        rows.geometry[mask],
        rows.area[mask],
        rows.distance[mask],
        rows.deep[mask],
    )


def common_parts(
    left: Geometries,
    right: Geometries,
    space: Space,
    borders: Borders | None = None,
) -> Rows:
    """Intersect every pair that meets; a feature properly inside keeps its own area.

    Parameters
    ----------
    left, right
        Valid geometries in the plane of `space`; right ones are polygons.
    borders
        Where the borders of the right side run, as for `touching`.
    """
    pairs = touching(left, right, borders)
    pieces = _pieces(left, right, pairs, reach=(space, borders))
    polygons = shapely.get_dimensions(left) == 2
    flat = polygons[pairs.left]
    cut = np.flatnonzero(flat & ~pairs.inside & ~pairs.around)
    pieces[cut] = polygons_only(pieces[cut])
    areas = np.where(flat, _own_areas(left, right, pairs, space=space), 0.0)
    areas[cut] = space.areas(pieces[cut])
    real = np.where(flat, areas > 0, ~shapely.is_empty(pieces))
    real[cut] &= ~thin(pieces[cut], areas[cut], space)
    rows = plain_rows(pairs.left, pairs.right, pieces, area=areas)
    return keep(rows, real)


def merged(
    rows: Rows,
    left: Geometries,
    right: Geometries,
    space: Space,
    *,
    borders: Borders | None = None,
) -> Rows:
    """Unite what each left feature has in common: ground is counted once.

    The right features are united first and then intersected. A union of the parts would
    have to sort out edges that differ in the last digit, and lose some 1e-7 by it.

    Parameters
    ----------
    rows
        Result of `common_parts`.
    left, right, space, borders
        What it was given.
    """
    if not len(rows):
        return rows
    places, start, count = np.unique(rows.left, return_index=True, return_counts=True)
    pieces, areas = rows.geometry[start], rows.area[start]
    whole = np.flatnonzero(whole_features(rows, left))
    at = np.searchsorted(places, rows.left[whole])
    pieces[at], areas[at] = rows.geometry[whole], rows.area[whole]
    count[at] = 1
    several = np.flatnonzero(count > 1)
    mine = np.isin(rows.left, places[several])
    moving = left[places[several]]
    zones = _united(right, (rows.left[mine], rows.right[mine]), left, borders=borders)
    pieces[several] = robust(
        shapely.intersection, moving, zones, grid=_grid(left, space)
    )
    flat = several[shapely.get_dimensions(moving) == 2]
    pieces[flat] = polygons_only(pieces[flat])
    areas[flat] = space.areas(pieces[flat])
    deep = np.isin(places, rows.left[rows.deep])
    result = plain_rows(places, np.full(len(places), -1), pieces, area=areas)
    return replace(result, deep=deep)


def remainders(
    left: Geometries,
    right: Geometries,
    space: Space,
    borders: Borders | None = None,
) -> Rows:
    """Take all right features away from each left one; every left one has a row.

    Parameters
    ----------
    left, right, borders
        As for `common_parts`.
    """
    pairs = touching(left, right, borders)
    rest = left.copy()
    covered = np.unique(pairs.left[pairs.inside])
    rest[covered] = _EMPTY
    todo = select(pairs, ~np.isin(pairs.left, covered))
    at = np.unique(todo.left)
    zones = _united(right, (todo.left, todo.right), left, borders=borders)
    rest[at] = robust(shapely.difference, left[at], zones, grid=_grid(left, space))
    polygons = shapely.get_dimensions(left) == 2
    rest[polygons] = polygons_only(rest[polygons])
    areas = np.zeros(len(left))
    areas[polygons] = space.areas(rest[polygons])
    gone = polygons & thin(rest, areas, space)
    rest[gone], areas[gone] = _EMPTY, 0.0
    return plain_rows(np.arange(len(left)), np.full(len(left), -1), rest, area=areas)


def contained(
    left: Geometries,
    right: Geometries,
    space: Space,
    borders: Borders | None = None,
) -> Rows:
    """Find the pairs in which the whole left feature lies in the right one, to 1 mm."""
    pairs = touching(left, right, borders)
    holds = pairs.inside.copy()
    ask = np.flatnonzero(~pairs.inside & ~pairs.around)
    used, back = np.unique(pairs.right[ask], return_inverse=True)
    zone = _grown_by_grid(right[used], space)
    holds[ask] = shapely.covers(zone[back], left[pairs.left[ask]])
    pairs = select(pairs, holds)
    areas = space.areas(left)[pairs.left]
    return plain_rows(pairs.left, pairs.right, left[pairs.left], area=areas)


def contained_in_all(left: Geometries, right: Geometries, space: Space) -> Rows:
    """Find the left features that lie in the union of the right ones, to 1 mm."""
    rows = remainders(left, _grown_by_grid(right, space), space)
    meets = np.isin(rows.left, np.unique(touching(left, right).left))
    inside = keep(rows, meets & shapely.is_empty(rows.geometry))
    areas = space.areas(left)[inside.left]
    return replace(inside, geometry=left[inside.left], area=areas)


def close(left: Geometries, right: Geometries, reach: float) -> tuple[Pairs, Floats]:
    """Find the pairs at most `reach` apart, with their distance.

    Parameters
    ----------
    left, right
        Geometries in a metric plane.
    reach
        Metres.
    """
    pairs = nearby(left, right, reach)
    return pairs, shapely.distance(left[pairs.left], right[pairs.right])


def overlap_areas(
    left: Geometries, right: Geometries, pairs: Pairs, *, space: Space
) -> Floats:
    """Overlap of given pairs in m²; 0 unless both are polygons."""
    areas = np.zeros(len(pairs))
    flat = (shapely.get_dimensions(left)[pairs.left] == 2) & (
        shapely.get_dimensions(right)[pairs.right] == 2
    )
    at = np.flatnonzero(flat)
    pieces = robust(
        shapely.intersection,
        left[pairs.left[at]],
        right[pairs.right[at]],
        grid=_grid(left, space),
    )
    areas[at] = space.areas(polygons_only(pieces))
    return areas


def whole_features(rows: Rows, left: Geometries) -> Flags:
    """Tell which rows hold their left feature itself, uncut."""
    same = map(operator.is_, rows.geometry, left[rows.left])
    return np.fromiter(same, dtype=bool, count=len(rows))


def thin(pieces: Geometries, areas: Floats, space: Space) -> Flags:
    """Tell which pieces are thinner than the 1 mm precision of coordinates.

    Mean width = 2 · area / perimeter. On the plane of the data (`planar`, for
    comparison with other tools) nothing counts as thin.
    """
    if not space.degrees:
        return np.zeros(len(pieces), dtype=bool)
    around = shapely.length(pieces) * space.unit(pieces).max(axis=1, initial=0)
    result: Flags = 2 * areas < GRID_M * around
    return result


def slivers(rows: Rows, space: Space, width_m: float) -> Flags:
    """Tell which rows hold a polygon below 1 m² or narrower than a width.

    A strip of length L and width w has an area of w·L and a perimeter of some 2·L, so
    that area < perimeter · width / 2 means w < width.
    """
    flat = (shapely.get_dimensions(rows.geometry) == 2) & (rows.area > 0)
    around = metres(rows.geometry, space.unit(rows.geometry))
    result: Flags = flat & (rows.area < np.maximum(1.0, around * width_m / 2))
    return result


def _pieces(
    left: Geometries,
    right: Geometries,
    pairs: Pairs,
    *,
    reach: tuple[Space, Borders | None],
) -> Geometries:
    space, borders = reach
    pieces = left[pairs.left]
    pieces[pairs.around] = right[pairs.right[pairs.around]]
    cut = np.flatnonzero(~pairs.inside & ~pairs.around)
    pieces[cut] = robust(
        shapely.intersection,
        pieces[cut],
        _near(right, pairs.right[cut], pieces[cut], borders=borders),
        grid=_grid(left, space),
    )
    return pieces


def _united(
    right: Geometries,
    pairs: tuple[Places, Places],
    left: Geometries,
    *,
    borders: Borders | None,
) -> Geometries:
    """Unite the right features of each left one that has any, in order of the left."""
    owner, which = pairs
    near = _near(right, which, left[owner], borders=borders)
    start = np.flatnonzero(np.diff(owner, prepend=-1))
    groups = np.split(near, start[1:])
    result = np.empty(len(start), dtype=object)
    for i in range(len(start)):
        group = groups[i]
        result[i] = group[0] if len(group) == 1 else shapely.union_all(group)
    return result


def _near(
    right: Geometries, which: Places, moving: Geometries, *, borders: Borders | None
) -> Geometries:
    """Right features, large ones cut to the surroundings of what they are put to."""
    if borders is None:
        return right[which]
    return borders.near(right, which, shapely.bounds(moving))


def _own_areas(
    left: Geometries, right: Geometries, pairs: Pairs, *, space: Space
) -> Floats:
    """Areas of the features that lie properly inside the other one."""
    areas = np.zeros(len(pairs))
    for side, place, mask in (
        (left, pairs.left, pairs.inside),
        (right, pairs.right, pairs.around),
    ):
        used, back = np.unique(place[mask], return_inverse=True)
        areas[mask] = space.areas(side[used])[back]
    return areas


def _grown_by_grid(right: Geometries, space: Space) -> Geometries:
    """Let a border that was drawn twice count as one (not on the plane of the data)."""
    if not space.degrees:
        return right
    grown: Geometries = shapely.buffer(right, _grid(right, space), quad_segs=1)
    return grown


def _grid(geometries: Geometries, space: Space) -> float:
    return GRID_M / float(space.unit(geometries).max(initial=1.0))


def plain_rows(
    left: Places, right: Places, geometry: Geometries, *, area: Floats
) -> Rows:
    """Return rows without distance, none of them marked deep."""
    nothing = np.full(len(left), np.nan)
    return Rows(left, right, geometry, area, nothing, np.zeros(len(left), dtype=bool))
