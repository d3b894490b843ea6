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
from pil_discovery.imagery.quality import AREA_GATES, ROLES, combined_sigma_m
from pil_discovery.imagery.roles import choose_roles
from pil_discovery.imagery.zonal import valid_shares
from pil_discovery.imagery.zone_gates import dates_gate, sight_gate, told, without_pair

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pil_discovery.imagery.change import ChangeMap
    from pil_discovery.imagery.quality import Gate
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
    "quality",
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
        area), `quality` (name, verdict and reason of each gate, clouds as this polygon
        sees them), `geometry` (the changed part, missing unless changed).

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
        {**_unknown(reason), "quality": without_pair(reason, seen)}
        for reason, seen in zip(roles["reason"].tolist(), shares, strict=True)
    ]
    shapes = without_mixture(np.asarray(zones.geometry.array, dtype=object))
    picked = roles[roles["before"] >= 0]
    keys = picked[["before", "after", "confirm"]].to_numpy(dtype=int)
    for triple in np.unique(keys, axis=0):
        at = picked.index[(keys == triple).all(axis=1)].to_numpy()
        chosen = [images[i] if i >= 0 else None for i in triple]
        pair = _Pictures.of(*chosen)
        found, gates = _pair_rows(shapes[at], pair, ask)
        for place, row, share in zip(at, found, shares[at][:, triple], strict=True):
            rows[place] = {
                **row,
                "valid_share": float(share[:2].min()),
                "quality": told({**gates, "cloud": pair.sight(share)}),
            }
    return _table(zones.index, rows)


def _days(anchors: pd.Series[Any]) -> list[dt.date | None]:
    stamps = pd.to_datetime(anchors)
    return [None if pd.isna(s) else s.date() for s in stamps]


def _unknown(reason: str) -> dict[str, Any]:
    return {"state": "unknown", "reason": reason, "area_m2": np.nan}


def _pair_rows(
    shapes: NDArray[np.object_], pair: _Pictures, ask: _Ask
) -> tuple[list[dict[str, Any]], dict[str, Gate]]:
    """Return one row per polygon for one choice of pictures, and the pair's gates."""
    before, after, confirm = pair.images
    base = {
        "before_date": before.acquired_date,
        "after_date": after.acquired_date,
        "confirm_date": None if confirm is None else confirm.acquired_date,
        "sigma_m": combined_sigma_m(before, after),
    }
    gates = {"pictures": dates_gate(pair.roles)}
    try:
        change = _detected(pair)
        gates |= change.quality | _band_gate(change, ask.direction)
        refusal = "；".join(
            g["reason"] for g in _deciding(gates) if g["verdict"] == "refuse"
        )
        if not refusal:
            kept = change.select(ask.direction, min_area_m2=ask.min_area_m2)
    except ImageError as error:
        refusal = str(error)
        gates["pictures"] = {"verdict": "refuse", "reason": refusal}
    if refusal:
        return [{**base, **_unknown(refusal)}] * len(shapes), gates
    notes = _notes(kept)
    return [{**base, **row} for row in _cut(shapes, kept, ask, notes)], gates


def _deciding(gates: Mapping[str, Gate]) -> list[Gate]:
    """Return the gates that may refuse a pair; clouds are judged inside polygons."""
    return [gates[name] for name in (*AREA_GATES, "bands") if name in gates]


def _band_gate(change: ChangeMap, directions: Sequence[str]) -> dict[str, Gate]:
    """Refuse when none of the kinds asked for shows in the bands of the pair."""
    blind = missing_directions(directions, change.detector.first.names)
    if not directions or len(blind) < len(directions):
        return {}
    words = f"影像波段不足，不能判断变化类型：{'、'.join(blind)}"
    return {"bands": {"verdict": "refuse", "reason": words}}


MOST_PIXELS = 10**8
"""Pixels of all comparisons that are kept between models, beyond the last two."""


@dataclass(frozen=True)
class _Pictures:
    """The pictures of one comparison, equal when their files are the same."""

    images: tuple[Image, Image, Image | None] = field(compare=False)
    identity: tuple[object, ...]

    @classmethod
    def of(
        cls, before: Image | None, after: Image | None, confirm: Image | None
    ) -> _Pictures:
        if before is None or after is None:
            raise TypeError(before, after)
        images = (before, after, confirm)
        return cls(images, tuple(None if i is None else _identity(i) for i in images))

    @property
    def roles(self) -> dict[str, Image]:
        """Role → picture, of those that there are."""
        pairs = zip(ROLES, self.images, strict=True)
        return {role: image for role, image in pairs if image is not None}

    def sight(self, shares: NDArray[np.float64]) -> Gate:
        """Judge what of one polygon each picture shows, in order of the roles."""
        seen = dict(zip(ROLES, shares.tolist(), strict=True))
        bare = [ROLES[r] for r, i in self.roles.items() if i.cloud_mask is None]
        return sight_gate({ROLES[r]: seen[r] for r in self.roles}, bare)


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
