"""What stands behind a lead of a finished scan: its sources, unchanged, read again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery import layers, report
from pil_discovery.catalog import load_catalog
from pil_discovery.catalog.limits import source_name
from pil_discovery.errors import BundleError, Problem
from pil_discovery.pipeline.agreement import demand_agreement
from pil_discovery.pipeline.asides import looked_at
from pil_discovery.pipeline.databases import keep_answers
from pil_discovery.pipeline.flow import local_folders
from pil_discovery.pipeline.persons import salt_of
from pil_discovery.pipeline.reading import open_workspace, read_sources
from pil_discovery.pipeline.results import find_lead, noted_workspace, used_files
from pil_discovery.types import Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pil_discovery.catalog import Catalog
    from pil_discovery.pipeline.reading import Materials
    from pil_discovery.types import (
        Finding,
        LayerSource,
        Lead,
        Part,
        RecordSource,
        Workspace,
    )


@dataclass(frozen=True)
class Behind:
    """A lead, its findings, and what they rest on.

    Attributes
    ----------
    run
        `run.json` of the scan.
    sources, paths
        The sources behind the findings, and file → where it lies.
    materials
        Tables, layers and pictures of these sources.
    looked_at
        What the same models found of the same subjects and did not list.
    """

    run: Mapping[str, Any]
    lead: Lead
    findings: Sequence[Finding]
    place: Workspace
    catalog: Catalog
    sources: Sequence[Source]
    paths: Mapping[str, Path]
    materials: Materials
    looked_at: Sequence[Finding] = ()

    @property
    def as_of(self) -> dt.date:
        """The day of the scan."""
        return dt.date.fromisoformat(self.run["as_of"])


@dataclass(frozen=True)
class OpenScan:
    """A finished scan, opened once for one lead or for many.

    Attributes
    ----------
    folder
        Of the scan.
    run, findings, leads
        `run.json`, findings by id, leads in order of rank.
    place, catalog
        The workspace as it is now, and the models.
    """

    folder: Path
    run: Mapping[str, Any]
    findings: Mapping[str, Finding]
    leads: Sequence[Lead]
    place: Workspace
    catalog: Catalog

    def findings_of(self, lead: Lead) -> list[Finding]:
        """Return the findings of a lead; of a class lead, those of all its members."""
        parts = [lead]
        if lead.kind != "single":
            known = {one.lead_id: one for one in self.leads}
            parts = [known[member] for member in lead.members]
        ids = dict.fromkeys(i for part in parts for i in part.findings)
        return [self.findings[i] for i in ids]


class Desk:
    """Where the leads of one scan are laid out, one after the other.

    The sources read last stay at hand: leads that rest on the same files cost one
    reading, and never more than one reading is held.
    """

    def __init__(self, scan: OpenScan, received: Path) -> None:
        """Lay out leads of a scan; `received` takes what databases answer."""
        self.scan = scan
        self._received = received
        self._used: set[str] | None = None
        self._read: tuple[Sequence[Source], Mapping[str, Path], Materials]

    def behind(self, lead: Lead) -> Behind:
        """Return a lead with all that it rests on, read again.

        Raises
        ------
        BundleError
            If a raw source is gone or differs from what was scanned.
        """
        scan = self.scan
        findings = scan.findings_of(lead)
        demand_agreement(scan.run, scan.place, findings, scan.catalog)
        known = [Source.model_validate(s) for s in scan.run["sources"]]
        used = used_files(findings, known, scan.catalog.models)
        if used != self._used:
            self._used = None  # what a failed reading leaves is no reading
            self._read = self._again(known, used)
            self._used = used
        sources, paths, materials = self._read
        return Behind(
            run=scan.run,
            lead=lead,
            findings=findings,
            place=scan.place,
            catalog=scan.catalog,
            sources=sources,
            paths=paths,
            materials=materials,
            looked_at=looked_at(findings, scan.findings.values()),
        )

    def _again(
        self, known: list[Source], used: set[str]
    ) -> tuple[Sequence[Source], Mapping[str, Path], Materials]:
        place = self.scan.place
        sources = [s for s in known if s.file in used]
        answers = keep_answers(place, {s.file for s in sources}, self._received)
        paths = _checked(place.root, sources, answers)
        salt = salt_of(place)
        materials = read_sources(_only(place, used), self.scan.catalog, salt=salt)
        _demand_same(materials.sources, known, _queries(place))
        return sources, paths, materials


def open_scan(scan_dir: str | Path, *, workspace: str | Path | None = None) -> OpenScan:
    """Open a finished scan with its workspace.

    Parameters
    ----------
    scan_dir
        Folder of a finished scan.
    workspace
        Where the raw sources are; None takes the place noted in `timing.json`.

    Raises
    ------
    BundleError
        If the workspace is gone.
    PilError
        If the folder is not a finished scan.
    """
    folder = Path(scan_dir)
    run, findings, leads = report.read_scan(folder)
    place = _workspace(folder, workspace)
    catalog = load_catalog(local_folders(place))
    by_id = {f.finding_id: f for f in findings}
    return OpenScan(folder, run, by_id, leads, place, catalog)


def gather(
    scan_dir: str | Path,
    lead_id: str,
    received: Path,
    *,
    workspace: str | Path | None = None,
) -> Behind:
    """Read again what a lead rests on.

    Parameters
    ----------
    scan_dir
        Folder of a finished scan.
    lead_id
        Rank, or the beginning of the id.
    received
        Empty folder for what databases answer.
    workspace
        Where the raw sources are; None takes the place noted in `timing.json`.

    Raises
    ------
    BundleError
        If a raw source is gone or differs from what was scanned.
    PilError
        If the folder is not a finished scan, or no lead or several are meant.
    """
    scan = open_scan(scan_dir, workspace=workspace)
    return Desk(scan, received).behind(find_lead(scan.leads, lead_id))


def _workspace(scan_dir: Path, given: str | Path | None) -> Workspace:
    folder = Path(given) if given is not None else noted_workspace(scan_dir)
    if folder is None or not folder.is_dir():
        what = "找不到筛查时的工作区，无法取得原始材料"
        raise BundleError(Problem(str(folder or ""), "", what, "用 --workspace 指明"))
    return open_workspace(folder)


def _checked(
    root: Path, sources: Sequence[Source], answers: Mapping[str, Path]
) -> dict[str, Path]:
    """Return the raw files with their parts, each compared with its noted hash.

    For a query to a database the raw file is what the database answers now.
    """
    problems: list[Problem] = []
    paths: dict[str, Path] = {}
    files: list[Source | Part] = [*sources]
    files += [part for source in sources for part in source.parts]
    for item in files:
        path = answers.get(item.file, root / item.file)
        paths[item.file] = path
        if path.is_dir():
            continue  # a file geodatabase: each of its files is a part, checked here
        if not path.is_file():
            problems.append(Problem(item.file, "", "原始文件不在工作区", "请放回原处"))
        elif layers.sha256_of(path) != item.sha256:
            problems.append(_changed(item.file, answers))
    if problems:
        raise BundleError(problems)
    return paths


def _changed(file: str, queries: Collection[str]) -> Problem:
    if file in queries:
        what = "数据库里的内容与筛查时不同（SHA-256 不符）"
        return Problem(file, "", what, "请重新筛查")
    what = "原始文件与筛查时不同（SHA-256 不符）"
    return Problem(file, "", what, "请恢复原文件，或重新筛查")


def _demand_same(
    read: Iterable[Source], noted: Iterable[Source], queries: Collection[str]
) -> None:
    """Refuse when what was read now is not what was scanned.

    A database may have changed since its answer was kept, and the ground of a lead is
    compared with all layers, those that it does not rest on among them.
    """
    hashes = {(s.file, s.dataset): _hashes(s) for s in noted}
    problems = [
        _changed(s.file, queries)
        for s in read
        if _hashes(s) != hashes.get((s.file, s.dataset))
    ]
    if problems:
        raise BundleError(problems)


def _queries(place: Workspace) -> set[str]:
    """Return what messages call the queries to databases."""
    entries: list[RecordSource | LayerSource] = [*place.records, *place.layers]
    return {source_name(entry) for entry in entries if entry.file is None}


def _hashes(source: Source) -> tuple[str, ...]:
    return (source.sha256, *(part.sha256 for part in source.parts))


def _only(workspace: Workspace, files: set[str]) -> Workspace:
    """Return the workspace with these files, and all its layers."""

    def kept(entries: Any) -> tuple[Any, ...]:  # noqa: ANN401 -- three kinds of entries
        return tuple(e for e in entries if source_name(e) in files)

    return workspace.model_copy(
        update={
            "records": kept(workspace.records),
            "layers": workspace.layers,
            "images": kept(workspace.images),
        }
    )
