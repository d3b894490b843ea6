"""Geometry as a page carries it: whole millionths of a degree, each from the last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pil_discovery.geo.geojson import shape_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from pil_discovery.types import BaseLayer

STEP_DEGREES = 1e-6
"""About 0.1 m: finer than any pixel of the page."""
LEAD_TOLERANCE = 2e-6
MOST_VERTICES = 60
"""Of one lead; a finer outline is in leads.gpkg."""
BASE_VERTICES = 24_000
"""Of all layers under the leads, about 150 kilobytes."""
FIRST_TOLERANCE = 5e-6
FINEST_SHARE = 1 / 4000
"""Detail below this share of the district is not seen on a whole map."""

Lines = list[list[int]]
KINDS = {0: "p", 1: "l", 2: "a"}


def encode_shape(geojson: Mapping[str, Any] | None) -> list[Any] | None:
    """Return `[kind, lines…]` of a geometry: `p` points, `l` lines, `a` areas.

    A line is a flat list: first longitude and latitude in millionths of a degree, then
    the differences from vertex to vertex. Rings of areas follow one another and are
    filled by the even-odd rule. A collection keeps its parts of the highest dimension.
    """
    shape = shape_of(dict(geojson)) if geojson else None
    if shape is None or shape.is_empty:
        return None
    tolerance = LEAD_TOLERANCE
    drawn = shape
    while shapely.get_num_coordinates(drawn) > MOST_VERTICES and tolerance < 1e-2:
        drawn = shapely.simplify(shape, tolerance)
        tolerance *= 3
    return [KINDS[_dimension(shape)], *_encoded(drawn)]


def encode_layers(layers: Sequence[BaseLayer]) -> list[dict[str, Any]]:
    """Return layers simplified until all of them together keep to `BASE_VERTICES`.

    Returns
    -------
    list
        `{id, zh, en, total, features: [[name, kind, lines…]]}`: areas below lines, the
        largest features first; `total` counts what the layer holds, shown or not.
    """
    if not layers:
        return []
    parts = [_Drawn(layer) for layer in layers]
    tolerance = max(FIRST_TOLERANCE, _span(parts) * FINEST_SHARE)
    for _ in range(12):
        simple = [shapely.simplify(p.shapes, tolerance) for p in parts]
        weight = sum(int(shapely.get_num_coordinates(s).sum()) for s in simple)
        if weight <= BASE_VERTICES:
            break
        tolerance *= 2
    room = BASE_VERTICES // len(parts)
    drawn = [_layer(p, s, room) for p, s in zip(parts, simple, strict=True)]
    return sorted(drawn, key=lambda d: (-d.pop("_dimension"), -d.pop("_size"), d["id"]))


class _Drawn:
    def __init__(self, layer: BaseLayer) -> None:
        self.layer = layer
        self.shapes = np.asarray(layer.frame.geometry, dtype=object)
        self.names = [str(name) for name in layer.frame["name"]]


def _span(parts: Sequence[_Drawn]) -> float:
    bounds = np.vstack([shapely.bounds(p.shapes) for p in parts])
    left, bottom = np.nanmin(bounds[:, :2], axis=0)
    right, top = np.nanmax(bounds[:, 2:], axis=0)
    return float(max(right - left, top - bottom))


def _layer(part: _Drawn, simple: np.ndarray[Any, Any], room: int) -> dict[str, Any]:
    sizes = shapely.area(shapely.envelope(part.shapes))
    order = np.argsort(-sizes, kind="stable")
    vertices = np.cumsum(shapely.get_num_coordinates(simple)[order])
    kept = order[vertices <= max(room, int(vertices[0]) if len(vertices) else 0)]
    features = [
        [part.names[i], KINDS[_dimension(simple[i])], *_encoded(simple[i])]
        for i in sorted(kept, key=lambda i: (-sizes[i], i))
    ]
    return {
        "id": part.layer.dataset,
        "zh": part.layer.title.zh,
        "en": part.layer.title.en,
        "total": len(part.names),
        "features": features,
        "_dimension": int(max((_dimension(s) for s in part.shapes), default=0)),
        "_size": float(np.median(sizes)) if len(sizes) else 0.0,
    }


def _dimension(shape: BaseGeometry) -> int:
    return int(max(shapely.get_dimensions(shapely.get_parts(shape)), default=0))


def _encoded(shape: BaseGeometry) -> Lines:
    parts = shapely.get_parts(shape)
    if len(parts) and any(p.geom_type.startswith(("Multi", "Geo")) for p in parts):
        parts = np.concatenate([shapely.get_parts(p) for p in parts])
    highest = int(max(shapely.get_dimensions(parts), default=0))
    drawn = [p for p in parts if shapely.get_dimensions(p) == highest]
    lines = [line for part in drawn for line in _lines_of(part)]
    return [_delta(shapely.get_coordinates(line)) for line in lines]


def _lines_of(part: BaseGeometry) -> list[BaseGeometry]:
    if shapely.get_dimensions(part) == 2:
        return [r for r in shapely.get_rings(part) if not r.is_empty]
    return [part]


def _delta(coordinates: np.ndarray[Any, Any]) -> list[int]:
    whole = np.rint(coordinates / STEP_DEGREES).astype(np.int64)
    steps = np.vstack([whole[:1], np.diff(whole, axis=0)])
    return [int(v) for v in steps.ravel()]
