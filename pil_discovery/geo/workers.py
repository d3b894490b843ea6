"""One overlay over several processes; never threads (GEOS crashes on shared ones)."""

from __future__ import annotations

import multiprocessing as mp
import sys
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from pil_discovery.geo.judging import join
from pil_discovery.geo.relations import whole_features
from pil_discovery.geo.safety import usable
from pil_discovery.geo.solving import solve

if TYPE_CHECKING:
    from pil_discovery.geo.relations import Rows
    from pil_discovery.geo.solving import Task
    from pil_discovery.geo.uncertainty import Judgement

_CHUNKS = 4  # per process, so that a slow part does not hold up the others
_TASK: list[Task] = []  # what a worker process works on


def spread(task: Task, count: int) -> tuple[Rows, Judgement] | None:
    """Solve an overlay with several processes; the rows equal those of one.

    Parameters
    ----------
    task
        The overlay. Whether its left features are valid is looked at here, by all
        processes; the right ones are.
    count
        Number of processes, at least 2.

    Returns
    -------
    rows, judged
        None if a left feature is invalid.
    """
    cut = np.linspace(0, len(task.layers.left), count * _CHUNKS + 1).astype(int)
    spans = list(zip(cut[:-1].tolist(), cut[1:].tolist(), strict=True))
    # Linux forks and so hands the layers over for nothing; elsewhere they are sent.
    kind = "fork" if sys.platform == "linux" else "spawn"
    with warnings.catch_warnings():
        # Newer Pythons warn of forks beside threads; workers only run GEOS and numpy.
        warnings.simplefilter("ignore", DeprecationWarning)
        with mp.get_context(kind).Pool(count, _begin, (task,)) as pool:
            parts = pool.map(_solve_part, spans, chunksize=1)
            pool.close()
            pool.join()
    solved = [part for part in parts if part is not None]
    if len(solved) < len(parts):
        return None
    return join([(_restored(rows, task), judged) for rows, judged in solved])


def _begin(task: Task) -> None:
    _TASK[:] = [task]


def _solve_part(span: tuple[int, int]) -> tuple[Rows, Judgement] | None:
    """Solve one part, its pieces as WKB; one that is a whole left feature stays out."""
    part = _TASK[0].part(*span)
    if not usable(part.layers.left).all():
        return None
    rows, judged = solve(part)
    pieces = rows.geometry.copy()
    pieces[whole_features(rows, part.layers.left)] = None
    as_bytes = shapely.to_wkb(pieces).astype(object)
    return replace(rows, left=rows.left + span[0], geometry=as_bytes), judged


def _restored(rows: Rows, task: Task) -> Rows:
    pieces = shapely.from_wkb(rows.geometry)
    whole = shapely.is_missing(pieces)
    pieces[whole] = task.layers.left[rows.left[whole]]
    return replace(rows, geometry=pieces)
