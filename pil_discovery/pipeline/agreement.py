"""Does a workspace still say what a scan read? A bundle rests on both."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pil_discovery.catalog.limits import source_name
from pil_discovery.errors import BundleError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pil_discovery.catalog import Catalog
    from pil_discovery.types import Finding, Model, RateTable, Workspace

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
    for part in ("records", "layers", "images"):
        for told in settings[part]:
            told.pop("classification")  # says who may read it, not what is read
    text = json.dumps(settings, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def demand_agreement(
    run: Mapping[str, Any],
    workspace: Workspace,
    findings: Iterable[Finding],
    catalog: Catalog,
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
    catalog
        Models and rate tables as they are now.

    Raises
    ------
    BundleError
        With every disagreement.
    """
    missing = [key for key in _NEEDED if key not in run]
    if missing:
        what = f"筛查结果不完整，缺少 {'、'.join(missing)}"
        raise BundleError(Problem("run.json", "", what, "请重新运行 pil scan"))
    behind = list(findings)
    problems = list(_changed_models(behind, catalog.models))
    problems += _changed_files(run, behind, catalog)
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


def _changed_files(
    run: Mapping[str, Any], findings: Iterable[Finding], catalog: Catalog
) -> Iterator[Problem]:
    """Compare local models and all rate tables by hash.

    The version of a built-in model is raised with every change; nobody sees to that
    for a local one, and a rate table has no version.
    """
    used = list(findings)
    ids = {f.model for f in used}
    noted = {m["id"]: m for m in run["models"] if m.get("local") and m["id"] in ids}
    noted |= {t["id"]: t for t in run.get("tables", ()) if t["id"] in _tables(used)}
    known: dict[str, Model | RateTable] = {**catalog.models, **catalog.tables}
    for name, entry in noted.items():
        now = known[name].origin if name in known else None
        if now is None or now.sha256 != entry.get("sha256"):
            what = "文件在筛查之后有改动，或者已不在原处"
            yield Problem(str(entry.get("file", name)), "", what, "请重新筛查")


def _tables(findings: Iterable[Finding]) -> set[str]:
    return {rate.table for finding in findings for rate in finding.rates}
