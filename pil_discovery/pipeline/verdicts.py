"""Decisions on leads become the record of their models, beside the workspace's data."""

from __future__ import annotations

from pathlib import Path

from pil_discovery import report
from pil_discovery.errors import Problem, WorkspaceError
from pil_discovery.pipeline.results import noted_workspace
from pil_discovery.types import VERDICTS


def import_decisions(
    out: str | Path, file: str | Path, *, workspace: str | Path | None = None
) -> tuple[Path, int]:
    """Append what was decided on the leads of a scan to `核查结果.jsonl`.

    Parameters
    ----------
    out
        Folder of the scan that was decided on.
    file
        The filled-in `leads.xlsx`, or the decision file of the review page.
    workspace
        Where the file goes; None takes the place noted in `timing.json`.

    Returns
    -------
    path, added
        The file, and how many verdicts were new to it.

    Raises
    ------
    PilError
        With every decision that cannot be used; nothing is written then.
    """
    run, _, leads = report.read_scan(Path(out))
    place = Path(workspace) if workspace is not None else noted_workspace(Path(out))
    if place is None or not place.is_dir():
        what = "找不到筛查时的工作区，核查结果没有地方写"
        raise WorkspaceError(Problem(str(place or ""), "", what, "用 --workspace 指明"))
    versions = {m["id"]: m["version"] for m in run["models"]}
    decisions = report.read_decisions(Path(file))
    verdicts = report.verdicts_of(decisions, leads, versions)
    path = place / VERDICTS
    return path, report.append_verdicts(path, verdicts)


def conflicting(path: Path) -> list[str]:
    """Say which leads of a file of verdicts were found true by one and false by another.

    Raises
    ------
    PilError
        With every line that is not a verdict.
    """
    return [found.words() for found in report.conflicts(report.read_verdicts(path))]
