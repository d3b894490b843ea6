"""Overlay of two layers: common parts, remainders, containment, nearness."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import shapely

from pil_discovery.errors import CrsError, GeometryError, Problem
from pil_discovery.geo import relations, safety
from pil_discovery.geo.area import demand_on_globe, refuse_web_mercator
from pil_discovery.geo.borders import borders_of
from pil_discovery.geo.crs import safe_transform
from pil_discovery.geo.judging import Layers, keep_judged
from pil_discovery.geo.references import CGCS2000, parse_reference
from pil_discovery.geo.solving import Plan, Task, solve
from pil_discovery.geo.space import Space, metres, without_mixture
from pil_discovery.geo.workers import spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    import pandas as pd
    from numpy.typing import ArrayLike

    from pil_discovery.geo.relations import Rows
    from pil_discovery.geo.safety import Geometries
    from pil_discovery.geo.solving import By, How
    from pil_discovery.geo.space import Floats
    from pil_discovery.geo.uncertainty import Judgement

    Frame: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries

_HOWS = ("intersection", "difference", "within", "near")
MANY = 1_000
"""Left features from which it pays to learn first where the right borders run."""
LARGE = 20_000
"""Left features from which further processes are worth their start."""


def overlay(  # noqa: PLR0913 - a stable public signature, all but two by keyword
    left: Frame,
    right: Frame,
    *,
    how: How,
    by: By = "pair",
    distance_m: float | None = None,
    sigma_m: ArrayLike = 0.0,
    right_sigma_m: ArrayLike = 0.0,
    min_area_m2: float = 0.0,
    area: Literal["official", "planar"] = "official",
    workers: int | None = None,
    threshold_m2: float | None = None,
    sliver_width_m: float | None = None,
) -> gpd.GeoDataFrame:
    """Overlay two layers and measure what they have in common.

    Parameters
    ----------
    left, right
        GeoDataFrame or GeoSeries with coordinate systems (they may differ) and unique
        indexes; valid geometries, Z and M are dropped, collections are reduced to
        their polygons, missing and empty geometries give no row. Right features are
        polygons, except for `near` or together with `distance_m`.
    how
        `intersection`: the common part. `difference`: what lies outside all right
        features (left polygons only). `within`: the whole left feature lies in the
        right one. `near`: at most `distance_m` apart.
    by
        `pair`: one row per pair. `left`: one row per left feature against the union of
        the right ones, so that no ground is counted twice. `difference` is always by
        left.
    distance_m
        Metres; for `near` the largest distance, otherwise the right features are grown
        by it first.
    sigma_m
        One-axis standard deviation of the position of the left features against the
        right ones, metres: a number or one per left row. NaN = not known: interval and
        probabilities are NaN (not assessed).
    right_sigma_m
        Further standard deviation of each right feature (number or one per right row);
        added in squares, as independent errors are.
    min_area_m2
        Rows with less area are left out (points and lines have none and stay).
    area
        `official`: ellipsoidal areas; computed in EPSG:4490, edges straight in
        latitude and longitude. `planar`: in the plane of the data (both sides in the
        same projected system), for comparison with other tools.
    workers
        Processes for large inputs; the result does not depend on it.
    threshold_m2
        Adds `p_over`, the probability that the area exceeds it.
    sliver_width_m
        Adds `sliver`: the common part (or remainder) is a polygon of less than 1 m² or
        narrower than this (area < perimeter · width / 2), so that it may be nothing
        but two drawings of one line. Marked, never left out.

    Returns
    -------
    GeoDataFrame
        Ordered by left, then right position: `left_id`, `right_id` (index values;
        `right_id` only for pairs), `area_m2`, `share` (of the left feature; for points
        1 inside, 0 outside), `area_low_m2` and `area_high_m2` (5 % and 95 % quantiles),
        `p_overlap` (probability that the relation holds), `p_over` with a threshold,
        `sliver` with a width, `distance_m` for `near`, `geometry` (EPSG:4490; the
        plane of the data for `planar`). For `within` and `near` the geometry is the
        left feature, `area_m2` the overlap. With σ > 0 an `intersection` or
        `difference` also lists what is not there as drawn but possible within 3 σ:
        `area_m2` 0, `share` 0.

    Raises
    ------
    CrsError
        System missing or unsafe, Web Mercator, or no common plane for `planar`.
    GeometryError
        Invalid geometries, ambiguous indexes, or arguments out of range; all at once.
    """
    parts = overlay_parts(
        [left],
        right,
        how=how,
        by=by,
        distance_m=distance_m,
        sigma_m=sigma_m,
        right_sigma_m=right_sigma_m,
        min_area_m2=min_area_m2,
        area=area,
        workers=workers,
        threshold_m2=threshold_m2,
        sliver_width_m=sliver_width_m,
    )
    return next(parts)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of an overlay, as `overlay` describes it."""

    how: How
    by: By = "pair"
    distance_m: float | None = None
    sigma_m: ArrayLike = 0.0
    right_sigma_m: ArrayLike = 0.0
    min_area_m2: float = 0.0
    area: Literal["official", "planar"] = "official"
    workers: int | None = None
    threshold_m2: float | None = None
    sliver_width_m: float | None = None


