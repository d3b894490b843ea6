"""Polygons in blocks of neighbours, so that a picture is read once, by one or more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from rasterio.windows import Window

from pil_discovery.geo.processes import pool_with
from pil_discovery.imagery.coverage import has_exactextract, weigh_plainly

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from pil_discovery.imagery.grids import Grid

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]
    Shapes = NDArray[np.object_]

Loader = Callable[[Window], "Floats"]

SIDE = 2560
"""Side of the blocks that zones are gathered in, pixels: small ones decode twice."""
LARGE = 20_000
"""Polygons from which further processes are worth their start."""


@dataclass(frozen=True)
class Job:
    """Statistics of polygons in the CRS of a grid; any process can have a copy."""

    shapes: Shapes
    grid: Grid
    load: Loader
    stats: tuple[str, ...]


def solve_blocks(
    job: Job, usable: Places, workers: int | None = None
) -> Iterator[tuple[Places, pd.DataFrame]]:
    """Compute the statistics of polygons block by block.

    Parameters
    ----------
    usable
        Positions of the polygons that can be measured.
    workers
        Processes for many polygons; the numbers do not depend on it.

    Yields
    ------
    members, rows
        Positions of the polygons of a block that the picture reaches, and their rows.
    """
    members, windows = _blocks(job, usable)
    if (workers or 1) < 2 or len(usable) < LARGE or len(members) < 2:
        for some, window in zip(members, windows, strict=True):
            yield some, _solve(job, some, window)
        return
    with pool_with(job, _begin, int(workers or 1)) as pool:
        tasks = zip(members, windows, strict=True)
        yield from zip(members, pool.imap(_solve_one, tasks), strict=True)


_JOB: list[Job] = []  # what a process works on


def _begin(job: Job) -> None:
    _JOB[:] = [job]


def _solve_one(task: tuple[Places, Window]) -> pd.DataFrame:
    return _solve(_JOB[0], *task)


def _solve(job: Job, members: Places, window: Window) -> pd.DataFrame:
    weigh = weigh_plainly
    if has_exactextract():
        from pil_discovery.imagery.exact_coverage import weigh_exactly as weigh
    shapes, part = job.shapes[members], job.grid.part(window)
    return weigh(shapes, job.load(window), part, stats=job.stats)


def _blocks(job: Job, usable: Places) -> tuple[list[Places], list[Window]]:
    """Gather polygons that begin in the same block, with a window that holds all."""
    shape = job.grid.shape
    limits = _pixel_bounds(job.shapes[usable], job.grid)
    inside = (limits[:, :2] < limits[:, 2:]).all(axis=1)
    usable, limits = usable[inside], limits[inside]
    across = shape[1] // SIDE + 1
    home = (limits[:, 0] // SIDE) * across + limits[:, 1] // SIDE
    members, windows = [], []
    for number in np.unique(home):
        here = home == number
        top, left = limits[here, :2].min(axis=0)
        bottom, right = limits[here, 2:].max(axis=0)
        windows.append(
            Window(int(left), int(top), int(right - left), int(bottom - top))
        )
        members.append(usable[here])
    return members, windows


def _pixel_bounds(shapes: Shapes, grid: Grid) -> NDArray[np.int_]:
    """Return top, left, bottom, right in pixels, cut to the picture."""
    left, bottom, right, top = shapely.bounds(shapes).T.reshape(4, -1)
    affine = ~grid.transform
    columns = np.stack([left, right]) * affine.a + affine.c
    rows = np.stack([top, bottom]) * affine.e + affine.f
    limits = np.stack(
        [
            np.floor(rows.min(axis=0)).clip(0, grid.shape[0]),
            np.floor(columns.min(axis=0)).clip(0, grid.shape[1]),
            np.ceil(rows.max(axis=0)).clip(0, grid.shape[0]),
            np.ceil(columns.max(axis=0)).clip(0, grid.shape[1]),
        ],
        axis=1,
    )
    return limits.astype(int)
