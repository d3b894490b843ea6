"""From files to what models may see: tables, layers, pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pil_discovery import layers, records
from pil_discovery.catalog import load_catalog, read_workspace
from pil_discovery.catalog.limits import source_name
from pil_discovery.catalog.positional_error import error_of_scale
from pil_discovery.catalog.workspace import named_folders
from pil_discovery.errors import PilError, Problem, ReadError
from pil_discovery.pipeline import sandbox
from pil_discovery.pipeline.archives import with_archive
from pil_discovery.pipeline.databases import queried_layer, queried_table
from pil_discovery.pipeline.files import read_entry
from pil_discovery.pipeline.materials import (
    given,
    joined_quarantine,
    source_of_picture,
    stacked,
    with_joint_notes,
)
from pil_discovery.types import Image, Layer, Source, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pil_discovery.catalog import Catalog
    from pil_discovery.types import (
        Dataset,
        ImageSource,
        LayerSource,
        ReadReport,
        RecordSource,
        Workspace,
    )

    Entry = RecordSource | LayerSource | ImageSource
    Surveyed = Mapping[str, tuple[Entry | None, Table | Layer | Image]]


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
    progress: Callable[[str, int, int], None] | None = None,
) -> Materials:
    """Read every source that a workspace names.

    Raises
    ------
    ReadError
        With the problems of all files that cannot be read.
    """
    materials, problems = gather(workspace, catalog, progress)
    if problems:
        raise ReadError(problems)
    return materials


def gather(
    workspace: Workspace,
    catalog: Catalog,
    progress: Callable[[str, int, int], None] | None = None,
    *,
    surveyed: Surveyed | None = None,
) -> tuple[Materials, list[Problem]]:
    """Read what can be read, and list the problems of the files that cannot.

    Parameters
    ----------
    surveyed
        Sources read already, by file, with the entry under which they were read.
    """
    reading = _Reading(workspace, catalog.datasets, surveyed or {}, progress)
    jobs: list[tuple[str, Callable[[], None]]] = [
        *((source_name(e), partial(reading.record, e)) for e in workspace.records),
        *((source_name(e), partial(reading.layer, e)) for e in workspace.layers),
        *((e.file, partial(reading.image, e)) for e in workspace.images),
    ]
    problems: list[Problem] = []
    for done, (file, job) in enumerate(jobs):
        if progress is not None:
            progress(file, done, len(jobs))
        try:
            job()
        except PilError as error:
            problems += error.problems
    return reading.materials(), problems


class _Reading:
    """The sources of one workspace as they come in."""

    def __init__(
        self,
        workspace: Workspace,
        datasets: Mapping[str, Dataset],
        surveyed: Surveyed,
        progress: Callable[[str, int, int], None] | None,
    ) -> None:
        self._root = workspace.root
        self._datasets = datasets
        self._surveyed = surveyed
        self._progress = progress
        self._tables: dict[str, list[Table]] = {}
        self._layers: dict[str, list[Layer]] = {}
        self._images: list[Image] = []

    def record(self, entry: RecordSource) -> None:
        table = self._known(entry)
        if not isinstance(table, Table):
            table = self._table(entry)
        if "_x" in table.frame.columns and self._datasets[entry.dataset].has_geometry:
            table = layers.place_records(table, crs=entry.crs, sigma_m=entry.sigma_m)
        told = {"crs": entry.crs, **given(entry)}
        sources = tuple(s.model_copy(update=told) for s in table.sources)
        self._tables.setdefault(entry.dataset, []).append(
            replace(table, sources=sources)
        )

    def _known(self, entry: RecordSource | LayerSource) -> Table | Layer | None:
        """Return a source that was read under this very entry already.

        Raises
        ------
        ReadError
            If that reading failed; a second one would fail alike.
        """
        under, found = self._surveyed.get(entry.file or "", (None, None))
        if found is None or isinstance(found, Image) or under != entry:
            return None
        if found.report.problems:
            raise ReadError(found.report.problems)
        return found

    def _table(self, entry: RecordSource) -> Table:
        if entry.file is None:
            return queried_table(entry, self._datasets)
        return sandbox.read_table(
            self._root / entry.file,
            self._datasets,
            wanted=entry.dataset,
            sheet=entry.sheet,
            columns=entry.columns,
            units=entry.units,
            encoding=entry.encoding,
            century=entry.century,
            root=self._root,
            progress=self._progress and partial(self._progress, entry.file),
        )

    def layer(self, entry: LayerSource) -> None:
        layer = self._known(entry)
        if not isinstance(layer, Layer):
            layer = self._layer(entry)
        self._layers.setdefault(entry.dataset, []).append(layer)

    def _layer(self, entry: LayerSource) -> Layer:
        if entry.file is None:
            return queried_layer(entry, self._datasets)
        return sandbox.read_vector(
            self._root / entry.file,
            self._datasets,
            wanted=entry.dataset,
            layer=entry.layer,
            crs=entry.crs,
            encoding=entry.encoding,
            columns=entry.columns,
            units=entry.units,
            **given(entry),
            valid_from=entry.valid_from,
            valid_to=entry.valid_to,
            scale=entry.scale,
            sigma_m=entry.sigma_m,
            expected=error_of_scale(entry.scale),
            repair=entry.repair,
            root=self._root,
        )

    def image(self, entry: ImageSource) -> None:
        under, found = self._surveyed.get(entry.file, (None, None))
        known = found if under == entry and isinstance(found, Image) else None
        self._images.append(known or read_entry(entry, self._root))

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
