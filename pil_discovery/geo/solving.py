"""One overlay, solved: the relation as drawn, then its judgement under error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import shapely

from pil_discovery.geo import judging, relations, safety
from pil_discovery.geo.area import zones
from pil_discovery.geo.crs import local_crs
from pil_discovery.geo.space import Space
from pil_discovery.geo.uncertainty import Judgement, chance_near

if TYPE_CHECKING:
    from pyproj import CRS

    from pil_discovery.geo.judging import Layers
    from pil_discovery.geo.pairs import Pairs, Places
    from pil_discovery.geo.relations import Rows
    from pil_discovery.geo.safety import Geometries
    from pil_discovery.geo.space import Floats

How: TypeAlias = Literal["intersection", "difference", "within", "near"]
By: TypeAlias = Literal["pair", "left"]


@dataclass(frozen=True)
class Plan:
    """What is asked of an overlay."""

    how: How
    by: By
    distance_m: float
    min_area_m2: float
    threshold_m2: float | None
    sliver_width_m: float | None = None


@dataclass(frozen=True)
class Task:
    """An overlay without its inputs' names: what a worker needs."""

    layers: Layers
    plan: Plan

    def part(self, start: int, stop: int) -> Task:
        """Return the same overlay for some left features only."""
        some = replace(
            self.layers,
            left=self.layers.left[start:stop],
            left_sigma=self.layers.left_sigma[start:stop],
        )
        return replace(self, layers=some)


def solve(task: Task) -> tuple[Rows, Judgement]:
    """Compute one overlay, or the part of one that a worker was given."""
    if task.plan.how == "near":
        return _near(task)
    if task.plan.how == "within":
        return _within(task)
    if task.plan.how == "difference":
        return _difference(task)
    return _intersection(task)


def _intersection(task: Task) -> tuple[Rows, Judgement]:
    layers, plan = task.layers, task.plan
    rows = relations.common_parts(
        layers.left, layers.right, layers.space, layers.borders
    )
    pairs = judging.possible(layers)
    if layers.widest > 0:
        rows = judging.mark_deep(rows, layers)
    if plan.by == "left":
        rows = relations.merged(
            rows, layers.left, layers.right, layers.space, borders=layers.borders
        )
    rows = judging.add_candidates(rows, pairs, single=plan.by == "left")
    judged = judging.judge_rows(
        rows, layers, pairs, outside=False, threshold=plan.threshold_m2
    )
    flat = shapely.get_dimensions(layers.left)[rows.left] == 2
    if not flat.all():
        some = relations.keep(rows, ~flat)
        judged.p_overlap[~flat] = judging.chances(some, layers, pairs, relation="meets")
    return _real(rows, judged)


def _difference(task: Task) -> tuple[Rows, Judgement]:
    layers, plan = task.layers, task.plan
    rows = relations.remainders(layers.left, layers.right, layers.space, layers.borders)
    pairs = judging.possible(layers)
    if layers.widest > 0:
        covered = relations.contained(
            layers.left, layers.right, layers.space, layers.borders
        )
        deep = judging.mark_deep(covered, layers)
        alone = ~np.isin(rows.left, pairs.left)
        alone |= np.isin(rows.left, deep.left[deep.deep])
        rows = replace(rows, deep=alone)
    judged = judging.judge_rows(
        rows, layers, pairs, outside=True, threshold=plan.threshold_m2
    )
    return _real(rows, judged)


def _within(task: Task) -> tuple[Rows, Judgement]:
    layers, plan = task.layers, task.plan
    sides = layers.left, layers.right, layers.space
    if plan.by == "pair":
        rows = relations.contained(*sides, layers.borders)
    else:
        rows = relations.contained_in_all(*sides)
    pairs = judging.possible(layers)
    if layers.widest > 0 and plan.by == "pair":
        rows = judging.mark_deep(rows, layers)
    judged = judging.judge_rows(
        rows, layers, pairs, outside=False, threshold=plan.threshold_m2
    )
    judged.p_overlap[:] = judging.chances(rows, layers, pairs, relation="within")
    return rows, judged


def _near(task: Task) -> tuple[Rows, Judgement]:
    """Nearness is measured in the 3-degree zone of each left feature."""
    left = task.layers.left
    if not task.layers.space.degrees:
        return _near_in_plane(task, np.arange(len(left)), None)
    parts = [
        _near_in_plane(task, at, local_crs(meridian))
        for meridian, at in zones(left).items()
    ]
    if not parts:
        return _near_in_plane(task, np.arange(0), local_crs(120))
    return judging.join(parts)


def _near_in_plane(task: Task, at: Places, plane: CRS | None) -> tuple[Rows, Judgement]:
    layers, plan = task.layers, task.plan
    here = replace(layers, left=layers.left[at], left_sigma=layers.left_sigma[at])
    metric = here if plane is None else _in_plane(here, plane)
    pairs, apart = relations.close(metric.left, metric.right, plan.distance_m)
    areas = relations.overlap_areas(here.left, here.right, pairs, space=here.space)
    rows = relations.plain_rows(
        pairs.left, pairs.right, here.left[pairs.left], area=areas
    )
    rows = replace(rows, distance=apart)
    if plan.by == "left":
        rows = _nearest(rows, here)
    judged = judging.judge_rows(
        rows, here, judging.possible(here), outside=False, threshold=plan.threshold_m2
    )
    judged.p_overlap[:] = _near_chances(rows, metric, pairs, reach=plan.distance_m)
    return replace(rows, left=at[rows.left]), judged


def _in_plane(layers: Layers, plane: CRS) -> Layers:
    return replace(
        layers,
        left=layers.space.to_plane(layers.left, plane),
        right=layers.space.to_plane(layers.right, plane),
        space=Space(plane, "planar"),
    )


def _nearest(rows: Rows, layers: Layers) -> Rows:
    """One row per left feature: the least distance, the overlap with the union."""
    places, start = np.unique(rows.left, return_index=True)
    zones = _polygons_of(layers.right)
    parts = relations.common_parts(layers.left, zones, layers.space)
    united = relations.merged(parts, layers.left, zones, layers.space)
    areas = np.zeros(len(layers.left))
    areas[united.left] = united.area
    distance = (
        np.minimum.reduceat(rows.distance, start) if len(places) else rows.distance
    )
    result = relations.plain_rows(
        places, np.full(len(places), -1), layers.left[places], area=areas[places]
    )
    return replace(result, distance=distance)


def _polygons_of(geometries: Geometries) -> Geometries:
    polygons = geometries.copy()
    polygons[shapely.get_dimensions(geometries) != 2] = shapely.Polygon()
    return polygons


def _near_chances(rows: Rows, metric: Layers, pairs: Pairs, *, reach: float) -> Floats:
    sigma = judging.row_sigma(rows, metric, pairs)
    result = np.where(np.isnan(sigma), np.nan, 1.0)
    for i in np.flatnonzero(sigma > 0):
        mine = pairs.right[pairs.left == rows.left[i]]
        others = metric.right[mine if rows.right[i] < 0 else [rows.right[i]]]
        zone = shapely.geometrycollections(list(others))
        step = np.full(2, sigma[i])
        result[i] = chance_near(metric.left[rows.left[i]], zone, step=step, reach=reach)
    return result


def _real(rows: Rows, judged: Judgement) -> tuple[Rows, Judgement]:
    """Leave out what is neither there as drawn nor possible."""
    there = (rows.area > 0) | ~safety.missing(rows.geometry)
    mask = there | (np.nan_to_num(judged.p_overlap) > 0)
    return relations.keep(rows, mask), judging.keep_judged(judged, mask)
