"""Reading a finished scan back, and explaining one of its leads."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery import report
from pil_discovery.catalog import load_catalog, survey_catalog
from pil_discovery.catalog.workspace import named_folders
from pil_discovery.errors import PilError, Problem
from pil_discovery.pipeline.avenues import outlook_of
from pil_discovery.pipeline.told import Told
from pil_discovery.types import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.catalog import Catalog
    from pil_discovery.types import Finding, Lead, Model

_PREFIX = 6


def read_leads(out: str | Path) -> list[Lead]:
    """Return the leads of a finished scan in order of rank.

    Raises
    ------
    PilError
        If the folder is not a finished scan.
    """
    return report.read_scan(Path(out))[2]


def find_lead(leads: Sequence[Lead], wanted: str | int) -> Lead:
    """Return the lead of this rank, or whose id begins so.

    Raises
    ------
    PilError
        If no lead fits, or several do.
    """
    wanted = str(wanted)
    if wanted.isdecimal() and len(wanted) < _PREFIX:
        fit = [lead for lead in leads if lead.rank == int(wanted)]
    else:
        fit = [lead for lead in leads if lead.lead_id.startswith(wanted)]
    if len(fit) == 1:
        return fit[0]
    what = f"没有线索 {wanted}" if not fit else f"{wanted} 对应 {len(fit)} 条线索"
    raise PilError(Problem("", "", what, "用 pil leads 查看序号和编号"))


def explain_lead(
    out: str | Path, wanted: str, *, workspace: str | Path | None = None
) -> Told:
    """Return a lead with its findings and the citations of its legal basis.

    Parameters
    ----------
    workspace
        Where local models are; default: where the workspace was when it was scanned.

    Raises
    ------
    PilError
        If the folder is not a finished scan, or no lead or several are meant.
    """
    place = noted_workspace(Path(out)) if workspace is None else Path(workspace)
    return tell_lead(report.read_scan(Path(out)), wanted, place)


def tell_lead(
    scan: tuple[Mapping[str, Any], Sequence[Finding], Sequence[Lead]],
    wanted: str | int,
    place: Path | None,
) -> Told:
    """Return a lead of a scan with its findings and the citations of its legal basis.

    Parameters
    ----------
    scan
        Contents of run.json, findings, leads.
    wanted
        Rank, or how the id begins.
    place
        Workspace that was scanned, for its local models; None if nobody knows.

    Raises
    ------
    PilError
        If no lead or several are meant.
    """
    run, findings, leads = scan
    lead = find_lead(leads, wanted)
    every = findings_of(lead, findings, leads)
    models = scanned_models(run, place)
    known = run["basis"]  # as cited when it was scanned, local law included
    cited = [f"{known[i]['citation_zh']}（{i}）" for i in lead.basis if i in known]
    sources = [Source.model_validate(s) for s in run["sources"]]
    used = used_files(every, sources, models)
    return Told(
        lead,
        tuple(every),
        tuple(cited),
        tuple(s for s in sources if s.file in used),
        dt.date.fromisoformat(run["as_of"]),
        tuple(m for m in run["models"] if m["id"] == lead.model),
        run.get("units") or {},
        tuple(m for m in leads if m.lead_id in lead.members),
        next((c for c in leads if lead.lead_id in c.members), None),
        tuple(_lost(m) for m in sorted({f.model for f in every} - models.keys())),
        outlook_of(
            lead,
            _catalog_of(place),
            models=models,
            as_of=dt.date.fromisoformat(run["as_of"]),
            jurisdiction=str(run["workspace"]["jurisdiction"]),
        ),
    )


def _catalog_of(workspace: Path | None) -> Catalog:
    """Return the catalogue, with the local folders of a workspace that is there."""
    folders = () if workspace is None else named_folders(workspace)
    if not folders:
        return load_catalog()
    return survey_catalog(folders, late=True).catalog


def scanned_models(run: Mapping[str, Any], workspace: Path | None) -> dict[str, Model]:
    """Return the models as they were when they ran: built-in ones and local ones.

    A local model whose file has changed since the scan or is gone is left out; so is
    the built-in one in whose place it ran.
    """
    hashes = {m["id"]: m["sha256"] for m in run["models"] if m.get("local")}
    known = {n: m for n, m in load_catalog().models.items() if n not in hashes}
    if not hashes or workspace is None:
        return known
    there = survey_catalog(named_folders(workspace), late=True).catalog.models
    same = {
        name: there[name]
        for name, sha256 in hashes.items()
        if name in there and _sha256(there[name]) == sha256
    }
    return {**known, **same}


def _sha256(model: Model) -> str | None:
    return None if model.origin is None else model.origin.sha256


def _lost(model: str) -> str:
    return (
        f"模型 {model} 的文件在筛查之后有改动，或者已不在工作区："
        "数据来源只列出来源行所在的文件，没有查到记录的登记未列"
    )


def used_files(
    findings: Iterable[Finding], sources: Iterable[Source], models: Mapping[str, Model]
) -> set[str]:
    """Return the files behind findings: of their rows, and those looked through.

    «No payment, permit or penalty on record» can be checked with the register alone,
    so every register that the models looked in counts, rows found or not.
    """
    found = list(findings)
    known = [models[f.model] for f in found if f.model in models]
    data = {d for m in known for d in (*m.data, *m.clears)} - {"image"}
    searched = {s.file for s in sources if s.dataset in data}
    return searched | {r.source for f in found for r in f.records}


def findings_of(
    lead: Lead, findings: Sequence[Finding], leads: Sequence[Lead]
) -> list[Finding]:
    """Return the findings of a lead; of a class lead, those of all its members."""
    members = {m.lead_id: m for m in leads}
    ids = [
        f
        for one in (
            [lead] if lead.kind == "single" else [members[m] for m in lead.members]
        )
        for f in one.findings
    ]
    by_id = {f.finding_id: f for f in findings}
    return [by_id[i] for i in dict.fromkeys(ids)]


def noted_workspace(out: Path) -> Path | None:
    """Return where the scanned workspace was, as `timing.json` notes it."""
    try:
        noted = json.loads((out / "timing.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):  # gone or not ours: the caller names the workspace
        return None
    place = noted.get("workspace") if isinstance(noted, dict) else None
    return Path(place) if isinstance(place, str) and place else None
