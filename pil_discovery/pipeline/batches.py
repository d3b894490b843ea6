"""Bundles of many leads: several processes, resumed after an interruption, listed."""

from __future__ import annotations

import shutil
import tempfile
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from pil_discovery.bundle.kinds import check_fields
from pil_discovery.bundle.redaction import PROFILES
from pil_discovery.errors import BundleError, PilError, Problem
from pil_discovery.pipeline.batch_index import Journal, write_index
from pil_discovery.pipeline.batch_work import Order, spread_parts
from pil_discovery.pipeline.case_files import told_case
from pil_discovery.pipeline.gathering import open_scan
from pil_discovery.pipeline.packing import scan_day
from pil_discovery.pipeline.results import find_lead, used_files
from pil_discovery.types import Batch, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pil_discovery.bundle.kinds import Kind
    from pil_discovery.bundle.sealing import Seal
    from pil_discovery.pipeline.gathering import OpenScan
    from pil_discovery.types import Lead, PackedLead

    Progress = Callable[[str, int, int], None]

_PART = 8
"""Leads that a process takes at once: what an interruption has to wait for."""


def build_bundles(  # noqa: PLR0913 - a stable public signature
    scan_dir: str | Path,
    leads: Sequence[str] | None,
    kind: str,
    out: str | Path,
    *,
    top: int | None = None,
    workspace: str | Path | None = None,
    profile: str = "internal",
    redaction: str = "usual",
    seal: Seal | None = None,
    fields: Mapping[str, str] | None = None,
    footnotes: bool = False,
    workers: int = 1,
    resume: bool = False,
    progress: Progress | None = None,
) -> Batch:
    """Build the evidence folders of many leads of one scan, and an index of them.

    A lead that cannot be packed is listed with its reason and stops no other. Beside
    the bundles lie `证据包索引-<kind>.xlsx` and `.jsonl` (with `-<profile>` unless
    internal). They are written when all is done, and are the same whatever the number
    of processes and however often the work was interrupted.

    Parameters
    ----------
    scan_dir
        Folder of a finished scan.
    leads
        Ranks, or beginnings of ids; None takes every lead.
    kind, out, workspace, profile, redaction, seal, fields, footnotes
        As for `build_bundle`, the same for all leads.
    top
        Only the first so many of the leads.
    workers
        Processes at once. A seal that cannot cross to another process (a USB key, a
        ledger) works in this one.
    resume
        Verify what an earlier batch of the same order finished and leave it; without,
        each bundle is computed again and compared with the finished one.
    progress
        Is told what is done, how many, of how many.

    Raises
    ------
    BundleError
        If the kind, a field or the profile is wrong, the disk is full or cannot be
        written, a process is lost, or another batch is at work there.
    GateError
        If the kind rests on a case: such documents are written one by one.
    PilError
        If the folder is not a finished scan, or a lead is unknown.
    """
    scan = open_scan(scan_dir, workspace=workspace)
    chosen = _chosen(scan.leads, leads)[:top]
    told_of = told_case(kind, None, fields or {}, scan_day(scan_dir))
    _check(told_of.kind, profile, fields or {})
    order = Order(
        scan_dir=Path(scan_dir),
        workspace=None if workspace is None else Path(workspace),
        kind=kind,
        out=Path(out),
        profile=profile,
        redaction=redaction,
        seal=seal,
        fields=dict(fields or {}),
        footnotes=footnotes,
    )
    used = _used(scan, chosen)
    _demand_space(order, scan, used)
    told: dict[str, PackedLead] = {}
    with (
        Journal(order, scan.run) as journal,
        tempfile.TemporaryDirectory(prefix="pil-") as received,
    ):
        known = journal.finished() if resume else {}
        for some in spread_parts(order, _parted(used), workers, (received, known)):
            journal.note(some)
            told |= {one.lead_id: one for one in some}
            if progress is not None:
                progress("证据包", len(told), len(chosen))
        entries = tuple(told[lead.lead_id] for lead in chosen)
        index = write_index(order, entries, scan.run)
        journal.close()
    return Batch(kind=kind, profile=profile, entries=entries, index=index)


def _chosen(leads: Sequence[Lead], wanted: Sequence[str] | None) -> list[Lead]:
    if wanted is None:
        return list(leads)
    found: dict[str, Lead] = {}
    problems: list[Problem] = []
    for one in wanted:
        try:
            lead = find_lead(leads, one)
        except PilError as error:
            problems += error.problems
        else:
            found[lead.lead_id] = lead
    if problems:
        raise PilError(problems)
    return list(found.values())


def _check(kind: Kind, profile: str, fields: Mapping[str, str]) -> None:
    """Refuse once what every single bundle would refuse."""
    problems = check_fields(kind, fields)
    if profile not in PROFILES:
        what = f"没有脱敏级别“{profile}”，已有：{'、'.join(PROFILES)}"
        problems.append(Problem("--profile", "", what))
    if problems:
        raise BundleError(problems)


def _used(scan: OpenScan, chosen: Sequence[Lead]) -> dict[str, tuple[str, ...]]:
    """Return the files behind each lead."""
    known = [Source.model_validate(s) for s in scan.run["sources"]]
    models = scan.catalog.models
    return {
        lead.lead_id: tuple(sorted(used_files(scan.findings_of(lead), known, models)))
        for lead in chosen
    }


def _parted(used: Mapping[str, tuple[str, ...]]) -> list[list[str]]:
    """Put leads that rest on the same files together: those are read once."""
    parts = []
    for _, same in groupby(sorted(used, key=lambda i: used[i]), key=lambda i: used[i]):
        group = list(same)
        parts += [group[n : n + _PART] for n in range(0, len(group), _PART)]
    return parts


def _demand_space(
    order: Order, scan: OpenScan, used: Mapping[str, tuple[str, ...]]
) -> None:
    """Refuse before the work what the disk cannot hold after it."""
    if order.profile != "internal":
        return  # no copies of raw files: a bundle is small
    sizes = {s["file"]: int(s["bytes"]) for s in scan.run["sources"]}
    wanted = sum(
        sizes.get(file, 0)
        for lead, files in used.items()
        if not (order.out / order.name_of(lead, scan.run)).exists()
        for file in files
    )
    above = (order.out.resolve(), *order.out.resolve().parents)
    free = shutil.disk_usage(next(p for p in above if p.exists())).free
    if wanted > free:
        what = f"磁盘空间不足：原始材料的副本约需{wanted >> 20}MiB，现有{free >> 20}MiB"
        remedy = "换一个磁盘，或者少选一些线索"
        raise BundleError(Problem(str(order.out), "", what, remedy))
