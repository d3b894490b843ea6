"""First steps: a new workspace, and the whole way on the sample district."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery.catalog import load_catalog
from pil_discovery.errors import Problem, WorkspaceError
from pil_discovery.pipeline import proposals
from pil_discovery.pipeline.flow import scan
from pil_discovery.pipeline.folder import list_folder, newest_day
from pil_discovery.pipeline.packing import build_bundle, verify_bundle
from pil_discovery.pipeline.surveys import survey_folder
from pil_discovery.pipeline.unpacking import unpack_all

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from pil_discovery.pipeline.surveys import Survey

_TOP = 10


@dataclass(frozen=True)
class Started:
    """A new workspace and what was noticed while making it."""

    path: Path
    notes: tuple[str, ...]


def init_workspace(folder: str | Path, *, as_of: dt.date | None = None) -> Started:
    """Write `pil.yaml` into a folder; data files already there are recognised.

    Without `as_of` the day of the newest data file is proposed.

    Raises
    ------
    WorkspaceError
        If the folder has a `pil.yaml` already.
    """
    root = Path(folder)
    file = root / "pil.yaml"
    if file.exists():
        raise WorkspaceError(Problem(str(file), "", "已经有 pil.yaml，不会覆盖"))
    root.mkdir(parents=True, exist_ok=True)
    unpacked, problems = unpack_all(root)
    surveys = survey_folder(list_folder(root), load_catalog().datasets)
    day = as_of or newest_day(root)
    name = root.resolve().name
    file.write_text(proposals.workspace_text(name, day, surveys), encoding="utf-8")
    notes = [f"解压 {u.sentence()}" for u in unpacked]
    notes += [*map(str, problems), *(n for s in surveys for n in _notes(s))]
    if as_of is None and day is not None:
        notes.append(f"基准日暂按最新文件的日期写为 {day}，请核对")
    if day is None:
        notes.append("还没有数据文件：请放入数据，并在 pil.yaml 写明 as_of")
    return Started(file, tuple(notes))


def _notes(survey: Survey) -> list[str]:
    dataset = None if survey.rows is None else survey.rows.dataset
    told = [str(p) for p in survey.problems]
    if dataset is not None:
        words = f"按列名和取值识别为《{dataset.title.zh}》（{dataset.id}）"
        told.insert(0, f"{survey.file}：{words}")
    return told


def sample_folder() -> Path:
    """Return the built-in sample district, in the wheel or in the checkout."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_sample_data", package.parent / "sample_data"):
        if (folder / "workspace" / "pil.yaml").is_file():
            return folder
    raise WorkspaceError(Problem(str(package), "", "找不到内置示例区", "请重新安装"))


def run_demo(
    folder: str | Path, progress: Callable[[str, int, int], None] | None = None
) -> dict[str, Any]:
    """Walk the whole way on the sample district: scan, pack the best lead, verify.

    Returns
    -------
    dict
        `workspace`, `out`, `bundle` (paths), `leads` (the ten best), `lead_count`,
        `verified`, `root_sha256`.
    """
    root = Path(folder)
    workspace = root / "workspace"
    _copy_sample(workspace)
    found = scan(workspace, progress=progress)
    out = found.write(root / "out")
    singles = [lead for lead in found.leads if lead.kind == "single"]
    bundle = build_bundle(out, singles[0].lead_id, "suggestion", root / "bundle")
    verdict = verify_bundle(bundle.path)
    return {
        "workspace": str(workspace),
        "out": str(out),
        "bundle": str(bundle.path),
        "leads": singles[:_TOP],
        "lead_count": len(found.leads),
        "verified": verdict.ok,
        "root_sha256": verdict.root_sha256,
    }


def _copy_sample(target: Path) -> None:
    source = sample_folder() / "workspace"
    if not target.exists():
        shutil.copytree(source, target)
        return
    if not (target / "pil.yaml").is_file():
        what = "文件夹已存在，而且不是示例区"
        raise WorkspaceError(Problem(str(target), "", what, "请换一个文件夹"))
