"""Positional error for the rows of an overlay: candidates, certain rows, judgements."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pil_discovery.geo import uncertainty
from pil_discovery.geo.pairs import Pairs, in_order, nearby, select
from pil_discovery.geo.relations import Rows, keep, plain_rows, whole_features
from pil_discovery.geo.space import Space, polygons_only
from pil_discovery.geo.uncertainty import FARTHEST, REACH, Judgement, Overlaps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pil_discovery.geo.borders import Borders
    from pil_discovery.geo.pairs import Places
    from pil_discovery.geo.relations import Flags
    from pil_discovery.geo.safety import Geometries
    from pil_discovery.geo.space import Floats

_EMPTY = shapely.Polygon()
_MANY_POINTS = 200  # larger left features are cut to what can reach their zone


@dataclass(frozen=True)
class Layers:
    """Both sides of an overlay in one plane, each feature with its own σ (NaN unknown).

    The σ of a pair is √(σ_left² + σ_right²): the layers err independently. `borders`
    tells where the borders of the right side run; many features are asked faster so.
    `valid` says that the right features were looked at.
    """

    left: Geometries
    right: Geometries
    left_sigma: Floats
    right_sigma: Floats
    space: Space
    borders: Borders | None = None
    valid: bool = False

    @property
    def widest(self) -> float:
        """Largest σ any pair may have, metres; 0 where none is known."""
        return float(
            np.hypot(
                np.nanmax(self.left_sigma, initial=0.0),
                np.nanmax(self.right_sigma, initial=0.0),
            )
        )

    @property
    def reach(self) -> float:
        """Three times that, in coordinate units, never too short."""
        smallest = float(self.space.unit(self.left).min(initial=np.inf))
        return REACH * self.widest / smallest if np.isfinite(smallest) else 0.0


def possible(layers: Layers) -> Pairs:
    """Find the pairs that a positional error can make meet (none where σ is 0)."""
    if layers.widest == 0:
        nobody = np.zeros(0, dtype=np.intp)
        return Pairs(nobody, nobody, nobody.astype(bool), nobody.astype(bool))
    pairs = nearby(layers.left, layers.right, layers.reach)
    sigma = np.hypot(layers.left_sigma[pairs.left], layers.right_sigma[pairs.right])
    apart = shapely.distance(layers.left[pairs.left], layers.right[pairs.right])
    metres = apart * layers.space.unit(layers.left).min(axis=1)[pairs.left]
    return select(pairs, (metres <= REACH * sigma) | (np.isnan(sigma) & (metres == 0)))


def mark_deep(rows: Rows, layers: Layers) -> Rows:
    """Mark the rows of pairs whose left feature lies deep inside the right one."""
    at = np.flatnonzero(whole_features(rows, layers.left))
    if not len(at):
        return rows
    used, back = np.unique(rows.right[at], return_inverse=True)
    edges = shapely.boundary(layers.right[used])
    shapely.prepare(edges)
    order = np.argsort(back, kind="stable")
    near = np.empty(len(at), dtype=bool)
    near[order] = shapely.dwithin(
        edges[back[order]], layers.left[rows.left[at[order]]], layers.reach
    )
    deep = rows.deep.copy()
    deep[at] = ~near
    return replace(rows, deep=deep)


def add_candidates(rows: Rows, pairs: Pairs, *, single: bool) -> Rows:
    """Add the possible pairs (or left features) that have no row yet, with area 0."""
    left, right = pairs.left, pairs.right
    if single:
        left = np.unique(left)
        right = np.full(len(left), -1)
    width = 2 + max(int(right.max(initial=0)), int(rows.right.max(initial=0)))
    fresh = ~np.isin(left * width + right, rows.left * width + rows.right)
    left, right = left[fresh], right[fresh]
    nothing = np.full(len(left), _EMPTY, dtype=object)
    more = plain_rows(left, right, nothing, area=np.zeros(len(left)))
    return _sorted(rows, more)


def row_sigma(rows: Rows, layers: Layers, pairs: Pairs) -> Floats:
    """Return the σ of every row; rows of all right features take the widest one near.

    Parameters
    ----------
    rows
        Rows whose `right` is −1 stand for all right features near.
    layers
        Both sides.
    pairs
        What `possible` found.
    """
    other = np.zeros(len(rows))
    single = rows.right >= 0
    other[single] = layers.right_sigma[rows.right[single]]
    if not single.all():
        widest = np.zeros(len(layers.left))
        # one unknown error among the features near makes the whole row unknown
        of_right = np.where(np.isnan(layers.right_sigma), np.inf, layers.right_sigma)
        np.maximum.at(widest, pairs.left, of_right[pairs.right])
        if not len(pairs):
            widest[:] = of_right.max(initial=0.0)
        other[~single] = np.where(np.isinf(widest), np.nan, widest)[rows.left[~single]]
    return np.hypot(layers.left_sigma[rows.left], other)


def judge_rows(
    rows: Rows, layers: Layers, pairs: Pairs, *, outside: bool, threshold: float | None
) -> Judgement:
    """Judge all rows of an intersection, a difference or a containment by area.

    Parameters
    ----------
    rows
        Rows as drawn, with candidates.
    layers, pairs
        Both sides and what `possible` found.
    outside
        The rows hold what lies outside the right features.
    threshold
        Area for `p_over`, m².

    Returns
    -------
    Judgement
        NaN where σ is not known: not assessed, never zero.
    """
    result = uncertainty.certain(rows.area, threshold)
    sigma = row_sigma(rows, layers, pairs)
    unknown = np.isnan(sigma)
    for values in (result.low, result.high, result.p_overlap, result.p_over):
        values[unknown] = np.nan
    open_rows = ~unknown & (sigma > 0) & ~rows.deep
    flat = shapely.get_dimensions(layers.left)[rows.left] == 2
    at = np.flatnonzero(open_rows & flat)
    if len(at):
        overlaps = _overlaps(
            keep(rows, _mask(at, rows)), layers, pairs, sigma=sigma[at]
        )
        overlaps = _drawn_inside(overlaps) if outside else overlaps
        judged = uncertainty.judge(overlaps, threshold, outside=outside)
        result.low[at], result.high[at] = judged.low, judged.high
        result.p_overlap[at], result.p_over[at] = judged.p_overlap, judged.p_over
    return result


def chances(
    rows: Rows, layers: Layers, pairs: Pairs, *, relation: uncertainty.Relation
) -> Floats:
    """P(the relation holds) for points, lines, or whole features in a zone.

    Parameters
    ----------
    rows, layers, pairs
        As for `judge_rows`.
    relation
        `meets` or `within`.

    Returns
    -------
    array
        One probability per row; as drawn where σ = 0; NaN where σ is not known.
    """
    sigma = row_sigma(rows, layers, pairs)
    drawn = (~shapely.is_empty(rows.geometry)).astype(float)
    result = np.where(np.isnan(sigma), np.nan, drawn)
    at = np.flatnonzero((sigma > 0) & ~rows.deep)
    if not len(at):
        return result
    part = keep(rows, _mask(at, rows))
    zone = _zones(part, layers, pairs, sigma=sigma[at])
    step = sigma[at, None] / layers.space.unit(layers.left)[part.left]
    for i, place in enumerate(at):
        moving = layers.left[rows.left[place]]
        result[place] = uncertainty.chance(
            moving, zone[i], step=step[i], relation=relation
        )
    return result


def join(parts: Sequence[tuple[Rows, Judgement]]) -> tuple[Rows, Judgement]:
    """Put results together, ordered by left, then right position."""
    rows = _stacked([r for r, _ in parts], Rows)
    judged = _stacked([j for _, j in parts], Judgement)
    order = in_order(rows["left"], rows["right"])
    return (
        Rows(**{name: values[order] for name, values in rows.items()}),
        Judgement(**{name: values[order] for name, values in judged.items()}),
    )


def keep_judged(judged: Judgement, mask: Flags) -> Judgement:
    """Return the judgements marked in a boolean array."""
    return Judgement(
        judged.low[mask], judged.high[mask], judged.p_overlap[mask], judged.p_over[mask]
    )


def _stacked(
    parts: Sequence[Rows | Judgement], kind: type[Rows | Judgement]
) -> dict[str, Any]:
    names = [field.name for field in fields(kind)]
    return {n: np.concatenate([getattr(p, n) for p in parts]) for n in names}


def _mask(at: Places, rows: Rows) -> Flags:
    mask = np.zeros(len(rows), dtype=bool)
    mask[at] = True
    return mask


def _sorted(rows: Rows, more: Rows) -> Rows:
    both = _stacked([rows, more], Rows)
    order = in_order(both["left"], both["right"])
    return Rows(**{name: values[order] for name, values in both.items()})


def _drawn_inside(overlaps: Overlaps) -> Overlaps:
    """Turn remainders into overlaps: what lies inside is the whole minus the rest."""
    return replace(overlaps, area=np.maximum(overlaps.whole - overlaps.area, 0.0))


def _overlaps(rows: Rows, layers: Layers, pairs: Pairs, *, sigma: Floats) -> Overlaps:
    moving = layers.left[rows.left]
    unit = layers.space.unit(moving)
    whole = layers.space.areas(moving)
    ratio = whole / shapely.area(moving)
    zone = _zones(rows, layers, pairs, sigma=sigma)
    large = (shapely.get_num_coordinates(moving) > _MANY_POINTS) & ~shapely.is_empty(
        zone
    )
    boxes = uncertainty.surroundings(zone[large], _margin(sigma, unit)[large])
    moving[large] = polygons_only(shapely.intersection(moving[large], boxes))
    return Overlaps(moving, zone, rows.area, whole, sigma, unit, ratio)


def _margin(sigma: Floats, unit: Floats) -> Floats:
    result: Floats = (FARTHEST * sigma[:, None] + 1.0) / unit
    return result


def _zones(rows: Rows, layers: Layers, pairs: Pairs, *, sigma: Floats) -> Geometries:
    """Right features around each row, united and cut to what a shift can reach."""
    moving = layers.left[rows.left]
    margin = _margin(sigma, layers.space.unit(moving))
    boxes = uncertainty.surroundings(moving, margin)
    owner, other = _owners(rows, pairs)
    cut = polygons_only(shapely.intersection(layers.right[other], boxes[owner]))
    zone = np.full(len(rows), _EMPTY, dtype=object)
    places, start = np.unique(owner, return_index=True)
    for place, group in zip(places, np.split(cut, start[1:]), strict=False):
        zone[place] = group[0] if len(group) == 1 else shapely.union_all(group)
    return zone


def _owners(rows: Rows, pairs: Pairs) -> tuple[Places, Places]:
    """Which right features stand behind each row: its own, or all those near."""
    if (rows.right >= 0).all():
        return np.arange(len(rows)), rows.right
    mine = np.isin(pairs.left, rows.left)
    return np.searchsorted(rows.left, pairs.left[mine]), pairs.right[mine]
