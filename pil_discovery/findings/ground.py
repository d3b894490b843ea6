"""What a finding says of the ground: overlaps measured, editions of the layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from pil_discovery.geo.geojson import geojson_of
from pil_discovery.text.canonical import decimal_of
from pil_discovery.types import LayerVersion, Overlap

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.types import RecordRef, Source

COLUMN = "overlap"
"""Column of a population with one value `overlap` of an overlay step, or a list."""
_UNITS = {
    **dict.fromkeys(("area_m2", "area_low_m2", "area_high_m2", "threshold_m2"), "m2"),
    **dict.fromkeys(("share", "p_overlap", "p_over"), "1"),
    "distance_m": "m",
}
_PLAIN = ("step", "how", "on_date", "validity", "valid_from", "valid_to")


def overlaps_of(row: Mapping[str, Any]) -> tuple[Overlap, ...]:
    """Return the overlaps that a row of a population hands on, in order."""
    value = row.get(COLUMN)
    packed = value if isinstance(value, list) else [value]
    return tuple(_overlap(one) for one in packed if one is not None)


def geometry_of(value: object) -> dict[str, Any] | None:
    """Return WKB as GeoJSON, None for anything else."""
    if not isinstance(value, (bytes, bytearray)):
        return None
    return geojson_of(shapely.from_wkb(bytes(value)))


def layers_of(
    records: Iterable[RecordRef], sources: Mapping[str, Source]
) -> tuple[LayerVersion, ...]:
    """Return the editions of the layers that records come from, each once.

    Parameters
    ----------
    sources
        File → source.
    """
    named = dict.fromkeys((r.dataset, r.source) for r in records)
    layers = [
        (dataset, sources[file])
        for dataset, file in named
        if file in sources and sources[file].kind == "layer"
    ]
    return tuple(
        LayerVersion(
            dataset=dataset,
            file=source.file,
            sha256=source.sha256,
            issuer=source.issuer,
            obtained=source.obtained,
            period=source.period,
            valid_from=source.valid_from,
            valid_to=source.valid_to,
        )
        for dataset, source in layers
    )


def validity_note(overlaps: Sequence[Overlap], lang: str = "zh") -> str:
    """Say which zones counted on which day, and which did not; empty without any."""
    parts = [_ZH, _EN][lang == "en"]
    counted = dict.fromkeys(_counted(o, parts) for o in overlaps)
    gone = dict.fromkeys(text for o in overlaps for text in o.left_out)
    notes = [*counted, *([parts["gone"] + "、".join(gone)] if gone else [])]
    return "".join(parts["around"].format(note) for note in notes if note)


_ZH = {
    "in_force": "所据范围在{day}有效（{first}至{last}）",
    "several": "所据各范围在{day}均有效",
    "unstated": "所据范围没有注明有效期，当时是否有效待核",
    "unknown": "所据范围的有效期只知一半，当时是否有效待核",
    "not_asked": "",
    "gone": "另有当时不在有效期的范围未计入：",
    "now": "今",
    "around": "（{}）",
}
_EN = {
    "in_force": "zone in force on {day} ({first} to {last})",
    "several": "zones in force on {day}",
    "unstated": "the layer names no term of validity",
    "unknown": "the term of validity is half known",
    "not_asked": "",
    "gone": "zones not in force then, left out: ",
    "now": "now",
    "around": " ({})",
}


def _counted(overlap: Overlap, parts: Mapping[str, str]) -> str:
    kind: str = overlap.validity
    if kind == "in_force" and overlap.valid_from is None:
        kind = "several"
    last: dt.date | str = overlap.valid_to or parts["now"]
    return parts[kind].format(day=overlap.on_date, first=overlap.valid_from, last=last)


def _overlap(packed: Mapping[str, Any]) -> Overlap:
    return Overlap(
        **{name: packed[name] for name in _PLAIN},
        **{name: decimal_of(packed[name], unit) for name, unit in _UNITS.items()},
        left_out=tuple(packed["left_out"] or ()),
        geometry=geometry_of(packed["geometry"]),
    )
