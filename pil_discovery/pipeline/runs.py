"""What `run.json` says of a scan: sources, models, counts, versions."""

from __future__ import annotations

import importlib.util
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from pil_discovery import leads

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from pil_discovery.pipeline.reading import Materials
    from pil_discovery.types import Lead, ModelRun, Source, Workspace

_ENGINES = ("duckdb", "shapely", "pyproj", "pyogrio", "rasterio", "exactextract")


def describe(
    workspace: Workspace,
    as_of: dt.date,
    materials: Materials,
    *,
    runs: Sequence[ModelRun],
    planned: Sequence[Lead],
) -> dict[str, Any]:
    """Assemble the content of `run.json`; nothing in it depends on the clock."""
    kinds = Counter(lead.kind for lead in planned)
    noisy = leads.noise_notes(runs)
    return {
        "product": {"name": "pil_discovery", "version": product_version()},
        "as_of": as_of.isoformat(),
        "workspace": {
            "name": workspace.name,
            "jurisdiction": workspace.jurisdiction,
            "office": workspace.office.model_dump(),
        },
        "personal_basis": workspace.personal.basis if workspace.personal else None,
        "sources": [_source(s) for s in materials.sources],
        "models": [_model(r, noisy) for r in runs],
        "leads": {"single": kinds["single"], "class": kinds["class"]},
        "reading": [
            {"file": file, **report.model_dump(mode="json")}
            for file, report in materials.reports
        ],
        "engines": engines(),
    }


def _source(source: Source) -> dict[str, Any]:
    return source.model_dump(mode="json")


def _model(run: ModelRun, noisy: Mapping[str, str]) -> dict[str, Any]:
    told = run.model_dump(mode="json")
    told["notes"] = [*run.notes, *(noisy[i] for i in (run.id,) if i in noisy)]
    return told


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
