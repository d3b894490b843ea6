"""What a positional error of the lines does to an overlap.

The left feature is taken to lie anywhere around its drawn place: a rigid shift d,
normal with standard deviation σ in metres on each axis. A(d) is the overlap after it.

- Delta method: σ_A = σ·√((∂A/∂x)² + (∂A/∂y)²), central differences of ±0.5 m.
- Where that cannot hold (A or the part outside below 3 σ_A, a threshold within 3 σ_A,
  no overlap as drawn, a feature just inside): 400 rigid shifts on a sunflower spiral,
  each standing for the same probability and the same for every pair, so results depend
  on nothing but the pair. They judge probabilities to 0.003 (root mean square), twice
  as well as 1,000 random draws, and leave nothing to a seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely
from scipy.special import ndtr

from pil_discovery.geo.space import polygons_only, robust, translate

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from pil_discovery.geo.safety import Geometries

    Floats: TypeAlias = NDArray[np.float64]
    Relation: TypeAlias = Literal["meets", "within"]

SHIFTS = 400
"""Number of rigid shifts."""
REACH = 3.0
"""Features farther than this many σ from each other are taken as certain."""
_STEP_M = 0.5
_Z95 = 1.6448536269514722  # the normal distribution's 95 % quantile


def _spiral() -> Floats:
    """Spread points over a normal distribution in the plane, evenly in probability.

    Radii are the quantiles of the Rayleigh distribution, angles multiples of the golden
    angle (H. Vogel, A better way to construct the sunflower head, 1979).
    """
    place = np.arange(SHIFTS)
    radius = np.sqrt(-2 * np.log(1 - (place + 0.5) / SHIFTS))
    angle = place * np.pi * (3 - np.sqrt(5))
    xy = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    xy -= xy.mean(axis=0)
    result: Floats = xy / np.sqrt((xy**2).mean(axis=0))
    return result


UNIT_SHIFTS = _spiral()
"""Shape (400, 2), mean 0, standard deviation 1 on each axis."""
FARTHEST = float(np.abs(UNIT_SHIFTS).max())
"""Largest component of any shift, in σ."""


@dataclass(frozen=True)
class Overlaps:
    """Overlaps of polygons to be judged, one row each.

    Attributes
    ----------
    moving
        Left polygons, or the part of each that can reach its zone.
    zone
        What each may overlap, cut to its surroundings (at least `FARTHEST` σ); may be
        empty.
    area
        Overlap as drawn, m².
    whole
        Area of the left polygon, m².
    sigma
        One-axis standard deviation of the relative position, metres, above 0.
    unit
        Metres per coordinate unit, shape (n, 2).
    ratio
        m² per square coordinate unit at each left polygon; it varies by less than 1e-4
        over a shift.
    """

    moving: Geometries
    zone: Geometries
    area: Floats
    whole: Floats
    sigma: Floats
    unit: Floats
    ratio: Floats

    def __len__(self) -> int:
        return len(self.area)


@dataclass(frozen=True)
class Judgement:
    """5 % and 95 % quantiles of the overlap, P(overlap > 0), P(overlap > threshold)."""

    low: Floats
    high: Floats
    p_overlap: Floats
    p_over: Floats


def certain(area: Floats, threshold: float | None) -> Judgement:
    """Judge overlaps without positional error."""
    over = area > (0.0 if threshold is None else threshold)
    return Judgement(
        area.copy(), area.copy(), (area > 0).astype(float), over.astype(float)
    )


def judge(overlaps: Overlaps, threshold: float | None, *, outside: bool) -> Judgement:
    """Judge overlaps of polygons under positional error.

    Parameters
    ----------
    overlaps
        Rows with σ > 0.
    threshold
        Area for `p_over`, m²; None takes 0.
    outside
        Judge the part outside the zone (whole − overlap) instead of the overlap.

    Returns
    -------
    Judgement
        Arrays of the same length.
    """
    limit = 0.0 if threshold is None else threshold
    spread = _spread(overlaps)
    drawn = overlaps.whole - overlaps.area if outside else overlaps.area
    result = _normal(drawn, spread, overlaps.whole, limit=limit)
    near_limit = (threshold is not None) & (np.abs(drawn - limit) <= REACH * spread)
    rest = overlaps.whole - overlaps.area
    bound = np.minimum(overlaps.area, rest) <= REACH * spread
    for i in np.flatnonzero(bound | near_limit).tolist():
        samples = shifted_areas(overlaps, i)
        samples = overlaps.whole[i] - samples if outside else samples
        tiny = 1e-9 * overlaps.whole[i]  # rounding of a difference is no area
        samples[samples < tiny] = 0.0
        result.low[i], result.high[i] = np.quantile(samples, (0.05, 0.95))
        result.p_overlap[i] = (samples > 0).mean()
        result.p_over[i] = (samples > limit).mean()
    return result


def shifted_areas(overlaps: Overlaps, row: int) -> Floats:
    """Overlap of one row after each of the shifts, m²."""
    zone, moving = overlaps.zone[row], overlaps.moving[row]
    areas = np.zeros(SHIFTS)
    if shapely.is_empty(zone):
        return areas
    copies = shifted_copies(moving, overlaps.sigma[row] / overlaps.unit[row])
    shapely.prepare(zone)
    meets = np.flatnonzero(shapely.intersects(zone, copies))
    full = shapely.contains_properly(zone, copies[meets])
    areas[meets[full]] = shapely.area(moving)
    cut = meets[~full]
    zones = np.full(len(cut), zone, dtype=object)
    grid = 1e-3 / overlaps.unit[row].max()
    areas[cut] = shapely.area(
        robust(shapely.intersection, copies[cut], zones, grid=grid)
    )
    result: Floats = areas * overlaps.ratio[row]
    return result


def shifted_copies(geometry: shapely.Geometry, step: Floats) -> Geometries:
    """Return the shifted copies; `step` is σ in coordinate units, (x, y)."""
    kind, xy, offsets = shapely.to_ragged_array([geometry])
    moved = (xy[None, :, :2] + (UNIT_SHIFTS * step)[:, None, :]).reshape(-1, 2)
    tiled = tuple(_tile(np.asarray(o)) for o in offsets)
    copies: Geometries = shapely.from_ragged_array(kind, moved, tiled)
    return copies


def chance(
    moving: shapely.Geometry,
    zone: shapely.Geometry,
    *,
    step: Floats,
    relation: Relation,
) -> float:
    """Share of the shifts for which a relation holds.

    Parameters
    ----------
    moving, zone
        Any geometries in one plane; the zone is prepared in place.
    step
        σ in coordinate units, (x, y).
    relation
        `meets`: they share a point; `within`: nothing of `moving` lies outside.
    """
    if shapely.is_empty(zone):
        return 0.0
    shapely.prepare(zone)
    if shapely.get_type_id(moving) == 0:
        xy = shapely.get_coordinates(moving) + UNIT_SHIFTS * step
        return float(shapely.intersects_xy(zone, xy[:, 0], xy[:, 1]).mean())
    copies = shifted_copies(moving, step)
    test = shapely.covers if relation == "within" else shapely.intersects
    return float(test(zone, copies).mean())


def chance_near(
    moving: shapely.Geometry, zone: shapely.Geometry, *, step: Floats, reach: float
) -> float:
    """Share of the shifts that bring a geometry within `reach` of another one."""
    shapely.prepare(zone)
    copies = shifted_copies(moving, step)
    return float(shapely.dwithin(zone, copies, reach).mean())


def surroundings(geometries: Geometries, margin: Floats) -> Geometries:
    """Return the bounding boxes grown by a margin (n, 2), in coordinate units."""
    box = shapely.bounds(geometries)
    low, high = box[:, :2] - margin, box[:, 2:] + margin
    boxes: Geometries = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    return boxes


def _tile(base: NDArray[np.int64]) -> NDArray[np.int64]:
    starts = np.arange(SHIFTS)[:, None] * base[-1] + base[None, :-1]
    return np.append(starts.ravel(), SHIFTS * base[-1])


def _spread(overlaps: Overlaps) -> Floats:
    """σ_A by the delta method, m²."""
    slope = np.zeros((len(overlaps), 2))
    for axis in (0, 1):
        shift = np.zeros((len(overlaps), 2))
        shift[:, axis] = _STEP_M / overlaps.unit[:, axis]
        after, before = (_moved_area(overlaps, s) for s in (shift, -shift))
        slope[:, axis] = (after - before) / (2 * _STEP_M)
    result: Floats = overlaps.sigma * np.hypot(slope[:, 0], slope[:, 1])
    return result


def _moved_area(overlaps: Overlaps, shift: Floats) -> Floats:
    if not len(overlaps):
        return np.zeros(0)
    moved = translate(overlaps.moving, shift)
    grid = 1e-3 / float(overlaps.unit.max())
    pieces = robust(shapely.intersection, moved, overlaps.zone, grid=grid)
    result: Floats = shapely.area(polygons_only(pieces)) * overlaps.ratio
    return result


def _normal(drawn: Floats, spread: Floats, whole: Floats, *, limit: float) -> Judgement:
    safe = np.where(spread > 0, spread, 1.0)
    flat = spread == 0
    p_overlap = np.where(flat, drawn > 0, ndtr(drawn / safe))
    p_over = np.where(flat, drawn > limit, ndtr((drawn - limit) / safe))
    low = np.clip(drawn - _Z95 * spread, 0, whole)
    high = np.clip(drawn + _Z95 * spread, 0, whole)
    return Judgement(low, high, p_overlap.astype(float), p_over.astype(float))
