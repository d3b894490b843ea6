"""Pictures: provenance, and pixels that are read by window."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pil_discovery.types.base import Noun
from pil_discovery.types.sources import Part

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from affine import Affine
    from numpy.typing import NDArray
    from pyproj import CRS
    from rasterio.io import DatasetReader
    from rasterio.windows import Window

BEIJING = dt.timezone(dt.timedelta(hours=8))
"""Beijing time (UTC+8, no summer time since 1992): the day that the law counts."""
RASTER_DRIVERS = ("GTiff", "ENVI")
"""Drivers a picture may be opened with; anything else could read other files."""
_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")


class ImageProvenance(Noun):
    """Identity, acquisition, geometry and radiometry of a picture.

    Unknown stays None and is listed in `missing`; nothing is guessed. `pixel_sha256`
    is the SHA-256 of the SHA-256 of each band, its stored values row by row,
    little-endian, whatever tiling or compression the file has. `parts` are the further
    files behind the pixels (ENVI header, cloud mask); `notes` say in Chinese where the
    file contradicts what was stated, and what beside it was not used.
    `acquired_utc` and `acquired_beijing` are ISO date-times of the same instant;
    `obtained` is the ISO date on which `issuer` gave the picture out.
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
    issuer: str | None = None
    obtained: str | None = None
    missing: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()


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
    acquired: dt.datetime
    sensor: str
    cloud_mask: Path | None
    provenance: ImageProvenance

    @property
    def acquired_date(self) -> dt.date:
        """Return the calendar day of acquisition in Beijing (naive: as told)."""
        moment = self.acquired
        return (moment if moment.tzinfo is None else moment.astimezone(BEIJING)).date()

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
        return valid_pixels(self, window)


@contextmanager
def open_raster(path: Path) -> Iterator[DatasetReader]:
    """Open a local raster with one of `RASTER_DRIVERS` and no other.

    Nothing beside the file is read (`.aux.xml`, `.msk`, `.ovr`, `.tfw` would change
    values or place without being hashed) but the header of an ENVI picture.
    `rasterio.open` takes a single driver name; its reader takes the list.
    """
    import rasterio
    from rasterio.io import DatasetReader

    settings = {"GDAL_PAM_ENABLED": "NO", "GDAL_GEOREF_SOURCES": "INTERNAL"}
    if is_tiff(path):
        settings["GDAL_DISABLE_READDIR_ON_OPEN"] = "EMPTY_DIR"
    alone = rasterio.Env(**settings)
    with alone, DatasetReader(str(path), driver=list(RASTER_DRIVERS)) as src:
        yield src


def is_tiff(path: Path) -> bool:
    """Tell a TIFF (also BigTIFF) by its first bytes."""
    with path.open("rb") as stream:
        return stream.read(4) in _TIFF


def read_pixels(image: Image, window: Window | None) -> NDArray[np.float64]:
    """Return float64 (bands, rows, columns), scaled, NaN where there is no data."""
    import numpy as np

    numbers = list(image.bands.values())
    with open_raster(image.path) as src:
        masked = src.read(numbers, window=window, masked=True)
        scales = np.asarray(src.scales, dtype=float)[np.asarray(numbers) - 1]
        offsets = np.asarray(src.offsets, dtype=float)[np.asarray(numbers) - 1]
    values = masked.astype(np.float64).filled(np.nan)
    if image.nodata is not None:
        values[masked.data == image.nodata] = np.nan
    result: NDArray[np.float64] = (
        values * scales[:, None, None] + offsets[:, None, None]
    )
    return result


def valid_pixels(image: Image, window: Window | None) -> NDArray[np.bool_]:
    """Return boolean (rows, columns): all bands have data and no cloud covers it."""
    import numpy as np

    has_data: NDArray[np.bool_] = np.isfinite(read_pixels(image, window))
    clear: NDArray[np.bool_] = np.logical_and.reduce(has_data, axis=0)
    if image.cloud_mask is not None:
        with open_raster(image.cloud_mask) as src:
            clear &= src.read(1, window=window) == 0
    return clear
