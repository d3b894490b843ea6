"""The picture of a lead: before and after where pictures tell, else a location map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from pil_discovery.geo.geojson import shape_of
from pil_discovery.maps.layers import MapLayer
from pil_discovery.maps.location import draw_map
from pil_discovery.maps.plates import draw_plate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from pil_discovery.pipeline.reading import Materials
    from pil_discovery.types import Dataset, Finding, Image

CGCS2000 = "EPSG:4490"
_LABEL = "name"
_NEAR_DEGREES = 0.02
"""About two kilometres: zones farther away explain nothing on the map."""


def plate_of(
    findings: Sequence[Finding], materials: Materials, datasets: Mapping[str, Dataset]
) -> bytes | None:
    """Draw where the findings are.

    Parameters
    ----------
    findings
        Findings of one lead.
    materials
        Layers and pictures behind them.

    Returns
    -------
    bytes
        PNG; None when no finding has a place.
    """
    shapes = [s for f in findings if (s := shape_of(f.geometry)) is not None]
    if not shapes:
        return None
    zones = _zones(findings, materials, datasets, shapely.union_all(shapes))
    found = gpd.GeoDataFrame(geometry=shapes, crs=CGCS2000)
    flat = bool((shapely.get_dimensions(shapes) == 2).any())
    name = "疑似图斑（待核查）" if flat else "所涉位置（待核查）"
    layers = [*zones, MapLayer(found, name, finding=True)]
    images = _images(findings, materials)
    if len(images) < 2:
        return draw_map(layers)
    confirm = images[2] if len(images) > 2 else None
    bare = [replace(layer, label=None) for layer in layers]
    return draw_plate(images[0], images[1], bare, confirm=confirm)


def _images(findings: Sequence[Finding], materials: Materials) -> list[Image]:
    used = {r.source for f in findings for r in f.records if r.dataset == "image"}
    seen = [i for i in materials.images if i.provenance.file in used]
    # of many dates the first shows what was, the last two what is
    return seen if len(seen) <= 3 else [seen[0], *seen[-2:]]


def _zones(
    findings: Sequence[Finding],
    materials: Materials,
    datasets: Mapping[str, Dataset],
    place: BaseGeometry,
) -> list[MapLayer]:
    """Return the layers that the findings rest on, near the place."""
    named = dict.fromkeys(r.dataset for f in findings for r in f.records)
    near = shapely.box(*place.bounds).buffer(_NEAR_DEGREES)
    zones = []
    for name in named:
        frame = materials.frames.get(name)
        if frame is None or "geometry" not in frame.columns:
            continue
        placed = frame[frame["geometry"].notna()]
        shapes = gpd.GeoDataFrame(
            {_LABEL: names_of(placed, datasets[name])},
            geometry=list(placed["geometry"]),
            crs=CGCS2000,
        )
        here = shapes[shapes.intersects(near)]
        if len(here):
            flat = bool((shapely.get_dimensions(here.geometry) == 2).all())
            # A name would cover the dot of a point.
            label = _LABEL if flat else None
            zones.append(MapLayer(here, datasets[name].title.zh, label=label))
    return zones


def names_of(rows: pd.DataFrame, dataset: Dataset) -> list[str]:
    """Return what each feature is called, such as source and level.

    Identifiers of persons name nothing.
    """
    words = [name for name in _naming(dataset) if name in rows.columns]
    table = rows[words].astype(object)
    return ["".join(str(v) for v in row if not pd.isna(v)) for row in table.to_numpy()]


def _naming(dataset: Dataset) -> list[str]:
    """Return the fields that name a feature: its key without days, else its number."""
    silent = {f.name for f in dataset.fields if f.type in {"date", "datetime"} or f.pii}
    numbers = [f.name for f in dataset.fields if f.name.endswith("_no")]
    return [k for k in dataset.key if k not in silent] or [
        n for n in numbers[:1] if n not in silent
    ]
