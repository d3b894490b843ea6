"""What the properties of a STAC Item say, read with distrust."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from pil_discovery.layers.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pystac

SOURCE = "STAC 条目"


def statement_of_item(item: pystac.Item) -> Statement:
    """Return what the properties of a STAC Item state of its picture."""
    given = item.properties
    platform = as_text(given.get("platform"))
    instruments = given.get("instruments")
    named = [str(i) for i in instruments] if isinstance(instruments, list) else []
    instrument = "/".join(named).upper() or None
    level = as_text(given.get("processing:level")) or as_text(
        given.get("landsat:correction")
    )
    words = " ".join(part for part in (platform, instrument, level) if part)
    return Statement(
        SOURCE,
        acquired=item.datetime,
        sensor=words if platform else None,
        platform=platform,
        instrument=instrument,
        level=level,
        collection=_collection(given),
        orbit=_orbit(given.get("sat:relative_orbit")),
        place=_place(given),
        sun_elevation_deg=as_finite(given.get("view:sun_elevation")),
        scene_cloud_percent=as_finite(given.get("eo:cloud_cover")),
        licence=as_text(given.get("license")),
        crs=_system(item),
    )


def _collection(given: Mapping[str, Any]) -> str | None:
    baseline = as_text(given.get("s2:processing_baseline"))
    if baseline is not None:
        return baseline.replace(".", "")
    return as_text(given.get("landsat:collection_number"))


def _orbit(value: object) -> str | None:
    number = as_finite(value)
    return None if number is None else f"R{number:03.0f}"


def _place(given: Mapping[str, Any]) -> str | None:
    path, row = (as_text(given.get(f"landsat:wrs_{n}")) for n in ("path", "row"))
    if path and row:
        return f"{path.zfill(3)}{row.zfill(3)}"
    tile = as_text(given.get("s2:mgrs_tile")) or as_text(given.get("grid:code"))
    return None if tile is None else tile.removeprefix("MGRS-")


def _system(item: pystac.Item) -> str | None:
    codes = [_system_code(item.properties)]
    codes += [_system_code(asset.extra_fields) for asset in item.assets.values()]
    found = {code for code in codes if code is not None}
    return found.pop() if len(found) == 1 else None


def _system_code(given: Mapping[str, Any]) -> str | None:
    code = as_text(given.get("proj:code"))
    number = as_finite(given.get("proj:epsg"))
    return code or (None if number is None else f"EPSG:{number:.0f}")


def as_text(value: object) -> str | None:
    """Return text, or a whole number as text; anything else is None."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def as_number(value: object) -> float | None:
    """Return a number; STAC writes NaN as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def as_finite(value: object) -> float | None:
    """Return a finite number; anything else is None."""
    number = as_number(value)
    return number if number is not None and isfinite(number) else None
