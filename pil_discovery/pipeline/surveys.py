"""Every file of a folder that no workspace names yet, read once, and what it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from pil_discovery import layers
from pil_discovery.errors import PilError, Problem
from pil_discovery.pipeline import reading
from pil_discovery.pipeline.folder import kind_of, readable_name
from pil_discovery.types import LayerSource, RecordSource, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pil_discovery.pipeline.folder import Kind, Listing
    from pil_discovery.types import Dataset, Layer, Suggestion

    Progress = Callable[[str, int, int], None]

_ENCODING = frozenset({"编码", "文字编码"})


@dataclass(frozen=True)
class Survey:
    """One file, read once.

    Attributes
    ----------
    file
        Its path below the folder, with slashes.
    found
        What was read; None for pictures and files that cannot be read.
    problems
        Why it cannot be used as it is.
    """

    file: str
    kind: Kind
    found: Table | Layer | None = None
    problems: tuple[Problem, ...] = ()

    @cached_property
    def entry(self) -> RecordSource | LayerSource | None:
        """The entry for `pil.yaml`; None where the data set is not known."""
        if self.found is None or self.found.dataset is None:
            return None
        noun = RecordSource if self.kind == "table" else LayerSource
        return noun(
            dataset=self.found.dataset.id, file=self.file, encoding=self._encoding()
        )

    def _encoding(self) -> str | None:
        """Return the encoding where it had to be concluded and is not the usual one."""
        assert self.found is not None  # noqa: S101 - asked only of files that were read
        concluded = any(i.what in _ENCODING for i in self.found.report.inferences)
        named = next((s.encoding for s in self.found.sources), None)
        if not concluded or named is None or named.startswith("utf"):
            return None
        return named

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it was recognised as what it is."""
        if self.entry is None or self.found is None:
            return ()
        fitting = [
            c for c in self.found.report.candidates if c.dataset == self.entry.dataset
        ]
        return fitting[0].reasons if fitting else ()

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """What `pil.yaml` could say of it."""
        return () if self.found is None else self.found.report.suggestions


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
        Files (relative, with slashes) that a workspace names already.
    """
    listed = set(known)
    surveys = []
    for done, path in enumerate(listing.data):
        name = listing.name(path)
        if progress is not None:
            progress(readable_name(name), done, len(listing.data))
        if readable_name(name) != name:
            surveys.append(Survey(name, kind_of(path), problems=(_misnamed(name),)))
        elif name not in listed:
            watch = progress and partial(progress, name)
            surveys.append(_survey(name, path, datasets, (listing.root, watch)))
    return surveys


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
    if kind == "picture":
        return Survey(name, kind)
    root, watch = how
    try:
        if kind == "table":
            found: Table | Layer = reading.survey_table(
                path, datasets, root=root, progress=watch
            )
        else:
            found = reading.survey_layer(path, datasets, root=root)
    except PilError as error:
        return Survey(name, kind, problems=error.problems)
    return Survey(name, kind, _with_crs_advice(found), found.report.problems)


def _with_crs_advice(found: Table | Layer) -> Table | Layer:
    """Say what the coordinates of a table could be in; a layer has that already."""
    if not isinstance(found, Table) or "_x" not in found.frame.columns:
        return found
    xy = found.frame[["_x", "_y"]].to_numpy(dtype=float, na_value=np.nan)
    advice = layers.suggest_crs(xy[np.isfinite(xy).all(axis=1)])
    told = {"suggestions": (*found.report.suggestions, advice)}
    return replace(found, report=found.report.model_copy(update=told))
