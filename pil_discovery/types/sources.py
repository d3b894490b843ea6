"""What was read: sources, tables, layers, images, and every row that was not used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pil_discovery.types.base import Noun

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from affine import Affine
    from numpy.typing import NDArray
    from pyproj import CRS
    from rasterio.windows import Window

    from pil_discovery.types.datasets import Dataset

ReasonClass = Literal[
    "encoding",
    "header",
    "type",
    "unit",
    "date",
    "key_missing",
    "key_conflict",
    "duplicate",
    "checksum",
    "range",
    "geometry_invalid",
    "geometry_empty",
    "crs",
    "outside_area",
    "truncated",
    "empty",
    "unsupported",
    "forbidden_path",
    "forbidden_driver",
    "too_large",
    "fields",
]

QUARANTINE_COLUMNS = (
    "source",
    "sheet",
    "row",
    "column",
    "value",
    "scope",
    "reason_class",
    "reason",
    "remedy",
)
"""Columns of quarantine frames; `scope` is `row` or `cell`, `row` counts from 1."""

ORIGIN_COLUMNS = ("_source", "_sheet", "_row")
"""Columns of every table frame that lead a row back to its file, sheet and row."""


class Source(Noun):
    """One input file as it was found."""

    dataset: str | None
    file: str
    sha256: str
    bytes: int
    rows_read: int = 0
    rows_used: int = 0
    rows_quarantined: int = 0
    encoding: str | None = None
    crs: str | None = None
    issuer: str | None = None
    obtained: str | None = None


class Inference(Noun):
    """Something that was concluded from the file instead of being told."""

    what: str
    value: str
    why: str


class Skipped(Noun):
    """A line that is not a record: title, header, footer, repeated header, blank."""

    row: int
    reason: str
    sheet: str | None = None


class ReadReport(Noun):
    """What reading a file gave; rows_read = rows_used + rows_quarantined, always."""

    rows_read: int
    rows_used: int
    rows_quarantined: int
    rows_skipped: tuple[Skipped, ...] = ()
    inferences: tuple[Inference, ...] = ()


@dataclass(frozen=True)
class Table:
    """A data set filled from sources.

    Attributes
    ----------
    frame
        Typed rows: canonical columns, then `_source`, `_sheet`, `_row`; where the
        export holds plain coordinates, `_x` and `_y` as given (easting/longitude,
        northing/latitude).
    quarantine
        Every row or cell not used, columns `QUARANTINE_COLUMNS`.
    """

    dataset: Dataset | None
    frame: pd.DataFrame
    quarantine: pd.DataFrame
    report: ReadReport
    sources: tuple[Source, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)


class LayerProvenance(Noun):
    """Where a vector layer comes from and how far its lines may be off.

    `sigma_m` is the one-axis positional standard deviation in metres; None means
    «not known», never zero. `crs_in` is the declared system of the file.
    """

    issuer: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    scale: int | None = None
    sigma_m: float | None = None
    sigma_source: str = ""
    crs_in: str = ""
    transformation: str = ""
    driver: str = ""
    layer: str | None = None


@dataclass(frozen=True)
class Layer:
    """A vector layer; `frame` is a GeoDataFrame in EPSG:4490 (CGCS2000)."""

    dataset: Dataset | None
    frame: gpd.GeoDataFrame
    quarantine: pd.DataFrame
    report: ReadReport
    provenance: LayerProvenance
    sources: tuple[Source, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)


class ImageProvenance(Noun):
    """Identity, acquisition, geometry and radiometry of a picture.

    Unknown stays None and is listed in `missing`; nothing is guessed.
    `acquired_utc` and `acquired_beijing` are ISO date-times of the same instant.
    """

    file: str
    sha256: str
    pixel_sha256: str
    bytes: int
    acquired_utc: str
    acquired_beijing: str
    sensor: str
    crs: str
    gsd_x_m: float
    gsd_y_m: float
    bands: tuple[str, ...]
    dtype: str
    nodata: float | None = None
    sigma_m: float | None = None
    sigma_source: str = ""
    product_id: str | None = None
    licence: str | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Image:
    """A picture with provenance; pixels are read by window, never kept.

    Attributes
    ----------
    bands
        Canonical band name → 1-based band number in the file.
    transform
        Affine transform, pixel (column, row) → CRS of the picture.
    shape
        Rows and columns.
    """

    path: Path
    bands: dict[str, int]
    crs: CRS
    transform: Affine
    shape: tuple[int, int]
    nodata: float | None
    acquired: datetime
    sensor: str
    cloud_mask: Path | None
    provenance: ImageProvenance

    def read(self, window: Window | None = None) -> NDArray[np.float64]:
        """Read all named bands.

        Parameters
        ----------
        window
            rasterio window, or None for the whole picture.

        Returns
        -------
        array
            float64, shape (bands, rows, columns), in the order of `bands`; scale and
            offset applied; NaN where there is no data.
        """
        from pil_discovery.types.pixels import read_pixels

        return read_pixels(self, window)

    def valid(self, window: Window | None = None) -> NDArray[np.bool_]:
        """Return where the picture shows the ground: clouds and no-data are False.

        Parameters
        ----------
        window
            rasterio window, or None for the whole picture.

        Returns
        -------
        array
            boolean, shape (rows, columns).
        """
        from pil_discovery.types.pixels import valid_pixels

        return valid_pixels(self, window)
