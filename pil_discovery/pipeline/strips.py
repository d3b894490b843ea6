"""The time strips of a lead: what the pictures behind a finding show, date by date."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from pil_discovery.findings.step_facts import index_of
from pil_discovery.geo.geojson import shape_of
from pil_discovery.imagery.indices import find_index, missing_bands
from pil_discovery.imagery.quality import USABLE_SHARE
from pil_discovery.imagery.zonal import zonal_of_each
from pil_discovery.maps.charts import Curve
from pil_discovery.maps.layers import MapLayer
from pil_discovery.maps.strips import chosen, draw_strip
from pil_discovery.types import IndexCurve, Words
from pil_discovery.types.restoration import RestorationStep
from pil_discovery.types.steps import SeriesStep, ZonalStep

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from pil_discovery.maps.canvas import Form
    from pil_discovery.types import Finding, Image, Model, Step

CGCS2000 = "EPSG:4490"
FEWEST, MOST = 3, 10
"""Pictures from which a strip tells more than a plate; findings that get one."""


def strips_of(
    findings: Sequence[Finding],
    images: Sequence[Image],
    models: Mapping[str, Model],
    *,
    form: Form = "png",
) -> dict[str, bytes]:
    """Draw a strip for each finding that a series of pictures stands behind.

    Parameters
    ----------
    findings
        Findings of one lead.
    images
        Pictures in order of days; those that a finding names are drawn.
    models
        Model id → model; only those with a step on series of an index have strips.

    Returns
    -------
    dict
        Evidence item of the finding (`F1` …) → PNG, or SVG as `form` says.
    """
    strips: dict[str, bytes] = {}
    for number, finding in enumerate(findings, 1):
        model = models.get(finding.model)
        indices = [] if model is None else _indices(model)
        used = {r.source for r in finding.records if r.dataset == "image"}
        seen = [i for i in images if i.provenance.file in used]
        zone = _zone(finding)
        if not indices or zone is None or len(seen) < FEWEST or len(strips) == MOST:
            continue
        strips[f"F{number}"] = _strip(zone, seen, indices, (number, finding), form=form)
    return strips


def curves_of(
    finding: Finding, images: Sequence[Image], model: Model | None
) -> tuple[IndexCurve, ...]:
    """Measure the indices of a model on the ground of a finding, date by date.

    Parameters
    ----------
    images
        The pictures behind the finding, in order of days.
    model
        The model that found it; one without a step on series of an index has no curve.

    Returns
    -------
    tuple of IndexCurve
        Four decimals; NaN becomes None.
    """
    indices, zone = [] if model is None else _indices(model), _zone(finding)
    if not indices or zone is None or len(images) < FEWEST:
        return ()
    return tuple(
        _plain(_curve(zone, images, name, ((), _period(finding))), name)
        for name in indices
        if not all(missing_bands(name, image.bands) for image in images)
    )


def _plain(curve: Curve, name: str) -> IndexCurve:
    index = find_index(name)
    return IndexCurve(
        Words(zh=curve.name, en=index.name.upper()),
        curve.days,
        tuple(None if math.isnan(v) else Decimal(f"{v:.4f}") for v in curve.values),
        curve.clear,
        curve.interval,
    )


def _indices(model: Model) -> list[str]:
    """Return the indices whose series the model looks at, in order of its steps."""
    series = [s for s in model.steps if _looks_at_all_dates(s)]
    named = (index_of(step) for step in series)
    return list(dict.fromkeys(name for name in named if name is not None))


def _looks_at_all_dates(step: Step) -> bool:
    if isinstance(step, ZonalStep):
        return step.zonal.pictures == "all"
    return isinstance(step, SeriesStep | RestorationStep)


def _zone(finding: Finding) -> gpd.GeoDataFrame | None:
    shape = shape_of(finding.geometry)
    if shape is None or shapely.get_dimensions(shape) != 2:
        return None
    return gpd.GeoDataFrame(geometry=[shape], crs=CGCS2000)


def _strip(
    zone: gpd.GeoDataFrame,
    images: Sequence[Image],
    indices: Sequence[str],
    told: tuple[int, Finding],
    *,
    form: Form,
) -> bytes:
    number, finding = told
    shown = chosen(len(images))
    numbers = [shown.index(n) + 1 if n in shown else 0 for n in range(len(images))]
    curves = [
        _curve(zone, images, index, (tuple(numbers), _period(finding)))
        for index in indices
        if not all(missing_bands(index, image.bands) for image in images)
    ]
    place = f"（{finding.place}）" if finding.place else ""
    return draw_strip(
        [images[n] for n in shown],
        [MapLayer(zone, "疑似图斑（待核查）", finding=True)],
        curves,
        title=f"影像时间序列：发现F{number}{place}",
        form=form,
    )


def _period(finding: Finding) -> tuple[dt.date, dt.date] | None:
    first = finding.fact_date
    return None if first is None else (first, finding.fact_last_date or first)


def _curve(
    zone: gpd.GeoDataFrame,
    images: Sequence[Image],
    name: str,
    context: tuple[tuple[int, ...], tuple[dt.date, dt.date] | None],
) -> Curve:
    numbers, period = context
    parts = zonal_of_each(zone, images, index=name)
    values = [float(part["mean"].iloc[0]) for part in parts]
    shares = np.array([float(part["valid_share"].iloc[0]) for part in parts])
    index = find_index(name)
    return Curve(
        name=f"{index.zh}（{index.name.upper()}）",
        days=tuple(image.acquired_date for image in images),
        values=tuple(values),
        clear=tuple(bool(share) for share in shares >= USABLE_SHARE),
        numbers=numbers,
        interval=period,
        interval_name="发现所述期间",
    )
