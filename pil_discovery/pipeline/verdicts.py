"""Decisions on leads become the record of their models, beside the workspace's data."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pil_discovery import leads, report
from pil_discovery.errors import Problem, WorkspaceError
from pil_discovery.pipeline.results import noted_workspace
from pil_discovery.text.canonical import dump_json
from pil_discovery.types import REFINEMENT, VERDICTS, Refinement

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from pil_discovery.catalog import Catalog
    from pil_discovery.leads import Precision, Refused
    from pil_discovery.types import ModelRun, Quality, Verdict


@dataclass(frozen=True)
class Checks:
    """What the checks of a workspace say on the day of a scan.

    Attributes
    ----------
    verdicts
        Those up to that day, in file order.
    sha256
        Hash of the file; None without one.
    quality
        Model id → how far it can be trusted.
    precisions
        Model id → share of its leads that checks let expect.
    conflicts
        Leads that were found true by one and false by another, in words.
    refinement
        What many checks taught about certainty; None where nobody asked.
    """

    verdicts: tuple[Verdict, ...]
    sha256: str | None
    quality: Mapping[str, Quality]
    precisions: Mapping[str, Precision]
    conflicts: tuple[str, ...]
    refinement: Refinement | None


def read_checks(
    path: Path, catalog: Catalog, runs: Iterable[ModelRun], *, as_of: dt.date
) -> Checks:
    """Read what checks showed, and what follows for the models.

    Parameters
    ----------
    path
        The file of verdicts; it need not exist.
    catalog
        All models: what is said of one does not depend on which of them ran.
    runs
        How the models ran.
    as_of
        Later verdicts do not count.

    Raises
    ------
    PilError
        With every line that is not a verdict.
    """
    told = tuple(v for v in report.read_verdicts(path) if v.on <= as_of)
    tallies = leads.tallies(catalog.models.values(), told, as_of=as_of)
    return Checks(
        verdicts=told,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else None,
        quality={r.id: leads.quality(r, told, as_of=as_of) for r in runs},
        precisions=leads.precisions(tallies),
        conflicts=tuple(c.words() for c in report.conflicts(told)),
        refinement=_refinement(path.with_name(REFINEMENT), as_of),
    )


def _plain(verdict: Verdict, by: Refinement) -> Verdict:
    """Keep the parts of the points card: only from these is learned again."""
    if verdict.parts is None:
        return verdict
    return verdict.model_copy(update={"parts": leads.plain(verdict.parts, by)})


def _refinement(path: Path, as_of: dt.date) -> Refinement | None:
    """Read what was learned; a scan of an earlier day cannot know it yet."""
    if not path.is_file():
        return None
    try:
        found = Refinement.model_validate_json(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        what = f"不是学得的确定性：{type(error).__name__}"
        remedy = "请用 pil fit 核查结果.jsonl 重新写出，或者移走"
        raise WorkspaceError(Problem(path.name, "", what, remedy)) from error
    return found if found.until <= as_of else None


def learn_certainty(journal: Path, out: Path) -> Refinement | Refused:
    """Learn certainty from a file of verdicts; write it only where it is better.

    Parameters
    ----------
    journal
        `核查结果.jsonl` of a workspace.
    out
        Where scans find it: `确定性.json` beside that file.

    Raises
    ------
    PilError
        With every line that is not a verdict, or without a file.
    """
    if not journal.is_file():
        raise WorkspaceError(Problem(str(journal), "", "没有这个文件", "请核对路径"))
    digest = hashlib.sha256(journal.read_bytes()).hexdigest()
    found = leads.learn(report.read_verdicts(journal), digest)
    if isinstance(found, Refinement):
        text = dump_json(json.loads(found.model_dump_json()))
        out.write_text(f"{text}\n", encoding="utf-8")
    return found


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
    run, _, found = report.read_scan(Path(out))
    place = Path(workspace) if workspace is not None else noted_workspace(Path(out))
    if place is None or not place.is_dir():
        what = "找不到筛查时的工作区，核查结果没有地方写"
        raise WorkspaceError(Problem(str(place or ""), "", what, "用 --workspace 指明"))
    versions = {m["id"]: m["version"] for m in run["models"]}
    decisions = report.read_decisions(Path(file))
    verdicts = report.verdicts_of(decisions, found, versions)
    if run.get("refinement"):
        by = Refinement.model_validate(run["refinement"])
        verdicts = [_plain(v, by) for v in verdicts]
    path = place / VERDICTS
    return path, report.append_verdicts(path, verdicts)


def conflicting(path: Path) -> list[str]:
    """Say which leads of a file were found true by one and false by another.

    Raises
    ------
    PilError
        With every line that is not a verdict.
    """
    return [found.words() for found in report.conflicts(report.read_verdicts(path))]
