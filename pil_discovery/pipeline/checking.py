"""`pil check`: what each file is, what was understood, what was not, what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery import report, subjects
from pil_discovery.catalog import load_catalog
from pil_discovery.errors import Problem, WorkspaceError
from pil_discovery.findings import Inputs, readiness
from pil_discovery.pipeline import proposals
from pil_discovery.pipeline.archives import unpack_all
from pil_discovery.pipeline.flow import local_folders, named_models
from pil_discovery.pipeline.overviews import overview, required_columns
from pil_discovery.pipeline.reading import gather, open_workspace

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from pil_discovery.catalog import Catalog
    from pil_discovery.pipeline.archives import Unpacked
    from pil_discovery.pipeline.proposals import Proposal
    from pil_discovery.pipeline.reading import Materials
    from pil_discovery.types import Model

    Progress = Callable[[str, int, int], None]


@dataclass
class Check:
    """The answer of a check."""

    sources: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    models: list[dict[str, Any]] = field(default_factory=list)
    readings: list[dict[str, Any]] = field(default_factory=list)
    overviews: list[dict[str, Any]] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    unpacked: list[Unpacked] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return sources, problems, models and readings as plain values."""
        return {
            "sources": self.sources,
            "problems": [
                {"file": p.file, "where": p.where, "what": p.what, "remedy": p.remedy}
                for p in self.problems
            ],
            "models": self.models,
            "readings": self.readings,
            "overviews": self.overviews,
            "archives": [u.as_dict() for u in self.unpacked],
        }


def check_workspace(folder: str | Path, progress: Progress | None = None) -> Check:
    """Look at every file of a folder, with or without `pil.yaml`.

    Archives are unpacked into `解压/` first. Writes `pil.yaml` (or `pil.proposed.yaml`
    beside one that already names sources) and `检查结果.xlsx`.

    Raises
    ------
    WorkspaceError
        If the folder cannot be read, or `pil.yaml` is not right.
    """
    root = Path(folder)
    if not root.is_dir():
        raise WorkspaceError(Problem(str(root), "", "没有这个文件夹", "请核对路径"))
    catalog = load_catalog()
    check = Check()
    check.unpacked, check.problems = unpack_all(root)
    _settle_workspace(root, catalog, check, progress)
    workspace = open_workspace(root)
    catalog = load_catalog(local_folders(workspace))
    materials, problems = gather(workspace, catalog, progress)
    check.problems += problems
    models = named_models(workspace, catalog)
    if not models:
        check.problems.append(
            Problem("pil.yaml", "models", "没有写任何模型", "请写 models: [builtin]")
        )
    _look(check, materials, catalog, models)
    check.overviews = _overviews(materials, catalog, models, workspace.as_of)
    path = root / proposals.REPORT
    report.write_check(path, check.as_dict(), materials.quarantine, workspace.as_of)
    check.written.append(path)
    return check


def _settle_workspace(
    root: Path, catalog: Catalog, check: Check, progress: Progress | None
) -> None:
    file = root / "pil.yaml"
    if file.is_file():
        workspace = open_workspace(root)
        known = [e.file for e in workspace.records if e.file]
        known += [e.file for e in workspace.layers if e.file]
        known += [e.file for e in workspace.images]
        known += [i.cloud_mask for i in workspace.images if i.cloud_mask]
        name, day = workspace.name, workspace.as_of
    else:
        known, day = [], None
        name = proposals.readable_name(root.resolve().name)
    proposal = proposals.propose(root, catalog.datasets, known=known, progress=progress)
    check.problems += proposal.problems
    check.problems += [_unnamed(p) for p in proposal.pictures]
    if _is_empty(proposal) and file.is_file():
        return
    day = day or proposals.newest_day(root)
    if day is None:
        raise WorkspaceError(
            Problem(str(root), "", "文件夹里没有数据文件，无从检查", "放入数据后再试")
        )
    text = proposals.workspace_text(name, day, proposal)
    check.written.append(_write_proposal(file, text, proposal))


def _write_proposal(file: Path, text: str, proposal: Proposal) -> Path:
    """Write what was found; nothing that the user wrote in `pil.yaml` is lost."""
    target = file
    if file.exists():
        filled = proposals.filled_in(file.read_text("utf-8-sig"), proposal)
        target = file if filled is not None else file.with_name("pil.proposed.yaml")
        text = filled if filled is not None else text
    target.write_text(text, encoding="utf-8")
    return target


def _is_empty(proposal: Proposal) -> bool:
    return not (proposal.records or proposal.layers)


def _unnamed(picture: str) -> Problem:
    return Problem(
        picture,
        "images",
        "影像没有登记成像时间、传感器和波段，不能使用",
        "在 pil.yaml 的 images 中写明 acquired、sensor、bands",
    )


def _overviews(
    materials: Materials, catalog: Catalog, models: Iterable[Model], as_of: dt.date
) -> list[dict[str, Any]]:
    wanted = required_columns(models)
    return [
        overview(frame, catalog.datasets[name], wanted.get(name, ()), as_of)
        for name, frame in materials.frames.items()
    ]


def _look(
    check: Check, materials: Materials, catalog: Catalog, models: Iterable[Model]
) -> None:
    check.readings = [
        {"file": file, **report.model_dump(mode="json")}
        for file, report in materials.reports
    ]
    check.sources = [s.model_dump(mode="json") for s in materials.sources]
    check.problems += [
        _quarantined(row)
        for row in materials.quarantine.astype(object).to_dict("records")
    ]
    linked = subjects.link_codes(materials.frames, catalog.datasets)
    inputs = Inputs(linked, materials.images, catalog.datasets)
    check.models = [
        {"id": m.id, "code": m.code, **readiness(m, inputs)} for m in models
    ]


def _quarantined(row: Mapping[Any, Any]) -> Problem:
    sheet = f"工作表“{row['sheet']}” " if row["sheet"] else ""
    column = f" “{row['column']}”" if row["column"] else ""
    return Problem(
        str(row["source"]),
        f"{sheet}第{row['row']}行{column}",
        row["reason"],
        row["remedy"],
    )
