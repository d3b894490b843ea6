"""Every file of a folder that no workspace names yet, read once, and what it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery import layers
from pil_discovery.errors import PilError, Problem
from pil_discovery.pipeline import sandbox
from pil_discovery.pipeline.files import read_entry
from pil_discovery.pipeline.folder import readable_name
from pil_discovery.pipeline.kinds import kind_of
from pil_discovery.pipeline.persons import masked_problems, masked_report
from pil_discovery.pipeline.scenes import draft_pictures
from pil_discovery.types import Image, ImageSource, LayerSource, RecordSource, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pil_discovery.pipeline.folder import Listing
    from pil_discovery.pipeline.kinds import Kind
    from pil_discovery.pipeline.scenes import Draft
    from pil_discovery.types import Dataset, Layer, Suggestion

    Progress = Callable[[str, int, int], None]

_ENCODING = frozenset({"编码", "文字编码"})


@dataclass(frozen=True)
class Survey:
    """One file, or the files of one picture, read once.

    Attributes
    ----------
    file
        Its path below the folder, with slashes.
    found
        What was read; None for what cannot be read as it is.
    problems
        Why it cannot be used as it is.
    draft
        Of a picture: its files, and what their names tell.
    """

    file: str
    kind: Kind
    found: Table | Layer | Image | None = None
    problems: tuple[Problem, ...] = ()
    draft: Draft | None = None

    @cached_property
    def entry(self) -> RecordSource | LayerSource | ImageSource | None:
        """The entry for `pil.yaml`; None where something has to be decided first."""
        if isinstance(self.found, Image):
            return None if self.draft is None else self.draft.entry
        if self.found is None or self.found.dataset is None:
            return None
        noun = RecordSource if self.kind == "table" else LayerSource
        return noun(
            dataset=self.found.dataset.id,
            file=self.file,
            encoding=_encoding(self.found),
        )

    @property
    def rows(self) -> Table | Layer | None:
        """What was read of rows or features."""
        return None if isinstance(self.found, Image) else self.found

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it was recognised as what it is."""
        if self.rows is None or self.rows.dataset is None:
            return ()
        name = self.rows.dataset.id
        fitting = [c for c in self.rows.report.candidates if c.dataset == name]
        return fitting[0].reasons if fitting else ()

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """What `pil.yaml` could say of it."""
        return () if self.rows is None else self.rows.report.suggestions


def _encoding(found: Table | Layer) -> str | None:
    """Return the encoding where it had to be concluded and is not the usual one."""
    concluded = any(i.what in _ENCODING for i in found.report.inferences)
    named = next((s.encoding for s in found.sources), None)
    if not concluded or named is None or named.startswith("utf"):
        return None
    return named


def survey_folder(
    listing: Listing,
    datasets: Mapping[str, Dataset],
    *,
    known: Iterable[str] = (),
    progress: Progress | None = None,
) -> list[Survey]:
    """Read every data file of a folder that is not known yet.

    Parameters
    ----------
    known
        Files (relative, with slashes) that a workspace names already; what belongs to
        a picture among them is not read either.
    """
    listed = set(known)
    surveys: list[Survey] = []
    pictures: list[str] = []
    for done, path in enumerate(listing.data):
        name = listing.name(path)
        if progress is not None:
            progress(readable_name(name), done, len(listing.data))
        if readable_name(name) != name:
            surveys.append(Survey(name, kind_of(path), problems=(_misnamed(name),)))
        elif kind_of(path) == "picture":
            pictures.append(name)
        elif name not in listed:
            watch = progress and partial(progress, name)
            surveys.append(_survey(name, path, datasets, (listing.root, watch)))
    drafts = draft_pictures(pictures, listing.root)
    new = [draft for draft in drafts if listed.isdisjoint(draft.covers)]
    surveys += [_survey_picture(draft, listing.root) for draft in new]
    return sorted(surveys, key=lambda s: s.file)


def _misnamed(name: str) -> Problem:
    what = "文件名不是 UTF-8 编码（多为压缩包解开时所致），未读取"
    return Problem(readable_name(name), "", what, "请把文件和所在文件夹改名后再试")


def _survey(
    name: str,
    path: Path,
    datasets: Mapping[str, Dataset],
    how: tuple[Path, Callable[[int, int], None] | None],
) -> Survey:
    """Read one file; `how` is the workspace, and who hears how far the reading is."""
    kind = kind_of(path)
    root, watch = how
    try:
        if kind == "table":
            found: Table | Layer = sandbox.survey_table(
                path, datasets, root=root, progress=watch
            )
        else:
            found = sandbox.survey_vector(path, datasets, root=root)
    except PilError as error:
        return Survey(name, kind, problems=tuple(masked_problems(error.problems)))
    found = replace(found, report=masked_report(found.report))
    return Survey(name, kind, _with_crs_advice(found), found.report.problems)


def _survey_picture(draft: Draft, root: Path) -> Survey:
    """Read a picture with nothing told but what names and files say themselves."""
    file = draft.entry.file
    try:
        found = read_entry(draft.entry, root)
    except PilError as error:
        problems = tuple(_untold(error.problems, file))
        return Survey(file, "picture", problems=problems, draft=draft)
    return Survey(file, "picture", found, draft=draft)


_TOLD = ("acquired", "sensor", "bands")
"""What `pil.yaml` has to say of a picture where neither file nor name does."""


def _untold(problems: Sequence[Problem], file: str) -> Iterator[Problem]:
    """Yield what has to be told as one problem, and everything else as it is."""
    asked = [p for p in problems if p.where in _TOLD and p.file == file]
    if asked:
        what = "；".join(p.what for p in asked)
        names = "、".join(p.where for p in asked)
        remedy = f"在 pil.yaml 的 images 中写明 {names}"
        yield Problem(file, "images", f"影像还不能使用：{what}", remedy)
    yield from (p for p in problems if p not in asked)


def _with_crs_advice(found: Table | Layer) -> Table | Layer:
    """Say what the coordinates of a table could be in; a layer has that already."""
    if not isinstance(found, Table) or "_x" not in found.frame.columns:
        return found
    xy = found.frame[["_x", "_y"]].to_numpy(dtype=float, na_value=np.nan)
    advice = layers.suggest_crs(xy[np.isfinite(xy).all(axis=1)])
    told = {"suggestions": (*found.report.suggestions, advice)}
    return replace(found, report=found.report.model_copy(update=told))
