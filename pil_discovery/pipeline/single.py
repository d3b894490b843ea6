"""Run single models over a workspace, reading only the sources that they use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.catalog import load_catalog
from pil_discovery.errors import GateError, Problem
from pil_discovery.findings.name_links import asks_for_subjects
from pil_discovery.pipeline.flow import inputs_of, linked, local_folders
from pil_discovery.pipeline.persons import salt_of
from pil_discovery.pipeline.reading import open_workspace, read_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pil_discovery.catalog import Catalog
    from pil_discovery.findings import Inputs
    from pil_discovery.types import Model, Workspace


@dataclass(frozen=True)
class Place:
    """A workspace and the catalogue that its local folders make."""

    workspace: Workspace
    catalog: Catalog


def open_place(folder: Path, extra: Sequence[Path] = ()) -> Place:
    """Open a workspace with its models, and those of further folders."""
    workspace = open_workspace(folder)
    folders = dict.fromkeys((*local_folders(workspace), *extra))
    return Place(workspace, load_catalog(tuple(folders)))


def inputs_for(place: Place, models: Iterable[Model]) -> Inputs:
    """Read the sources that these models use; the others are left alone.

    Raises
    ------
    GateError
        If a model is about private persons and the workspace names no ground for it.
    ReadError
        With the problems of all files that cannot be read.
    """
    chosen = list(models)
    _demand_ground(place.workspace, chosen)
    names = {name for m in chosen for name in (*m.data, *m.clears)}
    datasets = place.catalog.datasets
    if any(asks_for_subjects(m, datasets) for m in chosen):
        # who a subject is depends on every register that speaks of parties
        names |= {name for name, dataset in datasets.items() if dataset.parties}
    whole = place.workspace
    part = whole.model_copy(
        update={
            "records": tuple(s for s in whole.records if s.dataset in names),
            "layers": tuple(s for s in whole.layers if s.dataset in names),
            "images": whole.images if "image" in names else (),
        }
    )
    materials = read_sources(part, place.catalog, salt=salt_of(whole))
    found = linked(part, place.catalog, materials, chosen)
    return inputs_of(part, place.catalog, materials, found)


def _demand_ground(workspace: Workspace, models: Iterable[Model]) -> None:
    personal = [m.code for m in models if m.personal]
    if personal and workspace.personal is None:
        what = f"{'、'.join(personal)} 涉及自然人，工作区没有写明使用数据的依据"
        remedy = "取得授权后在 pil.yaml 写 personal: {basis: 文号}"
        raise GateError(Problem("pil.yaml", "personal", what, remedy))
