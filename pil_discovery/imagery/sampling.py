"""Area of change from a labelled sample: what a map shows is only suspected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pil_discovery.errors import ArgumentError, ImageError, Problem
from pil_discovery.geo.area import area_m2
from pil_discovery.geo.crs import safe_transform
from pil_discovery.imagery.grids import windows
from pil_discovery.imagery.labels import pixels_under, read_labels
from pil_discovery.imagery.quality import AREA_GATES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pil_discovery.imagery.change import ChangeMap

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

STRATA = ("changed", "unchanged")
ENOUGH = 50
"""Labelled points that each stratum should have (Olofsson and others 2014)."""
DRAWS = 10_000
_BLOCK = 256
"""Side of the blocks in pixels whose official area is reckoned as one polygon."""


@dataclass(frozen=True)
class AreaEstimate:
    """Area of change in the part of a scene that both pictures show.

    Attributes
    ----------
    mapped_m2
        What the map shows; NaN where a gate of the map refuses area claims.
    adjusted_m2
        What the labels say: Σ A_h p_h over the strata h, unbiased whatever the map.
    low_m2, high_m2
        95 % interval of it (2.5 % and 97.5 % quantiles), Jeffreys posterior.
    se_m2
        Its standard error, √Σ A_h² p_h (1 − p_h) / (n_h − 1).
    users, producers
        Share of the mapped change that is change, and of the change that is mapped;
        NaN where there is none.
    n
        Labelled points.
    strata
        Stratum → its area (`area_m2`), labelled points (`n`), changed ones (`changed`).
    notes
        What weakens the estimate, in Chinese.
    """

    mapped_m2: float
    adjusted_m2: float
    low_m2: float
    high_m2: float
    se_m2: float
    users: float
    producers: float
    n: int
    strata: dict[str, dict[str, float]]
    notes: tuple[str, ...] = ()


def plan_samples(
    change: ChangeMap, *, per_stratum: int | Mapping[str, int] = 100, seed: int = 0
) -> gpd.GeoDataFrame:
    """Draw points for an expert to label: at random within each stratum of a map.

    Parameters
    ----------
    change
        The map; its strata are the changed and the unchanged pixels that both
        pictures show.
    per_stratum
        Points in each stratum; a stratum of fewer pixels is taken whole.
    seed
        Of the draw and of the order of the points.

    Returns
    -------
    GeoDataFrame
        Centres of pixels in EPSG:4490: `sample_id` from 1, `stratum`, `changed`
        (missing: to be filled in with true or false), `note`. The order tells
        nothing of the stratum; hide the column from who labels.

    Raises
    ------
    ArgumentError
        A number of points below 1, or a stratum of another name.
    """
    wanted = _wanted(per_stratum)
    draw = np.random.default_rng(seed)
    parts = []
    for stratum in STRATA:
        pixels = np.flatnonzero(_members(change, stratum))
        size = min(wanted[stratum], len(pixels))
        chosen = draw.choice(pixels, size, replace=False, shuffle=False)
        parts.append((stratum, np.sort(chosen)))
    at = np.concatenate([chosen for _, chosen in parts])
    strata = np.repeat([s for s, _ in parts], [len(c) for _, c in parts])
    order = draw.permutation(len(at))
    rows, columns = np.divmod(at[order], change.grid.shape[1])
    return gpd.GeoDataFrame(
        {
            "sample_id": np.arange(1, len(at) + 1),
            "stratum": strata[order].astype(object),
            "changed": pd.array([pd.NA] * len(at), dtype="boolean"),
            "note": "",
        },
        geometry=_centres(change, rows, columns),
        crs="EPSG:4490",
    )


def sample_size(
    shares: Mapping[str, float], rates: Mapping[str, float], *, se_share: float
) -> int:
    """Return how many points give a standard error of the changed share.

    n = (Σ W_h S_h)² / S(p̂)², S_h = √(p_h (1 − p_h)): Cochran 1977, eq. 5.25, without
    the finite-population term, which only lowers n.

    Parameters
    ----------
    shares
        Stratum → its share W_h of the area.
    rates
        Stratum → share p_h of it that is expected to be changed.
    se_share
        Wanted standard error S(p̂).

    Raises
    ------
    ArgumentError
        Shares or rates outside 0 to 1, or no positive error.
    """
    values = [*shares.values(), *rates.values()]
    if not all(0 <= v <= 1 for v in values) or shares.keys() != rates.keys():
        raise ArgumentError("shares 和 rates 须逐层对应，并在 0 与 1 之间")
    if se_share <= 0:
        raise ArgumentError("se_share 须大于 0")
    spread = sum(w * np.sqrt(rates[h] * (1 - rates[h])) for h, w in shares.items())
    return int(np.ceil((spread / se_share) ** 2))


def estimate_area(
    change: ChangeMap, samples: gpd.GeoDataFrame, *, seed: int = 0
) -> AreaEstimate:
    """Estimate the area of change from points that somebody has labelled.

    Stratified estimation after Olofsson and others, Remote Sensing of Environment 148
    (2014): each stratum counts with its area. The interval is Jeffreys' (p_h ~
    Beta(k_h + ½, n_h − k_h + ½)); the textbook one covers far too little where a
    stratum holds few errors.

    Parameters
    ----------
    change
        The map that the points were drawn from.
    samples
        Points with a boolean column `changed`, and `stratum` (`changed` or
        `unchanged`) as `plan_samples` wrote it; without it the map at the point tells.
        Points without a label are left out and counted in the notes.
    seed
        Of the 10,000 draws of the interval.

    Returns
    -------
    AreaEstimate
        Areas are official ones, square metres.

    Raises
    ------
    ArgumentError
        No column `changed`, labels that are none, or points that are not of this map;
        all at once.
    ImageError
        A stratum without labelled points.
    """
    labels = read_labels(samples)
    strata = _strata(change, samples)
    areas = stratum_areas(change)
    known = ~np.isnan(labels)
    counts = {s: _count(labels[known & (strata == s)]) for s in STRATA}
    if empty := [s for s in STRATA if areas[s] > 0 and not counts[s][1]]:
        names = "、".join(_ZH[s] for s in empty)
        what = f"没有已判读的样点：{names}层，不能估计面积"
        raise ImageError(Problem("", "samples", what, "请按抽样计划补充判读"))
    total = stratified_area(areas, counts, seed=seed)
    refused = any(change.quality[g]["verdict"] == "refuse" for g in AREA_GATES)
    return AreaEstimate(
        mapped_m2=float("nan") if refused else areas["changed"],
        **total,
        **_accuracy(areas, counts),
        n=int(known.sum()),
        strata={
            s: {"area_m2": areas[s], "changed": counts[s][0], "n": counts[s][1]}
            for s in STRATA
        },
        notes=_notes(areas, counts, int((~known).sum())),
    )


def stratified_area(
    areas: Mapping[str, float], counts: Mapping[str, tuple[int, int]], *, seed: int
) -> dict[str, float]:
    """Return `adjusted_m2`, `low_m2`, `high_m2` and `se_m2` of labelled strata.

    Parameters
    ----------
    areas
        Stratum → its area, m².
    counts
        Stratum → changed points and all points; strata without area need none.
    """
    here = [s for s in areas if areas[s] > 0]
    size = np.array([areas[s] for s in here])
    changed, n = (np.array([counts[s][i] for s in here], dtype=float) for i in (0, 1))
    share = changed / n
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(n > 1, share * (1 - share) / (n - 1), np.nan)
    draw = np.random.default_rng(seed)
    drawn = draw.beta(changed + 0.5, n - changed + 0.5, (DRAWS, len(here))) @ size
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {
        "adjusted_m2": float(size @ share),
        "low_m2": float(low),
        "high_m2": float(high),
        "se_m2": float(np.sqrt(size**2 @ spread)),
    }


def stratum_areas(change: ChangeMap) -> dict[str, float]:
    """Return the official area of each stratum, m².

    Blocks of pixels are measured as polygons; inside one, all pixels count alike.
    """
    parts = list(windows(change.grid.shape, _BLOCK))
    corners = [
        (w.col_off, w.row_off, w.col_off + w.width, w.row_off + w.height) for w in parts
    ]
    boxes = _placed(change, shapely.box(*np.array(corners, dtype=float).T))
    a_pixel = area_m2(boxes) / [w.width * w.height for w in parts]
    areas = {}
    for stratum in STRATA:
        members = _members(change, stratum).reshape(change.grid.shape)
        pixels = [int(members[w.toslices()].sum()) for w in parts]
        areas[stratum] = float(a_pixel @ pixels)
    return areas


_ZH = {"changed": "变化", "unchanged": "未变化"}


def _wanted(per_stratum: int | Mapping[str, int]) -> dict[str, int]:
    given = (
        dict.fromkeys(STRATA, per_stratum)
        if isinstance(per_stratum, int)
        else dict(per_stratum)
    )
    if set(given) != set(STRATA) or min(given.values()) < 1:
        raise ArgumentError("per_stratum 须为正整数，或者逐层给出 changed 和 unchanged")
    return given


def _members(change: ChangeMap, stratum: str) -> NDArray[np.bool_]:
    """Tell which pixels, in scan order, belong to a stratum."""
    mask = change.mask if stratum == "changed" else ~change.mask
    return (mask & change.valid).ravel()


def _centres(change: ChangeMap, rows: Ints, columns: Ints) -> gpd.GeoSeries:
    points = shapely.points(np.column_stack([columns, rows]) + 0.5)
    return _placed(change, np.asarray(points, dtype=object))


def _placed(change: ChangeMap, shapes: NDArray[np.object_]) -> gpd.GeoSeries:
    """Carry shapes in pixels to the ground, EPSG:4490."""
    ground = change.grid.carried(shapes)
    return safe_transform(gpd.GeoSeries(ground, crs=change.grid.crs))


def _strata(change: ChangeMap, samples: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the stratum of each point on the map, which a given one must equal."""
    on_map = _on_map(change, samples)
    problems = [
        f"第 {number} 个样点不在两期影像都有效的范围内"
        for number in np.flatnonzero(on_map == "") + 1
    ]
    if "stratum" in samples:
        given = samples["stratum"].to_numpy(dtype=object)
        apart = np.flatnonzero((given != on_map) & (on_map != "")) + 1
        problems += [f"第 {i} 个样点的分层与变化图不符" for i in apart]
    if problems:
        fix = "样点须由这张变化图抽取（plan_samples）"
        raise ArgumentError([Problem("", "samples", p, fix) for p in problems])
    return on_map


