"""The workspace file `pil.yaml` as a noun."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

from pydantic import Field as _Field

from pil_discovery.types.base import Noun
from pil_discovery.types.pixels import MaskKind


class Office(Noun):
    """The procuratorate that screens."""

    name: str
    short: str = ""


class RecordSource(Noun):
    """A table of the workspace and how to read it where guessing is unsafe.

    It is either a `file`, or what a `database` answers to a `query`. `century` gives
    1900 or 2000 for date columns whose years have two digits. `classification` is the
    grade of a source that is not public (秘密, 内部 …): it leaves in no bundle.
    """

    dataset: str
    file: str | None = None
    database: str | None = _Field(default=None, repr=False)  # may hold a password
    query: str | None = None
    sheet: str | None = None
    columns: dict[str, str] = _Field(default_factory=dict)
    units: dict[str, str] = _Field(default_factory=dict)
    century: dict[str, int] = _Field(default_factory=dict)
    encoding: str | None = None
    crs: str | None = None
    sigma_m: float | None = None
    classification: str | None = None
    issuer: str | None = None
    obtained: dt.date | None = None


class LayerSource(Noun):
    """A layer of the workspace with what its source itself does not say.

    It is either a `file`, or what a PostGIS `database` answers to a `query`. With
    `repair`, invalid polygons are repaired where that is possible without doubt; each
    of them is listed with its area before and after.
    """

    dataset: str
    file: str | None = None
    database: str | None = _Field(default=None, repr=False)  # may hold a password
    query: str | None = None
    layer: str | None = None
    columns: dict[str, str] = _Field(default_factory=dict)
    units: dict[str, str] = _Field(default_factory=dict)
    encoding: str | None = None
    crs: str | None = None
    classification: str | None = None
    issuer: str | None = None
    obtained: dt.date | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    scale: int | None = None
    sigma_m: float | None = None
    repair: bool = False


class ImageSource(Noun):
    """A picture of the workspace: a raster file or a STAC Item.

    `acquired`, `sensor` and `bands` are needed where neither the Item nor the name of
    the product gives them. `files` names further files that hold one band each;
    `nodata`, `scale`, `offset` and `crs` count where the files declare none.
    """

    file: str
    acquired: dt.datetime | None = None
    sensor: str | None = None
    bands: dict[str, int] = _Field(default_factory=dict)
    files: dict[str, str] = _Field(default_factory=dict)
    cloud_mask: str | None = None
    mask_kind: MaskKind | None = None
    nodata: float | None = None
    scale: float | None = None
    offset: float | None = None
    crs: str | None = None
    sigma_m: float | None = None
    orthorectified: bool | None = None
    licence: str | None = None
    classification: str | None = None
    issuer: str | None = None
    obtained: dt.date | None = None
    obtained_by: str | None = None


class Personal(Noun):
    """The written ground on which models about private persons may run."""

    basis: str


class Capacity(Noun):
    """How many leads an office can check in the period, and how many of them by lot.

    `random_share` of the places, rounded up, go to leads below the cut.
    """

    leads: int
    random_share: Decimal = Decimal("0.15")


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
    capacity: Capacity | None = None
