"""Does a workspace still say what a scan read? A bundle rests on both."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pil_discovery.catalog.limits import source_name
from pil_discovery.errors import BundleError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pil_discovery.types import Finding, Model, Workspace

_SETTINGS = {"records", "layers", "images", "office", "jurisdiction"}
_NEEDED = ("as_of", "sources", "models", "workspace")


def settings_sha256(workspace: Workspace) -> str:
    """Return the hash of everything in `pil.yaml` that changes what is read.

    Units, columns, coordinate systems and the office are in it; comments, layout, the
    name and the as-of date are not: the scan has its own date. Of a database its place
    counts; from a hash of its password the password could be tried out.
    """
    settings = workspace.model_dump(mode="json", include=_SETTINGS)
    for part in ("records", "layers"):
        for told, entry in zip(settings[part], getattr(workspace, part), strict=True):
            told["database"] = source_name(entry) if entry.database else None
    text = json.dumps(settings, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def demand_agreement(
    run: Mapping[str, Any],
    workspace: Workspace,
    findings: Iterable[Finding],
    models: Mapping[str, Model],
) -> None:
    """Refuse to pack findings with a workspace or models that changed since the scan.

    The same raw file read with another unit would contradict the finding it is meant
    to prove, and another model would explain a rule that was not applied.

    Parameters
    ----------
    run
        Content of `run.json`.
    workspace
        The workspace as it is now.
    findings
        Findings to be packed.
    models
        Models as they are now, by id.

    Raises
    ------
    BundleError
        With every disagreement.
    """
    missing = [key for key in _NEEDED if key not in run]
    if missing:
        what = f"筛查结果不完整，缺少 {'、'.join(missing)}"
        raise BundleError(Problem("run.json", "", what, "请重新运行 pil scan"))
    problems = list(_changed_models(findings, models))
    if run["workspace"].get("settings_sha256") != settings_sha256(workspace):
        what = "数据来源的登记（文件、列、单位、坐标系、单位名称）在筛查之后有改动"
        problems.append(Problem("pil.yaml", "", what, "请恢复原样，或重新筛查"))
    if problems:
        raise BundleError(problems)


def _changed_models(
    findings: Iterable[Finding], models: Mapping[str, Model]
) -> Iterator[Problem]:
    for name, version in sorted({(f.model, f.model_version) for f in findings}):
        now = models.get(name)
        if now is None:
            what = "筛查时用的这个模型现在找不到"
            remedy = "本地模型请放进工作区，写入 pil.yaml 的 models，再重新筛查"
            yield Problem(name, "", what, remedy)
        elif now.version != version:
            what = f"模型在筛查时是 {version} 版，现在是 {now.version} 版"
            yield Problem(name, "", what, "请重新筛查")
