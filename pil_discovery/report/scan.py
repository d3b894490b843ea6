"""The folder of a scan: a stable contract with other programs."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any

from pil_discovery.errors import PilError, Problem
from pil_discovery.report import geodata, lines
from pil_discovery.report.decisions import holds_decisions
from pil_discovery.report.folder import appearing
from pil_discovery.report.geodata import (
    ALIASES,
    further_layers,
    lead_frame,
    overlap_frame,
    write_geopackage,
    write_parquet,
)
from pil_discovery.report.project import write_project
from pil_discovery.report.review import review_page
from pil_discovery.report.run_page import run_page
from pil_discovery.report.workbook import Contents, write_workbook
from pil_discovery.text.canonical import dump_json
from pil_discovery.types import Backdrop

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from pil_discovery.types import Finding, Lead

PACKAGE = "leads.gpkg"
FILES = (
    "run.json",
    "findings.jsonl",
    "leads.jsonl",
    "leads.xlsx",
    PACKAGE,
    "leads.qgz",
    "leads.parquet",
    "quarantine.jsonl",
    "timing.json",
    "review.html",
    "run.html",
    "links.jsonl",
)


def write_scan(  # noqa: PLR0913 - one argument for each kind of content
    out: Path,
    *,
    run: Mapping[str, Any],
    findings: Iterable[Finding],
    leads: Iterable[Lead],
    quarantine: pd.DataFrame,
    timing: Mapping[str, Any],
    links: Iterable[Mapping[str, Any]] = (),
    backdrop: Backdrop | None = None,
) -> Path:
    """Write all files of a scan into a folder that appears whole or not at all.

    Parameters
    ----------
    out
        Folder; an earlier scan there is replaced whole.
    run
        Contents of run.json without floats; `as_of` is an ISO date.
    findings, leads
        In the order in which they are to be listed.
    quarantine
        Columns `QUARANTINE_COLUMNS`, values already masked.
    timing
        Contents of timing.json, the only file that may differ between two runs.
    links
        Pairs of names that were joined or are open; contents of links.jsonl.
    backdrop
        Layers and pictures that the page and the map project show under the leads.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    PilError
        If `out` holds something that is not a scan, or a workbook in which somebody
        has filled in decisions.
    """
    _spare_decisions(out / "leads.xlsx")
    contents = Contents(
        run=run,
        findings=[lines.finding_record(f) for f in findings],
        leads=[lines.lead_record(lead) for lead in leads],
        quarantine=lines.quarantine_records(quarantine),
    )
    with appearing(out) as folder:
        _write_files(folder, contents, backdrop or Backdrop())
        lines.write_lines(folder / "links.jsonl", map(lines.link_record, links))
        _write_text(folder / "timing.json", json.dumps(timing, ensure_ascii=False))
    return out


def read_base(folder: Path) -> list[tuple[str, gpd.GeoDataFrame]]:
    """Return the layers under the leads of a scan: Chinese name and features.

    A scan without its GeoPackage has none.
    """
    path = folder / PACKAGE
    return geodata.read_base(path) if path.is_file() else []


def read_scan(out: Path) -> tuple[dict[str, Any], list[Finding], list[Lead]]:
    """Load run.json, findings and leads of a scan.

    Raises
    ------
    PilError
        If the folder is not a whole scan.
    """
    run = lines.read_json(out / "run.json")
    findings = lines.read_findings(out / "findings.jsonl")
    return run, findings, lines.read_leads(out / "leads.jsonl")


def _spare_decisions(workbook: Path) -> None:
    if holds_decisions(workbook):
        what = "表中已填写处理意见，重新筛查会将其覆盖"
        remedy = "请先用 pil review --import 读回，再换一个输出文件夹或移走本文件夹"
        raise PilError(Problem(str(workbook), "", what, remedy))


def _write_files(folder: Path, contents: Contents, backdrop: Backdrop) -> None:
    as_of = dt.date.fromisoformat(str(contents.run["as_of"]))
    run = f"{dump_json(contents.run)}\n"
    _write_text(folder / "run.json", run)
    lines.write_lines(folder / "findings.jsonl", contents.findings)
    lines.write_lines(folder / "leads.jsonl", contents.leads)
    lines.write_lines(folder / "quarantine.jsonl", contents.quarantine)
    write_workbook(folder / "leads.xlsx", contents)
    frame = lead_frame(contents.leads, contents.findings)
    overlaps = overlap_frame(contents.leads, contents.findings)
    further = further_layers(overlaps, backdrop.layers)
    write_geopackage(folder / PACKAGE, frame, as_of, further)
    titles = contents.run.get("domains") or {}
    project = write_project(frame, further, titles=titles, aliases=ALIASES)
    (folder / "leads.qgz").write_bytes(project)
    write_parquet(folder / "leads.parquet", frame)
    scan = hashlib.sha256(run.encode()).hexdigest()
    _write_text(folder / "review.html", review_page(contents, scan, backdrop))
    _write_text(folder / "run.html", run_page(contents, scan))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
