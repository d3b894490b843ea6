"""Where the borders of polygons run, known once so that most questions need no GEOS.

Each larger polygon gets a grid of its own. A cell is marked where a border may run, and
the marks are summed over rows and columns, so that four numbers tell whether a border
runs through any box. Where none does, the box lies wholly inside or wholly outside, and
one point decides.
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

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.intp]
    Flags: TypeAlias = NDArray[np.bool_]

MANY_POINTS = 48
"""Polygons with fewer points are asked directly: a grid would cost more."""
_CELLS_A_POINT = 4  # half of the time with 1, more memory with 8
_MARKS_A_CELL = 4  # beyond: edges as long as the polygon, a grid would tell nothing
_WORTH_CUTTING = 250  # points; below, cutting costs what it saves
_BATCH = 60_000  # points handled at once: what stays in the cache
_ODD = 1.0014142135623731  # keeps the edges of a box off the coordinates of the data


@dataclass(frozen=True)
class Borders:
    """Grids over some polygons, and their longest edges.

    Attributes
    ----------
    corner
        Lower left corner of each grid, shape (n, 2).
    size
        Side of a cell; 0 where the polygon has no grid.
    columns, rows
        Cells of each grid.
    start
        Where each grid begins in `sums`.
    sums
        Marked cells to the lower left of each corner of a cell.
    longest
        Longest edge, coordinate units; infinite where the polygon has no grid.
    """

    corner: Floats
    size: Floats
    columns: Ints
    rows: Ints
    start: Ints
    sums: NDArray[np.int32]
    longest: Floats

    def cross(self, which: Ints, boxes: Floats) -> Flags:
        """Tell in which boxes a border may run; no never errs, yes may.

        Parameters
        ----------
        which
            Position of the polygon, one per box.
        boxes
            Bounds, shape (m, 4).
        """
        result = np.ones(len(which), dtype=bool)
        at = np.flatnonzero(self.size[which] > 0)
        which, (left, low, right, high) = which[at], boxes[at].T
        here, there = self.cells(which, (left, low)), self.cells(which, (right, high))
        width, start = self.columns[which] + 1, self.start[which]
        lower, upper = start + here[1] * width, start + (there[1] + 1) * width
        first, beyond = here[0], there[0] + 1
        result[at] = (
            self.sums[upper + beyond]
            - self.sums[lower + beyond]
            - self.sums[upper + first]
            + self.sums[lower + first]
        ) > 0
        return result

    def cells(self, which: Ints, points: tuple[Floats, Floats]) -> tuple[Ints, Ints]:
        """Columns and rows of x and y of points; the outermost for those beyond."""
        size, corner = self.size[which], self.corner[which]
        most = self.columns[which] - 1, self.rows[which] - 1
        return (
            _clipped((points[0] - corner[:, 0]) / size, most[0]),
            _clipped((points[1] - corner[:, 1]) / size, most[1]),
        )

    def near(self, polygons: Geometries, which: Ints, boxes: Floats) -> Geometries:
        """Cut polygons to what lies around a box; inside the box nothing changes.

        The cut runs farther away than the longest edge, so that every edge that reaches
        the box stays as it is and an intersection comes out the same to the last bit.

        Parameters
        ----------
        polygons
            The polygons that the grids are of.
        which, boxes
            As for `cross`.
        """
        result = polygons[which]
        margin = self.longest[which, None] * _ODD
        low, high = boxes[:, :2] - margin, boxes[:, 2:] + margin
        frames = np.column_stack([low, high]).tolist()
        many = shapely.get_num_coordinates(polygons)[which] >= _WORTH_CUTTING
        at = np.flatnonzero(many & self._reaches_out(which, low, high))
        cut = np.empty(len(at), dtype=object)
        cut[:] = [shapely.clip_by_rect(result[i], *frames[i]) for i in at]
        result[at] = cut
        return result

    def _reaches_out(self, which: Ints, low: Floats, high: Floats) -> Flags:
        span = np.column_stack([self.columns[which], self.rows[which]])
        end = self.corner[which] + span * self.size[which, None]
        inside = (low <= self.corner[which]) & (high >= end)
        known: Flags = np.isfinite(self.longest[which]) & ~inside.all(axis=1)
        return known


def borders_of(polygons: Geometries) -> Borders:
    """Lay the grids.

    Parameters
    ----------
    polygons
        Geometries; what is no polygon, missing, small or not finite gets no grid.
    """
    points = shapely.get_num_coordinates(polygons)
    kinds = shapely.get_type_id(polygons)
    large = np.isin(kinds, (3, 6)) & (points >= MANY_POINTS)
    chosen = np.flatnonzero(large & np.isfinite(shapely.length(polygons)))
    turns = np.cumsum(points[chosen]) // _BATCH
    parts = [_grids(polygons, chosen[turns == t]) for t in np.unique(turns)]
    size, longest = np.zeros(len(polygons)), np.full(len(polygons), np.inf)
    corner = np.zeros((len(polygons), 2))
    columns, rows, start = (np.zeros(len(polygons), dtype=np.intp) for _ in range(3))
    begin = 0
    for at, part in parts:
        size[at], longest[at], corner[at] = part.size, part.longest, part.corner
        columns[at], rows[at] = part.columns, part.rows
        start[at] = part.start + begin
        begin += len(part.sums)
    sums = [part.sums for _, part in parts]
    whole = np.concatenate(sums) if sums else np.zeros(0, dtype=np.int32)
    return Borders(corner, size, columns, rows, start, whole, longest)


def _clipped(places: Floats, most: Ints) -> Ints:
    cells = places.astype(np.intp)
    np.minimum(cells, most, out=cells)
    result: Ints = np.maximum(cells, 0, out=cells)
    return result


def _grids(polygons: Geometries, at: Ints) -> tuple[Ints, Borders]:
    """Lay the grids of some polygons, given by their positions."""
    points = shapely.get_num_coordinates(polygons[at])
    grid = _unmarked(shapely.bounds(polygons[at]), points)
    x, y, last = _rings(polygons[at])
    edges = np.zeros(len(x))
    np.hypot(np.diff(x), np.diff(y), out=edges[:-1])
    edges[last] = 0.0
    np.maximum.reduceat(edges, np.cumsum(points) - points, out=grid.longest)
    owner = np.repeat(np.arange(len(at)), points)
    low, high = zip(*(_ends(c, last) for c in grid.cells(owner, (x, y))), strict=True)
    _mark(grid, owner, (low, high))
    for i, first in enumerate(grid.start.tolist()):
        shape = grid.rows[i] + 1, grid.columns[i] + 1
        sums = grid.sums[first : first + shape[0] * shape[1]].reshape(shape)
        np.cumsum(sums, axis=0, out=sums)
        np.cumsum(sums, axis=1, out=sums)
    return at, grid


def _unmarked(boxes: Floats, points: NDArray[np.int32]) -> Borders:
    """Choose the cells of grids over boxes; nothing is marked yet."""
    corner, span = boxes[:, :2], boxes[:, 2:] - boxes[:, :2]
    size = np.sqrt(span.prod(axis=1) / (_CELLS_A_POINT * points))
    size = np.maximum(size, span.max(axis=1) / (_CELLS_A_POINT * points))
    columns, rows = (span / size[:, None]).astype(np.intp).T + 1
    end = np.cumsum((columns + 1) * (rows + 1))
    start, sums = np.r_[0, end[:-1]], np.zeros(end[-1], dtype=np.int32)
    return Borders(corner, size, columns, rows, start, sums, np.zeros(len(boxes)))


def _rings(polygons: Geometries) -> tuple[Floats, Floats, Ints]:
    """Return x and y of all points, and which of them end a ring."""
    _, xy, offsets = shapely.to_ragged_array(polygons)
    x, y = np.ascontiguousarray(xy.T)
    return x, y, offsets[0][1:].astype(np.intp) - 1


def _ends(cells: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Return the lower and the higher cell of the edge that begins in each point.

    No edge begins where a ring ends; such a point only marks its own cell, again.
    """
    there = np.roll(cells, -1)
    there[last] = cells[last]
    return np.minimum(cells, there), np.maximum(cells, there)


