"""Change of pictures inside polygons: the answer that a screening model asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pil_discovery.errors import ImageError
from pil_discovery.geo.area import area_m2
from pil_discovery.geo.space import grown, polygons_only, without_mixture
from pil_discovery.imagery.change import detect_change
from pil_discovery.imagery.directions import missing_directions
from pil_discovery.imagery.quality import AREA_GATES, combined_sigma_m
from pil_discovery.imagery.roles import choose_roles
from pil_discovery.imagery.zonal import valid_shares

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pil_discovery.imagery.change import ChangeMap
    from pil_discovery.types import Image

CRS = "EPSG:4490"
CONFIRMED_SHARE = 0.5
ZONE_COLUMNS = (
    "zone_id",
    "state",
    "reason",
    "confirmed",
    "before_date",
    "after_date",
    "confirm_date",
    "area_m2",
    "valid_share",
    "sigma_m",
    "direction",
    "geometry",
)


@dataclass(frozen=True)
class _Ask:
    """What is asked of every polygon."""

    direction: tuple[str, ...]
    min_area_m2: float
    margin_m: float


def change_in_zones(  # noqa: PLR0913 - one keyword per field of the model step
    zones: gpd.GeoDataFrame,
    images: Sequence[Image],
    *,
    as_of: dt.date,
    direction: Sequence[str] = (),
    min_area_m2: float = 0.0,
    margin_m: float = 0.0,
    anchors: pd.Series[Any] | None = None,
) -> gpd.GeoDataFrame:
    """Find what changed inside each polygon, with pictures chosen for that polygon.

    Detection is fitted per pair of pictures over their whole common extent, then cut
    to the polygons, so a polygon's answer does not depend on which others are asked.

    Parameters
    ----------
    zones
        Polygons in EPSG:4490.
    images
        Pictures in any order.
    as_of
        Later pictures do not exist.
    direction
        Only pixels that show one of these kinds count; none takes every kind.
    min_area_m2
        Least official area of a patch, and of the change inside a polygon.
    margin_m
        How far beyond its polygon a patch that touches it is followed, metres; a patch
        that lies outside altogether is another matter and does not count.
    anchors
        Per polygon (same index) the day on or before which the earlier picture must
        lie, instead of the rule of seasons.

    Returns
    -------
    GeoDataFrame
        EPSG:4490, one row per polygon, in order: `zone_id` (index of `zones`), `state`
        (changed | stable | unknown), `reason` (Chinese: why unknown, else the flags of
        the pair), `confirmed` (True, False, or missing without a confirming picture),
        `before_date`, `after_date`, `confirm_date`, `area_m2` (official; 0 when stable,
        NaN when unknown), `valid_share` (the lesser of both dates), `sigma_m` (of the
        pair; NaN when a picture's error is not known), `direction` (that of the largest
        area), `geometry` (the changed part, missing unless changed).

    Raises
    ------
    CrsError
        Unsafe or missing CRS.
    """
    shares = valid_shares(zones, images)
    days = None if anchors is None else _days(anchors.reindex(zones.index))
    roles = choose_roles(images, shares, as_of, anchors=days)
    ask = _Ask(tuple(direction), min_area_m2, margin_m)
    rows: list[dict[str, Any]] = [
        _unknown(reason) for reason in roles["reason"].tolist()
    ]
    shapes = without_mixture(np.asarray(zones.geometry.array, dtype=object))
    picked = roles[roles["before"] >= 0]
    keys = picked[["before", "after", "confirm"]].to_numpy(dtype=int)
    for triple in np.unique(keys, axis=0):
        at = picked.index[(keys == triple).all(axis=1)].to_numpy()
        chosen = [images[i] if i >= 0 else None for i in triple]
        found = _pair_rows(shapes[at], chosen, ask)
        least = shares[at][:, triple[:2]].min(axis=1)
        for place, row, share in zip(at, found, least, strict=True):
            rows[place] = {**row, "valid_share": float(share)}
    return _table(zones.index, rows)


def _days(anchors: pd.Series[Any]) -> list[dt.date | None]:
    stamps = pd.to_datetime(anchors)
    return [None if pd.isna(s) else s.date() for s in stamps]


def _unknown(reason: str) -> dict[str, Any]:
    return {"state": "unknown", "reason": reason, "area_m2": np.nan}


def _pair_rows(
    shapes: NDArray[np.object_], chosen: Sequence[Image | None], ask: _Ask
) -> list[dict[str, Any]]:
    """Return one row per polygon for one choice of pictures."""
    before, after, confirm = chosen
    if before is None or after is None:
        raise TypeError(chosen)
    base = {
        "before_date": before.acquired_date,
        "after_date": after.acquired_date,
        "confirm_date": None if confirm is None else confirm.acquired_date,
        "sigma_m": combined_sigma_m(before, after),
    }
    try:
        change = _detected(_Pictures.of(before, after, confirm))
        refusal = _refusal(change, ask.direction)
        if not refusal:
            kept = change.select(ask.direction, min_area_m2=ask.min_area_m2)
    except ImageError as error:
        refusal = str(error)
    if refusal:
        return [{**base, **_unknown(refusal)}] * len(shapes)
    notes = _notes(kept)
    return [{**base, **row} for row in _cut(shapes, kept, ask, notes)]


MOST_PIXELS = 10**8
"""Pixels of all comparisons that are kept between models, beyond the last two."""


@dataclass(frozen=True)
class _Pictures:
    """The pictures of one comparison, equal when their files are the same."""

    images: tuple[Image, Image, Image | None] = field(compare=False)
    identity: tuple[object, ...]

    @classmethod
    def of(cls, before: Image, after: Image, confirm: Image | None) -> _Pictures:
        images = (before, after, confirm)
        return cls(images, tuple(None if i is None else _identity(i) for i in images))


_KEPT: dict[_Pictures, ChangeMap] = {}


def _identity(image: Image) -> tuple[object, ...]:
    mask = image.cloud_mask
    written = None if mask is None else mask.stat().st_mtime_ns
    bands = tuple(image.bands.items())
    return image.path, image.provenance.sha256, bands, mask, written


def _detected(pictures: _Pictures) -> ChangeMap:
    """Compare pictures, or return what is kept: models ask the same one by one.

    Two comparisons are always kept, because clouds give neighbouring polygons different
    ones; more of them where the pictures are small.
    """
    found = _KEPT.pop(pictures, None)
    if found is None:
        before, after, confirm = pictures.images
        found = detect_change(before, after, confirm=confirm)
    _KEPT[pictures] = found  # the latest stands last
    while len(_KEPT) > 2 and sum(m.mask.size for m in _KEPT.values()) > MOST_PIXELS:
        del _KEPT[next(iter(_KEPT))]
    return found


def _refusal(change: ChangeMap, directions: Sequence[str]) -> str:
    """Say why a pair may not be used; the cloud gate is judged inside polygons."""
    gates = [change.quality[gate] for gate in AREA_GATES]
    reasons = [g["reason"] for g in gates if g["verdict"] == "refuse"]
    blind = missing_directions(directions, change.detector.first.names)
    if directions and len(blind) == len(directions):
        reasons.append(f"影像波段不足，不能判断变化类型：{'、'.join(blind)}")
    return "；".join(reasons)


def _notes(change: ChangeMap) -> str:
    flagged = [
        gate["reason"]
        for name, gate in change.quality.items()
        if gate["verdict"] == "flag" and name not in {"cloud", "normalisation"}
    ]
    return "；".join(flagged)


def _cut(
    shapes: NDArray[np.object_], change: ChangeMap, ask: _Ask, notes: str
) -> list[dict[str, Any]]:
    patches = change.patches
    outlines = np.asarray(patches.geometry.array, dtype=object)
    tree = shapely.STRtree(outlines)
    wide = grown(shapes, ask.margin_m) if ask.margin_m > 0 else shapes
    rows = []
    for shape, zone in zip(shapes, wide, strict=True):
        near = np.sort(tree.query(shape, predicate="intersects"))
        parts = shapely.intersection(outlines[near], zone)
        row = _zone_row(patches.iloc[near], polygons_only(parts), ask, notes)
        if row["state"] == "changed":
            row["confirmed"] = _confirmed(patches.iloc[near], shape)
        rows.append(row)
    return rows


def _zone_row(
    patches: gpd.GeoDataFrame, parts: NDArray[np.object_], ask: _Ask, notes: str
) -> dict[str, Any]:
    areas = area_m2(parts) if len(parts) else np.zeros(0)
    total = float(areas.sum())
    if total <= 0 or total < ask.min_area_m2:
        return {"state": "stable", "reason": notes, "area_m2": 0.0}
    sizes = pd.Series(areas).groupby(patches["direction"].to_numpy()).sum()
    return {
        "state": "changed",
        "reason": notes,
        "area_m2": total,
        "direction": str(sizes.idxmax()),
        "geometry": shapely.union_all(parts[areas > 0]),
    }


def _confirmed(patches: gpd.GeoDataFrame, zone: shapely.Geometry) -> bool | None:
    """Weigh the confirmed shares of patches by their areas within the zone as drawn.

    What lies in the margin alone may belong to the neighbour: a large patch there must
    not decide whether the change in the zone lasted.
    """
    shares = patches["confirmed_share"].to_numpy()
    outlines = np.asarray(patches.geometry.array, dtype=object)
    areas = area_m2(polygons_only(shapely.intersection(outlines, zone)))
    known = np.isfinite(shares) & (areas > 0)
    if not known.any():
        return None
    return bool(np.average(shares[known], weights=areas[known]) >= CONFIRMED_SHARE)


def _table(index: pd.Index[Any], rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows, columns=list(ZONE_COLUMNS), index=range(len(index)))
    frame["zone_id"] = index.to_numpy()
    frame["confirmed"] = frame["confirmed"].astype("boolean")
    for name in ("before_date", "after_date", "confirm_date"):
        frame[name] = pd.to_datetime(frame[name])
    for name in ("area_m2", "valid_share", "sigma_m"):
        frame[name] = frame[name].astype(float)
    shapes = np.array([None] * len(frame), dtype=object)
    for place, row in enumerate(rows):
        shapes[place] = row.get("geometry")
    return gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=shapes, crs=CRS)
