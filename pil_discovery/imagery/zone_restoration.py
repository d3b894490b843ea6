"""Restoration of polygons: the answer that a screening model asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from pil_discovery.geo.space import grown, without_mixture
from pil_discovery.imagery.observed import Reference
from pil_discovery.imagery.restoration import judge_restoration
from pil_discovery.imagery.zonal import zonal_of_each
from pil_discovery.imagery.zone_gates import UNMASKED, add_gates, series_gates

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from pil_discovery.imagery.followup import RestorationRule
    from pil_discovery.types import Image

    Floats = NDArray[np.float64]

CRS = "EPSG:4490"
RING_SHARE = 0.2
"""Share of a ring that must be seen. Its median stands for the surroundings, so most of
it may lie under clouds or outside the picture; the polygon itself may not."""


@dataclass(frozen=True)
class Ring:
    """Ground around a polygon: from `gap_m` beyond its rim, `width_m` wide."""

    gap_m: float
    width_m: float


def restoration_in_zones(
    zones: gpd.GeoDataFrame,
    images: Sequence[Image],
    phases: pd.DataFrame,
    *,
    index: str,
    rule: RestorationRule,
    ring: Ring | None = None,
) -> pd.DataFrame:
    """Judge the restoration of each polygon by an index of all pictures.

    Parameters
    ----------
    zones
        Polygons in EPSG:4490.
    images
        Pictures in any order; those that lack a band of the index do not count.
    phases
        One row per polygon, in order; see `judge_restoration`.
    index
        An index that falls with the damage.
    rule
        The thresholds.
    ring
        Where the reference lies; other polygons and their gaps are left out of it. Its
        median is compared, its spread says how far the polygon may have differed. None
        leaves the polygon's own past.

    Returns
    -------
    DataFrame
        `zone_id` (index of `zones`), the columns of `judge_restoration`, and `quality`
        (name, verdict and reason of each gate).

    Raises
    ------
    CrsError
        Unsafe or missing CRS.
    ImageError
        No such index.
    """
    days = np.array([i.acquired_date for i in images], dtype="datetime64[D]")
    parts = zonal_of_each(zones, images, index=index)
    values, shares = (_columns(parts, name) for name in ("mean", "valid_share"))
    around = None if ring is None else _reference(zones, images, index, ring)
    rows = judge_restoration(
        values.reshape(len(zones), len(days)),
        days,
        phases,
        rule=rule,
        shares=shares.reshape(len(zones), len(days)),
        reference=around,
    )
    rows.insert(0, "zone_id", zones.index.to_numpy())
    decided = rows["state"] != "cannot_tell"
    seen_twice = rows["confirmed"].fillna(value=True)
    gates = series_gates(rows["reason"], decided, images, seen_twice)
    if any(image.cloud_mask is None for image in images):
        rows["reason"] += f"；有影像没有云掩膜，{UNMASKED}"
    return add_gates(rows, gates)


def rings(zones: gpd.GeoDataFrame, ring: Ring) -> gpd.GeoDataFrame:
    """Return the ground around each polygon, without that of any polygon.

    Parameters
    ----------
    zones
        Polygons in EPSG:4490.
    ring
        Where it lies.

    Returns
    -------
    GeoDataFrame
        EPSG:4490, index of `zones`; empty where others leave nothing.
    """
    shapes = without_mixture(np.asarray(zones.geometry.array, dtype=object))
    if not len(shapes):
        return gpd.GeoDataFrame(index=zones.index, geometry=[], crs=CRS)
    inner, outer = (grown(shapes, m) for m in (ring.gap_m, ring.gap_m + ring.width_m))
    tree = shapely.STRtree(inner)
    found = np.empty(len(outer), dtype=object)
    for place, shape in enumerate(outer):
        near = np.sort(tree.query(shape, predicate="intersects"))
        found[place] = shapely.difference(shape, shapely.union_all(inner[near]))
    return gpd.GeoDataFrame(index=zones.index, geometry=found, crs=CRS)


def _reference(
    zones: gpd.GeoDataFrame, images: Sequence[Image], index: str, ring: Ring
) -> Reference:
    stats = ("median", "stdev")
    parts = zonal_of_each(rings(zones, ring), images, index=index, stats=stats)
    middle, spread, seen = (_columns(parts, n) for n in (*stats, "valid_share"))
    usable = seen >= RING_SHARE
    shape = (len(zones), len(images))
    values = np.where(usable, middle, np.nan).reshape(shape)
    return Reference(values, np.where(usable, spread, np.nan).reshape(shape))


def _columns(parts: Sequence[pd.DataFrame], name: str) -> Floats:
    columns = [part[name].to_numpy(dtype=float) for part in parts]
    return np.column_stack(columns) if columns else np.zeros(0)
