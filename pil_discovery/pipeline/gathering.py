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
from pil_discovery.pipeline.results import (
    find_lead,
    findings_of,
    noted_workspace,
    used_files,
)
from pil_discovery.types import ImageSource, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
        What the same models found of the same subjects beside the lead.
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
    run, findings, leads = report.read_scan(Path(scan_dir))
    lead = find_lead(leads, lead_id)
    behind = findings_of(lead, findings, leads)
    place = _workspace(Path(scan_dir), workspace)
    catalog = load_catalog(local_folders(place))
    demand_agreement(run, place, behind, catalog)
    known = [Source.model_validate(s) for s in run["sources"]]
    used = used_files(behind, known, catalog.models)
    sources = [s for s in known if s.file in used]
    answers = keep_answers(place, {s.file for s in sources}, received)
    paths = _checked(place.root, sources, answers)
    materials = read_sources(_only(place, used), catalog, salt=salt_of(place))
    _demand_same_answers(materials.sources, sources, answers)
    beside = looked_at(behind, findings)
    return Behind(run, lead, behind, place, catalog, sources, paths, materials, beside)


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


def _changed(file: str, answers: Mapping[str, Path]) -> Problem:
    if file in answers:
        what = "数据库里的内容与筛查时不同（SHA-256 不符）"
        return Problem(file, "", what, "请重新筛查")
    what = "原始文件与筛查时不同（SHA-256 不符）"
    return Problem(file, "", what, "请恢复原文件，或重新筛查")


def _demand_same_answers(
    read: Iterable[Source], noted: Iterable[Source], answers: Mapping[str, Path]
) -> None:
    """Refuse when a database changed between keeping its answer and reading it."""
    hashes = {s.file: s.sha256 for s in noted}
    problems = [
        _changed(s.file, answers)
        for s in read
        if s.file in answers and s.sha256 != hashes[s.file]
    ]
    if problems:
        raise BundleError(problems)


def _only(workspace: Workspace, files: set[str]) -> Workspace:
    def kept(entries: Any) -> tuple[Any, ...]:  # noqa: ANN401 -- three kinds of entries
        return tuple(e for e in entries if _named(e) in files)

    return workspace.model_copy(
        update={
            "records": kept(workspace.records),
            "layers": workspace.layers,
            "images": kept(workspace.images),
        }
    )


def _named(entry: RecordSource | LayerSource | ImageSource) -> str:
    return entry.file if isinstance(entry, ImageSource) else source_name(entry)
