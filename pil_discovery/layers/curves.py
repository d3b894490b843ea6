"""WKB → geometries, with heights dropped and arcs drawn as short lines, both noted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyogrio
import shapely

from pil_discovery.types.sources import Inference

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

# circular string, compound curve, curve polygon, multi-curve, multi-surface
_CURVED = np.array([8, 9, 10, 11, 12])
_ARC_STEP_DEG = 4  # GDAL's own, OGR_ARC_STEPSIZE


@dataclass(frozen=True)
class Parsed:
    """Two-dimensional geometries; None where there is none or it cannot be parsed."""

    geometries: NDArray[np.object_]
    broken: NDArray[np.bool_]
    notes: tuple[Inference, ...]


def parsed(
    wkb: Sequence[bytes | None], fids: NDArray[np.int64], place: tuple[Path, str]
) -> Parsed:
    """Parse the geometries of a layer.

    Parameters
    ----------
    wkb
        Well-known binary, None where a feature has no geometry.
    fids
        Identifier of each feature in the file.
    place
        File and layer, from which features with arcs are read once more.
    """
    raw = np.empty(len(wkb), dtype=object)
    raw[:] = wkb
    curved = np.flatnonzero(np.isin(_kinds(wkb), _CURVED))
    if len(curved):
        raw[curved] = _straightened(fids[curved], place)
    read = np.asarray(shapely.from_wkb(raw, on_invalid="ignore"), dtype=object)
    given = np.array([w is not None for w in wkb], dtype=bool)
    flat, notes = flattened(read)
    if len(curved):
        why = f"每 {_ARC_STEP_DEG}° 一段的折线；GIS 软件同样如此"
        value = f"{len(curved)} 个图形的圆弧改为折线"
        notes = [*notes, Inference(what="圆弧", value=value, why=why)]
    return Parsed(flat, given & shapely.is_missing(read), tuple(notes))


def flattened(
    geometries: NDArray[np.object_],
) -> tuple[NDArray[np.object_], list[Inference]]:
    """Drop heights and measures, and say so where there were any."""
    flat = np.asarray(shapely.force_2d(geometries), dtype=object)
    if not (shapely.has_z(geometries).any() or shapely.has_m(geometries).any()):
        return flat, []
    why = "面积和位置只用平面坐标"
    return flat, [Inference(what="高程和测量值", value="未采用", why=why)]


def _kinds(wkb: Sequence[bytes | None]) -> NDArray[np.int64]:
    """Return the kind of each geometry (OGC 06-103r4, table 5), 0 where unknown."""
    heads = [
        int.from_bytes(w[1:5], "little" if w[0] else "big") if w and len(w) > 4 else 0
        for w in wkb
    ]
    return np.array(heads, dtype=np.int64) % 2**29 % 1000  # without Z and M


def _straightened(
    fids: NDArray[np.int64], place: tuple[Path, str]
) -> NDArray[np.object_]:
    path, layer = place
    _, found, wkb, _ = pyogrio.raw.read(
        path, layer=layer, columns=[], fids=fids, return_fids=True, force_2d=True
    )
    by_fid = dict(zip(found.tolist(), wkb, strict=True))
    result = np.empty(len(fids), dtype=object)
    result[:] = [by_fid.get(fid) for fid in fids.tolist()]
    return result