def overlay_parts(
    lefts: Iterable[Frame],
    right: Frame,
    **asked: Any,  # noqa: ANN401 - the keywords of `overlay`
) -> Iterator[gpd.GeoDataFrame]:
    """Overlay a layer too large for memory, part by part, with another one.

    Parameters
    ----------
    lefts
        Parts of the left layer, each as for `overlay`; no feature may be in two. They
        are taken one by one, so that they can be read from a file meanwhile.
    right
        The whole right layer; it is brought into its plane and looked at once.
    **asked
        As for `overlay`; a σ for each left row is possible for a single part only.

    Yields
    ------
    GeoDataFrame
        The rows of each part. Together they are those of the whole layer, whatever the
        parts are: a row depends on one left feature and on the right layer alone.

    Raises
    ------
    CrsError, GeometryError
        As `overlay`, when the part in question is reached.
    """
    question = Question(**asked)
    plan = _plan(question)
    base: Layers | None = None
    for left in lefts:
        _demand_layers(left, right)
        space = _space(left, right, question.area)
        if base is None or base.space != space:
            base = _right_side(right, space, question, plan=plan)
        count = _processes(question, len(left))
        if count == 1:
            base = _looked_at(base, right.index)
        sigma = _sigmas(question.sigma_m, len(left), "sigma_m")
        layers = replace(base, left=_side(left, space), left_sigma=sigma)
        _demand_kinds(layers, plan)
        if plan.how != "near" and len(left) >= MANY and base.borders is None:
            base = replace(base, borders=borders_of(base.right))
        task = Task(replace(layers, borders=base.borders), plan)
        rows, judged = _run(task, count, (left.index, right.index))
        base = replace(base, valid=True)
        yield _frame(rows, judged, (left.index, right.index), task=task)


def _right_side(
    right: Frame, space: Space, question: Question, *, plan: Plan
) -> Layers:
    """Return the layers of an overlay without a left side."""
    nobody = np.zeros(0, dtype=object)
    shapes = _side(right, space)
    grows = plan.how != "near" and plan.distance_m > 0
    if grows:
        safety.demand_valid(shapes, right.index, "右侧要素")
    shapes = safety.flat(shapes)  # to be prepared in place
    sigma = _sigmas(question.right_sigma_m, len(right), "right_sigma_m")
    if grows:
        shapes = space.grow(shapes, plan.distance_m)
    return Layers(nobody, shapes, np.zeros(0), sigma, space, valid=grows)


def _looked_at(layers: Layers, names: pd.Index) -> Layers:
    """Look once whether the right features are valid."""
    if not layers.valid:
        safety.demand_valid(layers.right, names, "右侧要素")
    return replace(layers, valid=True)


def _processes(question: Question, size: int) -> int:
    return max(question.workers or 1, 1) if size >= LARGE else 1


def _run(
    task: Task, count: int, names: tuple[pd.Index, pd.Index]
) -> tuple[Rows, Judgement]:
    """Solve an overlay, by several processes where they find both sides valid."""
    if count >= 2:
        solved = spread(task, count)
        if solved is not None:
            return solved
    _looked_at(task.layers, names[1])
    safety.demand_valid(task.layers.left, names[0], "左侧要素")
    return solve(task)


def _plan(question: Question) -> Plan:
    how, by, distance = question.how, question.by, question.distance_m
    problems = []
    if how not in _HOWS:
        problems.append(f"how 只能是 {'、'.join(_HOWS)}，不能是「{how}」")
    if by not in ("pair", "left"):
        problems.append(f"by 只能是 pair 或 left，不能是「{by}」")
    if how == "near" and distance is None:
        problems.append("how='near' 需要 distance_m（米）")
    names = ("distance_m", "min_area_m2", "threshold_m2", "sliver_width_m")
    named = {name: getattr(question, name) for name in names}
    problems += [
        f"{name} 须为不小于 0 的数，不能是 {value}"
        for name, value in named.items()
        if value is not None and not (np.isfinite(value) and value >= 0)
    ]
    if question.sliver_width_m is not None and how in ("within", "near"):
        problems.append("sliver_width_m 只用于 intersection 和 difference")
    if problems:
        raise GeometryError([Problem("", "", p) for p in problems])
    single: By = "left" if how == "difference" else by
    numbers = (distance or 0.0, question.min_area_m2 or 0.0, question.threshold_m2)
    return Plan(how, single, *numbers, question.sliver_width_m)


def _demand_layers(left: Frame, right: Frame) -> None:
    for side, frame in (("左侧", left), ("右侧", right)):
        if not isinstance(frame, gpd.GeoDataFrame | gpd.GeoSeries):
            raise CrsError(f"{side}图层须为带坐标系的 GeoDataFrame 或 GeoSeries")
        if not frame.index.is_unique:
            raise GeometryError(f"{side}图层的索引有重复，结果无法对应到要素")


