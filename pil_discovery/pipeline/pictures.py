"""The pictures of a lead: where it is, and what it was before and after."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pil_discovery.geo.geojson import shape_of
from pil_discovery.maps.layers import MapLayer, shapes_of
from pil_discovery.maps.location import draw_map
from pil_discovery.maps.plates import draw_plate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from pil_discovery.maps.canvas import Form
    from pil_discovery.pipeline.reading import Materials
    from pil_discovery.types import Dataset, Finding, Image, Source

CGCS2000 = "EPSG:4490"
_LABEL = "name"
_NEAR_DEGREES = 0.02
"""About two kilometres: zones farther away explain nothing on the map."""
_FRAME_DEGREES = 0.008
"""Less than half the height of the map of a dot, which is two kilometres."""
_MOST_TITLES = 6


def plate_of(
    findings: Sequence[Finding],
    materials: Materials,
    datasets: Mapping[str, Dataset],
    *,
    secret: Collection[str] = (),
) -> bytes | None:
    """Draw where the findings are, for a letter that names the picture itself.

    Parameters
    ----------
    findings
        Findings of one lead.
    materials
        Layers and pictures behind them.
    secret
        Files of layers that may not be shown around the place.

    Returns
    -------
    bytes
        PNG without a title: the dates beside each other where two pictures or more
        stand behind the findings, else a map; None when no finding has a place, or
        there is nothing to draw but dots on white paper.
    """
    layers = layers_of(findings, materials, datasets)
    images = pictures_of(findings, materials.images)
    if len(images) > 1 and layers:
        return draw_dates(images, layers, title="")
    if any(_is_drawn(layer) for layer in layers):
        return draw_map(layers, title="")
    around = surroundings(layers, materials, datasets, secret=secret)
    layers = [*around, *layers]
    return draw_map(layers, title="") if len(layers) > 1 else None


def _is_drawn(layer: MapLayer) -> bool:
    """Whether a layer holds more than dots."""
    shapes = layer.frame.geometry.to_numpy()
    return bool((shapely.get_dimensions(shapes) > 0).any())


def surroundings(
    layers: Sequence[MapLayer],
    materials: Materials,
    datasets: Mapping[str, Dataset],
    *,
    secret: Collection[str] = (),
) -> list[MapLayer]:
    """Return lines of the workspace's own layers around dots, as one layer.

    They say where a place is, and nothing about it. Only what has a line within some
    nine hundred metres of a dot counts: that is inside the frame of the map.
    """
    dots = shapes_of(layers)
    if not len(dots):
        return []
    frame = shapely.union_all(shapely.buffer(dots, _FRAME_DEGREES))
    sheet = shapely.box(*shapely.total_bounds(dots)).buffer(_NEAR_DEGREES)
    found: dict[str, NDArray[np.object_]] = {}
    for name, rows in sorted(materials.frames.items()):
        if name not in datasets or "geometry" not in rows.columns:
            continue
        placed = rows[rows["geometry"].notna() & ~rows["_source"].isin([*secret])]
        shapes = np.array([*placed["geometry"], None], dtype=object)[:-1]
        shapes = shapes[shapely.get_dimensions(shapes) > 0]
        flat = shapely.get_dimensions(shapes) == 2
        edges = np.where(flat, shapely.boundary(shapes), shapes)
        if shapely.intersects(edges, frame).any():
            found[name] = shapes[shapely.intersects(shapes, sheet)]
    return _background(found, materials, datasets)


def _background(
    found: Mapping[str, NDArray[np.object_]],
    materials: Materials,
    datasets: Mapping[str, Dataset],
) -> list[MapLayer]:
    if not found:
        return []
    told = [
        "，".join(
            w for w in (datasets[n].title.zh, origin_of(n, materials.sources)) if w
        )
        for n in found
    ]
    more = f"等{len(told)}类" if len(told) > _MOST_TITLES else ""
    every = gpd.GeoDataFrame(geometry=np.concatenate([*found.values()]), crs=CGCS2000)
    words = "；".join(told[:_MOST_TITLES]) + more
    return [MapLayer(every, "周边图层（背景）", base=True, source=words)]


def draw_dates(
    images: Sequence[Image],
    layers: Sequence[MapLayer],
    *,
    title: str = "前后时相影像对比图",
    form: Form = "png",
) -> bytes:
    """Draw two or three pictures of a place beside each other."""
    confirm = images[2] if len(images) > 2 else None
    bare = [replace(layer, label=None) for layer in layers]
    return draw_plate(
        images[0], images[1], bare, confirm=confirm, title=title, form=form
    )


def layers_of(
    findings: Sequence[Finding], materials: Materials, datasets: Mapping[str, Dataset]
) -> list[MapLayer]:
    """Return what is drawn of findings: the layers they rest on, and themselves.

    Nothing when no finding has a place.
    """
    shapes = [s for f in findings if (s := shape_of(f.geometry)) is not None]
    if not shapes:
        return []
    zones = _zones(findings, materials, datasets, shapely.union_all(shapes))
    found = gpd.GeoDataFrame(geometry=shapes, crs=CGCS2000)
    flat = bool((shapely.get_dimensions(shapes) == 2).any())
    name = "疑似图斑（待核查）" if flat else "所涉位置（待核查）"
    return [*zones, MapLayer(found, name, finding=True)]


def pictures_of(findings: Iterable[Finding], images: Sequence[Image]) -> list[Image]:
    """Return the pictures that findings rest on: of many the first and the last two.

    The first shows what was, the last two what is.
    """
    used = {r.source for f in findings for r in f.records if r.dataset == "image"}
    seen = [i for i in images if i.provenance.file in used]
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
            title, origin = datasets[name].title.zh, origin_of(name, materials.sources)
            zones.append(MapLayer(here, title, label=label, source=origin))
    return zones


def origin_of(dataset: str, sources: Iterable[Source]) -> str:
    """Return who gave a data set out and when, as far as the workspace says so.

    >>> origin_of("pbf", ())
    ''
    """
    ours = [s for s in sources if s.dataset == dataset]
    issuers = dict.fromkeys(s.issuer for s in ours if s.issuer)
    days = dict.fromkeys(f"{s.obtained}取得" for s in ours if s.obtained)
    since = dict.fromkeys(f"{s.valid_from}起有效" for s in ours if s.valid_from)
    return "，".join([*issuers, *(days or since)])


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