def _mark(
    grid: Borders, owner: Ints, ends: tuple[tuple[Ints, Ints], tuple[Ints, Ints]]
) -> None:
    """Mark every cell in the box of an edge; drop grids with too many marks."""
    (column, row), high = ends
    wide, tall = high[0] - column, high[1] - row  # most reach the next cell at most
    marks = np.bincount(owner, (wide + 1) * (tall + 1), minlength=len(grid.size))
    useless = marks > _MARKS_A_CELL * grid.columns * grid.rows
    grid.size[useless] = 0.0
    width = grid.columns[owner] + 1
    first = grid.start[owner] + (row + 1) * width + column + 1
    above = first + tall * width
    for corner in (first, first + wide, above, above + wide):
        grid.sums[corner] = 1
    long = np.flatnonzero(((wide > 1) | (tall > 1)) & ~useless[owner])
    grid.sums[_inner_cells(first[long], width[long], (wide[long], tall[long]))] = 1


def _inner_cells(first: Ints, width: Ints, reach: tuple[Ints, Ints]) -> Ints:
    """Return all cells of boxes that begin in a cell and reach some cells farther."""
    wide, tall = reach[0] + 1, reach[1] + 1
    count = wide * tall
    box = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(box)) - np.repeat(np.cumsum(count) - count, count)
    row = step // wide[box]
    result: Ints = first[box] + row * width[box] + step - row * wide[box]
    return result
