"""Typed parts of a layer → Layer: every feature in the frame or in quarantine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from pil_discovery.layers.sigma import positional_sigma
from pil_discovery.text.periods import fact_period
from pil_discovery.text.quarantine import Entry, quarantine_frame, sift_rows
from pil_discovery.types import (
    Inference,
    Layer,
    LayerProvenance,
    ReadReport,
    Source,
    Suggestion,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from pil_discovery.geo.references import Reference
    from pil_discovery.layers.files import Origin
    from pil_discovery.layers.sheets import Choice, Sheet
    from pil_discovery.layers.sigma import Expected

CGCS2000 = "EPSG:4490"


@dataclass(frozen=True)
class Told:
    """What the workspace says of a layer beyond the file itself."""

    crs: str | None
    units: Mapping[str, str]
    issuer: str | None
    valid_from: dt.date | None
    valid_to: dt.date | None
    scale: int | None
    sigma_m: float | None
    obtained: str | None
    repair: bool
    expected: Expected = None


@dataclass(frozen=True)
class Part:
    """One layer of a file, typed and placed, before its key is looked at."""

    sheet: Sheet
    frame: gpd.GeoDataFrame
    read: int
    entries: list[Entry]
    inferences: list[Inference]
    reference: Reference
    encoding: str
    suggestions: tuple[Suggestion, ...] = ()


def account(parts: Sequence[Part], opened: Origin, told: Told, choice: Choice) -> Layer:
    """Sift the rows of all parts by their key and count: read = used + quarantined."""
    dataset = parts[0].sheet.dataset
    frame: pd.DataFrame = pd.concat([p.frame for p in parts], ignore_index=True)
    entries = [e for p in parts for e in p.entries]
    inferences = [*choice.notes, *(i for p in parts for i in p.inferences)]
    if dataset is not None:
        sifted = sift_rows(frame, dataset)
        frame = sifted.frame
        entries += sifted.entries
        inferences += sifted.inferences
    counts = {
        "rows_read": sum(p.read for p in parts),
        "rows_used": len(frame),
        "rows_quarantined": sum(e.scope == "row" for e in entries),
    }
    period = fact_period(frame, dataset)
    return Layer(
        dataset=dataset,
        frame=_stamped(frame, parts, told),
        quarantine=quarantine_frame(entries),
        report=ReadReport(
            **counts,
            inferences=tuple(inferences),
            candidates=choice.candidates,
            suggestions=_suggestions(parts),
        ),
        provenance=_provenance(parts, opened, told, period),
        sources=(_source(parts, opened, told, {**counts, "period": period}),),
    )


def _suggestions(parts: Sequence[Part]) -> tuple[Suggestion, ...]:
    return tuple(dict.fromkeys(s for part in parts for s in part.suggestions))


def _stamped(
    frame: pd.DataFrame, parts: Sequence[Part], told: Told
) -> gpd.GeoDataFrame:
    sigmas = {p.sheet.name: _sigma(p.reference, told)[0] for p in parts}
    known = {n: np.nan if s is None else s for n, s in sigmas.items()}
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=CGCS2000).assign(
        _sigma_m=frame["_sheet"].map(known).astype("float64"),
        _valid_from=_stamp(told.valid_from),
        _valid_to=_stamp(told.valid_to),
    )


def _sigma(reference: Reference, told: Told) -> tuple[float | None, str]:
    return positional_sigma(reference, sigma_m=told.sigma_m, expected=told.expected)


def _stamp(day: dt.date | None) -> np.datetime64:
    return np.datetime64("NaT" if day is None else day.isoformat(), "s")


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _systems(parts: Sequence[Part]) -> str:
    return "、".join(dict.fromkeys(p.reference.name for p in parts))


def _source(
    parts: Sequence[Part], opened: Origin, told: Told, counts: Mapping[str, Any]
) -> Source:
    dataset = parts[0].sheet.dataset
    return Source(
        dataset=None if dataset is None else dataset.id,
        file=opened.file,
        sha256=opened.sha256,
        bytes=opened.bytes,
        encoding=parts[0].encoding,
        crs=_systems(parts),
        kind="layer",
        issuer=told.issuer,
        obtained=told.obtained,
        valid_from=_iso(told.valid_from),
        valid_to=_iso(told.valid_to),
        parts=opened.parts,
        **counts,
    )


def _provenance(
    parts: Sequence[Part],
    opened: Origin,
    told: Told,
    period: tuple[str, str] | None,
) -> LayerProvenance:
    sigma, source = _sigma(parts[0].reference, told)
    ways = dict.fromkeys(p.reference.transformation for p in parts)
    return LayerProvenance(
        issuer=told.issuer,
        obtained=told.obtained,
        period=period,
        valid_from=_iso(told.valid_from),
        valid_to=_iso(told.valid_to),
        scale=told.scale,
        sigma_m=sigma,
        sigma_source=source,
        crs_in=_systems(parts),
        transformation="；".join(ways),
        driver=opened.driver,
        layer="、".join(p.sheet.name for p in parts),
    )
