"""What a case keeps of its lead, and the same of a fresh scan."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from pil_discovery import report
from pil_discovery.findings import text_key
from pil_discovery.pipeline.results import (
    find_lead,
    findings_of,
    noted_workspace,
    scanned_models,
)
from pil_discovery.procedure.ledger import Fresh
from pil_discovery.types import LeadFinding, LeadSnapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pil_discovery.types import Finding, Model


def snapshot(out: str | Path, wanted: str) -> LeadSnapshot:
    """Return a lead with its findings as a case keeps it.

    Raises
    ------
    PilError
        If the folder is not a finished scan, or no lead or several are meant.
    """
    run, findings, leads = report.read_scan(Path(out))
    lead = find_lead(leads, wanted)
    models = scanned_models(run, noted_workspace(Path(out)))
    return LeadSnapshot(
        scan=_sha256(out),
        as_of=dt.date.fromisoformat(run["as_of"]),
        lead_id=lead.lead_id,
        title_zh=lead.title_zh,
        subject=lead.subject_name or "",
        findings=tuple(_kept(f, models) for f in findings_of(lead, findings, leads)),
    )


def fresh_scan(out: str | Path) -> Fresh:
    """Return what a scan says, ready to be compared with the lead of a case."""
    run, findings, _ = report.read_scan(Path(out))
    models = scanned_models(run, noted_workspace(Path(out)))
    return Fresh(
        scan=_sha256(out),
        as_of=dt.date.fromisoformat(run["as_of"]),
        models={
            m["id"]: (m["state"], int(m["counts"]["population"])) for m in run["models"]
        },
        findings=[_kept(f, models) for f in findings],
    )


def _kept(finding: Finding, models: Mapping[str, Model]) -> LeadFinding:
    model = models.get(finding.model)
    harm = [h.measure for h in model.harm] if model is not None else []
    known = {k: str(v) for k, v in finding.measures.items() if v is not None}
    geometry = finding.geometry
    return LeadFinding(
        finding_id=finding.finding_id,
        model=finding.model,
        code=finding.code,
        key=text_key(finding.key.values()),
        state=finding.state,
        measures=known,
        harm=tuple(dict.fromkeys(h for h in harm if h in known)),
        geometry="" if geometry is None else json.dumps(geometry, sort_keys=True),
    )


def _sha256(out: str | Path) -> str:
    return hashlib.sha256((Path(out) / "run.json").read_bytes()).hexdigest()
