"""One source of a workspace → what it holds, read as the workspace says."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from pil_discovery.catalog.positional_error import error_of_scale
from pil_discovery.errors import PilError
from pil_discovery.pipeline import sandbox
from pil_discovery.pipeline.databases import queried_layer, queried_table
from pil_discovery.pipeline.files import read_entry
from pil_discovery.pipeline.materials import given
from pil_discovery.pipeline.persons import masked_error, without_persons
from pil_discovery.types import ImageSource, RecordSource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import TypeAlias

    from pil_discovery.types import Dataset, Image, Layer, LayerSource, Table

    Entry: TypeAlias = RecordSource | LayerSource | ImageSource
    Content: TypeAlias = Table | Layer | Image


@dataclass(frozen=True)
class Errand:
    """A source to be read: its entry, its workspace, the data sets it may be.

    `salt` is the secret of the workspace, under which identity numbers are hidden.
    """

    entry: Entry
    root: Path
    datasets: Mapping[str, Dataset]
    salt: bytes = field(repr=False)
    progress: Callable[[str, int, int], None] | None = None


def read_source(errand: Errand) -> Content:
    """Read a file in the sandbox, or put a query to a database.

    Identity numbers of persons are pseudonyms in what is returned, and masked in what
    is raised.

    Raises
    ------
    ReadError
        If it cannot be read as what the workspace says it is.
    """
    try:
        return without_persons(_read(errand), errand.salt)
    except PilError as error:
        raise masked_error(error) from None


def _read(errand: Errand) -> Content:
    entry = errand.entry
    if isinstance(entry, ImageSource):
        return read_entry(entry, errand.root)
    if isinstance(entry, RecordSource):
        return _table(entry, errand)
    return _layer(entry, errand)


def _table(entry: RecordSource, errand: Errand) -> Table:
    if entry.file is None:
        return queried_table(entry, errand.datasets)
    return sandbox.read_table(
        errand.root / entry.file,
        errand.datasets,
        wanted=entry.dataset,
        sheet=entry.sheet,
        columns=entry.columns,
        units=entry.units,
        encoding=entry.encoding,
        century=entry.century,
        root=errand.root,
        progress=errand.progress and partial(errand.progress, entry.file),
    )


def _layer(entry: LayerSource, errand: Errand) -> Layer:
    if entry.file is None:
        return queried_layer(entry, errand.datasets)
    return sandbox.read_vector(
        errand.root / entry.file,
        errand.datasets,
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
        root=errand.root,
    )
