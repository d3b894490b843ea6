"""What a scan saw around a lead and did not put into it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pil_discovery import report
from pil_discovery.report.privacy import mask_sentence
from pil_discovery.types import VERDICTS, SetAside

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pil_discovery.types import Finding, Lead, Verdict

MOST = 200
"""Entries of the quarantine that travel with a lead; the scan holds all."""


def looked_at(behind: Sequence[Finding], findings: Iterable[Finding]) -> list[Finding]:
    """Return what the same models found of the same subjects and did not list.

    Subjects are the same by id, code or name.

    Parameters
    ----------
    behind
        The findings of a lead.
    findings
        All findings of the scan.
    """
    own = {f.finding_id for f in behind}
    marks = {mark for f in behind for mark in _marks(f)}
    return [
        f
        for f in findings
        if f.finding_id not in own
        and f.state in ("dropped", "unknown")
        and marks & {*_marks(f)}
    ]


def _marks(finding: Finding) -> Iterator[tuple[Any, ...]]:
    told = (finding.subject_id, finding.subject_code, finding.subject_name)
    yield from ((finding.model, n, v) for n, v in enumerate(told) if v)


def set_aside(
    scan: Path, behind: Sequence[Finding], files: set[str]
) -> tuple[list[SetAside], int]:
    """Return what is in quarantine of the files behind a lead, and how much more.

    Cells of its own rows come first, then the other entries in the order of the scan;
    at most `MOST`. Values are not repeated, identifiers in reasons are masked.
    """
    path = scan / "quarantine.jsonl"
    if not path.is_file():
        return [], 0
    lines = path.read_text(encoding="utf-8").splitlines()
    entries = [e for e in map(json.loads, lines) if e["source"] in files]
    own = {(r.source, r.sheet, r.row) for f in behind for r in f.records}
    here = [(e["source"], e["sheet"], e["row"]) in own for e in entries]
    first = [e for e, mine in zip(entries, here, strict=True) if mine]
    rest = [e for e, mine in zip(entries, here, strict=True) if not mine]
    ordered = [*first, *rest]
    return [_entry(e) for e in ordered[:MOST]], max(0, len(ordered) - MOST)


def _entry(line: dict[str, Any]) -> SetAside:
    return SetAside(
        file=line["source"],
        sheet=line["sheet"],
        row=line["row"],
        column=line["column"],
        scope=line["scope"],
        reason_class=line["reason_class"],
        reason=mask_sentence(line["reason"]),
    )


def verdicts_on(root: Path, lead: Lead, as_of: dt.date) -> list[Verdict]:
    """Return what checks of a lead showed up to a day, in the order of the file."""
    told = report.read_verdicts(root / VERDICTS)
    ids = {lead.lead_id, *lead.members}
    return [v for v in told if v.lead_id in ids and v.on <= as_of]
