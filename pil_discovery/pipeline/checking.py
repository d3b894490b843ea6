"""`pil check`: what each file is, what was understood, what was not, what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery import report, subjects
from pil_discovery.catalog import load_catalog
from pil_discovery.catalog.workspace import named_folders
from pil_discovery.errors import Problem, WorkspaceError
from pil_discovery.pipeline import filing, proposals
from pil_discovery.pipeline.flow import (
    inputs_of,
    linked,
    local_folders,
    named_models,
)
from pil_discovery.pipeline.folder import (
    PROPOSED,
    REPORT,
    list_folder,
    newest_day,
    readable_name,
)
from pil_discovery.pipeline.outlook import model_outlook, unlocks
from pil_discovery.pipeline.overviews import duplicates, overview, required_columns
from pil_discovery.pipeline.persons import keep_salt, masked_problem
from pil_discovery.pipeline.reading import gather, open_workspace
from pil_discovery.pipeline.shifts import suspect_shifts
from pil_discovery.pipeline.surveys import survey_folder
from pil_discovery.pipeline.unpacking import unpack_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd

    from pil_discovery.catalog import Catalog
    from pil_discovery.pipeline.archives import Unpacked
    from pil_discovery.pipeline.folder import Listing
    from pil_discovery.pipeline.reading import Materials
    from pil_discovery.pipeline.surveys import Survey
    from pil_discovery.types import Model, Workspace

    Progress = Callable[[str, int, int], None]


@dataclass
class Check:
    """The answer of a check.

    Attributes
    ----------
    files
        One entry for every file of the folder: what it is and what became of it.
    sources, models
        As in `run.json`; models also with `title_zh` and `why`.
    problems
        What has to be put right or decided; with any, the answer is «problems».
    questions
        What `pil.yaml` could say: `file`, `key`, `name`, `value`, `why`, `asks`.
    unlocks
        Which missing data set would make which models computable.
    readings, overviews
        How each file was read; what each data set covers.
    """

    files: list[dict[str, Any]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    models: list[dict[str, Any]] = field(default_factory=list)
    unlocks: list[dict[str, Any]] = field(default_factory=list)
    readings: list[dict[str, Any]] = field(default_factory=list)
    overviews: list[dict[str, Any]] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    unpacked: list[Unpacked] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return everything but the paths written as plain values."""
        return {
            "sources": self.sources,
            "problems": [
                {"file": p.file, "where": p.where, "what": p.what, "remedy": p.remedy}
                for p in self.problems
            ],
            "models": self.models,
            "files": self.files,
            "questions": self.questions,
            "unlocks": self.unlocks,
            "readings": self.readings,
            "overviews": self.overviews,
            "archives": [u.as_dict() for u in self.unpacked],
        }


def check_workspace(folder: str | Path, progress: Progress | None = None) -> Check:
    """Look at every file of a folder, with or without `pil.yaml`; each is read once.

    Archives are unpacked into `解压/` first. Writes `pil.yaml` (or `pil.proposed.yaml`
    beside one that already names sources) and `检查结果.xlsx`.

    Raises
    ------
    WorkspaceError
        If the folder cannot be read or is empty, or `pil.yaml` is not right.
    """
    root = Path(folder)
    if not root.is_dir():
        raise WorkspaceError(Problem(str(root), "", "没有这个文件夹", "请核对路径"))
    catalog = load_catalog(named_folders(root))
    unpacked, refused = unpack_all(root)
    listing = list_folder(root)
    named = _workspace_of(root)
    surveys = survey_folder(
        listing,
        catalog.datasets,
        known=[] if named is None else _named_files(named),
        progress=progress,
    )
    check = Check(unpacked=unpacked)
    check.written += _write_proposal(listing, named, surveys)
    workspace = open_workspace(root)
    catalog = load_catalog(local_folders(workspace))
    check.written += filter(None, [keep_salt(workspace)])
    read = {s.file: (s.entry, s.found) for s in surveys if s.found is not None}
    materials, problems = gather(workspace, catalog, progress, surveyed=read)
    left = filing.in_words(materials.quarantine, materials.sources, catalog.datasets)
    models = named_models(workspace, catalog)
    _look(check, materials, catalog, (workspace, models))
    check.files = filing.file_lines(
        listing, surveys, check.sources, catalog.datasets, unpacked=unpacked
    )
    check.questions = filing.questions(workspace, surveys, materials.reports)
    check.problems = _problems(
        [
            *refused,
            *(p for s in surveys for p in s.problems),
            *filing.open_questions(check.questions),
            *problems,
            *suspect_shifts(materials.outlines),
            *_modelless(models),
            *filing.quarantined(left),
        ]
    )
    path = root / REPORT
    report.write_check(path, check.as_dict(), left, workspace.as_of)
    check.written.append(path)
    return check


