"""One overlay over several processes; never threads (GEOS crashes on shared ones)."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from pil_discovery.geo.judging import join
from pil_discovery.geo.processes import pool_with
from pil_discovery.geo.relations import whole_features
from pil_discovery.geo.safety import usable
from pil_discovery.geo.solving import solve

if TYPE_CHECKING:
    from typing import TypeAlias

    from pil_discovery.geo.relations import Rows
    from pil_discovery.geo.solving import Task
    from pil_discovery.geo.uncertainty import Judgement

    Span: TypeAlias = tuple[int, int]

_CHUNKS = 4  # per process, so that a slow part does not hold up the others
_TAPER = 2  # each part smaller than the one before, so that all end at the same time
_TASK: list[Task] = []  # what a worker process works on


def spread(task: Task, count: int) -> tuple[Rows, Judgement] | None:
    """Solve an overlay with several processes; the rows equal those of one.

    Parameters
    ----------
    task
        The overlay. Whether its features are valid is looked at here, by all
        processes.
    count
        Number of processes, at least 2.

    Returns
    -------
    rows, judged
        None if a feature is invalid.
    """
    spans = _spans(task, count * _CHUNKS)
    with pool_with(task, _begin, count) as pool:
        # before anything is cut: GEOS fails at random where a ring is not right
        if not all(pool.map(_is_usable, spans, chunksize=1)):
            return None
        parts = pool.imap(_solve_part, [left for left, _ in spans])
        pool.close()  # a process without work ends while the last parts are put back
        return join([(_restored(rows, task), judged) for rows, judged in parts])


def _spans(task: Task, parts: int) -> list[tuple[Span, Span]]:
    """Cut both sides into as many parts: first and last position of each."""
    sides = task.layers.left, task.layers.right
    shares = 1 - np.linspace(1, 0, parts + 1) ** _TAPER
    cuts = ((shares * len(side)).astype(int).tolist() for side in sides)
    left, right = (list(itertools.pairwise(cut)) for cut in cuts)
    return list(zip(left, right, strict=True))


def _begin(task: Task) -> None:
    _TASK[:] = [task]


def _is_usable(spans: tuple[Span, Span]) -> bool:
    """Tell whether a part of both sides is valid."""
    layers = _TASK[0].layers
    right = layers.right[:0] if layers.valid else layers.right[slice(*spans[1])]
    return bool(usable(layers.left[slice(*spans[0])]).all() and usable(right).all())


def _solve_part(span: Span) -> tuple[Rows, Judgement]:
    """Solve one part, its pieces as WKB; one that is a whole left feature stays out."""
    part = _TASK[0].part(*span)
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
