"""From a lead of a finished scan to a sealed evidence folder."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery import bundle, layers, report
from pil_discovery.bundle import BundleRequest
from pil_discovery.catalog import load_catalog, models_folder
from pil_discovery.catalog.limits import source_name
from pil_discovery.errors import BundleError, Problem
from pil_discovery.pipeline.agreement import demand_agreement
from pil_discovery.pipeline.databases import keep_answers
from pil_discovery.pipeline.flow import local_folders
from pil_discovery.pipeline.grounds import (
    bases_for,
    course_of,
    with_reply_periods,
)
from pil_discovery.pipeline.pictures import plate_of
from pil_discovery.pipeline.reading import open_workspace, read_sources
from pil_discovery.pipeline.results import (
    find_lead,
    findings_of,
    noted_workspace,
    used_files,
)
from pil_discovery.pipeline.strips import strips_of
from pil_discovery.types import ImageSource, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pil_discovery.pipeline.reading import Materials
    from pil_discovery.types import (
        Bundle,
        Finding,
        LayerSource,
        Part,
        RecordSource,
        Verification,
        Workspace,
    )


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
        request = _request(
            Path(scan_dir),
            lead_id,
            kind,
            out=Path(out),
            workspace=workspace,
            received=Path(received),
        )
        return bundle.build(replace(request, fields=fields))


def _request(
    scan_path: Path,
    lead_id: str,
    kind: str,
    *,
    out: Path,
    workspace: str | Path | None,
    received: Path,
) -> BundleRequest:
    run, findings, leads = report.read_scan(scan_path)
    lead = find_lead(leads, lead_id)
    behind = findings_of(lead, findings, leads)
    place = _workspace(scan_path, workspace)
    catalog = load_catalog(local_folders(place))
    demand_agreement(run, place, behind, catalog)
    known = [Source.model_validate(s) for s in run["sources"]]
    used = used_files(behind, known, catalog.models)
    sources = [s for s in known if s.file in used]
    answers = keep_answers(place, {s.file for s in sources}, received)
    paths = _checked(place.root, sources, answers)
    materials = read_sources(_only(place, used), catalog)
    _demand_same_answers(materials.sources, sources, answers)
    as_of = dt.date.fromisoformat(run["as_of"])
    course = with_reply_periods(course_of(lead, catalog, as_of), catalog, as_of)
    return BundleRequest(
        scan_dir=scan_path,
        run=run,
        lead=lead,
        findings=behind,
        models=catalog.models,
        bases=bases_for(behind, course, catalog),
        course=course,
        office=place.office,
        out=out,
        templates=models_folder() / "procedure" / "documents",
        kind=kind,
        datasets=catalog.datasets,
        remedies=catalog.remedies,
        rows=list(_source_rows(behind, materials)),
        sources=sources,
        source_paths=paths,
        images=[i.provenance for i in materials.images],
        plate=plate_of(behind, materials, catalog.datasets),
        strips=strips_of(behind, materials.images, catalog.models),
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
    return str(value)
