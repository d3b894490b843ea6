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
from pil_discovery.errors import PilError, Problem, ReadError
from pil_discovery.pipeline import sandbox
from pil_discovery.pipeline.archives import with_archive
from pil_discovery.pipeline.databases import queried_layer, queried_table
from pil_discovery.types import QUARANTINE_COLUMNS, Layer, Source, Table

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from pil_discovery.catalog import Catalog
    from pil_discovery.types import (
        Dataset,
        Image,
        ImageSource,
        LayerSource,
        ReadReport,
        RecordSource,
        Workspace,
    )

    Surveyed = Mapping[str, tuple[RecordSource | LayerSource | None, Table | Layer]]


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
    """

    frames: Mapping[str, pd.DataFrame]
    images: tuple[Image, ...]
    sources: tuple[Source, ...]
    quarantine: pd.DataFrame
    reports: tuple[tuple[str, ReadReport], ...] = ()


def read_records(
    path: str | Path,
    dataset: str | None = None,
    *,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> Table:
    """Read a table file into typed rows and a quarantine.

    Parameters
    ----------
    path
        CSV, TSV, TXT, XLSX, XLS or ODS file.
    dataset
        Id of the canonical data set; None recognises it from the headers.
    sheet
        Sheet to read; None reads every visible sheet that fits.
    columns
        Header in the file → canonical column, where the headers do not tell.
    units
        Canonical column → unit of the file (`万元`, `亩`, …).
    encoding
        Text encoding; None tries BOM, UTF-8, GB18030, in that order, strictly.

    Returns
    -------
    Table
        `.frame`, `.quarantine`, `.report`.

    Raises
    ------
    ReadError
        If the file cannot be read as what it claims to be.
    """
    return sandbox.read_table(
        Path(path),
        load_catalog().datasets,
        wanted=dataset,
        sheet=sheet,
        columns=columns,
        units=units,
        encoding=encoding,
    )


def read_layer(
    path: str | Path,
    dataset: str | None = None,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
) -> Layer:
    """Read a vector layer into EPSG:4490.

    Parameters
    ----------
    path
        GeoPackage, Shapefile, file geodatabase (`.gdb`), GeoJSON, FlatGeobuf, KML,
        KMZ or GeoParquet file.
    dataset
        Id of the canonical data set; None recognises it from the column names.
    layer
        Layer inside the file.
    crs
        Coordinate system, needed when the file does not carry one
        (`EPSG:…`, `GCJ-02`, `BD-09`).
    encoding
        Encoding of the attribute text.

    Returns
    -------
    Layer
        `.frame` (GeoDataFrame in EPSG:4490), `.quarantine`, `.report`, `.provenance`.

    Raises
    ------
    ReadError, CrsError
        If the file or its coordinate system cannot be used.
    """
    return sandbox.read_vector(
        Path(path),
        load_catalog().datasets,
        wanted=dataset,
        layer=layer,
        crs=crs,
        encoding=encoding,
    )


def read_image(
    path: str | Path,
    *,
    acquired: dt.datetime | str,
    sensor: str,
    bands: Mapping[str, int],
    cloud_mask: str | Path | None = None,
) -> Image:
    """Open a picture with its provenance.

    Parameters
    ----------
    path
        GeoTIFF, JPEG 2000 or ENVI file.
    acquired
        Time of acquisition with time zone.
    sensor
        Sensor and product level in words.
    bands
        Canonical band name → band number from 1.
    cloud_mask
        Raster on the same grid; every value but 0 is cloud. The quality band of a
        Landsat or Sentinel-2 product under its own name is read by its codes.

    Raises
    ------
    ReadError, CrsError, ImageError
        If the picture cannot serve as evidence.
    """
    return sandbox.read_raster(
        Path(path),
        acquired=acquired,
        sensor=sensor,
        bands=dict(bands),
        cloud_mask=None if cloud_mask is None else Path(cloud_mask),
    )


def survey_table(
    path: Path,
    datasets: Mapping[str, Dataset],
    *,
    root: Path,
    progress: Callable[[int, int], None] | None = None,
) -> Table:
    """Read a file of rows as what it is, or say what it may be."""
    return sandbox.survey_table(path, datasets, root=root, progress=progress)


def survey_layer(path: Path, datasets: Mapping[str, Dataset], *, root: Path) -> Layer:
    """Read a vector file as what it is, or say what it may be and lacks."""
    return sandbox.survey_vector(path, datasets, root=root)


def open_workspace(path: str | Path) -> Workspace:
    """Read `pil.yaml` of a folder.

    Raises
    ------
    WorkspaceError
        With every mistake at once: missing file, path outside the workspace, unknown
        data set, column or unit, wrong type.
    """
    return read_workspace(Path(path), load_catalog().datasets)


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
        told = {"crs": entry.crs, **_given(entry)}
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
        if found is None or under != entry:
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
            **_given(entry),
            valid_from=entry.valid_from,
            valid_to=entry.valid_to,
            scale=entry.scale,
            sigma_m=entry.sigma_m,
            repair=entry.repair,
            root=self._root,
        )

    def image(self, entry: ImageSource) -> None:
        mask = entry.cloud_mask
        image = sandbox.read_raster(
            self._root / entry.file,
            acquired=entry.acquired,
            sensor=entry.sensor,
            bands=entry.bands,
            files={band: self._root / file for band, file in entry.files.items()},
            cloud_mask=None if mask is None else self._root / mask,
            mask_kind=entry.mask_kind,
            nodata=entry.nodata,
            scale=entry.scale,
            offset=entry.offset,
            crs=entry.crs,
            sigma_m=entry.sigma_m,
            orthorectified=entry.orthorectified,
            licence=entry.licence,
            obtained_by=entry.obtained_by,
            **_given(entry),
            root=self._root,
        )
        self._images.append(image)

    def materials(self) -> Materials:
        """Put the files of each data set together."""
        joined = {d: records.combine(t) for d, t in self._tables.items()}
        frames: dict[str, pd.DataFrame] = {}
        for dataset in sorted({*joined, *self._layers}):
            parts = [joined[dataset].frame] if dataset in joined else []
            parts += [
                pd.DataFrame(layer.frame) for layer in self._layers.get(dataset, ())
            ]
            frames[dataset] = parts[0] if len(parts) == 1 else _stacked(parts)
        read: list[Table | Layer] = [*joined.values(), *chain(*self._layers.values())]
        sources = [s for t in read for s in t.sources]
        sources += [_picture(image) for image in self._images]
        return Materials(
            frames=frames,
            images=tuple(sorted(self._images, key=lambda i: (i.acquired, str(i.path)))),
            sources=tuple(
                with_archive(self._root, s)
                for s in sorted(sources, key=lambda s: (s.file, s.dataset or ""))
            ),
            quarantine=_quarantine([t.quarantine for t in read]),
            reports=tuple(self._reports()),
        )

    def _reports(self) -> Iterator[tuple[str, ReadReport]]:
        read: list[Table | Layer] = [
            *chain(*self._tables.values()),
            *chain(*self._layers.values()),
        ]
        for table in read:
            for source in table.sources[:1]:
                yield source.file, table.report
        for image in self._images:
            yield image.provenance.file, layers.report_of(image.provenance)


def _stacked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True)


def _given(entry: RecordSource | LayerSource | ImageSource) -> dict[str, str | None]:
    """Return who gave a source out, and the day (ISO) on which it was obtained."""
    day = None if entry.obtained is None else entry.obtained.isoformat()
    return {"issuer": entry.issuer, "obtained": day}


def _picture(image: Image) -> Source:
    taken = image.acquired_date.isoformat()
    provenance = image.provenance
    return Source(
        dataset="image",
        file=provenance.file,
        sha256=provenance.sha256,
        bytes=provenance.bytes,
        crs=provenance.crs,
        kind="image",
        issuer=provenance.issuer,
        obtained=provenance.obtained,
        licence=provenance.licence,
        period=(taken, taken),
        parts=provenance.parts,
    )


def _quarantine(parts: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [p for p in parts if len(p)]
    if not filled:
        return pd.DataFrame(columns=list(QUARANTINE_COLUMNS))
    rows = pd.concat(filled, ignore_index=True)
    order = ["source", "sheet", "row", "column"]
    return rows.sort_values(order, kind="stable", na_position="first").reset_index(
        drop=True
    )
