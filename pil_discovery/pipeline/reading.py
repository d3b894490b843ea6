"""From files to what models may see: tables, layers, pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pandas as pd

from pil_discovery import layers, records
from pil_discovery.catalog import load_catalog, read_workspace
from pil_discovery.catalog.limits import source_name
from pil_discovery.catalog.workspace import named_folders
from pil_discovery.errors import PilError, Problem, ReadError
from pil_discovery.pipeline.archives import with_archive
from pil_discovery.pipeline.materials import (
    given,
    joined_quarantine,
    source_of_picture,
    stacked,
    with_joint_notes,
)
from pil_discovery.pipeline.persons import masked_problems, salt_of, without_persons
from pil_discovery.pipeline.sources import Errand, read_source
from pil_discovery.types import (
    Image,
    ImageSource,
    Layer,
    LayerSource,
    RecordSource,
    Source,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pil_discovery.catalog import Catalog
    from pil_discovery.pipeline.cluster import Cluster
    from pil_discovery.pipeline.sources import Content, Entry
    from pil_discovery.types import Dataset, ReadReport, Workspace

    Surveyed = Mapping[str, tuple[Entry | None, Content]]
    Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Materials:
    """Everything a workspace holds, read.

    Attributes
    ----------
    frames
        Data set → rows of all its sources together.
    quarantine
        Every row or cell not used, columns `QUARANTINE_COLUMNS`.
    reports
        File → how it was read (several files of a data set keep their own).
    outlines
        Every layer by itself, its geometries alone.
    """

    frames: Mapping[str, pd.DataFrame]
    images: tuple[Image, ...]
    sources: tuple[Source, ...]
    quarantine: pd.DataFrame
    reports: tuple[tuple[str, ReadReport], ...] = ()
    outlines: tuple[Layer, ...] = ()


def open_workspace(path: str | Path) -> Workspace:
    """Read `pil.yaml` of a folder.

    Raises
    ------
    WorkspaceError
        With every mistake at once: missing file, path outside the workspace, unknown
        data set, column or unit, wrong type.
    CatalogError
        With every mistake of the local folders of models that it names.
    """
    folder = Path(path)
    catalog = load_catalog(named_folders(folder))
    return read_workspace(folder, catalog.datasets)


def read_sources(
    workspace: Workspace,
    catalog: Catalog,
    progress: Progress | None = None,
    *,
    cluster: Cluster | None = None,
    salt: bytes | None = None,
) -> Materials:
    """Read every source that a workspace names.

    Parameters
    ----------
    salt
        Of the whole workspace, where this is a part of it; None: of this one.

    Raises
    ------
    ReadError
        With the problems of all files that cannot be read.
    """
    materials, problems = gather(
        workspace, catalog, progress, cluster=cluster, salt=salt
    )
    if problems:
        raise ReadError(problems)
    return materials


def gather(
    workspace: Workspace,
    catalog: Catalog,
    progress: Progress | None = None,
    *,
    surveyed: Surveyed | None = None,
    cluster: Cluster | None = None,
    salt: bytes | None = None,
) -> tuple[Materials, list[Problem]]:
    """Read what can be read, and list the problems of the files that cannot.

    Parameters
    ----------
    surveyed
        Sources read already, by file, with the entry under which they were read.
    cluster
        Whose processes read the files; databases are asked from here.
    salt
        As for `read_sources`.
    """
    secret = salt_of(workspace) if salt is None else salt
    entries: list[Entry] = [*workspace.records, *workspace.layers, *workspace.images]
    reading = _Reading(workspace, catalog.datasets)
    outcomes = [
        _begin(
            Errand(entry, workspace.root, catalog.datasets, secret),
            progress,
            surveyed=surveyed or {},
            cluster=cluster,
        )
        for entry in entries
    ]
    problems: list[Problem] = []
    for done, (entry, outcome) in enumerate(zip(entries, outcomes, strict=True)):
        if progress is not None:
            progress(source_name(entry), done, len(entries))
        try:
            reading.add(entry, outcome())
        except PilError as error:
            problems += error.problems
    return reading.materials(), problems


def _begin(
    errand: Errand,
    progress: Progress | None,
    *,
    surveyed: Surveyed,
    cluster: Cluster | None,
) -> Callable[[], Content]:
    """Return how to get what a source holds; a cluster begins to read it now."""
    known = surveyed.get(errand.entry.file or "")
    if known is not None and known[0] == errand.entry:
        return partial(_as_surveyed, errand, known[1])
    if cluster is not None and errand.entry.file is not None:
        return cluster.submit(read_source, errand).result
    return partial(read_source, replace(errand, progress=progress))


def _as_surveyed(errand: Errand, found: Content) -> Content:
    """Return a source that was read under this very entry already.

    Raises
    ------
    ReadError
        If that reading failed; a second one would fail alike.
    """
    if isinstance(found, Image) != isinstance(errand.entry, ImageSource):
        return read_source(errand)
    if not isinstance(found, Image) and found.report.problems:
        raise ReadError(masked_problems(found.report.problems))
    return without_persons(found, errand.salt)


class _Reading:
    """The sources of one workspace as they come in."""

    def __init__(self, workspace: Workspace, datasets: Mapping[str, Dataset]) -> None:
        self._root = workspace.root
        self._datasets = datasets
        self._tables: dict[str, list[Table]] = {}
        self._layers: dict[str, list[Layer]] = {}
        self._images: list[Image] = []

    def add(self, entry: Entry, content: Content) -> None:
        """Take in what one source holds."""
        if isinstance(content, Image):
            self._images.append(content)
        elif isinstance(entry, RecordSource):
            self._add_table(entry, cast("Table", content))
        elif isinstance(entry, LayerSource):
            layer = cast("Layer", content)
            self._layers.setdefault(entry.dataset, []).append(layer)

    def _add_table(self, entry: RecordSource, table: Table) -> None:
        if "_x" in table.frame.columns and self._datasets[entry.dataset].has_geometry:
            table = layers.place_records(table, crs=entry.crs, sigma_m=entry.sigma_m)
        told = {"crs": entry.crs, **given(entry)}
        sources = tuple(s.model_copy(update=told) for s in table.sources)
        self._tables.setdefault(entry.dataset, []).append(
            replace(table, sources=sources)
        )

    def materials(self) -> Materials:
        """Put the files of each data set together."""
        joined = {d: records.combine(t) for d, t in self._tables.items()}
        frames: dict[str, pd.DataFrame] = {}
        for dataset in sorted({*joined, *self._layers}):
            parts = [joined[dataset].frame] if dataset in joined else []
            parts += [
                pd.DataFrame(layer.frame) for layer in self._layers.get(dataset, ())
            ]
            frames[dataset] = parts[0] if len(parts) == 1 else stacked(parts)
        read: list[Table | Layer] = [*joined.values(), *chain(*self._layers.values())]
        sources = [s for t in read for s in t.sources]
        sources += [source_of_picture(image) for image in self._images]
        return Materials(
            frames=frames,
            images=tuple(sorted(self._images, key=lambda i: (i.acquired, str(i.path)))),
            sources=tuple(
                with_archive(self._root, s)
                for s in sorted(sources, key=lambda s: (s.file, s.dataset or ""))
            ),
            quarantine=joined_quarantine([t.quarantine for t in read]),
            reports=tuple(self._reports(joined)),
            outlines=tuple(map(_outline, chain(*self._layers.values()))),
        )

    def _reports(self, joined: Mapping[str, Table]) -> Iterator[tuple[str, ReadReport]]:
        for dataset, tables in self._tables.items():
            for table in tables[:-1]:
                yield table.sources[0].file, table.report
            last = tables[-1]
            yield last.sources[0].file, with_joint_notes(last, tables, joined[dataset])
        for layer in chain(*self._layers.values()):
            yield layer.sources[0].file, layer.report
        for image in self._images:
            yield image.provenance.file, layers.report_of(image.provenance)


def _outline(layer: Layer) -> Layer:
    return replace(layer, frame=layer.frame[["geometry"]])
