"""The workspace file `pil.yaml` as a noun."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pydantic import Field as _Field

from pil_discovery.types.base import Noun


class Office(Noun):
    """The procuratorate that screens."""

    name: str
    short: str = ""


class RecordSource(Noun):
    """A table file of the workspace and how to read it where guessing is unsafe.

    `century` gives 1900 or 2000 for date columns whose years have two digits.
    """

    dataset: str
    file: str
    sheet: str | None = None
    columns: dict[str, str] = _Field(default_factory=dict)
    units: dict[str, str] = _Field(default_factory=dict)
    century: dict[str, int] = _Field(default_factory=dict)
    encoding: str | None = None
    crs: str | None = None
    sigma_m: float | None = None
    issuer: str | None = None
    obtained: dt.date | None = None


class LayerSource(Noun):
    """A vector file of the workspace with what the file itself does not say."""

    dataset: str
    file: str
    layer: str | None = None
    columns: dict[str, str] = _Field(default_factory=dict)
    units: dict[str, str] = _Field(default_factory=dict)
    encoding: str | None = None
    crs: str | None = None
    issuer: str | None = None
    obtained: dt.date | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    scale: int | None = None
    sigma_m: float | None = None


class ImageSource(Noun):
    """A picture of the workspace."""

    file: str
    acquired: dt.datetime
    sensor: str
    bands: dict[str, int]
    cloud_mask: str | None = None
    issuer: str | None = None
    obtained: dt.date | None = None
    sigma_m: float | None = None


class Personal(Noun):
    """The written ground on which models about private persons may run."""

    basis: str


class Workspace(Noun):
    """A folder with `pil.yaml`: sources, as-of date, jurisdiction, office.

    `root` is the folder. All file paths are relative to it and stay inside it.
    """

    root: Path
    name: str
    as_of: dt.date
    jurisdiction: str
    office: Office
    records: tuple[RecordSource, ...] = ()
    layers: tuple[LayerSource, ...] = ()
    images: tuple[ImageSource, ...] = ()
    models: tuple[str, ...] = ("builtin",)
    personal: Personal | None = None
