"""How far pictures bear a finding: gates of steps as a column, and put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pil_discovery.types import Gate, PictureQuality

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMN = "quality"
"""Column that the steps on pictures give, and that a population hands on."""
MOST_REASONS = 4
"""Reasons of one gate that are told; a series of pictures may have one for each."""
_FIELDS = ("name", "verdict", "reason")
KIND = pa.list_(pa.struct([(name, pa.string()) for name in _FIELDS]))
_ORDER = ("ok", "flag", "refuse")


def gate_lists(gates: Sequence[tuple[tuple[str, str, str], ...]]) -> pa.Array:
    """Return the gates of many polygons as Arrow; most of them have the same ones."""
    different = list(dict.fromkeys(gates))
    places = {one: place for place, one in enumerate(different)}
    lists = [[dict(zip(_FIELDS, g, strict=True)) for g in one] for one in different]
    known = pa.array(lists, type=KIND)
    return known.take(pa.array([places[one] for one in gates], type=pa.int64()))


def quality_of(row: Mapping[str, Any]) -> PictureQuality | None:
    """Return the gates that a row of a population hands on, the worst of each name.

    Returns
    -------
    PictureQuality or None
        None where no picture was asked. The reasons are those of the worst verdict,
        each once, at most `MOST_REASONS` of them.
    """
    value = row.get(COLUMN)
    handed = [g for g in value if _is_gate(g)] if isinstance(value, list) else []
    if not handed:
        return None
    by_name: dict[str, list[Mapping[str, str]]] = {}
    for gate in handed:
        by_name.setdefault(gate["name"], []).append(gate)
    gates = {name: _worst(same) for name, same in by_name.items()}
    verdict = max((g.verdict for g in gates.values()), key=_ORDER.index)
    return PictureQuality(verdict=verdict, gates=gates)


def _is_gate(value: object) -> bool:
    return isinstance(value, dict) and set(_FIELDS) <= value.keys()


def _worst(gates: Sequence[Mapping[str, str]]) -> Gate:
    verdict = max((g["verdict"] for g in gates), key=_ORDER.index)
    reasons = list(dict.fromkeys(g["reason"] for g in gates if g["verdict"] == verdict))
    words = "；".join(reasons[:MOST_REASONS])
    if len(reasons) > MOST_REASONS:
        words += f"；等{len(reasons)}项"
    return Gate.model_validate({"verdict": verdict, "reason": words})
