"""From a lead of a finished scan to a sealed evidence folder."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery import bundle
from pil_discovery.bundle import BundleRequest
from pil_discovery.catalog import models_folder
from pil_discovery.pipeline.gathering import gather
from pil_discovery.pipeline.grounds import (
    bases_for,
    course_of,
    with_reply_periods,
)
from pil_discovery.pipeline.pictures import plate_of
from pil_discovery.pipeline.strips import strips_of
from pil_discovery.report.privacy import mask_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pil_discovery.pipeline.gathering import Behind
    from pil_discovery.pipeline.reading import Materials
    from pil_discovery.types import Bundle, Finding, Verification


def build_bundle(
    scan_dir: str | Path,
    lead_id: str,
    kind: str,
    out: str | Path,
    *,
    workspace: str | Path | None = None,
    **fields: str,
) -> Bundle:
    """Build the evidence folder of one document kind for one lead.

    Parameters
    ----------
    scan_dir
        Folder of a finished scan.
    lead_id
        Rank, or the beginning of the id.
    kind
        Document kind, such as `suggestion`.
    out
        Parent folder; the name of the bundle follows from scan, lead and kind.
    workspace
        Where the raw sources are; None takes the place noted in `timing.json`.
    fields
        Values of fields that the kind declares (`number`, `contact`, …).

    Raises
    ------
    BundleError
        If a raw source is gone or differs from what was scanned, a glyph or a field is
        missing, or a finished bundle with other content stands there.
    """
    with tempfile.TemporaryDirectory(prefix="pil-") as received:
        behind = gather(scan_dir, lead_id, Path(received), workspace=workspace)
        request = _request(behind, Path(scan_dir), kind, Path(out))
        return bundle.build(replace(request, fields=fields))


def _request(behind: Behind, scan_path: Path, kind: str, out: Path) -> BundleRequest:
    catalog, materials = behind.catalog, behind.materials
    course = course_of(behind.lead, catalog, behind.as_of)
    course = with_reply_periods(course, catalog, behind.as_of)
    return BundleRequest(
        scan_dir=scan_path,
        run=behind.run,
        lead=behind.lead,
        findings=behind.findings,
        models=catalog.models,
        bases=bases_for(behind.findings, course, catalog),
        course=course,
        office=behind.place.office,
        out=out,
        templates=models_folder() / "procedure" / "documents",
        kind=kind,
        datasets=catalog.datasets,
        remedies=catalog.remedies,
        rows=list(_source_rows(behind.findings, materials)),
        sources=behind.sources,
        source_paths=behind.paths,
        images=[i.provenance for i in materials.images],
        plate=plate_of(behind.findings, materials, catalog.datasets),
        strips=strips_of(behind.findings, materials.images, catalog.models),
    )


def verify_bundle(
    path: str | Path, *, trust: str | Path | None = None, root: str | None = None
) -> Verification:
    """Tell whether a bundle is exactly what was sealed.

    Parameters
    ----------
    path
        Folder of the bundle.
    trust
        CA certificate for the signature.
    root
        Root hash that the bundle must have; the only way to see that an unsigned
        bundle was rewritten whole.
    """
    authority = None if trust is None else Path(trust)
    return bundle.verify(Path(path), trust=authority, root=root)


def _source_rows(
    findings: Sequence[Finding], materials: Materials
) -> Iterable[dict[str, Any]]:
    """Yield each row behind the findings once, with its cells as they were read."""
    wanted = dict.fromkeys(r for f in findings for r in f.records)
    for ref in wanted:
        frame = materials.frames.get(ref.dataset)
        if frame is None:
            continue
        here = (frame["_source"] == ref.source) & (frame["_row"] == ref.row)
        if ref.sheet is not None:
            here &= frame["_sheet"] == ref.sheet
        for _, row in frame[here].iterrows():
            yield {
                "dataset": ref.dataset,
                "source": ref.source,
                "sheet": ref.sheet,
                "row": ref.row,
                "cells": {
                    str(k): _cell(v)
                    for k, v in row.items()
                    if not str(k).startswith("_") and k != "geometry"
                },
            }


def _cell(value: Any) -> str:  # noqa: ANN401 -- any typed cell
    import pandas as pd

    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return f"{value:.10g}"
    return mask_sentence(str(value))