def _workspace_of(root: Path) -> Workspace | None:
    return open_workspace(root) if (root / "pil.yaml").is_file() else None


def _named_files(workspace: Workspace) -> list[str]:
    files = [e.file for e in workspace.records if e.file]
    files += [e.file for e in workspace.layers if e.file]
    for picture in workspace.images:
        files += [picture.file, *picture.files.values()]
        files += [picture.cloud_mask] if picture.cloud_mask else []
    return files


def _write_proposal(
    listing: Listing, named: Workspace | None, surveys: Sequence[Survey]
) -> list[Path]:
    """Write what was found; nothing that the user wrote in `pil.yaml` is lost."""
    file = listing.root / "pil.yaml"
    if named is not None and not proposals.has_entries(surveys):
        return []
    day = newest_day(listing.root) if named is None else named.as_of
    if day is None:
        raise WorkspaceError(_nothing(listing))
    name = readable_name(listing.root.resolve().name) if named is None else named.name
    text = proposals.workspace_text(name, day, surveys)
    if named is not None:
        filled = proposals.filled_in(file.read_text("utf-8-sig"), surveys)
        file = file if filled is not None else file.with_name(PROPOSED)
        text = text if filled is None else filled
    file.write_text(text, encoding="utf-8")
    return [file]


def _nothing(listing: Listing) -> Problem:
    names = [readable_name(listing.name(p)) for p in listing.foreign]
    shown = "、".join(names[:5]) + (f" 等 {len(names)} 个" if len(names) > 5 else "")
    what = "文件夹里没有数据文件，无从检查"
    what += f"（不是数据文件：{shown}）" if names else ""
    return Problem(str(listing.root), "", what, "放入表格、图层或影像后再试")


def _modelless(models: Sequence[Model]) -> list[Problem]:
    if models:
        return []
    return [Problem("pil.yaml", "models", "没有写任何模型", "请写 models: [builtin]")]


def _problems(found: Iterable[Problem]) -> list[Problem]:
    """Return every problem once, in order."""
    return list(dict.fromkeys(map(masked_problem, found)))


def _look(
    check: Check,
    materials: Materials,
    catalog: Catalog,
    what: tuple[Workspace, Sequence[Model]],
) -> None:
    """Fill in what the data say: sources, readings, overviews, models."""
    workspace, models = what
    check.sources = [s.model_dump(mode="json") for s in materials.sources]
    check.readings = filing.readings(materials.reports, check.sources, catalog.datasets)
    recovered = subjects.recovered_codes(materials.frames, catalog.datasets)
    check.readings += filing.joint_readings(recovered, catalog.datasets)
    check.overviews = _overviews(materials, catalog, what)
    found = linked(workspace, catalog, materials, models)
    inputs = inputs_of(workspace, catalog, materials, found)
    personal = workspace.personal is not None
    check.models = model_outlook(models, inputs, personal=personal)
    check.unlocks = unlocks(check.models, catalog.datasets)


def _overviews(
    materials: Materials, catalog: Catalog, what: tuple[Workspace, Sequence[Model]]
) -> list[dict[str, Any]]:
    workspace, models = what
    wanted = required_columns(models)
    told = []
    for name, frame in materials.frames.items():
        dataset = catalog.datasets[name]
        about = overview(frame, dataset, wanted.get(name, ()), workspace.as_of)
        columns = (*about["missing"], *about["period"])
        about["words"] = {c: dataset.words(c) for c in columns}
        about["duplicates"] = duplicates(frame, _entries_of(name, materials))
        told.append(about)
    return told


def _entries_of(dataset: str, materials: Materials) -> pd.DataFrame:
    """Return the quarantine entries of the files of a data set."""
    files = [s.file for s in materials.sources if s.dataset == dataset]
    quarantine = materials.quarantine
    return quarantine[quarantine["source"].isin(files)]