def _space(left: Frame, right: Frame, area: str) -> Space:
    if area not in ("official", "planar"):
        raise GeometryError(f"area 只能是 official 或 planar，不能是「{area}」")
    for frame in (left, right):
        refuse_web_mercator(frame.crs) if area == "official" else None
    if area == "official":
        target = parse_reference(CGCS2000).crs
        assert target is not None  # noqa: S101 - EPSG:4490 is a plain system
        return Space(target, "official")
    if left.crs is None or left.crs != right.crs or not left.crs.is_projected:
        raise CrsError("area='planar' 要求两侧为同一个投影坐标系；请先统一换算")
    return Space(left.crs, "planar")


def _side(frame: Frame, space: Space) -> Geometries:
    """Return the geometries in the plane of the overlay, not yet asked for validity."""
    array = np.asarray(frame.geometry.array, dtype=object)
    if space.degrees:
        array = safe_transform(array, frame.crs)
        demand_on_globe(array, list(frame.index))
    elif _carries_more(array):
        array = safety.flat(array)
    return without_mixture(array)


def _carries_more(array: Geometries) -> bool:
    """Tell whether there is more than x and y, or a grid that rounds what is made."""
    if (shapely.get_coordinate_dimension(array) > 2).any():
        return True
    return bool((shapely.get_precision(array) > 0).any())


def _sigmas(values: ArrayLike, size: int, name: str) -> Floats:
    sigma = np.asarray(values, dtype=float)
    if sigma.ndim == 0:
        sigma = np.full(size, float(sigma))
    if sigma.shape != (size,):
        raise GeometryError(f"{name} 须为一个数，或与图层逐行对应（{size} 个）")
    if np.isinf(sigma).any() or (sigma < 0).any():
        raise GeometryError(f"{name} 须为不小于 0 的米数；未知请用 NaN")
    return sigma


def _demand_kinds(layers: Layers, plan: Plan) -> None:
    if plan.how == "near":
        return
    here = ~safety.missing(layers.right)
    if (shapely.get_dimensions(layers.right[here]) != 2).any():
        raise GeometryError("右侧图层须为面；点、线请给出 distance_m（按距离外扩）")
    if plan.how != "difference":
        return
    here = ~safety.missing(layers.left)
    if (shapely.get_dimensions(layers.left[here]) != 2).any():
        raise GeometryError(
            "difference 只用于面；点、线是否在区域之外，请用 within 后取未命中者"
        )


def _frame(
    rows: Rows,
    judged: Judgement,
    names: tuple[pd.Index, pd.Index],
    *,
    task: Task,
) -> gpd.GeoDataFrame:
    layers, plan = task.layers, task.plan
    flat = shapely.get_dimensions(layers.left)[rows.left] == 2
    mask = ~flat | (rows.area >= plan.min_area_m2)
    rows, judged = relations.keep(rows, mask), keep_judged(judged, mask)
    columns = {"left_id": names[0].take(rows.left).array}
    if plan.by == "pair":
        columns["right_id"] = names[1].take(rows.right).array
    whole = _whole_areas(rows, task)
    rows = replace(rows, area=np.minimum(rows.area, whole))  # rounding adds no ground
    columns["area_m2"] = rows.area
    columns["share"] = _shares(rows, layers, whole)
    columns["area_low_m2"], columns["area_high_m2"] = judged.low, judged.high
    columns["p_overlap"] = judged.p_overlap
    if plan.threshold_m2 is not None:
        columns["p_over"] = judged.p_over
    if plan.sliver_width_m is not None:
        columns["sliver"] = relations.slivers(rows, layers.space, plan.sliver_width_m)
    if plan.how == "near":
        columns["distance_m"] = rows.distance
    return gpd.GeoDataFrame(columns, geometry=rows.geometry, crs=layers.space.crs)


def _whole_areas(rows: Rows, task: Task) -> Floats:
    """Area of the left feature of each row; known where a row holds all of it."""
    layers = task.layers
    whole = np.full(len(layers.left), np.nan)
    if task.plan.how != "near":  # there the area is that of the overlap
        uncut = relations.whole_features(rows, layers.left)
        whole[rows.left[uncut]] = rows.area[uncut]
    rest = np.unique(rows.left[np.isnan(whole[rows.left])])
    whole[rest] = layers.space.areas(layers.left[rest])
    result: Floats = whole[rows.left]
    return result


def _shares(rows: Rows, layers: Layers, whole: Floats) -> Floats:
    """Share of the left feature: of its area, its length, or of its points."""
    moving = layers.left[rows.left]
    kinds = shapely.get_dimensions(moving)
    share = np.zeros(len(rows))
    flat, lines, points = kinds == 2, kinds == 1, kinds < 1
    share[flat] = rows.area[flat] / whole[flat]
    share[points] = ~shapely.is_empty(rows.geometry[points])
    unit = layers.space.unit(moving[lines])
    share[lines] = np.minimum(
        metres(rows.geometry[lines], unit) / metres(moving[lines], unit), 1.0
    )
    return share