def _on_map(change: ChangeMap, samples: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the stratum under each point; empty where the map tells none."""
    rows, columns, inside = pixels_under(samples, change.grid)
    found = np.where(change.mask[rows, columns], *STRATA).astype(object)
    found[~(inside & change.valid[rows, columns])] = ""
    return found


def _count(labels: Floats) -> tuple[int, int]:
    return int(labels.sum()), len(labels)


def _accuracy(
    areas: Mapping[str, float], counts: Mapping[str, tuple[int, int]]
) -> dict[str, float]:
    found = {s: areas[s] * k / n if n else 0.0 for s, (k, n) in counts.items()}
    changed, n = counts["changed"]
    real = sum(found.values())
    return {
        "users": changed / n if n else float("nan"),
        "producers": found["changed"] / real if real else float("nan"),
    }


def _notes(
    areas: Mapping[str, float],
    counts: Mapping[str, tuple[int, int]],
    unlabelled: int,
) -> tuple[str, ...]:
    few = [s for s in STRATA if areas[s] > 0 and counts[s][1] < ENOUGH]
    notes = [
        f"{_ZH[s]}层只有 {counts[s][1]} 个已判读样点，不足 {ENOUGH} 个，区间可能偏宽"
        for s in few
    ]
    if unlabelled:
        notes.append(f"{unlabelled} 个样点没有判读，未计入")
    return tuple(notes)
