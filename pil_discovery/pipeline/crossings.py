"""What the ground of a lead meets in all layers of a workspace."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pil_discovery.geo.geojson import shape_of
from pil_discovery.geo.overlay import overlay
from pil_discovery.pipeline.pictures import CGCS2000, names_of
from pil_discovery.types import Crossing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from pil_discovery.types import Dataset, Finding, Model, Source

_PLACES = 2


def crossings_of(
    findings: Sequence[Finding],
    frames: Mapping[str, pd.DataFrame],
    datasets: Mapping[str, Dataset],
    context: tuple[Mapping[str, Model], Sequence[Source]],
) -> list[Crossing]:
    """Measure each finding against every polygon layer of the workspace.

    Parameters
    ----------
    findings
        Findings of one lead; those with ground are measured.
    frames
        Data set → rows in EPSG:4490, with `_source`, `_sheet`, `_row` and, where known,
        `_sigma_m` (metres), `_valid_from`, `_valid_to`.
    context
        Models by id, and all sources of the scan.

    Returns
    -------
    list
        Official areas (m²) with 90 % intervals under the positional error of the zone
        (that of the finding is not known here and counts as none), one for each zone
        that is met.
    """
    models, sources = context
    layers = {n: _zones(f) for n, f in frames.items() if n in datasets}
    found: list[Crossing] = []
    for number, finding in enumerate(findings, 1):
        model = models.get(finding.model)
        data = {} if model is None else {**model.data, **model.clears}
        for name, zone, met in _meetings(finding, layers):
            known = (f"F{number}", name, name in data)
            told = _names(zone, datasets[name])
            found.append(_crossing(known, (zone, told), met, sources))
    return found


def _zones(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    if "geometry" not in frame.columns:
        return gpd.GeoDataFrame(geometry=[], crs=CGCS2000)
    placed = frame[frame["geometry"].notna()]
    shapes = np.array(list(placed["geometry"]), dtype=object)
    flat = shapely.get_dimensions(shapes) == 2
    bare = placed.drop(columns="geometry")[flat].reset_index(drop=True)
    return gpd.GeoDataFrame(bare, geometry=list(shapes[flat]), crs=CGCS2000)


def _meetings(
    finding: Finding, layers: Mapping[str, gpd.GeoDataFrame]
) -> Iterator[tuple[str, pd.Series, dict[str, Any]]]:
    """Yield layer, zone and common part, but not the ground of the finding itself."""
    shape = shape_of(finding.geometry)
    if shape is None:
        return
    own = {(r.source, r.sheet, r.row) for r in finding.records}
    for name, zones in layers.items():
        for zone, met in _met(shape, zones):
            place = (zone.get("_source"), _text(zone.get("_sheet")), zone.get("_row"))
            if place not in own or not shapely.equals(zone["geometry"], shape):
                yield name, zone, met


def _met(
    shape: BaseGeometry, zones: gpd.GeoDataFrame
) -> Iterator[tuple[pd.Series, dict[str, Any]]]:
    """Yield each zone that meets a shape, with what they have in common."""
    near = zones[zones.intersects(shape)].reset_index(drop=True)
    if near.empty:
        return
    flat = shapely.get_dimensions(shape) == 2
    sigma = near["_sigma_m"].to_numpy(float) if "_sigma_m" in near else np.nan
    common = overlay(
        gpd.GeoDataFrame(geometry=[shape], crs=CGCS2000),
        near[["geometry"]],
        how="intersection" if flat else "within",
        right_sigma_m=sigma,
        workers=1,
    )
    for met in common.to_dict("records"):
        if met["area_m2" if flat else "share"] > 0:
            told = {str(k): v for k, v in met.items()}
            yield near.iloc[int(met["right_id"])], told


def _names(zone: pd.Series, dataset: Dataset) -> str:
    return names_of(zone.to_frame().T, dataset)[0]


def _crossing(
    known: tuple[str, str, bool],
    told: tuple[pd.Series, str],
    met: dict[str, Any],
    sources: Sequence[Source],
) -> Crossing:
    (item, dataset, used), (zone, name) = known, told
    file = str(zone["_source"])
    source = next((s for s in sources if s.file == file), None)
    flat = met["geometry"].geom_type.endswith("Polygon")
    area = {
        field: _number(met.get(field), _PLACES)
        for field in ("area_m2", "area_low_m2", "area_high_m2")
    }
    return Crossing(
        item=item,
        dataset=dataset,
        file=file,
        sheet=_text(zone.get("_sheet")),
        row=int(zone["_row"]),
        name=name,
        issuer=source.issuer if source else None,
        obtained=source.obtained if source else None,
        sha256=source.sha256 if source else "",
        how="intersection" if flat else "within",
        p_overlap=_number(met.get("p_overlap"), 4),
        valid_from=_day(zone.get("_valid_from")),
        valid_to=_day(zone.get("_valid_to")),
        used=used,
        **(area if flat else {}),
    )


def _text(value: Any) -> str | None:  # noqa: ANN401 -- a cell
    return None if value is None or pd.isna(value) else str(value)


def _day(value: Any) -> Any:  # noqa: ANN401 -- a cell with a day or nothing
    if value is None or pd.isna(value):
        return None
    return pd.Timestamp(value).date()


def _number(value: Any, places: int) -> Decimal | None:  # noqa: ANN401 -- a cell
    if value is None or pd.isna(value):
        return None
    return Decimal(f"{float(value):.{places}f}")
