"""What `run.json` says of a scan: sources, models, counts, versions."""

from __future__ import annotations

import importlib.util
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from pil_discovery import leads
from pil_discovery.pipeline.agreement import settings_sha256

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from pil_discovery.pipeline.reading import Materials
    from pil_discovery.types import (
        Basis,
        Domain,
        Lead,
        Model,
        ModelRun,
        Source,
        Workspace,
    )

_ENGINES = ("duckdb", "shapely", "pyproj", "pyogrio", "rasterio", "exactextract")


@dataclass(frozen=True)
class Outcome:
    """What came of a scan: how models ran, ranked leads, the law they rest on."""

    runs: Sequence[ModelRun]
    models: Mapping[str, Model]
    leads: Sequence[Lead]
    bases: Mapping[str, Basis]
    domains: Mapping[str, Domain]


def describe(
    workspace: Workspace, as_of: dt.date, materials: Materials, outcome: Outcome
) -> dict[str, Any]:
    """Assemble the content of `run.json`; nothing in it depends on the clock."""
    kinds = Counter(lead.kind for lead in outcome.leads)
    noisy = leads.noise_notes(outcome.runs)
    return {
        "product": {"name": "pil_discovery", "version": product_version()},
        "name": workspace.name,
        "as_of": as_of.isoformat(),
        "workspace": {
            "jurisdiction": workspace.jurisdiction,
            "office": workspace.office.model_dump(),
            "settings_sha256": settings_sha256(workspace),
        },
        "personal_basis": workspace.personal.basis if workspace.personal else None,
        "sources": [_source(s) for s in materials.sources],
        "models": [
            {
                **r.model_dump(mode="json"),
                "notes": _notes(r, outcome.models[r.id], noisy, materials.sources),
                "labels": outcome.models[r.id].labels,
            }
            for r in outcome.runs
        ],
        "basis": {
            i: b.model_dump(
                mode="json", include={"citation_zh", "effective_from", "effective_to"}
            )
            for i, b in outcome.bases.items()
        },
        "domains": {
            name: outcome.domains[name].title.zh
            for name in sorted({outcome.models[r.id].domain for r in outcome.runs})
        },
        "leads": {"single": kinds["single"], "class": kinds["class"]},
        "reading": [
            {"file": file, **report.model_dump(mode="json")}
            for file, report in materials.reports
        ],
        "engines": engines(),
    }


def _source(source: Source) -> dict[str, Any]:
    return source.model_dump(mode="json")


def _notes(
    run: ModelRun, model: Model, noisy: Mapping[str, str], sources: Sequence[Source]
) -> list[str]:
    """Tell what may mislead: many flags, and rows of its data that were set aside.

    A row in quarantine is not looked at: a candidate may be missing, or what would
    have flagged or cleared another one.
    """
    if run.state != "computed":
        return list(run.notes)
    aside = Counter[str]()
    for source in sources:
        if source.dataset in model.data or source.dataset in model.clears:
            aside[source.file] += source.rows_quarantined
    rows = [f"{file} 有 {n} 行被隔离，未参与筛查" for file, n in aside.items() if n]
    return [*run.notes, *(noisy[i] for i in (run.id,) if i in noisy), *rows]


def product_version() -> str:
    """Return the installed version of this library."""
    try:
        return version("pil_discovery")
    except PackageNotFoundError:
        return "0+unknown"


def engines() -> dict[str, str | None]:
    """Return the versions of the engines whose results are printed."""
    found = {n: version(n) for n in _ENGINES if importlib.util.find_spec(n)}
    zonal = "exactextract" if "exactextract" in found else "rasterio"
    return {**found, "zonal": zonal}
