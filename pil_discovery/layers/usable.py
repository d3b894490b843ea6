"""Which geometries of a layer may be used: placed, valid or repaired, each told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery.geo import safety
from pil_discovery.geo.repair import repair
from pil_discovery.layers.features import (
    Place,
    invalid_entry,
    outside_entries,
    repair_entries,
    unusable_entries,
)
from pil_discovery.layers.positions import place_geometries
from pil_discovery.types.sources import Inference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pil_discovery.geo.references import Reference
    from pil_discovery.layers.contents import Contents
    from pil_discovery.layers.positions import Where
    from pil_discovery.text.quarantine import Entry


@dataclass(frozen=True)
class Usable:
    """The geometries of a layer in EPSG:4490.

    Attributes
    ----------
    geometries
        One per feature.
    kept
        Which may be used.
    entries
        Rows that leave, and one cell for each repaired geometry.
    notes
        What was recognised on the way.
    """

    geometries: NDArray[np.object_]
    kept: NDArray[np.bool_]
    entries: list[Entry]
    notes: list[Inference]


def usable_geometries(
    contents: Contents,
    reference: Reference,
    where: Where,
    *,
    wanted: str | None,
    mend: bool,
) -> Usable:
    """Place the geometries of a layer and sort out those that cannot be used.

    Parameters
    ----------
    contents
        One layer as read.
    reference
        Its system.
    where
        File and layer, for messages.
    wanted
        `point` or `polygon` where the data set asks for that kind.
    mend
        The workspace says `repair: true`: invalid polygons are repaired where that is
        possible without doubt, each listed with its area before and after.

    Raises
    ------
    CrsError
        When the numbers contradict the system.
    """
    place = Place(where.file, contents.layer, contents.rows)
    shapes = contents.geometries.copy()
    gone = unusable_entries(shapes, contents.broken, wanted, place)
    shapes[list(gone)] = None
    invalid = _invalid(shapes)
    placeable = safety.finite(shapes) if mend else np.zeros(len(shapes), dtype=bool)
    for at in [at for at in invalid if not placeable[at]]:
        gone[at] = invalid_entry(place, at, invalid.pop(at))
        shapes[at] = None
    placed = place_geometries(shapes, reference, where)
    gone |= outside_entries(placed.outside, reference.name, place)
    found = placed.geometries.copy()
    found[placed.outside] = None
    invalid = {at: why for at, why in invalid.items() if at not in gone}
    if reference.crs is None or reference.crs.is_projected:
        # a change of system can spoil what was barely valid
        invalid = _invalid(found) | invalid
    entries, notes = _settle(found, invalid, place, mend=mend)
    kept = np.array([g is not None for g in found], dtype=bool)
    return Usable(found, kept, [*gone.values(), *entries], [*placed.notes, *notes])


def _invalid(geometries: NDArray[np.object_]) -> dict[int, str]:
    why = safety.reasons(geometries)
    return {int(at): str(why[at]) for at in np.flatnonzero(why)}


def _settle(
    found: NDArray[np.object_], invalid: dict[int, str], place: Place, *, mend: bool
) -> tuple[list[Entry], list[Inference]]:
    """Repair or take out the invalid geometries, in place; say so of each."""
    at = sorted(invalid)
    if not at:
        return [], []
    if not mend:
        found[at] = None
        return [invalid_entry(place, i, invalid[i]) for i in at], []
    repairs = repair(found[at])
    found[at] = repairs.geometries
    done = sum(g is not None for g in repairs.geometries)
    entries = repair_entries(repairs, at, [invalid[i] for i in at], place)
    why = "工作区写明 repair: true；GEOS make_valid（structure），逐个列出修复前后面积"
    value = f"无效图形 {len(at)} 个，修复 {done} 个"
    return entries, [Inference(what="图形修复", value=value, why=why)]
