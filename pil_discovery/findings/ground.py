"""What a finding says of the ground: overlaps measured, editions of the layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from pil_discovery.geo.geojson import geojson_of
from pil_discovery.text.canonical import decimal_of
from pil_discovery.text.ground import term_words
from pil_discovery.types import LayerVersion, Overlap

if TYPE_CHECKING:
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
    asked = [o for o in overlaps if o.validity != "not_asked"]
    gone = list(dict.fromkeys(text for o in overlaps for text in o.left_out))
    if lang == "en":
        notes = [_term_en(o) for o in asked]
        notes += [f"zones not in force then were left out: {len(gone)}"] if gone else []
        return "".join(f" ({note})" for note in dict.fromkeys(notes))
    notes = [f"所据范围{term_words(o)}" for o in asked]
    if gone:
        notes.append(f"另有当时不在有效期的范围未计入：{'、'.join(gone)}")
    return "".join(f"（{note}）" for note in dict.fromkeys(notes))


def _term_en(overlap: Overlap) -> str:
    if overlap.validity == "unstated":
        return "the layer names no term of validity"
    if overlap.validity == "unknown":
        return "the term of validity is half known"
    if overlap.valid_from is None:
        return f"all zones in force on {overlap.on_date}"
    last = overlap.valid_to or "now"
    return f"zone in force on {overlap.on_date}, {overlap.valid_from} to {last}"


def _overlap(packed: Mapping[str, Any]) -> Overlap:
    return Overlap(
        **{name: packed[name] for name in _PLAIN},
        **{name: decimal_of(packed[name], unit) for name, unit in _UNITS.items()},
        left_out=tuple(packed["left_out"] or ()),
        geometry=geometry_of(packed["geometry"]),
    )
