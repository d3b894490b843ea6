"""What a case keeps of its lead, and the same of a fresh scan."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

    from pil_discovery.types import Finding, GroundRule, Model

_MONEY = "CNY"


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
    days = _days(run)
    return LeadSnapshot(
        scan=_sha256(out),
        as_of=dt.date.fromisoformat(run["as_of"]),
        lead_id=lead.lead_id,
        title_zh=lead.title_zh,
        subject=lead.subject_name or "",
        findings=tuple(
            _kept(f, models, days) for f in findings_of(lead, findings, leads)
        ),
    )


def fresh_scan(
    out: str | Path,
    lead: LeadSnapshot | None,
    rule: GroundRule,
    *,
    claimed_on: dt.date | None,
) -> Fresh:
    """Return what a scan says, ready to be compared with the lead of a case.

    Parameters
    ----------
    rule
        How ground is judged by pictures that are newer than those of the lead.
    claimed_on
        Day of the first reply of the agency.
    """
    run, findings, _ = report.read_scan(Path(out))
    place = noted_workspace(Path(out))
    models = scanned_models(run, place)
    days = _days(run)
    return Fresh(
        scan=_sha256(out),
        as_of=dt.date.fromisoformat(run["as_of"]),
        models={
            m["id"]: (m["state"], int(m["counts"]["population"])) for m in run["models"]
        },
        findings=[_kept(f, models, days) for f in findings],
        ground=_ground(lead, days, place, rule, claimed_on=claimed_on),
    )


def _ground(
    lead: LeadSnapshot | None,
    days: Mapping[str, dt.date],
    place: Path | None,
    rule: GroundRule,
    *,
    claimed_on: dt.date | None,
) -> dict[str, tuple[str, str]]:
    if lead is None or not any(finding.pictures for finding in lead.findings):
        return {}
    from pil_discovery.pipeline.restored_ground import judge_ground

    return judge_ground(lead, list(days.values()), place, rule, claimed_on=claimed_on)


def _days(run: Mapping[str, Any]) -> dict[str, dt.date]:
    """Return the day of each picture of a scan, by file."""
    return {
        s["file"]: dt.date.fromisoformat(s["period"][1])
        for s in run["sources"]
        if s["dataset"] == "image" and s.get("period")
    }


def _kept(
    finding: Finding, models: Mapping[str, Model], days: Mapping[str, dt.date]
) -> LeadFinding:
    model = models.get(finding.model)
    harm = [] if model is None else _harm(model)
    known = {k: str(v) for k, v in finding.measures.items() if v is not None}
    geometry = finding.geometry
    seen = {days[r.source] for r in finding.records if r.source in days}
    return LeadFinding(
        finding_id=finding.finding_id,
        model=finding.model,
        code=finding.code,
        key=text_key(finding.key.values()),
        state=finding.state,
        measures=known,
        harm=tuple(dict.fromkeys(h for h in harm if h in known)),
        geometry="" if geometry is None else json.dumps(geometry, sort_keys=True),
        pictures=tuple(sorted(seen)),
    )


def _harm(model: Model) -> list[str]:
    """Return the measures of harm, and amounts: late fees grow as debts fall."""
    money = [name for name, unit in model.measures.items() if unit == _MONEY]
    return [*(h.measure for h in model.harm), *money]


def _sha256(out: str | Path) -> str:
    return hashlib.sha256((Path(out) / "run.json").read_bytes()).hexdigest()
