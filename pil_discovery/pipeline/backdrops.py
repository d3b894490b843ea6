"""What the review page shows behind the leads: layers, pictures before and after."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from pil_discovery.geo.crs import safe_transform
from pil_discovery.geo.geojson import shape_of
from pil_discovery.maps.pictures import (
    choose_bands,
    finest_pixel,
    sample,
    stretch,
    stretch_limits,
)
from pil_discovery.maps.view import View
from pil_discovery.pipeline.pictures import names_of
from pil_discovery.pipeline.strips import curves_of
from pil_discovery.types import Album, Backdrop, BaseLayer, Shot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    from pil_discovery.catalog import Catalog
    from pil_discovery.pipeline.reading import Materials
    from pil_discovery.types import Dataset, Finding, Image, Lead, Model

CGCS2000 = "EPSG:4490"
MOST_ALBUMS = 60
"""Leads with pictures on the page, the best first: each takes about eight kilobytes."""
MOST_SHOTS = 6
SIDE_PX = 120
MARGIN = 0.6
"""Ground around the finding, as a share of its longer side."""
LEAST_PIXELS = 24
"""Narrower cuts show no surroundings."""
QUALITY = 72
BRIGHTEN = 0.65
"""Power of the tone curve: a bare patch must not leave fields and woods black."""


def backdrop_of(
    leads: Sequence[Lead],
    findings: Sequence[Finding],
    materials: Materials,
    catalog: Catalog,
) -> Backdrop:
    """Gather what stands behind the leads of a scan.

    Parameters
    ----------
    leads
        In order of rank; the first `MOST_ALBUMS` single ones that rest on two pictures
        or more get an album, one for each lead.
    findings
        The findings behind them.
    materials
        Layers and pictures as they were screened.
    catalog
        Data sets that name the layers, models that look at series of pictures.
    """
    return Backdrop(
        layers=tuple(_layers(materials, catalog.datasets)),
        albums=dict(_albums(leads, findings, materials.images, catalog.models)),
    )


def _layers(
    materials: Materials, datasets: Mapping[str, Dataset]
) -> Iterator[BaseLayer]:
    for name, frame in sorted(materials.frames.items()):
        if name not in datasets or "geometry" not in frame.columns:
            continue
        placed = frame[frame["geometry"].notna()]
        shapes = np.asarray(placed["geometry"], dtype=object)
        drawn = shapely.get_dimensions(shapes) > 0
        if drawn.any():
            known = datasets[name]
            there = gpd.GeoDataFrame(
                {"name": names_of(placed, known)},
                geometry=list(shapes),
                crs=CGCS2000,
            )
            yield BaseLayer(name, known.title, there[drawn].reset_index(drop=True))


def _albums(
    leads: Sequence[Lead],
    findings: Sequence[Finding],
    images: Sequence[Image],
    models: Mapping[str, Model],
) -> Iterator[tuple[str, Album]]:
    known = {f.finding_id: f for f in findings}
    made = 0
    for lead in leads:
        if made == MOST_ALBUMS:
            return
        if lead.kind != "single" or not lead.listed:
            continue
        for finding in (known[i] for i in lead.findings if i in known):
            album = _album(finding, images, models.get(finding.model))
            if album is not None:
                made += 1
                yield finding.finding_id, album
                break


def _album(
    finding: Finding, images: Sequence[Image], model: Model | None
) -> Album | None:
    used = {r.source for r in finding.records if r.dataset == "image"}
    seen = [i for i in images if i.provenance.file in used]
    shape = shape_of(finding.geometry)
    if len(seen) < 2 or shape is None or shape.is_empty:
        return None
    shown = _spread(seen)
    view = _view(shape, shown)
    bands = choose_bands(shown)
    values = [sample(image, view, bands) for image in shown]
    limits = stretch_limits(
        np.concatenate([v.reshape(len(bands), -1) for v in values], axis=1)
    )
    shots = tuple(
        Shot(i.acquired_date, i.sensor, i.provenance.file, _webp(stretch(v, limits)))
        for i, v in zip(shown, values, strict=True)
    )
    curves = curves_of(finding, seen, model)
    return Album(shots, _side_m(shape, view), _outline(shape, view), curves)


def _spread(images: Sequence[Image]) -> list[Image]:
    """Return the first, the last and some between, at even steps."""
    steps = np.linspace(0, len(images) - 1, min(len(images), MOST_SHOTS))
    return [images[round(step)] for step in steps]


def _view(shape: BaseGeometry, images: Sequence[Image]) -> View:
    crs = images[0].crs
    left, bottom, right, top = _placed(shape, crs).bounds
    longer = max(right - left, top - bottom) * (1 + 2 * MARGIN)
    half = max(longer, LEAST_PIXELS * finest_pixel(images)) / 2
    x, y = (left + right) / 2, (bottom + top) / 2
    extent = (x - half, y - half, x + half, y + half)
    return View(crs, extent, (0, 0, SIDE_PX, SIDE_PX))


def _placed(shape: BaseGeometry, crs: CRS) -> BaseGeometry:
    moved: BaseGeometry = safe_transform(
        np.array([shape], dtype=object), CGCS2000, crs
    )[0]
    return moved


def _side_m(shape: BaseGeometry, view: View) -> float:
    left, _, right, _ = view.extent
    if not view.crs.is_geographic:
        return round(right - left, 1)
    high = math.radians(float(shapely.centroid(shape).y))
    return round((right - left) * 111_320.0 * math.cos(high), 1)


def _outline(
    shape: BaseGeometry, view: View
) -> tuple[tuple[tuple[int, int], ...], ...]:
    drawn = view.place(np.array([shape], dtype=object))[0]
    scale = 1000 / SIDE_PX
    return tuple(
        tuple((round(x * scale), round(y * scale)) for x, y in _points(part))
        for part in _lines(shapely.simplify(drawn, 0.3))
    )


def _lines(shape: BaseGeometry) -> list[BaseGeometry]:
    rings = shapely.boundary(shape) if shapely.get_dimensions(shape) == 2 else shape
    return [p for p in shapely.get_parts(rings) if p is not None and not p.is_empty]


def _points(line: BaseGeometry) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(line)]


def _webp(pixels: NDArray[np.uint8]) -> bytes:
    from PIL import Image as Picture

    file = io.BytesIO()
    bright = np.rint(255.0 * (pixels / 255.0) ** BRIGHTEN).astype(np.uint8)
    Picture.fromarray(bright).save(file, "WEBP", quality=QUALITY, method=6)
    return file.getvalue()
